//! Moments as the APIs write them: ISO 8601 (RFC 3339), in steps of 100 nanoseconds.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

/// Steps in a second.
const STEPS: i64 = 10_000_000;
const DAY: i64 = 86_400;

/// A moment of the years 1 to 9999, UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp {
    /// 100 nanoseconds each, since 1970.
    steps: i64,
}

/// A word is no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no date and time like 2026-11-20T09:44:25Z")]
pub struct TimestampError(String);

impl Timestamp {
    /// The last moment there is: what has no end ends then.
    pub const MAX: Timestamp = Timestamp { steps: 253_402_300_799 * STEPS + STEPS - 1 };

    pub fn now() -> Timestamp {
        SystemTime::now().into()
    }

    /// So many seconds after the beginning of 1970.
    pub fn of_unix(seconds: u64) -> Timestamp {
        let epoch = Timestamp { steps: 0 };
        epoch.plus_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
    }

    /// The moment so many seconds later, at most [`Timestamp::MAX`].
    pub fn plus_seconds(self, seconds: i64) -> Timestamp {
        Timestamp { steps: self.steps.saturating_add(seconds.saturating_mul(STEPS)).min(Timestamp::MAX.steps) }
    }

    /// For headers: `Fri, 20 Nov 2026 07:44:25 GMT` (RFC 9110 5.6.7).
    pub fn http_date(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let seconds = self.steps.div_euclid(STEPS);
        let (year, month, day) = date(seconds.div_euclid(DAY));
        let (hour, minute, second) = time(seconds.rem_euclid(DAY));
        let weekday = DAYS.get(seconds.div_euclid(DAY).rem_euclid(7) as usize).unwrap_or(&"");
        let month = MONTHS.get(month as usize - 1).unwrap_or(&"");
        format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Timestamp {
        let steps = |duration: std::time::Duration| i64::try_from(duration.as_nanos() / 100).unwrap_or(i64::MAX);
        let steps = match time.duration_since(UNIX_EPOCH) {
            Ok(since) => steps(since),
            Err(before) => -steps(before.duration()),
        };
        Timestamp { steps: steps.clamp(days_from(1, 1, 1) * DAY * STEPS, Timestamp::MAX.steps) }
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// `2026-11-20T09:44:25.819207Z`, with up to seven digits of fraction kept, and `Z`, an offset, or nothing for UTC.
    fn from_str(text: &str) -> Result<Timestamp, TimestampError> {
        read(text).ok_or_else(|| TimestampError(text.chars().take(60).collect()))
    }
}

fn read(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_once(['T', 't', ' '])?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (clock, offset) = split_offset(rest)?;
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = numbers(whole, ':', [2, 2, 2])?;
    let is_date = (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    // A leap second is the second after it: the clock of computers has none.
    if !is_date || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    if fraction.is_empty() || fraction.len() > 20 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction = format!("{:0<7}", fraction.get(..fraction.len().min(7))?).parse::<i64>().ok()?;
    let seconds = days_from(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset;
    let moment = Timestamp { steps: seconds * STEPS + fraction };
    (moment <= Timestamp::MAX && seconds >= days_from(1, 1, 1) * DAY).then_some(moment)
}

/// The clock, and how many seconds it is ahead of UTC.
fn split_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(place) = text.find(['+', '-']) else { return Some((text, 0)) };
    let (clock, offset) = text.split_at(place);
    let [hours, minutes] = numbers(offset.get(1..)?, ':', [2, 2])?;
    let seconds = hours * 3600 + minutes * 60;
    (hours <= 14 && minutes <= 59).then_some((clock, if offset.starts_with('-') { -seconds } else { seconds }))
}

/// Numbers of so many digits each.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut numbers = [0; N];
    let mut parts = text.split(separator);
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next()?;
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = if is_number { part.parse().ok()? } else { return None };
    }
    parts.next().is_none().then_some(numbers)
}

fn days_in(year: i64, month: i64) -> i64 {
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_from(next_year, next, 1) - days_from(year, month, 1)
}

/// Days since 1970-01-01 of the proleptic Gregorian calendar. Years are counted from March, so that the leap day is the
/// last of its year; an era is 400 years, which is 146,097 days.
fn days_from(year: i64, month: i64, day: i64) -> i64 {
    let (year, month_from_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day: the other way round.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// Hour, minute and second of a day.
fn time(second: i64) -> (i64, i64, i64) {
    (second / 3600, second / 60 % 60, second % 60)
}

impl TryFrom<String> for Timestamp {
    type Error = TimestampError;

    fn try_from(text: String) -> Result<Timestamp, TimestampError> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(timestamp: Timestamp) -> String {
        timestamp.to_string()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, fraction) = (self.steps.div_euclid(STEPS), self.steps.rem_euclid(STEPS));
        let (year, month, day) = date(seconds.div_euclid(DAY));
        let (hour, minute, second) = time(seconds.rem_euclid(DAY));
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if fraction > 0 {
            write!(f, ".{}", format!("{fraction:07}").trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> String {
        text.parse::<Timestamp>().unwrap().to_string()
    }

    #[test]
    fn reads_what_clients_write() {
        for (text, written) in [
            ("2026-11-20T09:44:25.819207Z", "2026-11-20T09:44:25.819207Z"),
            ("2026-11-20T09:44:25.891Z", "2026-11-20T09:44:25.891Z"),
            ("2026-11-20T10:44:25+01:00", "2026-11-20T09:44:25Z"),
            ("2026-11-20T00:44:25-01:30", "2026-11-20T02:14:25Z"),
            ("2026-11-20T09:44:25", "2026-11-20T09:44:25Z"),
            ("2024-02-29T00:00:00.1234567899Z", "2024-02-29T00:00:00.1234567Z"),
            ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ] {
            assert_eq!(read(text), written, "{text}");
        }
        assert_eq!("9999-12-31T23:59:59.9999999Z".parse(), Ok(Timestamp::MAX));
        assert_eq!(Timestamp::MAX.plus_seconds(i64::MAX), Timestamp::MAX);
    }

    #[test]
    fn refuses_what_is_no_moment() {
        for text in [
            "",
            "2026-11-20",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-11-20T24:00:00Z",
            "2026-11-20T09:44Z",
            "2026-11-20T09:44:25.Z",
            "2026-11-20T09:44:25+1:00",
            "0001-01-01T00:00:00+01:00",
            "+026-11-20T09:44:25Z",
            "2026-11-20T09:44:25é",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn headers_have_their_own_form() {
        let moment: Timestamp = "2026-11-20T07:44:25.5Z".parse().unwrap();
        assert_eq!(moment.http_date(), "Fri, 20 Nov 2026 07:44:25 GMT");
        let before: Timestamp = "1969-12-31T23:59:59Z".parse().unwrap();
        assert_eq!(before.http_date(), "Wed, 31 Dec 1969 23:59:59 GMT");
    }

    #[test]
    fn moments_as_the_calendar_has_them() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_735_689_600, "2025-01-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (u64::MAX, "9999-12-31T23:59:59.9999999Z"),
        ] {
            assert_eq!(Timestamp::of_unix(seconds).to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(steps in -62_135_596_800 * STEPS..=Timestamp::MAX.steps) {
            let moment = Timestamp { steps };
            prop_assert_eq!(moment.to_string().parse(), Ok(moment));
        }

        #[test]
        fn any_word_is_read_or_refused(word in "[0-9TZ:.+ -]{0,30}|\\PC{0,30}") {
            let _ = word.parse::<Timestamp>();
        }
    }
}
