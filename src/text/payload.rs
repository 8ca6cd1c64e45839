//! Makes text from elsewhere safe to stand in a WebVTT file.

use std::borrow::Cow;

/// WebVTT cue text as another container held it: blank lines go, `-->` is escaped, lines end in `\n`.
pub(super) fn clean_payload(text: &str) -> String {
    let text = super::lines::normalised(text);
    let mut out = String::with_capacity(text.len());
    for line in text.split('\n').filter(|line| !line.is_empty()) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
    }
    match out.contains("-->") {
        true => out.replace("-->", "--&gt;"),
        false => out,
    }
}

/// An id or settings: one line without an arrow, trimmed; `None` where nothing is left.
pub(super) fn clean_line(text: &str) -> Option<String> {
    let text: Cow<str> = match text.contains(['\r', '\n', '\0']) {
        true => text.replace(['\r', '\n', '\0'], " ").into(),
        false => text.into(),
    };
    let text = text.trim_matches([' ', '\t', '\u{c}']);
    (!text.is_empty() && !text.contains("-->")).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blank_lines_and_arrows_cannot_end_a_cue() {
        assert_eq!(clean_payload("\r\na\r\n\r\n\r\nb --> c\n\n"), "a\nb --&gt; c");
        assert_eq!(clean_payload("---->"), "----&gt;");
        assert_eq!(clean_line(" line:0\n").as_deref(), Some("line:0"));
        assert_eq!(clean_line("a --> b"), None);
        assert_eq!(clean_line(" \r\n "), None);
    }

    proptest! {
        #[test]
        fn invariants_hold_for_any_text(text in "[ab\r\n\0<> -]{0,40}") {
            let clean = clean_payload(&text);
            prop_assert!(!clean.contains("-->") && !clean.contains("\n\n") && !clean.contains(['\r', '\0']));
            prop_assert!(!clean.starts_with('\n') && !clean.ends_with('\n'));
        }
    }
}
