//! Files and media as streams of bytes: whole, in part, or known already.

use super::answer::{Answer, insert, problem, tagged, text, unmodified};
use super::operation::Call;
use super::problem::{Kind, Problem};
use crate::origin::{Body, EntityTag, Requested, Source};
use crate::segment::{Piece, slice, total_len};
use hyper::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, HeaderValue};
use hyper::{Method, StatusCode};

/// The answer whose bytes are `pieces` of `source`.
pub(super) async fn streamed(
    call: &Call<'_>,
    source: Source,
    pieces: Vec<Piece>,
    tag: &EntityTag,
    media_type: &str,
) -> Answer {
    if tag.is_known(&call.head.headers) {
        return Ok(unmodified(tag));
    }
    let size = total_len(&pieces);
    // RFC 9110 14.2: a range means something for GET only.
    let requested = match call.head.method {
        Method::GET => Requested::of(&call.head.headers, tag, size),
        _ => Requested::Whole,
    };
    let (status, range) = match requested {
        Requested::Whole => (StatusCode::OK, 0..size),
        Requested::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Requested::Unsatisfiable => {
            let refused = Problem::new(Kind::Range, format!("there are {size} bytes"));
            let mut response = problem(&refused, call.head.uri.path());
            insert(response.headers_mut(), CONTENT_RANGE, &format!("bytes */{size}"));
            return Ok(response);
        }
    };
    let sent = match (&call.head.method, status) {
        (&Method::HEAD, _) => Vec::new(),
        (_, StatusCode::PARTIAL_CONTENT) => slice(&pieces, range.clone()),
        _ => pieces,
    };
    // Read, not lent: what is lent must be sent unseen, which only the origin's server promises.
    let body = Body::prepared(source, sent.into(), false).await?;
    let mut response = tagged(text(status, media_type, ""), tag).map(|_| body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, (range.end - range.start).into());
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if status == StatusCode::PARTIAL_CONTENT {
        insert(headers, CONTENT_RANGE, &format!("bytes {}-{}/{size}", range.start, range.end - 1));
    }
    Ok(response)
}
