//! What a file's name tells: the language and purpose of `captions-en.vtt`, `talk.pt-BR.sdh.srt`, `audio_de_128k.m4a`.
//!
//! A name is a title first, and titles are full of words that are also codes: `to-my-list`, `where-is-it`. So only the
//! end of the name counts: from the extension back to the first part that is no code, no word of the tables below and
//! no number. Parts are divided by `.`, `-`, `_` or space. There,
//!
//! * a *type word* (`audio`, `subtitles`) and a clear *purpose word* (`captions`, `commentary`) count as they are;
//! * a purpose word that is also an everyday one (`ad`, `clear`, `sign`) counts next to a part that counts as it is;
//! * a language counts if it is one of the codes that are no common words (`en`, `ger`), if a dot stands before it in a
//!   file without pictures (`talk.it.vtt`) or it begins the name and a dot follows (`it.vtt`), or if the part before it
//!   counts as it is (`audio-it.m4a`);
//! * a region or script (`BR`, `419`, `Hant`) belongs to the code before it;
//! * `hi` behind a language means the hard of hearing, else Hindi.

use crate::track::{Characteristic, Language, Role, Track, TrackType};

/// What a file name tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::document) struct FileWords {
    pub(in crate::document) language: Option<Language>,
    purposes: Vec<Purpose>,
    /// Whether any word of the tables was there.
    any: bool,
}

/// What a word says a track is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Captions,
    Forced,
    Description,
    Commentary,
    ClearDialogue,
    EasyReader,
    Karaoke,
    Dub,
    Sign,
    /// Chapters, thumbnails: a caption file that is not for reading.
    Metadata,
    MachineGenerated,
}

/// A part of the name that means something, and whether it counts as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    meaning: Meaning,
    clear: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Meaning {
    Type,
    Purpose(Purpose),
    Language(Language),
}

const TYPE_WORDS: &[&str] = &["audio", "sound", "sub", "subs", "subtitle", "subtitles", "text", "video"];

/// Words, what they mean, and whether they count as they are.
const PURPOSE_WORDS: &[(&str, Purpose, bool)] = &[
    ("ad", Purpose::Description, false),
    ("asr", Purpose::MachineGenerated, false),
    ("audiodescription", Purpose::Description, true),
    ("auto", Purpose::MachineGenerated, false),
    ("automatic", Purpose::MachineGenerated, false),
    ("caption", Purpose::Captions, true),
    ("captions", Purpose::Captions, true),
    ("cc", Purpose::Captions, true),
    ("chapters", Purpose::Metadata, true),
    ("clear", Purpose::ClearDialogue, false),
    ("commentary", Purpose::Commentary, true),
    ("described", Purpose::Description, true),
    ("description", Purpose::Description, true),
    ("descriptions", Purpose::Description, true),
    ("director", Purpose::Commentary, false),
    ("directors", Purpose::Commentary, false),
    ("dub", Purpose::Dub, false),
    ("dubbed", Purpose::Dub, true),
    ("dvs", Purpose::Description, true),
    ("easy", Purpose::EasyReader, false),
    ("easyread", Purpose::EasyReader, true),
    ("easyreader", Purpose::EasyReader, true),
    ("forced", Purpose::Forced, true),
    ("foreign", Purpose::Forced, false),
    ("generated", Purpose::MachineGenerated, false),
    ("karaoke", Purpose::Karaoke, true),
    ("metadata", Purpose::Metadata, true),
    ("sdh", Purpose::Captions, true),
    ("sign", Purpose::Sign, false),
    ("sprites", Purpose::Metadata, true),
    ("thumbnails", Purpose::Metadata, true),
];

/// Words between the others that tell nothing here, besides numbers with or without a unit (`128k`, `720p`, `v2`).
const FILLERS: &[&str] = &[
    "aac", "ac3", "av1", "dialog", "dialogue", "eac3", "flac", "h264", "h265", "hd", "hevc", "language", "mono", "mp3",
    "opus", "reader", "sd", "stereo", "track", "uhd", "voice",
];

