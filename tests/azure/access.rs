//! Who may ask, and how requests must be.

use super::support::{ACCOUNT, Server, audio, copies, token};
use serde_json::json;
use signalbox::api::{ApiOptions, AzureOptions, Scope};

#[tokio::test]
async fn a_token_is_asked_for_and_its_bounds_are_kept() {
    let (reader, reads) = token("reader", Scope::Read, "");
    let (shows, in_shows) = token("shows", Scope::Write, "shows/");
    let folder = copies(&[("radio", "shows/radio"), ("talk", "talk")]);
    let server = Server::over(folder, ApiOptions { tokens: vec![reads, in_shows], ..ApiOptions::default() }).await;
    server.get("assets").await.refused(401, "AuthenticationFailed");
    server.with("wrong").get("assets").await.refused(401, "AuthenticationFailed");
    let (reader, shows) = (server.with(&reader), server.with(&shows));
    reader.get("assets/talk/tracks").await.is(200);
    for path in ["assets/x", "assets/talk/tracks/x", "accountFilters/x", "streamingLocators/x"] {
        reader.put(path, json!({ "properties": {} })).await.refused(403, "AuthorizationFailed");
        reader.delete(path).await.refused(403, "AuthorizationFailed");
    }
    reader.post("assets/talk/tracks/en/updateTrackData").await.refused(403, "AuthorizationFailed");
    shows.get("assets/shows~1radio/tracks").await.is(200);
    for path in [
        "assets/talk",
        "assets/TALK",
        "assets/talk/tracks",
        "assets/none",
        "assets/talk/tracks/x/operationStatuses/1-2",
    ] {
        shows.get(path).await.refused(403, "AuthorizationFailed");
    }
    let body = audio(json!({ "fileName": "x.mp4" }));
    shows.put("assets/talk/tracks/x", body).await.refused(403, "AuthorizationFailed");
    let list = shows.get("assets").await.is(200).json();
    assert_eq!(list["value"].as_array().unwrap().len(), 1);
    assert_eq!(shows.get("assets?$filter=name+eq+'talk'").await.json(), json!({ "value": [] }));
}

#[tokio::test]
async fn without_tokens_pages_and_proxies_are_not_answered() {
    let server = Server::harbour().await;
    let sas = server.sas("harbour", "ReadWrite").await;
    for header in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("host", "evil.example"),
        ("x-forwarded-for", "10.0.0.1"),
    ] {
        server.ask("GET", "assets", &[header], "").await.refused(403, "AuthorizationFailed");
        server.ask("POST", "assets/harbour/listContainerSas", &[header], "").await.refused(403, "AuthorizationFailed");
        sas.ask("PUT", "x.bin", &[header], "x").await.blob_refused(403, "AuthorizationFailure");
    }
}

#[tokio::test]
async fn a_version_is_needed_and_any_will_do() {
    let server = Server::harbour().await;
    server.get(&format!("{ACCOUNT}/assets")).await.refused(400, "MissingApiVersionParameter");
    for version in ["2022-08-01", "2018-07-01", "anything"] {
        server.get(&format!("{ACCOUNT}/assets?API-Version={version}")).await.is(200);
    }
}

#[tokio::test]
async fn an_account_can_be_pinned() {
    let azure = AzureOptions {
        subscription: Some("00000000-0000-0000-0000-000000000000".to_owned()),
        resource_group: Some("RG".to_owned()),
        account: Some("acc".to_owned()),
        ..AzureOptions::default()
    };
    let folder = copies(&[("radio", "radio")]);
    let server = Server::over(folder, ApiOptions { azure, ..ApiOptions::default() }).await;
    server.get("assets").await.is(200);
    for (from, to, code) in [
        ("0000/", "0001/", "SubscriptionNotFound"),
        ("/rg/", "/other/", "ResourceGroupNotFound"),
        ("/acc", "/other", "ResourceNotFound"),
    ] {
        let account = ACCOUNT.replace(from, to);
        server.get(&format!("{account}/assets?api-version=1")).await.refused(404, code);
    }
}

#[tokio::test]
async fn bodies_are_read_whatever_they_call_themselves() {
    let server = Server::harbour().await;
    server.ask("PUT", "assets/one", &[], "{}").await.is(201);
    server.ask("GET", "assets/one", &[("content-type", "application/json")], "").await.is(200);
    server.ask("PUT", "assets/one", &[("content-type", "text/plain")], "").await.is(200);
    for body in ["{", "[]", "{\"properties\": {}, \"properties\": {}}", "{\"properties\": 5}"] {
        server.ask("PUT", "assets/one", &[], body).await.refused(400, "BadRequest");
    }
    let large = format!("{{\"properties\": {{ \"description\": \"{}\" }} }}", "x".repeat(3_000_000));
    server.ask("PUT", "assets/one", &[], large).await.refused(413, "RequestBodyTooLarge");
}
