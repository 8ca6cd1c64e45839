//! The word that was probably meant: for the "did you mean" of error messages.

/// Words longer than this are not compared, so that a hostile word costs nothing.
const LONGEST: usize = 80;

/// The candidate with the fewest changed letters: at most a third of the word's own, and one more, so that two letters
/// in the wrong order are found in a short word.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().take(LONGEST + 1).map(|c| c.to_ascii_lowercase()).collect();
    if word.len() > LONGEST {
        return None;
    }
    let limit = word.len() / 3 + 1;
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Letters to insert, delete or replace (Levenshtein), one row of the table at a time.
fn distance(word: &[char], candidate: &str) -> usize {
    let mut row: Vec<usize> = (0..=word.len()).collect();
    for letter in candidate.chars() {
        let mut diagonal = row.first().copied().unwrap_or_default();
        let mut left = diagonal + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, own) in row.iter_mut().skip(1).zip(word) {
            let replaced = diagonal + usize::from(*own != letter.to_ascii_lowercase());
            diagonal = *cell;
            *cell = replaced.min(diagonal + 1).min(left + 1);
            left = *cell;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_changed_letters() {
        for (word, candidate, changes) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("lable", "label", 2)]
        {
            let letters: Vec<char> = word.chars().collect();
            assert_eq!(distance(&letters, candidate), changes, "{word} {candidate}");
        }
    }

    #[test]
    fn finds_the_nearest_and_leaves_strangers() {
        let fields = ["label", "language", "name"];
        assert_eq!(nearest("lable", fields), Some("label"));
        assert_eq!(nearest("Label", fields), Some("label"));
        assert_eq!(nearest("Languge", fields), Some("language"));
        assert_eq!(nearest("colour", fields), None);
        assert_eq!(nearest(&"label".repeat(1000), fields), None);
    }
}
