//! Requests that nobody honest sends.

use super::support::{ACCOUNT, Server, text};
use serde_json::json;

#[tokio::test]
async fn nothing_leads_out_of_the_store() {
    let server = Server::harbour().await;
    std::fs::write(server.folder.path().join("secret.vtt"), "WEBVTT\n").unwrap();
    for name in [
        "..",
        "%2e%2e",
        "..%2f..%2fetc",
        "%252e%252e%252fetc",
        "a%00b",
        "a%5c..%5cb",
        ".signalbox",
        "~1etc",
        "%ff",
        "%",
    ] {
        for path in
            [format!("assets/{name}"), format!("assets/{name}/tracks"), format!("assets/harbour/assetFilters/{name}")]
        {
            let status = server.get(&path).await.status.as_u16();
            assert!([400, 404].contains(&status), "{path}: {status}");
        }
    }
    server.get("assets/.signalbox~1ams/tracks").await.refused(404, "NotFound");
    let sas = server.sas("harbour", "ReadWriteDelete").await;
    for blob in [
        "../secret.vtt",
        "..%2fsecret.vtt",
        "%2e%2e/secret.vtt",
        "a/b.vtt",
        ".hidden",
        "a%2fb.vtt",
        "a%00.vtt",
        "a%5cb",
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            let status = sas.ask(method, blob, &[], "x").await.status.as_u16();
            assert!((400..500).contains(&status), "{method} {blob}: {status}");
        }
    }
    let out = text(json!({ "fileName": "../secret.vtt" }));
    server.put("assets/harbour/tracks/x", out).await.refused(400, "BadRequest");
    assert_eq!(std::fs::read_to_string(server.folder.path().join("secret.vtt")).unwrap(), "WEBVTT\n");
}

#[tokio::test]
async fn other_methods_and_paths_are_told_so() {
    let server = Server::harbour().await;
    for (method, path, allow) in [
        ("POST", "assets/harbour", "DELETE, GET, HEAD, PATCH, PUT"),
        ("PUT", "assets/harbour/tracks", "GET, HEAD"),
        ("PATCH", "streamingLocators/x", "DELETE, GET, HEAD, PUT"),
        ("GET", "assets/harbour/listContainerSas", "POST"),
        ("DELETE", "streamingEndpoints/default", "GET, HEAD"),
    ] {
        let answer = server.ask(method, path, &[], "").await;
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
        answer.refused(405, "MethodNotAllowed");
    }
    for path in ["/subscriptions", "/subscriptions/x?api-version=1", &format!("{ACCOUNT}/jobs?api-version=1"), ACCOUNT]
    {
        server.get(path).await.refused(404, "NotFound");
    }
    let head = server.ask("HEAD", "assets/harbour", &[], "").await.is(200);
    assert!(head.body.is_empty() && !head.header("content-length").is_empty());
    for (method, query) in [("PUT", "comp=metadata"), ("POST", ""), ("PUT", "comp=lease"), ("GET", "comp=tags")] {
        let sas = server.sas("harbour", "ReadWriteDelete").await;
        server.ask(method, &sas.url("audio-en.m4a", query), &[], "").await.blob_refused(400, "UnsupportedOperation");
    }
}
