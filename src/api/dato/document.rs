//! Bodies of requests: a JSON:API document with one resource.

use super::Asked;
use crate::api::incoming::Incoming;
use crate::api::platform::{Kind, Refusal};
use serde_json::{Map, Value};

/// The attributes of the resource in a body, which must be of one of the types, and have none but `known`.
pub(super) async fn attributes(
    asked: &Asked<'_>,
    body: Incoming,
    types: &[&str],
    known: &[&str],
) -> Result<Map<String, Value>, Refusal> {
    read(asked.call.object(body).await?, types, known).map_err(|problem| Refusal::new(Kind::Undecodable, problem))
}

fn read(mut document: Map<String, Value>, types: &[&str], known: &[&str]) -> Result<Map<String, Value>, String> {
    let Some(Value::Object(mut data)) = document.remove("data") else {
        return Err("data must be an object".to_owned());
    };
    let is_of_type = data.get("type").and_then(Value::as_str).is_some_and(|word| types.contains(&word));
    if !is_of_type {
        return Err(format!("data.type must be {}", types.join(" or ")));
    }
    if let Some(unknown) =
        data.keys().find(|key| !["type", "id", "attributes", "relationships"].contains(&key.as_str()))
    {
        return Err(format!("data has the unknown member {unknown:?}"));
    }
    let attributes = match data.remove("attributes") {
        Some(Value::Object(attributes)) => attributes,
        None => Map::new(),
        Some(_) => return Err("data.attributes must be an object".to_owned()),
    };
    match attributes.keys().find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => Err(format!("there is no attribute {unknown:?}; there are {}", known.join(", "))),
        None => Ok(attributes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_has_one_resource_of_the_type() {
        let read = |value: Value| {
            let Value::Object(document) = value else { unreachable!() };
            read(document, &["upload_track"], &["name"])
        };
        let good = json!({ "data": { "type": "upload_track", "attributes": { "name": "x" } } });
        assert_eq!(read(good).unwrap()["name"], "x");
        assert!(read(json!({ "data": { "type": "upload_track" } })).unwrap().is_empty());
        for body in [
            json!({}),
            json!({ "data": [] }),
            json!({ "data": { "attributes": {} } }),
            json!({ "data": { "type": "upload", "attributes": {} } }),
            json!({ "data": { "type": "upload_track", "attributes": [] } }),
            json!({ "data": { "type": "upload_track", "attributes": { "nmae": "x" } } }),
            json!({ "data": { "type": "upload_track", "atributes": {} } }),
        ] {
            assert!(read(body.clone()).is_err(), "{body}");
        }
    }
}
