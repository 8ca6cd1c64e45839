//! How many requests a token may make. The client that is told to wait does so and asks again, without end; so programs
//! that were written for such a limit meet it here, and one that runs wild does no harm.

use crate::api::native::answer::insert;
use hyper::header::{HeaderMap, HeaderName};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time for which requests are counted.
const WINDOW: Duration = Duration::from_secs(3);
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Counts requests by who makes them: there are no more entries than tokens.
pub(super) struct Rate {
    /// Within a window; 0 for any number.
    limit: u32,
    windows: Mutex<HashMap<String, (Instant, u32)>>,
}

/// What a request is told.
pub(super) struct Turn {
    limit: u32,
    remaining: u32,
    /// Seconds until it may be made; `None` where it may now.
    pub(super) wait: Option<u64>,
}

impl Rate {
    pub(super) fn new(limit: u32) -> Rate {
        Rate { limit, windows: Mutex::default() }
    }

    pub(super) fn take(&self, who: &str) -> Turn {
        self.take_at(who, Instant::now())
    }

    fn take_at(&self, who: &str, now: Instant) -> Turn {
        let Rate { limit, .. } = *self;
        if limit == 0 {
            return Turn { limit: u32::MAX, remaining: u32::MAX, wait: None };
        }
        // Whole between any two statements, so a panic elsewhere spoils nothing.
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let (begun, taken) = windows.entry(who.to_owned()).or_insert((now, 0));
        if now.duration_since(*begun) >= WINDOW {
            (*begun, *taken) = (now, 0);
        }
        if *taken >= limit {
            let left = WINDOW.saturating_sub(now.duration_since(*begun));
            return Turn { limit, remaining: 0, wait: Some(left.as_secs() + 1) };
        }
        *taken += 1;
        Turn { limit, remaining: limit - *taken, wait: None }
    }
}

impl Turn {
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        insert(headers, LIMIT, &self.limit.to_string());
        insert(headers, REMAINING, &self.remaining.to_string());
        if let Some(wait) = self.wait {
            insert(headers, RESET, &wait.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_so_many_in_a_window() {
        let (rate, start) = (Rate::new(2), Instant::now());
        let take = |who: &str, seconds: u64| {
            let turn = rate.take_at(who, start + Duration::from_secs(seconds));
            (turn.remaining, turn.wait)
        };
        assert_eq!(take("a", 0), (1, None));
        assert_eq!(take("a", 1), (0, None));
        assert_eq!(take("a", 1), (0, Some(3)));
        assert_eq!(take("b", 1), (1, None), "others have their own");
        assert_eq!(take("a", 2), (0, Some(2)));
        assert_eq!(take("a", 3), (1, None));
        let unlimited = Rate::new(0);
        assert!((0..1000).all(|_| unlimited.take("a").wait.is_none()));
    }
}
