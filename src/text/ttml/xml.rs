//! XML as the TTML reader wants it: open, close and text, names resolved, everything bounded.
//!
//! Entities of a document type are not expanded, so none can grow; an unknown one is left out.

use super::super::{TextError, decode};
use super::namespace::Ns;
use quick_xml::NsReader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{QName, ResolveResult};

/// Deeper nesting than any caption document has a use for.
const DEEPEST: usize = 100;
/// Attributes of one element that are looked at.
const MOST_ATTRIBUTES: usize = 100;

#[derive(Debug)]
pub(super) enum Item {
    Open(Element),
    Close,
    Text(String),
    End,
}

#[derive(Debug)]
pub(super) struct Element {
    pub(super) ns: Ns,
    /// Name without prefix.
    pub(super) local: String,
    attributes: Vec<(Ns, String, String)>,
}

impl Element {
    /// Whether this is the TTML element of that name; in documents without namespaces, any of that name.
    pub(super) fn is(&self, local: &str) -> bool {
        matches!(self.ns, Ns::Tt | Ns::None) && self.local == local
    }

    pub(super) fn get(&self, ns: Ns, local: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, name, _)| *found == ns && name == local).map(|(.., value)| value.as_str())
    }

    /// An attribute of TTML itself, which is in no namespace.
    pub(super) fn plain(&self, local: &str) -> Option<&str> {
        self.get(Ns::None, local)
    }
}

pub(super) struct Xml<'a> {
    text: &'a str,
    reader: NsReader<&'a [u8]>,
    /// Open elements.
    depth: usize,
    /// Where lines were last counted, and the line there.
    counted: (usize, u32),
}

impl<'a> Xml<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut reader = NsReader::from_str(text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        Xml { text, reader, depth: 0, counted: (0, 1) }
    }

    /// The line that is being read. Counts on from where it counted last, so that asking often costs little.
    pub(super) fn line(&mut self) -> u32 {
        let at = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX).min(self.text.len());
        let (from, line) = self.counted;
        let between = self.text.as_bytes().get(from..at).unwrap_or_default();
        self.counted = (at.max(from), line.saturating_add(decode::line_after(between) - 1));
        self.counted.1
    }

    fn error(&mut self, problem: impl Into<String>) -> TextError {
        TextError::new(self.line(), problem)
    }

    pub(super) fn next(&mut self) -> Result<Item, TextError> {
        loop {
            let event = match self.reader.read_event() {
                Ok(event) => event,
                Err(error) => return Err(self.error(format!("the XML is not well-formed: {error}"))),
            };
            return Ok(match event {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > DEEPEST {
                        return Err(self.error(format!("elements are nested deeper than {DEEPEST}")));
                    }
                    Item::Open(self.element(&start))
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Item::Close
                }
                Event::Text(text) => Item::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Item::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => Item::Text(referenced(&reference)),
                Event::Eof if self.depth > 0 => {
                    return Err(self.error("the file ends within an element; is it complete?"));
                }
                Event::Eof => Item::End,
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => continue,
            });
        }
    }

    /// Passes over what is left of the element that was opened last.
    pub(super) fn skip(&mut self) -> Result<(), TextError> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.next()?;
        }
        Ok(())
    }

    fn element(&self, start: &BytesStart) -> Element {
        let (ns, local) = self.resolved(start.name(), true);
        let mut attributes = Vec::new();
        for attribute in start.attributes().with_checks(false).take(MOST_ATTRIBUTES).flatten() {
            let (ns, local) = self.resolved(attribute.key, false);
            if ns != Ns::Other {
                attributes.push((ns, local, unescaped(&attribute.value)));
            }
        }
        Element { ns, local, attributes }
    }

    fn resolved(&self, name: QName, element: bool) -> (Ns, String) {
        let resolver = self.reader.resolver();
        let (result, local) = if element { resolver.resolve_element(name) } else { resolver.resolve_attribute(name) };
        let ns = match result {
            ResolveResult::Bound(namespace) => Ns::of(namespace.as_ref()),
            ResolveResult::Unbound => Ns::None,
            ResolveResult::Unknown(prefix) => Ns::of_prefix(&prefix),
        };
        (ns, local.as_ref().to_owned())
    }
}

fn unescaped(value: &str) -> String {
    quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), |value| value.into_owned())
}

fn referenced(reference: &BytesRef) -> String {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => character.to_string(),
        Err(_) => '\u{fffd}'.to_string(),
        Ok(None) => match &**reference {
            // HTML authors expect it everywhere.
            "nbsp" => "\u{a0}".to_owned(),
            name => quick_xml::escape::resolve_predefined_entity(name).unwrap_or_default().to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &str) -> Result<Vec<String>, TextError> {
        let mut xml = Xml::new(text);
        let mut items = Vec::new();
        loop {
            items.push(match xml.next()? {
                Item::Open(element) => format!("<{:?} {}>", element.ns, element.local),
                Item::Close => "</>".to_owned(),
                Item::Text(text) => text,
                Item::End => return Ok(items),
            });
        }
    }

    #[test]
    fn names_are_resolved() {
        let text = r#"<x:tt xmlns:x="http://www.w3.org/ns/ttml"><y xmlns="urn:y"/><z/></x:tt>"#;
        assert_eq!(items(text).unwrap(), ["<Tt tt>", "<Other y>", "</>", "<None z>", "</>", "</>"]);
    }

    #[test]
    fn references_are_resolved_and_entities_are_not() {
        let text =
            "<!DOCTYPE tt [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><tt>&b;&lt;&#65;&#0;&nbsp;<![CDATA[<]]></tt>";
        assert_eq!(items(text).unwrap().concat(), "<None tt><A\u{fffd}\u{a0}<</>");
    }

    #[test]
    fn attributes_by_namespace() {
        let text = "<tt xmlns:s=\"http://www.w3.org/ns/ttml#styling\" s:color=\"a&amp;b\" color='c' xml:lang=\"en\"/>";
        let mut xml = Xml::new(text);
        let Item::Open(element) = xml.next().unwrap() else { panic!("an element is expected") };
        assert_eq!(element.get(Ns::Styling, "color"), Some("a&b"));
        assert_eq!(element.plain("color"), Some("c"));
        assert_eq!(element.get(Ns::Xml, "lang"), Some("en"));
    }

    #[test]
    fn faults_have_their_line() {
        let error = items("<tt>\n<a>\n</b>\n</tt>").unwrap_err();
        assert_eq!((error.line, error.problem.contains("well-formed")), (3, true), "{error}");
        assert!(items("<tt>\n<a>").unwrap_err().problem.contains("complete"));
    }

    #[test]
    fn nesting_is_bounded() {
        assert!(items(&"<a>".repeat(100_000)).unwrap_err().problem.contains("nested"));
    }

    #[test]
    fn a_flood_of_attributes_is_passed_over() {
        let text = format!("<tt{}/>", " a=\"\"".repeat(100_000));
        assert_eq!(items(&text).unwrap(), ["<None tt>", "</>"]);
    }
}
