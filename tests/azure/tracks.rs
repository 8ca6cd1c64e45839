//! Tracks: what is shown of them, and every rule of changing them.

use super::support::{Server, audio, copies, fixture, text};
use serde_json::{Value, json};
use signalbox::api::ApiOptions;

const TRACKS: &str = "assets/harbour/tracks";

/// A copy of harbour with an audio file and a caption file that no track uses.
async fn server() -> Server {
    let server = Server::harbour().await;
    let sas = server.sas("harbour", "ReadWrite").await;
    sas.put("es.mp4", fixture("audio-es.m4a")).await.is(201);
    sas.put("en.vtt", fixture("subs-en.vtt")).await.is(201);
    sas.put("bad.vtt", fixture("not-vtt.vtt")).await.is(201);
    server
}

async fn all(server: &Server) -> Value {
    server.get(TRACKS).await.is(200).json()
}

async fn defaults(server: &Server) -> Vec<String> {
    let is_default = |track: &&Value| {
        let track = &track["properties"]["track"];
        track["@odata.type"] == "#Microsoft.Media.AudioTrack" && track["hlsSettings"]["default"] == true
    };
    let tracks = all(server).await;
    let found = tracks["value"].as_array().unwrap().iter().filter(is_default);
    found.map(|track| track["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_track_of_the_asset_is_listed_as_it_is_got() {
    let server = Server::harbour().await;
    let tracks = all(&server).await;
    let tracks = tracks["value"].as_array().unwrap();
    let names: Vec<&str> = tracks.iter().map(|track| track["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 11);
    for track in tracks {
        let name = track["name"].as_str().unwrap();
        assert_eq!(server.track("harbour", name).await, *track);
        assert_eq!(server.track("HARBOUR", &name.to_uppercase()).await, *track, "case does not count");
        assert_eq!(track["type"], "Microsoft.Media/mediaservices/assets/tracks");
        assert!(track["id"].as_str().unwrap().ends_with(&format!("/mediaservices/acc/assets/harbour/tracks/{name}")));
        assert_eq!(track["properties"]["provisioningState"], "Succeeded");
    }
    let track =
        |name: &str| tracks[names.iter().position(|other| *other == name).unwrap()]["properties"]["track"].clone();
    assert_eq!(track("video-240"), json!({ "@odata.type": "#Microsoft.Media.VideoTrack" }));
    let mut english = track("en");
    assert!(english["bitRate"].take().as_u64().unwrap() > 10_000);
    let expected = json!({
        "@odata.type": "#Microsoft.Media.AudioTrack", "fileName": "audio-en.m4a", "displayName": "English",
        "languageCode": "en", "hlsSettings": { "default": true, "forced": false }, "bitRate": null,
    });
    assert_eq!(english, expected);
    let automatic = json!({
        "@odata.type": "#Microsoft.Media.TextTrack", "fileName": "auto-en.vtt", "displayName": "English (automatic)",
        "languageCode": "en", "playerVisibility": "Hidden",
        "hlsSettings": { "default": false, "forced": false, "characteristics": "public.machine-generated" },
    });
    assert_eq!(track("auto"), automatic);
    assert_eq!(track("de")["dashSettings"], json!({ "role": "dub" }));
}

#[tokio::test]
async fn put_makes_patch_merges_put_replaces() {
    let server = server().await;
    let path = format!("{TRACKS}/es%20{}", "%C3%B1");
    let body = audio(json!({
        "fileName": "es.mp4", "displayName": "Español", "languageCode": "es-ES",
        "hlsSettings": { "characteristics": "public.accessibility.describes-video" }, "dashSettings": { "role": "alternate" },
    }));
    let made = server.put(&path, body).await.is(201).json();
    assert_eq!((made["name"].as_str(), &made["properties"]["provisioningState"]), (Some("es ñ"), &json!("InProgress")));
    server.patch(&path, audio(json!({ "displayName": "Otro", "languageCode": "es-419" }))).await.is(202);
    let track = server.track("harbour", "es%20%C3%B1").await["properties"]["track"].clone();
    assert_eq!((&track["displayName"], &track["languageCode"]), (&json!("Otro"), &json!("es-419")));
    assert_eq!(track["hlsSettings"]["characteristics"], "public.accessibility.describes-video");
    assert_eq!(track["dashSettings"]["role"], "alternate");
    server.put(&path, audio(json!({ "fileName": "es.mp4", "displayName": "Nuevo" }))).await.is(200);
    let track = server.track("harbour", "es%20%C3%B1").await["properties"]["track"].clone();
    assert_eq!(track["hlsSettings"], json!({ "default": false, "forced": false }));
    assert_eq!(track.get("dashSettings"), None);
    let document = std::fs::read_to_string(server.folder.path().join("harbour/asset.json")).unwrap();
    assert!(document.contains("es_x002000F1_"), "the way to be written in the house: {document}");
}

#[tokio::test]
async fn the_language_of_text_is_the_files_as_it_was_last_read() {
    let server = server().await;
    let path = format!("{TRACKS}/new");
    server.put(&path, text(json!({ "fileName": "en.vtt", "displayName": "New", "languageCode": "fr" }))).await.is(201);
    let language = async || server.track("harbour", "new").await["properties"]["track"]["languageCode"].clone();
    assert_eq!(language().await, "en-US");
    server.bring("harbour", "en.vtt", fixture("subs-de.vtt")).await;
    assert_eq!(language().await, "en-US");
    server.post(&format!("{path}/updateTrackData")).await.is(202);
    assert_eq!(language().await, "de-DE");
    server.bring("harbour", "en.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nHm\n").await;
    server.post(&format!("{path}/updateTrackData")).await.is(202);
    assert_eq!(language().await, "de-DE", "the file says nothing");
}

#[tokio::test]
async fn a_default_is_passed_on_and_never_lost() {
    let server = server().await;
    let new = format!("{TRACKS}/es");
    server.put(&new, audio(json!({ "fileName": "es.mp4", "displayName": "Español" }))).await.is(201);
    assert_eq!(defaults(&server).await, ["en"]);
    server.patch(&new, audio(json!({ "hlsSettings": { "default": true } }))).await.is(202);
    assert_eq!(defaults(&server).await, ["es"]);
    server.patch(&new, audio(json!({ "hlsSettings": { "default": false } }))).await.refused(409, "Conflict");
    server.delete(&new).await.refused(409, "Conflict");
    server.put(&new, audio(json!({ "fileName": "es.mp4", "displayName": "Español" }))).await.is(200);
    assert_eq!(defaults(&server).await, ["es"], "nothing was said of it");
    server.patch(&format!("{TRACKS}/en"), audio(json!({ "hlsSettings": { "default": true } }))).await.is(202);
    assert_eq!(defaults(&server).await, ["en"]);
    server.delete(&new).await.is(202);
}

/// A copy of harbour in which no track is flagged as the default.
async fn unflagged() -> Server {
    let folder = copies(&[("harbour", "harbour")]);
    let document = folder.path().join("harbour/asset.json");
    let unflagged = std::fs::read_to_string(&document).unwrap().replace(", \"default\": true", "");
    std::fs::write(&document, unflagged).unwrap();
    Server::over(folder, ApiOptions::default()).await
}

#[tokio::test]
async fn a_default_that_nobody_wrote_down_gives_way_to_one_that_is() {
    let server = unflagged().await;
    server.patch(&format!("{TRACKS}/de"), audio(json!({ "hlsSettings": { "default": true } }))).await.is(202);
    assert_eq!(defaults(&server).await, ["de"]);
}

#[tokio::test]
async fn a_default_that_nobody_wrote_down_is_one_all_the_same() {
    let server = unflagged().await;
    assert_eq!(defaults(&server).await, ["en"]);
    server.delete(&format!("{TRACKS}/en")).await.refused(409, "Conflict");
    server.bring("harbour", "es.mp4", fixture("audio-es.m4a")).await;
    let main = audio(json!({ "fileName": "es.mp4", "displayName": "Español", "dashSettings": { "role": "main" } }));
    server.put(&format!("{TRACKS}/aa"), main).await.is(201);
    assert_eq!(defaults(&server).await, ["en"], "a new track takes nothing");
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let server = server().await;
    let before = all(&server).await;
    let put = async |name: &str, body: Value| server.put(&format!("{TRACKS}/{name}"), body).await;
    let patch = async |name: &str, body: Value| server.patch(&format!("{TRACKS}/{name}"), body).await;
    let message = put("x", audio(json!({ "fileName": "none.mp4" }))).await.refused(400, "BadRequest");
    assert_eq!(message, "Target resource file does not exist.");
    assert_eq!(put("x", json!({})).await.refused(400, "BadRequest"), "Properties can not be null.");
    for body in [
        json!({ "properties": {} }),
        json!({ "properties": { "track": {} } }),
        json!({ "properties": { "track": { "@odata.type": "#Microsoft.Media.VideoTrack" } } }),
        json!({ "properties": { "track": { "@odata.type": "AudioTrack", "fileName": "es.mp4" } } }),
        json!({ "properties": audio(json!({ "fileName": "es.mp4" }))["properties"], "more": 1 }),
        json!({ "properties": { "track": audio(json!({ "fileName": "es.mp4" }))["properties"]["track"], "more": 1 } }),
        audio(json!({ "displayName": "x" })),
        audio(json!({ "fileName": "en.vtt" })),
        text(json!({ "fileName": "asset.json" })),
        text(json!({ "fileName": "../talk/asset.json" })),
        audio(json!({ "fileName": "es.mp4", "languageCode": "not_a_tag!" })),
        audio(json!({ "fileName": "es.mp4", "hlsSettings": { "forced": true } })),
        audio(json!({ "fileName": "es.mp4", "unknown": true })),
        text(json!({ "fileName": "en.vtt", "bitRate": 1 })),
    ] {
        put("x", body).await.refused(400, "BadRequest");
    }
    put("x", audio(json!({ "fileName": "es.mp4", "displayName": "Deutsch" }))).await.refused(409, "Conflict");
    patch("de", audio(json!({ "displayName": "english" }))).await.refused(409, "Conflict");
    patch("de", text(json!({ "displayName": "x" }))).await.refused(400, "BadRequest");
    patch("de", audio(json!({ "fileName": "es.mp4" }))).await.refused(400, "BadRequest");
    patch("de", audio(json!({ "languageCode": "e" }))).await.refused(400, "BadRequest");
    patch("none", audio(json!({}))).await.refused(404, "NotFound");
    server.delete(&format!("{TRACKS}/video-240")).await.refused(400, "BadRequest");
    server.get(&format!("{TRACKS}/none")).await.refused(404, "NotFound");
    server.post(&format!("{TRACKS}/none/updateTrackData")).await.refused(404, "NotFound");
    for name in ["a.b", "it%27s", "a%3Fb", &"%E5%AD%97".repeat(60), &"a".repeat(261)] {
        put(name, audio(json!({ "fileName": "es.mp4" }))).await.refused(400, "BadRequest");
    }
    server.delete(&format!("{TRACKS}/none")).await.is(204);
    assert_eq!(all(&server).await, before);
    server.put("assets/none/tracks/x", audio(json!({ "fileName": "es.mp4" }))).await.refused(404, "NotFound");
}

#[tokio::test]
async fn what_is_wrong_inside_a_file_is_the_failure_of_the_operation() {
    let server = server().await;
    let path = format!("{TRACKS}/bad");
    let body = text(json!({ "fileName": "bad.vtt", "displayName": "Bad" }));
    let made = server.put(&path, body.clone()).await.is(201);
    let status = server.get(made.header("azure-asyncoperation")).await.is(200).json();
    assert_eq!((&status["status"], &status["error"]["code"]), (&json!("Failed"), &json!("ClientError")));
    assert!(status["error"]["message"].as_str().unwrap().contains("WEBVTT"), "{status}");
    assert_eq!(server.track("harbour", "bad").await["properties"]["provisioningState"], "Failed");
    server.bring("harbour", "bad.vtt", fixture("subs-en.vtt")).await;
    server.put(&path, body).await.is(200);
    let mended = server.track("harbour", "bad").await["properties"].clone();
    assert_eq!(
        (&mended["provisioningState"], &mended["track"]["languageCode"]),
        (&json!("Succeeded"), &json!("en-US"))
    );
    server.delete(&path).await.is(202);
    server.delete(&path).await.is(204);
}

#[tokio::test]
async fn to_a_recording_of_a_live_stream_nothing_is_added() {
    let server = server().await;
    let path = server.folder.path().join("harbour/asset.json");
    let document = std::fs::read_to_string(&path).unwrap().replacen('{', "{ \"kind\": \"live-archive\",", 1);
    std::fs::write(&path, document).unwrap();
    server.put(&format!("{TRACKS}/x"), text(json!({ "fileName": "en.vtt" }))).await.refused(400, "BadRequest");
    server.put(&format!("{TRACKS}/x"), audio(json!({ "fileName": "es.mp4" }))).await.refused(400, "BadRequest");
    server.patch(&format!("{TRACKS}/auto"), text(json!({ "displayName": "x" }))).await.refused(400, "BadRequest");
}
