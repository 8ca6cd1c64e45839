//! What a track is for, and what HLS and DASH therefore say of it.
//!
//! Roles and characteristics are two spellings of one intent. [`Signals::of`] reads the intent from either (or both)
//! and gives what each protocol must say; nothing else in the house decides this. The knowledge lies in
//! `truth_table.rs`, as data.

use super::truth_table::{INTENTS, Intent, ROWS, Row, plain};
use super::{Characteristic, Role, Track, TrackType};

/// What a track is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Main,
    /// Sign language.
    Sign,
    /// Translated speech.
    Dub,
    /// Another mix, or whatever else stands in for the main track.
    Alternate,
    Commentary,
    Supplementary,
    /// Audio description in a complete mix; on text, words for a screen reader.
    Description,
    /// Audio description alone, which a receiver mixes with the main sound.
    Narration,
    /// Clear dialogue.
    EnhancedIntelligibility,
    /// Without the lead voice.
    Karaoke,
    Emergency,
    /// Dialogue, translated or not.
    Subtitles,
    /// Dialogue and sounds, for the deaf and hard of hearing (SDH).
    Captions,
    /// Subtitles of what even speakers of the audio's language do not understand.
    Forced,
    /// Words that are easy to read.
    EasyReader,
    /// Nothing to show.
    Metadata,
}

