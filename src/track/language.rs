//! Language tags (BCP 47, RFC 5646) in canonical, shortest form.
//!
//! Players compare tags by letters, so one language must have one spelling: the two-letter code where there is one, no
//! script that goes without saying, no deprecated code, the conventional case (RFC 5646 4.5, 2.1.1).

use super::label::qualified;
use super::language_table::{
    COUNTRY_FOR_LANGUAGE, COVERED_BY, EXTENDABLE, Entry, ISO_639_2_ONLY, LANGUAGES, OTHER_AUTONYMS, REGIONAL_AUTONYMS,
    REPLACED, REPLACED_REGIONS, SUPPRESSED_SCRIPTS,
};
use oxilangtag::LanguageTag;

/// A well-formed, canonical language tag: `en`, `pt-BR`, `zh-Hans`, `und`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language(String);

/// Why a word is not a language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{tag:?} is not a language tag: {problem}")]
pub struct LanguageError {
    /// The word, cut off where it is very long.
    pub tag: String,
    pub problem: String,
}

/// Bytes; RFC 5646 4.4.1 asks for room for 35.
const LONGEST_TAG: usize = 100;

/// Codes of ISO 639-2 that are no language: uncoded, several, unknown, no speech.
const SPECIAL: &[&str] = &["mis", "mul", "und", "zxx"];

impl Language {
    /// Reads a BCP 47 tag or an ISO 639-2 word (`eng`, `ger`) and makes it canonical and as short as may be.
    /// `pt_BR` is read as `pt-BR`.
    pub fn parse(tag: &str) -> Result<Self, LanguageError> {
        canonical(tag).map(Language).map_err(|problem| LanguageError { tag: tag.chars().take(60).collect(), problem })
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

    /// The language without script, region and all else: `pt` of `pt-BR`. Empty for a private tag (`x-…`).
    pub fn primary(&self) -> &str {
        match self.0.split('-').next() {
            Some(first) if first.len() > 1 => first,
            _ => "",
        }
    }

    /// The three-letter code (ISO 639-2, terminology form) for `mdhd`; `und` where there is none.
    pub fn iso639_2t(&self) -> [u8; 3] {
        let primary = self.primary();
        let word = match by_code(primary) {
            Some(entry) => entry.terminology,
            None if SPECIAL.contains(&primary) || ISO_639_2_ONLY.contains(&primary) || is_private(primary) => primary,
            None => lookup(COVERED_BY, primary).unwrap_or("und"),
        };
        word.as_bytes().try_into().unwrap_or(*b"und")
    }

    /// The three-letter code (ISO 639-2, bibliographic form), as broadcasting has it; `und` where there is none.
    pub fn iso639_2b(&self) -> String {
        match by_code(self.primary()) {
            Some(entry) if !entry.bibliographic.is_empty() => entry.bibliographic.to_owned(),
            _ => String::from_utf8_lossy(&self.iso639_2t()).into_owned(),
        }
    }

    /// The language's name in itself (`Deutsch`, `Português (Brasil)`, `English (GB)`), else the tag; `Unknown` for
    /// `und`.
    pub fn autonym(&self) -> String {
        let tag = self.0.as_str();
        let shorter = std::iter::successors(Some(tag), |tag| tag.rsplit_once('-').map(|(head, _)| head));
        for known in shorter {
            if let Some(name) = own_name(known) {
                return match tag.get(known.len() + 1..) {
                    Some(rest) => qualified(name, rest),
                    None => name.to_owned(),
                };
            }
        }
        tag.to_owned()
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Language {
    type Err = LanguageError;

    fn from_str(tag: &str) -> Result<Self, LanguageError> {
        Language::parse(tag)
    }
}

fn canonical(tag: &str) -> Result<String, String> {
    if tag.is_empty() {
        return Err("it is empty; leave the language out where it is not known, or say \"und\"".to_owned());
    }
    if tag.len() > LONGEST_TAG {
        return Err(format!("it has more than {LONGEST_TAG} characters"));
    }
    let hyphenated = tag.replace('_', "-");
    if let Some(replacement) = lookup(REPLACED, &hyphenated.to_ascii_lowercase()) {
        return Ok(replacement.to_owned());
    }
    let parsed = LanguageTag::parse_and_normalize(&hyphenated).map_err(|e| format!("{}{}", e, name_hint(tag)))?;
    let starts_private = hyphenated.as_bytes().get(1) == Some(&b'-');
    if starts_private || parsed.primary_language().contains('-') {
        return Ok(parsed.into_inner()); // x-private, or a tag registered as a whole, such as i-default
    }
    let language = shortest_language(&parsed)?;
    let script = parsed.script().filter(|script| suppressed_script(&language) != Some(script));
    let region = parsed.region().map(|region| lookup(REPLACED_REGIONS, region).unwrap_or(region));
    let rest = [script, region, parsed.variant(), parsed.extension(), parsed.private_use()];
    Ok(rest.into_iter().flatten().fold(language, |tag, part| tag + "-" + part))
}

/// The primary language subtag to write: the extended one where there is one, two letters where there are two.
fn shortest_language(parsed: &LanguageTag<String>) -> Result<String, String> {
    let primary = short_code(parsed.primary_language())?;
    match parsed.extended_language() {
        None => Ok(primary),
        Some(extended) if EXTENDABLE.contains(&primary.as_str()) && !extended.contains('-') => short_code(extended),
        Some(extended) => Err(format!(
            "{extended:?} does not extend {primary:?}; a region is two letters or three digits, as in en-US or es-419"
        )),
    }
}

/// `code` as BCP 47 writes it; a code of three letters that no table knows may be one of the thousands of ISO 639-3.
fn short_code(code: &str) -> Result<String, String> {
    if let Some(replacement) = lookup(REPLACED, code) {
        return Ok(replacement.to_owned());
    }
    match code.len() {
        2 if by_code(code).is_some() || code == "sh" => Ok(code.to_owned()),
        2 => {
            let meant = lookup(COUNTRY_FOR_LANGUAGE, code).and_then(by_code);
            let hint = meant.map(|entry| format!("; {} is {:?}", entry.english, entry.code)).unwrap_or_default();
            Err(format!("no language has the code {code:?}{hint}"))
        }
        3 => Ok(by_word(code).map_or(code, |entry| entry.code).to_owned()),
        _ => Err(format!("a language is a code of two or three letters{}", name_hint(code))),
    }
}

/// What to write instead of the name of a language, or an example.
fn name_hint(word: &str) -> String {
    let word = word.to_lowercase();
    match LANGUAGES.iter().find(|entry| entry.english.to_lowercase() == word || entry.autonym.to_lowercase() == word) {
        Some(entry) => format!("; {} is {:?}", entry.english, entry.code),
        None => ", such as \"en\", \"pt-BR\" or \"zh-Hans\"".to_owned(),
    }
}

fn own_name(tag: &str) -> Option<&'static str> {
    if tag == "und" {
        return Some("Unknown");
    }
    lookup(REGIONAL_AUTONYMS, tag)
        .or_else(|| by_code(tag).map(|entry| entry.autonym))
        .or_else(|| lookup(OTHER_AUTONYMS, tag))
}

fn suppressed_script(language: &str) -> Option<&'static str> {
    match by_code(language) {
        Some(entry) => Some(entry.script),
        None => lookup(SUPPRESSED_SCRIPTS, language),
    }
}

fn by_code(code: &str) -> Option<&'static Entry> {
    LANGUAGES.iter().find(|entry| entry.code == code)
}

