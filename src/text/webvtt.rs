//! Reads WebVTT files (W3C WebVTT 6.1 and 6.2).
//!
//! The parser of the specification never fails on a cue: what it cannot read it skips. So does this one, but it tells
//! what it skipped. STYLE and REGION blocks, ids, settings and cue text are kept verbatim.
//!
//! A file cut for HLS may have an `X-TIMESTAMP-MAP`. Its MPEGTS part counts on the clock of a transport stream that is
//! not here, while an asset's timeline starts at zero, where that stream started; so the moment LOCAL is zero and cues
//! are shifted by it. The usual `MPEGTS:900000,LOCAL:00:00:00.000` shifts nothing: adding its ten seconds is the
//! mistake that makes subtitles late. A map of a time onto itself shifts nothing either.

use super::lines::{Lines, normalised};
use super::payload::clean_line;
use super::warnings::{Warnings, excerpt};
use super::{Captions, Cue, TextError, decode, timestamp};
use crate::track::Language;

/// Reads a WebVTT file. Faulty cues and blocks are left out with a warning; a file that is not UTF-8 or has no
/// `WEBVTT` signature is an error.
pub fn read_webvtt(bytes: &[u8]) -> Result<Captions, TextError> {
    let text = normalised(decode::utf8(bytes)?);
    if !has_signature(&text) {
        let problem = "the file starts without WEBVTT; is it SRT? Then name it .srt; else add the line WEBVTT and a \
                       blank line at the top";
        return Err(TextError::new(1, problem));
    }
    let mut reader = Reader::new(&text);
    reader.header();
    while reader.block() {}
    Ok(reader.finish())
}

/// Whether text starts as a WebVTT file must (W3C WebVTT 4.1), without its byte order mark.
pub(super) fn has_signature(text: &str) -> bool {
    text.strip_prefix("WEBVTT").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']))
}

/// The STYLE and REGION blocks of a WebVTT header, as `vttC` of an MP4 track holds it.
pub(super) fn header_blocks(text: &str) -> Vec<String> {
    let text = normalised(text);
    let mut reader = Reader::new(&text);
    reader.header();
    while reader.block() {}
    reader.captions.blocks
}

