//! Which words of a server manifest say which property: the one table that reading and writing go by.
//!
//! The words of Azure Media Services where it had one. It had none for what it could not do; those begin with
//! `signalbox_`, since a name before an underscore marks the words of others in this format, which readers pass over.

use super::xml::Element;
use crate::track::rules::{Rule, words};
use crate::track::{Asset, AssetKind, Characteristic, Dialect, Language, Role, Status, Track, TrackType, Visibility};

/// Where a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// `<video word="…">`
    Attribute(&'static str),
    /// `<video><param name="word" value="…">`
    Param(&'static str),
    /// `<head><meta name="word" content="…">`
    Meta(&'static str),
}

/// A property of `T`, and what says it.
pub(super) struct Property<T> {
    /// As `asset.json` names it.
    pub(super) field: &'static str,
    pub(super) rule: Rule,
    /// The first that says anything counts.
    pub(super) words: &'static [Word],
    /// Where the property is written if none of its words is there.
    pub(super) written: Word,
    /// What is written; `None` where the property is not said.
    pub(super) get: fn(&T) -> Option<String>,
    /// Reads what is written; the error tells why it counts for nothing, or what was taken instead.
    pub(super) set: fn(&mut T, &str) -> Result<(), String>,
    /// The word for a property that is not said; the words are removed where there is none.
    pub(super) plain: Option<&'static str>,
}

use Word::{Attribute, Meta, Param};

/// The server's name for a track, from which ours is made: see `names.rs`.
pub(super) const TRACK_NAME: Word = Param("trackName");
/// The name of a track in the Tracks API: ours, as it is.
pub(super) const ARM_ID: Word = Param("armId");
pub(super) const BIT_RATE: &[Word] = &[Param("systemBitrate"), Attribute("systemBitrate")];
pub(super) const FORMATS: Word = Meta("formats");
pub(super) const FRAGMENTS_PER_SEGMENT: Word = Meta("fragmentsPerHLSSegment");
/// The file that the captions in `src` were made of.
pub(super) const TRANSCRIPT: Word = Param("transcriptsrc");
/// An index of the file in `src`.
pub(super) const INDEX: Word = Param("trackIndex");
/// What marks tracks that carry data beside the programme.
pub(super) const SUBTYPE: Word = Param("Subtype");
pub(super) const SCHEME: Word = Param("Scheme");
pub(super) const PARENT: Word = Param("parentTrackName");

/// Of the asset.
pub(super) const ASSET: &[Property<Asset>] = &[
    Property {
        field: "title",
        rule: Rule::Title,
        words: &[Meta("title")],
        written: Meta("title"),
        get: |asset| asset.title.clone(),
        set: |asset, title| put(&mut asset.title, line(title).map(Some)),
        plain: None,
    },
    Property {
        field: "kind",
        rule: Rule::AssetKind,
        words: &[Meta("signalbox_kind")],
        written: Meta("signalbox_kind"),
        get: |asset| (asset.kind != AssetKind::default()).then(|| asset.kind.to_string()),
        set: |asset, word| {
            let kinds = [AssetKind::Vod, AssetKind::LiveArchive];
            put(&mut asset.kind, one_of(word, kinds.map(|kind| (kind.as_str(), kind))))
        },
        plain: Some("vod"),
    },
    Property {
        field: "segment_duration",
        rule: Rule::SegmentDuration,
        words: &[Meta("signalbox_segment_duration")],
        written: Meta("signalbox_segment_duration"),
        get: |asset| asset.segment_duration.map(|duration| duration.as_secs_f64().to_string()),
        set: |asset, seconds| {
            let seconds =
                seconds.trim().parse().map_err(|_| format!("{:?} is no number of seconds", printable(seconds)))?;
            put(&mut asset.segment_duration, words::segment_duration(seconds).map(Some))
        },
        plain: None,
    },
    Property {
        field: "dialect",
        rule: Rule::Dialect,
        words: &[Meta("signalbox_dialect")],
        written: Meta("signalbox_dialect"),
        get: |asset| asset.dialect.map(|dialect| dialect.to_string()),
        set: |asset, word| {
            let dialects = Dialect::ALL.map(|dialect| (dialect.as_str(), dialect));
            put(&mut asset.dialect, one_of(word, dialects).map(Some))
        },
        plain: None,
    },
];

/// Of every track; of the file it is known already that it can be one.
const FILE: Property<Track> = Property {
    field: "file",
    rule: Rule::File,
    words: &[Attribute("src")],
    written: Attribute("src"),
    get: |track| Some(track.file.clone()),
    set: |track, src| {
        track.file = src.strip_prefix("./").unwrap_or(src).to_owned();
        words::file(&track.file)
    },
    plain: None,
};
const TRACK_ID: Property<Track> = Property {
    field: "track_id",
    rule: Rule::TrackId,
    words: &[Param("trackID"), Attribute("trackID")],
    written: Param("trackID"),
    get: |track| track.track_id.map(|id| id.to_string()),
    set: |track, id| {
        let number =
            id.trim().parse().map_err(|_| format!("\"{}\" is no track id, a whole number from 1", printable(id)));
        put(&mut track.track_id, words::track_id(number?).map(Some))
    },
    plain: None,
};
const LANGUAGE: Property<Track> = Property {
    field: "language",
    rule: Rule::LanguageTag,
    words: &[Param("systemLanguage"), Attribute("systemLanguage")],
    written: Attribute("systemLanguage"),
    get: |track| track.language.as_ref().map(|language| language.to_string()),
    // A word that is no language still says that the file's own is not to be believed.
    set: |track, tag| {
        let read = Language::parse(tag.trim());
        track.language = Some(read.clone().unwrap_or_else(|_| Language::und()));
        read.map(drop).map_err(|error| error.to_string())
    },
    plain: None,
};
const TEXT_LABEL: Property<Track> = Property {
    field: "label",
    rule: Rule::Label,
    words: &[Param("textDisplayName"), Attribute("title")],
    written: Param("textDisplayName"),
    get: |track| track.label.clone(),
    set: |track, label| put(&mut track.label, line(label).map(Some)),
    plain: None,
};
const LABEL: Property<Track> = Property { words: &[Attribute("title")], written: Attribute("title"), ..TEXT_LABEL };
/// `3` is what Azure wrote of tracks that are shown. What shows a part of them is not known: hidden is the safe side.
const VISIBILITY: Property<Track> = Property {
    field: "visibility",
    rule: Rule::Visibility,
    words: &[Param("outputFlag")],
    written: Param("outputFlag"),
    get: |track| (!track.is_visible()).then(|| "0".to_owned()),
    set: |track, flag| {
        let (visibility, is_known) = match flag.trim() {
            "3" => (Visibility::Visible, true),
            other => (Visibility::Hidden, other == "0"),
        };
        track.visibility = visibility;
        let problem =
            || format!("outputFlag \"{}\" is not known, so the track is hidden; write 3 to show it", printable(flag));
        if is_known { Ok(()) } else { Err(problem()) }
    },
    plain: Some("3"),
};
const TEXT_DEFAULT: Property<Track> = Property {
    field: "default",
    rule: Rule::OneDefault,
    words: &[Param("textIsDefault")],
    written: Param("textIsDefault"),
    get: |track| track.default.then(|| TRUE.to_owned()),
    set: |track, word| put(&mut track.default, truth(word)),
    plain: Some(FALSE),
};
const DEFAULT: Property<Track> =
    Property { words: &[Param("signalbox_default")], written: Param("signalbox_default"), ..TEXT_DEFAULT };
const FORCED: Property<Track> = Property {
    field: "forced",
    rule: Rule::ForcedText,
    words: &[Param("signalbox_forced")],
    written: Param("signalbox_forced"),
    get: |track| track.forced.then(|| TRUE.to_owned()),
    set: |track, word| put(&mut track.forced, truth(word)),
    plain: Some(FALSE),
};
/// The roles of which players are told as accessibility, where they come first; the others are in `role`.
const ACCESSIBILITY: Property<Track> = Property {
    field: "roles",
    rule: Rule::Role,
    words: &[Param("accessibility")],
    written: Param("accessibility"),
    get: |track| joined(track.roles.iter().take_while(|role| gives_access(**role))),
    set: add_roles,
    plain: None,
};
const ROLE: Property<Track> = Property {
    words: &[Param("role")],
    written: Param("role"),
    get: |track| joined(track.roles.iter().skip_while(|role| gives_access(**role))),
    ..ACCESSIBILITY
};
const TEXT_CHARACTERISTICS: Property<Track> = Property {
    field: "characteristics",
    rule: Rule::Characteristic,
    words: &[Param("textHlsCharacteristic")],
    written: Param("textHlsCharacteristic"),
    get: |track| joined(track.characteristics.iter()),
    set: |track, list| {
        each(list, |tag| add(&mut track.characteristics, Characteristic::parse(tag).map_err(|e| e.to_string())?))
    },
    plain: None,
};
const CHARACTERISTICS: Property<Track> = Property {
    words: &[Param("signalbox_characteristics")],
    written: Param("signalbox_characteristics"),
    ..TEXT_CHARACTERISTICS
};
const STATUS: Property<Track> = Property {
    field: "status",
    rule: Rule::Status,
    words: &[Param("signalbox_status")],
    written: Param("signalbox_status"),
    get: |track| match track.status {
        Status::Ready => None,
        Status::Preparing => Some("preparing".to_owned()),
        Status::Error(_) => Some("error".to_owned()),
    },
    set: |track, word| {
        let error = Status::Error(words::NO_REASON.to_owned());
        put(
            &mut track.status,
            one_of(word, [("ready", Status::Ready), ("preparing", Status::Preparing), ("error", error)]),
        )
    },
    plain: None,
};
const REASON: Property<Track> = Property {
    field: "reason",
    rule: Rule::Status,
    words: &[Param("signalbox_reason")],
    written: Param("signalbox_reason"),
    get: |track| match &track.status {
        Status::Error(reason) => Some(reason.clone()),
        _ => None,
    },
    set: |track, reason| match &mut track.status {
        Status::Error(why) => put(why, line(reason)),
        _ => Err("belongs to the status \"error\"".to_owned()),
    },
    plain: None,
};

/// Of a track of that type, in the order in which they are written.
pub(super) fn of_type(track_type: TrackType) -> &'static [Property<Track>] {
    match track_type {
        TrackType::Text => &[
            FILE,
            LANGUAGE,
            TRACK_ID,
            VISIBILITY,
            TEXT_DEFAULT,
            FORCED,
            TEXT_LABEL,
            ACCESSIBILITY,
            ROLE,
            TEXT_CHARACTERISTICS,
            STATUS,
            REASON,
        ],
        TrackType::Video | TrackType::Audio => &[
            FILE,
            LANGUAGE,
            LABEL,
            TRACK_ID,
            VISIBILITY,
            DEFAULT,
            FORCED,
            ACCESSIBILITY,
            ROLE,
            CHARACTERISTICS,
            STATUS,
            REASON,
        ],
    }
}

impl Word {
    /// As a person finds it in the document.
    pub(super) fn name(self) -> &'static str {
        match self {
            Attribute(name) | Param(name) | Meta(name) => name,
        }
    }

    /// The elements that say the word in `element`, a track or the head, and the name of the attribute that holds what.
    pub(super) fn places(self, element: &Element) -> (Vec<&Element>, &'static str) {
        match self {
            Attribute(name) => (vec![element; usize::from(element.attribute(name).is_some())], name),
            Param(name) => (element.children_named("param", name).collect(), "value"),
            Meta(name) => (element.children_named("meta", name).collect(), "content"),
        }
    }

    /// What the word says first in `element`, unless that is nothing, and where.
    pub(super) fn said(self, element: &Element) -> Option<(&str, usize)> {
        let (places, attribute) = self.places(element);
        let said = places.first()?.attribute(attribute)?;
        (!said.value.trim().is_empty()).then_some((said.value.as_str(), said.whole.start))
    }
}

