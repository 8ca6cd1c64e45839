//! Revisions: the part of a segment URL that names what its bytes depend on, and nothing else.
//!
//! The source file's identity, the segment plan (of text: also where the asset ends), the packager's format version. So an edit of labels, languages, roles
//! or visibility changes no segment URL, and a replaced file changes all of its own.

use super::{Grid, Time};
use sha2::{Digest, Sha256};

/// To be raised whenever the bytes of init or media segments change for the same source.
const FORMAT_VERSION: u32 = 1;

/// The forms in which a track's segments are made; each has its own revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Coded media as it is; text as WebVTT and `wvtt`.
    Plain,
    /// Text as IMSC1 in MP4 (`stpp`).
    Imsc,
}

/// What the segments of one track depend on, whatever their form.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// The store's word for the content of the source file.
    pub file_tag: &'a str,
    /// Bytes of the source file.
    pub file_size: u64,
    /// MP4 track id; 0 for text.
    pub track_id: u32,
    pub grid: &'a Grid,
    /// The moment of the files' timeline at which the presentation starts.
    pub origin: Time,
    /// Where the last segment of text ends; coded media ends where it ends.
    pub text_end: Option<Time>,
}

/// Two digits a byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// Hashes what the segments of one track depend on.
pub fn revision(identity: &Identity<'_>, form: Form) -> String {
    let Identity { file_tag, file_size, track_id, grid, origin, text_end } = identity;
    let mut hash = Sha256::new();
    hash.update(FORMAT_VERSION.to_be_bytes());
    hash.update((file_tag.len() as u64).to_be_bytes());
    hash.update(file_tag);
    hash.update(file_size.to_be_bytes());
    hash.update(track_id.to_be_bytes());
    hash.update(origin.micros().to_be_bytes());
    hash.update([form as u8]);
    hash.update(grid.fingerprint());
    if let Some(end) = text_end {
        hash.update(end.ticks.to_be_bytes());
        hash.update(end.timescale.to_be_bytes());
    }
    hexadecimal(&hash.finalize()[..6])
}