/// The language that has `word` as its ISO 639-2 word, in either form.
fn by_word(word: &str) -> Option<&'static Entry> {
    LANGUAGES.iter().find(|entry| entry.terminology == word || entry.bibliographic == word)
}

/// `qaa` to `qtz` are for private use (ISO 639-2).
fn is_private(word: &str) -> bool {
    matches!(word.as_bytes(), [b'q', b'a'..=b't', b'a'..=b'z'])
}

fn lookup(table: &[(&str, &'static str)], key: &str) -> Option<&'static str> {
    table.iter().find(|(from, _)| *from == key).map(|(_, to)| *to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(tag: &str) -> String {
        Language::parse(tag).map_or_else(|e| format!("refused: {e}"), |language| language.to_string())
    }

    fn refusal(tag: &str) -> String {
        Language::parse(tag).expect_err(tag).to_string()
    }

    #[test]
    fn writes_the_shortest_form_in_the_usual_case() {
        for (tag, shortest) in [
            ("en", "en"),
            ("eng", "en"),
            ("EN-us", "en-US"),
            ("ger", "de"),
            ("deu", "de"),
            ("fre", "fr"),
            ("fra", "fr"),
            ("chi", "zh"),
            ("zho", "zh"),
            ("pt_BR", "pt-BR"),
            ("por-br", "pt-BR"),
            ("es-419", "es-419"),
            ("zh-hant-hk", "zh-Hant-HK"),
            ("sr-latn", "sr-Latn"),
            ("fil", "fil"),
            ("de-CH-1996", "de-CH-1996"),
            ("en-u-ca-gregory", "en-u-ca-gregory"),
            ("en-x-Slang", "en-x-slang"),
            ("x-house", "x-house"),
        ] {
            assert_eq!(read(tag), shortest, "{tag}");
        }
    }

    #[test]
    fn drops_scripts_that_go_without_saying() {
        for (tag, shortest) in [
            ("en-Latn", "en"),
            ("ru-Cyrl-RU", "ru-RU"),
            ("ru-Latn", "ru-Latn"),
            ("gsw-Latn", "gsw"),
            ("zh-Hans", "zh-Hans"),
        ] {
            assert_eq!(read(tag), shortest, "{tag}");
        }
    }

    #[test]
    fn replaces_what_the_registry_replaced() {
        for (tag, now) in [
            ("iw", "he"),
            ("iw-IL", "he-IL"),
            ("in", "id"),
            ("ji", "yi"),
            ("mo", "ro"),
            ("scr", "hr"),
            ("zh-cmn", "cmn"),
            ("zh-cmn-Hans-CN", "cmn-Hans-CN"),
            ("zho-yue", "yue"),
            ("zh-yue-HK", "yue-HK"),
            ("sgn-ase", "ase"),
            ("sgn-US", "ase"),
            ("sgn-GB", "bfi"),
            ("sgn_DE", "gsg"),
            ("i-klingon", "tlh"),
            ("zh-min-nan", "nan"),
            ("en-GB-oed", "en-GB-oxendict"),
            ("de-DD", "de-DE"),
            ("en-UK", "en-GB"),
        ] {
            assert_eq!(read(tag), now, "{tag}");
        }
    }

    #[test]
    fn keeps_the_special_codes() {
        for tag in ["und", "zxx", "mul", "mis", "qaa"] {
            assert_eq!(read(tag), tag);
            assert_eq!(&Language::parse(tag).unwrap().iso639_2t(), tag.as_bytes());
        }
    }

    #[test]
    fn every_word_of_a_two_letter_language_is_shortened() {
        assert_eq!(LANGUAGES.len(), 184);
        for entry in LANGUAGES {
            assert_eq!(read(entry.code), entry.code);
            assert_eq!(read(entry.terminology), entry.code);
            if !entry.bibliographic.is_empty() {
                assert_eq!(read(entry.bibliographic), entry.code);
            }
            assert_eq!(&Language::parse(entry.code).unwrap().iso639_2t(), entry.terminology.as_bytes());
            assert_eq!(Language::parse(entry.code).unwrap().autonym(), entry.autonym);
        }
    }

    #[test]
    fn tables_hold_canonical_tags() {
        for table in [OTHER_AUTONYMS, REGIONAL_AUTONYMS] {
            for (tag, _) in table {
                assert_eq!(read(tag), *tag);
            }
        }
        for (_, tag) in REPLACED {
            assert_eq!(read(tag), *tag);
        }
        for (_, word) in COVERED_BY {
            assert!(*word == "sgn" || by_word(word).is_some(), "{word}");
        }
    }

    #[test]
    fn refuses_with_what_to_write_instead() {
        assert!(refusal("").contains("empty"));
        assert!(refusal("english").contains("English is \"en\""));
        assert!(refusal("Deutsch").contains("German is \"de\""));
        assert!(refusal("jp").contains("Japanese is \"ja\""));
        assert!(refusal("xx").contains("no language has the code \"xx\""));
        assert!(refusal("en-usa").contains("en-US"));
        assert!(refusal("qwerty").contains("two or three letters"));
        for tag in ["en US", "en-", "-en", "e", "en\n", "en\"", "é", "日本語", "en--US", &"en-".repeat(100)] {
            assert!(Language::parse(tag).is_err(), "{tag}");
        }
    }

    #[test]
    fn gives_the_word_for_mdhd() {
        for (tag, word) in [
            ("en", "eng"),
            ("de-AT", "deu"),
            ("fil", "fil"),
            ("cmn-Hans", "zho"),
            ("ase", "sgn"),
            ("zh-Hant", "zho"),
            ("i-default", "und"),
            ("x-house", "und"),
            ("aaa", "und"),
        ] {
            assert_eq!(&Language::parse(tag).unwrap().iso639_2t(), word.as_bytes(), "{tag}");
        }
    }

    #[test]
    fn names_languages_in_themselves() {
        for (tag, name) in [
            ("en", "English"),
            ("de", "Deutsch"),
            ("pt-BR", "Português (Brasil)"),
            ("es-419", "Español (Latinoamérica)"),
            ("en-GB", "English (GB)"),
            ("zh-Hans", "简体中文"),
            ("zh-Hant", "繁體中文"),
            ("zh-Hant-HK", "繁體中文 (HK)"),
            ("sr-Latn-RS", "Srpski (latinica, RS)"),
            ("ase", "American Sign Language"),
            ("und", "Unknown"),
            ("aaa", "aaa"),
            ("aaa-US", "aaa-US"),
        ] {
            assert_eq!(Language::parse(tag).unwrap().autonym(), name, "{tag}");
        }
    }

    proptest! {
        #[test]
        fn canonical_form_is_stable_and_safe(tag in "[a-zA-Z0-9_-]{0,24}|[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?|\\PC{0,12}") {
            if let Ok(language) = Language::parse(&tag) {
                prop_assert!(language.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
                prop_assert_eq!(Language::parse(language.as_str()), Ok(language.clone()));
                prop_assert!(language.iso639_2t().iter().all(u8::is_ascii_lowercase));
                prop_assert!(!language.autonym().is_empty());
            }
        }
    }
}
