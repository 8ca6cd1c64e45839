//! The `moov` box: tracks, their facts and their sample indexes.

use super::{BoxError, CodecFacts, SampleIndex};
use crate::track::{Language, TrackType};
use bytes::Bytes;

/// What a `moov` (with the `moof`s that follow it, in a fragmented file) says.
#[derive(Debug, Clone, Default)]
pub struct Movie {
    /// The tracks that can be played, in file order.
    pub tracks: Vec<MediaTrack>,
    /// The tracks that cannot, with the reason; the others play.
    pub refused: Vec<RefusedTrack>,
}

/// A track that cannot be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedTrack {
    /// MP4 track id, 0 where it cannot be read.
    pub id: u32,
    /// By its handler; `None` for a handler that carries no media (timecode, hint, metadata).
    pub track_type: Option<TrackType>,
    /// What is wrong and what to do, naming the four-character code of an unknown codec.
    pub reason: String,
}

/// One playable track.
#[derive(Debug, Clone)]
pub struct MediaTrack {
    /// MP4 track id.
    pub id: u32,
    pub track_type: TrackType,
    /// Ticks per second of all times of this track.
    pub timescale: u32,
    /// From `elng`, else `mdhd`; `None` for `und`.
    pub language: Option<Language>,
    /// `tkhd` flag track_enabled: a disabled track is an alternate, not a hidden one.
    pub enabled: bool,
    /// From `udta/labl`, `udta/name`, or a handler name that says something.
    pub label: Option<String>,
    /// From `udta/kind` and QuickTime `tagc`, in file order.
    pub kinds: Vec<Kind>,
    /// The whole sample entry box, as it is in the file.
    pub sample_entry: Bytes,
    pub codec: CodecFacts,
    pub edits: EditList,
    pub samples: SampleIndex,
}

/// A `kind` box (ISO/IEC 14496-12 8.10.4), or a `tagc` tag with an empty scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    pub scheme: String,
    pub value: String,
}

/// The edit list (ISO/IEC 14496-12 8.6.6), reduced to what a single presentation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EditList {
    /// Time before the track starts, from leading empty edits, in the track's timescale.
    pub delay: u64,
    /// Composition time of the first moment shown (`media_time` of the first real edit), in the track's timescale.
    pub media_time: u64,
    /// Length of what is shown, in the track's timescale, where the edit ends before the media does.
    pub duration: Option<u64>,
}

impl Movie {
    /// Reads a `moov` box, header included. `offset` is its place in the file, `file_size` bounds what samples may
    /// claim. The samples of a fragmented file are added by [`Movie::add_fragment`].
    pub fn parse(_moov: &Bytes, _offset: u64, _file_size: u64) -> Result<MovieReader, BoxError> {
        todo!()
    }
}

/// A movie whose fragments may still come.
#[derive(Debug)]
pub struct MovieReader {}

impl MovieReader {
    /// Whether the file has fragments (`mvex`), which must be added before [`MovieReader::finish`].
    pub fn is_fragmented(&self) -> bool {
        todo!()
    }

    /// Adds the samples of a `moof` box, header included, that lies at `offset` of the file.
    pub fn add_fragment(&mut self, _moof: &Bytes, _offset: u64) -> Result<(), BoxError> {
        todo!()
    }

    /// Packs the indexes. A track without samples, or whose samples lie beyond the file, is refused with the reason.
    pub fn finish(self) -> Movie {
        todo!()
    }
}
