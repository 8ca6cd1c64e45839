//! Tells a CDN that an asset was edited, so that its viewers see the edit at once and not when a cache asks again.
//!
//! Purges are made a moment after the edit: edits that come close together are one purge, and by then the other servers
//! of the same store have seen the edit, too. One that fails is tried again; what fails for good is counted and told.

mod attempt;
mod queue;
mod template;

pub use template::{Place, Template};

use crate::client::{HttpClient, http_client};
use attempt::{Failed, attempt};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Method;
use hyper::header::HeaderMap;
use queue::Queue;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::Notify;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until, timeout};

/// Purges under way at once.
const AT_ONCE: usize = 4;

/// How a CDN is told.
#[derive(Debug, Clone)]
pub struct PurgeOptions {
    pub method: Method,
    pub url: Template,
    pub body: Option<Template>,
    /// Their values may be secrets: they are in no log and no answer.
    pub headers: HeaderMap,
    /// For one attempt.
    pub timeout: Duration,
    /// Attempts after the first.
    pub retries: u32,
    /// From the edit to its purge.
    pub delay: Duration,
}

/// What became of the purges since the process started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PurgeStatus {
    /// Assets whose purge is due or under way.
    pub waiting: usize,
    pub succeeded: u64,
    /// Purges given up after all attempts.
    pub failed: u64,
    /// Edits that were not purged because too many waited.
    pub dropped: u64,
    pub last_failure: Option<PurgeFailure>,
}

/// An attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PurgeFailure {
    pub asset: String,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub at: u64,
    pub problem: String,
    /// Whether it is tried again.
    pub again: bool,
}

/// Tells the CDN of edits. Clones share one queue.
#[derive(Clone)]
pub struct Purger {
    shared: Arc<Shared>,
}

struct Shared {
    options: PurgeOptions,
    client: HttpClient<Full<Bytes>>,
    state: Mutex<(Queue, PurgeStatus)>,
    changed: Notify,
}

impl Purger {
    pub fn new(options: PurgeOptions) -> Purger {
        let client = http_client(options.timeout);
        Purger { shared: Arc::new(Shared { options, client, state: Mutex::default(), changed: Notify::new() }) }
    }

    /// Notes that an asset was edited; it never waits.
    pub fn edited(&self, asset: &str) {
        let due = Instant::now() + self.shared.options.delay;
        let noted = self.shared.lock().0.edited(asset, due);
        if noted {
            self.shared.changed.notify_one();
        } else {
            self.missed(1);
            tracing::error!(asset, "the edit is not purged from the CDN: too many purges wait");
        }
    }

    /// Notes that `edits` were made of assets that nobody knows any more.
    pub fn missed(&self, edits: u64) {
        self.shared.lock().1.dropped += edits;
    }

    pub fn status(&self) -> PurgeStatus {
        let state = self.shared.lock();
        PurgeStatus { waiting: state.0.len(), ..state.1.clone() }
    }

    /// Makes the purges that are due, until the task is aborted.
    pub async fn run(&self) {
        let mut under_way = JoinSet::new();
        loop {
            self.start_due(&mut under_way);
            let next = self.shared.lock().0.next_due().filter(|_| under_way.len() < AT_ONCE);
            let due = async {
                match next {
                    Some(next) => sleep_until(next).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = due => {}
                () = self.shared.changed.notified() => {}
                Some(done) = under_way.join_next() => self.ended(done),
            }
        }
    }

    /// Makes those that wait at once, as far as they are made within `patience`, for a process that ends. Nobody may
    /// [`run`](Purger::run) any more.
    pub async fn finish(&self, patience: Duration) {
        self.shared.lock().0.hurry(Instant::now());
        let all = async {
            let mut under_way = JoinSet::new();
            loop {
                self.start_due(&mut under_way);
                match under_way.join_next().await {
                    Some(done) => self.ended(done),
                    None => break,
                }
            }
        };
        let in_time = timeout(patience, all).await.is_ok();
        let left = self.shared.lock().0.len();
        if left > 0 || !in_time {
            tracing::error!(assets = left, "edits are not purged from the CDN: the process ends");
        }
    }

    fn start_due(&self, under_way: &mut JoinSet<(String, Result<(), Failed>)>) {
        while under_way.len() < AT_ONCE {
            let Some(asset) = self.shared.lock().0.take(Instant::now()) else { break };
            let shared = Arc::clone(&self.shared);
            under_way.spawn(async move {
                let result = attempt(&shared.client, &shared.options, &asset).await;
                (asset, result)
            });
        }
    }

    fn ended(&self, done: Result<(String, Result<(), Failed>), JoinError>) {
        let Ok((asset, result)) = done else { return };
        let mut state = self.shared.lock();
        let (queue, status) = &mut *state;
        let Err(failure) = result else {
            queue.ended(&asset);
            status.succeeded += 1;
            tracing::debug!(asset, "purged from the CDN");
            return;
        };
        let retries = if failure.again { self.shared.options.retries } else { 0 };
        let wait = queue.failed(&asset, Instant::now(), retries, failure.after);
        match wait {
            Some(wait) => tracing::warn!(asset, "purge failed, tried again in {wait:?}: {}", failure.problem),
            None => {
                status.failed += 1;
                tracing::error!(asset, "purge failed: {}", failure.problem);
            }
        }
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        status.last_failure = Some(PurgeFailure { asset, at, problem: failure.problem, again: wait.is_some() });
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, (Queue, PurgeStatus)> {
        // Both are whole between any two statements, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
