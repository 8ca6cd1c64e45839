//! An MPD being written: elements, one a line, and what all MPDs have.

use crate::track::is_xml_character;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::io::Write;

/// A document being written. Writing to memory does not fail.
pub(in crate::manifest) struct Document<A> {
    xml: Writer<Vec<u8>>,
    /// What the writer goes by.
    pub(in crate::manifest) about: A,
}

impl<A> Document<A> {
    pub(in crate::manifest) fn new(about: A) -> Document<A> {
        let mut document = Document { xml: Writer::new(Vec::with_capacity(16 * 1024)), about };
        document.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        document
    }

    fn event(&mut self, event: Event) {
        let _ = self.xml.write_event(event);
    }

    pub(in crate::manifest) fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        content: impl FnOnce(&mut Self),
    ) {
        self.line();
        self.event(Event::Start(BytesStart::new(name).with_attributes(attributes.iter().copied())));
        content(self);
        self.line();
        self.event(Event::End(BytesEnd::new(name)));
    }

    pub(in crate::manifest) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.line();
        self.event(Event::Empty(BytesStart::new(name).with_attributes(attributes.iter().copied())));
    }

    pub(in crate::manifest) fn text_element(&mut self, name: &str, text: &str) {
        self.line();
        self.event(Event::Start(BytesStart::new(name)));
        let text: String = text.chars().filter(|&c| is_xml_character(c)).collect();
        self.event(Event::Text(BytesText::new(&text)));
        self.event(Event::End(BytesEnd::new(name)));
    }

    pub(in crate::manifest) fn descriptor(&mut self, name: &str, scheme: &str, value: &str) {
        self.empty(name, &[("schemeIdUri", scheme), ("value", value)]);
    }

    /// Times and durations, runs of equal durations as one (ISO/IEC 23009-1 5.3.9.6). Only digits are written here, so
    /// they go out as they are.
    pub(in crate::manifest) fn timeline(&mut self, segments: impl Iterator<Item = (u64, u64)>) {
        let mut segments = segments.peekable();
        let mut first = true;
        while let Some((time, duration)) = segments.next() {
            let mut repeats = 0;
            while segments.next_if(|(_, next)| *next == duration).is_some() {
                repeats += 1;
            }
            let out = self.xml.get_mut();
            let _ = match first {
                true => write!(out, "\n<S t=\"{time}\" d=\"{duration}\""),
                false => write!(out, "\n<S d=\"{duration}\""),
            };
            let _ = if repeats > 0 { write!(out, " r=\"{repeats}\"/>") } else { write!(out, "/>") };
            first = false;
        }
    }

    /// One element a line: manifests are read by people, too.
    fn line(&mut self) {
        self.xml.get_mut().push(b'\n');
    }

    pub(in crate::manifest) fn finish(self) -> String {
        let mut bytes = self.xml.into_inner();
        bytes.push(b'\n');
        String::from_utf8(bytes).unwrap_or_default()
    }
}
