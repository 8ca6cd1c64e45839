//! Responses for players: status, body, and what a client asked of both. A `HEAD` has the headers of a `GET`.

use super::body::{Body, Source};
use super::conditional::EntityTag;
use super::headers::{Caching, METHODS, add_code, in_parts, insert, of_line, of_preflight};
use super::kept::Whole;
use super::range::Requested;
use super::refusal::Refusal;
use super::rendered::Variant;
use crate::segment::{Piece, slice, total_len};
use crate::store::StoreError;
use bytes::Bytes;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use std::ops::Range;
use std::sync::Arc;

/// The answer to a method that is not `GET` or `HEAD`: a preflight, or the refusal.
pub(super) fn other_method(request: &Parts) -> Option<Response<Body>> {
    match request.method {
        Method::GET | Method::HEAD => None,
        Method::OPTIONS => Some(respond(StatusCode::NO_CONTENT, of_preflight(), Body::Empty)),
        _ => {
            let message = "only GET, HEAD and OPTIONS are answered here";
            let mut response = error(request, StatusCode::METHOD_NOT_ALLOWED, message);
            response.headers_mut().insert(header::ALLOW, METHODS);
            Some(response)
        }
    }
}

/// A manifest, in one of its codings.
pub(super) fn manifest(request: &Parts, text: &Variant) -> Response<Body> {
    let headers = text.headers.clone();
    if text.tag.is_known(&request.headers) {
        return not_modified(headers);
    }
    complete(request, StatusCode::OK, headers, text.bytes.len() as u64, || text.bytes.clone().into())
}

/// A caption segment, in one of its codings, or a part of it; an error where `source`, of which it was written, has
/// changed.
pub(super) async fn captions(request: &Parts, source: Source, text: &Variant) -> Result<Response<Body>, StoreError> {
    let pieces = [Piece::Bytes(text.bytes.clone())];
    media(request, source, pieces.into(), &text.tag, text.headers.clone(), false).await
}

/// An init segment or a media segment, or a part of one. Where the first of it cannot be read, the error says why
/// before anything is sent. `unseen` says that the body goes to the kernel without being looked at.
pub(super) async fn media(
    request: &Parts,
    source: Source,
    pieces: Arc<[Piece]>,
    tag: &EntityTag,
    headers: HeaderMap,
    unseen: bool,
) -> Result<Response<Body>, StoreError> {
    let asked = match Asked::of(request, tag, in_parts(headers), total_len(&pieces)) {
        Ok(asked) => asked,
        Err(answer) => return Ok(*answer),
    };
    let pieces = match &asked.part {
        Some(range) => slice(&pieces, range.clone()).into(),
        None => pieces,
    };
    let len = total_len(&pieces);
    // A `HEAD` reads nothing, but asks whether the file is still the one that was indexed.
    let sent = if request.method == Method::HEAD { Arc::default() } else { pieces };
    let body = Body::prepared(source, sent, unseen).await?;
    Ok(complete(request, asked.status, asked.headers, len, || body))
}

/// A media segment that is kept, or a part of it. The URL names these very bytes, so the file is not looked at: that it
/// was replaced is seen by the look at its folder, which ends the URL.
pub(super) fn whole(request: &Parts, segment: &Whole) -> Response<Body> {
    let asked = match Asked::of(request, &segment.tag, segment.headers.clone(), segment.bytes.len() as u64) {
        Ok(asked) => asked,
        Err(answer) => return *answer,
    };
    let bytes = match asked.part {
        Some(range) => segment.bytes.slice(range.start as usize..range.end as usize),
        None => segment.bytes.clone(),
    };
    complete(request, asked.status, asked.headers, bytes.len() as u64, || bytes.into())
}

/// What of a segment a request asks for, and what is answered.
struct Asked {
    status: StatusCode,
    headers: HeaderMap,
    /// A range that lies within the segment; `None` for all of it.
    part: Option<Range<u64>>,
}

