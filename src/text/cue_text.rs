//! WebVTT cue text taken apart (W3C WebVTT 6.4): tags, character references and text, and the styled runs they mean.
//!
//! The tokenizer never fails: what is not a tag or a reference is text, a tag without `>` ends with the cue.

use super::runs::{Colour, Ruby, Run, Style};
use super::timestamp;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text with its character references resolved.
    Text(String),
    /// `<c.yellow.bg_blue>`, `<v.loud Mary>`: the name, then the classes; annotations are not shown.
    Start {
        name: &'a str,
        classes: Vec<&'a str>,
    },
    End {
        name: &'a str,
    },
    /// `<00:00:05.000>`: what follows is shown from this moment on (milliseconds).
    Timestamp(u64),
}

/// The tokens of a payload in order.
pub(super) fn tokens(payload: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = payload;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(tag) = rest.strip_prefix('<') else {
            let end = rest.find('<').unwrap_or(rest.len());
            let (text, after) = rest.split_at(end);
            rest = after;
            return Some(Token::Text(resolved(text)));
        };
        let (inside, after) = tag.split_once('>').unwrap_or((tag, ""));
        rest = after;
        Some(tag_token(inside))
    })
}

fn tag_token(inside: &str) -> Token<'_> {
    if let Some(name) = inside.strip_prefix('/') {
        return Token::End { name: name.trim_matches(SPACE) };
    }
    if inside.starts_with(|character: char| character.is_ascii_digit()) {
        return match timestamp::parse(inside) {
            Some((at, "")) => Token::Timestamp(at),
            _ => Token::Start { name: "", classes: Vec::new() },
        };
    }
    let head = inside.split(SPACE).next().unwrap_or_default();
    let mut parts = head.split('.');
    let name = parts.next().unwrap_or_default();
    Token::Start { name, classes: parts.filter(|class| !class.is_empty()).collect() }
}

const SPACE: [char; 4] = [' ', '\t', '\n', '\u{c}'];

/// Text with its character references resolved; what is no reference stays as it is.
pub(super) fn resolved(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, reference) = rest.split_at(at);
        out.push_str(before);
        let (character, length) = character_reference(reference).unwrap_or(('&', 1));
        out.push(character);
        rest = reference.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The character that a reference at the start of `text` names, and the length of the reference. HTML has two
/// thousand names; these are the ones WebVTT speaks of, and the two quotes.
fn character_reference(text: &str) -> Option<(char, usize)> {
    const LONGEST: usize = 12;
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "nbsp" => '\u{a0}',
        "lrm" => '\u{200e}',
        "rlm" => '\u{200f}',
        "quot" => '"',
        "apos" => '\'',
        _ => numeric_reference(name.strip_prefix('#')?)?,
    };
    Some((character, end + 1))
}

fn numeric_reference(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code).filter(|&character| character != '\0')
}

/// What a viewer reads of a payload, in runs of one style. Classes, voices and languages without a style of their own
/// leave the text as it is; moments within the cue are left out, so all of it is shown at once.
pub(super) fn to_runs(payload: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open: Vec<(&str, Style)> = Vec::new();
    for token in tokens(payload) {
        let style = open.last().map(|(_, style)| *style).unwrap_or_default();
        match token {
            Token::Text(text) => match runs.last_mut().filter(|run| run.style == style) {
                Some(run) => run.text.push_str(&text),
                None => runs.push(Run { style, text }),
            },
            Token::Start { name, classes } => {
                if let Some(style) = style_within(style, name, &classes) {
                    open.push((name, style));
                }
            }
            Token::End { name } => close(&mut open, name),
            Token::Timestamp(_) => {}
        }
    }
    runs
}

