//! A segment as a list of pieces: bytes that were made, and byte ranges of the source file handed on as they are.

use bytes::Bytes;
use std::ops::Range;

/// A part of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Made by the packager.
    Bytes(Bytes),
    /// A byte range of the source file.
    Source(Range<u64>),
}
