//! The properties of assets and tracks as JSON values, for programs that read and edit them.

use super::super::DocumentError;
use super::super::json::{Fields, Node, Problems};
use super::write::{asset_fields, track_fields};
use super::{ASSET_FIELDS, TRACK_FIELDS, asset, node, track};
use crate::track::{Asset, Track};
use serde_json::{Map, Value};

/// The asset with the fields of `asset.json`: what was said, and nothing of what was not.
pub fn asset_value(asset: &Asset) -> Value {
    let tracks = asset.tracks.iter().map(track_value).collect();
    Value::Object(map(asset_fields(asset).into_iter().chain([("tracks", Value::Array(tracks))])))
}

/// The track with the fields of `asset.json`.
pub fn track_value(track: &Track) -> Value {
    Value::Object(map(track_fields(track)))
}

fn map(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Reads JSON from a program as strictly as a document is read: in UTF-8, not too large, no field given twice.
pub fn value_of(bytes: &[u8]) -> Result<Value, DocumentError> {
    let node = node(bytes)?;
    let mut problems = Problems::default();
    let value = node.value(&mut problems);
    problems.none().map(|()| value)
}

/// Reads an asset as a program gives it: a field that is null is not there, and whatever a document edited by hand
/// would be forgiven is an error. The rules among tracks are for [`crate::track::rules::settle`].
pub fn asset_from_value(value: &Value) -> Result<Asset, DocumentError> {
    let mut problems = Problems::default();
    let (asset, _) = asset(&Node::of(value), &mut problems);
    problems.none()?;
    Ok(asset)
}

/// Reads a track as a program gives it, as [`asset_from_value`] does. `path` stands before the fields of an error:
/// `tracks[2]`, or nothing.
pub fn track_from_value(value: &Value, path: &str) -> Result<Track, DocumentError> {
    let mut problems = Problems::default();
    let track = track(&Node::of(value), path, &mut problems);
    problems.none()?;
    // A track that could not be read has left its problem.
    track.ok_or_else(|| DocumentError { problems: Vec::new() })
}

/// The asset as a JSON Merge Patch changes it. A field that is not known is an error also where the patch removes it.
pub fn patched_asset(asset: &Asset, patch: &Value) -> Result<Asset, DocumentError> {
    asset_from_value(&patched(asset_value(asset), patch, ASSET_FIELDS)?)
}

/// The track as a JSON Merge Patch changes it, as [`patched_asset`] does.
pub fn patched_track(track: &Track, patch: &Value) -> Result<Track, DocumentError> {
    track_from_value(&patched(track_value(track), patch, TRACK_FIELDS)?, "")
}

fn patched(mut value: Value, patch: &Value, known: &[&str]) -> Result<Value, DocumentError> {
    let mut problems = Problems::default();
    Fields::open(&Node::of(patch), "", known, &mut problems);
    problems.none()?;
    merge_patch(&mut value, patch);
    Ok(value)
}

/// Changes `target` as a JSON Merge Patch says (RFC 7396 2).
pub fn merge_patch(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(fields) = target else { return };
    for (name, change) in changes {
        match change {
            Value::Null => drop(fields.remove(name)),
            change => merge_patch(fields.entry(name.clone()).or_insert(Value::Null), change),
        }
    }
}
