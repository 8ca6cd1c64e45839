//! Names of tracks and files that come by the API of another platform, where nobody says any.
//!
//! Such a name is never given twice, since clients take a track that comes after another of the same label for a new
//! one; and it can be told from every name that a person chose, so that a file which was brought for a track goes with
//! it, and a file that somebody put there never does.

use sha2::{Digest, Sha256};

/// Bytes of a name's number, and of what proves it.
const RANDOM: usize = 4;
const PROOF: usize = 3;
/// Characters of what comes before.
const LONGEST: usize = 40;

/// A new name that begins with `word`, or with `otherwise` where nothing of that can be in a name.
pub(in crate::api) fn make(word: &str, otherwise: &str) -> Result<String, String> {
    let mut random = [0; RANDOM];
    getrandom::fill(&mut random).map_err(|error| format!("the system gives no random bytes: {error}"))?;
    let word = match plain(word) {
        empty if empty.is_empty() => otherwise.to_owned(),
        word => word,
    };
    let number: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let proof = proof(&word, &number);
    Ok(format!("{word}-{number}{proof}"))
}

/// Whether a name, or that of a file without its suffix, was made here.
pub(in crate::api) fn is_made(name: &str) -> bool {
    let Some((word, digits)) = name.rsplit_once('-') else { return false };
    digits.split_at_checked(2 * RANDOM).is_some_and(|(number, end)| end == proof(word, number))
}

fn proof(word: &str, number: &str) -> String {
    let digest = Sha256::digest(format!("a name of the house\0{word}-{number}"));
    digest.iter().take(PROOF).map(|byte| format!("{byte:02x}")).collect()
}

/// The letters and digits of ASCII, small, with one `-` for whatever lies between.
fn plain(word: &str) -> String {
    let words = word.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let joined = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    let cut: String = joined.chars().take(LONGEST).collect();
    cut.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::track::is_valid_name;
    use proptest::prelude::*;

    #[test]
    fn names_begin_with_what_they_are_for() {
        for (word, begins) in [("es-419", "es-419-"), ("Audio Description", "audio-description-"), ("日本語", "audio-")]
        {
            let name = make(word, "audio").unwrap();
            assert!(name.starts_with(begins) && is_valid_name(&name) && is_made(&name), "{name}");
            assert_ne!(make(word, "audio").unwrap(), name);
        }
    }

    #[test]
    fn what_a_person_chose_is_not_taken_for_one() {
        let made = make("de", "audio").unwrap();
        let other = made.replacen("de", "en", 1);
        for name in ["de", "audio-de", "de-5f3a9c1b0d2e7f", "", "-", &other, &made[1..], &format!("{made}0")] {
            assert!(!is_made(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_word_makes_a_name(word in "\\PC{0,80}") {
            let name = make(&word, "text").unwrap();
            prop_assert!(is_valid_name(&name) && is_made(&name), "{}", name);
        }
    }
}
