//! HLS media characteristic tags (RFC 8216bis 4.4.6.1).

use super::{TrackType, nearest};

/// A media characteristic tag: a registered `public.` one or a reverse-DNS string of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Characteristic(String);

/// Why a word is not a characteristic tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{tag:?} is not a media characteristic tag: {problem}")]
pub struct CharacteristicError {
    /// The word, cut off where it is very long.
    pub tag: String,
    pub problem: String,
}

/// The tags that players know, and the one type that a tag belongs to: those of RFC 8216bis 4.4.6.1, then the further
/// ones of Apple's players.
const REGISTERED: &[(&str, Option<TrackType>)] = &[
    (Characteristic::DESCRIBES_VIDEO, Some(TrackType::Audio)),
    (Characteristic::ENHANCES_SPEECH, Some(TrackType::Audio)),
    (Characteristic::TRANSCRIBES_DIALOG, Some(TrackType::Text)),
    (Characteristic::DESCRIBES_MUSIC, Some(TrackType::Text)),
    (Characteristic::EASY_TO_READ, Some(TrackType::Text)),
    (Characteristic::MACHINE_GENERATED, None),
    (Characteristic::FORCED_ONLY, Some(TrackType::Text)),
    ("public.original-content", None),
    ("public.main-program-content", None),
    ("public.auxiliary-content", None),
    ("public.translation", None),
    ("public.translation.dubbed", None),
    ("public.translation.voice-over", None),
    ("public.haptics.minimal", None),
];

/// Bytes.
const LONGEST_TAG: usize = 255;

impl Characteristic {
    pub const DESCRIBES_VIDEO: &str = "public.accessibility.describes-video";
    pub const ENHANCES_SPEECH: &str = "public.accessibility.enhances-speech-intelligibility";
    pub const TRANSCRIBES_DIALOG: &str = "public.accessibility.transcribes-spoken-dialog";
    pub const DESCRIBES_MUSIC: &str = "public.accessibility.describes-music-and-sound";
    pub const EASY_TO_READ: &str = "public.easy-to-read";
    pub const MACHINE_GENERATED: &str = "public.machine-generated";
    pub const FORCED_ONLY: &str = "public.subtitles.forced-only";

    /// Reads a tag: names of letters, digits, `-` and `_`, joined by dots. So none can end the quoted, comma-separated
    /// list that it is written into. An unknown `public.` tag is one of tomorrow or a slip of the pen: see
    /// [`Characteristic::is_registered`].
    pub fn parse(tag: &str) -> Result<Self, CharacteristicError> {
        match problem_of(tag) {
            None => Ok(Characteristic(tag.to_owned())),
            Some(problem) => Err(CharacteristicError { tag: tag.chars().take(60).collect(), problem }),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether players know the tag. Every `public.` tag should be; a tag of one's own never is.
    pub fn is_registered(&self) -> bool {
        REGISTERED.iter().any(|(tag, _)| *tag == self.0)
    }

    /// The registered tag that was probably meant by one that is not.
    pub fn nearest_registered(&self) -> Option<&'static str> {
        nearest(&self.0, REGISTERED.iter().map(|(tag, _)| *tag))
    }

    /// Whether the tag may be said of a track of this type.
    pub fn fits(&self, track_type: TrackType) -> bool {
        let registered = REGISTERED.iter().find(|(tag, _)| *tag == self.0);
        registered.and_then(|(_, only)| *only).is_none_or(|only| only == track_type)
    }
}

fn problem_of(tag: &str) -> Option<String> {
    if tag.is_empty() {
        return Some("it is empty".to_owned());
    }
    if tag.len() > LONGEST_TAG {
        return Some(format!("it has more than {LONGEST_TAG} characters"));
    }
    if let Some(bad) = tag.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_')) {
        let hint = if bad == ',' || bad == ' ' { "; write one tag per list element" } else { "" };
        return Some(format!("{bad:?} cannot be written in a tag{hint}"));
    }
    if !tag.contains('.') || tag.split('.').any(str::is_empty) {
        return Some(format!(
            "it is neither a public tag, such as {:?}, nor a reverse domain name, such as \"com.example.mix\"",
            Characteristic::DESCRIBES_VIDEO
        ));
    }
    None
}

impl std::fmt::Display for Characteristic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Characteristic {
    type Err = CharacteristicError;

    fn from_str(tag: &str) -> Result<Self, CharacteristicError> {
        Characteristic::parse(tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn registered_tags_are_read_and_known() {
        for (tag, _) in REGISTERED {
            let characteristic = Characteristic::parse(tag).unwrap();
            assert!(characteristic.is_registered());
            assert_eq!(characteristic.as_str(), *tag);
        }
    }

    #[test]
    fn tags_of_ones_own_are_reverse_domain_names() {
        let own = Characteristic::parse("com.example.directors-cut_2").unwrap();
        assert!(!own.is_registered());
        assert!(own.fits(TrackType::Video));
    }

    #[test]
    fn what_would_break_a_quoted_list_is_refused() {
        for tag in
            ["", "word", ".a", "a.", "a..b", "a.b,c.d", "a.b\"", "a.b\r\n#EXT", "a. b", "a.\u{7f}", "a.é", "a.\u{2028}"]
        {
            assert!(Characteristic::parse(tag).is_err(), "{tag:?}");
        }
        assert!(Characteristic::parse(&"a.".repeat(500)).is_err());
        let message = Characteristic::parse("public.easy-to-read,public.machine-generated").unwrap_err().to_string();
        assert!(message.contains("one tag per list element"), "{message}");
    }

    #[test]
    fn tags_of_one_type_fit_that_type_alone() {
        let describes = Characteristic::parse(Characteristic::DESCRIBES_VIDEO).unwrap();
        assert!(describes.fits(TrackType::Audio) && !describes.fits(TrackType::Text));
        let easy = Characteristic::parse(Characteristic::EASY_TO_READ).unwrap();
        assert!(easy.fits(TrackType::Text) && !easy.fits(TrackType::Audio));
        assert!(Characteristic::parse(Characteristic::MACHINE_GENERATED).unwrap().fits(TrackType::Audio));
    }

    proptest! {
        #[test]
        fn accepted_tags_are_harmless(tag in "\\PC{0,20}|[a-z.,\" -]{0,20}") {
            if let Ok(characteristic) = Characteristic::parse(&tag) {
                prop_assert!(!characteristic.as_str().contains(['"', ',', ' ', '\r', '\n']));
                prop_assert_eq!(characteristic.as_str(), tag);
            }
        }
    }
}
