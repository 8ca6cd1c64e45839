//! The body of a TTML document: time containers within each other (W3C TTML1 10.4), down to the text of a `<p>`.
//!
//! In a parallel container (the default) children begin with it, in a sequential one each begins when the one before
//! has ended. A time is relative to that moment, and nothing outlasts its container.

use super::super::TextError;
use super::super::warnings::{Warnings, excerpt};
use super::OpenCue;
use super::head::Styles;
use super::namespace::Ns;
use super::paragraph::{Paragraph, Span};
use super::region;
use super::style::StyleSet;
use super::time::Clock;
use super::xml::{Element, Item, Xml};

/// What has been read of the body.
pub(super) struct Content {
    pub(super) cues: Vec<OpenCue>,
    /// Pictures met, which are not served.
    pub(super) images: u64,
    /// What the body is in.
    document: Frame,
    /// Bytes that text shown repeatedly may take.
    budget: usize,
}

/// What the body needs of what comes before it.
#[derive(Clone, Copy)]
pub(super) struct Head<'a> {
    pub(super) clock: Clock,
    pub(super) styles: &'a Styles,
}

/// An open element.
#[derive(Debug, Clone)]
struct Frame {
    time: Span,
    /// Whether its own attributes end it.
    ended: bool,
    sequential: bool,
    /// When the next child of a sequential container begins.
    next: u64,
    /// When the last of its children ends; `None` if one never does.
    children_end: Option<u64>,
    style: StyleSet,
    region: Option<StyleSet>,
    preserve_space: bool,
    /// Text directly in it is shown.
    shown: bool,
    is_paragraph: bool,
}

impl Content {
    /// For a document of so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        const SPARE: usize = 1 << 14;
        let document = Frame {
            time: Span { begin: 0, end: None },
            ended: true,
            sequential: false,
            next: 0,
            children_end: Some(0),
            style: StyleSet::default(),
            region: None,
            preserve_space: false,
            shown: true,
            is_paragraph: false,
        };
        Content { cues: Vec::new(), images: 0, document, budget: SPARE + 4 * bytes }
    }

    /// `xml:space` of the root.
    pub(super) fn root_space(&mut self, root: &Element) {
        self.document.preserve_space = root.get(Ns::Xml, "space") == Some("preserve");
    }

    /// Reads the `body`, which has just been opened, to its end.
    pub(super) fn read_body(
        &mut self,
        body: &Element,
        xml: &mut Xml,
        head: Head,
        warnings: &mut Warnings,
    ) -> Result<(), TextError> {
        let stack = vec![self.document.clone()];
        Walk { content: self, xml, head, warnings, stack, paragraph: None }.body(body)
    }
}

/// The way through the body.
struct Walk<'a, 'text> {
    content: &'a mut Content,
    xml: &'a mut Xml<'text>,
    head: Head<'a>,
    warnings: &'a mut Warnings,
    /// Open elements, the document at the bottom.
    stack: Vec<Frame>,
    /// The `p` that is open.
    paragraph: Option<Paragraph>,
}

impl Walk<'_, '_> {
    fn body(mut self, body: &Element) -> Result<(), TextError> {
        if !self.open(body) {
            return self.xml.skip();
        }
        while self.stack.len() > 1 {
            match self.xml.next()? {
                Item::Open(element) => {
                    let content = ["div", "p", "span"].iter().any(|name| element.is(name));
                    if !content || !self.open(&element) {
                        self.leaf(&element);
                        self.xml.skip()?;
                    }
                }
                Item::Text(text) => self.text(&text),
                Item::Close | Item::End => self.close(),
            }
        }
        Ok(())
    }

    /// Enters an element. False if it is to be passed over.
    fn open(&mut self, element: &Element) -> bool {
        let Some(parent) = self.stack.last() else { return false };
        let mut frame = match parent.child(element, &self.head.clock) {
            Ok(frame) => frame,
            Err(expression) => {
                let problem = format!("{} left out: its time {} cannot be read", element.local, excerpt(expression));
                self.warnings.add(self.xml.line(), problem);
                return false;
            }
        };
        frame.style = self.head.styles.of(element).or(parent.style.inherited());
        frame.region = element.plain("region").map_or(parent.region, |id| self.head.styles.region_set(id));
        frame.shown = parent.shown && frame.style.no_display != Some(true) && !frame.time.is_empty();
        if element.get(Ns::Smpte, "backgroundImage").is_some() {
            self.content.images += 1;
        }
        match &mut self.paragraph {
            None if element.is("p") => self.begin_paragraph(&mut frame),
            // Some writers put the region on the words instead of the p.
            Some(paragraph) if element.plain("region").is_some() && paragraph.is_blank() => {
                paragraph.settings = region::settings(&frame.look(), frame.region.as_ref());
            }
            _ => {}
        }
        self.stack.push(frame);
        true
    }

