//! Durations and sizes as people write them: `10s`, `500ms`, `16KB`, `512MiB`.

use serde::{Deserialize, Deserializer, de::Error};
use std::time::Duration;

/// Shorter and longer units of time, in milliseconds.
const TIMES: &[(&str, u64)] = &[("ms", 1), ("s", 1000), ("min", 60_000), ("h", 3_600_000)];
/// Decimal and binary units, in bytes.
const SIZES: &[(&str, u64)] = &[
    ("B", 1),
    ("KB", 1000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// Reads a whole number with its unit, such as `10s`.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    parse(text, TIMES).map(Duration::from_millis)
}

/// Reads a whole number of bytes with its unit, such as `16KB` (16 000) or `16KiB` (16 384).
pub(super) fn parse_size(text: &str) -> Option<u64> {
    parse(text, SIZES)
}

fn parse(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

/// For `#[serde(deserialize_with)]`.
pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).ok_or_else(|| {
        D::Error::custom(format!("{text:?} is not a duration; write one like \"500ms\", \"10s\", \"2min\""))
    })
}

/// For `#[serde(deserialize_with)]`.
pub(super) fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_size(&text).ok_or_else(|| {
        D::Error::custom(format!("{text:?} is not a size; write one like \"16KB\", \"512MB\", \"2GiB\""))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations() {
        for (text, milliseconds) in
            [("10s", 10_000), ("500ms", 500), ("2min", 120_000), ("1h", 3_600_000), (" 6 s ", 6000), ("0s", 0)]
        {
            assert_eq!(parse_duration(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in [
            "",
            "10",
            "s",
            "-1s",
            "1.5s",
            "10 sec",
            "10S",
            "10s5",
            "1m",
            "99999999999999999999s",
            "18446744073709551615s",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn sizes() {
        for (text, bytes) in
            [("0B", 0), ("16KB", 16_000), ("16KiB", 16_384), ("512MB", 512_000_000), ("2 GiB", 2 << 30)]
        {
            assert_eq!(parse_size(text), Some(bytes), "{text}");
        }
        for text in ["", "16", "KB", "16kb", "16K", "-1B", "1e3B", "99999999999999999999GB"] {
            assert_eq!(parse_size(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_does_harm(text in "\\PC{0,20}") {
            parse_duration(&text);
            parse_size(&text);
        }
    }
}
