//! The truth table: what a track is for, and what HLS and DASH say of it.
//!
//! Roles and characteristics are two spellings of one intent. [`Signals::of`] reads the intent from either (or both)
//! and gives what each protocol must say; nothing else in the house decides this.

use super::{Role, Track, TrackType};

/// What a track is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Main,
    Sign,
    Dub,
    Alternate,
    Commentary,
    Supplementary,
    Description,
    EnhancedIntelligibility,
    Karaoke,
    Emergency,
    Subtitles,
    Captions,
    Forced,
    EasyReader,
    Metadata,
}

/// What the two protocols say of a track. Default, labels and languages are not here: they depend on its neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signals {
    pub kind: Kind,
    /// `None` where HLS has no way to offer such a track.
    pub hls: Option<HlsSignals>,
    pub dash: DashSignals,
}

/// EXT-X-MEDIA attributes (RFC 8216bis 4.4.6.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HlsSignals {
    /// CHARACTERISTICS, in the order written.
    pub characteristics: Vec<String>,
    /// AUTOSELECT, before neighbours are looked at.
    pub autoselect: bool,
    /// Whether DEFAULT=YES may be said of it.
    pub may_be_default: bool,
    /// FORCED.
    pub forced: bool,
}

/// AdaptationSet descriptors (ISO/IEC 23009-1 5.8.4).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DashSignals {
    /// `Role`, scheme `urn:mpeg:dash:role:2011`.
    pub roles: Vec<Role>,
    pub accessibility: Vec<Accessibility>,
}

/// An `Accessibility` descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Accessibility {
    /// Scheme `urn:mpeg:dash:role:2011`.
    Role(Role),
    /// Scheme `urn:tva:metadata:cs:AudioPurposeCS:2007`.
    AudioPurpose(u8),
}

impl Signals {
    /// Reads the intent of `track`.
    pub fn of(_track: &Track) -> Signals {
        let _ = TrackType::Video;
        todo!()
    }
}

impl Kind {
    /// temporary
    pub fn order(self) -> u8 {
        0
    }
}

impl Accessibility {
    pub fn scheme_and_value(self) -> (&'static str, String) {
        ("", String::new())
    }
}