/// Codes that are not also common words at the end of a title.
#[rustfmt::skip]
const CLEAR_CODES: &[&str] = &[
    "ar", "bg", "bn", "cs", "cy", "da", "de", "en", "es", "et", "eu", "fi", "fr", "gl", "hr", "hu", "hy", "ja", "ka",
    "kk", "ko", "lt", "lv", "mk", "ml", "mr", "mt", "nb", "nl", "nn", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr",
    "sv", "sw", "th", "tr", "uk", "ur", "uz", "zh", "zu",
    "ara", "bul", "ces", "chi", "cze", "deu", "dut", "ell", "eng", "fra", "fre", "ger", "gre", "heb", "hrv", "hun",
    "ita", "jpn", "kor", "nld", "nob", "nor", "pol", "por", "rus", "slk", "slv", "spa", "srp", "swe", "tha", "tur",
    "ukr", "vie", "zho",
    "ase", "bfi", "cmn", "fil", "gsg", "gsw", "yue",
];

/// Regions that are put behind a language to tell media apart.
#[rustfmt::skip]
const REGIONS: &[&str] = &[
    "AE", "AR", "AT", "AU", "BA", "BE", "BO", "BR", "CA", "CH", "CL", "CN", "CO", "CR", "CY", "CZ", "DE", "DK", "DO",
    "EC", "EE", "EG", "ES", "FI", "FR", "GB", "GR", "GT", "HK", "HN", "HR", "HU", "ID", "IE", "IL", "IN", "IQ", "IR",
    "IS", "IT", "JP", "KE", "KR", "LB", "LT", "LU", "LV", "MA", "ME", "MO", "MX", "MY", "NG", "NI", "NL", "NO", "NZ",
    "PA", "PE", "PH", "PK", "PL", "PR", "PT", "PY", "RO", "RS", "RU", "SA", "SE", "SG", "SI", "SK", "SV", "TH", "TN",
    "TR", "TW", "TZ", "UA", "UK", "US", "UY", "VE", "VN", "ZA", "419",
];

const SCRIPTS: &[&str] = &["arab", "cyrl", "hans", "hant", "latn"];

/// Files that hold no pictures: their names carry codes more often than title words.
const WITHOUT_PICTURES: &[&str] =
    &["cmfa", "cmft", "dfxp", "imsc", "isma", "m4a", "mp4a", "srt", "ttml", "vtt", "webvtt", "xml"];

/// The extension in lower case, without its dot; empty where there is none.
pub(in crate::document) fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}

/// The file's own name without folders and extension.
pub(in crate::document) fn stem(name: &str) -> &str {
    let own = name.rsplit_once('/').map_or(name, |(_, own)| own);
    own.rsplit_once('.').map_or(own, |(stem, _)| stem)
}

/// Whether the name tells anything.
pub(super) fn has_words(name: &str) -> bool {
    read(name).any
}

/// Reads a file's name.
pub(in crate::document) fn read(name: &str) -> FileWords {
    let marks = marks(name);
    let clear = |number: Option<usize>| number.and_then(|number| marks.get(number)).is_some_and(|mark| mark.clear);
    let mut words = FileWords::default();
    for (number, mark) in marks.iter().enumerate() {
        let before = clear(number.checked_sub(1));
        let counts = match mark.meaning {
            Meaning::Type => true,
            Meaning::Purpose(_) => mark.clear || before || clear(Some(number + 1)),
            Meaning::Language(_) => mark.clear || before,
        };
        match &mark.meaning {
            Meaning::Language(language) if counts => words.language = Some(language.clone()),
            Meaning::Purpose(purpose) if counts => words.purposes.push(*purpose),
            _ => {}
        }
        words.any |= counts;
    }
    words
}

