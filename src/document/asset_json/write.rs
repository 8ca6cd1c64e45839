//! `asset.json`, written: one line for each track, so that a change of a track is a change of one line.

use super::{ERROR, PREPARING, TYPES, VISIBILITIES};
use crate::track::{Asset, Status, Track, Visibility};
use serde_json::Value;
use std::time::Duration;

/// Writes what was said, and nothing of what was not: [`super::read`] gives the same asset again, and the same asset
/// gives the same bytes.
pub fn write(asset: &Asset) -> Vec<u8> {
    let mut fields = Vec::new();
    fields.extend(asset.title.as_deref().map(|title| field("title", title)));
    fields.extend(asset.segment_duration.map(|duration| field("segment_duration", seconds(duration))));
    let tracks: Vec<String> = asset.tracks.iter().map(|track| format!("    {{ {} }}", line(track))).collect();
    fields.push(match tracks.as_slice() {
        [] => "\"tracks\": []".to_owned(),
        tracks => format!("\"tracks\": [\n{}\n  ]", tracks.join(",\n")),
    });
    format!("{{\n  {}\n}}\n", fields.join(",\n  ")).into_bytes()
}

fn line(track: &Track) -> String {
    let mut fields = vec![
        field("name", track.name.as_str()),
        field("type", word(TYPES, track.track_type)),
        field("file", track.file.as_str()),
    ];
    fields.extend(track.track_id.map(|id| field("track_id", id)));
    fields.extend(track.language.as_ref().map(|language| field("language", language.as_str())));
    fields.extend(track.label.as_deref().map(|label| field("label", label)));
    if track.visibility != Visibility::default() {
        fields.push(field("visibility", word(VISIBILITIES, track.visibility)));
    }
    if track.default {
        fields.push(field("default", true));
    }
    if track.forced {
        fields.push(field("forced", true));
    }
    fields.extend(list("roles", track.roles.iter().map(|role| role.as_str())));
    fields.extend(list("characteristics", track.characteristics.iter().map(|tag| tag.as_str())));
    match &track.status {
        Status::Ready => {}
        Status::Preparing => fields.push(field("status", PREPARING)),
        Status::Error(reason) => fields.extend([field("status", ERROR), field("reason", reason.as_str())]),
    }
    fields.join(", ")
}

fn field(name: &str, value: impl Into<Value>) -> String {
    format!("\"{name}\": {}", value.into())
}

fn list<'a>(name: &str, words: impl Iterator<Item = &'a str>) -> Option<String> {
    let words: Vec<String> = words.map(|word| Value::from(word).to_string()).collect();
    (!words.is_empty()).then(|| format!("\"{name}\": [{}]", words.join(", ")))
}

/// A whole number where it is one.
fn seconds(duration: Duration) -> Value {
    match duration.subsec_nanos() {
        0 => Value::from(duration.as_secs()),
        _ => Value::from(duration.as_secs_f64()),
    }
}

/// The word that stands for `value` in `words`.
fn word<T: PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| *word)
}
