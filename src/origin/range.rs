//! Range requests (RFC 9110 14): one byte range, as players and CDNs ask.
//!
//! Several ranges, other units and what cannot be understood are ignored, as the standard allows: the whole answers.

use super::conditional::EntityTag;
use hyper::HeaderMap;
use hyper::header::{IF_RANGE, RANGE};
use std::ops::Range;

/// What a `GET` asks of a representation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requested {
    /// All of it.
    Whole,
    /// These bytes, at least one, within its length.
    Part(Range<u64>),
    /// Bytes that it does not have.
    Unsatisfiable,
}

impl Requested {
    /// What `headers` ask of a representation of `len` bytes that has `tag`.
    pub fn of(headers: &HeaderMap, tag: &EntityTag, len: u64) -> Requested {
        let mut ranges = headers.get_all(RANGE).iter();
        let (Some(range), None) = (ranges.next(), ranges.next()) else { return Requested::Whole };
        // RFC 9110 13.1.5: the client has another version's start; a part of this one would not fit it.
        if headers.get_all(IF_RANGE).iter().any(|value| !tag.is_strongly(value)) {
            return Requested::Whole;
        }
        range.to_str().ok().and_then(|range| parse(range, len)).unwrap_or(Requested::Whole)
    }
}

/// `None` where the header is to be ignored.
fn parse(header: &str, len: u64) -> Option<Requested> {
    let (unit, range) = header.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") || len == 0 {
        return None;
    }
    let range = match (first, last) {
        ("", suffix) => len - number(suffix)?.min(len)..len,
        (first, "") => number(first)?..len,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(len)
        }
    };
    Some(if range.start < range.end { Requested::Part(range) } else { Requested::Unsatisfiable })
}

/// Digits only. A number too large for any file is as good as the largest.
fn number(digits: &str) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;
    use proptest::prelude::*;

    fn asked(range: &str, len: u64) -> Requested {
        let headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_str(range).unwrap())]);
        Requested::of(&headers, &EntityTag::new("abc"), len)
    }

    #[test]
    fn one_range() {
        assert_eq!(asked("bytes=0-0", 10), Requested::Part(0..1));
        assert_eq!(asked("bytes=2-5", 10), Requested::Part(2..6));
        assert_eq!(asked("bytes=2-", 10), Requested::Part(2..10));
        assert_eq!(asked("bytes=-3", 10), Requested::Part(7..10));
        assert_eq!(asked("Bytes = 2-5", 10), Requested::Part(2..6));
        assert_eq!(asked("bytes=0-99999999999999999999999", 10), Requested::Part(0..10));
        assert_eq!(asked("bytes=-11", 10), Requested::Part(0..10));
    }

    #[test]
    fn bytes_that_are_not_there() {
        for range in ["bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999999-", "bytes=11-12"] {
            assert_eq!(asked(range, 10), Requested::Unsatisfiable, "{range}");
        }
    }

    #[test]
    fn what_is_ignored() {
        for range in [
            "bytes=0-1,3-4",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-2",
            "items=0-1",
            "bytes 0-1",
            "bytes=+1-2",
            "bytes=1-2-3",
            "bytes=--1",
            "",
            "bytes=0x1-2",
        ] {
            assert_eq!(asked(range, 10), Requested::Whole, "{range:?}");
        }
        assert_eq!(asked("bytes=0-", 0), Requested::Whole, "nothing has no part");
    }

    #[test]
    fn two_range_headers_are_ignored() {
        let mut headers = HeaderMap::new();
        headers.append(RANGE, HeaderValue::from_static("bytes=0-1"));
        headers.append(RANGE, HeaderValue::from_static("bytes=3-4"));
        assert_eq!(Requested::of(&headers, &EntityTag::new("abc"), 10), Requested::Whole);
    }

    #[test]
    fn if_range_must_be_the_present_version() {
        let asked = |if_range: &str| {
            let mut headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_static("bytes=0-1"))]);
            headers.insert(IF_RANGE, HeaderValue::from_str(if_range).unwrap());
            Requested::of(&headers, &EntityTag::new("abc"), 10)
        };
        assert_eq!(asked("\"abc\""), Requested::Part(0..2));
        for other in ["\"abd\"", "W/\"abc\"", "abc", "Thu, 20 Nov 2025 09:00:00 GMT", ""] {
            assert_eq!(asked(other), Requested::Whole, "{other}");
        }
    }

    proptest! {
        #[test]
        fn a_part_is_within_the_length(range in "(bytes=)?[0-9,-]{0,24}", len in any::<u64>()) {
            if let Requested::Part(part) = asked(&range, len) {
                prop_assert!(part.start < part.end && part.end <= len);
            }
        }
    }
}
