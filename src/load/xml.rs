//! An XML document as a tree of elements, namespaces aside: an MPD is read by looking up and down in it.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

/// MPDs are some eight elements deep.
const MAX_DEPTH: usize = 64;

/// An element.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Element {
    /// Without prefix.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    /// Its own text.
    pub(super) text: String,
}

impl Element {
    /// Reads a document; the error says what is wrong and where.
    pub(super) fn parse(text: &str) -> Result<Element, String> {
        let mut reader = Reader::from_str(text);
        let mut open: Vec<Element> = vec![Element::default()];
        loop {
            let event = reader.read_event().map_err(|error| format!("byte {}: {error}", reader.error_position()))?;
            match event {
                Event::Start(start) if open.len() > MAX_DEPTH => {
                    let name = start.name().as_ref().to_owned();
                    return Err(format!("byte {}: <{name}> is nested too deep", reader.buffer_position()));
                }
                Event::Start(start) => open.push(Element::new(&start)),
                Event::Empty(start) => {
                    let element = Element::new(&start);
                    open.last_mut().map(|parent| parent.children.push(element)).unwrap_or_default();
                }
                Event::End(_) => {
                    if let Some(element) = open.pop()
                        && let Some(parent) = open.last_mut()
                    {
                        parent.children.push(element);
                    }
                }
                Event::Text(text) => {
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(text.trim());
                    }
                }
                Event::GeneralRef(reference) => {
                    let text = unescape(&format!("&{};", &*reference)).map(|text| text.into_owned());
                    if let (Some(element), Ok(text)) = (open.last_mut(), text) {
                        element.text.push_str(&text);
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        let root = open.into_iter().next().unwrap_or_default();
        root.children.into_iter().next().ok_or_else(|| "there is no element".to_owned())
    }

    fn new(start: &BytesStart) -> Element {
        let attributes = start.attributes().filter_map(Result::ok).map(|attribute| {
            let value = unescape(&attribute.value).unwrap_or_else(|_| attribute.value.clone()).into_owned();
            (attribute.key.local_name().as_ref().to_owned(), value)
        });
        Element {
            name: start.local_name().as_ref().to_owned(),
            attributes: attributes.collect(),
            children: Vec::new(),
            text: String::new(),
        }
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_becomes_a_tree() {
        let text =
            r#"<?xml version="1.0"?><d:MPD xmlns:d="u" type="a&amp;b"><BaseURL> x?a=1&amp;b=2 </BaseURL><E/></d:MPD>"#;
        let root = Element::parse(text).unwrap();
        assert_eq!((root.name.as_str(), root.attribute("type")), ("MPD", Some("a&b")));
        assert_eq!(root.child("BaseURL").map(|base| base.text.as_str()), Some("x?a=1&b=2"));
        assert_eq!((root.all("E").count(), root.attribute("none")), (1, None));
    }

    #[test]
    fn what_is_no_document_is_an_error() {
        assert!(Element::parse("").is_err());
        assert!(Element::parse("<a><b></a>").is_err());
        assert!(Element::parse(&"<a>".repeat(1000)).unwrap_err().contains("too deep"));
    }
}
