//! What `signalbox tracks` prints: tables for people, JSON for scripts.

use crate::ams::Timestamp;
use crate::catalog::{HistoryEntry, LoadedAsset};
use crate::document::{asset_value, track_value};
use crate::presentation::LoadedTrack;
use crate::track::{Asset, Status, Track, Visibility};
use serde_json::{Value, json};

/// The tracks, a line each, with what their files say filled in.
pub(super) fn list(asset: &LoadedAsset) -> String {
    let head = ["NAME", "TYPE", "LANGUAGE", "LABEL", "IS", "ROLES", "FILE"].map(str::to_owned).to_vec();
    let rows = asset.tracks.iter().map(|track| row(asset, track));
    let mut out = table(&std::iter::once(head).chain(rows).collect::<Vec<_>>());
    for track in &asset.tracks {
        if let Err(reason) = &track.source {
            out += &format!("{}: {reason}\n", track.track.name);
        }
    }
    for (file, reason) in &asset.unusable {
        out += &format!("{file}: {reason}\n");
    }
    let origin = asset.document().map_or("discovered", |found| found.file.as_str());
    out + &format!("{origin}, revision {}\n", asset.list_revision)
}

fn row(asset: &LoadedAsset, loaded: &LoadedTrack) -> Vec<String> {
    let track = &loaded.track;
    let shown = asset.presentation.as_ref().ok().and_then(|presentation| presentation.rendition(&track.name));
    let label = shown.map(|rendition| rendition.label.clone()).or_else(|| track.label.clone());
    let words = |flag: bool, word: &str| flag.then(|| word.to_owned());
    let status = match &track.status {
        Status::Ready => None,
        Status::Preparing => Some("preparing".to_owned()),
        Status::Error(_) => Some("error".to_owned()),
    };
    let is = [
        words(track.default, "default"),
        words(track.forced, "forced"),
        words(track.visibility == Visibility::Hidden, "hidden"),
        status,
    ];
    let kinds =
        track.roles.iter().map(|role| role.as_str()).chain(track.characteristics.iter().map(|tag| tag.as_str()));
    vec![
        track.name.clone(),
        track.track_type.to_string(),
        track.language.as_ref().map(|language| language.to_string()).unwrap_or_default(),
        label.unwrap_or_default(),
        is.into_iter().flatten().collect::<Vec<_>>().join(" "),
        kinds.collect::<Vec<_>>().join(" "),
        track.file.clone(),
    ]
}

/// Columns as wide as their widest word.
fn table(rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        out += cells.join("  ").trim_end();
        out.push('\n');
    }
    out
}

pub(super) fn list_as_json(asset: &LoadedAsset) -> String {
    let track = |loaded: &LoadedTrack| {
        let mut value = track_value(&loaded.track);
        if let Err(reason) = &loaded.source {
            value["problem"] = json!(reason);
        }
        value
    };
    let unusable = asset.unusable.iter().map(|(file, reason)| json!({ "file": file, "reason": reason }));
    pretty(&json!({
        "asset": asset.name,
        "title": asset.asset.title,
        "document": asset.has_document,
        "revision": asset.list_revision,
        "tracks": asset.tracks.iter().map(track).collect::<Vec<_>>(),
        "unusable": unusable.collect::<Vec<_>>(),
    }))
}

pub(super) fn edit_as_json(asset: &LoadedAsset, changed: bool, track: Option<&Track>) -> String {
    pretty(&json!({
        "asset": asset.name,
        "revision": asset.list_revision,
        "changed": changed,
        "track": track.map(track_value),
    }))
}

/// The edits, the newest first, with what each changed in a few words.
pub(super) fn history(entries: &[HistoryEntry]) -> String {
    let head = ["WHEN", "WHO", "REVISION", "WHAT"].map(str::to_owned).to_vec();
    let none = || "-".to_owned();
    let row = |(place, entry): (usize, &HistoryEntry)| {
        let mut what = difference(entry.before.as_ref(), entry.after.as_ref());
        // What the next older edit left is not what this one began from.
        if entries.get(place + 1).is_some_and(|older| older.revision != entry.revision_before) {
            what += "; others changed it before, by hand";
        }
        vec![
            Timestamp::of_unix(entry.at).to_string(),
            entry.by.clone(),
            entry.revision.clone().unwrap_or_else(none),
            what,
        ]
    };
    table(&std::iter::once(head).chain(entries.iter().enumerate().map(row)).collect::<Vec<_>>())
}

fn difference(before: Option<&Asset>, after: Option<&Asset>) -> String {
    let Some(after) = after else { return "removed the document".to_owned() };
    let Some(before) = before else { return "made the document".to_owned() };
    let find = |asset: &Asset, name: &str| asset.tracks.iter().find(|track| track.name == name).cloned();
    let mut words = Vec::new();
    for track in &after.tracks {
        match find(before, &track.name) {
            None => words.push(format!("+{}", track.name)),
            Some(other) if other != *track => words.push(format!("~{}", track.name)),
            Some(_) => {}
        }
    }
    let gone = before.tracks.iter().filter(|track| find(after, &track.name).is_none());
    words.extend(gone.map(|track| format!("-{}", track.name)));
    match words.is_empty() {
        true => "the asset itself, or the order".to_owned(),
        false => words.join(" "),
    }
}

pub(super) fn history_as_json(entries: &[HistoryEntry]) -> String {
    let entries = entries.iter().map(|entry| {
        json!({
            "at": Timestamp::of_unix(entry.at).to_string(),
            "by": entry.by,
            "revision_before": entry.revision_before,
            "revision": entry.revision,
            "before": entry.before.as_ref().map(asset_value),
            "after": entry.after.as_ref().map(asset_value),
        })
    });
    pretty(&Value::Array(entries.collect()))
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [["a", "bb", "c"], ["äöü", "", "d"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(table(&rows), "a    bb  c\näöü      d\n");
    }
}
