//! Streaming locators, the paths they give, endpoints and policies.

use super::support::{Server, copies, token};
use serde_json::{Value, json};
use signalbox::ams::Shelf;
use signalbox::api::{ApiOptions, AzureOptions, Scope};
use signalbox::store::LocalStore;
use std::sync::Arc;

fn of(asset: &str) -> Value {
    json!({ "properties": { "assetName": asset, "streamingPolicyName": "Predefined_ClearStreamingOnly" } })
}

#[tokio::test]
async fn a_locator_is_made_found_and_taken_back() {
    let server = Server::harbour().await;
    let made = server.put("streamingLocators/Premi%C3%A8re", of("HARBOUR")).await.is(201).json();
    let properties = made["properties"].clone();
    let id = properties["streamingLocatorId"].as_str().unwrap().to_owned();
    assert_eq!((&made["name"], &properties["assetName"]), (&json!("Première"), &json!("harbour")));
    assert_eq!(properties["endTime"], "9999-12-31T23:59:59.9999999Z");
    assert_eq!((&properties["contentKeys"], &properties["filters"]), (&json!([]), &json!([])));
    assert_eq!(server.get("streamingLocators/PREMI%C3%88RE").await.is(200).json(), made);
    assert_eq!(server.get("streamingLocators").await.json(), json!({ "value": [made] }));
    let listed = server.post("assets/harbour/listStreamingLocators").await.is(200).json();
    assert_eq!(listed["streamingLocators"][0]["streamingLocatorId"], id.as_str());
    let shelf = Shelf::new(Arc::new(LocalStore::open(server.folder.path()).unwrap()));
    assert_eq!(shelf.locator(id.parse().unwrap()).await.unwrap().unwrap().asset, "harbour");
    server.put("streamingLocators/premi%C3%A8re", of("harbour")).await.refused(409, "Conflict");
    let other = Server::over(Arc::clone(&server.folder), ApiOptions::default()).await;
    assert_eq!(other.get("streamingLocators/Premi%C3%A8re").await.is(200).json(), made);
    server.delete("streamingLocators/Premi%C3%A8re").await.is(200);
    server.delete("streamingLocators/Premi%C3%A8re").await.is(204);
    server.get("streamingLocators/Premi%C3%A8re").await.refused(404, "NotFound");
    assert_eq!(shelf.locator(id.parse().unwrap()).await.unwrap(), None);
}

#[tokio::test]
async fn what_a_client_says_of_it_is_kept() {
    let server = Server::harbour().await;
    let mut body = of("harbour");
    let id = "571544ac-e084-40ea-b436-b7792f1495d2";
    body["properties"]["streamingLocatorId"] = id.to_uppercase().into();
    body["properties"]["startTime"] = "2026-01-01T01:00:00+01:00".into();
    body["properties"]["endTime"] = "2030-01-01T00:00:00.5Z".into();
    body["properties"]["filters"] = json!(["a", "b"]);
    let made = server.put("streamingLocators/one", body.clone()).await.is(201).json()["properties"].clone();
    assert_eq!((&made["streamingLocatorId"], &made["startTime"]), (&json!(id), &json!("2026-01-01T00:00:00Z")));
    assert_eq!((&made["endTime"], &made["filters"]), (&json!("2030-01-01T00:00:00.5Z"), &json!(["a", "b"])));
    server.put("streamingLocators/two", body).await.refused(409, "Conflict");
    for (field, value, word) in [
        ("assetName", json!("none"), "none"),
        ("assetName", Value::Null, "assetName"),
        ("streamingPolicyName", json!("Predefined_MultiDrmStreaming"), "Predefined_MultiDrmStreaming"),
        ("streamingPolicyName", Value::Null, "streamingPolicyName"),
        ("streamingLocatorId", json!("x"), "GUID"),
        ("startTime", json!("9999-12-31T23:59:59.9999999Z"), "startTime"),
        ("endTime", json!("soon"), "endTime"),
        ("filters", json!("a"), "filters"),
        ("contentKeys", json!([{}]), "keys"),
        ("colour", json!(1), "colour"),
    ] {
        let mut body = of("harbour");
        body["properties"][field] = value;
        let message = server.put("streamingLocators/two", body).await.refused(400, "BadRequest");
        assert!(message.contains(word), "{field}: {message}");
    }
}

