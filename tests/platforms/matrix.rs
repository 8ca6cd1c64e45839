//! What is changed by one API is so in all of them: a track is added, relabelled, made the default and removed by each,
//! and every API is asked what it sees.

use super::support::{JSON, Server, fixture, until};
use serde_json::{Value, json};

const AZURE: &str =
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Media/mediaServices/acc/assets/harbour/tracks";
const CLOUDFLARE: &str = "/client/v4/accounts/acc/stream/harbour";
const NATIVE: &str = "/api/v1/assets/harbour";

/// The audio tracks as an API has them: label, whether it is the default, whether it can be played.
type Seen = Vec<(String, bool, bool)>;

fn seen(tracks: &Value, read: impl Fn(&Value) -> Option<(Value, bool, bool)>) -> Seen {
    let tracks = tracks.as_array().unwrap().iter().filter_map(read);
    let mut seen: Seen =
        tracks.map(|(label, default, ready)| (label.as_str().unwrap().to_owned(), default, ready)).collect();
    seen.sort();
    seen
}

async fn by_native(server: &Server) -> Seen {
    seen(&server.get(&format!("{NATIVE}/tracks")).await.is(200).json()["tracks"], |track| {
        let is_audio = track["type"] == "audio";
        is_audio.then(|| (track["label"].clone(), track["default"] == true, track["status"] == "ready"))
    })
}

async fn by_azure(server: &Server) -> Seen {
    seen(&server.get(&format!("{AZURE}?api-version=2022-08-01")).await.is(200).json()["value"], |resource| {
        let (track, state) = (&resource["properties"]["track"], &resource["properties"]["provisioningState"]);
        let is_audio = track["@odata.type"] == "#Microsoft.Media.AudioTrack";
        is_audio.then(|| (track["displayName"].clone(), track["hlsSettings"]["default"] == true, state == "Succeeded"))
    })
}

async fn by_cloudflare(server: &Server) -> Seen {
    seen(&server.get(&format!("{CLOUDFLARE}/audio")).await.result()["audio"], |track| {
        Some((track["label"].clone(), track["default"] == true, track["status"] == "ready"))
    })
}

/// It knows no default: what that is follows from the others.
async fn by_dato(server: &Server, default: &str) -> Seen {
    seen(&server.get("/uploads/harbour/tracks").await.is(200).json()["data"], |track| {
        let attributes = &track["attributes"];
        let is_audio = attributes["type"] == "audio";
        let label = attributes["name"].clone();
        is_audio.then(|| (label.clone(), label == default, attributes["status"] == "ready"))
    })
}

/// What all agree on, when the tracks are ready.
async fn agreed(server: &Server) -> Seen {
    let native = until(async || {
        let native = by_native(server).await;
        native.iter().all(|(.., ready)| *ready).then_some(native)
    })
    .await;
    let default = native.iter().find(|(_, default, _)| *default).unwrap().0.clone();
    assert_eq!(by_azure(server).await, native);
    assert_eq!(by_cloudflare(server).await, native);
    assert_eq!(by_dato(server, &default).await, native);
    native
}

fn labels(seen: &Seen) -> Vec<&str> {
    seen.iter().map(|(label, ..)| label.as_str()).collect()
}

async fn azure(server: &Server, method: &str, track: &str, fields: Value) {
    let mut fields = fields;
    fields["@odata.type"] = "#Microsoft.Media.AudioTrack".into();
    let body = json!({ "properties": { "track": fields } }).to_string();
    let answer = server.ask(method, &format!("{AZURE}/{track}?api-version=2022-08-01"), &[JSON], body).await;
    assert!(answer.status.is_success(), "{}", answer.text());
}

/// The identifier of the track that has the label, for Cloudflare and for DatoCMS.
async fn ids(server: &Server, label: &str) -> (String, String) {
    let cloudflare = server.get(&format!("{CLOUDFLARE}/audio")).await.result()["audio"].clone();
    let dato = server.get("/uploads/harbour/tracks").await.is(200).json()["data"].clone();
    let uid = cloudflare.as_array().unwrap().iter().find(|track| track["label"] == label).unwrap()["uid"].clone();
    let id = dato.as_array().unwrap().iter().find(|track| track["attributes"]["name"] == label).unwrap()["id"].clone();
    (uid.as_str().unwrap().to_owned(), id.as_str().unwrap().to_owned())
}

