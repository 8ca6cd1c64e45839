//! Filters of assets and of the account: kept as they were said.

use super::support::{Server, copies, token};
use serde_json::{Value, json};
use signalbox::ams::{Owner, Shelf};
use signalbox::api::{ApiOptions, Scope};
use signalbox::store::LocalStore;
use std::sync::Arc;

fn spanish() -> Value {
    json!({ "tracks": [
        { "trackSelections": [{ "property": "Type", "operation": "Equal", "value": "Video" }] },
        { "trackSelections": [{ "property": "Type", "operation": "Equal", "value": "Audio" },
                              { "property": "Language", "operation": "Equal", "value": "es-ES" }] },
    ] })
}

#[tokio::test]
async fn a_filter_is_kept_as_it_was_said() {
    let server = Server::harbour().await;
    for (path, kind) in [("assets/harbour/assetFilters", "assets/assetFilters"), ("accountFilters", "accountFilters")] {
        let one = format!("{path}/mobile");
        assert_eq!(server.get(path).await.is(200).json(), json!({ "value": [] }));
        let made = server.put(&one, json!({ "properties": spanish() })).await.is(201).json();
        assert_eq!(made["properties"], spanish());
        assert_eq!(made["type"], format!("Microsoft.Media/mediaservices/{kind}"));
        assert!(made["id"].as_str().unwrap().ends_with(&format!("/{one}")));
        assert_eq!(server.get(&format!("{path}/MOBILE")).await.is(200).json(), made);
        assert_eq!(server.get(path).await.json(), json!({ "value": [made] }));
        let rated = json!({ "properties": { "firstQuality": { "bitrate": 128_000 } } });
        let patched = server.patch(&one, rated.clone()).await.is(200).json();
        assert_eq!(patched["properties"]["firstQuality"], json!({ "bitrate": 128_000 }));
        assert_eq!(patched["properties"]["tracks"], spanish()["tracks"]);
        let cleared = server.patch(&one, json!({ "properties": { "tracks": null } })).await.is(200).json();
        assert_eq!(cleared["properties"], rated["properties"]);
        assert_eq!(server.put(&one, json!({ "properties": spanish() })).await.is(200).json()["properties"], spanish());
        for (body, word) in [
            (json!({ "track": [] }), "track"),
            (
                json!({ "tracks": [{ "trackSelections": [{ "property": "Colour", "operation": "Equal", "value": "x" }] }] }),
                "Colour",
            ),
            (json!({ "presentationTimeRange": { "forceEndTimestamp": true } }), "forceEndTimestamp"),
            (json!({ "firstQuality": { "bitrate": "fast" } }), "firstQuality.bitrate"),
        ] {
            let message = server.put(&one, json!({ "properties": body })).await.refused(400, "BadRequest");
            assert!(message.contains(word), "{message}");
        }
        server.delete(&one).await.is(200);
        server.delete(&one).await.is(204);
        server.get(&one).await.refused(404, "NotFound");
        server.patch(&one, rated).await.refused(404, "NotFound");
    }
    server.get("assets/none/assetFilters").await.refused(404, "NotFound");
}

#[tokio::test]
async fn who_answers_players_finds_them() {
    let server = Server::harbour().await;
    server.put("accountFilters/tv", json!({ "properties": { "firstQuality": { "bitrate": 1 } } })).await.is(201);
    server.put("assets/harbour/assetFilters/TV", json!({ "properties": spanish() })).await.is(201);
    let shelf = Shelf::new(Arc::new(LocalStore::open(server.folder.path()).unwrap()));
    assert_eq!(shelf.filter("harbour", "tv").await.unwrap().unwrap().tracks.len(), 2);
    assert_eq!(shelf.filter("talk", "tv").await.unwrap().unwrap().first_quality.unwrap().bitrate, 1);
    assert_eq!(shelf.filters(Owner::Asset("harbour")).all().await.unwrap().len(), 1);
}

#[tokio::test]
async fn those_of_the_account_are_for_who_sees_all() {
    let (secret, limited) = token("shows", Scope::Write, "shows/");
    let folder = copies(&[("radio", "shows/radio"), ("talk", "talk")]);
    let server =
        Server::over(folder, ApiOptions { tokens: vec![limited], ..ApiOptions::default() }).await.with(&secret);
    server.put("accountFilters/f", json!({})).await.refused(403, "AuthorizationFailed");
    server.delete("accountFilters/f").await.refused(403, "AuthorizationFailed");
    server.get("accountFilters").await.is(200);
    server.put("assets/shows~1radio/assetFilters/f", json!({})).await.is(201);
    server.put("assets/talk/assetFilters/f", json!({})).await.refused(403, "AuthorizationFailed");
}
