//! Lines of a text file, with their numbers and their places.

use std::borrow::Cow;

/// CR LF and CR become LF and NUL becomes U+FFFD, as the WebVTT parser asks (W3C WebVTT 6.1); copies only if need be.
pub(super) fn normalised(text: &str) -> Cow<'_, str> {
    if !text.contains(['\r', '\0']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                out.push('\n');
            }
            '\0' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// A place between two lines of a normalised text. Copy it to come back to the place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines<'a> {
    text: &'a str,
    /// Byte offset of the next line.
    pub(super) at: usize,
    /// Number of the next line, from 1.
    pub(super) number: u32,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Lines { text, at: 0, number: 1 }
    }

    /// The text from one place to another.
    pub(super) fn raw(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// The text from one place to another, without line ends at its end.
    pub(super) fn between(&self, from: usize, to: usize) -> &'a str {
        self.raw(from, to).trim_end_matches('\n')
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let (line, taken) = match rest.split_once('\n') {
            Some((line, _)) => (line, line.len() + 1),
            None => (rest, rest.len()),
        };
        self.at += taken;
        self.number = self.number.saturating_add(1);
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_line_ends_are_one() {
        assert_eq!(normalised("a\r\nb\rc\nd\0\r\r\n"), "a\nb\nc\nd\u{fffd}\n\n");
        assert!(matches!(normalised("a\nb"), Cow::Borrowed(_)));
    }

    #[test]
    fn places_and_numbers() {
        let mut lines = Lines::new("one\n\nthree");
        assert_eq!((lines.next(), lines.number), (Some("one"), 2));
        let place = lines;
        assert_eq!((lines.next(), lines.next(), lines.next()), (Some(""), Some("three"), None));
        assert_eq!(lines.between(place.at, lines.at), "\nthree");
        assert_eq!(lines.between(0, place.at), "one");
    }
}
