//! One request to the CDN, and whether another could do better.

use super::PurgeOptions;
use super::template::Place;
use crate::client::{HttpClient, reason};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{HeaderMap, RETRY_AFTER};
use hyper::{Request, StatusCode};
use std::time::Duration;

/// Bytes of an answer that are worth telling.
const TOLD: usize = 200;
/// Bytes of an answer that are read, so that its connection can be used again.
const READ: usize = 64 << 10;

/// Why a purge failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failed {
    pub problem: String,
    /// Whether it may do better later, and when the server wishes to be asked, where it says.
    pub again: bool,
    pub after: Option<Duration>,
}

pub(super) async fn attempt(
    client: &HttpClient<Full<Bytes>>,
    options: &PurgeOptions,
    asset: &str,
) -> Result<(), Failed> {
    let request = tokio::time::timeout(options.timeout, ask(client, options, asset)).await;
    request.unwrap_or_else(|_| {
        let problem = format!("no answer within {:?}", options.timeout);
        Err(Failed { problem, again: true, after: None })
    })
}

async fn ask(client: &HttpClient<Full<Bytes>>, options: &PurgeOptions, asset: &str) -> Result<(), Failed> {
    let body = options.body.as_ref().map(|body| body.fill(asset, Place::Text)).unwrap_or_default();
    let mut request = Request::builder().method(&options.method).uri(options.url.fill(asset, Place::Url));
    if let Some(headers) = request.headers_mut() {
        *headers = options.headers.clone();
    }
    let request = request.body(Full::from(body)).map_err(|error| Failed {
        problem: format!("the URL cannot be asked: {error}"),
        again: false,
        after: None,
    })?;
    let response =
        client.request(request).await.map_err(|error| Failed { problem: reason(&error), again: true, after: None })?;
    let (status, after) = (response.status(), retry_after(response.headers()));
    let text = Limited::new(response.into_body(), READ).collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    if status.is_success() {
        return Ok(());
    }
    let again =
        status.is_server_error() || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
    Err(Failed { problem: format!("status {}{}", status.as_u16(), told(&text)), again, after })
}

/// The start of an answer as one line.
fn told(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text.get(..TOLD).unwrap_or(text));
    let line = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    match line.collect::<Vec<_>>().join(" ") {
        empty if empty.is_empty() => empty,
        line => format!(": {line}"),
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}
