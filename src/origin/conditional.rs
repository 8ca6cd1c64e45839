//! Entity tags, and requests that depend on them (RFC 9110 8.8.3, 13.1).

use hyper::HeaderMap;
use hyper::header::{HeaderValue, IF_NONE_MATCH};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use sha2::{Digest, Sha256};

/// What may not stand in an entity tag, and the mark of the encoding itself.
const NOT_OPAQUE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%');

/// A strong entity tag: two equal ones are the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag(HeaderValue);

impl EntityTag {
    /// A tag that reads `opaque`; what a tag may not hold is percent-encoded.
    pub fn new(opaque: &str) -> EntityTag {
        let value = format!("\"{}\"", utf8_percent_encode(opaque, NOT_OPAQUE));
        // All of it is visible ASCII now, which is always a header value.
        EntityTag(HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("\"\"")))
    }

    /// A tag made from what `bytes` are; `suffix` tells codings of the same bytes apart.
    pub(crate) fn of(bytes: &[u8], suffix: &str) -> EntityTag {
        let digest = Sha256::digest(bytes);
        let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        EntityTag::new(&(hex + suffix))
    }

    pub fn as_header(&self) -> &HeaderValue {
        &self.0
    }

    /// With its quotes.
    fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether `If-None-Match` names this tag or `*`, so that the client has the answer already (RFC 9110 13.1.2).
    /// The comparison is weak: a cache may have weakened the tag on its way.
    pub fn is_known(&self, headers: &HeaderMap) -> bool {
        headers.get_all(IF_NONE_MATCH).iter().any(|value| {
            value.as_bytes().trim_ascii() == b"*" || tags(value.as_bytes()).any(|tag| tag == self.as_bytes())
        })
    }

    /// Whether `value` is this tag and a strong one (RFC 9110 8.8.3.2).
    pub(super) fn is_strongly(&self, value: &HeaderValue) -> bool {
        value.as_bytes().trim_ascii() == self.as_bytes()
    }
}

/// The tags of a list, with their quotes and without `W/`. A quoted tag may hold a comma. What is no tag ends the list.
fn tags(mut list: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        while let [b' ' | b'\t' | b',', rest @ ..] = list {
            list = rest;
        }
        let start = list.strip_prefix(b"W/").unwrap_or(list);
        let inner = start.strip_prefix(b"\"")?;
        let end = inner.iter().position(|&byte| byte == b'"')? + 2;
        let (tag, rest) = start.split_at_checked(end)?;
        list = rest;
        Some(tag)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known(values: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IF_NONE_MATCH, HeaderValue::from_str(value).unwrap());
        }
        EntityTag::new("abc").is_known(&headers)
    }

    #[test]
    fn a_named_tag_is_known() {
        for values in [
            &["\"abc\""][..],
            &["W/\"abc\""],
            &["\"x\", \"abc\""],
            &["\"x\",W/\"abc\" , \"y\""],
            &["\"a,b\", \"abc\""],
            &[" \"abc\" "],
            &["\"x\"", "\"abc\""],
            &["*"],
            &[" * "],
        ] {
            assert!(known(values), "{values:?}");
        }
    }

    #[test]
    fn others_are_not() {
        for values in [
            &[][..],
            &[""],
            &["abc"],
            &["\"abc"],
            &["\"ab\""],
            &["\"abcd\""],
            &["\"ABC\""],
            &["w/\"abc\""],
            &["\"a,\"abc\""],
            &["\"x\", *"],
            &[",,,"],
        ] {
            assert!(!known(values), "{values:?}");
        }
    }

    #[test]
    fn if_range_compares_strongly() {
        let tag = EntityTag::new("abc");
        assert!(tag.is_strongly(&HeaderValue::from_static("\"abc\"")));
        assert!(!tag.is_strongly(&HeaderValue::from_static("W/\"abc\"")));
        assert!(!tag.is_strongly(&HeaderValue::from_static("Thu, 20 Nov 2025 09:00:00 GMT")));
    }

    #[test]
    fn equal_bytes_have_equal_tags_and_codings_have_their_own() {
        assert_eq!(EntityTag::of(b"#EXTM3U", ""), EntityTag::of(b"#EXTM3U", ""));
        assert_ne!(EntityTag::of(b"#EXTM3U", ""), EntityTag::of(b"#EXTM3U\n", ""));
        assert_ne!(EntityTag::of(b"#EXTM3U", ""), EntityTag::of(b"#EXTM3U", "-gzip"));
    }

    proptest! {
        #[test]
        fn any_text_makes_a_tag_that_is_known_again(opaque in ".{0,20}", other in ".{0,20}") {
            let (tag, other_tag) = (EntityTag::new(&opaque), EntityTag::new(&other));
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, tag.as_header().clone());
            prop_assert!(tag.is_known(&headers));
            prop_assert_eq!(other_tag.is_known(&headers), opaque == other);
        }

        #[test]
        fn no_list_does_harm(list in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert!(tags(&list).count() <= list.len());
        }
    }
}
