//! Styled text, the form between formats: what a viewer reads, in runs of one style each.
//!
//! TTML, SRT and 3GPP text become runs and then WebVTT cue text; WebVTT cue text becomes runs and then IMSC. The
//! styles are those that all of them can say: italic, bold, underline, one of the eight colours that WebVTT names, and
//! ruby.

/// Text of one style; `\n` is a line break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) style: Style,
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Style {
    pub(super) italic: bool,
    pub(super) bold: bool,
    pub(super) underline: bool,
    /// `None` is the player's own, white as a rule.
    pub(super) colour: Option<Colour>,
    pub(super) ruby: Ruby,
}

/// Where a run stands in ruby (W3C WebVTT 3.4, TTML2 10.2.35).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Ruby {
    #[default]
    None,
    Base,
    Text,
}

/// The colours that have a default class in WebVTT (W3C WebVTT 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    White,
    Lime,
    Cyan,
    Red,
    Yellow,
    Magenta,
    Blue,
    Black,
}

impl Colour {
    const TABLE: [(Colour, &'static str, [u8; 3]); 8] = [
        (Colour::White, "white", [255, 255, 255]),
        (Colour::Lime, "lime", [0, 255, 0]),
        (Colour::Cyan, "cyan", [0, 255, 255]),
        (Colour::Red, "red", [255, 0, 0]),
        (Colour::Yellow, "yellow", [255, 255, 0]),
        (Colour::Magenta, "magenta", [255, 0, 255]),
        (Colour::Blue, "blue", [0, 0, 255]),
        (Colour::Black, "black", [0, 0, 0]),
    ];

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::TABLE.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    pub(super) fn from_rgb(rgb: [u8; 3]) -> Option<Self> {
        Self::TABLE.iter().find(|row| row.2 == rgb).map(|row| row.0)
    }

    /// The WebVTT class, which is the CSS and TTML name as well.
    pub(super) fn name(self) -> &'static str {
        Self::TABLE.iter().find(|row| row.0 == self).map_or("white", |row| row.1)
    }
}

/// Writes runs as WebVTT cue text (W3C WebVTT 3.4). Spaces collapse and blank lines go, as they would in rendering;
/// the text may hold anything.
pub(super) fn to_payload(runs: &[Run]) -> String {
    let mut writer = Writer::default();
    for run in runs {
        let tags = tags(run.style);
        run.text.chars().for_each(|character| writer.character(character, &tags));
    }
    writer.gap = None;
    writer.turn(&[]);
    writer.out
}

type Tag = (&'static str, &'static str);

/// Tags around a run, outermost first.
fn tags(style: Style) -> Vec<Tag> {
    let mut tags = Vec::new();
    match style.ruby {
        Ruby::None => {}
        Ruby::Base => tags.push(("ruby", "")),
        Ruby::Text => tags.extend([("ruby", ""), ("rt", "")]),
    }
    if let Some(colour) = style.colour.filter(|&colour| colour != Colour::White) {
        tags.push(("c", colour.name()));
    }
    let simple = [(style.bold, "b"), (style.italic, "i"), (style.underline, "u")];
    tags.extend(simple.into_iter().filter(|(on, _)| *on).map(|(_, name)| (name, "")));
    tags
}

#[derive(Default)]
struct Writer {
    out: String,
    open: Vec<Tag>,
    /// White space that waits for something to stand between.
    gap: Option<char>,
    begun: bool,
}

impl Writer {
    fn character(&mut self, character: char, tags: &[Tag]) {
        match character {
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => self.gap = Some('\n'),
            ' ' | '\t' => self.gap = self.gap.or(Some(' ')),
            '\0' => self.visible('\u{fffd}', tags),
            control if control.is_control() => {}
            other => self.visible(other, tags),
        }
    }

    fn visible(&mut self, character: char, tags: &[Tag]) {
        if self.gap.is_some() || self.open != tags {
            self.turn(tags);
        }
        self.begun = true;
        match character {
            '&' => self.out.push_str("&amp;"),
            '<' => self.out.push_str("&lt;"),
            '>' => self.out.push_str("&gt;"),
            other => self.out.push(other),
        }
    }

    /// Closes what is over, lets the waiting gap stand outside of it, and opens what begins.
    fn turn(&mut self, tags: &[Tag]) {
        let kept = self.open.iter().zip(tags).take_while(|(open, wanted)| open == wanted).count();
        for (name, _) in self.open.drain(kept..).rev() {
            self.out.push_str(&format!("</{name}>"));
        }
        if let Some(gap) = self.gap.take()
            && self.begun
        {
            self.out.push(gap);
        }
        for &(name, class) in tags.iter().skip(kept) {
            let dot = if class.is_empty() { "" } else { "." };
            self.out.push_str(&format!("<{name}{dot}{class}>"));
            self.open.push((name, class));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(text: &str, style: Style) -> Run {
        Run { style, text: text.to_owned() }
    }

    const ITALIC: Style = Style { italic: true, bold: false, underline: false, colour: None, ruby: Ruby::None };

    #[test]
    fn spaces_stand_outside_of_tags() {
        let runs = [run("a ", Style::default()), run("b ", ITALIC), run("c", Style::default())];
        assert_eq!(to_payload(&runs), "a <i>b</i> c");
    }

    #[test]
    fn tags_nest_and_close_in_order() {
        let both = Style { bold: true, ..ITALIC };
        let yellow = Style { colour: Some(Colour::Yellow), ..both };
        let runs = [run("a", yellow), run("b", both), run("c", ITALIC)];
        assert_eq!(to_payload(&runs), "<c.yellow><b><i>a</i></b></c><b><i>b</i></b><i>c</i>");
    }

    #[test]
    fn blank_lines_and_edges_go() {
        assert_eq!(to_payload(&[run(" \n a \r\n\u{2028} \n b  c\t\n", Style::default())]), "a\nb c");
        assert_eq!(to_payload(&[run(" \n ", ITALIC)]), "");
    }

    #[test]
    fn markup_and_arrows_are_escaped() {
        assert_eq!(to_payload(&[run("a <b> & c --> d", Style::default())]), "a &lt;b&gt; &amp; c --&gt; d");
        assert_eq!(to_payload(&[run("\u{7}a\0", Style::default())]), "a\u{fffd}");
    }

    #[test]
    fn ruby_pairs_share_one_element() {
        let base = Style { ruby: Ruby::Base, ..Style::default() };
        let over = Style { ruby: Ruby::Text, ..Style::default() };
        let runs = [run("漢", base), run("かん", over), run("字", base), run("じ", over), run("。", Style::default())];
        assert_eq!(to_payload(&runs), "<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>。");
    }

    proptest! {
        #[test]
        fn any_text_keeps_the_invariants(texts in prop::collection::vec((".{0,20}|[ \n<>-]{0,9}", any::<bool>()), 0..6)) {
            let runs: Vec<Run> =
                texts.iter().map(|(text, italic)| run(text, Style { italic: *italic, ..Style::default() })).collect();
            let payload = to_payload(&runs);
            prop_assert!(!payload.contains("-->") && !payload.contains("\n\n") && !payload.contains('\r'));
            prop_assert!(!payload.starts_with(['\n', ' ']) && !payload.ends_with(['\n', ' ']));
        }
    }
}