struct Reader<'a> {
    lines: Lines<'a>,
    captions: Captions,
    warnings: Warnings,
    /// STYLE and REGION count only before the first cue.
    seen_cue: bool,
    /// The LOCAL moment of X-TIMESTAMP-MAP that is the asset's zero, in milliseconds.
    zero: u64,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Reader {
            lines: Lines::new(text),
            captions: Captions::default(),
            warnings: Warnings::default(),
            seen_cue: false,
            zero: 0,
        }
    }

    /// The lines up to the first blank line, or to a cue that follows without one.
    fn header(&mut self) {
        self.lines.next();
        loop {
            let place = self.lines;
            let Some(line) = self.lines.next().filter(|line| !line.is_empty()) else { break };
            if line.contains("-->") {
                self.lines = place;
                break;
            }
            self.header_line(line, place.number);
        }
    }

    fn header_line(&mut self, line: &str, number: u32) {
        if let Some(tag) = line.strip_prefix("Language:") {
            match Language::parse(tag.trim()) {
                Ok(language) => self.captions.language = Some(language),
                Err(error) => self.warnings.add(number, error),
            }
        } else if let Some(map) = line.strip_prefix("X-TIMESTAMP-MAP=") {
            match TimestampMap::parse(map) {
                Some(map) => self.zero = map.zero(),
                None => self.warnings.add(number, format_args!("{} cannot be read and is ignored", excerpt(line))),
            }
        }
    }

    /// Reads one block: a cue, or lines without a timing line. False at the end of the file.
    fn block(&mut self) -> bool {
        let mut start = self.lines;
        let mut timing: Option<(&'a str, Lines<'a>)> = None;
        let mut count = 0;
        let mut body = start.at;
        let end = loop {
            let place = self.lines;
            let Some(line) = self.lines.next() else { break place.at };
            if line.is_empty() && count == 0 {
                start = self.lines;
                body = start.at;
                continue;
            }
            if line.is_empty() {
                break place.at;
            }
            if line.contains("-->") {
                if timing.is_some() || count > 1 {
                    // The next cue without a blank line before it.
                    self.lines = place;
                    break place.at;
                }
                timing = Some((line, place));
                body = self.lines.at;
            }
            count += 1;
        };
        match timing {
            Some((line, place)) => {
                let id = Some(start.between(start.at, place.at)).filter(|id| !id.is_empty());
                self.cue(id, line, place.number, start.between(body, end));
            }
            None if count > 0 => self.other_block(start.between(start.at, end), start.number),
            None => return false,
        }
        true
    }

    fn cue(&mut self, id: Option<&str>, line: &str, number: u32, payload: &str) {
        let Some((start, end, settings)) = timing(line) else {
            self.warnings.add(number, format_args!("cue left out: the timing {} cannot be read", excerpt(line)));
            return;
        };
        self.seen_cue = true;
        if end <= start {
            self.warnings.add(number, format_args!("cue left out: it ends before it starts, {}", excerpt(line)));
            return;
        }
        if end <= self.zero {
            self.warnings.add(number, "cue left out: X-TIMESTAMP-MAP puts it before the start");
            return;
        }
        self.captions.cues.push(Cue {
            id: id.map(str::to_owned),
            start: start.saturating_sub(self.zero),
            end: end - self.zero,
            settings: clean_line(settings).unwrap_or_default(),
            payload: payload.to_owned(),
        });
    }

    fn other_block(&mut self, text: &str, number: u32) {
        let first = text.lines().next().unwrap_or_default();
        match first.trim_end_matches([' ', '\t']) {
            "STYLE" | "REGION" if first == text => {}
            "STYLE" | "REGION" if !self.seen_cue => self.captions.blocks.push(text.to_owned()),
            kind @ ("STYLE" | "REGION") => {
                self.warnings.add(number, format_args!("{kind} block left out: it must come before the first cue"));
            }
            "NOTE" => {}
            _ if first.starts_with("NOTE ") || first.starts_with("NOTE\t") => {}
            _ => self.warnings.add(number, format_args!("text without a timing left out: {}", excerpt(first))),
        }
    }

    fn finish(mut self) -> Captions {
        self.captions.warnings = self.warnings.into_vec();
        self.captions.noting_backwards().sorted()
    }
}

/// `start --> end settings` (W3C WebVTT 6.3), white space around the arrow optional as for the specification's parser.
fn timing(line: &str) -> Option<(u64, u64, &str)> {
    const SPACE: [char; 3] = [' ', '\t', '\u{c}'];
    let (start, rest) = timestamp::parse(line.trim_start_matches(SPACE))?;
    let rest = rest.trim_start_matches(SPACE).strip_prefix("-->")?;
    let (end, settings) = timestamp::parse(rest.trim_start_matches(SPACE))?;
    Some((start, end, settings.trim_matches(SPACE)))
}

/// The times in a line, in milliseconds, and which bytes of it they are.
pub(super) fn times(line: &str) -> Option<super::spots::Times> {
    let (start, end, settings) = timing(line)?;
    let from = line.find(|character: char| character.is_ascii_digit())?;
    let (_, after) = line.split_once("-->")?;
    let (_, rest) = timestamp::parse(after.trim_start_matches([' ', '\t', '\u{c}']))?;
    debug_assert!(rest.contains(settings));
    Some((start, end, from..line.len() - rest.len()))
}

/// `X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000`, in either order (RFC 8216bis 3.1.4).
struct TimestampMap {
    /// 90 kHz ticks.
    mpegts: u64,
    /// Milliseconds.
    local: u64,
}

impl TimestampMap {
    fn parse(value: &str) -> Option<Self> {
        let (mut mpegts, mut local) = (None, None);
        for part in value.split(',').map(str::trim) {
            if let Some(ticks) = part.strip_prefix("MPEGTS:") {
                mpegts = Some(ticks.trim().parse().ok()?);
            } else {
                let (at, rest) = timestamp::parse(part.strip_prefix("LOCAL:")?.trim())?;
                local = Some(at).filter(|_| rest.is_empty());
            }
        }
        Some(TimestampMap { mpegts: mpegts?, local: local? })
    }

    fn zero(&self) -> u64 {
        if self.mpegts / 90 == self.local { 0 } else { self.local }
    }
}

#[cfg(test)]
mod tests;
