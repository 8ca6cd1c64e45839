//! What a presentation is made from: the tracks of a document, joined with what their files say.

use crate::isobmff::{ClosedCaptions, MediaTrack};
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
    /// Inside the pictures; none where it is no video.
    pub closed_captions: ClosedCaptions,
}

/// The content of a track, indexed.
#[derive(Debug, Clone)]
pub enum Media {
    /// Video and audio, handed on as coded.
    Coded(Arc<MediaTrack>),
    /// Text, read into cues.
    Text(Arc<Captions>),
}

impl Media {
    pub fn coded(&self) -> Option<&MediaTrack> {
        match self {
            Media::Coded(track) => Some(track),
            Media::Text(_) => None,
        }
    }

    pub fn captions(&self) -> Option<&Captions> {
        match self {
            Media::Text(captions) => Some(captions),
            Media::Coded(_) => None,
        }
    }
}
