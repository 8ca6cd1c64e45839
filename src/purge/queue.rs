//! Which assets are to be purged, and when: each at most once at a time, none more than once for edits that come close
//! together.

use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// Assets that may wait.
const MOST: usize = 10_000;
/// The longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A purge that is due or under way.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// `None` while it is under way and nothing was edited since.
    due: Option<Instant>,
    under_way: bool,
    /// Attempts that failed.
    failed: u32,
}

/// The purges that are due.
#[derive(Debug, Default)]
pub(super) struct Queue {
    entries: HashMap<String, Entry>,
}

impl Queue {
    /// Notes that an asset was edited; false where too many wait.
    pub(super) fn edited(&mut self, asset: &str, due: Instant) -> bool {
        if let Some(entry) = self.entries.get_mut(asset) {
            // One that waits holds for this edit, too, and is not put off.
            entry.due = Some(entry.due.map_or(due, |known| known.min(due)));
            return true;
        }
        let has_room = self.entries.len() < MOST;
        if has_room {
            self.entries.insert(asset.to_owned(), Entry { due: Some(due), under_way: false, failed: 0 });
        }
        has_room
    }

    /// When the next is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.entries.values().filter(|entry| !entry.under_way).filter_map(|entry| entry.due).min()
    }

    /// Takes one that is due.
    pub(super) fn take(&mut self, now: Instant) -> Option<String> {
        let is_due = |entry: &Entry| !entry.under_way && entry.due.is_some_and(|due| due <= now);
        let (asset, entry) =
            self.entries.iter_mut().filter(|(_, entry)| is_due(entry)).min_by_key(|(_, entry)| entry.due)?;
        (entry.due, entry.under_way) = (None, true);
        Some(asset.clone())
    }

    /// Notes that a purge succeeded or failed for good.
    pub(super) fn ended(&mut self, asset: &str) {
        if let Some(entry) = self.entries.get_mut(asset) {
            (entry.under_way, entry.failed) = (false, 0);
            if entry.due.is_none() {
                self.entries.remove(asset);
            }
        }
    }

    /// Notes that an attempt failed; where it is tried again, when. `wish` is the server's.
    pub(super) fn failed(
        &mut self,
        asset: &str,
        now: Instant,
        retries: u32,
        wish: Option<Duration>,
    ) -> Option<Duration> {
        let entry = self.entries.get_mut(asset)?;
        entry.under_way = false;
        entry.failed += 1;
        if entry.failed > retries {
            self.ended(asset);
            return None;
        }
        let wait = Duration::from_secs(1 << (entry.failed - 1).min(6));
        let wait = wait.max(wish.unwrap_or_default()).min(LONGEST_WAIT);
        entry.due = Some(now + wait);
        Some(wait)
    }

    /// Assets that wait or are under way.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Lets all be due now, also those that were under way when their task was ended.
    pub(super) fn hurry(&mut self, now: Instant) {
        for entry in self.entries.values_mut() {
            (entry.due, entry.under_way) = (Some(now), false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn edits_close_together_are_one_purge_that_is_not_put_off() {
        let (mut queue, start) = (Queue::default(), Instant::now());
        for moment in 0..5 {
            assert!(queue.edited("a", start + SECOND * (moment + 1)));
        }
        assert_eq!(queue.next_due(), Some(start + SECOND));
        assert_eq!(queue.take(start), None);
        assert_eq!(queue.take(start + SECOND).as_deref(), Some("a"));
        assert_eq!(queue.next_due(), None);
        queue.ended("a");
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn an_edit_during_a_purge_gives_another_after_it() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        queue.edited("a", now);
        queue.take(now).unwrap();
        queue.edited("a", now);
        assert_eq!(queue.take(now), None, "one at a time");
        queue.ended("a");
        assert_eq!(queue.take(now).as_deref(), Some("a"));
    }

    #[test]
    fn attempts_are_made_at_growing_distance_and_end() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        queue.edited("a", now);
        let mut waits = Vec::new();
        for _ in 0..=3 {
            queue.take(now + 100 * SECOND).unwrap();
            waits.push(queue.failed("a", now, 3, None));
        }
        assert_eq!(waits, [Some(SECOND), Some(2 * SECOND), Some(4 * SECOND), None]);
        assert_eq!(queue.len(), 0);
        queue.edited("a", now);
        queue.take(now).unwrap();
        assert_eq!(queue.failed("a", now, 1, Some(9 * SECOND)), Some(9 * SECOND), "the server's wish");
        assert_eq!(queue.failed("none", now, 1, None), None);
    }

    #[test]
    fn the_queue_is_bounded() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        for number in 0..MOST {
            assert!(queue.edited(&number.to_string(), now));
        }
        assert!(!queue.edited("one more", now));
        assert!(queue.edited("0", now), "one that waits anyway");
    }
}
