//! An XML document as a tree of elements that know where in the text they stand, to the byte: so an edit can change one
//! value and leave everything else as it was written.
//!
//! Entities of a document type are not expanded, so none can grow. Names are compared as [`same_name`] says.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::Event;
use std::ops::Range;

/// Server manifests are five elements deep.
const DEEPEST: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Element {
    /// As it is written, with its prefix.
    pub(super) name: String,
    /// From `<` to `>`.
    pub(super) open: Range<usize>,
    /// What stands between the tags; empty, at the tag's end, for `<a/>`.
    pub(super) inner: Range<usize>,
    /// With the end tag.
    pub(super) whole: Range<usize>,
    /// Written as `<a/>`.
    pub(super) is_empty_tag: bool,
    pub(super) attributes: Vec<Attribute>,
    pub(super) children: Vec<Element>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attribute {
    pub(super) name: String,
    /// What it says, references resolved.
    pub(super) value: String,
    /// Name, value and quotes.
    pub(super) whole: Range<usize>,
    /// Between the quotes.
    pub(super) inner: Range<usize>,
    /// The mark around the value, if there is one.
    pub(super) quote: Option<char>,
}

/// Why a text is no XML document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct XmlError {
    pub(super) at: usize,
    pub(super) problem: String,
}

/// Whether two names are the same to people: letter case, `-` and `_` aside.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    let letters = |name: &str| {
        let letters = name.bytes().filter(|b| !matches!(b, b'-' | b'_'));
        letters.map(|b| b.to_ascii_lowercase()).collect::<Vec<_>>().into_iter()
    };
    letters(one).eq(letters(other))
}

impl Element {
    /// Reads a document of one root element.
    pub(super) fn parse(text: &str) -> Result<Element, XmlError> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().allow_dangling_amp = true;
        let mut open: Vec<Element> = Vec::new();
        let mut root = None;
        loop {
            let start = position(reader.buffer_position());
            let event = reader.read_event();
            let span = start..position(reader.buffer_position());
            let fault = |problem: String| XmlError { at: span.start, problem };
            let closed = match event {
                Err(error) => return Err(fault(format!("the XML is not well-formed: {error}"))),
                Ok(Event::Eof) => break,
                Ok(Event::Start(_)) if open.len() >= DEEPEST => {
                    return Err(fault(format!("elements are nested deeper than {DEEPEST}")));
                }
                Ok(Event::Start(tag)) => {
                    open.push(Element::opened(text, tag.name().as_ref(), span, false));
                    continue;
                }
                Ok(Event::Empty(tag)) => Element::opened(text, tag.name().as_ref(), span, true),
                Ok(Event::End(_)) => match open.pop() {
                    Some(mut element) => {
                        element.inner.end = span.start;
                        element.whole.end = span.end;
                        element
                    }
                    None => {
                        return Err(fault("the XML is not well-formed: an element ends that did not begin".to_owned()));
                    }
                },
                Ok(_) => continue,
            };
            match open.last_mut() {
                Some(parent) => parent.children.push(closed),
                None if root.is_none() => root = Some(closed),
                None => {
                    return Err(XmlError {
                        at: closed.open.start,
                        problem: "there is a second root element".to_owned(),
                    });
                }
            }
        }
        match (open.pop(), root) {
            (Some(element), _) => {
                let problem = format!("<{}> is not ended; is the document complete?", element.name);
                Err(XmlError { at: element.open.start, problem })
            }
            (None, None) => Err(XmlError { at: 0, problem: "there is no element".to_owned() }),
            (None, Some(root)) => Ok(root),
        }
    }

    /// An element of which the first tag was read.
    fn opened(text: &str, name: &str, span: Range<usize>, is_empty_tag: bool) -> Element {
        let tag = text.get(span.clone()).unwrap_or_default();
        let end = span.start + tag.trim_end_matches('>').trim_end_matches('/').len();
        Element {
            name: name.to_owned(),
            attributes: attributes(text, (span.start + 1 + name.len()).min(end)..end),
            children: Vec::new(),
            inner: span.end..span.end,
            whole: span.clone(),
            open: span,
            is_empty_tag,
        }
    }

    /// The name without its prefix.
    pub(super) fn local_name(&self) -> &str {
        local(&self.name)
    }

    /// The prefix with its colon; empty where there is none.
    pub(super) fn prefix(&self) -> &str {
        self.name.strip_suffix(self.local_name()).unwrap_or_default()
    }

    pub(super) fn is(&self, name: &str) -> bool {
        same_name(self.local_name(), name)
    }

    /// The attributes of that name; a document should have one.
    pub(super) fn attributes_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Attribute> {
        self.attributes.iter().filter(move |attribute| same_name(local(&attribute.name), name))
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| same_name(local(&attribute.name), name))
    }

    /// The children `<param name="{name}">` or `<meta name="{name}">`.
    pub(super) fn children_named<'a>(&'a self, element: &'a str, name: &'a str) -> impl Iterator<Item = &'a Element> {
        let says = move |child: &&Element| {
            child.is(element) && child.attribute("name").is_some_and(|found| same_name(found.value.trim(), name))
        };
        self.children.iter().filter(says)
    }

    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.is(name))
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn position(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// The attributes in `span`, whatever stands between them.
fn attributes(text: &str, span: Range<usize>) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    let mut rest = Cursor { text: text.get(..span.end).unwrap_or_default(), at: span.start };
    loop {
        rest.pass(|c| c.is_ascii_whitespace());
        let start = rest.at;
        rest.pass(|c| !c.is_ascii_whitespace() && c != '=');
        let name = start..rest.at;
        let mut inner = rest.at..rest.at;
        let mut end = rest.at;
        let mut quote = None;
        rest.pass(|c| c.is_ascii_whitespace());
        if rest.take('=') {
            rest.pass(|c| c.is_ascii_whitespace());
            quote = ['"', '\''].into_iter().find(|quote| rest.take(*quote));
            let begin = rest.at;
            match quote {
                Some(quote) => rest.pass(|c| c != quote),
                None => rest.pass(|c| !c.is_ascii_whitespace()),
            }
            inner = begin..rest.at;
            if let Some(quote) = quote {
                rest.take(quote);
            }
            end = rest.at;
        }
        if end == start {
            return attributes;
        }
        attributes.push(Attribute {
            name: text.get(name).unwrap_or_default().to_owned(),
            value: value(text.get(inner.clone()).unwrap_or_default()),
            whole: start..end,
            inner,
            quote,
        });
    }
}

