//! What captions are called: the language's own name, as Cloudflare has it, and a word where a machine made them.

use crate::late::GENERATED;
use crate::track::Language;

/// Names of languages in a country where they have one of their own (Unicode CLDR).
const IN_A_COUNTRY: &[(&str, &str)] = &[
    ("de-AT", "Österreichisches Deutsch"),
    ("de-CH", "Schweizer Hochdeutsch"),
    ("en-AU", "Australian English"),
    ("en-CA", "Canadian English"),
    ("en-GB", "British English"),
    ("en-US", "American English"),
    ("es-419", "Español latinoamericano"),
    ("es-ES", "Español de España"),
    ("es-MX", "Español de México"),
    ("fr-CA", "Français canadien"),
    ("fr-CH", "Français suisse"),
    ("pt-PT", "Português europeu"),
];

/// The label of captions in a language.
pub(super) fn of(language: &Language, is_generated: bool) -> String {
    let tag = language.as_str();
    let own = IN_A_COUNTRY.iter().find(|(known, _)| *known == tag).map(|(_, name)| (*name).to_owned());
    let name = own.unwrap_or_else(|| language.autonym());
    if is_generated { format!("{name}{GENERATED}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_called_in_itself() {
        for (tag, label) in [
            ("de", "Deutsch"),
            ("tr", "Türkçe"),
            ("it", "Italiano"),
            ("en", "English"),
            ("en-GB", "British English"),
            ("pt-BR", "Português (Brasil)"),
        ] {
            let language = Language::parse(tag).unwrap();
            assert_eq!(of(&language, false), label);
            assert_eq!(of(&language, true), format!("{label} (auto-generated)"));
        }
    }
}
