//! The vocabulary: what an asset and a track are, and what each property means.
//!
//! Every document format, API and protocol maps onto these types, so that a property has one meaning. No I/O here.

mod characteristic;
mod dialect;
mod free_name;
mod kind;
mod label;
mod language;
mod language_table;
mod nearest;
mod role;
pub mod rules;
mod truth_table;
mod xml;

pub use characteristic::{Characteristic, CharacteristicError};
pub use dialect::Dialect;
pub use free_name::{free_name, name_of_free};
pub use kind::{Accessibility, DashSignals, HlsSignals, Kind, Signals};
pub use label::{default_label, distinct_labels};
pub use language::{Language, LanguageError};
pub(crate) use nearest::nearest;
pub use role::{Role, RoleError};
pub use xml::is_xml_character;

use std::time::Duration;

/// One folder of a store, as its track document describes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asset {
    /// What a person reads; not shown to players.
    pub title: Option<String>,
    pub kind: AssetKind,
    /// Target segment duration; absent means the server's.
    pub segment_duration: Option<Duration>,
    /// How the links of Azure Media Services are answered; absent means the server's.
    pub dialect: Option<Dialect>,
    /// In the order in which players should list them.
    pub tracks: Vec<Track>,
}

/// Where an asset comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AssetKind {
    /// Made as a whole: tracks may be added.
    #[default]
    Vod,
    /// The recording of a live stream, which has the tracks that were sent.
    LiveArchive,
}

impl AssetKind {
    /// The word of the track document.
    pub fn as_str(self) -> &'static str {
        match self {
            AssetKind::Vod => "vod",
            AssetKind::LiveArchive => "live-archive",
        }
    }
}

impl std::fmt::Display for AssetKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a track carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TrackType {
    Video,
    Audio,
    Text,
}

impl TrackType {
    /// The word of the track document and of DASH `contentType`.
    pub fn as_str(self) -> &'static str {
        match self {
            TrackType::Video => "video",
            TrackType::Audio => "audio",
            TrackType::Text => "text",
        }
    }
}

impl std::fmt::Display for TrackType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether players are told of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Visibility {
    #[default]
    Visible,
    /// In no manifest, and its segments answer as if it did not exist.
    Hidden,
}

/// Whether a track can be played now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Status {
    #[default]
    Ready,
    /// Its file is being made.
    Preparing,
    /// It cannot be played, and why.
    Error(String),
}

/// One elementary stream of one file, with its properties as an editor set them.
///
/// `None` and empty mean "not said": the file's own word or a fallback holds, and nothing is written back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// Unique in the asset and URL-safe (see [`is_valid_name`]): the track's identity.
    pub name: String,
    pub track_type: TrackType,
    /// Source file in the asset's folder.
    pub file: String,
    /// MP4 track id, where a file has several tracks of this type.
    pub track_id: Option<u32>,
    pub language: Option<Language>,
    /// What a person reads in the player's menu.
    pub label: Option<String>,
    pub visibility: Visibility,
    /// The track that plays unless the viewer chooses another; one per type.
    pub default: bool,
    /// Text only: shown even when the viewer asked for no subtitles.
    pub forced: bool,
    pub roles: Vec<Role>,
    pub characteristics: Vec<Characteristic>,
    pub status: Status,
}

impl Track {
    /// A visible, ready track with nothing said about it.
    pub fn new(name: impl Into<String>, track_type: TrackType, file: impl Into<String>) -> Self {
        Track {
            name: name.into(),
            track_type,
            file: file.into(),
            track_id: None,
            language: None,
            label: None,
            visibility: Visibility::Visible,
            default: false,
            forced: false,
            roles: Vec::new(),
            characteristics: Vec::new(),
            status: Status::Ready,
        }
    }

    pub fn is_visible(&self) -> bool {
        self.visibility == Visibility::Visible
    }
}

/// The words that manifests and segments take in an asset's folder (`master.m3u8`, `manifest.mpd`, `media/`), so that no
/// track may have them.
pub const RESERVED_NAMES: &[&str] = &["master", "manifest", "media"];

/// Whether `name` may name a track: 1 to 128 characters of `A-Z a-z 0-9 _ -` and `.` (not first, not `..`, not ending
/// in a suffix that the URL grammar uses), and not reserved.
pub fn is_valid_name(name: &str) -> bool {
    let characters = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    (1..=128).contains(&name.len())
        && characters
        && !name.starts_with('.')
        && !name.contains("..")
        && ![".iframes", ".imsc"].iter().any(|suffix| name.ends_with(suffix))
        && !RESERVED_NAMES.contains(&name)
}
