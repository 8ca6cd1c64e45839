//! What goes on in the server, in counts: `/metrics` for Prometheus, and the same as JSON in the native API.

use super::Api;
use crate::jobs::{JobState, WORK_KINDS};
use crate::metrics::{Exposition, Metric, Snapshot};
use crate::purge::PurgeStatus;
use crate::store::StoreError;
use schemars::JsonSchema;
use serde::Serialize;

/// The path of the text for Prometheus.
pub(super) const METRICS: &str = "/metrics";

/// What goes on, and what was done since the server started.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Operations {
    #[serde(flatten)]
    snapshot: Snapshot,
    /// The jobs that the store keeps, of all servers that share it.
    jobs: Vec<JobsOfKind>,
    purges: PurgeStatus,
}

/// How many jobs of one kind there are.
#[derive(Debug, Serialize, JsonSchema)]
struct JobsOfKind {
    kind: &'static str,
    waiting: u64,
    running: u64,
}

impl Operations {
    pub(super) async fn of(api: &Api) -> Result<Operations, StoreError> {
        let all = api.jobs.list().await?;
        let jobs = WORK_KINDS.iter().map(|&kind| {
            let count = |state| all.iter().filter(|job| job.kind == kind && job.state == state).count() as u64;
            JobsOfKind { kind, waiting: count(JobState::Waiting), running: count(JobState::Running) }
        });
        let purges = api.purger.as_ref().map(|purger| purger.status()).unwrap_or_default();
        Ok(Operations { snapshot: api.catalog.metrics().snapshot(), jobs: jobs.collect(), purges })
    }

    pub(super) fn exposition(&self) -> String {
        let Operations { snapshot, jobs, purges } = self;
        let mut text = Exposition::default();
        let counter = |name, help| Metric { name, sort: "counter", help };
        let gauge = |name, help| Metric { name, sort: "gauge", help };
        text.metric(
            gauge("process_start_time_seconds", "When counting began, in seconds since 1970."),
            [([], snapshot.started)],
        );
        text.metric(gauge("signalbox_connections", "Open connections."), [([], snapshot.connections)]);
        text.metric(
            counter("signalbox_requests_total", "Requests answered, by what was asked for and class of status."),
            snapshot.requests.iter().map(|of| ([("answer", of.answer.name()), ("status", of.status)], of.count)),
        );
        text.metric(
            counter("signalbox_sent_bytes_total", "Bytes of bodies that were taken, by what was asked for."),
            snapshot.bytes.iter().map(|of| ([("answer", of.answer.name())], of.bytes)),
        );
        text.metric(
            counter("signalbox_kept_hits_total", "What was kept when it was asked for."),
            snapshot.kept.iter().map(|of| ([("kept", of.kept.name())], of.hits)),
        );
        text.metric(
            counter("signalbox_kept_misses_total", "What had to be made when it was asked for."),
            snapshot.kept.iter().map(|of| ([("kept", of.kept.name())], of.misses)),
        );
        text.metric(
            counter("signalbox_edits_total", "Edits of track lists and changes of files."),
            [([], snapshot.edits)],
        );
        text.metric(
            gauge("signalbox_jobs", "Jobs of the store that have not ended, by kind and state."),
            jobs.iter().flat_map(|of| {
                [("waiting", of.waiting), ("running", of.running)]
                    .map(|(state, count)| ([("kind", of.kind), ("state", state)], count))
            }),
        );
        text.metric(
            counter("signalbox_jobs_ended_total", "Jobs that ended here, by kind and outcome."),
            snapshot.jobs_ended.iter().map(|of| ([("kind", of.kind), ("outcome", of.outcome)], of.count)),
        );
        text.metric(
            gauge("signalbox_purges_waiting", "Assets whose purge is due or under way."),
            [([], purges.waiting as u64)],
        );
        text.metric(
            counter("signalbox_purges_total", "Purges, by outcome."),
            [("succeeded", purges.succeeded), ("failed", purges.failed), ("dropped", purges.dropped)]
                .map(|(outcome, count)| ([("outcome", outcome)], count)),
        );
        text.into_text()
    }
}
