//! TTML time expressions (W3C TTML1 10.3.1): `00:00:01.5`, `00:00:01:12`, `1.5s`, `36f`, `15000000t`.

use super::super::timestamp::MOST_HOURS;
use super::namespace::Ns;
use super::xml::Element;

/// How the document counts time: the `ttp:` parameters of its root (TTML1 6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    frames: u64,
    /// Frames last this much longer than `frames` says, such as 1001/1000.
    stretch: (u64, u64),
    sub_frames: u64,
    ticks: u64,
    base: Base,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    /// Hours, minutes and seconds are real; also taken for `clock`.
    Media,
    /// A SMPTE time code: all of it counts frames, which may last longer than nominal.
    Smpte { drop: Drop },
}

/// Which frame numbers a time code leaves out to keep up with real time (SMPTE ST 12-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drop {
    None,
    /// Two in each minute but the tenth.
    Ntsc,
    /// Four in each even minute but the twentieth.
    Pal,
}

impl Default for Clock {
    fn default() -> Self {
        Clock { frames: 30, stretch: (1, 1), sub_frames: 1, ticks: 1, base: Base::Media }
    }
}

impl Clock {
    pub(super) fn of(root: &Element) -> Self {
        let parameter = |name| root.get(Ns::Parameter, name).map(str::trim);
        let number = |name, most| parameter(name).and_then(|text| rate(text, most));
        let frames = number("frameRate", MOST_FRAMES);
        let sub_frames = number("subFrameRate", MOST_FRAMES).unwrap_or(1);
        let ticks = number("tickRate", MOST_TICKS).unwrap_or_else(|| frames.map_or(1, |frames| frames * sub_frames));
        let drop = match parameter("dropMode") {
            Some("dropNTSC") => Drop::Ntsc,
            Some("dropPAL") => Drop::Pal,
            _ => Drop::None,
        };
        let base = if parameter("timeBase") == Some("smpte") { Base::Smpte { drop } } else { Base::Media };
        let stretch = parameter("frameRateMultiplier").and_then(multiplier).unwrap_or((1, 1));
        Clock { frames: frames.unwrap_or(30), stretch, sub_frames, ticks, base }
    }

    /// Milliseconds of a time expression.
    pub(super) fn milliseconds(&self, expression: &str) -> Option<u64> {
        let expression = expression.trim();
        match expression.contains(':') {
            true => self.clock_time(expression),
            false => self.offset_time(expression),
        }
    }

    fn clock_time(&self, expression: &str) -> Option<u64> {
        let mut parts = expression.split(':');
        let hours = whole(parts.next()?).filter(|&hours| hours <= MOST_HOURS)?;
        let minutes = whole(parts.next()?).filter(|&minutes| minutes < 60)?;
        let (seconds, fraction) = decimal(parts.next()?)?;
        let frames = parts.next();
        if parts.next().is_some() || seconds > 60 || (frames.is_some() && fraction > 0) {
            return None;
        }
        let seconds = (hours * 60 + minutes) * 60 + seconds;
        let (frame, sub_frame) = match frames {
            Some(text) => {
                let (frame, sub_frame) = text.split_once('.').unwrap_or((text, "0"));
                (whole(frame)?, whole(sub_frame)?)
            }
            None => (0, 0),
        };
        Some(match self.base {
            Base::Media => seconds * 1000 + nanoseconds_to_ms(fraction) + self.of_frames(frame, sub_frame),
            Base::Smpte { drop } => {
                let count = seconds * self.frames + frame;
                let dropped = match drop {
                    Drop::None => 0,
                    Drop::Ntsc => 2 * (seconds / 60 - seconds / 600),
                    Drop::Pal => 4 * (seconds / 120 - seconds / 1200),
                };
                self.of_frames(count.saturating_sub(dropped), sub_frame) + nanoseconds_to_ms(fraction)
            }
        })
    }

    fn offset_time(&self, expression: &str) -> Option<u64> {
        let metric = expression.find(|character: char| character != '.' && !character.is_ascii_digit())?;
        let (number, metric) = expression.split_at_checked(metric)?;
        let (count, fraction) = decimal(number)?;
        let parts = u128::from(count) * NANO + u128::from(fraction);
        let seconds = |numerator: u64, denominator: u64| {
            rounded(parts * u128::from(numerator) * 1000, u128::from(denominator) * NANO)
        };
        match metric {
            "h" => seconds(3600, 1),
            "m" => seconds(60, 1),
            "s" => seconds(1, 1),
            "ms" => seconds(1, 1000),
            "f" => seconds(self.stretch.0, self.frames * self.stretch.1),
            "t" => seconds(1, self.ticks),
            _ => None,
        }
    }

    /// Milliseconds of frames, which last `stretch / frames` seconds.
    fn of_frames(&self, frames: u64, sub_frames: u64) -> u64 {
        let count = u128::from(frames) * u128::from(self.sub_frames) + u128::from(sub_frames);
        let per_second = u128::from(self.frames) * u128::from(self.sub_frames) * u128::from(self.stretch.1);
        rounded(count * 1000 * u128::from(self.stretch.0), per_second).unwrap_or(0)
    }
}

const NANO: u128 = 1_000_000_000;

/// Rates beyond these are nonsense, and bounding them keeps products far from overflow.
const MOST_FRAMES: u64 = 1_000_000;
const MOST_TICKS: u64 = 1_000_000_000;

fn rate(text: &str, most: u64) -> Option<u64> {
    text.parse().ok().filter(|rate| (1..=most).contains(rate))
}