#[tokio::test]
async fn paths_lead_to_what_is_served() {
    let folder = copies(&[("harbour", "shows/Old harbour"), ("radio", "radio")]);
    std::fs::write(folder.path().join("radio/Sendung 1.ism"), "").unwrap();
    let server = Server::over(folder, ApiOptions::default()).await;
    for (name, asset, manifest) in [("one", "shows~1Old harbour", "Old%20harbour"), ("two", "radio", "Sendung%201")] {
        let made = server.put(&format!("streamingLocators/{name}"), of(asset)).await.is(201).json();
        let id = made["properties"]["streamingLocatorId"].as_str().unwrap();
        let path = |format: &str| format!("/{id}/{manifest}.ism/manifest(format={format})");
        let paths = server.post(&format!("streamingLocators/{name}/listPaths")).await.is(200).json();
        let one = |protocol: &str, formats: &[&str]| {
            let paths: Vec<String> = formats.iter().map(|format| path(format)).collect();
            json!({ "streamingProtocol": protocol, "encryptionScheme": "NoEncryption", "paths": paths })
        };
        let expected = [one("Hls", &["m3u8-cmaf"]), one("Dash", &["mpd-time-cmaf", "mpd-time-csf"])];
        assert_eq!(paths, json!({ "streamingPaths": expected, "downloadPaths": [] }));
        let keys = server.post(&format!("streamingLocators/{name}/listContentKeys")).await.is(200).json();
        assert_eq!(keys, json!({ "contentKeys": [] }));
    }
    server.post("streamingLocators/none/listPaths").await.refused(404, "NotFound");
}

#[tokio::test]
async fn the_endpoint_is_this_server() {
    let server = Server::harbour().await;
    let endpoint = server.get("streamingEndpoints/DEFAULT").await.is(200).json();
    assert_eq!((&endpoint["name"], &endpoint["properties"]["resourceState"]), (&json!("default"), &json!("Running")));
    assert_eq!(endpoint["properties"]["hostName"], server.address.to_string());
    assert!(!endpoint["location"].as_str().unwrap().is_empty());
    assert_eq!(server.get("streamingEndpoints").await.json(), json!({ "value": [endpoint] }));
    server.get("streamingEndpoints/none").await.refused(404, "NotFound");
    let policies = server.get("streamingPolicies").await.is(200).json();
    let first = &policies["value"][0];
    assert_eq!(first["name"], "Predefined_ClearStreamingOnly");
    assert_eq!(server.get("streamingPolicies/predefined_clearstreamingonly").await.is(200).json(), *first);
    server.get("streamingPolicies/Predefined_ClearKey").await.refused(404, "NotFound");
    for (options, host) in [
        (AzureOptions { players_port: Some(8080), ..AzureOptions::default() }, "127.0.0.1:8080"),
        (AzureOptions { host_name: Some("cdn.example".to_owned()), ..AzureOptions::default() }, "cdn.example"),
        (AzureOptions { public_url: Some("https://m.example".to_owned()), ..AzureOptions::default() }, "m.example"),
    ] {
        let options = ApiOptions { azure: options, ..ApiOptions::default() };
        let server = Server::over(Arc::clone(&server.folder), options).await;
        let endpoint = server.get("streamingEndpoints/default").await.json();
        assert_eq!(endpoint["properties"]["hostName"], host);
    }
}

#[tokio::test]
async fn a_token_sees_the_locators_of_its_assets() {
    let (shows, limited) = token("shows", Scope::Write, "shows/");
    let (all, unlimited) = token("all", Scope::Write, "");
    let folder = copies(&[("radio", "shows/radio"), ("talk", "talk")]);
    let server = Server::over(folder, ApiOptions { tokens: vec![limited, unlimited], ..ApiOptions::default() }).await;
    let (shows, all) = (server.with(&shows), server.with(&all));
    all.put("streamingLocators/talk", of("talk")).await.is(201);
    shows.put("streamingLocators/radio", of("shows~1radio")).await.is(201);
    shows.put("streamingLocators/other", of("talk")).await.refused(403, "AuthorizationFailed");
    let count = async |server: &Server| server.get("streamingLocators").await.json()["value"].as_array().unwrap().len();
    assert_eq!((count(&shows).await, count(&all).await), (1, 2));
    shows.get("streamingLocators/talk").await.refused(404, "NotFound");
    shows.delete("streamingLocators/talk").await.is(204);
    all.get("streamingLocators/talk").await.is(200);
}
