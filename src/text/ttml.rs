//! Reads TTML (W3C TTML1, TTML2) and its dialects: IMSC1 text profile, EBU-TT-D, SMPTE-TT with text, DFXP.
//!
//! What becomes of it: a `<p>` is a cue, or several if spans within it are timed apart. Italic, bold, underline, ruby
//! and the plain colours stay; a region becomes line, position and alignment of the cue. Metadata, animation and
//! pictures are left out.
//!
//! The document is read as a stream: nothing is kept but styles, regions, open elements and cues. Entities of a DTD are
//! never expanded, nesting is bounded, and what one byte of input may cost is bounded.

mod content;
mod head;
mod namespace;
mod paragraph;
mod region;
mod style;
mod time;
mod xml;

use super::timestamp::LATEST;
use super::warnings::{Warnings, excerpt};
use super::{Captions, Cue, TextError, decode};
use crate::track::Language;
use content::{Content, Head};
use head::Styles;
use namespace::Ns;
use std::ops::Range;
use time::Clock;
use xml::{Element, Item, Xml};

/// Reads a TTML document. What cannot be read is left out with a warning; a document that is not well-formed, whose
/// root is not `tt`, or that has pictures instead of text is an error.
pub fn read_ttml(bytes: &[u8]) -> Result<Captions, TextError> {
    Reader::new(bytes.len(), None).read(bytes)
}

/// Reads the document of one sample, shown during `window` (milliseconds): times are on the track's timeline and cues
/// are clipped to the window (ISO/IEC 14496-30 5.4).
pub(super) fn read_within(bytes: &[u8], window: Range<u64>) -> Result<Captions, TextError> {
    Reader::new(bytes.len(), Some(window)).read(bytes)
}

/// A cue whose end may not be said.
#[derive(Debug, PartialEq, Eq)]
struct OpenCue {
    start: u64,
    end: Option<u64>,
    settings: String,
    payload: String,
    forced: bool,
}

struct Reader {
    window: Option<Range<u64>>,
    language: Option<Language>,
    clock: Clock,
    image_profile: bool,
    styles: Styles,
    content: Content,
    warnings: Warnings,
}

impl Reader {
    fn new(bytes: usize, window: Option<Range<u64>>) -> Self {
        Reader {
            window,
            language: None,
            clock: Clock::default(),
            image_profile: false,
            styles: Styles::default(),
            content: Content::new(bytes),
            warnings: Warnings::default(),
        }
    }

    fn read(mut self, bytes: &[u8]) -> Result<Captions, TextError> {
        let text = decode::utf8_or_utf16(bytes)?;
        let mut xml = Xml::new(&text);
        let root = loop {
            match xml.next()? {
                Item::Open(element) => break element,
                Item::Text(_) | Item::Close => {}
                Item::End => return Err(TextError::new(xml.line(), "the file has no element; is it a TTML document?")),
            }
        };
        if !root.is("tt") {
            let problem = format!("the root element is {}, not tt of TTML", excerpt(&root.local));
            return Err(TextError::new(xml.line(), problem));
        }
        self.root(&root, xml.line());
        loop {
            match xml.next()? {
                Item::Open(element) if element.is("head") => self.styles.read_head(&mut xml)?,
                Item::Open(element) if element.is("body") => {
                    let head = Head { clock: self.clock, styles: &self.styles };
                    self.content.read_body(&element, &mut xml, head, &mut self.warnings)?;
                }
                Item::Open(_) => xml.skip()?,
                Item::Text(_) | Item::Close => {}
                Item::End => break,
            }
        }
        self.finish()
    }

    fn root(&mut self, root: &Element, line: u32) {
        if root.ns == Ns::None {
            self.warnings.add(line, "tt is in no namespace; read as TTML all the same");
        }
        if let Some(tag) = root.get(Ns::Xml, "lang").filter(|tag| !tag.trim().is_empty()) {
            match Language::parse(tag.trim()) {
                Ok(language) => self.language = Some(language),
                Err(error) => self.warnings.add(line, error),
            }
        }
        self.clock = Clock::of(root);
        self.styles.root(root);
        self.content.root_space(root);
        let profiles = ["profile", "contentProfiles"].map(|name| root.get(Ns::Parameter, name).unwrap_or_default());
        self.image_profile = profiles.iter().any(|profile| profile.contains("/image"));
    }

    fn finish(mut self) -> Result<Captions, TextError> {
        let Content { cues, images, .. } = self.content;
        if cues.is_empty() && (images > 0 || self.image_profile) {
            let problem = "the document has pictures instead of text, and image subtitles are not served: \
                           use a text version of it";
            return Err(TextError::new(1, problem));
        }
        if images > 0 {
            self.warnings.note(|| format!("{images} pictures were left out: image subtitles are not served"));
        }
        let forced = cues.iter().filter(|cue| cue.forced).count();
        let all_forced = forced > 0 && forced == cues.len();
        if forced > 0 && !all_forced {
            self.warnings.note(|| {
                format!(
                    "{forced} of {} cues are forced; a track is forced as a whole, so none is shown as such",
                    cues.len()
                )
            });
        }
        let cues = ended(cues, &self.window, &mut self.warnings);
        let warnings = self.warnings.into_vec();
        Ok(Captions { language: self.language, cues, warnings, forced: all_forced, ..Captions::default() }.sorted())
    }
}

/// Cues with their ends, within the window. A cue that is never ended lasts until the next begins, the last of them for
/// five seconds: what an author who leaves ends out means, where TTML would have it stay for ever. In a sample it stays to
/// the end of the sample.
fn ended(mut cues: Vec<OpenCue>, window: &Option<Range<u64>>, warnings: &mut Warnings) -> Vec<Cue> {
    const LAST: u64 = 5000;
    cues.sort_by_key(|cue| cue.start);
    let mut next_start = None;
    let mut following = None;
    let mut open = 0;
    for cue in cues.iter_mut().rev() {
        if following.is_some_and(|start| start > cue.start) {
            next_start = following;
        }
        following = Some(cue.start);
        if cue.end.is_none() && window.is_none() {
            cue.end = Some(next_start.unwrap_or(cue.start.saturating_add(LAST)));
            open += 1;
        }
    }
    if open > 0 {
        warnings.note(|| format!("{open} cues have no end and last until the next begins"));
    }
    let (first, last) = window.as_ref().map_or((0, LATEST), |window| (window.start, window.end.min(LATEST)));
    let clipped = |cue: OpenCue| {
        let (start, end) = (cue.start.max(first), cue.end.map_or(last, |end| end.min(last)));
        (start < end).then_some(Cue { id: None, start, end, settings: cue.settings, payload: cue.payload })
    };
    let before = cues.len();
    let kept: Vec<Cue> = cues.into_iter().filter_map(clipped).collect();
    if kept.is_empty() && before > 0 {
        // A document may say more than its sample shows, but hardly only that.
        warnings.note(|| format!("all {before} cues lie outside of {first} to {last} ms, so none is shown"));
    }
    kept
}

#[cfg(test)]
mod tests;