impl FileWords {
    /// Says of the track what the name tells and its type allows.
    pub(super) fn say_kind_of(&self, track: &mut Track) {
        for purpose in &self.purposes {
            let role = match (track.track_type, purpose) {
                (TrackType::Text, Purpose::Captions) => Role::Caption,
                (TrackType::Text, Purpose::EasyReader) => Role::EasyReader,
                (TrackType::Text, Purpose::Metadata) => Role::Metadata,
                (TrackType::Text | TrackType::Audio, Purpose::Description) => Role::Description,
                (TrackType::Text | TrackType::Audio, Purpose::Commentary) => Role::Commentary,
                (TrackType::Text | TrackType::Audio, Purpose::Karaoke) => Role::Karaoke,
                (TrackType::Audio, Purpose::ClearDialogue) => Role::EnhancedAudioIntelligibility,
                (TrackType::Audio, Purpose::Dub) => Role::Dub,
                (TrackType::Video, Purpose::Sign) => Role::Sign,
                (TrackType::Text, Purpose::Forced) => {
                    track.forced = true;
                    continue;
                }
                (TrackType::Text, Purpose::MachineGenerated) => {
                    let tag = Characteristic::parse(Characteristic::MACHINE_GENERATED).ok();
                    track.characteristics.extend(tag.filter(|tag| !track.characteristics.contains(tag)));
                    continue;
                }
                _ => continue,
            };
            if !track.roles.contains(&role) {
                track.roles.push(role);
            }
        }
    }
}

/// One part of a stem.
#[derive(Clone, Copy)]
struct Part<'a> {
    word: &'a str,
    /// A dot stands before it, or behind it where nothing stands before it.
    set_off: bool,
}

/// The marks at the end of the name, in its order.
fn marks(name: &str) -> Vec<Mark> {
    let parts = parts(stem(name));
    let without_pictures = WITHOUT_PICTURES.contains(&extension(name).as_str());
    let mut marks = Vec::new();
    let mut rest = parts.as_slice();
    while let Some((last, before)) = rest.split_last() {
        let word = last.word.to_ascii_lowercase();
        if is_filler(&word) && !REGIONS.contains(&last.word) {
            rest = before;
            continue;
        }
        let hard_of_hearing = word == "hi" && language_at_end(before).is_some();
        let meant = if hard_of_hearing { Some(purpose_mark(Purpose::Captions, true)) } else { table_mark(&word) };
        if let Some(mark) = meant {
            marks.push(mark);
            rest = before;
        } else if let Some((language, clear, length)) = language_at_end(rest) {
            let (before, own) = rest.split_at(rest.len() - length);
            let set_off = own.first().is_some_and(|part| part.set_off);
            marks.push(Mark { meaning: Meaning::Language(language), clear: clear || set_off && without_pictures });
            rest = before;
        } else {
            break;
        }
    }
    marks.reverse();
    marks
}

fn parts(stem: &str) -> Vec<Part<'_>> {
    let divides = |c: char| matches!(c, '.' | '-' | '_' | ' ' | '(' | ')' | '[' | ']');
    let first_divider = stem.find(divides).and_then(|place| stem.get(place..));
    let mut set_off = first_divider.is_none_or(|rest| rest.starts_with('.'));
    let mut parts = Vec::new();
    for piece in stem.split_inclusive(divides) {
        let word = piece.trim_end_matches(divides);
        if !word.is_empty() {
            parts.push(Part { word, set_off });
        }
        set_off = piece.ends_with('.');
    }
    parts
}

fn is_filler(word: &str) -> bool {
    let unit = word.strip_prefix('v').unwrap_or(word).trim_start_matches(|c: char| c.is_ascii_digit());
    let is_number = word.starts_with(|c: char| c.is_ascii_digit()) || word.len() > 1 && unit.is_empty();
    FILLERS.contains(&word) || is_number && matches!(unit, "" | "p" | "k" | "kb" | "kbps" | "kbit" | "ch" | "m")
}

fn table_mark(word: &str) -> Option<Mark> {
    if TYPE_WORDS.contains(&word) {
        return Some(Mark { meaning: Meaning::Type, clear: true });
    }
    let (_, purpose, clear) = PURPOSE_WORDS.iter().find(|(known, _, _)| *known == word)?;
    Some(purpose_mark(*purpose, *clear))
}

