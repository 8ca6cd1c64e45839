//! Revisions, and requests that depend on them.

use super::support::{JSON, Server};
use serde_json::json;

#[tokio::test]
async fn what_a_client_has_is_not_sent_again() {
    let server = Server::of(&["harbour"]).await;
    for path in [
        "/assets",
        "/assets/harbour",
        "/assets/harbour/tracks",
        "/assets/harbour/tracks/en",
        "/assets/harbour/files",
        "/assets/harbour/files/captions-en.vtt",
        "/assets/harbour/lint",
        "/assets/harbour/history",
        "/lint",
        "/jobs",
        "/purges",
        "/openapi.json",
    ] {
        let path = format!("/api/v1{path}");
        let whole = server.ask("GET", &path, &[], "").await.is(200);
        let tag = whole.tag();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{path}: {tag}");
        assert_eq!(whole.header("cache-control"), "private, no-cache", "{path}");
        assert_eq!(whole.header("access-control-allow-origin"), "", "{path}");
        for tags in [tag.to_owned(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            let known = server.ask("GET", &path, &[("if-none-match", &tags)], "").await.is(304);
            assert_eq!((known.tag(), known.body.len()), (tag, 0), "{path}");
        }
        server.ask("GET", &path, &[("if-none-match", "\"other\"")], "").await.is(200);
        let head = server.ask("HEAD", &path, &[], "").await.is(200);
        assert_eq!(
            (head.tag(), head.header("content-length"), head.body.len()),
            (tag, whole.header("content-length"), 0)
        );
    }
}

#[tokio::test]
async fn a_stale_edit_is_told_the_present_revision() {
    let server = Server::of(&["harbour"]).await;
    for (path, patch, other) in [
        ("/assets/harbour/tracks/de", json!({ "label": "A" }), json!({ "label": "B" })),
        ("/assets/harbour", json!({ "title": "A" }), json!({ "title": "B" })),
    ] {
        let first = server.get(path).await;
        let full = format!("/api/v1{path}");
        let edited = server.ask("PATCH", &full, &[JSON, ("if-match", first.tag())], patch.to_string()).await.is(200);
        assert_ne!(edited.tag(), first.tag());
        let answer = server.ask("PATCH", &full, &[JSON, ("if-match", first.tag())], other.to_string()).await;
        let tag = answer.tag().to_owned();
        let stale = answer.refused(412, "stale");
        assert_eq!(stale["current"], edited.json()["revision"]);
        // Both the revision of the problem and its tag are good for the next attempt.
        let current = format!("\"{}\"", stale["current"].as_str().unwrap());
        assert_eq!(tag, current);
        server
            .ask("PATCH", &full, &[JSON, ("if-match", &format!("\"x\", {current}"))], other.to_string())
            .await
            .is(200);
        server.ask("PATCH", &full, &[JSON, ("if-match", "*")], patch.to_string()).await.is(200);
        let weak = format!("W/{}", server.get(path).await.tag());
        server.ask("PATCH", &full, &[JSON, ("if-match", &weak)], other.to_string()).await.refused(412, "stale");
        server
            .ask("PATCH", &full, &[JSON, ("if-match", "abc")], other.to_string())
            .await
            .refused(400, "malformed-request");
        server
            .ask("PATCH", &full, &[JSON, ("if-none-match", "\"a\"")], other.to_string())
            .await
            .refused(400, "malformed-request");
        assert_eq!(server.get(path).await.json()[if path.ends_with("de") { "label" } else { "title" }], "A");
    }
}

#[tokio::test]
async fn editors_of_two_tracks_do_not_collide() {
    let server = Server::of(&["harbour"]).await;
    let (en, de) = (server.get("/assets/harbour/tracks/en").await, server.get("/assets/harbour/tracks/de").await);
    let patch = |path: &'static str, tag: String, label: &'static str| {
        let server = &server;
        async move {
            let body = json!({ "label": label }).to_string();
            server.ask("PATCH", path, &[JSON, ("if-match", &tag)], body).await.is(200)
        }
    };
    patch("/api/v1/assets/harbour/tracks/de", de.tag().to_owned(), "A").await;
    patch("/api/v1/assets/harbour/tracks/en", en.tag().to_owned(), "B").await;
    // But for what an edit of one does to the other.
    let en = server.get("/assets/harbour/tracks/en").await;
    server.patch("/assets/harbour/tracks/de", &json!({ "default": true })).await.is(200);
    let body = json!({ "label": "C" }).to_string();
    server
        .ask("PATCH", "/api/v1/assets/harbour/tracks/en", &[JSON, ("if-match", en.tag())], body)
        .await
        .refused(412, "stale");
}

#[tokio::test]
async fn a_file_that_changes_holds_up_no_edit() {
    let server = Server::of(&["harbour"]).await;
    let first = server.get("/assets/harbour/tracks/en-captions").await;
    let captions = "WEBVTT\n\n00:01.000 --> 00:02.000\nOther\n";
    server.ask("PUT", "/api/v1/assets/harbour/files/captions-en.vtt", &[], captions).await.is(200);
    let second = server.get("/assets/harbour/tracks/en-captions").await;
    assert_ne!(first.tag(), second.tag(), "the answer differs");
    assert_eq!(first.json()["revision"], second.json()["revision"], "what an editor wrote does not");
    assert_eq!(second.json()["media"]["cues"], 1);
    let body = json!({ "label": "C" }).to_string();
    let path = "/api/v1/assets/harbour/tracks/en-captions";
    server.ask("PATCH", path, &[JSON, ("if-match", first.tag())], body).await.is(200);
}

#[tokio::test]
async fn what_must_not_be_there_is_made_once() {
    let server = Server::of(&["harbour"]).await;
    let absent = [JSON, ("if-none-match", "*")];
    let track = json!({ "type": "text", "file": "captions-en.vtt", "label": "New" }).to_string();
    let path = "/api/v1/assets/harbour/tracks/new";
    server.ask("PUT", path, &absent, track.clone()).await.is(201);
    server.ask("PUT", path, &absent, track.clone()).await.refused(412, "stale");
    server
        .ask("PUT", "/api/v1/assets/harbour/tracks/other", &[JSON, ("if-match", "*")], track)
        .await
        .refused(412, "stale");
    let list = json!({ "tracks": [] }).to_string();
    server.ask("PUT", "/api/v1/assets/harbour", &absent, list.clone()).await.refused(412, "stale");
    server.ask("PUT", "/api/v1/assets/none", &[JSON, ("if-match", "*")], list.clone()).await.refused(412, "stale");
    server.ask("PUT", "/api/v1/assets/none", &absent, list.clone()).await.is(201);
    server.ask("PUT", "/api/v1/assets/none", &absent, list).await.refused(412, "stale");
    server.ask("DELETE", "/api/v1/assets/none", &[("if-match", "\"x\"")], "").await.refused(412, "stale");
}
