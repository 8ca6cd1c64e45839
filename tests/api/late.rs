//! Tracks whose file is yet to come: from a URL, or of what is spoken.

use crate::support::Server;
use serde_json::json;

#[tokio::test]
async fn a_url_makes_a_track_that_prepares() {
    let server = Server::of(&["radio"]).await;
    // Nobody runs jobs here.
    let new = json!({ "url": "https://files.example/dub%20de.mp3?sig=secret", "type": "audio", "language": "de" });
    let track = server.post("/assets/radio/tracks", &new).await.is(201).json();
    assert_eq!(
        (&track["status"], &track["file"], &track["language"]),
        (&json!("preparing"), &json!("dub de.m4a"), &json!("de"))
    );
    let jobs = server.get("/jobs").await.is(200);
    assert!(!jobs.text().contains("secret"));
    let job = &jobs.json()["jobs"][0];
    assert_eq!((&job["kind"], &job["state"], &job["track"]), (&json!("fetch"), &json!("waiting"), &track["name"]));
    assert_eq!(job["source"], "https://files.example/dub%20de.mp3");
    let counts = server.play("/metrics").await.is(200).text();
    assert!(counts.contains("signalbox_jobs{kind=\"fetch\",state=\"waiting\"} 1"), "{counts}");
    server.post("/assets/none/tracks", &new).await.refused(404, "unknown-asset");
}

#[tokio::test]
async fn what_cannot_be_is_told_by_its_field() {
    let server = Server::of(&["radio"]).await;
    for (new, field) in [
        (json!({ "url": "http://127.0.0.1/x", "type": "audio" }), "url"),
        (json!({ "url": "https://a:b@files.example/x", "type": "audio" }), "url"),
        (json!({ "url": 5, "type": "audio" }), "url"),
        (json!({ "url": "https://files.example/x", "transcribe": true }), "transcribe"),
        (json!({ "transcribe": 5 }), "transcribe"),
        (json!({ "transcribe": true }), "language"),
        (json!({ "transcribe": true, "language": "en", "type": "audio" }), "type"),
        (json!({ "transcribe": true, "language": "en", "default": true }), "transcribe"),
        (json!({ "type": "audio" }), "file"),
    ] {
        let problem = server.post("/assets/radio/tracks", &new).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field, "{problem:#}");
    }
    let untyped = json!({ "url": "https://files.example/x" });
    server.post("/assets/radio/tracks", &untyped).await.refused(422, "unusable-file");
    let spoken = json!({ "transcribe": true, "language": "en" });
    let problem = server.post("/assets/radio/tracks", &spoken).await.refused(422, "not-configured");
    assert!(problem["detail"].as_str().unwrap().contains("[transcriber] command"), "{problem:#}");
    assert_eq!(server.get("/jobs").await.json(), json!({ "jobs": [] }));
}

#[tokio::test]
async fn a_corrected_file_takes_the_marks_of_the_machine_away() {
    let server = Server::of(&["talk"]).await;
    let captions = "WEBVTT\n\n00:01.000 --> 00:02.000\nHelo\n";
    let bring = |text: &str| server.ask("PUT", "/api/v1/assets/talk/files/auto.vtt", &[], text.to_owned());
    bring(captions).await.is(201);
    let marks = json!(["public.machine-generated"]);
    let new =
        json!({ "file": "auto.vtt", "language": "en", "label": "English (auto-generated)", "characteristics": marks });
    let made = server.post("/assets/talk/tracks", &new).await.is(201).json();
    let path = format!("/assets/talk/tracks/{}", made["name"].as_str().unwrap());
    assert_eq!(server.get(&path).await.json()["characteristics"], marks);
    bring(&captions.replace("Helo", "Hello")).await.is(200);
    let track = server.get(&path).await.json();
    assert_eq!((&track["label"], &track["characteristics"]), (&json!("English"), &json!([])), "{track:#}");
    // One that its maker calls otherwise is its maker's.
    server.patch(&path, &json!({ "label": "English", "characteristics": marks })).await.is(200);
    bring(captions).await.is(200);
    assert_eq!(server.get(&path).await.json()["characteristics"], marks);
}