/// The house's name of the track that has the label.
async fn name(server: &Server, label: &str) -> String {
    let tracks = server.get(&format!("{NATIVE}/tracks")).await.is(200).json()["tracks"].clone();
    let track = tracks.as_array().unwrap().iter().find(|track| track["label"] == label).unwrap().clone();
    track["name"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_change_by_one_is_seen_by_all() {
    let server = Server::start().await;
    let before = agreed(&server).await;
    // Each adds one.
    let file = fixture("audio-es.m4a");
    server.ask("PUT", &format!("{NATIVE}/files/one.m4a"), &[], file.clone()).await.is(201);
    server.ask("PUT", &format!("{NATIVE}/files/two.m4a"), &[], file).await.is(201);
    server.send("POST", &format!("{NATIVE}/tracks"), json!({ "file": "one.m4a", "label": "By native" })).await.is(201);
    azure(&server, "PUT", "two", json!({ "fileName": "two.m4a", "displayName": "By Azure", "languageCode": "es" }))
        .await;
    let copy = json!({ "label": "By Cloudflare", "url": server.url("audio-es.m4a") });
    server.send("POST", &format!("{CLOUDFLARE}/audio/copy"), copy).await.result();
    let attributes = json!({ "url_or_upload_request_id": server.url("audio-fr.m4a"), "type": "audio", "name": "By DatoCMS", "language_code": "fr" });
    let body = json!({ "data": { "type": "upload_track", "attributes": attributes } });
    server.send("POST", "/uploads/harbour/tracks", body).await.is(202);
    let all = agreed(&server).await;
    assert_eq!(all.len(), before.len() + 4);
    // Those that can relabel the track of another.
    let (uid, _) = ids(&server, "By Azure").await;
    server
        .send("PATCH", &format!("{CLOUDFLARE}/audio/{uid}"), json!({ "label": "Azure's, by Cloudflare" }))
        .await
        .result();
    let of_cloudflare = name(&server, "By Cloudflare").await;
    server
        .send("PATCH", &format!("{NATIVE}/tracks/{of_cloudflare}"), json!({ "label": "Cloudflare's, by native" }))
        .await
        .is(200);
    let of_dato = name(&server, "By DatoCMS").await;
    azure(&server, "PATCH", &of_dato, json!({ "displayName": "DatoCMS's, by Azure" })).await;
    let relabelled = agreed(&server).await;
    for label in ["Azure's, by Cloudflare", "Cloudflare's, by native", "DatoCMS's, by Azure", "By native"] {
        assert!(labels(&relabelled).contains(&label), "{relabelled:?}");
    }
    // A label that one has given is taken for all others.
    let copy = json!({ "label": "by NATIVE", "url": server.url("audio-es.m4a") });
    server.send("POST", &format!("{CLOUDFLARE}/audio/copy"), copy).await.fails(400, 10005);
    // The default passes from one to the other, and cannot be removed by any.
    let default = async |seen: Seen| seen.into_iter().find(|(_, default, _)| *default).unwrap().0;
    let (uid, id) = ids(&server, "DatoCMS's, by Azure").await;
    server.send("PATCH", &format!("{CLOUDFLARE}/audio/{uid}"), json!({ "default": true })).await.result();
    assert_eq!(default(agreed(&server).await).await, "DatoCMS's, by Azure");
    server.delete(&format!("/uploads/harbour/tracks/{id}")).await.refused(422, "INVALID_FIELD");
    server.delete(&format!("{CLOUDFLARE}/audio/{uid}")).await.fails(400, 10005);
    server.delete(&format!("{AZURE}/{of_dato}?api-version=2022-08-01")).await.is(409);
    server.delete(&format!("{NATIVE}/tracks/{of_dato}")).await.is(422);
    azure(&server, "PATCH", "two", json!({ "hlsSettings": { "default": true } })).await;
    assert_eq!(default(agreed(&server).await).await, "Azure's, by Cloudflare");
    server.send("PATCH", &format!("{NATIVE}/tracks/en"), json!({ "default": true })).await.is(200);
    assert_eq!(default(agreed(&server).await).await, "English");
    // Each removes the track of another.
    let (uid, _) = ids(&server, "By native").await;
    server.delete(&format!("{CLOUDFLARE}/audio/{uid}")).await.result();
    let (_, id) = ids(&server, "Cloudflare's, by native").await;
    server.delete(&format!("/uploads/harbour/tracks/{id}")).await.is(202);
    server.delete(&format!("{AZURE}/{of_dato}?api-version=2022-08-01")).await.is(202);
    server.delete(&format!("{NATIVE}/tracks/two")).await.is(204);
    assert_eq!(agreed(&server).await, before);
}

#[tokio::test]
async fn captions_are_the_same_for_all() {
    let server = Server::start().await;
    let attributes = json!({ "url_or_upload_request_id": server.url("subs-de.vtt"), "type": "subtitles", "name": "Türkçe", "language_code": "tr" });
    server
        .send(
            "POST",
            "/uploads/harbour/tracks",
            json!({ "data": { "type": "upload_track", "attributes": attributes } }),
        )
        .await
        .is(202);
    until(async || {
        let caption = server.get(&format!("{CLOUDFLARE}/captions/tr")).await.result();
        (caption["status"] == "ready").then_some(())
    })
    .await;
    assert_eq!(server.get(&format!("{CLOUDFLARE}/captions/tr/vtt")).await.is(200).body, fixture("subs-de.vtt"));
    let name = name(&server, "Türkçe").await;
    server
        .send("PATCH", &format!("{NATIVE}/tracks/{name}"), json!({ "label": "Turkish", "language": "az" }))
        .await
        .is(200);
    assert_eq!(server.get(&format!("{CLOUDFLARE}/captions/az")).await.result()["label"], "Turkish");
    let track = server.get(&format!("{AZURE}/{name}?api-version=2022-08-01")).await.is(200).json();
    assert_eq!(track["properties"]["track"]["displayName"], "Turkish");
    server.delete(&format!("{CLOUDFLARE}/captions/az")).await.result();
    server.get(&format!("{NATIVE}/tracks/{name}")).await.is(404);
    assert!(!server.files("harbour").iter().any(|file| file.starts_with("tr-")));
}
