//! `asset.json`, written: one line for each track, so that a change of a track is a change of one line.

use super::{ERROR, KINDS, PREPARING, TYPES, VISIBILITIES};
use crate::track::{Asset, AssetKind, Status, Track, Visibility};
use serde_json::Value;
use std::time::Duration;

/// Writes what was said, and nothing of what was not: [`super::read`] gives the same asset again, and the same asset
/// gives the same bytes.
pub fn write(asset: &Asset) -> Vec<u8> {
    let mut fields: Vec<String> = asset_fields(asset).iter().map(written).collect();
    let tracks: Vec<String> = asset.tracks.iter().map(|track| format!("    {{ {} }}", line(track))).collect();
    fields.push(match tracks.as_slice() {
        [] => "\"tracks\": []".to_owned(),
        tracks => format!("\"tracks\": [\n{}\n  ]", tracks.join(",\n")),
    });
    format!("{{\n  {}\n}}\n", fields.join(",\n  ")).into_bytes()
}

fn line(track: &Track) -> String {
    track_fields(track).iter().map(written).collect::<Vec<_>>().join(", ")
}

fn written((name, value): &Field) -> String {
    match value {
        Value::Array(words) => {
            let words: Vec<String> = words.iter().map(Value::to_string).collect();
            format!("\"{name}\": [{}]", words.join(", "))
        }
        value => format!("\"{name}\": {value}"),
    }
}

/// A property that was said.
pub(super) type Field = (&'static str, Value);

/// The fields of an asset, its tracks aside.
pub(super) fn asset_fields(asset: &Asset) -> Vec<Field> {
    let mut fields = Vec::new();
    fields.extend(asset.title.as_deref().map(|title| ("title", title.into())));
    if asset.kind != AssetKind::default() {
        fields.push(("kind", word(KINDS, asset.kind)));
    }
    fields.extend(asset.segment_duration.map(|duration| ("segment_duration", seconds(duration))));
    fields.extend(asset.dialect.map(|dialect| ("dialect", dialect.as_str().into())));
    fields
}

pub(super) fn track_fields(track: &Track) -> Vec<Field> {
    let mut fields: Vec<Field> = vec![
        ("name", track.name.as_str().into()),
        ("type", word(TYPES, track.track_type)),
        ("file", track.file.as_str().into()),
    ];
    fields.extend(track.track_id.map(|id| ("track_id", id.into())));
    fields.extend(track.language.as_ref().map(|language| ("language", language.as_str().into())));
    fields.extend(track.label.as_deref().map(|label| ("label", label.into())));
    if track.visibility != Visibility::default() {
        fields.push(("visibility", word(VISIBILITIES, track.visibility)));
    }
    if track.default {
        fields.push(("default", true.into()));
    }
    if track.forced {
        fields.push(("forced", true.into()));
    }
    fields.extend(list("roles", track.roles.iter().map(|role| role.as_str())));
    fields.extend(list("characteristics", track.characteristics.iter().map(|tag| tag.as_str())));
    match &track.status {
        Status::Ready => {}
        Status::Preparing => fields.push(("status", PREPARING.into())),
        Status::Error(reason) => fields.extend([("status", ERROR.into()), ("reason", reason.as_str().into())]),
    }
    fields
}

fn list<'a>(name: &'static str, words: impl Iterator<Item = &'a str>) -> Option<Field> {
    let words: Vec<Value> = words.map(Value::from).collect();
    (!words.is_empty()).then_some((name, Value::Array(words)))
}

/// A whole number where it is one.
fn seconds(duration: Duration) -> Value {
    match duration.subsec_nanos() {
        0 => Value::from(duration.as_secs()),
        _ => Value::from(duration.as_secs_f64()),
    }
}

/// The word that stands for `value` in `words`.
fn word<T: PartialEq>(words: &[(&'static str, T)], value: T) -> Value {
    words.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| *word).into()
}
