//! The DASH MPD (ISO/IEC 23009-1).

mod channels;
mod document;
mod mpd;
mod sets;
mod signals;

pub(super) use channels::channel_configuration;
pub(super) use document::Document;
pub use mpd::mpd;
pub(super) use mpd::{duration, facts};
pub(super) use sets::{AdaptationSet, adaptation_sets};
pub use signals::{SetSignals, signals_of};
