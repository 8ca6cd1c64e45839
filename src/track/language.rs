//! Language tags (BCP 47, RFC 5646) in canonical, shortest form.

/// A well-formed, canonical language tag: `en`, `pt-BR`, `zh-Hans`, `und`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language(String);

/// Why a word is not a language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{tag:?} is not a language tag: {problem}")]
pub struct LanguageError {
    pub tag: String,
    pub problem: String,
}

impl Language {
    /// Reads a BCP 47 tag or an ISO 639-2 word (`eng`, `ger`) and makes it canonical and as short as may be.
    pub fn parse(tag: &str) -> Result<Self, LanguageError> {
        Ok(Language(tag.to_owned()))
    }

    /// Unknown.
    pub fn und() -> Self {
        Language("und".to_owned())
    }

    pub fn is_und(&self) -> bool {
        self.0 == "und"
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The three-letter code (ISO 639-2, terminology form) for `mdhd`; `und` where there is none.
    pub fn iso639_2t(&self) -> [u8; 3] {
        *b"und"
    }

    /// The language's name in itself (`Deutsch`, `Português (BR)`), else the tag.
    pub fn autonym(&self) -> String {
        self.0.clone()
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
