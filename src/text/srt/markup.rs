//! The markup within SRT texts: HTML-like tags, and override tags of SubStation Alpha.

use super::super::cue_text::resolved;
use super::super::runs::{Run, Style};

/// Where a text stands, as the keys of a numeric keypad lie (`{\an8}` is top centre).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position(u8);

impl Position {
    /// The WebVTT cue settings for it. The bottom is where cues stand anyway.
    pub(super) fn settings(self) -> &'static str {
        match self.0 {
            1 => "align:left",
            3 => "align:right",
            4 => "line:50%,center align:left",
            5 => "line:50%,center",
            6 => "line:50%,center align:right",
            7 => "line:0 align:left",
            8 => "line:0",
            9 => "line:0 align:right",
            _ => "",
        }
    }

    fn keypad(key: u8) -> Option<Self> {
        (1..=9).contains(&key).then_some(Position(key))
    }

    /// The older `{\a6}`: 1 to 3 at the bottom, 5 to 7 at the top, 9 to 11 in the middle.
    fn legacy(value: u8) -> Option<Self> {
        match value {
            1..=3 => Self::keypad(value),
            5..=7 => Self::keypad(value + 2),
            9..=11 => Self::keypad(value - 5),
            _ => None,
        }
    }
}

/// The styled text, and the position where one is given; the first counts.
pub(super) fn read(text: &str) -> (Vec<Run>, Option<Position>) {
    let mut reader = Reader::default();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '{']) {
        let (before, markup) = rest.split_at(at);
        reader.text(before);
        let length = match markup.starts_with('<') {
            true => reader.tag(markup),
            false => reader.braces(markup),
        };
        if length == 0 {
            reader.text(&markup[..1]);
        }
        rest = markup.get(length.max(1)..).unwrap_or_default();
    }
    reader.text(rest);
    (reader.runs, reader.position)
}

/// What stands between the sign that `text` starts with and the one that closes it, on one line. Looks no further than
/// the next opening sign, so that many of them cost no more than one pass.
fn enclosed(text: &str, open: char, close: char) -> Option<&str> {
    let inside = text.strip_prefix(open)?;
    let end = inside.find([open, close, '\n'])?;
    inside.split_at_checked(end).filter(|(_, rest)| rest.starts_with(close)).map(|(inside, _)| inside)
}

#[derive(Default)]
struct Reader {
    runs: Vec<Run>,
    position: Option<Position>,
    /// Tags open of each kind; a tag closed too often stays closed.
    italic: u32,
    bold: u32,
    underline: u32,
}

impl Reader {
    fn text(&mut self, text: &str) {
        let style =
            Style { italic: self.italic > 0, bold: self.bold > 0, underline: self.underline > 0, ..Style::default() };
        match self.runs.last_mut().filter(|run| run.style == style) {
            Some(run) => run.text.push_str(&resolved(text)),
            None => self.runs.push(Run { style, text: resolved(text) }),
        }
    }

    /// A tag at the start of `text`: its length, 0 if it is none that is known.
    fn tag(&mut self, text: &str) -> usize {
        let Some(inside) = enclosed(text, '<', '>') else { return 0 };
        let length = inside.len() + 2;
        let name = inside.trim();
        let (name, on) = name.strip_prefix('/').map_or((name, true), |name| (name, false));
        let name = name.split([' ', '\t', '/', '=']).next().unwrap_or_default().to_ascii_lowercase();
        match name.as_str() {
            "font" | "s" | "strike" | "span" | "div" | "p" | "ruby" | "rt" | "rp" | "c" | "v" => {}
            "br" => self.text("\n"),
            other if self.switch(other, on) => {}
            _ => return 0,
        }
        length
    }

    /// `{\an8}`, `{\i1\b0}`, `{b}`, `{/b}` at the start of `text`: the length, 0 if it is plain text in braces.
    fn braces(&mut self, text: &str) -> usize {
        let Some(inside) = enclosed(text, '{', '}') else { return 0 };
        let length = inside.len() + 2;
        if inside.starts_with('\\') {
            inside.split('\\').for_each(|tag| self.override_tag(tag));
            return length;
        }
        let (name, on) = inside.strip_prefix('/').map_or((inside, true), |name| (name, false));
        if self.switch(&name.to_ascii_lowercase(), on) { length } else { 0 }
    }

    fn override_tag(&mut self, tag: &str) {
        let number = |rest: &str| rest.parse::<u8>().ok();
        if let Some(key) = tag.strip_prefix("an").and_then(number) {
            self.position = self.position.or(Position::keypad(key));
        } else if let Some(value) = tag.strip_prefix('a').and_then(number) {
            self.position = self.position.or(Position::legacy(value));
        } else if let Some((name, value)) = tag.split_at_checked(1)
            && let Some(value) = number(value)
        {
            self.switch(name, value > 0);
        }
    }

    /// Turns a style on or off; whether there is one of that name.
    fn switch(&mut self, name: &str, on: bool) -> bool {
        let open = match name {
            "i" => &mut self.italic,
            "b" => &mut self.bold,
            "u" => &mut self.underline,
            _ => return false,
        };
        *open = if on { open.saturating_add(1) } else { open.saturating_sub(1) };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::runs::to_payload;
    use super::*;
    use proptest::prelude::*;

    fn payload(text: &str) -> String {
        to_payload(&read(text).0)
    }

    #[test]
    fn simple_tags_stay_and_fonts_go() {
        assert_eq!(payload("<I>a</I> <font color=\"#ffff00\">b</font> <b>c"), "<i>a</i> b <b>c</b>");
        assert_eq!(payload("<i>a</i></i>b<u>c<br/>d</u>"), "<i>a</i>b<u>c\nd</u>");
        assert_eq!(payload("{i}a{/i} {\\b1}b{\\b0}c"), "<i>a</i> <b>b</b>c");
    }

    #[test]
    fn other_signs_are_text() {
        assert_eq!(payload("1 < 2 & 3 > 2 <3"), "1 &lt; 2 &amp; 3 &gt; 2 &lt;3");
        assert_eq!(payload("<hello> {aside} AT&amp;T &lt;i>"), "&lt;hello&gt; {aside} AT&amp;T &lt;i&gt;");
        assert_eq!(payload("<i\n>{\\an8\n}"), "&lt;i\n&gt;{\\an8\n}");
    }

    #[test]
    fn positions() {
        let settings = |text| read(text).1.map(Position::settings);
        assert_eq!(settings("{\\an8}Up"), Some("line:0"));
        assert_eq!(settings("{\\an2}Down"), Some(""));
        assert_eq!(settings("{\\fs20\\an7}{\\an1}x"), Some("line:0 align:left"));
        assert_eq!(settings("{\\a6}x"), Some("line:0"));
        assert_eq!(settings("{\\a10}x"), Some("line:50%,center"));
        assert_eq!(settings("{\\an0}{\\a4}{\\an99}x"), None);
        assert_eq!(payload("{\\an8}{\\c&HFFFFFF&}Up"), "Up");
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "[<>{}/\\\\biuan0-9&;\n é]{0,60}") {
            read(&text);
        }
    }
}
