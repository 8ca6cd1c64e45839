//! Reads SubRip files (`.srt`), a format without a specification, as they are found in the wild.
//!
//! Tolerated: a byte order mark, UTF-16, any line endings, missing or wrong numbers, `.` for `,`, missing hours or
//! fractions, coordinates after the times, blank lines within a text. Kept: `<b>`, `<i>`, `<u>` (also as `{\i1}` and
//! `{b}`) and the position tags `{\an8}` and `{\a6}`. Fonts and other tags go. Character references such as `&amp;`
//! mean their characters, because authors write them as in HTML.

mod markup;
mod timing;

use super::lines::{Lines, normalised};
use super::warnings::{Warnings, excerpt};
use super::{Captions, Cue, TextError, decode, runs};
use timing::Timing;

/// Reads an SRT file. Faulty cues are left out with a warning; a file that is not Unicode text, or in which no cue can
/// be found, is an error.
pub fn read_srt(bytes: &[u8]) -> Result<Captions, TextError> {
    let text = decode::utf8_or_utf16(bytes)?;
    let text = normalised(&text);
    let mut reader = Reader { lines: Lines::new(&text), cues: Vec::new(), warnings: Warnings::default(), timings: 0 };
    reader.read();
    if reader.timings == 0 && !text.trim().is_empty() {
        let problem = "no line like 00:00:01,000 --> 00:00:02,000 was found; is this an SRT file?";
        return Err(TextError::new(1, problem));
    }
    let captions = Captions { cues: reader.cues, warnings: reader.warnings.into_vec(), ..Captions::default() };
    Ok(captions.noting_backwards().sorted())
}

/// Whether a line times a cue.
pub(super) fn is_timing_line(line: &str) -> bool {
    matches!(Timing::of(line), Timing::Times(..))
}

/// Whether a line is taken for the times of a cue, readable or not.
pub(super) fn is_timing_attempt(line: &str) -> bool {
    Timing::of(line) != Timing::None
}

/// The times in a line, in milliseconds, and which bytes of it they are.
pub(super) fn times(line: &str) -> Option<super::spots::Times> {
    let Timing::Times(start, end) = Timing::of(line) else { return None };
    let from = line.len() - line.trim_start().len();
    Some((start, end, from..from + timing::length(line.get(from..)?)?))
}

struct Reader<'a> {
    lines: Lines<'a>,
    cues: Vec<Cue>,
    warnings: Warnings,
    /// Timing lines seen, also bad ones.
    timings: u32,
}

/// A timing line whose text is being looked for.
struct Pending {
    times: Option<(u64, u64)>,
    /// Line number of the timing.
    number: u32,
    /// Byte offset of the text.
    body: usize,
}

impl Reader<'_> {
    fn read(&mut self) {
        let mut pending: Option<Pending> = None;
        loop {
            let place = self.lines;
            let line = self.lines.next();
            let timing = line.map_or(Timing::None, Timing::of);
            if line.is_some() && timing == Timing::None {
                continue;
            }
            if let Some(cue) = pending.take() {
                let text = place.raw(cue.body, place.at);
                // At the end of the file no number follows the text.
                self.cue(&cue, if line.is_some() { without_number(text, self.timings + 1) } else { text });
            }
            let Some(line) = line else { return };
            self.timings = self.timings.saturating_add(1);
            if timing == Timing::Unreadable {
                self.warnings
                    .add(place.number, format_args!("cue left out: the timing {} cannot be read", excerpt(line)));
            }
            let times = if let Timing::Times(start, end) = timing { Some((start, end)) } else { None };
            pending = Some(Pending { times, number: place.number, body: self.lines.at });
        }
    }

    fn cue(&mut self, pending: &Pending, text: &str) {
        let Some((start, end)) = pending.times else { return };
        if end <= start {
            self.warnings.add(pending.number, "cue left out: it ends before it starts");
            return;
        }
        let (styled, position) = markup::read(text);
        let payload = runs::to_payload(&styled);
        if !payload.is_empty() {
            let settings = position.map_or("", |position| position.settings()).to_owned();
            self.cues.push(Cue { id: None, start, end, settings, payload });
        }
    }
}

/// The text before a timing line without the number of that cue. A number right above the timing is always taken for
/// one; across blank lines only if it counts on, so that a text such as `1984` stays.
pub(super) fn without_number(text: &str, expected: u32) -> &str {
    let trimmed = text.trim_end();
    let (before, last) = trimmed.rsplit_once('\n').unwrap_or(("", trimmed));
    let number = last.trim();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let adjacent = text.bytes().skip(trimmed.len()).filter(|&byte| byte == b'\n').count() < 2;
    let counts_on = number.parse() == Ok(expected);
    if is_number && (adjacent || counts_on) { before } else { text }
}

#[cfg(test)]
mod tests;
