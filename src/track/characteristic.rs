//! HLS media characteristic tags (RFC 8216bis 4.4.6.1).

/// A media characteristic tag: a registered `public.` one or a reverse-DNS string of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Characteristic(String);

/// Why a word is not a characteristic tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{tag:?} is not a media characteristic tag: {problem}")]
pub struct CharacteristicError {
    pub tag: String,
    pub problem: String,
}

impl Characteristic {
    pub const DESCRIBES_VIDEO: &str = "public.accessibility.describes-video";
    pub const ENHANCES_SPEECH: &str = "public.accessibility.enhances-speech-intelligibility";
    pub const TRANSCRIBES_DIALOG: &str = "public.accessibility.transcribes-spoken-dialog";
    pub const DESCRIBES_MUSIC: &str = "public.accessibility.describes-music-and-sound";
    pub const EASY_TO_READ: &str = "public.easy-to-read";
    pub const MACHINE_GENERATED: &str = "public.machine-generated";
    pub const FORCED_ONLY: &str = "public.subtitles.forced-only";

    pub fn parse(tag: &str) -> Result<Self, CharacteristicError> {
        Ok(Characteristic(tag.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Characteristic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
