//! Turns: who changes an asset on this node does so one after the other.
//!
//! The store would refuse all but one of many edits made on the same version, and each that was refused would begin
//! anew: two thousand at once would take two million attempts. In turn each takes one. And since turns are given in the
//! order of asking, edits that wait for theirs can be written together: see `batch.rs`.

use super::batch::Batch;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// So many assets are edited at once; two that share a queue wait for each other for some milliseconds.
const QUEUES: usize = 256;

/// A fixed number of queues, so that nothing grows with the assets.
pub(super) struct Turns {
    queues: Vec<Arc<Mutex<Open>>>,
    hasher: RandomState,
}

/// The edits that are to be written next, by asset.
pub(super) type Open = HashMap<String, Batch>;

/// It is one's turn until this is dropped.
pub(super) type Turn = OwnedMutexGuard<Open>;

impl Turns {
    pub(super) fn new() -> Turns {
        Turns { queues: (0..QUEUES).map(|_| Arc::default()).collect(), hasher: RandomState::new() }
    }

    /// Waits for all who asked for a turn at `asset` before.
    pub(super) async fn take(&self, asset: &str) -> Turn {
        let place = self.hasher.hash_one(asset) as usize % QUEUES;
        let queue = self.queues.get(place).cloned().unwrap_or_default();
        queue.lock_owned().await
    }
}
