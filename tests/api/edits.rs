//! Assets and tracks: every operation, and what is refused.

use super::support::{JSON, Server};
use serde_json::{Value, json};

#[tokio::test]
async fn an_asset_is_made_changed_and_left_to_its_files() {
    let server = Server::of(&["harbour"]).await;
    std::fs::create_dir(server.folder.path().join("new")).unwrap();
    for file in ["audio-en.m4a", "captions-en.vtt"] {
        std::fs::copy(server.folder.path().join("harbour").join(file), server.folder.path().join("new").join(file))
            .unwrap();
    }
    let discovered = server.get("/assets/new").await.is(200).json();
    assert_eq!((&discovered["has_document"], discovered["tracks"].as_array().unwrap().len()), (&json!(false), 2));
    let list = json!({ "title": "New", "tracks": [{ "name": "en", "type": "audio", "file": "audio-en.m4a", "default": true }] });
    let made = server.put("/assets/new", &list).await.is(201).json();
    assert_eq!((&made["title"], &made["has_document"]), (&json!("New"), &json!(true)));
    assert_eq!(made["manifests"]["hls"], "/new/master.m3u8");
    server.play("/new/master.m3u8").await.is(200);
    server.put("/assets/new", &list).await.is(200);
    let patched = server
        .patch("/assets/new", &json!({ "title": null, "segment_duration": 4, "kind": "live-archive" }))
        .await
        .is(200)
        .json();
    assert_eq!(
        (patched.get("title"), &patched["segment_duration"], &patched["kind"]),
        (None, &json!(4.0), &json!("live-archive"))
    );
    server.delete("/assets/new").await.is(204);
    let left = server.get("/assets/new").await.is(200).json();
    assert_eq!((&left["has_document"], left["tracks"].as_array().unwrap().len()), (&json!(false), 2));
    server.delete("/assets/nothing").await.refused(404, "unknown-asset");
}

#[tokio::test]
async fn tracks_are_made_replaced_renamed_and_removed() {
    let server = Server::of(&["harbour"]).await;
    let track = json!({ "type": "text", "file": "captions-en.vtt", "language": "en", "label": "Second" });
    let made = server.put("/assets/harbour/tracks/second", &track).await.is(201);
    assert_eq!(made.header("location"), "/api/v1/assets/harbour/tracks/second");
    assert_eq!(made.json()["name"], "second");
    let replaced = server
        .put("/assets/harbour/tracks/second", &json!({ "type": "text", "file": "captions-en.vtt" }))
        .await
        .is(200)
        .json();
    assert_eq!((replaced.get("label"), replaced.get("language")), (None, None));
    let renamed = server.patch("/assets/harbour/tracks/second", &json!({ "name": "third" })).await.is(200);
    assert_eq!(renamed.header("location"), "/api/v1/assets/harbour/tracks/third");
    server.get("/assets/harbour/tracks/second").await.refused(404, "unknown-track");
    let other = json!({ "name": "other", "type": "text", "file": "captions-en.vtt" });
    server.put("/assets/harbour/tracks/third", &other).await.refused(422, "invalid");
    server.delete("/assets/harbour/tracks/third").await.is(204);
    server.delete("/assets/harbour/tracks/third").await.refused(404, "unknown-track");
    assert!(server.folder.path().join("harbour/captions-en.vtt").exists(), "the file stays");
}

#[tokio::test]
async fn a_file_goes_with_its_last_track_when_that_is_asked() {
    let server = Server::of(&["harbour"]).await;
    let file = server.folder.path().join("harbour/captions-en.vtt");
    let track = json!({ "type": "text", "file": "captions-en.vtt", "language": "en", "label": "Second" });
    server.put("/assets/harbour/tracks/second", &track).await.is(201);
    server.delete("/assets/harbour/tracks/second?file=delete").await.is(204);
    assert!(file.exists(), "another track uses it");
    server.delete("/assets/harbour/tracks/en-captions?file=perhaps").await.refused(400, "malformed-request");
    server.delete("/assets/harbour/tracks/en-captions?file=delete").await.is(204);
    assert!(!file.exists());
}

#[tokio::test]
async fn a_track_is_made_of_a_file_alone() {
    let server = Server::of(&["harbour"]).await;
    server.delete("/assets/harbour/tracks/de-subtitles").await.is(204);
    let made = server.post("/assets/harbour/tracks", &json!({ "file": "subtitles-de.ttml" })).await.is(201).json();
    assert_eq!((&made["type"], &made["language"]), (&json!("text"), &json!("de")));
    let path = format!("/assets/harbour/tracks/{}", made["name"].as_str().unwrap());
    assert_eq!(server.get(&path).await.is(200).json()["file"], "subtitles-de.ttml");
    server.post("/assets/harbour/tracks", &json!({ "file": "missing.vtt" })).await.refused(404, "unknown-file");
    server.post("/assets/harbour/tracks", &json!({})).await.refused(422, "invalid");
    server.post("/assets/harbour/tracks", &json!([])).await.refused(422, "invalid");
    let ready = json!({ "file": "subtitles-de.ttml", "status": "ready" });
    assert_eq!(
        server.post("/assets/harbour/tracks", &ready).await.refused(422, "invalid")["errors"][0]["pointer"],
        "/status"
    );
    server.post("/assets/nothing/tracks", &json!({ "file": "a.vtt" })).await.refused(404, "unknown-file");
}

