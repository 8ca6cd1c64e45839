//! The relative URLs that manifests hold.

use super::TextForm;
use crate::links::{Format, Object, Options, StreamNames};
use crate::presentation::Rendition;
use std::fmt::Display;

/// How the relative URLs of a manifest are made.
pub trait Addresses: Sync {
    /// A media playlist, from the multivariant playlist.
    fn media_playlist(&self, rendition: &Rendition, text: TextForm) -> String;

    /// The I-frame playlist of a video, from the multivariant playlist.
    fn iframe_playlist(&self, rendition: &Rendition) -> String;

    /// What comes before `{track}/{rev}/` in the URLs of segments.
    fn segments(&self) -> &str;

    /// A CMAF header.
    fn init(&self, track: &str, revision: &str) -> String {
        format!("{}init.mp4", self.segment_folder(track, revision))
    }

    /// What comes before the time in the URLs of segments; after it comes `.m4s`, or `.vtt` of WebVTT.
    fn segment_folder(&self, track: &str, revision: &str) -> String {
        format!("{}{track}/{revision}/", self.segments())
    }
}

/// Those of the asset's folder, where all its manifests lie.
#[derive(Debug, Clone, Copy)]
pub struct OwnAddresses;

impl Addresses for OwnAddresses {
    fn media_playlist(&self, rendition: &Rendition, text: TextForm) -> String {
        match (rendition.imsc_revision.is_some(), text) {
            (true, TextForm::Imsc) => format!("{}.imsc.m3u8", rendition.name),
            _ => format!("{}.m3u8", rendition.name),
        }
    }

    fn iframe_playlist(&self, rendition: &Rendition) -> String {
        format!("{}.iframes.m3u8", rendition.name)
    }

    fn segments(&self) -> &str {
        "media/"
    }
}

/// Those behind a streaming URL of Azure Media Services. Playlists carry the filters on, since they say what a playlist
/// shows; segments need none.
#[derive(Debug, Clone, Copy)]
pub struct LinkAddresses<'a> {
    pub names: &'a StreamNames,
    pub format: Format,
    /// Of the URL.
    pub filters: &'a [&'a str],
    /// From where segments are addressed.
    pub from: From,
}

/// Where a manifest behind a streaming URL lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// `manifest(…)`
    Manifest,
    /// `QualityLevels(…)/Manifest(…)`
    Playlist,
}

impl LinkAddresses<'_> {
    fn playlist(&self, rendition: &Rendition, key_frames: bool) -> String {
        let (track, bit_rate) = self.called(rendition);
        let format = Some(self.format.as_str());
        let options = Options { format, filters: self.filters.to_vec(), ..Options::default() };
        Object::Playlist { bit_rate, track, key_frames, options }.to_string()
    }

    /// The name and bit rate of a track.
    pub fn called<'n>(&'n self, rendition: &'n Rendition) -> (&'n str, u64) {
        self.names.get(&rendition.name).map_or((rendition.name.as_str(), 0), |name| (name.name.as_str(), name.bit_rate))
    }
}

impl Addresses for LinkAddresses<'_> {
    fn media_playlist(&self, rendition: &Rendition, _: TextForm) -> String {
        self.playlist(rendition, false)
    }

    fn iframe_playlist(&self, rendition: &Rendition) -> String {
        self.playlist(rendition, true)
    }

    fn segments(&self) -> &str {
        match self.from {
            From::Manifest => "segments/",
            From::Playlist => "../segments/",
        }
    }
}

/// A CMAF segment; `time` is a number, or the `$Time$` of a DASH template.
pub(super) fn segment_path(addresses: &dyn Addresses, track: &str, revision: &str, time: impl Display) -> String {
    format!("{}{time}.m4s", addresses.segment_folder(track, revision))
}
