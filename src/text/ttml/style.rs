//! TTML styling (W3C TTML1 8, TTML2 10): what an element says of its look, and the styles and regions of the head.

use super::super::TextError;
use super::super::runs::{Colour, Ruby, Style};
use super::namespace::Ns;
use super::region::{Canvas, Pair};
use super::xml::{Element, Item, Xml};
use std::collections::HashMap;

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

/// The styles and regions of the head.
#[derive(Debug, Default)]
pub(super) struct Styles {
    canvas: Canvas,
    places: HashMap<String, usize>,
    styles: Vec<Definition>,
    regions: HashMap<String, Definition>,
}

#[derive(Debug, Default)]
struct Definition {
    set: StyleSet,
    /// Names of the styles it refers to, the last counting most.
    references: String,
    resolved: bool,
}

impl Styles {
    pub(super) fn root(&mut self, root: &Element) {
        self.canvas = Canvas::of(root);
    }

    /// Reads the `head`, which has just been opened, to its end.
    pub(super) fn read_head(&mut self, xml: &mut Xml) -> Result<(), TextError> {
        self.each_child(xml, |styles, element, xml| match element.local.as_str() {
            "styling" => styles.each_child(xml, Styles::style),
            "layout" => styles.each_child(xml, Styles::region),
            _ => xml.skip(),
        })?;
        self.resolve();
        Ok(())
    }

    /// Hands each child of the open element to `visit`, which must read it to its end.
    fn each_child(
        &mut self,
        xml: &mut Xml,
        mut visit: impl FnMut(&mut Self, Element, &mut Xml) -> Result<(), TextError>,
    ) -> Result<(), TextError> {
        loop {
            match xml.next()? {
                Item::Open(element) => visit(self, element, xml)?,
                Item::Text(_) => {}
                Item::Close | Item::End => return Ok(()),
            }
        }
    }

    fn style(&mut self, element: Element, xml: &mut Xml) -> Result<(), TextError> {
        if let Some(id) = element.get(Ns::Xml, "id").or(element.plain("id")).filter(|_| element.is("style")) {
            self.places.insert(id.to_owned(), self.styles.len());
            self.styles.push(self.definition(&element));
        }
        xml.skip()
    }

    /// A region says its look itself, or in style elements within it.
    fn region(&mut self, element: Element, xml: &mut Xml) -> Result<(), TextError> {
        if !element.is("region") {
            return xml.skip();
        }
        let mut region = self.definition(&element);
        self.each_child(xml, |styles, child, xml| {
            if child.is("style") {
                let nested = styles.definition(&child);
                region.set = region.set.or(nested.set);
                region.references.push(' ');
                region.references.push_str(&nested.references);
            }
            xml.skip()
        })?;
        if let Some(id) = element.get(Ns::Xml, "id").or(element.plain("id")) {
            self.regions.insert(id.to_owned(), region);
        }
        Ok(())
    }

    fn definition(&self, element: &Element) -> Definition {
        let references = element.plain("style").unwrap_or_default().to_owned();
        Definition { set: StyleSet::of(element, &self.canvas), references, resolved: false }
    }

    /// Lets styles have what those they refer to say. In rounds, so that any order works and a circle ends.
    fn resolve(&mut self) {
        const ROUNDS: usize = 8;
        for _ in 0..ROUNDS {
            for place in 0..self.styles.len() {
                let Some(style) = self.styles.get(place).filter(|style| !style.resolved) else { continue };
                let ready = self.named(&style.references).all(|named| named.resolved);
                if ready {
                    let set = style.set.or(self.referenced(&style.references));
                    self.styles[place] = Definition { set, references: String::new(), resolved: true };
                }
            }
        }
        let regions = std::mem::take(&mut self.regions);
        let resolved = |(id, region): (String, Definition)| {
            let set = region.set.or(self.referenced(&region.references));
            (id, Definition { set, references: String::new(), resolved: true })
        };
        self.regions = regions.into_iter().map(resolved).collect();
    }

    fn named<'a>(&'a self, references: &'a str) -> impl DoubleEndedIterator<Item = &'a Definition> {
        let known = |name: &str| self.styles.get(*self.places.get(name)?);
        references.split_ascii_whitespace().filter_map(known)
    }

    /// What a list of style names says together.
    fn referenced(&self, references: &str) -> StyleSet {
        self.named(references).rev().fold(StyleSet::default(), |set, named| set.or(named.set))
    }

    /// What an element of the body says: its own attributes, then the styles it names.
    pub(super) fn of(&self, element: &Element) -> StyleSet {
        StyleSet::of(element, &self.canvas).or(self.referenced(element.plain("style").unwrap_or_default()))
    }

    pub(super) fn region_set(&self, id: &str) -> Option<StyleSet> {
        self.regions.get(id).map(|region| region.set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMESPACES: &str = "xmlns=\"http://www.w3.org/ns/ttml\" xmlns:tts=\"http://www.w3.org/ns/ttml#styling\"";

    fn styles(head: &str) -> Styles {
        let text = format!("<head {NAMESPACES}>{head}</head>");
        let mut xml = Xml::new(&text);
        xml.next().unwrap();
        let mut styles = Styles::default();
        styles.read_head(&mut xml).unwrap();
        styles
    }

    fn element(attributes: &str) -> Element {
        let text = format!("<p {NAMESPACES} {attributes}/>");
        match Xml::new(&text).next().unwrap() {
            Item::Open(element) => element,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn styles_refer_to_styles_in_any_order() {
        let styles = styles(
            "<styling><style xml:id=\"a\" style=\"b\" tts:fontStyle=\"italic\"/>\
             <style xml:id=\"b\" tts:fontStyle=\"normal\" tts:fontWeight=\"bold\"/>\
             <style xml:id=\"c\" tts:fontWeight=\"normal\"/></styling>",
        );
        let set = styles.of(&element("style=\"a c\" tts:color=\"#FFFF00\""));
        assert_eq!((set.italic, set.bold, set.colour), (Some(true), Some(false), Some(Some(Colour::Yellow))));
        assert_eq!(styles.of(&element("style=\"none\"")), StyleSet::default());
    }

    #[test]
    fn styles_in_a_circle_end() {
        let styles = styles("<styling><style xml:id=\"a\" style=\"b\"/><style xml:id=\"b\" style=\"a\"/></styling>");
        assert_eq!(styles.of(&element("style=\"a\"")), StyleSet::default());
    }

    #[test]
    fn regions_have_attributes_nested_styles_and_references() {
        let styles = styles(
            "<styling><style xml:id=\"s\" tts:textAlign=\"center\"/></styling><layout>\
             <region xml:id=\"r\" style=\"s\" tts:origin=\"10% 20%\"><style tts:extent=\"80% 10%\"/>\
             <style tts:displayAlign=\"after\"/></region></layout>",
        );
        let region = styles.region_set("r").unwrap();
        assert_eq!((region.origin, region.extent), (Some((10.0, 20.0)), Some((80.0, 10.0))));
        assert_eq!((region.display_align, region.text_align), (Some(DisplayAlign::After), Some(TextAlign::Center)));
        assert_eq!(styles.region_set("x"), None);
    }

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
