//! What the server did since it started, counted: for those who watch over it.
//!
//! Counting must cost nothing that shows: each thread adds to a shard of its own, and shards are only added up when
//! somebody asks. Nothing here is by asset, as there may be any number of those.

mod exposition;
mod recent;
mod shard;

pub use exposition::{Exposition, Metric};
pub use recent::Failure;

use recent::Recent;
use schemars::JsonSchema;
use serde::Serialize;
use shard::{Shard, Shards};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// A playlist or MPD.
    Manifest,
    /// A segment in MP4, of captions, too.
    Segment,
    Init,
    /// A WebVTT segment.
    Text,
    /// Anything that is for editors, the page's files, too.
    Api,
    Other,
}

impl Answer {
    const ALL: [Answer; 6] =
        [Answer::Manifest, Answer::Segment, Answer::Init, Answer::Text, Answer::Api, Answer::Other];

    pub fn name(self) -> &'static str {
        match self {
            Answer::Manifest => "manifest",
            Answer::Segment => "segment",
            Answer::Init => "init",
            Answer::Text => "text",
            Answer::Api => "api",
            Answer::Other => "other",
        }
    }
}

/// What is kept in memory, so that it need not be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kept {
    /// Written manifests and caption segments.
    Manifest,
    /// Segments, or their heads.
    Segment,
    /// Assets with the indexes of their files.
    Index,
}

impl Kept {
    const ALL: [Kept; 3] = [Kept::Manifest, Kept::Segment, Kept::Index];

    pub fn name(self) -> &'static str {
        match self {
            Kept::Manifest => "manifest",
            Kept::Segment => "segment",
            Kept::Index => "index",
        }
    }
}

/// The classes of status codes, from 1xx to 5xx.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Connections that the listeners of this process have open. Of the process, as its file descriptors are.
static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

/// A connection, counted as long as this is held.
#[derive(Debug)]
pub struct OpenConnection(());

impl OpenConnection {
    pub fn count() -> OpenConnection {
        CONNECTIONS.fetch_add(1, Relaxed);
        OpenConnection(())
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        CONNECTIONS.fetch_sub(1, Relaxed);
    }
}

/// The counts of a server.
#[derive(Debug)]
pub struct Metrics {
    started: u64,
    shards: Shards,
    edits: AtomicU64,
    /// Jobs that ended here, by kind and outcome.
    jobs: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
    failures: Recent,
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics {
            started: now(),
            shards: Shards::default(),
            edits: AtomicU64::new(0),
            jobs: Mutex::default(),
            failures: Recent::default(),
        }
    }
}

impl Metrics {
    /// A request was answered with this status.
    pub fn answered(&self, answer: Answer, status: u16) {
        let class = usize::from(status / 100).clamp(1, CLASSES.len()) - 1;
        add(self.shards.own().requests.get(answer as usize * CLASSES.len() + class), 1);
    }

    /// So many bytes of a body went to the connection.
    pub fn sent(&self, answer: Answer, bytes: u64) {
        add(self.shards.own().bytes.get(answer as usize), bytes);
    }

    pub fn hit(&self, kept: Kept) {
        add(self.shards.own().hits.get(kept as usize), 1);
    }

    pub fn missed(&self, kept: Kept) {
        add(self.shards.own().misses.get(kept as usize), 1);
    }

    /// Track lists or files were changed on this node, so often.
    pub fn edited(&self, edits: u64) {
        self.edits.fetch_add(edits, Relaxed);
    }

    pub fn job_ended(&self, kind: &'static str, outcome: &'static str) {
        *self.jobs.lock().unwrap_or_else(PoisonError::into_inner).entry((kind, outcome)).or_default() += 1;
    }

    /// Something went wrong that somebody should look at; `asset` is empty where it is of none.
    pub fn failed(&self, asset: &str, what: &str) {
        self.failures.note(now(), asset, what);
    }

