//! Where the cues of a WebVTT or SRT file stand in its bytes, so that one can be corrected and all else stays.
//!
//! The readers bring text into their own form and forget where it came from. This looks at the file as it is, with the
//! readers' rules for what is a cue, and whoever uses it compares what both found.

use super::srt::without_number;
use super::{srt, webvtt};
use std::ops::Range;

/// The two forms that can be corrected in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    WebVtt,
    Srt,
}

/// The times in a line, in milliseconds, and which bytes of it they are.
pub(super) type Times = (u64, u64, Range<usize>);

/// A cue where it stands. Ranges are bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    /// In milliseconds, as the file writes them.
    pub(super) start: u64,
    pub(super) end: u64,
    /// All of it: id or number, times, text; without the blank line that ends it.
    pub(super) block: Range<usize>,
    /// Both times and the arrow between them.
    pub(super) times: Range<usize>,
    /// Its text, without the last line end.
    pub(super) text: Range<usize>,
}

/// The cues of a file that its reader serves, in their order in the file.
pub(super) fn spots(written: Written, text: &str) -> Vec<Spot> {
    let lines: Vec<Line> = lines(text).collect();
    match written {
        Written::WebVtt => of_webvtt(text, &lines),
        Written::Srt => of_srt(text, &lines),
    }
}

/// A line and where it stands, without its end, which is CR, LF or both (W3C WebVTT 6.1).
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    at: usize,
}

impl Line<'_> {
    fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find(['\r', '\n']).unwrap_or(rest.len());
        let (line, after) = rest.split_at(length);
        let taken = if after.starts_with("\r\n") { 2 } else { usize::from(!after.is_empty()) };
        let found = Line { text: line, at };
        at += length + taken;
        Some(found)
    })
}

/// As `webvtt::Reader` finds them: a block ends at a blank line, or at the times of the next cue.
fn of_webvtt(text: &str, lines: &[Line<'_>]) -> Vec<Spot> {
    let mut found = Vec::new();
    // The header ends at the first blank line, or at a cue that follows without one.
    let header = lines.iter().skip(1).position(|line| line.text.is_empty() || line.text.contains("-->"));
    let mut place = header.map_or(lines.len(), |skipped| skipped + 1);
    while place < lines.len() {
        let first = place;
        let mut timing = None;
        while let Some(line) = lines.get(place).filter(|line| !line.text.is_empty()) {
            if line.text.contains("-->") {
                if timing.is_some() || place - first > 1 {
                    break;
                }
                timing = Some(place);
            }
            place += 1;
        }
        if let Some(timing) = timing {
            found.extend(spot(text, lines, first..place, timing, webvtt::times));
        }
        if place == first {
            place += 1;
        }
    }
    found
}

/// As `srt::Reader` finds them: a text goes on to the times of the next cue, whose number stands above these.
fn of_srt(text: &str, lines: &[Line<'_>]) -> Vec<Spot> {
    let timings: Vec<usize> = (0..lines.len()).filter(|&place| lines.get(place).is_some_and(is_srt_timing)).collect();
    let mut found = Vec::new();
    for (number, &timing) in timings.iter().enumerate() {
        let next = timings.get(number + 1).copied();
        let mut end = next.unwrap_or(lines.len());
        if next.is_some() {
            // The reader is asked, in its own form, what of it is text.
            let body: String =
                lines.get(timing + 1..end).unwrap_or_default().iter().map(|l| format!("{}\n", l.text)).collect();
            let kept = without_number(&body, u32::try_from(number + 2).unwrap_or(u32::MAX));
            end = (timing + 1 + kept.lines().count()).min(end);
        }
        while end > timing + 1 && lines.get(end - 1).is_some_and(|line| line.text.trim().is_empty()) {
            end -= 1;
        }
        let numbered = timing.checked_sub(1).filter(|above| {
            lines.get(*above).is_some_and(|line| {
                let number = line.text.trim();
                !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            })
        });
        let spot = spot(text, lines, numbered.unwrap_or(timing)..end, timing, srt::times);
        found.extend(spot.filter(|spot| text.get(spot.text.clone()).is_some_and(|text| !text.trim().is_empty())));
    }
    found
}

fn is_srt_timing(line: &Line<'_>) -> bool {
    srt::is_timing_attempt(line.text)
}

/// The cue whose lines are `block`, of which `timing` has the times; `None` where these cannot be read or it is no cue.
fn spot(
    text: &str,
    lines: &[Line<'_>],
    block: Range<usize>,
    timing: usize,
    read: fn(&str) -> Option<Times>,
) -> Option<Spot> {
    let line = lines.get(timing)?;
    let (start, end, times) = read(line.text).filter(|(start, end, _)| start < end)?;
    let body = lines.get(timing + 1..block.end).unwrap_or_default();
    // Of a cue without a text, the text is where one would be.
    let from = body.first().map_or(line.end(), |first| first.at);
    let to = body.last().map_or(from, Line::end);
    let first = lines.get(block.start)?.at;
    debug_assert!(text.is_char_boundary(from) && text.is_char_boundary(to));
    Some(Spot { start, end, block: first..to, times: line.at + times.start..line.at + times.end, text: from..to })
}