fn purpose_mark(purpose: Purpose, clear: bool) -> Mark {
    Mark { meaning: Meaning::Purpose(purpose), clear }
}

/// The language that the last parts spell, whether its code is a clear one, and the number of its parts: the most that
/// make a language, so that `pt-BR` is not taken for Breton.
fn language_at_end(parts: &[Part]) -> Option<(Language, bool, usize)> {
    (1..=3).rev().filter(|length| *length <= parts.len()).find_map(|length| {
        let own = parts.get(parts.len() - length..)?;
        let (code, rest) = own.split_first()?;
        let (language, clear) = language_of(code.word)?;
        let (script, region) = match rest {
            [] => (None, None),
            [one] if SCRIPTS.contains(&one.word.to_ascii_lowercase().as_str()) => (Some(one.word), None),
            [one] => (None, Some(one.word)),
            [script, region] if SCRIPTS.contains(&script.word.to_ascii_lowercase().as_str()) => {
                (Some(script.word), Some(region.word))
            }
            _ => return None,
        };
        if region.is_some_and(|region| !is_region(region, code.word)) {
            return None;
        }
        let tag = [Some(language.as_str()), script, region].into_iter().flatten().collect::<Vec<_>>().join("-");
        Some((Language::parse(&tag).ok()?, clear, length))
    })
}

/// A code of two letters, an ISO 639-2 word for one, or another of the clear codes.
fn language_of(word: &str) -> Option<(Language, bool)> {
    let word = word.to_ascii_lowercase();
    let clear = CLEAR_CODES.contains(&word.as_str());
    let language = Language::parse(&word).ok()?;
    let known = match word.len() {
        2 => language.as_str() == word,
        3 => clear || language.as_str().len() == 2,
        _ => false,
    };
    known.then_some((language, clear))
}

