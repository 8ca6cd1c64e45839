//! What goes on in the server, counted: as JSON, and as Prometheus reads it.

use crate::support::{Answer, Server, copies, token};
use serde_json::{Value, json};
use signalbox::api::{ApiOptions, Scope};

/// The value of a sample.
#[track_caller]
fn sample(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("there is no {name} in\n{text}")).parse().unwrap()
}

async fn metrics(server: &Server) -> Answer {
    server.play("/metrics").await.is(200)
}

#[tokio::test]
async fn requests_are_counted_by_what_they_ask_for() {
    let server = Server::of(&["harbour"]).await;
    let master = server.play("/harbour/master.m3u8").await.is(200);
    server.play("/harbour/master.m3u8").await.is(200);
    server.play("/harbour/none.m3u8").await.is(404);
    server.play("/none").await.is(404);
    let playlist = server.play("/harbour/en.m3u8").await.is(200).text();
    let init = playlist.split("URI=\"").nth(1).unwrap().split('"').next().unwrap();
    let segment = playlist.lines().find(|line| line.ends_with(".m4s")).unwrap();
    let init = server.play(&format!("/harbour/{init}")).await.is(200);
    let segments = [(); 2].map(|()| format!("/harbour/{segment}"));
    let mut sent = 0;
    for segment in segments {
        sent += server.play(&segment).await.is(200).body.len();
    }
    let answer = metrics(&server).await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text();
    for (name, value) in [
        ("signalbox_requests_total{answer=\"manifest\",status=\"2xx\"}", 3),
        ("signalbox_requests_total{answer=\"manifest\",status=\"4xx\"}", 1),
        ("signalbox_requests_total{answer=\"other\",status=\"4xx\"}", 1),
        ("signalbox_requests_total{answer=\"segment\",status=\"2xx\"}", 2),
        ("signalbox_requests_total{answer=\"segment\",status=\"5xx\"}", 0),
        ("signalbox_sent_bytes_total{answer=\"init\"}", init.body.len() as u64),
        ("signalbox_kept_hits_total{kept=\"segment\"}", 1),
        ("signalbox_kept_misses_total{kept=\"segment\"}", 1),
        ("signalbox_kept_misses_total{kept=\"index\"}", 1),
        ("signalbox_jobs{kind=\"convert\",state=\"waiting\"}", 0),
        ("signalbox_edits_total", 0),
        ("signalbox_purges_total{outcome=\"failed\"}", 0),
    ] {
        assert_eq!(sample(&text, name), value, "{name}");
    }
    assert!(sample(&text, "signalbox_kept_hits_total{kept=\"manifest\"}") >= 1);
    assert!(sample(&text, "signalbox_sent_bytes_total{answer=\"manifest\"}") > 2 * master.body.len() as u64);
    // The connection may yet hold the end of the last body.
    assert!(sample(&text, "signalbox_sent_bytes_total{answer=\"segment\"}") >= sent as u64 / 2);
    assert!(sample(&text, "signalbox_connections") >= 1);
}

#[tokio::test]
async fn edits_and_failures_are_told_as_json() {
    let server = Server::of(&["radio"]).await;
    server.patch("/assets/radio", &json!({ "title": "New" })).await.is(200);
    std::fs::write(server.folder.path().join("radio/asset.json"), "{").unwrap();
    let other = Server::over(copies(&[]), ApiOptions::default()).await;
    std::fs::create_dir(other.folder.path().join("broken")).unwrap();
    std::fs::write(other.folder.path().join("broken/asset.json"), "{").unwrap();
    other.play("/broken/master.m3u8").await.is(500);
    other.play("/broken/master.m3u8").await.is(500);
    assert_eq!(server.get("/operations").await.is(200).json()["edits"], 1);
    let told = other.get("/operations").await.is(200).json();
    let failures = told["failures"].as_array().unwrap();
    assert_eq!((failures.len(), &failures[0]["asset"], &failures[0]["times"]), (1, &json!("broken"), &json!(2)));
    assert!(failures[0]["what"].as_str().unwrap().contains("asset.json"), "{told:#}");
    let api: Vec<&Value> = told["requests"].as_array().unwrap().iter().filter(|of| of["answer"] == "api").collect();
    assert_eq!(api.len(), 5);
}

#[tokio::test]
async fn counts_are_for_those_who_see_all_assets() {
    let (all, some) = (token("all", Scope::Read, ""), token("some", Scope::Write, "shows"));
    let options = ApiOptions { tokens: vec![all.1.clone(), some.1.clone()], ..ApiOptions::default() };
    let server = Server::over(copies(&["radio"]), options).await;
    for path in ["/metrics", "/api/v1/operations"] {
        server.ask("GET", path, &[], "").await.refused(401, "token-needed");
        let ask = |secret: &str| [("authorization", format!("Bearer {secret}"))];
        let headers = ask(&some.0);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        server.ask("GET", path, &headers, "").await.refused(403, "prefix");
        let headers = ask(&all.0);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        server.ask("GET", path, &headers, "").await.is(200);
        assert!(server.ask("HEAD", path, &headers, "").await.is(200).body.is_empty());
        assert_eq!(server.ask("POST", path, &headers, "").await.is(405).header("allow"), "GET, HEAD, OPTIONS");
    }
}

#[tokio::test]
async fn without_tokens_no_page_of_another_site_reads_them() {
    let server = Server::of(&["radio"]).await;
    server.ask("GET", "/metrics", &[("host", "evil.example")], "").await.refused(403, "only-local");
    server.ask("GET", "/metrics", &[("origin", "https://evil.example")], "").await.refused(403, "only-local");
}
