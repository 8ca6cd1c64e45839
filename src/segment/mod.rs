//! From a presentation to the bytes of a segment: what is generated, and which byte ranges of the source follow. Pure.

mod piece;

pub use piece::{Piece, slice, total_len};
