//! Which track plays when the viewer says nothing.

use super::Rendition;
use crate::track::{Kind, TrackType};

/// The default audio: the first flagged one that is no description or commentary; else the first main; else the first
/// that is no description or commentary; else the first that HLS can offer; else the first.
pub fn default_audio(renditions: &[Rendition]) -> Option<usize> {
    let audio = || renditions.iter().enumerate().filter(|(_, r)| r.track_type == TrackType::Audio);
    let may = |r: &Rendition| r.signals.hls.as_ref().is_some_and(|hls| hls.may_be_default);
    let is_beside_another = |kind| matches!(kind, Kind::Description | Kind::Narration | Kind::Commentary);
    audio()
        .find(|(_, r)| r.flagged_default && may(r))
        .or_else(|| audio().find(|(_, r)| r.signals.kind == Kind::Main))
        .or_else(|| audio().find(|(_, r)| !is_beside_another(r.signals.kind)))
        .or_else(|| audio().find(|(_, r)| r.signals.hls.is_some()))
        .or_else(|| audio().next())
        .map(|(place, _)| place)
}

/// The default text: only what an editor flagged, because players show it unasked; never a forced track.
pub fn default_text(renditions: &[Rendition]) -> Option<usize> {
    let flagged = |r: &Rendition| r.track_type == TrackType::Text && r.flagged_default;
    renditions.iter().position(|r| flagged(r) && r.signals.hls.as_ref().is_some_and(|hls| hls.may_be_default))
}
