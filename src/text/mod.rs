//! Captions and subtitles: read WebVTT, SRT, TTML and timed text samples into one model, write WebVTT segments, `wvtt`
//! samples and IMSC1 documents from it. No I/O.
//!
//! The model is WebVTT's, because that is what most players are served: a cue keeps its text and settings as WebVTT
//! writes them, and every other format is brought into that form when it is read. All readers keep these invariants,
//! on which all writers rely:
//!
//! * cues are sorted by start, and each ends after it starts;
//! * a payload has no blank line and no `-->`, its lines end in `\n` but for the last;
//! * an id and settings are one line without `-->`.

mod boxes;
mod correct;
mod cue_index;
mod cue_text;
mod decode;
mod detect;
mod imsc;
mod lines;
mod payload;
mod placement;
mod runs;
mod settings;
mod spots;
mod srt;
mod timed_text;
mod timestamp;
mod ttml;
mod tx3g;
mod warnings;
mod webvtt;
mod webvtt_write;
mod wvtt;
mod wvtt_read;

pub use correct::{CorrectError, Correctable, Correction, WrittenCue};
pub use cue_index::CueIndex;
pub use detect::{MAX_FILE_BYTES, read_file};
pub use imsc::{imsc_document, stpp_sample_entry};
pub use srt::read_srt;
pub use timed_text::{SampleForm, read_samples};
pub use ttml::read_ttml;
pub use webvtt::read_webvtt;
pub use webvtt_write::{webvtt_file, webvtt_segment};
pub use wvtt::{TextSample, wvtt_sample_entry, wvtt_samples};

use crate::track::Language;
use std::mem::size_of;

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
    /// Cues of a WebVTT or SRT file that began before the one above them, if any did.
    pub backwards: Option<Backwards>,
    /// Every cue is forced (IMSC `itts:forcedDisplay`, or the tx3g flag).
    pub forced: bool,
    /// Finds the cues of a window; made from `cues` when first asked, so `cues` must not change afterwards.
    pub index: CueIndex,
}

/// Cues that stood in a file later than their times say (W3C WebVTT 4.1 wants them in order of their starts).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backwards {
    pub count: u32,
    /// Start of the first of them, in milliseconds.
    pub first: u64,
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

impl TextError {
    fn new(line: u32, problem: impl Into<String>) -> Self {
        TextError { line, problem: problem.into() }
    }
}

impl Captions {
    /// Takes down which cues begin before the one above them, which sorting would hide.
    fn noting_backwards(mut self) -> Self {
        let pairs = self.cues.iter().zip(self.cues.iter().skip(1));
        let mut backwards = pairs.filter(|(above, cue)| cue.start < above.start).map(|(_, cue)| cue.start);
        self.backwards = backwards.next().map(|first| Backwards { count: 1 + backwards.count() as u32, first });
        self
    }

    /// Puts cues in the order that the model promises. Stable, so that cues of one start stay as the file had them.
    fn sorted(mut self) -> Self {
        self.cues.sort_by_key(|cue| cue.start);
        self.cues.shrink_to_fit();
        self
    }

    /// The captions on a clock whose zero is `milliseconds` later; what ended before that is left out.
    pub fn earlier_by(&self, milliseconds: u64) -> Captions {
        let mut captions = self.clone();
        captions.cues.retain(|cue| cue.end > milliseconds);
        for cue in &mut captions.cues {
            cue.start = cue.start.saturating_sub(milliseconds);
            cue.end -= milliseconds;
        }
        captions
    }

    /// When the last cue ends, in milliseconds; 0 without cues.
    pub fn end(&self) -> u64 {
        self.cues.iter().map(|cue| cue.end).max().unwrap_or(0)
    }

    /// About how many bytes of heap the captions take, the index included: what a cache should count.
    pub fn heap_bytes(&self) -> usize {
        let strings = |list: &Vec<String>| {
            list.capacity() * size_of::<String>() + list.iter().map(String::capacity).sum::<usize>()
        };
        let cues = self
            .cues
            .iter()
            .map(|cue| cue.id.as_ref().map_or(0, String::capacity) + cue.settings.capacity() + cue.payload.capacity());
        strings(&self.blocks)
            + strings(&self.warnings)
            + self.cues.capacity() * size_of::<Cue>()
            + cues.sum::<usize>()
            + CueIndex::heap_bytes_for(self.cues.len())
    }
}

#[cfg(test)]
mod tests;
