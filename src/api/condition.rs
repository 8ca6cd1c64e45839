//! Requests that depend on a revision (RFC 9110 13.1).
//!
//! An entity tag of the APIs reads `"{revision}"` or `"{revision}~{rest}"`. The revision is of what an editor can change;
//! the rest is of what else an answer shows, such as the facts of a media file. So the whole tag tells whether an answer
//! is still the same, and an edit is held up only where another's edit would be lost: `If-Match` compares revisions.

use hyper::HeaderMap;
use hyper::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};

/// What a request that changes something says of the state that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// Whatever it is.
    None,
    /// `If-Match: *`: it is there.
    Present,
    /// `If-None-Match: *`: it is not there.
    Absent,
    /// `If-Match`: one of these revisions.
    OneOf(Vec<String>),
}

/// The conditions of a request cannot be kept to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ConditionError {
    #[error("{0} takes entity tags in their quotes, such as \"abc\", or *")]
    Malformed(HeaderName),
    #[error("what changes something takes of If-None-Match the * alone")]
    Unsupported,
}

impl Condition {
    /// The condition of a request that changes something.
    pub(super) fn of(headers: &HeaderMap) -> Result<Condition, ConditionError> {
        match (tags(headers, IF_MATCH)?, tags(headers, IF_NONE_MATCH)?) {
            (None, None) => Ok(Condition::None),
            (Some(Tags::Any), None) => Ok(Condition::Present),
            (Some(Tags::Listed(tags)), None) => Ok(Condition::OneOf(tags.into_iter().filter_map(revision).collect())),
            (None, Some(Tags::Any)) => Ok(Condition::Absent),
            // Never true of anything.
            (Some(_), Some(Tags::Any)) => Ok(Condition::OneOf(Vec::new())),
            (_, Some(Tags::Listed(_))) => Err(ConditionError::Unsupported),
        }
    }

    /// Whether it is true of something at revision `current`; `None` where there is nothing.
    pub(super) fn holds(&self, current: Option<&str>) -> bool {
        match self {
            Condition::None => true,
            Condition::Present => current.is_some(),
            Condition::Absent => current.is_none(),
            Condition::OneOf(revisions) => current.is_some_and(|current| revisions.iter().any(|one| one == current)),
        }
    }
}

/// The values of a header, all of its lines together.
enum Tags {
    Any,
    /// Whether each is a strong tag, and what stands between its quotes.
    Listed(Vec<(bool, String)>),
}

/// The revision in a tag. A weak one never matches here (RFC 9110 13.1.1).
fn revision((strong, tag): (bool, String)) -> Option<String> {
    let revision = tag.split_once('~').map_or(tag.as_str(), |(revision, _)| revision);
    strong.then(|| revision.to_owned())
}

fn tags(headers: &HeaderMap, name: HeaderName) -> Result<Option<Tags>, ConditionError> {
    let mut values = headers.get_all(&name).iter().peekable();
    if values.peek().is_none() {
        return Ok(None);
    }
    let malformed = || ConditionError::Malformed(name.clone());
    let lines: Result<Vec<&str>, _> = values.map(|value| value.to_str().map_err(|_| malformed())).collect();
    let list = lines?.join(",");
    if list.trim() == "*" {
        return Ok(Some(Tags::Any));
    }
    let (mut listed, mut rest) = (Vec::new(), list.as_str());
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            break;
        }
        let strong = !rest.starts_with("W/");
        let inner = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"').ok_or_else(malformed)?;
        let (tag, after) = inner.split_once('"').ok_or_else(malformed)?;
        if !(after.is_empty() || after.starts_with([' ', '\t', ','])) {
            return Err(malformed());
        }
        listed.push((strong, tag.to_owned()));
        rest = after;
    }
    // A list of nothing is a condition that nothing meets.
    Ok(Some(Tags::Listed(listed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;
    use proptest::prelude::*;

    fn of(headers: &[(HeaderName, &str)]) -> Result<Condition, ConditionError> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        Condition::of(&map)
    }

    fn one_of(revisions: &[&str]) -> Result<Condition, ConditionError> {
        Ok(Condition::OneOf(revisions.iter().map(|&revision| revision.to_owned()).collect()))
    }

    #[test]
    fn the_revision_of_a_tag_counts() {
        assert_eq!(of(&[]), Ok(Condition::None));
        assert_eq!(of(&[(IF_MATCH, "\"abc\"")]), one_of(&["abc"]));
        assert_eq!(of(&[(IF_MATCH, "\"abc~def\" , \"x.1\"")]), one_of(&["abc", "x.1"]));
        assert_eq!(of(&[(IF_MATCH, "\"a\""), (IF_MATCH, "\"b\"")]), one_of(&["a", "b"]));
        assert_eq!(of(&[(IF_MATCH, "W/\"abc\"")]), one_of(&[]), "a weak tag is never the same");
        assert_eq!(of(&[(IF_MATCH, " * ")]), Ok(Condition::Present));
        assert_eq!(of(&[(IF_NONE_MATCH, "*")]), Ok(Condition::Absent));
    }

    #[test]
    fn what_is_no_condition_is_refused_and_never_taken_for_none() {
        for value in ["abc", "\"abc", "*, \"a\"", "\"a\"b", "w/\"a\""] {
            assert_eq!(of(&[(IF_MATCH, value)]), Err(ConditionError::Malformed(IF_MATCH)), "{value:?}");
        }
        assert_eq!(of(&[(IF_NONE_MATCH, "\"abc\"")]), Err(ConditionError::Unsupported));
        for never in [&[(IF_MATCH, "")][..], &[(IF_MATCH, " , ")], &[(IF_NONE_MATCH, "*"), (IF_MATCH, "*")]] {
            let condition = of(never).unwrap();
            assert!(!condition.holds(None) && !condition.holds(Some("abc")), "{never:?}");
        }
    }

    #[test]
    fn conditions_hold_or_not() {
        let of_abc = of(&[(IF_MATCH, "\"abc\"")]).unwrap();
        for (condition, there, other, absent) in [
            (Condition::None, true, true, true),
            (Condition::Present, true, true, false),
            (Condition::Absent, false, false, true),
            (of_abc, true, false, false),
        ] {
            assert_eq!(condition.holds(Some("abc")), there, "{condition:?}");
            assert_eq!(condition.holds(Some("abcd")), other, "{condition:?}");
            assert_eq!(condition.holds(None), absent, "{condition:?}");
        }
    }

    proptest! {
        #[test]
        fn no_header_does_harm(value in "[ -~]{0,40}") {
            let _ = of(&[(IF_MATCH, value.as_str())]);
        }
    }
}