impl Asked {
    /// Of a segment of `len` bytes; the error is the answer where none of them are sent.
    fn of(request: &Parts, tag: &EntityTag, mut headers: HeaderMap, len: u64) -> Result<Asked, Box<Response<Body>>> {
        if tag.is_known(&request.headers) {
            return Err(not_modified(headers).into());
        }
        // RFC 9110 14.2: a range means something for GET only.
        let requested = match request.method {
            Method::GET => Requested::of(&request.headers, tag, len),
            _ => Requested::Whole,
        };
        match requested {
            Requested::Whole => Ok(Asked { status: StatusCode::OK, headers, part: None }),
            Requested::Part(range) => {
                let content_range = format!("bytes {}-{}/{len}", range.start, range.end - 1);
                insert(&mut headers, header::CONTENT_RANGE, content_range);
                Ok(Asked { status: StatusCode::PARTIAL_CONTENT, headers, part: Some(range) })
            }
            Requested::Unsatisfiable => {
                let message = format!("the range lies beyond the {len} bytes there are");
                let mut response = error(request, StatusCode::RANGE_NOT_SATISFIABLE, &message);
                insert(response.headers_mut(), header::CONTENT_RANGE, format!("bytes */{len}"));
                Err(response.into())
            }
        }
    }
}

/// The state of the server, never cached.
pub(super) fn state(request: &Parts, status: StatusCode, message: &str) -> Response<Body> {
    line(request, status, message, Caching::none())
}

/// What a refusal tells.
pub(super) fn refusal(request: &Parts, refusal: &Refusal) -> Response<Body> {
    let mut response = error(request, refusal.status, &refusal.told());
    if let Some(code) = refusal.code {
        add_code(response.headers_mut(), code);
    }
    response
}

/// What went wrong, in a short text that is cached for a second at most.
pub(super) fn error(request: &Parts, status: StatusCode, message: &str) -> Response<Body> {
    line(request, status, message, Caching::a_second())
}

/// `message` is made one line, whatever it quotes.
fn line(request: &Parts, status: StatusCode, message: &str, holds: Caching) -> Response<Body> {
    let body = Bytes::from(message.replace(char::is_control, " ") + "\n");
    let mut headers = of_line(holds);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    complete(request, status, headers, body.len() as u64, || body.into())
}

/// RFC 9110 15.4.5: what would differ is left out, what a cache needs is kept.
fn not_modified(mut headers: HeaderMap) -> Response<Body> {
    headers.remove(header::CONTENT_TYPE);
    headers.remove(header::CONTENT_ENCODING);
    headers.remove(header::ACCEPT_RANGES);
    respond(StatusCode::NOT_MODIFIED, headers, Body::Empty)
}

/// A response with its length said, and its body sent unless it is the answer to a `HEAD`.
fn complete(
    request: &Parts,
    status: StatusCode,
    mut headers: HeaderMap,
    len: u64,
    body: impl FnOnce() -> Body,
) -> Response<Body> {
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(len));
    respond(status, headers, if request.method == Method::HEAD { Body::Empty } else { body() })
}

