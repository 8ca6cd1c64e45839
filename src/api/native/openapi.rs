//! The description of the API, OpenAPI 3.1, made from the table of operations; and what kinds of problems mean.

use super::answer::{Answer, PLAIN, PROBLEM_JSON, content, text};
use super::operation::{Call, Conditions, Content, Operation, Success};
use super::operations::OPERATIONS;
use super::path::{BASE, Place};
use super::problem::{Kind, Problem, ProblemDocument};
use super::schema::{COMPONENTS, of_document};
use hyper::StatusCode;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const INTRODUCTION: &str = "Track lists as resources: an edit is the whole act of publishing. Every asset, track and file \
    has an `ETag`; `If-Match` makes an edit depend on it, and without it an edit is made on top of the newest state, so no \
    edit loses another. `If-Match` takes the whole `ETag`, or the `revision` of a resource in quotes. Errors are problem \
    documents (RFC 9457).\n\nThe name of an asset is its path. It is sent with its slashes encoded (`shows%2Fs01`); slashes \
    as they are work too, unless the name ends in a word of the API (`tracks`, `files`, `lint`, …). Query parameters and \
    fields that are not known are refused.";

/// The description itself.
pub(super) async fn get(call: Call<'_>) -> Answer {
    static DESCRIPTION: LazyLock<Value> = LazyLock::new(description);
    content(&call, &*DESCRIPTION)
}

/// What a kind of problem means, for people.
pub(super) async fn explain(call: Call<'_>) -> Answer {
    let kind = Kind::ALL.iter().find(|kind| kind.slug() == call.item());
    let kind =
        kind.ok_or_else(|| Problem::new(Kind::NoSuchProblem, format!("no kind of problem is {:?}", call.item())))?;
    let lines = format!("{} ({})\n\n{}\n", kind.title(), kind.status(), kind.meaning());
    Ok(text(StatusCode::OK, PLAIN, lines))
}

fn description() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.for_serialize().into_generator();
    let mut paths = Map::new();
    for place in Place::ALL {
        let mut path: Map<String, Value> = Map::new();
        for operation in OPERATIONS.iter().filter(|operation| operation.place == *place) {
            path.insert(operation.method.as_str().to_ascii_lowercase(), describe(operation, &mut generator));
        }
        path.insert("parameters".to_owned(), path_parameters(*place));
        paths.insert(format!("{BASE}{}", place.template()), Value::Object(path));
    }
    let problem = generator.subschema_for::<ProblemDocument>();
    debug_assert_eq!(problem, problem_schema());
    let mut schemas: Map<String, Value> = of_document().into_iter().collect();
    schemas.extend(generator.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Signalbox",
            "version": env!("CARGO_PKG_VERSION"),
            "description": INTRODUCTION,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of the server's configuration, with scope and folder. A server without tokens \
                                    answers programs on its own machine, and asks for none.",
                },
            },
        },
    })
}

fn problem_schema() -> schemars::Schema {
    schemars::json_schema!({ "$ref": format!("{COMPONENTS}Problem") })
}

/// The parameters that are parts of a path, with what stands for them.
fn path_parameters(place: Place) -> Value {
    // No part of a name has a backslash or a control character, or begins with a dot.
    const FIRST: &str = "[^/\\\\.\\x00-\\x1f\\x7f-\\x9f]";
    const OTHER: &str = "[^/\\\\\\x00-\\x1f\\x7f-\\x9f]*";
    let matching = |pattern: String| json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": pattern });
    let described = |name: &str| match name {
        "asset" => {
            let pattern = matching(format!("^{FIRST}{OTHER}(/{FIRST}{OTHER})*$"));
            ("The asset's path in the store, with its slashes encoded.", pattern)
        }
        "track" => ("The track's name.", matching("^[A-Za-z0-9_-][A-Za-z0-9_.-]*$".to_owned())),
        "job" => ("The job's id.", matching("^[A-Za-z0-9-]+$".to_owned())),
        "revision" => ("Of the track's segments, as its timeline says.", matching("^[A-Za-z0-9_-]+$".to_owned())),
        "segment" => (
            "`init.mp4`, or a segment by its start time.",
            matching("^(init\\.mp4|[0-9]{1,19}\\.(m4s|vtt))$".to_owned()),
        ),
        "file" => ("The file's name in the asset's folder.", matching(format!("^{FIRST}{OTHER}$"))),
        _ => {
            let slugs: Vec<&str> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
            ("The last part of a problem's type.", json!({ "enum": slugs }))
        }
    };
    let names = place.template().split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let parameters = names.map(|name| {
        let (description, schema) = described(name);
        json!({ "name": name, "in": "path", "required": true, "description": description, "schema": schema })
    });
    parameters.collect()
}

