//! WebVTT timestamps (W3C WebVTT 3.2 and 6.3): `mm:ss.mmm`, `hh:mm:ss.mmm`, hours of any length.

/// Hours beyond this are taken for an error, so that milliseconds times any timescale stay far from overflow.
pub(super) const MOST_HOURS: u64 = 999_999;

/// No cue ends later than this, in milliseconds.
pub(super) const LATEST: u64 = (MOST_HOURS + 1) * 3_600_000;

/// Reads a timestamp at the start of `text`: milliseconds, and what follows. As the parser of the specification does,
/// a first number that is not two digits below 60 must be hours.
pub(super) fn parse(text: &str) -> Option<(u64, &str)> {
    let (first, rest) = digits(text)?;
    let (second, rest) = two_digits(rest.strip_prefix(':')?)?;
    let (hours, minutes, seconds, rest) = match rest.strip_prefix(':') {
        Some(rest) => {
            let (third, rest) = two_digits(rest)?;
            (first.parse().ok()?, second, third, rest)
        }
        None if first.len() == 2 => (0, first.parse().ok()?, second, rest),
        None => return None,
    };
    let (fraction, rest) = digits(rest.strip_prefix('.')?)?;
    let milliseconds: u64 = fraction.parse().ok().filter(|_| fraction.len() == 3)?;
    if hours > MOST_HOURS || minutes > 59 || seconds > 59 {
        return None;
    }
    Some((((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds, rest))
}

/// Milliseconds as `hh:mm:ss.mmm`, the long form that every player reads.
pub(super) fn format(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    format!("{:02}:{:02}:{:02}.{:03}", seconds / 3600, seconds / 60 % 60, seconds % 60, milliseconds % 1000)
}

/// The ASCII digits at the start of `text`, at least one, and the rest.
pub(super) fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())
}

fn two_digits(text: &str) -> Option<(u64, &str)> {
    let (digits, rest) = digits(text)?;
    Some((digits.parse().ok().filter(|_| digits.len() == 2)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn short_and_long_forms() {
        assert_eq!(parse("01:02.003 x"), Some((62_003, " x")));
        assert_eq!(parse("1:00:00.000"), Some((3_600_000, "")));
        assert_eq!(parse("100:00:00.000-->"), Some((360_000_000, "-->")));
    }

    #[test]
    fn what_is_no_timestamp() {
        for text in ["", "1:02.003", "61:00.000", "00:60.000", "00:60:00.000", "00:00:00,000", "00:00:00.00"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("00:00:00.0000"), None);
        assert_eq!(parse("99999999999999999999:00:00.000"), None);
        assert_eq!(parse("-00:00:01.000"), None);
    }

    proptest! {
        #[test]
        fn written_then_read(milliseconds in 0u64..=MOST_HOURS * 3_600_000) {
            let written = format(milliseconds);
            prop_assert_eq!(parse(&written), Some((milliseconds, "")));
        }
    }
}
