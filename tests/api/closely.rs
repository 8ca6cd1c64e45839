//! Looking closely: timelines, media and cues of tracks, hidden ones for those who may edit alone; and corrections of
//! cues that leave every other byte as it is.

use super::support::{JSON, Server, copies, token};
use hyper::StatusCode;
use serde_json::{Value, json};
use signalbox::api::{ApiOptions, Scope};

async fn guarded() -> (Server, String, String) {
    let (reader, read) = token("reader", Scope::Read, "");
    let (writer, write) = token("writer", Scope::Write, "");
    let options = ApiOptions { tokens: vec![read, write], ..ApiOptions::default() };
    (Server::over(copies(&["harbour"]), options).await, reader, writer)
}

#[tokio::test]
async fn a_timeline_names_segments_that_are_those_of_players() {
    let server = Server::of(&["harbour"]).await;
    let timeline = server.get("/assets/harbour/tracks/video-360/timeline").await.is(200).json();
    assert_eq!((timeline["start"].as_f64(), timeline["end"].as_f64()), (Some(0.0), Some(36.0)));
    let segments = timeline["segments"].as_array().unwrap();
    assert_eq!(segments.len(), 6);
    assert_eq!(timeline["sync"].as_array().unwrap().len(), 18, "a key frame every two seconds");
    assert_eq!(timeline["gaps"], json!([]));
    let revision = timeline["revision"].as_str().unwrap();
    for (own, players) in [
        (timeline["init"].as_str().unwrap().to_owned(), format!("/harbour/media/video-360/{revision}/init.mp4")),
        (
            timeline["media"].as_str().unwrap().replace("{time}", &segments[2]["time"].to_string()),
            format!("/harbour/media/video-360/{revision}/{}.m4s", segments[2]["time"]),
        ),
    ] {
        let (own, players) = (server.get(&own).await.is(200), server.play(&players).await.is(200));
        assert_eq!(own.body, players.body);
        assert_eq!(own.header("content-type"), "video/mp4");
        assert!(own.header("cache-control").contains("private"), "what one token sees is not for another");
    }
    let third = timeline["media"].as_str().unwrap().replace("{time}", &segments[2]["time"].to_string());
    let whole = server.get(&third).await.is(200);
    assert_eq!(whole.body.len() as u64, segments[2]["bytes"].as_u64().unwrap());
    let part = server.ask("GET", &third, &[("range", "bytes=4-7")], "").await.is(206);
    assert_eq!((part.body.as_ref(), part.header("content-range").split('/').next()), (&b"styp"[..], Some("bytes 4-7")));
    let known = server.ask("GET", &third, &[("if-none-match", whole.tag())], "").await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);
    server.ask("GET", &third, &[("range", "bytes=99999999-")], "").await.refused(416, "range");
}

#[tokio::test]
async fn text_is_given_as_webvtt() {
    let server = Server::of(&["harbour"]).await;
    let timeline = server.get("/assets/harbour/tracks/de-subtitles/timeline").await.is(200).json();
    assert_eq!(timeline.get("init"), None);
    let first = timeline["media"].as_str().unwrap().replace("{time}", "0");
    assert!(server.get(&first).await.is(200).text().starts_with("WEBVTT"));
}

#[tokio::test]
async fn what_is_hidden_is_for_those_who_may_edit() {
    let (server, reader, writer) = guarded().await;
    let (reader, writer) = (server.with(&reader), server.with(&writer));
    let timeline = writer.get("/assets/harbour/tracks/auto/timeline").await.is(200).json();
    let segment = timeline["media"].as_str().unwrap().replace("{time}", "0");
    writer.get(&segment).await.is(200);
    writer.get("/assets/harbour/tracks/auto/cues").await.is(200);
    for path in ["/assets/harbour/tracks/auto/timeline", &segment, "/assets/harbour/tracks/auto/cues"] {
        let hidden = reader.get(path).await.refused(404, "unknown-track");
        assert_eq!(hidden["detail"], "\"harbour\" has no track \"auto\"");
        server.ask("GET", &super::support::full(path), &[], "").await.refused(401, "token-needed");
    }
    // Its players' address stays one of nothing.
    let revision = timeline["revision"].as_str().unwrap();
    assert_eq!(server.play(&format!("/harbour/media/auto/{revision}/0.vtt")).await.status, 404);
    let shown = reader.get("/assets/harbour/tracks/en/timeline").await.is(200).json();
    reader.get(&shown["media"].as_str().unwrap().replace("{time}", "0")).await.is(200);
    reader.get("/assets/harbour/files/auto-en.vtt").await.refused(404, "unknown-file");
    reader.get("/assets/harbour/files/captions-en.vtt").await.is(200);
    writer.get("/assets/harbour/files/auto-en.vtt").await.is(200);
    let corrections = json!({ "revision": "x", "corrections": [{ "cue": 0, "text": "a" }] }).to_string();
    let path = "/assets/harbour/tracks/en-captions/cues";
    reader.ask("POST", path, &[JSON], corrections).await.refused(403, "scope");
}