/// What a written value says: line ends and tabs are spaces (XML 1.0 3.3.3), references are resolved where they can be.
fn value(written: &str) -> String {
    let spaced: String = written.chars().map(|c| if c.is_ascii_whitespace() { ' ' } else { c }).collect();
    unescape(&spaced).map(|value| value.into_owned()).unwrap_or(spaced)
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn pass(&mut self, is_passed: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is_passed).len();
    }

    fn take(&mut self, c: char) -> bool {
        let is_next = self.rest().starts_with(c);
        self.at += if is_next { c.len_utf8() } else { 0 };
        is_next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_what_is_written() {
        let text =
            "<?xml version='1.0'?>\r\n<!-- c --><s:smil  A = 'x&amp;y'\tb=\"\"  >é<Param n=1 /><b></b></s:smil>\n";
        let root = Element::parse(text).unwrap();
        let at = |span: &Range<usize>| &text[span.clone()];
        assert!(at(&root.whole).starts_with("<s:smil") && at(&root.whole).ends_with("</s:smil>"));
        assert_eq!(at(&root.inner), "é<Param n=1 /><b></b>");
        assert_eq!((root.local_name(), root.prefix()), ("smil", "s:"));
        let a = root.attribute("a").unwrap();
        assert_eq!((at(&a.whole), at(&a.inner), a.value.as_str()), ("A = 'x&amp;y'", "x&amp;y", "x&y"));
        let b = root.attribute("b").unwrap();
        assert_eq!((at(&b.whole), at(&b.inner)), ("b=\"\"", ""));
        let param = root.child("param").unwrap();
        assert_eq!(
            (at(&param.whole), param.is_empty_tag, param.attribute("n").unwrap().quote),
            ("<Param n=1 />", true, None)
        );
        assert_eq!(at(&root.children[1].inner), "");
    }

    #[test]
    fn odd_attributes_are_read_too() {
        let root = Element::parse("<a flag b=c d='1' d='2' e=\"&#10;&nope;\n\"/>").unwrap();
        let values: Vec<_> = root.attributes.iter().map(|a| (a.name.as_str(), a.value.as_str())).collect();
        assert_eq!(values, [("flag", ""), ("b", "c"), ("d", "1"), ("d", "2"), ("e", "&#10;&nope; ")]);
    }

    #[test]
    fn names_are_the_same_to_people() {
        assert!(same_name("systemBitrate", "system-bitrate") && same_name("SRC", "src") && same_name("a_b", "AB"));
        assert!(!same_name("src", "srcs") && !same_name("", "a"));
    }

    #[test]
    fn what_is_no_document_is_refused_where_it_lies() {
        for (text, at) in [("", 0), ("x", 0), ("<a><b></a>", 6), ("<a/><b/>", 4), ("<a><b>", 3), ("<a", 0), ("</a>", 0)]
        {
            assert_eq!(Element::parse(text).unwrap_err().at, at, "{text}");
        }
        assert!(Element::parse(&"<a>".repeat(100_000)).unwrap_err().problem.contains("nested"));
    }

    #[test]
    fn entities_do_not_grow() {
        let text = "<!DOCTYPE a [<!ENTITY x \"yyyyyyyyyy\"><!ENTITY z \"&x;&x;\">]><a b=\"&z;\">&z;</a>";
        assert_eq!(Element::parse(text).unwrap().attribute("b").unwrap().value, "&z;");
    }
}
