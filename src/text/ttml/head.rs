//! The head of a TTML document: styles that refer to styles, and the regions that text is put into.

use super::super::TextError;
use super::namespace::Ns;
use super::region::Canvas;
use super::style::StyleSet;
use super::xml::{Element, Item, Xml};
use std::collections::HashMap;

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
    use super::super::super::runs::Colour;
    use super::super::style::{DisplayAlign, TextAlign};
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
}
