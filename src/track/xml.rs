//! What text may hold to be written in every manifest.

/// Whether XML 1.0 has the character (its section 2.2): what it has not cannot stand in a document, escaped or not.
pub fn is_xml_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_noncharacters_are_not_of_xml() {
        for character in ['\0', '\u{b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
            assert!(!is_xml_character(character), "{character:?}");
        }
        for character in ['\t', '\n', ' ', 'é', '\u{fffd}', '\u{10000}', '\u{1ffff}', '\u{10ffff}'] {
            assert!(is_xml_character(character), "{character:?}");
        }
    }
}
