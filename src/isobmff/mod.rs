//! ISO base media file format (ISO/IEC 14496-12): read what a file says, write what players need.
//!
//! Reading borrows from [`bytes::Bytes`]: a box is a slice, a table stays where it lies until it is packed into a
//! [`SampleIndex`]. Depth, counts and sizes are bounded by the bytes present, so a hostile file costs no more than its
//! own length. No I/O: the caller brings the bytes (see `catalog`).

mod bits;
mod boxes;
mod closed_captions;
mod codec;
mod index;
mod movie;
mod picture;
mod ratio;
#[cfg(test)]
pub(crate) mod testing;
mod write;
mod write_fragment;
mod write_init;

pub use boxes::{BoxHeader, BoxSlice, Children, Fields, FourCc};
pub use closed_captions::{CaptionScan, ClosedCaptions};
pub use codec::{AudioFacts, Codec, CodecFacts, Colour, DolbyChannels, IMSC_CODEC, VideoFacts, WVTT_CODEC};
pub use index::{Longest, Sample, SampleIndex, SampleIndexBuilder, SampleTime};
pub use movie::{EditList, Kind, LONGEST, MediaTrack, Movie, MovieReader, RefusedTrack};
pub use picture::VideoRange;
pub(crate) use ratio::reduced;
pub use write::boxed;
pub use write_fragment::{FragmentHeader, FragmentShape, SampleDefaults, write_fragment};
pub use write_init::{Handler, InitSegment};

/// Why bytes could not be read as ISO BMFF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} at byte {offset}: {problem}")]
pub struct BoxError {
    /// Boxes from the file down to the faulty one, such as `moov/trak[1]/mdia/minf/stbl/stsz`.
    pub path: String,
    /// Byte offset in the file.
    pub offset: u64,
    /// What is wrong, in words a person can act on.
    pub problem: String,
}
