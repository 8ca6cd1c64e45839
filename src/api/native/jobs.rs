//! What goes on beside editing: jobs, and telling a CDN of edits.

use super::answer::{Answer, content, json};
use super::operation::Call;
use super::problem::{Kind, Problem};
use crate::jobs::JobStatus;
use crate::purge::PurgeStatus;
use hyper::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

/// The jobs of the assets that the caller may see.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct JobList {
    jobs: Vec<JobStatus>,
}

/// What became of the purges.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Purges {
    /// Whether a CDN is told at all.
    configured: bool,
    #[serde(flatten)]
    status: PurgeStatus,
}

pub(super) async fn list(call: Call<'_>) -> Answer {
    let mut jobs = call.api.jobs.list().await?;
    jobs.retain(|job| call.caller.sees(&job.asset));
    content(&call, &JobList { jobs })
}

pub(super) async fn get(call: Call<'_>) -> Answer {
    let job = find(&call).await?;
    content(&call, &job)
}

pub(super) async fn cancel(call: Call<'_>) -> Answer {
    find(&call).await?;
    let job = call.api.jobs.cancel(call.item()).await?.ok_or_else(|| unknown(&call))?;
    json(StatusCode::OK, &job)
}

/// A job of an asset that is not the caller's is none.
async fn find(call: &Call<'_>) -> Result<JobStatus, Problem> {
    let job = call.api.jobs.get(call.item()).await?.filter(|job| call.caller.sees(&job.asset));
    job.ok_or_else(|| unknown(call))
}

fn unknown(call: &Call<'_>) -> Problem {
    Problem::new(Kind::NoSuchJob, format!("there is no job {:?}", call.item()))
}

pub(super) async fn purges(call: Call<'_>) -> Answer {
    let mut status = call.api.purger.as_ref().map(|purger| purger.status()).unwrap_or_default();
    status.last_failure = status.last_failure.filter(|failure| call.caller.sees(&failure.asset));
    content(&call, &Purges { configured: call.api.purger.is_some(), status })
}
