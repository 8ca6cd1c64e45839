//! Long-running operations, which do not run long: a track is edited before the request is answered.
//!
//! What came of one is sealed into its id, so that nothing has to be kept: its URLs hold after the track is gone, after a
//! restart, and on every node of one store.

use super::answer::{Answer, ok, value};
use super::call::Call;
use super::fault::Fault;
use super::track_view;
use crate::ams::Timestamp;
use crate::ams::{name_of, path_of};
use crate::api::native::answer::{empty, insert};
use crate::api::seal::{bytes_of, hex};
use hyper::header::{self, HeaderName};
use hyper::{Response, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

const ASYNC_OPERATION: HeaderName = HeaderName::from_static("azure-asyncoperation");
/// Seconds between two questions; SDKs wait half a minute where nothing is said.
const RETRY_AFTER: &str = "1";
const PURPOSE: &str = "operation";
/// Digits of the mark.
const MARK: usize = 32;
/// Characters that are told of what went wrong.
const LONGEST: usize = 300;

/// What came of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) begun: Timestamp,
    pub(super) ended: Timestamp,
    /// Why it failed.
    pub(super) problem: Option<String>,
}

impl Outcome {
    /// Of what was begun at `begun` and has just ended.
    pub(super) fn now(begun: Timestamp, problem: Option<String>) -> Outcome {
        Outcome { begun, ended: Timestamp::now(), problem }
    }

    fn written(&self) -> String {
        let problem = self.problem.as_deref().map_or(String::new(), |problem| problem.chars().take(LONGEST).collect());
        format!("{}\n{}\n{}{problem}", self.begun, self.ended, if self.problem.is_some() { '!' } else { '.' })
    }

    fn read(text: &str) -> Option<Outcome> {
        let (begun, rest) = text.split_once('\n')?;
        let (ended, rest) = rest.split_once('\n')?;
        let problem = rest.strip_prefix('!').map(str::to_owned);
        Some(Outcome { begun: begun.parse().ok()?, ended: ended.parse().ok()?, problem })
    }
}

/// The answer to a request that begins an operation on the track `track` of the asset at `path`.
pub(super) async fn started(
    call: &Call<'_>,
    status: StatusCode,
    path: &str,
    track: &str,
    outcome: &Outcome,
    body: Option<Value>,
) -> Answer {
    let text = outcome.written();
    let mark = call.azure.seal.mark(PURPOSE, &sealed(path, track, &text)).await?;
    let id = format!("{}-{}", hex(text.as_bytes()), mark.get(..MARK).unwrap_or_default());
    let mut response: Response<_> = match body {
        Some(body) => value(status, &body),
        None => empty(status),
    };
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let url = |what: &str| {
        let account = call.account.id().split('/').map(encoded).collect::<Vec<_>>().join("/");
        let (asset, track) = (encoded(&name_of(path)), encoded(track));
        let version = encoded(call.parameter("api-version").unwrap_or_default());
        format!("{}{account}/assets/{asset}/tracks/{track}/{what}/{id}?api-version={version}", call.public_url)
    };
    let headers = response.headers_mut();
    insert(headers, ASYNC_OPERATION, &url("operationStatuses"));
    insert(headers, header::LOCATION, &url("operationResults"));
    insert(headers, header::RETRY_AFTER, RETRY_AFTER);
    Ok(response)
}

fn sealed(path: &str, track: &str, text: &str) -> String {
    [path, &track.to_lowercase(), text].map(|part| format!("{}:{part}", part.len())).concat()
}

/// What came of the operation `id` of a track of the asset that is called `asset`.
async fn find(call: &Call<'_>, asset: &str, track: &str, id: &str) -> Result<Outcome, Fault> {
    let path = path_of(asset);
    call.sees(&path)?;
    let unknown = || Fault::unknown("there is no such operation of this track");
    let (text, mark) = id.split_once('-').ok_or_else(unknown)?;
    let text = bytes_of(text).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(unknown)?;
    let own = call.azure.seal.mark(PURPOSE, &sealed(&path, track, &text)).await?;
    let is_ours = subtle::ConstantTimeEq::ct_eq(own.as_bytes().get(..MARK).unwrap_or_default(), mark.as_bytes());
    Outcome::read(&text).filter(|_| bool::from(is_ours)).ok_or_else(unknown)
}

pub(super) async fn status(call: &Call<'_>, asset: &str, track: &str, id: &str) -> Answer {
    let outcome = find(call, asset, track, id).await?;
    let path = call.id(&format!("/assets/{asset}/tracks/{track}/operationStatuses/{id}"));
    let mut body = json!({
        "name": id,
        "id": path,
        "startTime": outcome.begun,
        "endTime": outcome.ended,
        "status": if outcome.problem.is_some() { "Failed" } else { "Succeeded" },
    });
    if let (Some(problem), Some(body)) = (&outcome.problem, body.as_object_mut()) {
        body.insert("error".to_owned(), json!({ "code": "ClientError", "message": problem }));
    }
    let mut response = value(StatusCode::OK, &body);
    insert(response.headers_mut(), header::RETRY_AFTER, RETRY_AFTER);
    Ok(response)
}

pub(super) async fn result(call: &Call<'_>, asset: &str, track: &str, id: &str) -> Answer {
    find(call, asset, track, id).await?;
    let loaded = call.api.catalog.asset(&path_of(asset)).await.ok();
    let found = loaded.as_ref().and_then(|loaded| Some((loaded, track_view::find(loaded, track)?)));
    match found {
        Some((loaded, track)) => ok(&track_view::value(call, loaded, track)),
        None => Ok(empty(StatusCode::NO_CONTENT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_read_as_it_was_written() {
        let begun: Timestamp = "2026-11-20T07:44:26.245Z".parse().unwrap();
        for problem in [None, Some(String::new()), Some("No WEBVTT.\nReally".to_owned())] {
            let outcome = Outcome { begun, ended: begun.plus_seconds(1), problem };
            assert_eq!(Outcome::read(&outcome.written()), Some(outcome));
        }
        let long = Outcome { problem: Some("é".repeat(1000)), ..Outcome::now(begun, None) };
        assert_eq!(Outcome::read(&long.written()).unwrap().problem.unwrap().chars().count(), LONGEST);
        assert_eq!(Outcome::read("yesterday\ntoday\n."), None);
    }
}