    pub fn snapshot(&self) -> Snapshot {
        let sum = |of: fn(&Shard) -> &[AtomicU64], place: usize| self.shards.sum(of, place);
        let requests = Answer::ALL.into_iter().flat_map(|answer| {
            CLASSES.iter().enumerate().map(move |(class, status)| {
                let count = sum(|shard| &shard.requests, answer as usize * CLASSES.len() + class);
                Requests { answer, status, count }
            })
        });
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Snapshot {
            started: self.started,
            connections: CONNECTIONS.load(Relaxed),
            requests: requests.collect(),
            bytes: Answer::ALL.map(|answer| Sent { answer, bytes: sum(|shard| &shard.bytes, answer as usize) }).into(),
            kept: Kept::ALL
                .map(|kept| KeptCounts {
                    kept,
                    hits: sum(|shard| &shard.hits, kept as usize),
                    misses: sum(|shard| &shard.misses, kept as usize),
                })
                .into(),
            edits: self.edits.load(Relaxed),
            jobs_ended: jobs.into_iter().map(|((kind, outcome), count)| EndedJobs { kind, outcome, count }).collect(),
            failures: self.failures.all(),
        }
    }
}

fn add(counter: Option<&AtomicU64>, what: u64) {
    if let Some(counter) = counter {
        counter.fetch_add(what, Relaxed);
    }
}

/// Seconds since 1970-01-01T00:00:00Z.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// All counts at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Snapshot {
    /// When counting began, in seconds since 1970-01-01T00:00:00Z.
    pub started: u64,
    /// Open connections of all listeners.
    pub connections: u64,
    pub requests: Vec<Requests>,
    pub bytes: Vec<Sent>,
    pub kept: Vec<KeptCounts>,
    /// Edits of track lists and changes of files, made on this node.
    pub edits: u64,
    pub jobs_ended: Vec<EndedJobs>,
    /// What went wrong lately, the newest first.
    pub failures: Vec<Failure>,
}

/// Requests that were answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Requests {
    pub answer: Answer,
    /// The class of the status, such as `2xx`.
    pub status: &'static str,
    pub count: u64,
}

/// Bytes of bodies that went to connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sent {
    pub answer: Answer,
    pub bytes: u64,
}

/// How often something was there already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeptCounts {
    pub kept: Kept,
    pub hits: u64,
    pub misses: u64,
}

/// Jobs that ended in this process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EndedJobs {
    pub kind: &'static str,
    /// `done`, `failed` or `cancelled`.
    pub outcome: &'static str,
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_counted_once_in_its_class() {
        let metrics = Metrics::default();
        for status in [200, 206, 304, 404, 503, 999, 0] {
            metrics.answered(Answer::Text, status);
        }
        let counts = |metrics: &Metrics| {
            let snapshot = metrics.snapshot();
            let of = |answer| snapshot.requests.iter().filter(move |of| of.answer == answer).map(|of| of.count);
            (of(Answer::Text).collect::<Vec<_>>(), of(Answer::Other).sum::<u64>())
        };
        assert_eq!(counts(&metrics), (vec![1, 2, 1, 1, 2], 0));
    }

    #[test]
    fn threads_add_up() {
        let metrics = Metrics::default();
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        metrics.sent(Answer::Segment, 3);
                        metrics.hit(Kept::Index);
                    }
                });
            }
        });
        let snapshot = metrics.snapshot();
        assert_eq!(snapshot.bytes.iter().map(|sent| sent.bytes).collect::<Vec<_>>(), [0, 60_000, 0, 0, 0, 0]);
        let index = snapshot.kept.iter().find(|counts| counts.kept == Kept::Index).unwrap();
        assert_eq!((index.hits, index.misses), (20_000, 0));
    }

    #[test]
    fn jobs_and_edits_are_counted() {
        let metrics = Metrics::default();
        metrics.edited(1);
        ["done", "failed", "done"].iter().for_each(|outcome| metrics.job_ended("fetch", outcome));
        let snapshot = metrics.snapshot();
        let ended: Vec<_> = snapshot.jobs_ended.iter().map(|ended| (ended.outcome, ended.count)).collect();
        assert_eq!((snapshot.edits, ended), (1, vec![("done", 2), ("failed", 1)]));
    }

    #[test]
    fn a_connection_counts_while_it_is_open() {
        // Others of this process may come and go meanwhile, but none that were there before.
        let metrics = Metrics::default();
        let open: Vec<OpenConnection> = (0..1000).map(|_| OpenConnection::count()).collect();
        assert!(metrics.snapshot().connections >= 1000);
        drop(open);
        assert!(metrics.snapshot().connections < 1000);
    }
}