impl Kind {
    /// The word for people and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Main => "main",
            Kind::Sign => "sign",
            Kind::Dub => "dub",
            Kind::Alternate => "alternate",
            Kind::Commentary => "commentary",
            Kind::Supplementary => "supplementary",
            Kind::Description => "description",
            Kind::Narration => "narration",
            Kind::EnhancedIntelligibility => "enhanced-audio-intelligibility",
            Kind::Karaoke => "karaoke",
            Kind::Emergency => "emergency",
            Kind::Subtitles => "subtitles",
            Kind::Captions => "captions",
            Kind::Forced => "forced",
            Kind::EasyReader => "easyreader",
            Kind::Metadata => "metadata",
        }
    }

    /// The rank among tracks of one type and language, from the general to the specific (Apple's authoring
    /// specification for HLS, 9.17): main, clear dialogue, description, commentary.
    pub fn order(self) -> u8 {
        match self {
            Kind::Main | Kind::Subtitles => 0,
            Kind::Dub => 1,
            Kind::EnhancedIntelligibility | Kind::Captions => 2,
            Kind::EasyReader => 3,
            Kind::Description => 4,
            Kind::Narration => 5,
            Kind::Sign => 6,
            Kind::Alternate => 7,
            Kind::Commentary => 8,
            Kind::Supplementary => 9,
            Kind::Karaoke => 10,
            Kind::Emergency => 11,
            Kind::Forced => 12,
            Kind::Metadata => 13,
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the two protocols say of a track. Default, labels and languages are not here: they depend on its neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signals {
    pub kind: Kind,
    /// `None` where HLS has no way to offer such a track. A video track that is offered is the variant itself, so that
    /// only the offer counts.
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
    /// Whether DEFAULT=YES may be said of it. For text, only where its editor asked for it.
    pub may_be_default: bool,
    /// FORCED.
    pub forced: bool,
}

impl HlsSignals {
    /// Whether a characteristic says that the track replaces what a viewer cannot see or hear.
    pub fn serves_access(&self) -> bool {
        self.characteristics.iter().any(|tag| tag.starts_with("public.accessibility."))
    }
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

impl Accessibility {
    /// `schemeIdUri` and `value` of the descriptor.
    pub fn scheme_and_value(self) -> (&'static str, String) {
        match self {
            Accessibility::Role(role) => (Role::SCHEME, role.as_str().to_owned()),
            Accessibility::AudioPurpose(term) => ("urn:tva:metadata:cs:AudioPurposeCS:2007", term.to_string()),
        }
    }
}

impl Role {
    /// Whether the role may be said of a track of this type.
    pub fn fits(self, track_type: TrackType) -> bool {
        INTENTS.iter().any(|intent| intent.track_type == track_type && intent.role == self)
    }
}

impl Signals {
    /// Reads the intent of `track`.
    pub fn of(track: &Track) -> Signals {
        let intents = intents(track);
        let kind = kind(track, &intents);
        let rows: Vec<&Row> = match kind {
            // A forced rendition is that and nothing else: it serves those who asked for no text.
            Kind::Forced => row(track.track_type, kind).into_iter().collect(),
            _ => {
                let others = intents.iter().map(|intent| intent.kind);
                std::iter::once(kind).chain(others).filter_map(|kind| row(track.track_type, kind)).collect()
            }
        };
        Signals {
            kind,
            hls: hls(track, &rows),
            dash: DashSignals {
                roles: dash_roles(track, kind, &intents),
                accessibility: unique(rows.iter().flat_map(|row| row.accessibility).copied()),
            },
        }
    }
}

/// The intents that the track's words name, the deciding one first.
fn intents(track: &Track) -> Vec<&'static Intent> {
    let says = |intent: &Intent| {
        (track.forced && intent.kind == Kind::Forced)
            || track.roles.contains(&intent.role)
            || intent.tags.iter().any(|tag| has_tag(track, tag))
    };
    INTENTS.iter().filter(|intent| intent.track_type == track.track_type && says(intent)).collect()
}

fn kind(track: &Track, intents: &[&Intent]) -> Kind {
    match intents.first() {
        // Description with the role commentary is narration for the receiver to mix, unless the HLS characteristic
        // says that a listener can choose it as it is.
        Some(first) if first.kind == Kind::Description && first.track_type == TrackType::Audio => {
            let alone = track.roles.contains(&Role::Commentary) && !has_tag(track, Characteristic::DESCRIBES_VIDEO);
            if alone { Kind::Narration } else { Kind::Description }
        }
        Some(first) => first.kind,
        None => plain(track.track_type),
    }
}

/// The deciding row's word, its tags before those of the other rows, then what else the editor gave.
fn hls(track: &Track, rows: &[&Row]) -> Option<HlsSignals> {
    let deciding = rows.first()?.hls.as_ref()?;
    let of_rows = rows.iter().filter_map(|row| row.hls.as_ref()).flat_map(|hls| hls.tags).map(|tag| (*tag).to_owned());
    let fitting = track.characteristics.iter().filter(|given| given.fits(track.track_type));
    Some(HlsSignals {
        characteristics: unique(of_rows.chain(fitting.map(|given| given.as_str().to_owned()))),
        autoselect: deciding.autoselect,
        may_be_default: deciding.may_be_default,
        forced: deciding.forced,
    })
}

/// The given roles that this type may have, made to say the kind as players look for it.
fn dash_roles(track: &Track, kind: Kind, intents: &[&Intent]) -> Vec<Role> {
    let given = unique(track.roles.iter().copied().filter(|role| intents.iter().any(|intent| intent.role == *role)));
    let without = |left_out: &[Role]| given.iter().copied().filter(|role| !left_out.contains(role)).collect::<Vec<_>>();
    let of_row = || row(track.track_type, kind).map(|row| row.roles.to_vec()).unwrap_or_default();
    let or_row = |roles: Vec<Role>| if roles.is_empty() { of_row() } else { roles };
    match (track.track_type, kind) {
        (TrackType::Text, Kind::Forced) => of_row(),
        (TrackType::Text, Kind::Captions) => {
            let named_by_tag =
                intents.iter().filter(|intent| intent.kind == Kind::EasyReader).map(|intent| intent.role);
            unique(or_row(without(&[Role::Main])).into_iter().chain(named_by_tag))
        }
        (TrackType::Text, _) => unique(of_row().into_iter().chain(without(&[Role::Main]))),
        // What `Accessibility` says is not said again; such a track is not the main one.
        (TrackType::Audio, Kind::Description | Kind::Narration | Kind::EnhancedIntelligibility) => {
            or_row(without(&[Role::Description, Role::EnhancedAudioIntelligibility, Role::Main]))
        }
        (TrackType::Audio | TrackType::Video, _) => or_row(given),
    }
}

fn row(track_type: TrackType, kind: Kind) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.track_type == track_type && row.kind == kind)
}

fn has_tag(track: &Track, tag: &str) -> bool {
    track.characteristics.iter().any(|given| given.as_str() == tag)
}

/// The items in order, each once.
fn unique<T: PartialEq>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

#[cfg(test)]
mod tests;
