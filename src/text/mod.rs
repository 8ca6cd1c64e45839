//! Captions and subtitles: read WebVTT, SRT, TTML and timed text samples into one model, write WebVTT segments, `wvtt`
//! samples and IMSC1 documents from it. No I/O.

use crate::track::Language;

/// A caption file, read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Captions {
    /// What the file says of its language: `Language:` header of WebVTT, `xml:lang` of TTML.
    pub language: Option<Language>,
    /// STYLE and REGION blocks of WebVTT, verbatim without trailing blank lines, in file order.
    pub blocks: Vec<String>,
    /// Sorted by start, then as in the file.
    pub cues: Vec<Cue>,
    /// What could not be read and was left out, each with its place; never fatal.
    pub warnings: Vec<String>,
    /// Every cue is forced (IMSC `itts:forcedDisplay`, or the tx3g flag).
    pub forced: bool,
}

/// One cue, shaped as WebVTT has it (W3C WebVTT 3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    pub id: Option<String>,
    /// Presentation time in milliseconds.
    pub start: u64,
    /// Presentation time in milliseconds, after `start`.
    pub end: u64,
    /// WebVTT cue settings, verbatim; empty for none.
    pub settings: String,
    /// WebVTT cue text: tags and entities as in the file, lines joined by `\n`, no blank line.
    pub payload: String,
}

/// Why a caption file could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct TextError {
    /// Counted from 1.
    pub line: u32,
    pub problem: String,
}

impl Captions {
    /// The cues shown at some moment of `start..end` (milliseconds), in order.
    pub fn overlapping(&self, start: u64, end: u64) -> impl Iterator<Item = &Cue> {
        self.cues.iter().filter(move |cue| cue.start < end && cue.end > start)
    }

    /// The end of the last cue, in milliseconds.
    pub fn end(&self) -> Option<u64> {
        self.cues.iter().map(|cue| cue.end).max()
    }
}

// temporary
pub fn webvtt_segment(_: &Captions, _: u64, _: u64) -> String {
    todo!()
}
pub struct TextSample {
    pub duration: u32,
    pub data: Vec<u8>,
}
pub fn wvtt_sample_entry(_: &Captions) -> Vec<u8> {
    todo!()
}
pub fn stpp_sample_entry() -> Vec<u8> {
    todo!()
}
pub fn wvtt_samples(_: &Captions, _: std::ops::Range<u64>, _: u32) -> Vec<TextSample> {
    todo!()
}
pub fn imsc_document(_: &Captions, _: &Language, _: std::ops::Range<u64>) -> String {
    todo!()
}