#[tokio::test]
async fn segments_that_are_not_there_are_told() {
    let server = Server::of(&["harbour"]).await;
    let timeline = server.get("/assets/harbour/tracks/en/timeline").await.is(200).json();
    let media = timeline["media"].as_str().unwrap().to_owned();
    for path in [
        media.replace("{time}", "1"),
        media.replace("{time}.m4s", "0.vtt"),
        media.replace("{time}", "007"),
        media.replace(timeline["revision"].as_str().unwrap(), "0123456789ab"),
    ] {
        server.get(&path).await.refused(404, "unknown-segment");
    }
    server.get("/assets/harbour/tracks/none/timeline").await.refused(404, "unknown-track");
    server.get("/assets/harbour/tracks/en/cues").await.refused(404, "unknown-track");
    server.get("/assets/none/tracks/en/timeline").await.refused(404, "unknown-asset");
}

fn one(revision: &str, correction: Value) -> Value {
    json!({ "revision": revision, "corrections": [correction] })
}

#[tokio::test]
async fn cues_are_corrected_and_the_rest_of_the_file_stays() {
    let server = Server::of(&["harbour"]).await;
    let path = "/assets/harbour/tracks/en-captions/cues";
    let file = "/assets/harbour/files/captions-en.vtt";
    let (list, before) = (server.get(path).await.is(200).json(), server.get(file).await.is(200).text());
    assert_eq!((list["correctable"].as_bool(), list["cues"].as_array().unwrap().len()), (Some(true), 11));
    let revision = list["revision"].as_str().unwrap();
    let now = server.post(path, &one(revision, json!({ "cue": 1, "text": "The old harbour." }))).await.is(200).json();
    let old = list["cues"][1]["text"].as_str().unwrap();
    assert_eq!(server.get(file).await.text(), before.replace(old, "The old harbour."));
    assert_eq!(now["cues"][1]["text"], "The old harbour.");
    assert_ne!(now["revision"], list["revision"]);
    let playlist = server.play("/harbour/en-captions.m3u8").await.text();
    let segment = playlist.lines().find(|line| line.ends_with("/0.vtt")).unwrap();
    assert!(server.play(&format!("/harbour/{segment}")).await.text().contains("The old harbour."));
    // The numbers of a file that was corrected meanwhile are not those that were meant.
    let stale = server.post(path, &one(revision, json!({ "cue": 1, "remove": true }))).await.refused(412, "stale");
    assert_eq!(stale["current"], now["revision"]);
}

#[tokio::test]
async fn corrections_that_cannot_be_are_refused_with_their_field() {
    let server = Server::of(&["harbour"]).await;
    let path = "/assets/harbour/tracks/en-captions/cues";
    let before = server.get("/assets/harbour/files/captions-en.vtt").await.text();
    let list = server.get(path).await.json();
    let revision = list["revision"].as_str().unwrap();
    for (correction, field) in [
        (json!({ "cue": 99, "text": "a" }), "/corrections/0/cue"),
        (json!({ "cue": 0, "text": "a\n\nb" }), "/corrections/0/text"),
        (json!({ "cue": 0, "text": "a --> b" }), "/corrections/0/text"),
        (json!({ "cue": 0, "end": 0 }), "/corrections/0/end"),
        (json!({ "text": "a" }), "/corrections/0/cue"),
        (json!({ "cue": 0, "remove": true, "text": "a" }), "/corrections/0/remove"),
        (json!({ "cue": 0, "words": "a" }), ""),
    ] {
        let refused = server.post(path, &one(revision, correction.clone())).await.refused(422, "invalid");
        assert!(refused["errors"][0]["pointer"].as_str().unwrap().starts_with(field), "{correction}: {refused:#}");
    }
    server.post(path, &json!({ "revision": revision, "corrections": [] })).await.refused(422, "invalid");
    let ttml = server.get("/assets/harbour/tracks/de-subtitles/cues").await.is(200).json();
    assert_eq!(ttml["correctable"], false);
    assert!(ttml["reason"].as_str().unwrap().contains("WebVTT and SRT"));
    let revision = ttml["revision"].as_str().unwrap();
    let body = one(revision, json!({ "cue": 0, "text": "a" }));
    server.post("/assets/harbour/tracks/de-subtitles/cues", &body).await.refused(422, "unusable-file");
    assert_eq!(server.get("/assets/harbour/files/captions-en.vtt").await.text(), before);
}

#[tokio::test]
async fn a_session_says_who_asks() {
    let (server, reader, writer) = guarded().await;
    let session = server.with(&reader).get("/session").await.is(200).json();
    assert_eq!(
        (&session["name"], &session["may_edit"], &session["tokens"]),
        (&json!("reader"), &json!(false), &json!(true))
    );
    assert_eq!(server.with(&writer).get("/session").await.json()["may_edit"], true);
    server.get("/session").await.refused(401, "token-needed");
    let open = Server::of(&["radio"]).await.get("/session").await.is(200).json();
    assert_eq!((&open["tokens"], &open["may_edit"]), (&json!(false), &json!(true)));
}
