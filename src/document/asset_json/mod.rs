//! `asset.json`: the track document of the house, read strictly, since a typo must not hide a track.
//!
//! `asset.schema.json`, next to this room, describes the same format for editors.

mod rules;
mod write;

pub use write::write;

use super::json::{Fields, Node, Problems};
use super::{DocumentError, Problem};
use crate::track::{Asset, Characteristic, Language, Role, Status, Track, TrackType, Visibility};
use std::time::Duration;

/// A document larger than this, in bytes, is a mistake: a thousand tracks take a third of it.
pub const MAX_BYTES: usize = 1 << 20;
const MOST_TRACKS: usize = 2000;

const ASSET_FIELDS: &[&str] = &["title", "segment_duration", "tracks"];
const TRACK_FIELDS: &[&str] = &[
    "name",
    "type",
    "file",
    "track_id",
    "language",
    "label",
    "visibility",
    "default",
    "forced",
    "roles",
    "characteristics",
    "status",
    "reason",
];
const TYPES: &[(&str, TrackType)] =
    &[("video", TrackType::Video), ("audio", TrackType::Audio), ("text", TrackType::Text)];
const VISIBILITIES: &[(&str, Visibility)] = &[("visible", Visibility::Visible), ("hidden", Visibility::Hidden)];
/// The words of [`Status`].
const READY: &str = "ready";
const PREPARING: &str = "preparing";
const ERROR: &str = "error";

/// Reads an `asset.json`. The error holds every problem that was found.
pub fn read(bytes: &[u8]) -> Result<Asset, DocumentError> {
    let node = text_of(bytes)
        .and_then(Node::parse)
        .map_err(|problem| DocumentError { problems: vec![Problem { field: String::new(), problem }] })?;
    let mut problems = Problems::default();
    let asset = asset(&node, &mut problems);
    problems.none_or(asset)
}

/// The document's text, without the byte order mark that some editors write.
fn text_of(bytes: &[u8]) -> Result<&str, String> {
    if bytes.len() > MAX_BYTES {
        return Err(format!("{} bytes are more than a track document may have ({MAX_BYTES})", bytes.len()));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|e| format!("not UTF-8 at byte {}; save the document as UTF-8", e.valid_up_to()))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn asset(node: &Node, problems: &mut Problems) -> Asset {
    let Some(fields) = Fields::open(node, "", ASSET_FIELDS, problems) else {
        return Asset::default();
    };
    fields.require("tracks", problems);
    let nodes = fields.list("tracks", problems).unwrap_or_default();
    if nodes.len() > MOST_TRACKS {
        problems.add("tracks", format!("{} are more tracks than an asset may have ({MOST_TRACKS})", nodes.len()));
    }
    let tracks: Vec<Option<Track>> = nodes
        .iter()
        .take(MOST_TRACKS)
        .enumerate()
        .map(|(number, node)| track(node, &format!("tracks[{number}]"), problems))
        .collect();
    rules::across_tracks(&tracks, problems);
    Asset {
        title: fields.parsed("title", problems, rules::line),
        segment_duration: segment_duration(&fields, problems),
        tracks: tracks.into_iter().flatten().collect(),
    }
}

fn segment_duration(fields: &Fields, problems: &mut Problems) -> Option<Duration> {
    let seconds = fields.number("segment_duration", problems)?;
    if !(1.0..=60.0).contains(&seconds) {
        problems.add("segment_duration", format!("{seconds} is not between 1 and 60 seconds"));
        return None;
    }
    Duration::try_from_secs_f64(seconds).ok()
}

/// `None` where the track lacks what makes it one.
fn track(node: &Node, path: &str, problems: &mut Problems) -> Option<Track> {
    let fields = Fields::open(node, path, TRACK_FIELDS, problems)?;
    for name in ["name", "type", "file"] {
        fields.require(name, problems);
    }
    let name = fields.parsed("name", problems, rules::name);
    let track_type = fields.parsed("type", problems, |word| rules::one_of(word, TYPES));
    let file = fields.parsed("file", problems, rules::file);
    let visibility = fields.parsed("visibility", problems, |word| rules::one_of(word, VISIBILITIES));
    let rest = Track {
        track_id: track_id(&fields, problems),
        language: fields.parsed("language", problems, Language::parse),
        label: fields.parsed("label", problems, rules::line),
        visibility: visibility.unwrap_or_default(),
        default: fields.flag("default", problems),
        forced: fields.flag("forced", problems),
        roles: fields.parsed_list("roles", problems, str::parse::<Role>),
        characteristics: fields.parsed_list("characteristics", problems, Characteristic::parse),
        status: status(&fields, problems),
        ..Track::new(String::new(), TrackType::Video, String::new())
    };
    if rest.forced && track_type.is_some_and(|track_type| track_type != TrackType::Text) {
        problems.add(fields.path("forced"), "only a text track can be forced");
    }
    Some(Track { name: name?, track_type: track_type?, file: file?, ..rest })
}

fn track_id(fields: &Fields, problems: &mut Problems) -> Option<u32> {
    let number = fields.number("track_id", problems)?;
    let whole = number.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&number);
    if !whole {
        problems.add(fields.path("track_id"), format!("{number} is not an MP4 track id, a whole number from 1"));
    }
    whole.then_some(number as u32)
}

fn status(fields: &Fields, problems: &mut Problems) -> Status {
    let words = [(READY, Status::Ready), (PREPARING, Status::Preparing), (ERROR, Status::Error(String::new()))];
    let status = fields.parsed("status", problems, |word| rules::one_of(word, &words)).unwrap_or_default();
    let reason = fields.parsed("reason", problems, rules::line);
    match (status, reason) {
        (Status::Error(_), Some(reason)) => Status::Error(reason),
        (status @ Status::Error(_), None) => {
            fields.require("reason", problems);
            status
        }
        (status, Some(_)) => {
            problems.add(fields.path("reason"), "belongs to the status \"error\"");
            status
        }
        (status, None) => status,
    }
}

#[cfg(test)]
mod tests;
