//! The track list of an asset that has no document: read off its files.
//!
//! What a file says of itself comes first, then its name (see `file_name.rs` for what counts). The result is an
//! ordinary [`Asset`]: only what was found is set.

pub(super) mod file_name;
pub(super) mod kinds;
mod names;

pub(super) use names::sanitised;

use super::merge::{fill_from_file, says_nothing_of_its_kind};
use crate::isobmff;
use crate::track::{Asset, Kind, Language, Signals, Track, TrackType};
use file_name::{extension, has_words, read};
use std::collections::HashMap;

/// A file of an asset's folder, and what it was found to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    pub name: String,
    /// The playable tracks, in file order.
    pub tracks: Vec<FoundTrack>,
}

/// What a file says of one of its tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundTrack {
    pub track_type: TrackType,
    /// `None` for a caption file.
    pub track_id: Option<u32>,
    /// From `elng` or `mdhd`, or a caption file's header.
    pub language: Option<Language>,
    pub label: Option<String>,
    /// From `kind` boxes and `tagc` tags.
    pub kinds: Vec<isobmff::Kind>,
    /// `tkhd` flag track_enabled: a disabled track is an alternate, not a hidden one.
    pub enabled: bool,
    /// Every cue is forced.
    pub forced: bool,
}

impl FoundTrack {
    /// An enabled track of which its file says nothing.
    pub fn new(track_type: TrackType) -> Self {
        FoundTrack {
            track_type,
            track_id: None,
            language: None,
            label: None,
            kinds: Vec::new(),
            enabled: true,
            forced: false,
        }
    }
}

/// Whether a file of this name may hold MP4 tracks. A lone segment (`.m4s`) cannot be played, so it is none.
pub fn is_media_file(name: &str) -> bool {
    let extensions = ["mp4", "m4v", "m4a", "mp4a", "mov", "cmfv", "cmfa", "cmft", "ismv", "isma"];
    !name.starts_with('.') && extensions.contains(&extension(name).as_str())
}

/// Whether a file of this name may hold captions. XML can be anything, so `.xml` counts only where the name says more,
/// as in `subtitles-en.xml`.
pub fn is_caption_file(name: &str) -> bool {
    let extension = extension(name);
    let extensions = ["vtt", "webvtt", "srt", "ttml", "dfxp", "imsc"];
    !name.starts_with('.') && (extensions.contains(&extension.as_str()) || extension == "xml" && has_words(name))
}

/// Makes the track list: video, then audio, then text, each in the order of file names. The first enabled main audio
/// track is the default.
pub fn discover(files: &[FoundFile]) -> Asset {
    let mut found: Vec<(&FoundFile, &FoundTrack)> =
        files.iter().flat_map(|file| file.tracks.iter().map(move |track| (file, track))).collect();
    // Stable, so that the tracks of one file stay in file order.
    found.sort_by(|(a, a_track), (b, b_track)| (a_track.track_type, &a.name).cmp(&(b_track.track_type, &b.name)));

    let mut of_type: HashMap<(&str, TrackType), usize> = HashMap::new();
    for (file, track) in &found {
        *of_type.entry((&file.name, track.track_type)).or_default() += 1;
    }
    let is_only_one = |file: &FoundFile, track: &FoundTrack| of_type.get(&(&file.name, track.track_type)) == Some(&1);
    let mut tracks: Vec<Track> =
        found.iter().map(|(file, track)| describe(file, track, is_only_one(file, track))).collect();
    names::assign(&mut tracks, &found);
    let is_main = |track: &Track| track.track_type == TrackType::Audio && Signals::of(track).kind == Kind::Main;
    let default = tracks.iter_mut().zip(&found).find(|(track, (_, found))| found.enabled && is_main(track));
    if let Some((track, _)) = default {
        track.default = true;
    }
    Asset { tracks, ..Asset::default() }
}

/// `track`, which plays `found` of `file`, with what nobody said of it as it would be discovered, and with a name that is
/// free beside `others` where it has none.
pub fn describe_new(track: &Track, file: &FoundFile, found: &FoundTrack, others: &[Track]) -> Track {
    let mut described = complete(track, file, found);
    if described.name.is_empty() {
        described.name = names::free_beside(&described, file.tracks.len(), others);
    }
    described
}

/// The track, without a name as yet. The only one of its type in its file needs no id.
fn describe(file: &FoundFile, found: &FoundTrack, is_only_one: bool) -> Track {
    let mut track = Track::new(String::new(), found.track_type, file.name.clone());
    track.track_id = found.track_id.filter(|_| !is_only_one);
    complete(&track, file, found)
}

fn complete(track: &Track, file: &FoundFile, found: &FoundTrack) -> Track {
    let mut track = fill_from_file(track, found);
    // The words of a name mean the one thing that the file holds: of a film with its sound they are the title.
    if says_nothing_of_its_kind(&track) && file.tracks.len() == 1 {
        read(&file.name).say_kind_of(&mut track);
    }
    track
}

#[cfg(test)]
mod tests;
