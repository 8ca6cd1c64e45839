//! Assets: folders of the store and those that are to become some, listed, described and deleted.

use super::support::{Server, copies};
use serde_json::{Value, json};
use signalbox::api::{ApiOptions, AzureOptions};
use std::collections::BTreeSet;

fn names(list: &Value) -> Vec<String> {
    list["value"].as_array().unwrap().iter().map(|asset| asset["name"].as_str().unwrap().to_owned()).collect()
}

async fn three() -> Server {
    let folder = copies(&[("radio", "radio"), ("talk", "shows/Tonight"), ("radio", "a~b")]);
    Server::over(folder, ApiOptions::default()).await
}

#[tokio::test]
async fn an_asset_is_a_folder_and_its_name_the_path() {
    let server = three().await;
    assert_eq!(names(&server.get("assets").await.is(200).json()), ["a~0b", "radio", "shows~1Tonight"]);
    let asset = server.get("assets/shows~1Tonight").await.is(200).json();
    assert_eq!(asset["name"], "shows~1Tonight");
    assert_eq!(asset["type"], "Microsoft.Media/mediaservices/assets");
    assert!(asset["id"].as_str().unwrap().ends_with("/mediaservices/acc/assets/shows~1Tonight"));
    let properties = &asset["properties"];
    assert_eq!(properties["assetId"].as_str().unwrap().len(), 36);
    assert_eq!(properties["container"], "shows~1Tonight");
    assert!(properties["created"].as_str().unwrap() <= properties["lastModified"].as_str().unwrap());
    for name in ["shows%2FTonight", "SHOWS~1tonight"] {
        assert_eq!(server.get(&format!("assets/{name}")).await.is(200).json(), asset, "{name}");
    }
    server.get("assets/shows").await.refused(404, "NotFound");
    server.get("assets/none").await.refused(404, "NotFound");
    assert!(server.get("assets/a~0b/tracks").await.is(200).json()["value"][0]["name"].is_string());
}

#[tokio::test]
async fn an_asset_without_files_is_one() {
    let server = three().await;
    let body = json!({ "properties": { "description": "first", "alternateId": "alt" } });
    let made = server.put("assets/new%20one", body).await.is(201).json();
    assert_eq!(made["properties"]["description"], "first");
    let patched = server.patch("assets/new%20one", json!({ "properties": { "description": "second" } })).await.is(200);
    let patched = patched.json()["properties"].clone();
    assert_eq!((&patched["description"], &patched["alternateId"]), (&json!("second"), &json!("alt")));
    assert_eq!(patched["created"], made["properties"]["created"]);
    let replaced =
        server.put("assets/NEW%20one", json!({ "properties": { "description": "third" } })).await.is(200).json();
    assert_eq!((&replaced["name"], replaced["properties"].get("alternateId")), (&json!("new one"), None));
    assert!(names(&server.get("assets").await.json()).contains(&"new one".to_owned()));
    let message = server.get("assets/new%20one/tracks").await.refused(400, "BadRequest");
    assert!(message.contains(".ism"), "{message}");
    assert_eq!(server.post("assets/new%20one/listStreamingLocators").await.json(), json!({ "streamingLocators": [] }));
    server.delete("assets/new%20one").await.is(200);
    server.delete("assets/new%20one").await.is(204);
    server.get("assets/new%20one").await.refused(404, "NotFound");
}

#[tokio::test]
async fn names_and_properties_are_looked_at() {
    let server = three().await;
    for name in ["a.b", "api", "subscriptions", "api~1x", ".hidden", "a%5Cb"] {
        assert_eq!(server.put(&format!("assets/{name}"), json!({})).await.status, 400, "{name}");
    }
    for properties in [json!({ "colour": 1 }), json!({ "description": 5 }), json!({ "container": "another" })] {
        server.put("assets/new", json!({ "properties": properties })).await.refused(400, "BadRequest");
    }
    server.put("assets/new", json!({ "properties": { "container": "new", "storageAccountName": "s" } })).await.is(201);
    server.patch("assets/none", json!({})).await.refused(404, "NotFound");
}