/// `1000 1001`, or `1000:1001` in older documents: by how much frames are more than `frameRate` says. Turned around, it
/// is how much longer they last.
fn multiplier(text: &str) -> Option<(u64, u64)> {
    let mut parts = text.split([' ', ':']).filter(|part| !part.is_empty()).map(|part| rate(part, MOST_FRAMES));
    let numerator = parts.next()??;
    let denominator = parts.next().unwrap_or(Some(1))?;
    Some((denominator, numerator))
}

/// A whole number of at most ten digits, so that nothing made of it overflows.
fn whole(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// A number as whole and billionths; more decimals are cut off.
fn decimal(text: &str) -> Option<(u64, u64)> {
    const DIGITS: usize = 18;
    let (count, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(count) || !digits(fraction) || count.len() > DIGITS {
        return None;
    }
    let billionths = fraction.bytes().chain([b'0'; 9]).take(9);
    Some((count.parse().ok()?, billionths.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))))
}

fn nanoseconds_to_ms(nanoseconds: u64) -> u64 {
    (nanoseconds + 500_000) / 1_000_000
}

/// A quotient to the nearest, if it is a time at all: less than about thirty thousand years.
fn rounded(numerator: u128, denominator: u128) -> Option<u64> {
    const LONGEST: u64 = 1_000_000_000_000_000;
    let quotient = (numerator + denominator / 2).checked_div(denominator)?;
    u64::try_from(quotient).ok().filter(|&milliseconds| milliseconds <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::super::xml::{Item, Xml};
    use super::*;
    use proptest::prelude::*;

    fn clock(parameters: &str) -> Clock {
        let text = format!("<tt xmlns:ttp=\"http://www.w3.org/ns/ttml#parameter\" {parameters}/>");
        match Xml::new(&text).next().unwrap() {
            Item::Open(root) => Clock::of(&root),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn clock_times() {
        let clock = clock("ttp:frameRate=\"25\"");
        for (text, expected) in [
            ("00:00:01.5", 1500),
            ("00:01:00.000", 60_000),
            ("100:00:00", 360_000_000),
            (" 01:00:00:12 ", 3_600_480),
            ("00:00:01.0005", 1001),
            ("00:00:01", 1000),
        ] {
            assert_eq!(clock.milliseconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn offset_times() {
        let clock = clock("ttp:frameRate=\"24\" ttp:frameRateMultiplier=\"1000 1001\" ttp:tickRate=\"10000000\"");
        for (text, expected) in [
            ("1.5s", 1500),
            ("0.25h", 900_000),
            ("2m", 120_000),
            ("1500ms", 1500),
            ("24f", 1001),
            ("15000000t", 1500),
            ("123456789012t", 12_345_679),
        ] {
            assert_eq!(clock.milliseconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn ticks_follow_frames_where_no_rate_is_given() {
        assert_eq!(clock("ttp:frameRate=\"25\" ttp:subFrameRate=\"4\"").milliseconds("100t"), Some(1000));
        assert_eq!(clock("").milliseconds("3t"), Some(3000));
        assert_eq!(clock("ttp:frameRate=\"25\" ttp:subFrameRate=\"2\"").milliseconds("00:00:00:01.1"), Some(60));
    }

    #[test]
    fn older_multipliers() {
        assert_eq!(clock("ttp:frameRate=\"30\" ttp:frameRateMultiplier=\"1000:1001\"").milliseconds("30f"), Some(1001));
        assert_eq!(clock("ttp:frameRate=\"30\" ttp:frameRateMultiplier=\"2\"").milliseconds("30f"), Some(500));
    }

    #[test]
    fn smpte_time_codes_count_frames() {
        let ntsc = "ttp:timeBase=\"smpte\" ttp:frameRate=\"30\" ttp:frameRateMultiplier=\"1000 1001\"";
        assert_eq!(clock(ntsc).milliseconds("01:00:00:00"), Some(3_603_600));
        // An hour of drop-frame time code is an hour, but for 3.6 ms.
        let drop = format!("{ntsc} ttp:dropMode=\"dropNTSC\"");
        assert_eq!(clock(&drop).milliseconds("01:00:00:00"), Some(3_599_996));
        assert_eq!(clock(&drop).milliseconds("00:01:00:02"), Some(60_060));
        let media = "ttp:frameRate=\"30\" ttp:frameRateMultiplier=\"1000 1001\"";
        assert_eq!(clock(media).milliseconds("01:00:00:15"), Some(3_600_501));
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "5",
            "s",
            "1.s",
            ".5s",
            "1:2",
            "00:61:00",
            "00:00:61",
            "-1s",
            "1x",
            "00:00:00:00:00",
            "1e3s",
            "99999999999999999999s",
            "99999999999:00:00",
            "00:00:01.5:03",
            "wallclock(2020)",
        ] {
            assert_eq!(Clock::default().milliseconds(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_expression_is_answered(text in "[0-9:.]{0,30}(h|m|s|ms|f|t)?", frames in "[0-9]{1,12}", ticks in "[0-9]{1,12}") {
            let parameters = format!("ttp:frameRate=\"{frames}\" ttp:subFrameRate=\"{frames}\" ttp:tickRate=\"{ticks}\" ttp:frameRateMultiplier=\"{ticks} {frames}\"");
            clock(&parameters).milliseconds(&text);
            clock(&format!("{parameters} ttp:timeBase=\"smpte\" ttp:dropMode=\"dropNTSC\"")).milliseconds(&text);
        }
    }
}
