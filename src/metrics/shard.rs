//! Counters that threads do not take from each other: each has a shard, in cache lines of its own.

use super::{Answer, CLASSES, Kept};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// Threads beyond these share. A power of two.
const SHARDS: usize = 16;

/// The counters of one thread, or of a few. 128 bytes, as processors fetch lines by twos.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Shard {
    /// By answer, then by class of status.
    pub(super) requests: [AtomicU64; Answer::ALL.len() * CLASSES.len()],
    pub(super) bytes: [AtomicU64; Answer::ALL.len()],
    pub(super) hits: [AtomicU64; Kept::ALL.len()],
    pub(super) misses: [AtomicU64; Kept::ALL.len()],
}

#[derive(Debug, Default)]
pub(super) struct Shards([Shard; SHARDS]);

impl Shards {
    /// The shard of the thread that asks.
    pub(super) fn own(&self) -> &Shard {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static OWN: usize = NEXT.fetch_add(1, Relaxed) % SHARDS;
        }
        // A thread that ends may count still; then any shard will do.
        let own = OWN.try_with(|own| *own).unwrap_or_default();
        &self.0[own % SHARDS]
    }

    /// One counter of all shards.
    pub(super) fn sum(&self, of: fn(&Shard) -> &[AtomicU64], place: usize) -> u64 {
        let counts = self.0.iter().filter_map(|shard| of(shard).get(place));
        counts.fold(0, |sum, counter| sum.wrapping_add(counter.load(Relaxed)))
    }
}
