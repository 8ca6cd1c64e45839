//! The description, as a judge of answers.

use super::support::{Answer, Server};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::HashMap;

/// What the description says of answers: path template, method and status to media types and their schemas.
#[derive(Default)]
pub struct Description {
    operations: HashMap<(String, String, u16), HashMap<String, Validator>>,
}

impl Description {
    pub fn read(text: &Value) -> Description {
        let mut operations = HashMap::new();
        for (path, methods) in text["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters") {
                for (status, response) in operation["responses"].as_object().unwrap() {
                    let contents = response.get("content").and_then(Value::as_object).into_iter().flatten();
                    let contents = contents.map(|(media_type, content)| {
                        // References are into the whole description.
                        let schema = json!({ "components": text["components"], "allOf": [content["schema"]] });
                        (media_type.clone(), jsonschema::draft202012::new(&schema).unwrap())
                    });
                    let key = (path.clone(), method.to_uppercase(), status.parse().unwrap());
                    operations.insert(key, contents.collect());
                }
            }
        }
        Description { operations }
    }

    /// Panics where the description does not know of such an answer.
    #[track_caller]
    pub fn judge(&self, method: &str, path: &str, answer: &Answer) {
        let status = answer.status.as_u16();
        let method = if method == "HEAD" { "GET" } else { method };
        let Some(template) = template(path).filter(|_| status != 405 && method != "OPTIONS") else { return };
        let key = (format!("/api/v1{template}"), method.to_owned(), status);
        let contents =
            self.operations.get(&key).unwrap_or_else(|| panic!("{key:?} is not described: {}", answer.text()));
        if answer.body.is_empty() {
            return;
        }
        let media_type = answer.header("content-type");
        let schema = contents.get(media_type).or_else(|| contents.get("*/*"));
        let schema = schema.unwrap_or_else(|| panic!("{media_type} is not described for {key:?}"));
        if media_type.ends_with("json") {
            let errors: Vec<String> =
                schema.iter_errors(&answer.json()).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert!(errors.is_empty(), "{key:?}: {errors:#?}\n{}", answer.text());
        }
    }
}

/// The template of a path; `None` where there is none.
fn template(path: &str) -> Option<String> {
    let path = path.split('?').next()?.strip_prefix("/api/v1/")?;
    let parts: Vec<&str> = path.split('/').collect();
    let words = ["tracks", "files", "preview", "lint", "history", "revert"];
    let template = match parts.as_slice() {
        ["assets"]
        | ["lint"]
        | ["jobs"]
        | ["purges"]
        | ["session"]
        | ["operations"]
        | ["openapi.json"]
        | ["report", "accessibility"] => path.to_owned(),
        ["problems", _] => "problems/{problem}".to_owned(),
        ["jobs", _] => "jobs/{job}".to_owned(),
        ["assets", asset @ .., "tracks", _, word @ ("timeline" | "cues")] if !asset.is_empty() => {
            format!("assets/{{asset}}/tracks/{{track}}/{word}")
        }
        ["assets", asset @ .., "tracks", _, "media", _, _] if !asset.is_empty() => {
            "assets/{asset}/tracks/{track}/media/{revision}/{segment}".to_owned()
        }
        ["assets", asset @ .., "tracks", _] if !asset.is_empty() => "assets/{asset}/tracks/{track}".to_owned(),
        ["assets", asset @ .., "files", _] if !asset.is_empty() => "assets/{asset}/files/{file}".to_owned(),
        ["assets", asset @ .., word] if !asset.is_empty() && words.contains(word) => format!("assets/{{asset}}/{word}"),
        ["assets", ..] => "assets/{asset}".to_owned(),
        _ => return None,
    };
    Some(format!("/{template}"))
}

#[tokio::test]
async fn the_description_is_valid_and_says_who_may() {
    let server = Server::of(&[]).await;
    let description = server.get("/openapi.json").await.is(200).json();
    assert_eq!(description["openapi"], "3.1.0");
    let mut ids = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters") {
            ids.push(operation["operationId"].as_str().unwrap());
            let is_public = ["/api/v1/openapi.json", "/api/v1/problems/{problem}"].contains(&path.as_str());
            assert_eq!(operation.get("security").is_none(), is_public, "{method} {path}");
            for status in ["400", "503"] {
                assert!(operation["responses"].get(status).is_some(), "{method} {path}: {status}");
            }
        }
    }
    assert!(ids.len() >= 20);
    // Every schema is one.
    for (name, schema) in description["components"]["schemas"].as_object().unwrap() {
        jsonschema::meta::validate(schema).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[tokio::test]
async fn every_kind_of_problem_is_explained_at_its_address() {
    let server = Server::of(&[]).await;
    let description = server.get("/openapi.json").await.json();
    let kinds = &description["paths"]["/api/v1/problems/{problem}"]["parameters"][0]["schema"]["enum"];
    assert!(kinds.as_array().unwrap().len() > 20);
    for kind in kinds.as_array().unwrap() {
        let answer = server.get(&format!("/problems/{}", kind.as_str().unwrap())).await.is(200);
        assert!(answer.text().lines().count() >= 3, "{}", answer.text());
    }
    server.get("/problems/other").await.refused(404, "unknown-problem");
}

/// What a client got it may send back, also with its read-only fields.
#[tokio::test]
async fn what_is_shown_is_taken_by_the_schema_and_by_the_server() {
    let server = Server::of(&["harbour", "talk"]).await;
    let description = server.get("/openapi.json").await.json();
    let taken = |name: &str| {
        let schema = json!({
            "components": description["components"],
            "$ref": format!("#/components/schemas/{name}")
        });
        jsonschema::draft202012::new(&schema).unwrap()
    };
    for asset in ["harbour", "talk"] {
        let shown = server.get(&format!("/assets/{asset}")).await.is(200);
        let errors: Vec<_> = taken("AssetInput").iter_errors(&shown.json()).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        let path = format!("/api/v1/assets/{asset}");
        let headers = [super::support::JSON, ("if-match", shown.tag())];
        let answer = server.ask("PUT", &path, &headers, shown.body.clone()).await;
        assert!(answer.status.is_success(), "{}", answer.text());
        assert_eq!(answer.json()["tracks"], shown.json()["tracks"], "nothing was changed");
        for track in shown.json()["tracks"].as_array().unwrap() {
            assert!(taken("TrackInput").is_valid(track));
            let path = format!("/assets/{asset}/tracks/{}", track["name"].as_str().unwrap());
            assert_eq!(server.put(&path, track).await.is(200).json(), *track);
        }
    }
}
