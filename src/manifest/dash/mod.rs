//! The DASH MPD (ISO/IEC 23009-1).

mod channels;
mod mpd;
mod sets;
mod signals;

pub use mpd::mpd;
pub use signals::{SetSignals, signals_of};