/// Whether `word` is a region behind the code `language`. In small letters a clear code is rather another language:
/// `en-de` is not the English of Germany.
fn is_region(word: &str, language: &str) -> bool {
    let small = word.to_ascii_lowercase();
    let could_be_language = small == word && CLEAR_CODES.contains(&word) && !language.eq_ignore_ascii_case(word);
    REGIONS.contains(&word.to_ascii_uppercase().as_str()) && !could_be_language
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn language(name: &str) -> String {
        read(name).language.map_or_else(|| "-".to_owned(), |language| language.to_string())
    }

    fn track(track_type: TrackType, name: &str) -> Track {
        let mut track = Track::new("t", track_type, name);
        read(name).say_kind_of(&mut track);
        track
    }

    #[test]
    fn reads_languages_as_people_write_them() {
        for (name, tag) in [
            ("talk.en.vtt", "en"),
            ("audio-de.m4a", "de"),
            ("audio_pt-BR.m4a", "pt-BR"),
            ("audio_pt_BR.m4a", "pt-BR"),
            ("audio-pt-br.m4a", "pt-BR"),
            ("captions-en.vtt", "en"),
            ("subs.eng.srt", "en"),
            ("subs.ger.srt", "de"),
            ("subtitles-zh-Hans.vtt", "zh-Hans"),
            ("subtitles-zh-Hant-HK.vtt", "zh-Hant-HK"),
            ("talk.es-419.vtt", "es-419"),
            ("talk.en.sdh.srt", "en"),
            ("talk.en.hi.srt", "en"),
            ("talk.hi.srt", "hi"),
            ("audio-en-description.m4a", "en"),
            ("audio-fr-commentary.m4a", "fr"),
            ("audio_en_128k.m4a", "en"),
            ("EN.VTT", "en"),
            ("it.vtt", "it"),
            ("talk.it.vtt", "it"),
            ("audio-it.m4a", "it"),
            ("audio-no-2.m4a", "no"),
            ("talk_ger.mp4", "de"),
            ("talk-yue.m4a", "yue"),
            ("talk (en).vtt", "en"),
            ("folder/audio-sv.m4a", "sv"),
            ("en-de.vtt", "de"),
        ] {
            assert_eq!(language(name), tag, "{name}");
        }
    }

    #[test]
    fn leaves_titles_alone() {
        for name in [
            "to-my-list.mp4",
            "where-is-it.mp4",
            "Where is it.mp4",
            "what.is.mp4",
            "my-captions.vtt",
            "no-commentary.m4a",
            "welcome-to-US.mp4",
            "war-and-peace.mp4",
            "may.mp4",
            "en-passant.mp4",
            "de-profundis.m4a",
            "is.mp4",
            "episode-no-3.mp4",
            "video-720.mp4",
            "harbour.mp4",
            "auto-generated-best_1.vtt",
            "jp.vtt",
            "english-lesson.mp4",
            ".vtt",
            "",
        ] {
            assert_eq!(language(name), "-", "{name}");
        }
    }

    #[test]
    fn reads_what_a_caption_file_is_for() {
        for (name, roles) in [
            ("captions-en.vtt", &[Role::Caption] as &[Role]),
            ("talk.en.sdh.srt", &[Role::Caption]),
            ("talk.en.hi.srt", &[Role::Caption]),
            ("talk.hi.srt", &[]),
            ("talk.cc.vtt", &[Role::Caption]),
            ("talk.en.vtt", &[]),
            ("subtitles-de.ttml", &[]),
            ("easyread-de.vtt", &[Role::EasyReader]),
            ("descriptions-en.vtt", &[Role::Description]),
            ("karaoke.vtt", &[Role::Karaoke]),
            ("en-director-commentary.vtt", &[Role::Commentary]),
            ("chapters.vtt", &[Role::Metadata]),
            ("video-thumbnails.vtt", &[Role::Metadata]),
            ("the-captions-of-my-life.vtt", &[]),
        ] {
            assert_eq!(track(TrackType::Text, name).roles, roles, "{name}");
        }
        for (name, forced) in
            [("forced-en.vtt", true), ("talk.en.forced.srt", true), ("subs-foreign.vtt", true), ("foreign.vtt", false)]
        {
            assert_eq!(track(TrackType::Text, name).forced, forced, "{name}");
        }
        let machine = Characteristic::parse(Characteristic::MACHINE_GENERATED).unwrap();
        assert_eq!(track(TrackType::Text, "auto-en.vtt").characteristics, std::slice::from_ref(&machine));
        assert_eq!(track(TrackType::Text, "captions-auto-generated.vtt").characteristics, [machine]);
        assert_eq!(track(TrackType::Text, "auto-generated-best_1.vtt").characteristics, []);
    }

    #[test]
    fn reads_what_a_sound_or_picture_file_is_for() {
        for (name, roles) in [
            ("audio-en-description.m4a", &[Role::Description] as &[Role]),
            ("audio-en-ad.m4a", &[Role::Description]),
            ("talk-ad.m4a", &[]),
            ("talk.dvs.m4a", &[Role::Description]),
            ("audio-description-de.m4a", &[Role::Description]),
            ("audio-fr-commentary.m4a", &[Role::Commentary]),
            ("interview-director.m4a", &[]),
            ("audio-director.m4a", &[Role::Commentary]),
            ("audio-en-clear-dialogue.m4a", &[Role::EnhancedAudioIntelligibility]),
            ("crystal-clear.m4a", &[]),
            ("audio-de-dub.m4a", &[Role::Dub]),
            ("captions-en.m4a", &[]),
            ("audio-hi.m4a", &[]),
        ] {
            assert_eq!(track(TrackType::Audio, name).roles, roles, "{name}");
        }
        assert_eq!(track(TrackType::Video, "video-sign.mp4").roles, [Role::Sign]);
        assert_eq!(track(TrackType::Video, "stop-sign.mp4").roles, []);
        assert_eq!(track(TrackType::Video, "commentary.mp4").roles, []);
    }

    proptest! {
        #[test]
        fn any_name_is_read(name in "\\PC{0,30}|([a-zA-Z]{1,4}[-_. ]){0,6}[a-z0-9]{0,4}") {
            let words = read(&name);
            prop_assert!(words.any || words.language.is_none());
        }
    }
}
