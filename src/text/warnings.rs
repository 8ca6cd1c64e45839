//! What a reader left out, told to a person, bounded so that a file of nothing but faults costs little.

/// After this many, warnings are only counted.
const MOST: usize = 100;

/// Warnings as they come up, each with its line.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    list: Vec<String>,
    more: u64,
}

impl Warnings {
    pub(super) fn add(&mut self, line: u32, problem: impl std::fmt::Display) {
        self.note(|| format!("line {line}: {problem}"));
    }

    /// A warning that has a place other than a line, or none.
    pub(super) fn note(&mut self, text: impl FnOnce() -> String) {
        if self.list.len() < MOST {
            self.list.push(text());
        } else {
            self.more += 1;
        }
    }

    pub(super) fn into_vec(mut self) -> Vec<String> {
        if self.more > 0 {
            self.list.push(format!("{} more warnings", self.more));
        }
        self.list
    }
}

/// A piece of the file short enough to quote in a warning.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{:?}…", &text[..at]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_warnings_are_counted_not_kept() {
        let mut warnings = Warnings::default();
        (0..1000).for_each(|line| warnings.add(line, "bad"));
        let list = warnings.into_vec();
        assert_eq!(list.len(), 101);
        assert_eq!(list[0], "line 0: bad");
        assert_eq!(list[100], "900 more warnings");
    }

    #[test]
    fn an_excerpt_ends_between_characters() {
        assert_eq!(excerpt("a\"b"), r#""a\"b""#);
        assert!(excerpt(&"ä".repeat(500)).chars().count() < 70);
    }
}