fn describe(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        "parameters": parameters(operation, generator),
        "responses": responses(operation, generator),
    });
    if let Some(scope) = operation.scope {
        // A server without tokens asks for none.
        described["security"] = json!([{ "token": [scope.to_string()] }, {}]);
    }
    if !operation.body.is_empty() {
        described["requestBody"] = json!({ "required": true, "content": contents(operation.body, generator) });
    }
    described
}

fn parameters(operation: &Operation, generator: &mut SchemaGenerator) -> Vec<Value> {
    let query = operation.query.iter().map(|parameter| {
        let schema = (parameter.shape)(generator);
        json!({ "name": parameter.name, "in": "query", "description": parameter.description, "schema": schema })
    });
    let mut parameters: Vec<Value> = query.collect();
    let mut header = |name: &str, description: &str, schema: Value| {
        parameters.push(json!({ "name": name, "in": "header", "description": description, "schema": schema }));
    };
    let tags = json!({ "type": "string", "pattern": "^(\\*|\"[!#-~]*\")$" });
    match operation.conditions {
        Conditions::None => {}
        Conditions::Read => {
            header(
                "If-None-Match",
                "Entity tags that the client has: 304 where one of them is the present one.",
                json!({ "type": "string" }),
            );
        }
        Conditions::Write => {
            header("If-Match", "Makes the edit depend on the revision: 412 where it is another.", tags);
            header("If-None-Match", "`*`: only where there is none yet.", json!({ "const": "*" }));
        }
    }
    if matches!(operation.id, "getFile" | "getMedia") {
        header("Range", "A range of bytes.", json!({ "type": "string" }));
    }
    parameters
}

fn contents(contents: &[Content], generator: &mut SchemaGenerator) -> Value {
    let contents = contents.iter().map(|content| {
        let schema = (content.shape)(generator);
        (content.media_type.to_owned(), json!({ "schema": schema }))
    });
    Value::Object(contents.collect())
}

fn responses(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let mut responses: BTreeMap<u16, Value> = BTreeMap::new();
    for Success { status, description, content } in operation.answers {
        let mut response = json!({ "description": description });
        if !content.is_empty() {
            response["content"] = contents(content, generator);
        }
        let headers = headers(operation, *status);
        if !headers.is_empty() {
            response["headers"] = Value::Object(headers);
        }
        responses.insert(*status, response);
    }
    if operation.conditions == Conditions::Read {
        responses.insert(304, json!({ "description": "The client has it already." }));
    }
    let mut by_status: BTreeMap<u16, Vec<Kind>> = BTreeMap::new();
    for kind in problems(operation) {
        by_status.entry(kind.status().as_u16()).or_default().push(kind);
    }
    for (status, kinds) in by_status {
        let titles: Vec<String> = kinds.iter().map(|kind| format!("{} (`{}`)", kind.title(), kind.slug())).collect();
        let schema = problem_schema();
        let content = json!({ PROBLEM_JSON: { "schema": schema } });
        responses.insert(status, json!({ "description": titles.join("; ") + ".", "content": content }));
    }
    responses.into_iter().map(|(status, response)| (status.to_string(), response)).collect::<Map<_, _>>().into()
}

