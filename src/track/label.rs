//! What a person reads in the player's menu when nobody wrote a label.

use super::{Kind, Language, TrackType};
use std::collections::HashSet;

/// `English`, `English (SDH)`, `Deutsch (Audiodeskription)`: the language's own name and what the track is for, in that
/// language where it is one we speak, else in English. A track of unknown language is named by its type.
pub fn default_label(language: &Language, track_type: TrackType, kind: Kind) -> String {
    let known = language.primary() != "und";
    let name = match (known, track_type) {
        (true, _) => language.autonym(),
        (false, TrackType::Video) => "Video".to_owned(),
        (false, TrackType::Audio) => "Audio".to_owned(),
        (false, TrackType::Text) => "Subtitles".to_owned(),
    };
    match kind_word(language.primary(), kind) {
        Some(word) => qualified(&name, word),
        None => name,
    }
}

/// Makes labels distinct by a number behind each repeated one (` 2`), the first of them left as it is.
pub fn distinct_labels(labels: &mut [String]) {
    let mut taken: HashSet<String> = labels.iter().cloned().collect();
    let mut seen = HashSet::new();
    let mut counts = std::collections::HashMap::new();
    for label in labels {
        if seen.insert(label.clone()) {
            continue;
        }
        let count = counts.entry(label.clone()).or_insert(1_usize);
        let numbered = loop {
            *count += 1;
            let numbered = format!("{label} {count}");
            if taken.insert(numbered.clone()) {
                break numbered;
            }
        };
        seen.insert(numbered.clone());
        *label = numbered;
    }
}

/// `name (word)`; a name that ends in a bracket takes the word into it.
pub(super) fn qualified(name: &str, word: &str) -> String {
    match name.strip_suffix(')') {
        Some(open) => format!("{open}, {word})"),
        None => format!("{name} ({word})"),
    }
}

/// The kinds that a label tells; main, dub and plain subtitles go without saying.
const TOLD: [Kind; 13] = [
    Kind::Captions,
    Kind::Forced,
    Kind::EasyReader,
    Kind::Description,
    Kind::Narration,
    Kind::EnhancedIntelligibility,
    Kind::Commentary,
    Kind::Alternate,
    Kind::Supplementary,
    Kind::Karaoke,
    Kind::Sign,
    Kind::Emergency,
    Kind::Metadata,
];

/// For each language the words of [`TOLD`], in its order. English stands first: it is also the fallback.
#[rustfmt::skip]
const WORDS: &[(&str, [&str; 13])] = &[
    ("en", ["SDH", "forced", "Easy Reading", "Audio Description", "Description only", "Clear Dialogue", "Commentary",
            "Alternative", "Supplementary", "Karaoke", "Sign Language", "Emergency", "Metadata"]),
    ("de", ["für Hörgeschädigte", "erzwungen", "Leichte Sprache", "Audiodeskription", "nur Beschreibung",
            "klare Sprache", "Kommentar", "Alternative", "Zusatz", "Karaoke", "Gebärdensprache", "Notfall", "Metadaten"]),
    ("fr", ["sourds et malentendants", "forcés", "facile à lire", "audiodescription", "description seule",
            "dialogues clairs", "commentaire", "autre version", "complément", "karaoké", "langue des signes", "urgence",
            "métadonnées"]),
    ("es", ["para sordos", "forzados", "lectura fácil", "audiodescripción", "solo descripción", "diálogo claro",
            "comentarios", "alternativo", "complementario", "karaoke", "lengua de signos", "emergencia", "metadatos"]),
    ("it", ["non udenti", "forzati", "facile da leggere", "audiodescrizione", "solo descrizione", "dialoghi chiari",
            "commento", "alternativo", "supplementare", "karaoke", "lingua dei segni", "emergenza", "metadati"]),
    ("pt", ["para surdos", "forçadas", "leitura fácil", "audiodescrição", "só descrição", "diálogo claro",
            "comentários", "alternativo", "complementar", "karaokê", "língua de sinais", "emergência", "metadados"]),
    ("nl", ["voor doven en slechthorenden", "geforceerd", "eenvoudig te lezen", "audiodescriptie", "alleen beschrijving",
            "heldere dialogen", "commentaar", "alternatief", "aanvullend", "karaoke", "gebarentaal", "noodmelding",
            "metadata"]),
];

fn kind_word(language: &str, kind: Kind) -> Option<&'static str> {
    let words = WORDS.iter().find(|(code, _)| *code == language).or(WORDS.first()).map(|(_, words)| words)?;
    TOLD.iter().zip(words).find(|(told, _)| **told == kind).map(|(_, word)| *word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn made(language: &str, kind: Kind) -> String {
        default_label(&Language::parse(language).unwrap(), TrackType::Audio, kind)
    }

    #[test]
    fn names_the_language_and_what_the_track_is_for() {
        for (language, kind, label) in [
            ("en", Kind::Main, "English"),
            ("en", Kind::Dub, "English"),
            ("en", Kind::Subtitles, "English"),
            ("en", Kind::Captions, "English (SDH)"),
            ("en", Kind::Description, "English (Audio Description)"),
            ("en", Kind::Forced, "English (forced)"),
            ("en", Kind::Commentary, "English (Commentary)"),
            ("en", Kind::EnhancedIntelligibility, "English (Clear Dialogue)"),
            ("de", Kind::Description, "Deutsch (Audiodeskription)"),
            ("fr", Kind::Description, "Français (audiodescription)"),
            ("pt-BR", Kind::Description, "Português (Brasil, audiodescrição)"),
            ("en-GB", Kind::Captions, "English (GB, SDH)"),
            ("ja", Kind::Captions, "日本語 (SDH)"),
        ] {
            assert_eq!(made(language, kind), label);
        }
    }

    #[test]
    fn a_track_of_unknown_language_is_named_by_its_type() {
        let und = Language::und();
        assert_eq!(default_label(&und, TrackType::Audio, Kind::Main), "Audio");
        assert_eq!(default_label(&und, TrackType::Text, Kind::Subtitles), "Subtitles");
        assert_eq!(default_label(&und, TrackType::Text, Kind::Captions), "Subtitles (SDH)");
        assert_eq!(default_label(&und, TrackType::Video, Kind::Main), "Video");
    }

    #[test]
    fn no_two_told_kinds_share_a_word() {
        for (language, words) in WORDS {
            let distinct: HashSet<_> = words.iter().collect();
            assert_eq!(distinct.len(), words.len(), "{language}");
        }
    }

    #[test]
    fn repeated_labels_are_numbered_past_existing_ones() {
        let mut labels = ["English", "English 2", "English", "English", "Deutsch"].map(str::to_owned);
        distinct_labels(&mut labels);
        assert_eq!(labels, ["English", "English 2", "English 3", "English 4", "Deutsch"]);
    }

    proptest! {
        #[test]
        fn labels_become_distinct_and_first_ones_stay(
            mut labels in prop::collection::vec("(a|b)( [23])?( [23])?", 0..12),
        ) {
            let before = labels.clone();
            distinct_labels(&mut labels);
            prop_assert_eq!(labels.iter().collect::<HashSet<_>>().len(), before.len());
            for (number, label) in before.iter().enumerate() {
                if before.iter().position(|other| other == label) == Some(number) {
                    prop_assert_eq!(label, &labels[number]);
                }
            }
        }
    }
}