    fn begin_paragraph(&mut self, frame: &mut Frame) {
        if frame.time.is_empty() {
            self.warnings.add(self.xml.line(), "p left out: it is over, or what it is in is over, before it begins");
        }
        frame.is_paragraph = true;
        let look = frame.look();
        let settings = region::settings(&look, frame.region.as_ref());
        self.paragraph = Some(Paragraph::new(frame.time, settings, look.forced == Some(true)));
    }

    /// An element without content of interest.
    fn leaf(&mut self, element: &Element) {
        if element.is("br") {
            self.push("\n");
        } else if element.is("image") {
            self.content.images += 1;
        }
    }

    fn text(&mut self, text: &str) {
        match self.stack.last().is_some_and(|frame| frame.preserve_space) {
            true => self.push(text),
            // Line ends in the source are spaces; runs of them collapse when the text is written (TTML1 7.2.3).
            false => self.push(&text.replace(['\n', '\r', '\t'], " ")),
        }
    }

    fn push(&mut self, text: &str) {
        let Some(frame) = self.stack.last().filter(|frame| frame.shown) else { return };
        if let (Some(paragraph), Some(style)) = (&mut self.paragraph, frame.look().text()) {
            paragraph.push(frame.time, style, text);
        }
    }

    fn close(&mut self) {
        let Some(frame) = self.stack.pop() else { return };
        if let Some(parent) = self.stack.last_mut() {
            parent.child_ended(&frame);
        }
        let Content { budget, cues, .. } = &mut *self.content;
        if let Some(paragraph) = self.paragraph.take_if(|_| frame.is_paragraph)
            && !paragraph.into_cues(budget, cues)
        {
            let problem = "the times of spans are too many and left out: the whole p is shown at once";
            self.warnings.add(self.xml.line(), problem);
        }
    }
}

impl Frame {
    /// A child with its time; an unreadable time expression is the error.
    fn child<'a>(&self, element: &'a Element, clock: &Clock) -> Result<Frame, &'a str> {
        let time = |name| match element.plain(name) {
            Some(expression) => clock.milliseconds(expression).map(Some).ok_or(expression),
            None => Ok(None),
        };
        let (begin, end, duration) = (time("begin")?, time("end")?, time("dur")?);
        let reference = if self.sequential { self.next } else { self.time.begin };
        let begin = reference.saturating_add(begin.unwrap_or(0));
        let own = [end.map(|end| reference.saturating_add(end)), duration.map(|length| begin.saturating_add(length))];
        let ended = own.iter().any(Option::is_some);
        let end = own.into_iter().chain([self.time.end]).flatten().min();
        Ok(Frame {
            time: Span { begin, end },
            ended,
            sequential: element.plain("timeContainer") == Some("seq"),
            next: begin,
            children_end: Some(begin),
            style: StyleSet::default(),
            region: None,
            preserve_space: element.get(Ns::Xml, "space").map_or(self.preserve_space, |space| space == "preserve"),
            shown: true,
            is_paragraph: false,
        })
    }

    /// The look of its text: what it says and inherits, then what its region says.
    fn look(&self) -> StyleSet {
        self.style.or(self.region.unwrap_or_default().inherited())
    }

    /// When it is over, for what follows: at its own end, else when its children are. Text of its own is shown as long
    /// as may be (TTML1 10.4, implicit duration), which is told by a paragraph that no span ends.
    fn over(&self) -> Option<u64> {
        match (self.ended, self.is_paragraph && self.children_end == Some(self.time.begin)) {
            (true, _) | (false, true) => self.time.end,
            (false, false) => self.children_end,
        }
    }

    fn child_ended(&mut self, child: &Frame) {
        let over = child.over();
        self.next = over.unwrap_or(Span::NEVER);
        self.children_end = over.and_then(|over| self.children_end.map(|end| end.max(over)));
    }
}