const TRUE: &str = "TRUE";
const FALSE: &str = "FALSE";

/// Keeps what could be read.
fn put<T>(place: &mut T, read: Result<T, String>) -> Result<(), String> {
    *place = read?;
    Ok(())
}

fn truth(word: &str) -> Result<bool, String> {
    let known = [(TRUE, true), (FALSE, false), ("1", true), ("0", false), ("yes", true), ("no", false)];
    one_of(word, known)
}

fn one_of<T: Clone, const N: usize>(word: &str, known: [(&'static str, T); N]) -> Result<T, String> {
    let found = known.iter().find(|(known, _)| known.eq_ignore_ascii_case(word.trim()));
    found.map(|(_, value)| value.clone()).ok_or_else(|| {
        let known: Vec<&str> = known.iter().map(|(known, _)| *known).collect();
        format!("unknown word \"{}\", expected {}", printable(word), known.join(", "))
    })
}

fn line(text: &str) -> Result<String, String> {
    words::line(text).map(|()| text.to_owned())
}

fn printable(word: &str) -> String {
    words::printable(word)
}

fn gives_access(role: Role) -> bool {
    matches!(role, Role::Description | Role::EnhancedAudioIntelligibility)
}

/// What both words name is one role.
fn add_roles(track: &mut Track, list: &str) -> Result<(), String> {
    each(list, |word| {
        let word = word.to_ascii_lowercase().replace('_', "-");
        add(&mut track.roles, word.parse::<Role>().map_err(|error| error.to_string())?)
    })
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) -> Result<(), String> {
    if !list.contains(&item) {
        words::list_length(list.len() + 1)?;
        list.push(item);
    }
    Ok(())
}

/// Reads each word of a list; the error is the first of all.
fn each(list: &str, mut read: impl FnMut(&str) -> Result<(), String>) -> Result<(), String> {
    let separators = |c: char| c == ',' || c == ';' || c.is_ascii_whitespace();
    list.split(separators).filter(|word| !word.is_empty()).map(&mut read).fold(Ok(()), Result::and)
}

fn joined<T: ToString>(items: impl Iterator<Item = T>) -> Option<String> {
    let words: Vec<String> = items.map(|item| item.to_string()).collect();
    (!words.is_empty()).then(|| words.join(","))
}

/// Whether a word says something of an asset or a track.
pub(super) fn says_something(word: &str, same: impl Fn(&str, &str) -> bool) -> bool {
    let of_tracks = [TrackType::Video, TrackType::Audio, TrackType::Text].map(of_type).into_iter().flatten();
    let of_tracks = of_tracks.flat_map(|property| property.words);
    let of_asset = ASSET.iter().flat_map(|property| property.words);
    of_tracks.chain(of_asset).any(|known| same(known.name(), word))
}
