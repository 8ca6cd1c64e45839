//! Responses: JSON and problems, what a client may keep of them, and whether it has them already.

use super::operation::Call;
use super::problem::{Kind, Problem};
use crate::origin::{Body, EntityTag};
use bytes::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What an operation gives.
pub(super) type Answer = Result<Response<Body>, Problem>;

pub(super) const JSON: &str = "application/json";
pub(super) const PROBLEM_JSON: &str = "application/problem+json";
pub(super) const PLAIN: &str = "text/plain; charset=utf-8";

const SERVER: HeaderValue = HeaderValue::from_static(concat!("signalbox/", env!("CARGO_PKG_VERSION")));
/// To be asked about each time; and what one token sees is not for another.
const REVALIDATE: HeaderValue = HeaderValue::from_static("private, no-cache");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The headers of every answer. No page of another site is let in, and nothing is taken for a page.
fn common() -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(12);
    headers.insert(header::SERVER, SERVER);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(CORP, HeaderValue::from_static("same-origin"));
    headers
}

/// A response without a body.
pub(in crate::api) fn empty(status: StatusCode) -> Response<Body> {
    with(status, common(), Body::Empty)
}

fn with(status: StatusCode, headers: HeaderMap, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// A response with all of its bytes at hand.
pub(in crate::api) fn text(status: StatusCode, media_type: &str, bytes: impl Into<Bytes>) -> Response<Body> {
    let bytes = bytes.into();
    let mut headers = common();
    insert(&mut headers, header::CONTENT_TYPE, media_type);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len() as u64));
    with(status, headers, bytes.into())
}

/// JSON that is true now.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    Ok(text(status, JSON, to_bytes(value)?))
}

fn to_bytes(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| Problem {
        cause: Some(error.to_string()),
        ..Problem::new(Kind::Unavailable, "it cannot be told")
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The JSON of something that has a revision. A `GET` of what the client has already is answered with 304.
pub(super) fn resource(call: &Call<'_>, status: StatusCode, revision: &str, value: &impl Serialize) -> Answer {
    let bytes = to_bytes(value)?;
    let tag = tag(revision, &bytes);
    if is_read(&call.head.method) && tag.is_known(&call.head.headers) {
        return Ok(unmodified(&tag));
    }
    Ok(tagged(text(status, JSON, bytes), &tag))
}

/// JSON that has no revision but the one of its content.
pub(super) fn content(call: &Call<'_>, value: &impl Serialize) -> Answer {
    let bytes = to_bytes(value)?;
    let revision = short_hash(&bytes);
    let tag = EntityTag::new(&revision);
    if tag.is_known(&call.head.headers) {
        return Ok(unmodified(&tag));
    }
    Ok(tagged(text(StatusCode::OK, JSON, bytes), &tag))
}

pub(super) fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// The whole tag of an answer: see [`super::super::condition`].
fn tag(revision: &str, bytes: &[u8]) -> EntityTag {
    EntityTag::new(&format!("{revision}~{}", short_hash(bytes)))
}

pub(super) fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn tagged(mut response: Response<Body>, tag: &EntityTag) -> Response<Body> {
    response.headers_mut().insert(header::ETAG, tag.as_header().clone());
    response.headers_mut().insert(header::CACHE_CONTROL, REVALIDATE);
    response
}

pub(super) fn unmodified(tag: &EntityTag) -> Response<Body> {
    tagged(empty(StatusCode::NOT_MODIFIED), tag)
}

/// `path` is the place of what was made, or of what it is called now.
pub(super) fn located(mut response: Response<Body>, path: &str) -> Response<Body> {
    insert(response.headers_mut(), header::LOCATION, path);
    response
}

/// Why there is no other answer; `path` is what was asked.
pub(super) fn problem(problem: &Problem, path: &str) -> Response<Body> {
    let bytes = serde_json::to_vec_pretty(&problem.document(path)).unwrap_or_default();
    let mut response = text(problem.kind.status(), PROBLEM_JSON, bytes);
    let headers = response.headers_mut();
    if let Some(current) = &problem.current {
        headers.insert(header::ETAG, EntityTag::new(current).as_header().clone());
    }
    match problem.kind {
        Kind::Unauthorized => {
            insert(headers, header::WWW_AUTHENTICATE, "Bearer realm=\"signalbox\"");
        }
        Kind::Unavailable | Kind::Busy => insert(headers, header::RETRY_AFTER, "1"),
        _ => {}
    }
    response
}

/// Adds a header, where the value can be one.
pub(in crate::api) fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The answer to `OPTIONS`, or to a method that is none of `allowed`.
pub(super) fn other_methods(head: &Parts, allowed: &[&str]) -> Response<Body> {
    let allow = allowed.join(", ");
    let mut response = if head.method == Method::OPTIONS {
        empty(StatusCode::NO_CONTENT)
    } else {
        let detail = format!("{} is not taken here; {allow} are", head.method);
        problem(&Problem::new(Kind::MethodNotAllowed, detail), head.uri.path())
    };
    insert(response.headers_mut(), header::ALLOW, &allow);
    response
}

/// The answer to a `HEAD` is that to a `GET`, without the body.
pub(super) fn without_body(response: Response<Body>) -> Response<Body> {
    response.map(|_| Body::Empty)
}
