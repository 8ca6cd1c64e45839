//! What went wrong lately: bounded, the oldest goes first.

use schemars::JsonSchema;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Failures that are kept.
const MOST: usize = 50;
/// Characters of one.
const LONGEST: usize = 500;

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Failure {
    /// The last time, in seconds since 1970-01-01T00:00:00Z.
    pub at: u64,
    /// Empty where it is of none.
    pub asset: String,
    pub what: String,
    /// How often it came, one after the other.
    pub times: u64,
}

#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<VecDeque<Failure>>);

impl Recent {
    /// One that comes again is counted and not told twice: or a disk that fails would hide all else.
    pub(super) fn note(&self, at: u64, asset: &str, what: &str) {
        let what: String = what.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|failure| failure.asset == asset && failure.what == what);
        let times = known.and_then(|place| kept.remove(place)).map_or(0, |failure| failure.times);
        kept.truncate(MOST - 1);
        kept.push_front(Failure { at, asset: asset.to_owned(), what, times: times.saturating_add(1) });
    }

    /// The newest first.
    pub(super) fn all(&self) -> Vec<Failure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept() {
        let recent = Recent::default();
        for number in 0..MOST as u64 + 10 {
            recent.note(number, "a", &format!("trouble {number}"));
        }
        let all = recent.all();
        assert_eq!((all.len(), all[0].at, all[MOST - 1].at), (MOST, MOST as u64 + 9, 10));
    }

    #[test]
    fn what_comes_again_is_counted() {
        let recent = Recent::default();
        recent.note(1, "a", "disk");
        recent.note(2, "b", "disk");
        recent.note(3, "a", "disk");
        let told: Vec<_> = recent.all().into_iter().map(|failure| (failure.at, failure.asset, failure.times)).collect();
        assert_eq!(told, [(3, "a".to_owned(), 2), (2, "b".to_owned(), 1)]);
    }

    #[test]
    fn it_is_one_short_line() {
        let recent = Recent::default();
        recent.note(1, "", &"a\nb\u{1b}[31m".repeat(1000));
        let what = &recent.all()[0].what;
        assert!(what.chars().count() == LONGEST && !what.contains(char::is_control));
    }
}
