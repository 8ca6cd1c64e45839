//! The line that times an SRT cue: `00:00:01,000 --> 00:00:02,000`.

use super::super::timestamp::{MOST_HOURS, digits};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timing {
    /// Start and end in milliseconds.
    Times(u64, u64),
    /// Meant as a timing, but wrong.
    Unreadable,
    /// A line of something else.
    None,
}

impl Timing {
    pub(super) fn of(line: &str) -> Self {
        let Some((start, end)) = line.split_once("-->") else { return Timing::None };
        let start = start.trim();
        match (time(start), time(end.trim_start())) {
            (Some((start, "")), Some((end, rest))) if rest.is_empty() || rest.starts_with([' ', '\t']) => {
                Timing::Times(start, end)
            }
            // A text may have an arrow in it; a timing begins with a number.
            _ if start.trim_start_matches('-').starts_with(|first: char| first.is_ascii_digit()) => Timing::Unreadable,
            _ => Timing::None,
        }
    }
}

/// Bytes of the two times that a line begins with, and of the arrow between them.
pub(super) fn length(line: &str) -> Option<usize> {
    let (_, after) = line.split_once("-->")?;
    let (_, rest) = time(after.trim_start())?;
    Some(line.len() - rest.len())
}

/// A time at the start of `text`: milliseconds, and the rest. Minutes and seconds, hours or none; the fraction after
/// `,`, `.` or a third `:`.
fn time(text: &str) -> Option<(u64, &str)> {
    let mut parts = Vec::with_capacity(3);
    let mut rest = text;
    loop {
        let (number, after) = digits(rest)?;
        parts.push(number.parse::<u64>().ok()?);
        rest = after;
        match rest.strip_prefix(':').map(str::trim_start) {
            Some(after) if parts.len() < 3 => rest = after,
            _ => break,
        }
    }
    let &[hours, minutes, seconds] = parts.as_slice() else {
        let &[minutes, seconds] = parts.as_slice() else { return None };
        return fraction(rest).and_then(|(part, rest)| Some((total(0, minutes, seconds, part)?, rest)));
    };
    let (part, rest) = fraction(rest)?;
    Some((total(hours, minutes, seconds, part)?, rest))
}

/// Milliseconds of a decimal fraction; none written is zero.
fn fraction(text: &str) -> Option<(u64, &str)> {
    let Some(after) = text.strip_prefix([',', '.', ':']) else { return Some((0, text)) };
    let (number, rest) = digits(after.trim_start())?;
    let padded = number.bytes().chain([b'0'; 3]).take(3);
    Some((padded.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')), rest))
}

fn total(hours: u64, minutes: u64, seconds: u64, milliseconds: u64) -> Option<u64> {
    let valid = hours <= MOST_HOURS && minutes < 60 && seconds < 60;
    valid.then(|| ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_it_should_be_and_as_it_is_found() {
        for line in [
            "00:00:01,500 --> 00:01:02,003",
            "00:00:01.500-->00:01:02.003",
            "0:0:1,5 --> 0:1:2,003",
            " 00:00:01,500  -->  00:01:02,003  X1:100 X2:200 Y1:1 Y2:2",
            "00:01,500 --> 01:02,003",
            "00: 00: 01,500 --> 00: 01: 02, 003",
            "00:00:01:500 --> 00:01:02:003",
        ] {
            assert_eq!(Timing::of(line), Timing::Times(1500, 62_003), "{line}");
        }
        assert_eq!(Timing::of("00:00:01 --> 100:00:00"), Timing::Times(1000, 360_000_000));
    }

    #[test]
    fn a_wrong_timing_is_not_a_text() {
        for line in ["00:00:01,000 --> ", "00:61:00,000 --> 00:62:00,000", "1 --> 2", "-00:00:01,0 --> 00:00:01,0"] {
            assert_eq!(Timing::of(line), Timing::Unreadable, "{line}");
        }
        assert_eq!(Timing::of("from here --> to there"), Timing::None);
        assert_eq!(Timing::of("00:00:01,000"), Timing::None);
        assert_eq!(Timing::of("99999999999999999999:00:01,000 --> 00:00:02,000"), Timing::Unreadable);
    }
}
