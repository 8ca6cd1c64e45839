//! Names of tracks on platforms that take almost any character, as names of the house and back.
//!
//! What a name of the house cannot hold is written `_xHHHH_`, four hexadecimal digits for each unit of UTF-16, so that
//! `Español 1` is `Espa_x00F1_ol_x0020_1`. Every name of the house comes from exactly one free name, so nothing about the
//! way back has to be kept.

use super::is_valid_name;

/// The house's name for a free one; `None` where it would be too long.
pub fn name_of_free(free: &str) -> Option<String> {
    if is_valid_name(free) && !is_escaped(free) {
        return Some(free.to_owned());
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let never = |_: usize, _: char| false;
    let first = |place: usize, _: char| place == 0;
    let dots = |place: usize, c: char| place == 0 || c == '.';
    // What is plain and yet no name is a reserved word, or has its dots in the wrong place.
    let ways: [&dyn Fn(usize, char) -> bool; 3] = [&never, &first, &dots];
    ways.iter()
        .map(|escaped| written(free, |place, c| is_plain(c) && !escaped(place, c)))
        .find(|name| is_valid_name(name))
}

/// The free name that a name of the house stands for: itself, where nothing in it is escaped.
pub fn free_name(name: &str) -> String {
    if is_escaped(name) { read(name) } else { name.to_owned() }
}

/// Whether a name is what a free one is written as. What only looks so is a name as it stands. Each reading is shorter, so
/// this comes to an end.
fn is_escaped(name: &str) -> bool {
    let free = read(name);
    free != name && name_of_free(&free).as_deref() == Some(name)
}

/// `name` with every escape read.
fn read(name: &str) -> String {
    let mut free = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        match escape(rest) {
            Some((text, after)) => {
                free.push_str(&text);
                rest = after;
            }
            None => {
                free.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
        }
    }
    free
}

/// `free` with all that is not plain escaped, runs of it together.
fn written(free: &str, is_plain: impl Fn(usize, char) -> bool) -> String {
    let (mut name, mut run) = (String::new(), String::new());
    let end = |run: &mut String, name: &mut String| {
        if !run.is_empty() {
            let units: String = run.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
            name.push_str(&format!("_x{units}_"));
            run.clear();
        }
    };
    for (place, c) in free.char_indices() {
        let looks_escaped = free.get(place..).is_some_and(|rest| escape(rest).is_some());
        if is_plain(place, c) && !looks_escaped {
            end(&mut run, &mut name);
            name.push(c);
        } else {
            run.push(c);
        }
    }
    end(&mut run, &mut name);
    name
}

/// The escape that `text` begins with, read, and what comes after it.
fn escape(text: &str) -> Option<(String, &str)> {
    let (digits, after) = text.strip_prefix("_x")?.split_once('_')?;
    let is_digits = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
    if digits.is_empty() || !digits.len().is_multiple_of(4) || !is_digits {
        return None;
    }
    let units: Result<Vec<u16>, _> =
        digits.as_bytes().chunks(4).map(|unit| u16::from_str_radix(&String::from_utf8_lossy(unit), 16)).collect();
    Some((String::from_utf16(&units.ok()?).ok()?, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_a_name_stays_as_it_is() {
        for name in ["en", "aac_eng_2_128041_2_1", "English-CC", "v1.2", "_", "_x", "_x_", "_x20_", "_x00f1_", "x0020_"]
        {
            assert_eq!(name_of_free(name).as_deref(), Some(name));
            assert_eq!(free_name(name), name);
        }
    }

    #[test]
    fn what_is_none_is_escaped() {
        for (free, name) in [
            ("Español 1", "Espa_x00F1_ol_x0020_1"),
            ("字幕", "_x5B575E55_"),
            ("🎧", "_xD83CDFA7_"),
            ("a_x0020_b", "a_x005F_x0020_b"),
            ("master", "_x006D_aster"),
            ("..a", "_x002E_.a"),
            ("a..b", "_x0061002E002E_b"),
            ("a.iframes", "_x0061002E_iframes"),
        ] {
            assert_eq!(name_of_free(free).as_deref(), Some(name), "{free}");
            assert_eq!(free_name(name), free);
        }
        assert_eq!(name_of_free(""), None);
        assert_eq!(name_of_free(&"字".repeat(60)), None);
        assert!(name_of_free(&"字".repeat(31)).is_some());
    }

    #[test]
    fn what_only_looks_escaped_is_itself() {
        // A lone surrogate, a plain letter escaped without need.
        for name in ["_xD83C_", "a_x0062_c"] {
            assert_eq!(free_name(name), name);
            assert_eq!(name_of_free(name).as_deref(), Some(name));
        }
    }

    proptest! {
        #[test]
        fn there_and_back(free in "\\PC{1,20}|[_x0-9A-F. -]{1,25}") {
            if let Some(name) = name_of_free(&free) {
                prop_assert!(is_valid_name(&name), "{}", name);
                prop_assert_eq!(free_name(&name), free);
            }
        }

        #[test]
        fn no_two_names_are_one(one in "a?(_x00(20|5F|61|E9)_|_|x){1,4}", other in "a?(_x00(20|5F|61|E9)_|_|x){1,4}") {
            prop_assume!(one != other);
            prop_assert_ne!(free_name(&one), free_name(&other));
        }
    }
}