fn respond(status: StatusCode, headers: HeaderMap, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

#[cfg(test)]
mod tests {
    use super::super::encoding::Encoding;
    use super::super::headers::{Labels, MediaType, PurgeTag, labelled};
    use super::super::rendered::Rendered;
    use super::*;
    use crate::store::{LocalStore, Store, StorePath};
    use futures_util::FutureExt;
    use http_body_util::BodyExt;
    use hyper::Request;
    use hyper::header::HeaderName;
    use std::time::Duration;

    fn request(method: Method, headers: &[(HeaderName, &str)]) -> Parts {
        let mut request = Request::builder().method(method).uri("/harbour/master.m3u8");
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn get(headers: &[(HeaderName, &str)]) -> Parts {
        request(Method::GET, headers)
    }

    fn labels(media_type: MediaType, caching: Caching) -> Labels {
        Labels { media_type, caching, purge: PurgeTag::new("shows/s01") }
    }

    async fn playlist(request: &Parts) -> Response<Body> {
        let caching = Caching::manifest(Duration::from_secs(2), Duration::from_secs(10));
        let rendered = Rendered::new("#EXTM3U\n".repeat(20), labels(MediaType::HlsPlaylist, caching));
        manifest(request, rendered.variant(Encoding::choose(&request.headers)).await)
    }

    fn value(response: &Response<Body>, name: impl header::AsHeaderName) -> &str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    async fn bytes(response: Response<Body>) -> Bytes {
        response.into_body().collect().await.unwrap().to_bytes()
    }

    /// A folder with a file of 1000 bytes, and that file as a source.
    async fn source() -> (tempfile::TempDir, Source) {
        let folder = tempfile::tempdir().unwrap();
        let content: Vec<u8> = (0..1000).map(|n| (n % 251) as u8).collect();
        std::fs::write(folder.path().join("video.mp4"), content).unwrap();
        let store = Arc::new(LocalStore::open(folder.path()).unwrap());
        let file = StorePath::parse("video.mp4").unwrap();
        let version = store.stat(&file).await.unwrap();
        (folder, Source { store, file, version })
    }

    async fn chunk(request: &Parts, source: &Source) -> Result<Response<Body>, StoreError> {
        let pieces = vec![Piece::Bytes(Bytes::from_static(b"moof")), Piece::Source(100..200)];
        let tag = EntityTag::new("rev-0");
        let headers = labelled(&labels(MediaType::VideoMp4, Caching::immutable()), &tag);
        media(request, source.clone(), pieces.into(), &tag, headers, false).await
    }

    async fn cues(request: &Parts, source: &Source) -> Result<Response<Body>, StoreError> {
        let rendered = Rendered::new("WEBVTT\n\n".repeat(20), labels(MediaType::WebVtt, Caching::immutable()));
        captions(request, source.clone(), rendered.variant(Encoding::choose(&request.headers)).await).await
    }

    #[tokio::test]
    async fn a_manifest_has_its_headers() {
        let response = playlist(&get(&[])).await;
        assert_eq!(response.status(), 200);
        for (name, expected) in [
            ("content-type", "application/vnd.apple.mpegurl"),
            ("cache-control", "public, max-age=2, stale-while-revalidate=10"),
            ("vary", "Accept-Encoding"),
            ("content-length", "160"),
            ("cache-tag", "shows/s01"),
            ("surrogate-key", "shows/s01"),
            ("access-control-allow-origin", "*"),
            ("timing-allow-origin", "*"),
            ("x-content-type-options", "nosniff"),
            ("content-encoding", ""),
        ] {
            assert_eq!(value(&response, name), expected, "{name}");
        }
        assert!(value(&response, "server").starts_with("signalbox/"));
        assert!(value(&response, "access-control-expose-headers").contains("Content-Range"));
        let tag = value(&response, "etag");
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 8, "strong: {tag}");
        assert_eq!(bytes(response).await.len(), 160);
    }

    #[tokio::test]
    async fn a_manifest_is_coded_as_asked_and_known_by_the_tag_of_its_coding() {
        let mut tags = Vec::new();
        for (accept, coding) in [("identity", ""), ("gzip", "gzip"), ("gzip, br", "br")] {
            let response = playlist(&get(&[(header::ACCEPT_ENCODING, accept)])).await;
            assert_eq!(value(&response, "content-encoding"), coding);
            let (tag, len) = (value(&response, "etag").to_owned(), value(&response, "content-length").to_owned());
            assert_eq!(bytes(response).await.len().to_string(), len);

            let again = playlist(&get(&[(header::ACCEPT_ENCODING, accept), (header::IF_NONE_MATCH, &tag)])).await;
            assert_eq!(again.status(), 304);
            assert_eq!(value(&again, "etag"), tag);
            assert_eq!(value(&again, "vary"), "Accept-Encoding");
            assert!(value(&again, "cache-control").contains("max-age"));
            assert_eq!((value(&again, "content-length"), value(&again, "access-control-allow-origin")), ("", "*"));
            assert!(bytes(again).await.is_empty());
            tags.push(tag);
        }
        tags.dedup();
        assert_eq!(tags.len(), 3, "{tags:?}");
        let other = playlist(&get(&[(header::ACCEPT_ENCODING, "gzip"), (header::IF_NONE_MATCH, &tags[0])])).await;
        assert_eq!(other.status(), 200, "the tag of another coding");
    }

    #[tokio::test]
    async fn a_segment_is_immutable_and_has_its_length() {
        let (_folder, source) = source().await;
        let response = chunk(&get(&[(header::ACCEPT_ENCODING, "gzip")]), &source).await.unwrap();
        for (name, expected) in [
            ("content-type", "video/mp4"),
            ("cache-control", "public, max-age=31536000, immutable"),
            ("accept-ranges", "bytes"),
            ("content-length", "104"),
            ("etag", "\"rev-0\""),
            ("access-control-allow-origin", "*"),
            ("content-encoding", ""),
        ] {
            assert_eq!(value(&response, name), expected, "{name}");
        }
        let body = bytes(response).await;
        assert_eq!((&body[..4], body[4], body[103], body.len()), (&b"moof"[..], 100, 199, 104));
        let known = chunk(&get(&[(header::IF_NONE_MATCH, "\"rev-0\"")]), &source).await.unwrap();
        assert_eq!(known.status(), 304);
    }

    #[tokio::test]
    async fn a_part_of_a_segment() {
        let (_folder, source) = source().await;
        let response = chunk(&get(&[(header::RANGE, "bytes=2-5")]), &source).await.unwrap();
        assert_eq!(response.status(), 206);
        assert_eq!((value(&response, "content-range"), value(&response, "content-length")), ("bytes 2-5/104", "4"));
        assert_eq!(bytes(response).await, &[b'o', b'f', 100, 101][..]);

        let response = chunk(&get(&[(header::RANGE, "bytes=104-")]), &source).await.unwrap();
        assert_eq!(response.status(), 416);
        assert_eq!(
            (value(&response, "content-range"), value(&response, "cache-control")),
            ("bytes */104", "max-age=1")
        );

        let stale = [(header::RANGE, "bytes=2-5"), (header::IF_RANGE, "\"rev-1\"")];
        assert_eq!(chunk(&get(&stale), &source).await.unwrap().status(), 200);
    }

    #[test]
    fn a_kept_segment_is_answered_as_one_that_is_made() {
        let tag = EntityTag::new("rev-0");
        let headers = in_parts(labelled(&labels(MediaType::AudioMp4, Caching::immutable()), &tag));
        let kept = Whole { bytes: Bytes::from_static(b"moofmdat"), tag, headers };
        let answered = |method, headers: &[_]| {
            let response = whole(&request(method, headers), &kept);
            let of = |name| value(&response, name).to_owned();
            let head = (response.status().as_u16(), of("content-length"), of("content-range"), of("accept-ranges"));
            (head, response.into_body().collect().now_or_never().unwrap().unwrap().to_bytes())
        };
        let expect = |status: u16, len: &str, range: &str, ranges: &str, body: &'static [u8]| {
            ((status, len.to_owned(), range.to_owned(), ranges.to_owned()), Bytes::from_static(body))
        };
        let part = (header::RANGE, "bytes=2-5");
        assert_eq!(answered(Method::GET, &[]), expect(200, "8", "", "bytes", b"moofmdat"));
        assert_eq!(answered(Method::HEAD, std::slice::from_ref(&part)), expect(200, "8", "", "bytes", b""));
        assert_eq!(answered(Method::GET, &[part]), expect(206, "4", "bytes 2-5/8", "bytes", b"ofmd"));
        assert_eq!(answered(Method::GET, &[(header::RANGE, "bytes=8-")]).0.0, 416);
        assert_eq!(answered(Method::GET, &[(header::IF_NONE_MATCH, "\"rev-0\"")]), expect(304, "", "", "", b""));
    }

    #[tokio::test]
    async fn captions_are_coded_known_and_cut_into_ranges() {
        let (_folder, source) = source().await;
        let gzip = (header::ACCEPT_ENCODING, "gzip");
        let whole = cues(&get(std::slice::from_ref(&gzip)), &source).await.unwrap();
        for (name, expected) in [
            ("content-type", "text/vtt;charset=utf-8"),
            ("content-encoding", "gzip"),
            ("vary", "Accept-Encoding"),
            ("accept-ranges", "bytes"),
        ] {
            assert_eq!(value(&whole, name), expected, "{name}");
        }
        let tag = value(&whole, "etag").to_owned();
        let whole = bytes(whole).await;
        let part = cues(&get(&[gzip.clone(), (header::RANGE, "bytes=2-5")]), &source).await.unwrap();
        assert_eq!((part.status().as_u16(), value(&part, "content-encoding")), (206, "gzip"));
        assert_eq!(value(&part, "content-range"), format!("bytes 2-5/{}", whole.len()));
        assert_eq!(bytes(part).await, whole[2..6]);
        let known = cues(&get(&[gzip, (header::IF_NONE_MATCH, &tag)]), &source).await.unwrap();
        assert_eq!((known.status().as_u16(), value(&known, "content-encoding")), (304, ""));
        let plain = cues(&get(&[(header::RANGE, "bytes=0-5")]), &source).await.unwrap();
        assert_eq!(bytes(plain).await, "WEBVTT");
    }

    #[tokio::test]
    async fn a_head_is_a_get_without_its_body() {
        let (_folder, source) = source().await;
        for (get, head) in [
            (playlist(&get(&[])).await, playlist(&request(Method::HEAD, &[])).await),
            (
                chunk(&get(&[]), &source).await.unwrap(),
                chunk(&request(Method::HEAD, &[(header::RANGE, "bytes=0-1")]), &source).await.unwrap(),
            ),
            (
                error(&get(&[]), StatusCode::NOT_FOUND, "no such asset"),
                error(&request(Method::HEAD, &[]), StatusCode::NOT_FOUND, "no such asset"),
            ),
        ] {
            assert_eq!(get.status(), head.status());
            assert_eq!(get.headers(), head.headers());
            assert!(bytes(head).await.is_empty() && !bytes(get).await.is_empty());
        }
    }

    #[tokio::test]
    async fn a_changed_file_is_found_before_the_head_goes() {
        let (folder, source) = source().await;
        std::fs::write(folder.path().join("video.mp4"), "cut short").unwrap();
        for method in [Method::GET, Method::HEAD] {
            let request = request(method, &[]);
            let problem = chunk(&request, &source).await.unwrap_err();
            assert!(matches!(problem, StoreError::Changed { .. }), "{problem}");
            let problem = cues(&request, &source).await.unwrap_err();
            assert!(matches!(problem, StoreError::Changed { .. }), "{problem}");
        }
    }

    #[tokio::test]
    async fn an_error_is_one_plain_line_that_no_cache_keeps() {
        let response = error(&get(&[]), StatusCode::NOT_FOUND, "no asset \"a\r\nb\"");
        assert_eq!(value(&response, "content-type"), "text/plain; charset=utf-8");
        assert_eq!(value(&response, "cache-control"), "max-age=1");
        assert_eq!(value(&response, "access-control-allow-origin"), "*");
        assert_eq!(bytes(response).await, "no asset \"a  b\"\n");
        let response = state(&get(&[]), StatusCode::OK, "ok");
        assert_eq!((value(&response, "cache-control"), response.status()), ("no-store", StatusCode::OK));
        let response = error(&get(&[]), StatusCode::SERVICE_UNAVAILABLE, "ask again");
        assert_eq!((value(&response, "cache-control"), value(&response, "retry-after")), ("max-age=1", "1"));
    }

    #[test]
    fn only_get_and_head_are_let_through() {
        assert!(other_method(&get(&[])).is_none());
        assert!(other_method(&request(Method::HEAD, &[])).is_none());
        let preflight = other_method(&request(Method::OPTIONS, &[])).unwrap();
        assert_eq!(preflight.status(), 204);
        assert_eq!(value(&preflight, "access-control-allow-origin"), "*");
        assert_eq!(value(&preflight, "access-control-allow-methods"), "GET, HEAD, OPTIONS");
        assert_eq!(value(&preflight, "access-control-max-age"), "86400");
        assert!(value(&preflight, "access-control-allow-headers").contains("Range, If-Range, If-None-Match"));
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::TRACE, Method::CONNECT] {
            let refused = other_method(&request(method, &[])).unwrap();
            assert_eq!((refused.status().as_u16(), value(&refused, "allow")), (405, "GET, HEAD, OPTIONS"));
        }
    }
}
