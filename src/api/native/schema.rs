//! The forms of bodies and parameters, as JSON Schema.
//!
//! What an editor writes of assets and tracks is described by the schema of the track document, from which the forms of
//! requests are made here; answers are described by the types that they are made of.

use super::resource::{READ_ONLY_OF_ASSET, READ_ONLY_OF_TRACK};
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

/// Gives a schema; what it refers to goes into the generator.
pub(super) type Shape = fn(&mut SchemaGenerator) -> Schema;

const DOCUMENT: &str = include_str!("../../document/asset.schema.json");

/// Where the description keeps schemas.
pub(super) const COMPONENTS: &str = "#/components/schemas/";

/// The schemas of requests that are made of the document's.
pub(super) fn of_document() -> Vec<(String, Value)> {
    let mut document: Value = serde_json::from_str(DOCUMENT).unwrap_or_default();
    let mut definitions = match document.as_object_mut().and_then(|document| document.remove("$defs")) {
        Some(Value::Object(definitions)) => definitions,
        _ => Map::new(),
    };
    let mut track = definitions.remove("track").unwrap_or_default();
    track["allOf"] = conditions_of_track();
    if let Some(document) = document.as_object_mut() {
        ["$schema", "title"].iter().for_each(|name| drop(document.remove(*name)));
    }
    let mut schemas: Vec<(String, Value)> =
        definitions.into_iter().map(|(name, schema)| (format!("Document.{name}"), schema)).collect();
    schemas.extend([
        ("AssetInput".to_owned(), input(document.clone(), &["tracks"], READ_ONLY_OF_ASSET)),
        ("AssetPatch".to_owned(), patch(input(document, &[], READ_ONLY_OF_ASSET))),
        ("TrackInput".to_owned(), input(track.clone(), &["type", "file"], READ_ONLY_OF_TRACK)),
        ("TrackOfAsset".to_owned(), input(track.clone(), &["name", "type", "file"], READ_ONLY_OF_TRACK)),
        ("NewTrack".to_owned(), new(input(track.clone(), &["file"], READ_ONLY_OF_TRACK))),
        ("TrackPatch".to_owned(), patch(input(track, &[], READ_ONLY_OF_TRACK))),
    ]);
    schemas.iter_mut().for_each(|(_, schema)| refer_to_components(schema));
    schemas
}

/// What the fields of a track are to each other, where null is as good as absent.
fn conditions_of_track() -> Value {
    json!([
        {
            "if": { "required": ["forced"], "properties": { "forced": { "const": true } } },
            "then": { "properties": { "type": { "const": "text" } } }
        },
        {
            "if": { "required": ["status"], "properties": { "status": { "const": "error" } } },
            "then": { "required": ["reason"], "properties": { "reason": { "type": "string" } } },
            "else": { "properties": { "reason": { "type": "null" } } }
        }
    ])
}

/// The form of a request that gives a whole: fields that are not `required` may be null, which is as good as absent, and
/// what is read-only may come back.
fn input(mut schema: Value, required: &[&str], read_only: &[&str]) -> Value {
    schema["required"] = json!(required);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (name, property) in properties.iter_mut().filter(|(name, _)| !required.contains(&name.as_str())) {
            let description = property.as_object_mut().and_then(|property| property.remove("description"));
            *property = json!({ "anyOf": [property.take(), { "type": "null" }] });
            if let Some(description) = description {
                property["description"] = description;
            }
            debug_assert!(!read_only.contains(&name.as_str()), "{name} is written");
        }
        let ignored = json!({ "description": "Read-only: what is sent is ignored." });
        properties.extend(read_only.iter().map(|&name| (name.to_owned(), ignored.clone())));
    }
    schema
}

/// The form of a merge patch (RFC 7396): what fields are to each other is seen when it is applied.
fn patch(mut schema: Value) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        ["allOf", "required"].iter().for_each(|name| drop(schema.remove(*name)));
    }
    schema
}

/// The form of a new track: whether it is ready follows from its file.
fn new(schema: Value) -> Value {
    let mut schema = patch(schema);
    schema["anyOf"] = json!([{ "required": ["file"] }, { "required": ["url"] }, { "required": ["transcribe"] }]);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        ["status", "reason"].iter().for_each(|name| drop(properties.remove(*name)));
        properties.insert(
            "url".to_owned(),
            json!({
                "type": ["string", "null"],
                "description": "http or https; where the file is fetched from. The type must be said."
            }),
        );
        properties.insert(
            "transcribe".to_owned(),
            json!({
                "anyOf": [{ "const": true }, { "type": ["string", "null"] }],
                "description": "Makes captions of what is spoken in this audio track; true is the default one."
            }),
        );
    }
    schema
}

/// `#/$defs/line` becomes `#/components/schemas/Document.line`; a track of an asset may have its read-only fields, too.
fn refer_to_components(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get_mut("$ref")
                && let Some(name) = reference.strip_prefix("#/$defs/")
            {
                *reference = match name {
                    "track" => format!("{COMPONENTS}TrackOfAsset"),
                    name => format!("{COMPONENTS}Document.{name}"),
                };
            }
            fields.values_mut().for_each(refer_to_components);
        }
        Value::Array(items) => items.iter_mut().for_each(refer_to_components),
        _ => {}
    }
}

fn component(name: &str) -> Schema {
    json_schema!({ "$ref": format!("{COMPONENTS}{name}") })
}

pub(super) fn asset_input(_: &mut SchemaGenerator) -> Schema {
    component("AssetInput")
}

pub(super) fn asset_patch(_: &mut SchemaGenerator) -> Schema {
    component("AssetPatch")
}

pub(super) fn track_input(_: &mut SchemaGenerator) -> Schema {
    component("TrackInput")
}

pub(super) fn track_patch(_: &mut SchemaGenerator) -> Schema {
    component("TrackPatch")
}

pub(super) fn new_track(_: &mut SchemaGenerator) -> Schema {
    component("NewTrack")
}

/// A type of ours that is read.
pub(super) fn taken<T: schemars::JsonSchema>(_: &mut SchemaGenerator) -> Schema {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings.into_generator().into_root_schema_for::<T>()
}

/// A type of ours that is written.
pub(super) fn of<T: schemars::JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

pub(super) fn text(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string" })
}

/// Any bytes: in OpenAPI 3.1, a schema that says nothing.
pub(super) fn bytes(_: &mut SchemaGenerator) -> Schema {
    json_schema!({})
}

/// Any object of JSON.
pub(super) fn object(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object" })
}
