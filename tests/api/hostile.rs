//! Paths and methods that are meant to do harm, or are merely wrong.

use super::support::{JSON, Server};
use serde_json::json;

#[tokio::test]
async fn no_path_leads_out_of_the_store() {
    let server = Server::of(&["radio"]).await;
    let secret = server.folder.path().join("../secret.vtt");
    for path in [
        "/assets/..%2f..%2fetc",
        "/assets/%2e%2e/files/passwd",
        "/assets/radio/files/..%2fasset.json",
        "/assets/radio/files/%2e%2e%2f%2e%2e%2fsecret.vtt",
        "/assets/radio/files/%252e%252e%252fsecret.vtt",
        "/assets/radio/files/..",
        "/assets/.signalbox/files/x.vtt",
        "/assets/.signalbox%2fhistory",
        "/assets/radio/tracks/%2e%2e",
        "/assets/%00",
        "/assets/a%5cb",
        "/assets/%ff",
        "/assets/%",
        "/assets//radio",
        "/assets/radio%2f%2ftracks",
        "/assets/",
    ] {
        for (method, body) in [("GET", ""), ("PUT", r#"{"tracks":[]}"#), ("DELETE", "")] {
            let answer = server.ask(method, &format!("/api/v1{path}"), &[JSON], body).await;
            let status = answer.status.as_u16();
            assert!((400..500).contains(&status), "{method} {path}: {status} {}", answer.text());
            let folder = server.folder.path().to_str().unwrap();
            assert!(!answer.text().contains(folder), "{path}: {}", answer.text());
        }
    }
    assert!(!secret.exists());
    let mut names: Vec<_> = std::fs::read_dir(server.folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.retain(|name| name != ".signalbox");
    assert_eq!(names, ["radio"]);
}

#[tokio::test]
async fn what_is_not_there_is_told_with_what_is() {
    let server = Server::of(&["radio"]).await;
    for path in [
        "/api",
        "/api/",
        "/api/v2/assets",
        "/api/v1",
        "/api/v1/nothing",
        "/api/v1/report",
        "/api/v1/assets/radio/tracks/",
    ] {
        server.ask("GET", path, &[], "").await.refused(404, "unknown-path");
    }
    for (method, path, allow) in [
        ("POST", "/assets", "GET, HEAD, OPTIONS"),
        ("TRACE", "/assets/radio", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
        ("PUT", "/assets/radio/tracks", "GET, HEAD, OPTIONS, POST"),
        ("GET", "/assets/radio/revert", "OPTIONS, POST"),
    ] {
        let answer = server.ask(method, &format!("/api/v1{path}"), &[], "").await;
        assert_eq!(answer.header("allow"), allow);
        answer.refused(405, "method");
        let options = server.ask("OPTIONS", &format!("/api/v1{path}"), &[], "").await.is(204);
        assert_eq!(options.header("allow"), allow);
    }
}

#[tokio::test]
async fn no_asset_is_made_in_the_way_of_the_api() {
    let server = Server::of(&[]).await;
    let list = json!({ "tracks": [] });
    for name in ["api", "api%2Fv1", "api/v1"] {
        server.put(&format!("/assets/{name}"), &list).await.refused(422, "invalid");
    }
    server.put("/assets/apis", &list).await.is(201);
}

#[tokio::test]
async fn what_the_machine_says_is_not_told() {
    use std::os::unix::fs::PermissionsExt;
    let server = Server::of(&["radio"]).await;
    let file = server.folder.path().join("radio/asset.json");
    std::fs::write(&file, "{}").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).unwrap();
    let answer = server.get("/assets/radio").await;
    assert!(!answer.text().contains("os error") && !answer.text().contains(server.folder.path().to_str().unwrap()));
}