/// The style inside a tag; `None` for a tag that WebVTT does not know, which the parser skips.
fn style_within(mut style: Style, name: &str, classes: &[&str]) -> Option<Style> {
    match name {
        "b" => style.bold = true,
        "i" => style.italic = true,
        "u" => style.underline = true,
        "ruby" => style.ruby = Ruby::Base,
        "rt" if style.ruby != Ruby::None => style.ruby = Ruby::Text,
        "c" | "v" | "lang" => {}
        _ => return None,
    }
    style.colour = classes.iter().find_map(|class| Colour::from_name(class)).or(style.colour);
    Some(style)
}

/// An end tag closes the element it names if that is the innermost; `</ruby>` also ends an open `<rt>` (6.4).
fn close(open: &mut Vec<(&str, Style)>, name: &str) {
    let innermost = open.last().map(|(innermost, _)| *innermost);
    if name == "ruby" && innermost == Some("rt") {
        open.pop();
        close(open, "ruby");
    } else if innermost == Some(name) {
        open.pop();
    }
}

#[cfg(test)]
pub(super) fn plain(payload: &str) -> String {
    to_runs(payload).into_iter().map(|run| run.text).collect()
}

#[cfg(test)]
mod tests {
    use super::super::runs::to_payload;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tags_classes_annotations_and_times() {
        let payload = "<v.loud.x Mary Ann>Hi <00:00:01.500><c.yellow>you</c></v>";
        let expected = [
            Token::Start { name: "v", classes: vec!["loud", "x"] },
            Token::Text("Hi ".to_owned()),
            Token::Timestamp(1500),
            Token::Start { name: "c", classes: vec!["yellow"] },
            Token::Text("you".to_owned()),
            Token::End { name: "c" },
            Token::End { name: "v" },
        ];
        assert_eq!(tokens(payload).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn references() {
        assert_eq!(resolved("a &amp;&lt;&gt;&nbsp;&lrm;&rlm;&#65;&#x42; b"), "a &<>\u{a0}\u{200e}\u{200f}AB b");
        assert_eq!(resolved("AT&T & co; &unknown; &#0; &#xd800; &"), "AT&T & co; &unknown; &#0; &#xd800; &");
    }

    #[test]
    fn styles_nest() {
        let runs = to_runs("a<b>b<i>c</i></b>d<c.yellow.bg_blue>e");
        let flat: Vec<(&str, bool, bool, Option<Colour>)> =
            runs.iter().map(|run| (run.text.as_str(), run.style.bold, run.style.italic, run.style.colour)).collect();
        let expected = [
            ("a", false, false, None),
            ("b", true, false, None),
            ("c", true, true, None),
            ("d", false, false, None),
            ("e", false, false, Some(Colour::Yellow)),
        ];
        assert_eq!(flat, expected);
    }

    #[test]
    fn wrong_and_unknown_tags_leave_the_text() {
        assert_eq!(plain("<i>a</b>b</i></i><blink>c</blink>"), "abc");
        assert_eq!(plain("a < b"), "a ");
        assert_eq!(plain("<lang en-GB>colour</lang><v Bob"), "colour");
        assert_eq!(plain("<1>x"), "x");
    }

    #[test]
    fn ruby_ends_its_text() {
        let runs = to_runs("<ruby>漢<rt>かん</ruby>。");
        let rubies: Vec<Ruby> = runs.iter().map(|run| run.style.ruby).collect();
        assert_eq!(rubies, [Ruby::Base, Ruby::Text, Ruby::None]);
        assert_eq!(to_runs("<rt>a")[0].style.ruby, Ruby::None);
    }

    proptest! {
        #[test]
        fn any_payload_has_tokens(payload in "[<>&;/.#a-c 0-9:\n]{0,60}|.{0,40}") {
            tokens(&payload).for_each(drop);
            to_runs(&payload);
        }

        #[test]
        fn what_is_written_reads_the_same(text in "[a-z<>&\"']{1,20}", italic: bool, bold: bool) {
            let runs = vec![Run { style: Style { italic, bold, ..Style::default() }, text }];
            prop_assert_eq!(to_runs(&to_payload(&runs)), runs);
        }
    }
}
