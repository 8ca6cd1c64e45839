//! `asset.json`: the track document of the house.
//!
//! What could expose or hide a track by a slip of the pen refuses the whole document: an unknown field may be a misspelt
//! `visibility`. What is merely wrong in one place (a language that is none, an unknown role) is left aside and told, and
//! the rest is served. A program that edits gets no such leniency.
//!
//! `asset.schema.json`, next to this room, describes the same format for editors, strictly.

mod value;
mod write;

pub use value::{
    asset_from_value, asset_value, merge_patch, patched_asset, patched_track, track_from_value, track_value, value_of,
};
pub use write::write;

use super::json::{Fields, Node, Problems};
use super::{Document, DocumentError, Problem};
use crate::track::rules::{Rule, words};
use crate::track::{
    Asset, AssetKind, Characteristic, Dialect, Language, Role, Status, Track, TrackType, Visibility, nearest,
};
use std::time::Duration;

/// A document larger than this, in bytes, is a mistake: a thousand tracks take a third of it.
pub const MAX_BYTES: usize = 1 << 20;

const ASSET_FIELDS: &[&str] = &["title", "kind", "segment_duration", "dialect", "tracks"];
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
const KINDS: &[(&str, AssetKind)] = &[("vod", AssetKind::Vod), ("live-archive", AssetKind::LiveArchive)];
const DIALECTS: &[(&str, Dialect)] = &[("standard", Dialect::Standard), ("ams", Dialect::Ams)];
/// The words of [`Status`].
const READY: &str = "ready";
const PREPARING: &str = "preparing";
const ERROR: &str = "error";

/// Reads an `asset.json`. The error holds every problem that refuses it.
pub fn read(bytes: &[u8]) -> Result<Document, DocumentError> {
    let node = node(bytes)?;
    let mut problems = Problems::default();
    let (asset, places) = asset(&node, &mut problems);
    problems.none_refuse().map(|ignored| Document { asset, ignored, places, ..Document::default() })
}

fn node(bytes: &[u8]) -> Result<Node, DocumentError> {
    let node = text_of(bytes).and_then(Node::parse);
    node.map_err(|problem| DocumentError { problems: vec![Problem { field: String::new(), problem }] })
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

/// The asset, and where each of its tracks stands in the document.
fn asset(node: &Node, problems: &mut Problems) -> (Asset, Vec<usize>) {
    let Some(fields) = Fields::open(node, "", ASSET_FIELDS, problems) else {
        return Default::default();
    };
    fields.require("tracks", problems);
    let nodes = fields.list("tracks", problems).unwrap_or_default();
    if let Err(problem) = words::track_count(nodes.len()) {
        problems.ignore(Rule::TrackLimit, "tracks", "tracks", problem);
    }
    let tracks = nodes.iter().take(words::MOST_TRACKS).enumerate();
    let read = tracks.filter_map(|(place, node)| Some((place, track(node, &format!("tracks[{place}]"), problems)?)));
    let (places, tracks) = read.unzip();
    let asset = Asset {
        title: fields.lenient("title", Rule::Title, problems, line),
        kind: fields.lenient("kind", Rule::AssetKind, problems, |word| one_of(word, KINDS)).unwrap_or_default(),
        segment_duration: segment_duration(&fields, problems),
        dialect: fields.lenient("dialect", Rule::Dialect, problems, |word| one_of(word, DIALECTS)),
        tracks,
    };
    (asset, places)
}

fn segment_duration(fields: &Fields, problems: &mut Problems) -> Option<Duration> {
    let name = "segment_duration";
    let seconds = fields.number(name, problems)?;
    words::segment_duration(seconds)
        .map_err(|problem| problems.ignore(Rule::SegmentDuration, name, fields.path(name), problem))
        .ok()
}

/// `None` where the track lacks what makes it one.
fn track(node: &Node, path: &str, problems: &mut Problems) -> Option<Track> {
    let fields = Fields::open(node, path, TRACK_FIELDS, problems)?;
    for name in ["name", "type", "file"] {
        fields.require(name, problems);
    }
    let ignored_before = problems.ignored();
    let name = fields.lenient("name", Rule::TrackName, problems, |word| checked(word, words::name));
    let track_type = fields.parsed("type", problems, |word| one_of(word, TYPES));
    let file = fields.lenient("file", Rule::File, problems, |word| checked(word, words::file));
    let track_id = track_id(&fields, problems);
    let visibility = fields.parsed("visibility", problems, |word| one_of(word, VISIBILITIES));
    let rest = Track {
        language: language(&fields, problems),
        label: fields.lenient("label", Rule::Label, problems, line),
        visibility: visibility.unwrap_or_default(),
        default: fields.flag("default", problems),
        forced: fields.flag("forced", problems),
        roles: fields.lenient_list("roles", Rule::Role, problems, str::parse::<Role>),
        characteristics: fields.lenient_list("characteristics", Rule::Characteristic, problems, Characteristic::parse),
        status: status(&fields, problems),
        ..Track::new(String::new(), TrackType::Video, String::new())
    };
    if let Some(name) = &name {
        problems.of_track(ignored_before..problems.ignored(), name);
    }
    Some(Track { name: name?, track_type: track_type?, file: file?, track_id: track_id.ok()?, ..rest })
}

/// An error is noted already: without its id it is not known which track is meant, so none is.
fn track_id(fields: &Fields, problems: &mut Problems) -> Result<Option<u32>, ()> {
    let Some(number) = fields.number("track_id", problems) else { return Ok(None) };
    words::track_id(number).map(Some).map_err(|problem| {
        problems.ignore(Rule::TrackId, "track_id", fields.path("track_id"), problem);
    })
}

/// A word that is no language still says that the file's own is not to be believed: unknown is better than wrong.
fn language(fields: &Fields, problems: &mut Problems) -> Option<Language> {
    let read = fields.lenient("language", Rule::LanguageTag, problems, Language::parse);
    read.or_else(|| fields.is_given("language").then(Language::und))
}

fn status(fields: &Fields, problems: &mut Problems) -> Status {
    let known = [(READY, Status::Ready), (PREPARING, Status::Preparing), (ERROR, Status::Error(String::new()))];
    let status = fields.parsed("status", problems, |word| one_of(word, &known)).unwrap_or_default();
    let reason = fields.lenient("reason", Rule::Status, problems, line);
    let is_given = fields.is_given("reason");
    let mut ignore = |problem: &str| problems.ignore(Rule::Status, "reason", fields.path("reason"), problem.to_owned());
    match status {
        Status::Error(_) => {
            if !is_given {
                ignore("is missing; say why the status is \"error\"");
            }
            Status::Error(reason.unwrap_or_else(|| words::NO_REASON.to_owned()))
        }
        status => {
            if is_given {
                ignore("belongs to the status \"error\"; leave it out");
            }
            status
        }
    }
}

fn checked(word: &str, check: fn(&str) -> Result<(), String>) -> Result<String, String> {
    check(word).map(|()| word.to_owned())
}

fn line(text: &str) -> Result<String, String> {
    checked(text, words::line)
}

/// One of a few words.
fn one_of<T: Clone>(word: &str, known: &[(&str, T)]) -> Result<T, String> {
    if let Some((_, value)) = known.iter().find(|(known, _)| *known == word) {
        return Ok(value.clone());
    }
    let hint = match nearest(word, known.iter().map(|(known, _)| *known)) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => format!("expected {}", known.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ")),
    };
    Err(format!("unknown word \"{}\", {hint}", words::printable(word)))
}

#[cfg(test)]
mod tests;