/// The headers of a good answer that mean something here.
fn headers(operation: &Operation, status: u16) -> Map<String, Value> {
    let header = |name: &str, description: &str| {
        (name.to_owned(), json!({ "description": description, "schema": { "type": "string" } }))
    };
    let mut headers = Map::new();
    if operation.conditions != Conditions::None && status != 204 {
        headers.extend([header("ETag", "Of the answer; good for `If-Match` and `If-None-Match`.")]);
    }
    if status == 201 && operation.id != "putAsset" {
        headers.extend([header("Location", "The address of what was made.")]);
    }
    if operation.id == "patchTrack" {
        headers.extend([header("Location", "The new address, where the track was renamed.")]);
    }
    headers
}

/// The problems that an operation may end in.
fn problems(operation: &Operation) -> BTreeSet<Kind> {
    let mut kinds: BTreeSet<Kind> = operation.problems.iter().copied().collect();
    kinds.extend([Kind::Malformed, Kind::Unavailable]);
    // A name that nothing can have.
    if operation.place.template().contains("{asset}") {
        kinds.insert(Kind::NoSuchPath);
    }
    if let Some(scope) = operation.scope {
        kinds.extend([Kind::Unauthorized, Kind::NotLocal]);
        if operation.place.template().contains("{asset}") {
            kinds.insert(Kind::OutOfPrefix);
        }
        if scope == super::super::token::Scope::Write {
            kinds.extend([Kind::OutOfScope, Kind::ReadOnly, Kind::Full]);
        }
    }
    if operation.conditions == Conditions::Write {
        kinds.insert(Kind::Stale);
    }
    if !operation.body.is_empty() {
        kinds.extend([Kind::MediaType, Kind::TooLarge, Kind::TimedOut]);
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::native::resource::{READ_ONLY_OF_ASSET, READ_ONLY_OF_TRACK};
    use hyper::Method;

    fn schema<'a>(description: &'a Value, name: &str) -> &'a Map<String, Value> {
        description["components"]["schemas"][name]["properties"].as_object().unwrap_or_else(|| panic!("no {name}"))
    }

    #[test]
    fn every_place_has_an_operation_and_every_operation_an_id_of_its_own() {
        for place in Place::ALL {
            assert!(OPERATIONS.iter().any(|operation| operation.place == *place), "{place:?}");
        }
        let ids: BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.id).collect();
        assert_eq!(ids.len(), OPERATIONS.len());
        let ways: BTreeSet<_> = OPERATIONS.iter().map(|o| (o.place.template(), o.method.as_str())).collect();
        assert_eq!(ways.len(), OPERATIONS.len());
        assert!(OPERATIONS.iter().all(|operation| operation.method != Method::HEAD), "answered as GET is");
    }

    #[test]
    fn references_lead_somewhere() {
        fn walk<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str));
                    fields.values().for_each(|value| walk(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| walk(value, found)),
                _ => {}
            }
        }
        let description = description();
        let mut references = Vec::new();
        walk(&description, &mut references);
        assert!(references.len() > 20);
        for reference in references {
            let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference}"));
            assert!(description.pointer(pointer).is_some(), "{reference}");
        }
    }

    /// What an answer shows and a request takes are the same fields, but for what is read-only.
    #[test]
    fn what_is_shown_can_be_sent_back() {
        let description = description();
        for (shown, taken, read_only) in
            [("Asset", "AssetInput", READ_ONLY_OF_ASSET), ("Track", "TrackInput", READ_ONLY_OF_TRACK)]
        {
            let (shown, taken) = (schema(&description, shown), schema(&description, taken));
            let names = |schema: &Map<String, Value>| schema.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(names(shown), names(taken));
            for (name, property) in shown {
                assert_eq!(property.get("readOnly").is_some(), read_only.contains(&name.as_str()), "{name}");
            }
        }
    }
}