#[tokio::test]
async fn a_broken_rule_is_told_with_field_and_remedy_and_changes_nothing() {
    let server = Server::of(&["harbour"]).await;
    let before = server.get("/assets/harbour").await.body;
    for (track, patch, pointer, rule) in [
        ("en", json!({ "visibility": "hidden" }), "visibility", "default-audio"),
        ("en", json!({ "default": false }), "default", "default-audio"),
        ("en", json!({ "forced": true }), "forced", "forced-text"),
        ("en", json!({ "type": "video" }), "type", "track-type"),
        ("de", json!({ "label": "English" }), "label", "unique-label"),
        ("de", json!({ "name": "en" }), "name", "unique-name"),
        ("de", json!({ "file": "missing.m4a" }), "file", "file"),
        ("de", json!({ "file": "captions-en.vtt" }), "file", "file"),
    ] {
        let problem =
            server.patch(&format!("/assets/harbour/tracks/{track}"), &patch).await.refused(422, "rule-broken");
        let errors = problem["errors"].as_array().unwrap();
        let told = errors.iter().find(|error| error["rule"] == rule).unwrap_or_else(|| panic!("{patch}: {problem:#}"));
        assert!(told["pointer"].as_str().unwrap().ends_with(&format!("/{pointer}")), "{told}");
        assert!(told["problem"].as_str().unwrap().len() > 10);
    }
    server.delete("/assets/harbour/tracks/en").await.refused(422, "rule-broken");
    for patch in [
        json!({ "labl": "x" }),
        json!({ "language": "no language" }),
        json!({ "roles": ["sing"] }),
        json!({ "name": "a/b" }),
        json!({ "track_id": 0 }),
        json!({ "default": "yes" }),
        json!([]),
    ] {
        let problem = server.patch("/assets/harbour/tracks/de", &patch).await.refused(422, "invalid");
        assert!(!problem["errors"].as_array().unwrap().is_empty(), "{patch}");
    }
    assert_eq!(server.get("/assets/harbour").await.body, before);
}

