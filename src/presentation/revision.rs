//! Revisions: the part of a segment URL that names what its bytes depend on, and nothing else.
//!
//! The source file's identity, the segment plan, the packager's format version. So an edit of labels, languages, roles
//! or visibility changes no segment URL, and a replaced file changes all of its own.

use super::Grid;
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

/// Hashes what the segments of one track depend on. `file` is the store's word for the content of the source file.
pub fn revision(file: &str, size: u64, track_id: u32, grid: &Grid, origin: u64, form: Form) -> String {
    let mut hash = Sha256::new();
    hash.update(FORMAT_VERSION.to_be_bytes());
    hash.update((file.len() as u64).to_be_bytes());
    hash.update(file);
    hash.update(size.to_be_bytes());
    hash.update(track_id.to_be_bytes());
    hash.update(origin.to_be_bytes());
    hash.update([form as u8]);
    for value in grid.fingerprint() {
        hash.update(value.to_be_bytes());
    }
    hash.finalize()[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}
