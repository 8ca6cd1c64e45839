//! What a draft would change: field by field of the track list, line by line of the manifests.

use crate::catalog::LoadedAsset;
use crate::document::{asset_value, track_value};
use crate::manifest::{TextForm, dash, hls};
use crate::track::{Asset, Track};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};

/// From today to the draft.
#[derive(Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(super) struct Difference {
    /// Fields of the asset itself.
    asset: Vec<FieldChange>,
    /// Tracks that are added, removed or changed; the order of the draft, then what is removed.
    tracks: Vec<TrackChange>,
    /// Whether players are told of the tracks in another order.
    reordered: bool,
    manifests: ManifestChanges,
}

/// A field of the document; what is absent has its fallback.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(super) struct FieldChange {
    field: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Value")]
    before: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Value")]
    after: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum What {
    Added,
    Removed,
    Changed,
}

#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(super) struct TrackChange {
    name: String,
    change: What,
    fields: Vec<FieldChange>,
}

/// Of the multivariant playlist and the MPD.
#[derive(Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(super) struct ManifestChanges {
    hls: LineChanges,
    dash: LineChanges,
}

/// Lines that only one of two texts has, in their order.
#[derive(Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(super) struct LineChanges {
    removed: Vec<String>,
    added: Vec<String>,
}

/// What players would get. A manifest that cannot be written is absent.
pub(super) struct Written {
    pub(super) hls: Option<String>,
    pub(super) dash: Option<String>,
}

impl Written {
    pub(super) fn of(asset: &LoadedAsset) -> Written {
        let Ok(shown) = &asset.presentation else { return Written { hls: None, dash: None } };
        Written {
            hls: hls::multivariant_playlist(shown, TextForm::WebVtt).ok(),
            dash: Some(dash::mpd(shown, TextForm::WebVtt)),
        }
    }
}

impl Difference {
    pub(super) fn between(before: (&Asset, &Written), after: (&Asset, &Written)) -> Difference {
        let lines = |before: &Option<String>, after: &Option<String>| {
            LineChanges::between(before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default())
        };
        Difference {
            asset: asset_fields(before.0, after.0),
            tracks: track_changes(&before.0.tracks, &after.0.tracks),
            reordered: is_reordered(&before.0.tracks, &after.0.tracks),
            manifests: ManifestChanges {
                hls: lines(&before.1.hls, &after.1.hls),
                dash: lines(&before.1.dash, &after.1.dash),
            },
        }
    }
}

fn asset_fields(before: &Asset, after: &Asset) -> Vec<FieldChange> {
    let without_tracks = |asset: &Asset| {
        let mut fields = fields(asset_value(&Asset { tracks: Vec::new(), ..asset.clone() }));
        fields.remove("tracks");
        fields
    };
    field_changes(without_tracks(before), without_tracks(after))
}

fn track_changes(before: &[Track], after: &[Track]) -> Vec<TrackChange> {
    let old: HashMap<&str, &Track> = before.iter().map(|track| (track.name.as_str(), track)).collect();
    let names: BTreeSet<&str> = after.iter().map(|track| track.name.as_str()).collect();
    let value = |track: &Track| fields(track_value(track));
    let kept = after.iter().filter_map(|track| {
        let (change, old) = match old.get(track.name.as_str()) {
            Some(old) => (What::Changed, value(old)),
            None => (What::Added, Map::new()),
        };
        let fields = field_changes(old, value(track));
        (!fields.is_empty()).then(|| TrackChange { name: track.name.clone(), change, fields })
    });
    let gone = before.iter().filter(|track| !names.contains(track.name.as_str())).map(|track| TrackChange {
        name: track.name.clone(),
        change: What::Removed,
        fields: field_changes(value(track), Map::new()),
    });
    kept.chain(gone).collect()
}

fn is_reordered(before: &[Track], after: &[Track]) -> bool {
    let common = |tracks: &[Track], others: &[Track]| -> Vec<String> {
        let others: BTreeSet<&str> = others.iter().map(|track| track.name.as_str()).collect();
        tracks.iter().filter(|track| others.contains(track.name.as_str())).map(|track| track.name.clone()).collect()
    };
    common(before, after) != common(after, before)
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn field_changes(mut before: Map<String, Value>, mut after: Map<String, Value>) -> Vec<FieldChange> {
    let names: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
    let changes = names.into_iter().filter_map(|field| {
        let (before, after) = (before.remove(&field), after.remove(&field));
        (before != after).then_some(FieldChange { field, before, after })
    });
    changes.collect()
}

impl LineChanges {
    fn between(before: &str, after: &str) -> LineChanges {
        LineChanges { removed: lines_without(before, after), added: lines_without(after, before) }
    }
}

/// The lines of `text` that `other` does not have, or not so often.
fn lines_without(text: &str, other: &str) -> Vec<String> {
    let mut there: HashMap<&str, usize> = HashMap::new();
    other.lines().for_each(|line| *there.entry(line).or_default() += 1);
    let new = text.lines().filter(|line| match there.get_mut(line) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    });
    new.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::track::{TrackType, Visibility};
    use serde_json::json;

    #[test]
    fn tracks_are_compared_by_name_and_field() {
        let video = Track::new("video", TrackType::Video, "video.mp4");
        let en = Track::new("en", TrackType::Audio, "en.m4a");
        let de = Track::new("de", TrackType::Audio, "de.m4a");
        let hidden = Track { visibility: Visibility::Hidden, ..en.clone() };
        let before =
            Asset { title: Some("Old".to_owned()), tracks: vec![video.clone(), en, de.clone()], ..Asset::default() };
        let fr = Track::new("fr", TrackType::Audio, "fr.m4a");
        let after = Asset { tracks: vec![hidden, video, fr], ..Asset::default() };
        let nothing = Written { hls: None, dash: None };
        let difference = Difference::between((&before, &nothing), (&after, &nothing));
        let change = |field: &str, before: Value, after: Value| FieldChange {
            field: field.to_owned(),
            before: Some(before).filter(|value| !value.is_null()),
            after: Some(after).filter(|value| !value.is_null()),
        };
        assert_eq!(difference.asset, [change("title", json!("Old"), Value::Null)]);
        let names: Vec<_> = difference.tracks.iter().map(|track| (track.name.as_str(), track.change)).collect();
        assert_eq!(names, [("en", What::Changed), ("fr", What::Added), ("de", What::Removed)]);
        assert_eq!(difference.tracks[0].fields, [change("visibility", Value::Null, json!("hidden"))]);
        assert!(difference.tracks[1].fields.contains(&change("file", Value::Null, json!("fr.m4a"))));
        assert!(difference.reordered, "en and video changed places");
        let same = Difference::between((&before, &nothing), (&before, &nothing));
        assert_eq!(same, Difference::default());
    }

    #[test]
    fn lines_are_told_apart_also_when_they_come_twice() {
        let changes = LineChanges::between("a\nb\nb\nc\n", "a\nb\nd\n");
        assert_eq!((changes.removed, changes.added), (vec!["b".to_owned(), "c".to_owned()], vec!["d".to_owned()]));
    }
}
