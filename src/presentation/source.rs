//! What a presentation is made from: the tracks of a document, joined with what their files say.

use super::kept::Kept;
use super::plan::CodedTrack;
use super::rendition::RatesKey;
use super::{Rates, Time};
use crate::isobmff::MediaTrack;
use crate::text::Captions;
use crate::track::{Language, Track};
use std::sync::Arc;

/// A track of the document and what became of it.
#[derive(Debug, Clone)]
pub struct LoadedTrack {
    /// With the file's own words filled in.
    pub track: Track,
    /// What it plays, or why it does not.
    pub source: Result<Source, String>,
}

/// One playable track of an asset.
#[derive(Debug, Clone)]
pub struct Source {
    /// With the file's own words filled in where the document says nothing.
    pub track: Track,
    /// What the file itself says, for the init segment.
    pub file_language: Language,
    /// The store's word for the file's content.
    pub file_tag: String,
    /// Bytes of the file.
    pub file_size: u64,
    pub media: Media,
    /// Times are on the clock of the file's media, whose zero need not be the presentation's: true of all that is in
    /// MP4, false of a caption file, which is written for what the viewer sees.
    pub on_file_clock: bool,
}

/// The content of a track, indexed, with what was worked out of it: that is done once for all revisions of a document
/// that use it in the same way.
#[derive(Debug, Clone)]
pub enum Media {
    /// Video and audio, handed on as coded.
    Coded(Arc<CodedTrack>),
    /// Text, read into cues.
    Text(Arc<TextTrack>),
}

/// Text, and what was worked out of it.
#[derive(Debug)]
pub struct TextTrack {
    captions: Captions,
    /// By how many milliseconds earlier.
    earlier: Kept<u64, Arc<TextTrack>>,
    rates: Kept<RatesKey, Rates>,
}

impl Media {
    pub fn coded(&self) -> Option<&MediaTrack> {
        match self {
            Media::Coded(coded) => Some(coded.media()),
            Media::Text(_) => None,
        }
    }

    pub fn captions(&self) -> Option<&Captions> {
        match self {
            Media::Text(text) => Some(&text.captions),
            Media::Coded(_) => None,
        }
    }

    /// Bit rates as they were measured over the same segments for the same playlists, or as `measure` finds them.
    pub(super) fn rates(&self, key: RatesKey, measure: impl FnOnce() -> Rates) -> Rates {
        match self {
            Media::Coded(coded) => coded.rates.of(key, measure),
            Media::Text(text) => text.rates.of(key, measure),
        }
    }
}

impl TextTrack {
    pub fn captions(&self) -> &Captions {
        &self.captions
    }

    /// The text of a recording whose clock stands at `origin` when the presentation starts.
    pub(super) fn starting_at(self: &Arc<TextTrack>, origin: Time) -> Arc<TextTrack> {
        match origin.in_timescale(1000) {
            0 => Arc::clone(self),
            millis => self.earlier.of(millis, || Arc::new(TextTrack::from(self.captions.earlier_by(millis)))),
        }
    }
}

impl From<Captions> for TextTrack {
    fn from(captions: Captions) -> Self {
        TextTrack { captions, earlier: Kept::default(), rates: Kept::default() }
    }
}

impl From<Captions> for Media {
    fn from(captions: Captions) -> Self {
        Media::Text(Arc::new(captions.into()))
    }
}

impl From<MediaTrack> for Media {
    fn from(media: MediaTrack) -> Self {
        Media::Coded(Arc::new(media.into()))
    }
}
