//! DASH roles (ISO/IEC 23009-1 5.8.5.5, scheme `urn:mpeg:dash:role:2011`).

macro_rules! roles {
    ($($variant:ident => $word:literal),* $(,)?) => {
        /// A role of the table in ISO/IEC 23009-1 5.8.5.5.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Role { $($variant),* }

        impl Role {
            /// Every role, in the order of the table.
            pub const ALL: &[Role] = &[$(Role::$variant),*];

            /// The word of the scheme.
            pub fn as_str(self) -> &'static str {
                match self { $(Role::$variant => $word),* }
            }
        }
    };
}

roles! {
    Main => "main",
    Alternate => "alternate",
    Supplementary => "supplementary",
    Commentary => "commentary",
    Dub => "dub",
    Description => "description",
    Sign => "sign",
    Caption => "caption",
    Subtitle => "subtitle",
    ForcedSubtitle => "forced-subtitle",
    EasyReader => "easyreader",
    EnhancedAudioIntelligibility => "enhanced-audio-intelligibility",
    Emergency => "emergency",
    Karaoke => "karaoke",
    Metadata => "metadata",
}

impl Role {
    /// `schemeIdUri` of a `Role` descriptor.
    pub const SCHEME: &str = "urn:mpeg:dash:role:2011";
}

/// Why a word is not a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a DASH role; the roles are main, alternate, supplementary, commentary, dub, description, sign, caption, subtitle, forced-subtitle, easyreader, enhanced-audio-intelligibility, emergency, karaoke, metadata"
)]
pub struct RoleError(pub String);

impl std::str::FromStr for Role {
    type Err = RoleError;

    fn from_str(word: &str) -> Result<Self, RoleError> {
        Role::ALL.iter().copied().find(|role| role.as_str() == word).ok_or_else(|| RoleError(word.to_owned()))
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
