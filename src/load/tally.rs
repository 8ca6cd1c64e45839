//! What all players count together.

use super::Histogram;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Manifest,
    Init,
    Segment,
}

/// Answered requests of one kind.
#[derive(Debug, Default)]
pub(super) struct Answered {
    pub(super) bytes: AtomicU64,
    /// From the request to the last byte.
    pub(super) latency: Histogram,
}

/// Counters, filled by all players at once.
#[derive(Debug, Default)]
pub struct Tally {
    pub(super) manifests: Answered,
    pub(super) inits: Answered,
    pub(super) segments: Answered,
    errors: Mutex<BTreeMap<String, u64>>,
    late: AtomicU64,
    stalled_micros: AtomicU64,
    seeks: AtomicU64,
    switches: AtomicU64,
}

impl Tally {
    pub(super) fn of(&self, kind: Kind) -> &Answered {
        match kind {
            Kind::Manifest => &self.manifests,
            Kind::Init => &self.inits,
            Kind::Segment => &self.segments,
        }
    }

    pub(super) fn answered(&self, kind: Kind, bytes: u64, latency: Duration) {
        let answered = self.of(kind);
        answered.bytes.fetch_add(bytes, Relaxed);
        answered.latency.record(latency);
    }

    /// `what` names the kind of error, few in number.
    pub(super) fn failed(&self, what: String) {
        if let Ok(mut errors) = self.errors.lock() {
            *errors.entry(what).or_default() += 1;
        }
    }

    pub(super) fn late(&self, stalled: Duration) {
        self.late.fetch_add(1, Relaxed);
        self.stalled_micros.fetch_add(u64::try_from(stalled.as_micros()).unwrap_or(u64::MAX), Relaxed);
    }

    pub(super) fn sought(&self) {
        self.seeks.fetch_add(1, Relaxed);
    }

    pub(super) fn switched(&self) {
        self.switches.fetch_add(1, Relaxed);
    }

    /// Answered requests.
    pub fn requests(&self) -> u64 {
        [Kind::Manifest, Kind::Init, Kind::Segment].iter().map(|kind| self.of(*kind).latency.count()).sum()
    }

    /// Bytes of bodies.
    pub fn bytes(&self) -> u64 {
        [Kind::Manifest, Kind::Init, Kind::Segment].iter().map(|kind| self.of(*kind).bytes.load(Relaxed)).sum()
    }

    /// Failed requests, by kind of failure.
    pub fn errors(&self) -> BTreeMap<String, u64> {
        self.errors.lock().map(|errors| errors.clone()).unwrap_or_default()
    }

    /// Segments that came after the moment they should have played.
    pub fn late_segments(&self) -> u64 {
        self.late.load(Relaxed)
    }

    /// For how long playback stood still, over all players.
    pub fn stalled(&self) -> Duration {
        Duration::from_micros(self.stalled_micros.load(Relaxed))
    }

    pub fn seeks(&self) -> u64 {
        self.seeks.load(Relaxed)
    }

    pub fn switches(&self) -> u64 {
        self.switches.load(Relaxed)
    }
}
