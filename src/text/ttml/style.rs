//! TTML styling (W3C TTML1 8, TTML2 10): what an element says of its look.

use super::super::runs::{Colour, Ruby, Style};
use super::namespace::Ns;
use super::region::{Canvas, Pair};
use super::xml::Element;

/// What is said of a look; `None` where nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct StyleSet {
    pub(super) italic: Option<bool>,
    pub(super) bold: Option<bool>,
    pub(super) underline: Option<bool>,
    /// `Some(None)` is a colour without a name in WebVTT.
    pub(super) colour: Option<Option<Colour>>,
    pub(super) hidden: Option<bool>,
    pub(super) forced: Option<bool>,
    pub(super) ruby: Option<RubyPart>,
    pub(super) text_align: Option<TextAlign>,
    // Those below are not inherited by content.
    pub(super) no_display: Option<bool>,
    pub(super) display_align: Option<DisplayAlign>,
    pub(super) writing_mode: Option<WritingMode>,
    /// Percent of the picture, across and down.
    pub(super) origin: Option<Pair>,
    pub(super) extent: Option<Pair>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RubyPart {
    /// Holds bases and texts, and no words of its own.
    Container,
    Base,
    Text,
    /// Brackets for readers that know no ruby.
    Delimiter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextAlign {
    Start,
    Left,
    Center,
    Right,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DisplayAlign {
    Before,
    Center,
    After,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WritingMode {
    Horizontal,
    RightToLeft,
    LeftToRight,
}

impl StyleSet {
    /// The attributes of an element.
    pub(super) fn of(element: &Element, canvas: &Canvas) -> Self {
        let style = |name| element.get(Ns::Styling, name).map(str::trim);
        StyleSet {
            italic: style("fontStyle").map(|value| matches!(value, "italic" | "oblique")),
            bold: style("fontWeight").map(|value| value == "bold"),
            underline: style("textDecoration")
                .map(|value| value.split_ascii_whitespace().any(|word| word == "underline")),
            colour: style("color").map(colour),
            hidden: style("visibility").map(|value| value == "hidden"),
            forced: element.get(Ns::Imsc, "forcedDisplay").map(|value| matches!(value.trim(), "true" | "1")),
            ruby: style("ruby").and_then(ruby_part),
            text_align: style("textAlign").and_then(text_align),
            no_display: style("display").map(|value| value == "none"),
            display_align: style("displayAlign").and_then(display_align),
            writing_mode: style("writingMode").map(writing_mode),
            origin: style("origin").and_then(|value| canvas.pair(value)),
            extent: style("extent").and_then(|value| canvas.pair(value)),
        }
    }

    /// This, and where it says nothing, `other`.
    pub(super) fn or(self, other: StyleSet) -> Self {
        StyleSet {
            italic: self.italic.or(other.italic),
            bold: self.bold.or(other.bold),
            underline: self.underline.or(other.underline),
            colour: self.colour.or(other.colour),
            hidden: self.hidden.or(other.hidden),
            forced: self.forced.or(other.forced),
            ruby: self.ruby.or(other.ruby),
            text_align: self.text_align.or(other.text_align),
            no_display: self.no_display.or(other.no_display),
            display_align: self.display_align.or(other.display_align),
            writing_mode: self.writing_mode.or(other.writing_mode),
            origin: self.origin.or(other.origin),
            extent: self.extent.or(other.extent),
        }
    }

    /// What children have of it.
    pub(super) fn inherited(self) -> Self {
        StyleSet { no_display: None, display_align: None, writing_mode: None, origin: None, extent: None, ..self }
    }

    /// The look of text; `None` for text that is not to be shown.
    pub(super) fn text(self) -> Option<Style> {
        let ruby = match self.ruby {
            None => Ruby::None,
            Some(RubyPart::Base) => Ruby::Base,
            Some(RubyPart::Text) => Ruby::Text,
            Some(RubyPart::Container | RubyPart::Delimiter) => return None,
        };
        (self.hidden != Some(true)).then(|| Style {
            italic: self.italic == Some(true),
            bold: self.bold == Some(true),
            underline: self.underline == Some(true),
            colour: self.colour.flatten(),
            ruby,
        })
    }
}

fn ruby_part(value: &str) -> Option<RubyPart> {
    match value {
        "container" | "baseContainer" | "textContainer" => Some(RubyPart::Container),
        "base" => Some(RubyPart::Base),
        "text" => Some(RubyPart::Text),
        "delimiter" => Some(RubyPart::Delimiter),
        _ => None,
    }
}

fn text_align(value: &str) -> Option<TextAlign> {
    match value {
        "start" => Some(TextAlign::Start),
        "left" => Some(TextAlign::Left),
        "center" => Some(TextAlign::Center),
        "right" => Some(TextAlign::Right),
        "end" => Some(TextAlign::End),
        _ => None,
    }
}

fn display_align(value: &str) -> Option<DisplayAlign> {
    match value {
        "before" => Some(DisplayAlign::Before),
        "center" => Some(DisplayAlign::Center),
        "after" => Some(DisplayAlign::After),
        _ => None,
    }
}

fn writing_mode(value: &str) -> WritingMode {
    match value {
        "tbrl" | "tb" => WritingMode::RightToLeft,
        "tblr" => WritingMode::LeftToRight,
        _ => WritingMode::Horizontal,
    }
}

/// `#rrggbb`, `#rrggbbaa`, `rgb(…)`, `rgba(…)` or a name, where it is one of the plain colours (TTML1 8.3.2).
fn colour(value: &str) -> Option<Colour> {
    let value = value.to_ascii_lowercase();
    if let Some(digits) = value.strip_prefix('#') {
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        return Colour::from_rgb([part(0)?, part(2)?, part(4)?]);
    }
    if let Some(list) = value.strip_prefix("rgba(").or(value.strip_prefix("rgb(")) {
        let mut parts = list.trim_end_matches(')').split(',').map(|part| part.trim().parse().ok());
        return Colour::from_rgb([parts.next()??, parts.next()??, parts.next()??]);
    }
    match value.as_str() {
        "aqua" => Some(Colour::Cyan),
        "fuchsia" => Some(Colour::Magenta),
        name => Colour::from_name(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours() {
        for text in ["yellow", "Yellow", "#ffff00", "#FFFF00ff", "rgb(255,255,0)", "rgba(255, 255, 0, 255)"] {
            assert_eq!(colour(text), Some(Colour::Yellow), "{text}");
        }
        for text in ["", "#ff", "#ffff0", "#éé", "rgb(1)", "rgb(300,0,0)", "green", "#123456", "transparent"] {
            assert_eq!(colour(text), None, "{text}");
        }
    }
}
