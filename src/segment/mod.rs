//! Segments: CMAF and WebVTT, made from a rendition.
//!
//! Pure: media segments are lists of [`Piece`]s that name the byte ranges of the source file they need; whoever sends
//! them brings those bytes.

mod media;
mod piece;
mod text;

pub use media::{key_frame, media_init, media_segment};
pub use piece::{Piece, slice, total_len};
pub use text::{imsc_init, imsc_segment, webvtt_segment, wvtt_init, wvtt_segment};

use crate::isobmff::boxed;
use crate::presentation::SEGMENT_TYPE_SIZE;

/// `styp`: a CMAF segment that is a DASH media segment (ISO/IEC 23000-19 7.3.3.1, ISO/IEC 23009-1 6.3.4.2).
fn write_segment_type(out: &mut Vec<u8>) {
    let start = out.len();
    boxed(out, b"styp", |out| {
        out.extend_from_slice(b"msdh");
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(b"msdhcmfs");
    });
    debug_assert_eq!((out.len() - start) as u64, SEGMENT_TYPE_SIZE);
}