#[tokio::test]
async fn a_body_is_json_of_the_right_type() {
    let server = Server::of(&["harbour"]).await;
    let path = "/api/v1/assets/harbour/tracks/de";
    for (headers, body, status, kind) in [
        (&[][..], "{}", 415, "media-type"),
        (&[("content-type", "text/plain")], "{}", 415, "media-type"),
        (&[("content-type", "application/x-www-form-urlencoded")], "{}", 415, "media-type"),
        (&[JSON, ("content-encoding", "gzip")], "{}", 415, "media-type"),
        (&[JSON], "", 400, "malformed-request"),
        (&[JSON], "{", 400, "malformed-request"),
        (&[JSON], r#"{"label": "a", "label": "b"}"#, 400, "malformed-request"),
        (&[JSON], "null", 422, "invalid"),
    ] {
        server.ask("PATCH", path, headers, body).await.refused(status, kind);
    }
    server.ask("PATCH", path, &[("content-type", "Application/JSON; charset=utf-8")], "{}").await.is(200);
    server.ask("PUT", path, &[("content-type", "application/merge-patch+json")], "{}").await.refused(415, "media-type");
}

#[tokio::test]
async fn a_preview_shows_what_would_be_and_stores_nothing() {
    let server = Server::of(&["harbour"]).await;
    let before = server.get("/assets/harbour").await.body;
    let document = std::fs::read(server.folder.path().join("harbour/asset.json")).unwrap();
    let draft: Value = serde_json::from_slice(&document).unwrap();
    let same = server.post("/assets/harbour/preview", &draft).await.is(200).json();
    assert_eq!(same["changes"]["tracks"], json!([]));
    assert_eq!(same["changes"]["manifests"]["hls"], json!({ "removed": [], "added": [] }));
    assert_eq!(same["hls"], server.play("/harbour/master.m3u8").await.text());
    assert_eq!(same["dash"], server.play("/harbour/manifest.mpd").await.text());
    let mut tracks = draft["tracks"].clone();
    tracks[6]["visibility"] = json!("hidden");
    let headers = [("content-type", "application/merge-patch+json")];
    let body = json!({ "tracks": tracks }).to_string();
    let hidden = server.ask("POST", "/api/v1/assets/harbour/preview", &headers, body).await.is(200).json();
    let change = &hidden["changes"]["tracks"][0];
    assert_eq!((&change["name"], &change["change"]), (&json!("fr-commentary"), &json!("changed")));
    assert_eq!(change["fields"], json!([{ "field": "visibility", "after": "hidden" }]));
    let removed = hidden["changes"]["manifests"]["hls"]["removed"].as_array().unwrap();
    assert!(removed.iter().any(|line| line.as_str().unwrap().contains("fr-commentary")));
    assert!(!hidden["hls"].as_str().unwrap().contains("fr-commentary"));
    assert!(hidden["lint"].is_array());
    server.post("/assets/harbour/preview", &json!({ "tracks": [] })).await.refused(422, "rule-broken");
    server.post("/assets/nothing/preview", &draft).await.refused(404, "unknown-asset");
    assert_eq!(server.get("/assets/harbour").await.body, before);
    assert_eq!(std::fs::read(server.folder.path().join("harbour/asset.json")).unwrap(), document);
}

#[tokio::test]
async fn a_revision_that_the_history_does_not_hold_is_told() {
    let server = Server::of(&["harbour"]).await;
    assert_eq!(server.get("/assets/harbour/history").await.is(200).json()["edits"], json!([]));
    server.post("/assets/harbour/revert", &json!({ "revision": "0" })).await.refused(404, "unknown-revision");
    server.post("/assets/harbour/revert", &json!({ "revison": "0" })).await.refused(422, "invalid");
    server.get("/assets/nothing/history").await.refused(404, "unknown-asset");
}

/// Two thousand at once, without a condition: each sets one property of one of four hundred tracks.
#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_edits_at_once_lose_none() {
    let server = std::sync::Arc::new(Server::of(&["radio"]).await);
    let track = |n| json!({ "name": format!("t{n}"), "type": "audio", "file": "radio-96.m4a" });
    let mut tracks: Vec<Value> = (0..400).map(track).collect();
    tracks.push(json!({ "name": "main", "type": "audio", "file": "radio-96.m4a", "default": true }));
    server.put("/assets/radio", &json!({ "tracks": tracks })).await.is(200);
    let properties = |n: usize| {
        let (label, tag) = (format!("Track {n}"), format!("x.edit-{n}"));
        [
            ("label", json!(label)),
            ("language", json!("de")),
            ("visibility", json!("hidden")),
            ("roles", json!(["commentary"])),
            ("characteristics", json!([tag])),
        ]
    };
    let edits = (0..2000).map(|edit| {
        let server = std::sync::Arc::clone(&server);
        tokio::spawn(async move {
            let (track, (property, value)) = (edit / 5, properties(edit / 5)[edit % 5].clone());
            let patch = json!({ property: value });
            server.patch(&format!("/assets/radio/tracks/t{track}"), &patch).await.is(200);
        })
    });
    for edit in edits.collect::<Vec<_>>() {
        edit.await.unwrap();
    }
    let asset = server.get("/assets/radio").await.json();
    for n in 0..400 {
        for (property, value) in properties(n) {
            assert_eq!(asset["tracks"][n][property], value, "{property} of track {n}");
        }
    }
}

/// What an edit adds to what was read is not lost either, where it depends on what was read.
#[tokio::test(flavor = "multi_thread")]
async fn edits_with_a_condition_build_on_one_another() {
    let server = std::sync::Arc::new(Server::of(&["radio"]).await);
    let edits = (0..20).map(|n| {
        let server = std::sync::Arc::clone(&server);
        tokio::spawn(async move {
            let path = "/api/v1/assets/radio/tracks/radio-48";
            loop {
                let now = server.get(path).await.is(200);
                let mut words = now.json()["characteristics"].as_array().unwrap().clone();
                words.push(json!(format!("x.edit-{n}")));
                let body = json!({ "characteristics": words }).to_string();
                match server.ask("PATCH", path, &[JSON, ("if-match", now.tag())], body).await.status.as_u16() {
                    412 => continue,
                    status => break assert_eq!(status, 200),
                }
            }
        })
    });
    for edit in edits.collect::<Vec<_>>() {
        edit.await.unwrap();
    }
    let words = server.get("/assets/radio/tracks/radio-48").await.json()["characteristics"].clone();
    assert_eq!(words.as_array().unwrap().len(), 20, "{words}");
}

/// Who sends back what was read a while ago means no job to be begun.
#[tokio::test]
async fn a_track_prepares_for_a_job_only() {
    let server = Server::of(&["harbour"]).await;
    let preparing = json!({ "status": "preparing" });
    let track = server.patch("/assets/harbour/tracks/en-captions", &preparing).await.is(200).json();
    assert_eq!(track["status"], "ready");
    let gone = json!({ "type": "text", "file": "gone.vtt", "status": "preparing" });
    let track = server.put("/assets/harbour/tracks/gone", &gone).await.is(201).json();
    assert_eq!((&track["status"], &track["reason"]), (&json!("error"), &json!("its job has ended; add it again")));
    let list = server.get("/assets/harbour").await.is(200).json();
    let mut sent = list.clone();
    sent["tracks"].as_array_mut().unwrap().iter_mut().for_each(|track| {
        track["status"] = json!("preparing");
        track.as_object_mut().unwrap().remove("reason");
    });
    assert_eq!(server.put("/assets/harbour", &sent).await.is(200).json(), list);
}