#[tokio::test]
async fn a_list_is_filtered_ordered_and_cut() {
    let server = three().await;
    let list = async |query: &str| names(&server.get(&format!("assets?{query}")).await.is(200).json());
    assert_eq!(list("%24filter=name%20eq%20'radio'").await, ["radio"]);
    assert_eq!(list("%24filter=name%20eq%20'RADIO'").await, ["radio"]);
    assert!(list("%24filter=name%20eq%20'none'").await.is_empty());
    assert_eq!(list("$filter=name+gt+'b'").await, ["radio", "shows~1Tonight"]);
    assert_eq!(list("$filter=name+eq+'radio'+or+name+eq+'a~0b'").await, ["a~0b", "radio"]);
    assert_eq!(list("$orderby=name+desc&$top=2").await, ["shows~1Tonight", "radio"]);
    server.put("assets/zz", json!({ "properties": { "alternateId": "Z" } })).await.is(201);
    assert_eq!(list("$filter=properties/alternateId+eq+'z'").await, ["zz"]);
    assert_eq!(list("$filter=properties/created+gt+2020-01-01T00:00:00Z+and+name+lt+'b'").await, ["a~0b"]);
    assert_eq!(list("$orderby=properties/created+desc&$top=1").await, ["zz"]);
    for query in ["$filter=name", "$filter=colour+eq+'x'", "$top=many", "$orderby=name+up", "$filter=created+gt+'x'"] {
        server.get(&format!("assets?{query}")).await.refused(400, "BadRequest");
    }
}

#[tokio::test]
async fn pages_lead_through_all_assets_once() {
    let server = three().await;
    for number in 0..205 {
        server.put(&format!("assets/n{number:03}"), json!({})).await.is(201);
    }
    let (mut seen, mut next) = (Vec::new(), "assets".to_owned());
    loop {
        let page = server.get(&next).await.is(200).json();
        seen.extend(names(&page));
        assert!(seen.len() <= 208);
        match page.get("@odata.nextLink") {
            Some(link) => next = link.as_str().unwrap().to_owned(),
            None => break,
        }
        assert!(next.contains("api%2Dversion=2022%2D08%2D01") || next.contains("api-version"), "{next}");
        server.delete(&format!("assets/{}", seen.last().unwrap())).await.is(200);
    }
    assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (208, 208));
    let page = server.get("assets?$top=203").await.json();
    assert_eq!(names(&page).len(), 200);
    let page = server.get(page["@odata.nextLink"].as_str().unwrap()).await.json();
    assert_eq!((names(&page).len(), page.get("@odata.nextLink")), (3, None));
}

#[tokio::test]
async fn files_are_deleted_only_where_that_is_wanted() {
    let server = three().await;
    let message = server.delete("assets/radio").await.refused(409, "Conflict");
    assert!(message.contains("azure.delete_files"), "{message}");
    server.get("assets/radio").await.is(200);
    let azure = AzureOptions { delete_files: true, ..AzureOptions::default() };
    let folder = copies(&[("radio", "radio"), ("talk", "radio/below")]);
    let server = Server::over(folder, ApiOptions { azure, ..ApiOptions::default() }).await;
    let locator =
        json!({ "properties": { "assetName": "radio", "streamingPolicyName": "Predefined_ClearStreamingOnly" } });
    server.put("streamingLocators/l", locator).await.is(201);
    server.put("assets/radio/assetFilters/f", json!({ "properties": {} })).await.is(201);
    server.delete("assets/radio").await.is(200);
    assert_eq!(names(&server.get("assets").await.json()), ["radio~1below"], "what lies below is another asset");
    server.get("streamingLocators/l").await.refused(404, "NotFound");
    server.get("assets/radio/assetFilters/f").await.refused(404, "NotFound");
}
