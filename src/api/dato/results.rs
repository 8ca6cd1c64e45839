//! Jobs: every change is one, and the client asks for its result until there is one.
//!
//! A change that is made at once has its result sealed into the job's id, so that nothing has to be kept of it, and it
//! holds after a restart and on every node of one store. All others are jobs of the house.

use super::Asked;
use super::answer::{self, Answer, ok};
use super::track_view;
use crate::api::platform::{Brought, Kind, Refusal, from_base64url, to_base64url};
use crate::catalog::LoadError;
use crate::jobs::{JobState, JobStatus};
use crate::origin::Body;
use hyper::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const PURPOSE: &str = "result";
/// Digits of the mark.
const MARK: usize = 32;
/// What ids begin with.
const SEALED: &str = "r";
const RUNNING: &str = "j";

/// What came of a change that was made at once.
#[derive(Serialize, Deserialize)]
struct Sealed {
    asset: String,
    status: u16,
    payload: Value,
}

/// A job that runs: its id in the house, and what the client calls the upload.
#[derive(Serialize, Deserialize)]
struct Running {
    job: String,
    upload: String,
}

fn accepted(id: &str) -> Response<Body> {
    answer::value(StatusCode::ACCEPTED, &json!({ "data": { "type": "job", "id": id } }))
}

/// The answer to what brought a track to the upload that the client calls `upload`.
pub(super) async fn brought(asked: &Asked<'_>, upload: &str, brought: &Brought) -> Answer {
    match &brought.job {
        Some(job) => {
            let running = Running { job: job.clone(), upload: upload.to_owned() };
            Ok(accepted(&format!("{RUNNING}.{}", encoded(&running))))
        }
        None => done(asked, &brought.loaded.name, &track_view::document(upload, &brought.loaded, &brought.track)).await,
    }
}

/// The answer to a change that has been made.
pub(super) async fn done(asked: &Asked<'_>, asset: &str, payload: &Value) -> Answer {
    sealed(asked, asset, StatusCode::OK, payload).await
}

/// The answer to a change that was begun and cannot be made, because of the files that it needs.
pub(super) async fn failed(asked: &Asked<'_>, asset: &str, refusal: &Refusal) -> Answer {
    let (status, payload) = answer::error(refusal);
    sealed(asked, asset, status, &payload).await
}

async fn sealed(asked: &Asked<'_>, asset: &str, status: StatusCode, payload: &Value) -> Answer {
    let result = Sealed { asset: asset.to_owned(), status: status.as_u16(), payload: payload.clone() };
    let text = encoded(&result);
    let mark = asked.call.api.seal.mark(PURPOSE, &text).await?;
    Ok(accepted(&format!("{SEALED}.{text}.{}", mark.get(..MARK).unwrap_or_default())))
}

fn encoded(value: &impl Serialize) -> String {
    to_base64url(serde_json::to_string(value).unwrap_or_default().as_bytes())
}

fn decoded<T: for<'de> Deserialize<'de>>(text: &str) -> Option<T> {
    serde_json::from_slice(&from_base64url(text)?).ok()
}

/// The result of a job. The client asks again as long as there is none.
pub(super) async fn find(asked: &Asked<'_>, id: &str) -> Answer {
    let unknown = || Refusal::unknown("there is no such job, or it goes on");
    let found = match id.split('.').collect::<Vec<_>>().as_slice() {
        [SEALED, text, mark] => read_sealed(asked, text, mark).await?,
        [RUNNING, text] => match decoded::<Running>(text) {
            Some(running) => ended(asked, &running).await?,
            None => None,
        },
        _ => None,
    };
    let (status, payload) = found.ok_or_else(unknown)?;
    let attributes = json!({ "status": status, "payload": payload });
    ok(&json!({ "data": { "type": "job_result", "id": id, "attributes": attributes } }))
}

async fn read_sealed(asked: &Asked<'_>, text: &str, mark: &str) -> Result<Option<(u16, Value)>, Refusal> {
    let own = asked.call.api.seal.mark(PURPOSE, text).await?;
    let is_ours = subtle::ConstantTimeEq::ct_eq(own.as_bytes().get(..MARK).unwrap_or_default(), mark.as_bytes());
    let result =
        decoded::<Sealed>(text).filter(|result| bool::from(is_ours) && asked.call.sees(&asked.names(), &result.asset));
    Ok(result.map(|result| (result.status, result.payload)))
}

/// What came of a job of the house; `None` while it goes on.
async fn ended(asked: &Asked<'_>, running: &Running) -> Result<Option<(u16, Value)>, Refusal> {
    let Some(job) = asked.call.api.jobs.get(&running.job).await? else { return Ok(None) };
    if !job.state.has_ended() || !asked.call.sees(&asked.names(), &job.asset) {
        return Ok(None);
    }
    let outcome = outcome(asked, &running.upload, &job).await;
    let outcome = outcome.map(|track| (StatusCode::OK, track)).unwrap_or_else(|refusal| answer::error(&refusal));
    Ok(Some((outcome.0.as_u16(), outcome.1)))
}

/// The track that a job was for.
async fn outcome(asked: &Asked<'_>, upload: &str, job: &JobStatus) -> Result<Value, Refusal> {
    let gone = || Refusal::unknown("the track was removed while its file was made");
    match job.state {
        JobState::Failed => {
            let reason = job.reason.clone().unwrap_or_else(|| "its file could not be made".to_owned());
            return Err(Refusal::new(Kind::Media, reason));
        }
        JobState::Cancelled => return Err(gone()),
        _ => {}
    }
    let loaded = match asked.call.api.catalog.newest(&job.asset).await {
        Err(LoadError::Unknown { .. }) => return Err(gone()),
        loaded => loaded?,
    };
    // By its file, should it have another name by now.
    let tracks = &loaded.asset.tracks;
    let track = tracks.iter().find(|track| track.name == job.track);
    let track = track.or_else(|| tracks.iter().find(|track| track.file == job.file)).ok_or_else(gone)?;
    Ok(track_view::document(upload, &loaded, track))
}
