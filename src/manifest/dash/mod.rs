//! The DASH MPD (ISO/IEC 23009-1).

mod channels;
mod mpd;
mod sets;

pub use mpd::mpd;
