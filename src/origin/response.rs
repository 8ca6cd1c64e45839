//! Responses for players: status, headers, caching.
//!
//! Every answer, errors included, may be read by a page of any origin (Fetch standard 3.3), since players run in
//! pages. A `HEAD` has the headers of a `GET`.

use super::body::{Body, Source};
use super::conditional::EntityTag;
use super::encoding::Encoding;
use super::range::Requested;
use super::rendered::Rendered;
use super::route::{ASSET_ESCAPES, RouteError};
use crate::segment::{Piece, slice, total_len};
use crate::store::StoreError;
use bytes::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use percent_encoding::utf8_percent_encode;
use std::time::Duration;

const SERVER: HeaderValue = HeaderValue::from_static(concat!("signalbox/", env!("CARGO_PKG_VERSION")));
const ANY: HeaderValue = HeaderValue::from_static("*");
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "Content-Length, Content-Range, Content-Encoding, Accept-Ranges, Cache-Control, Retry-After, ETag, Date, Age",
);
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
/// The conditional and range headers, and those by which players report (CTA-5004).
const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static(
    "Accept, Cache-Control, Content-Type, Range, If-Range, If-None-Match, If-Match, If-Modified-Since, \
     CMCD-Object, CMCD-Request, CMCD-Session, CMCD-Status",
);
const ONE_DAY: HeaderValue = HeaderValue::from_static("86400");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const BYTES: HeaderValue = HeaderValue::from_static("bytes");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ONE_SECOND: HeaderValue = HeaderValue::from_static("max-age=1");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

const CACHE_TAG: HeaderName = HeaderName::from_static("cache-tag");
const SURROGATE_KEY: HeaderName = HeaderName::from_static("surrogate-key");
const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");

/// What is sent, as `Content-Type` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    HlsPlaylist,
    Mpd,
    VideoMp4,
    AudioMp4,
    /// Timed text in MP4.
    ApplicationMp4,
    WebVtt,
}

impl MediaType {
    fn as_header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            MediaType::HlsPlaylist => "application/vnd.apple.mpegurl",
            MediaType::Mpd => "application/dash+xml",
            MediaType::VideoMp4 => "video/mp4",
            MediaType::AudioMp4 => "audio/mp4",
            MediaType::ApplicationMp4 => "application/mp4",
            MediaType::WebVtt => "text/vtt;charset=utf-8",
        })
    }
}

/// How long an answer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caching(HeaderValue);

impl Caching {
    /// A manifest: fresh for `max_age`, and for `stale_while_revalidate` more while a cache asks again. Both count in
    /// whole seconds.
    pub fn manifest(max_age: Duration, stale_while_revalidate: Duration) -> Caching {
        let (fresh, stale) = (max_age.as_secs(), stale_while_revalidate.as_secs());
        let value = match stale {
            0 => format!("public, max-age={fresh}"),
            _ => format!("public, max-age={fresh}, stale-while-revalidate={stale}"),
        };
        Caching(HeaderValue::try_from(value).unwrap_or(ONE_SECOND))
    }

    /// A segment: its URL names its bytes, so it never changes.
    pub fn immutable() -> Caching {
        Caching(FOR_EVER)
    }
}

/// The word by which a CDN can drop all answers of an asset: the asset's path, percent-encoded, since the separators
/// of such lists are spaces and commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurgeTag(HeaderValue);

impl PurgeTag {
    pub fn new(asset: &str) -> PurgeTag {
        let word = utf8_percent_encode(asset, ASSET_ESCAPES).to_string();
        PurgeTag(HeaderValue::try_from(word).unwrap_or(HeaderValue::from_static("asset")))
    }
}

/// What the headers of a good answer say of it.
#[derive(Debug, Clone)]
pub struct Labels {
    pub media_type: MediaType,
    pub caching: Caching,
    pub purge: PurgeTag,
}

/// The answer to a method that is not `GET` or `HEAD`: a preflight, or the refusal.
pub fn other_method(request: &Parts) -> Option<Response<Body>> {
    match request.method {
        Method::GET | Method::HEAD => None,
        Method::OPTIONS => {
            let mut headers = common();
            headers.insert(header::ALLOW, METHODS);
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, ONE_DAY);
            Some(respond(StatusCode::NO_CONTENT, headers, Body::Empty))
        }
        _ => {
            let message = "only GET, HEAD and OPTIONS are answered here";
            let mut response = error(request, StatusCode::METHOD_NOT_ALLOWED, message);
            response.headers_mut().insert(header::ALLOW, METHODS);
            Some(response)
        }
    }
}

/// A manifest or caption segment, in the coding that the client likes best.
pub fn text(request: &Parts, rendered: &Rendered, labels: &Labels) -> Response<Body> {
    let variant = rendered.variant(Encoding::choose(&request.headers));
    let mut headers = labelled(labels, &variant.tag);
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if variant.tag.is_known(&request.headers) {
        return not_modified(headers);
    }
    if let Some(coding) = variant.encoding.as_header() {
        headers.insert(header::CONTENT_ENCODING, coding);
    }
    complete(request, StatusCode::OK, headers, variant.bytes.len() as u64, || variant.bytes.clone().into())
}

/// An init segment or a media segment, or a part of one. Where the first of it cannot be read, the error says why
/// before anything is sent.
pub async fn media(
    request: &Parts,
    source: Source,
    pieces: Vec<Piece>,
    tag: &EntityTag,
    labels: &Labels,
) -> Result<Response<Body>, StoreError> {
    let mut headers = labelled(labels, tag);
    if tag.is_known(&request.headers) {
        return Ok(not_modified(headers));
    }
    headers.insert(header::ACCEPT_RANGES, BYTES);
    let len = total_len(&pieces);
    // RFC 9110 14.2: a range means something for GET only.
    let requested = match request.method {
        Method::GET => Requested::of(&request.headers, tag, len),
        _ => Requested::Whole,
    };
    let (status, pieces) = match requested {
        Requested::Whole => (StatusCode::OK, pieces),
        Requested::Part(range) => {
            let content_range = format!("bytes {}-{}/{len}", range.start, range.end - 1);
            insert(&mut headers, header::CONTENT_RANGE, content_range);
            (StatusCode::PARTIAL_CONTENT, slice(&pieces, range))
        }
        Requested::Unsatisfiable => {
            let message = format!("the range lies beyond the {len} bytes there are");
            let mut response = error(request, StatusCode::RANGE_NOT_SATISFIABLE, &message);
            insert(response.headers_mut(), header::CONTENT_RANGE, format!("bytes */{len}"));
            return Ok(response);
        }
    };
    let len = total_len(&pieces);
    // A `HEAD` reads nothing, but asks whether the file is still the one that was indexed.
    let sent = if request.method == Method::HEAD { Vec::new() } else { pieces };
    let body = Body::prepared(source, sent).await?;
    Ok(complete(request, status, headers, len, || body))
}

/// The state of the server, never cached.
pub fn state(request: &Parts, status: StatusCode, message: &str) -> Response<Body> {
    line(request, status, message, NO_STORE)
}

/// What went wrong, in a short text that is cached for a second at most.
pub fn error(request: &Parts, status: StatusCode, message: &str) -> Response<Body> {
    line(request, status, message, ONE_SECOND)
}

/// A path that is not answered.
pub fn route_error(request: &Parts, problem: RouteError) -> Response<Body> {
    error(request, problem.status(), &problem.to_string())
}

/// A store that did not answer. Its own words go to the log: they may name what players need not know.
pub fn store_error(request: &Parts, problem: &StoreError) -> Response<Body> {
    let (status, message) = match problem {
        StoreError::NotFound { .. } => (StatusCode::NOT_FOUND, "a media file of this asset does not exist"),
        StoreError::Changed { .. } => (StatusCode::SERVICE_UNAVAILABLE, "the media has just changed; ask again"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the media cannot be read now"),
    };
    tracing::warn!(path = request.uri.path(), status = status.as_u16(), "{problem}");
    error(request, status, message)
}

/// `message` is made one line, whatever it quotes.
fn line(request: &Parts, status: StatusCode, message: &str, caching: HeaderValue) -> Response<Body> {
    let body = Bytes::from(message.replace(char::is_control, " ") + "\n");
    let mut headers = common();
    headers.insert(header::CONTENT_TYPE, TEXT);
    headers.insert(header::CACHE_CONTROL, caching);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    complete(request, status, headers, body.len() as u64, || body.into())
}

/// The headers of every answer.
fn common() -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(16);
    headers.insert(header::SERVER, SERVER);
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers.insert(TIMING_ALLOW_ORIGIN, ANY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers
}

fn labelled(labels: &Labels, tag: &EntityTag) -> HeaderMap {
    let mut headers = common();
    headers.insert(header::CONTENT_TYPE, labels.media_type.as_header());
    headers.insert(header::CACHE_CONTROL, labels.caching.0.clone());
    headers.insert(header::ETAG, tag.as_header().clone());
    headers.insert(CACHE_TAG, labels.purge.0.clone());
    headers.insert(SURROGATE_KEY, labels.purge.0.clone());
    headers
}

/// RFC 9110 15.4.5: what would differ is left out, what a cache needs is kept.
fn not_modified(mut headers: HeaderMap) -> Response<Body> {
    headers.remove(header::CONTENT_TYPE);
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

fn insert(headers: &mut HeaderMap, name: HeaderName, value: String) {
    // Digits and ASCII words only, which are always a header value.
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{LocalStore, Store, StorePath};
    use http_body_util::BodyExt;
    use hyper::Request;
    use std::sync::Arc;

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

    fn playlist(request: &Parts) -> Response<Body> {
        let caching = Caching::manifest(Duration::from_secs(2), Duration::from_secs(10));
        text(request, &Rendered::new("#EXTM3U\n".repeat(20)), &labels(MediaType::HlsPlaylist, caching))
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

    async fn segment(request: &Parts, source: &Source) -> Result<Response<Body>, StoreError> {
        let pieces = vec![Piece::Bytes(Bytes::from_static(b"moof")), Piece::Source(100..200)];
        let labels = labels(MediaType::VideoMp4, Caching::immutable());
        media(request, source.clone(), pieces, &EntityTag::new("rev-0"), &labels).await
    }

    #[tokio::test]
    async fn a_manifest_has_its_headers() {
        let response = playlist(&get(&[]));
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
            let response = playlist(&get(&[(header::ACCEPT_ENCODING, accept)]));
            assert_eq!(value(&response, "content-encoding"), coding);
            let (tag, len) = (value(&response, "etag").to_owned(), value(&response, "content-length").to_owned());
            assert_eq!(bytes(response).await.len().to_string(), len);

            let again = playlist(&get(&[(header::ACCEPT_ENCODING, accept), (header::IF_NONE_MATCH, &tag)]));
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
        let other = playlist(&get(&[(header::ACCEPT_ENCODING, "gzip"), (header::IF_NONE_MATCH, &tags[0])]));
        assert_eq!(other.status(), 200, "the tag of another coding");
    }

    #[tokio::test]
    async fn a_segment_is_immutable_and_has_its_length() {
        let (_folder, source) = source().await;
        let response = segment(&get(&[(header::ACCEPT_ENCODING, "gzip")]), &source).await.unwrap();
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
        let known = segment(&get(&[(header::IF_NONE_MATCH, "\"rev-0\"")]), &source).await.unwrap();
        assert_eq!(known.status(), 304);
    }

    #[tokio::test]
    async fn a_part_of_a_segment() {
        let (_folder, source) = source().await;
        let response = segment(&get(&[(header::RANGE, "bytes=2-5")]), &source).await.unwrap();
        assert_eq!(response.status(), 206);
        assert_eq!((value(&response, "content-range"), value(&response, "content-length")), ("bytes 2-5/104", "4"));
        assert_eq!(bytes(response).await, &[b'o', b'f', 100, 101][..]);

        let response = segment(&get(&[(header::RANGE, "bytes=104-")]), &source).await.unwrap();
        assert_eq!(response.status(), 416);
        assert_eq!(
            (value(&response, "content-range"), value(&response, "cache-control")),
            ("bytes */104", "max-age=1")
        );

        let stale = [(header::RANGE, "bytes=2-5"), (header::IF_RANGE, "\"rev-1\"")];
        assert_eq!(segment(&get(&stale), &source).await.unwrap().status(), 200);
    }

    #[tokio::test]
    async fn a_head_is_a_get_without_its_body() {
        let (_folder, source) = source().await;
        for (get, head) in [
            (playlist(&get(&[])), playlist(&request(Method::HEAD, &[]))),
            (
                segment(&get(&[]), &source).await.unwrap(),
                segment(&request(Method::HEAD, &[(header::RANGE, "bytes=0-1")]), &source).await.unwrap(),
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
    async fn a_changed_file_is_a_status_for_get_and_head() {
        let (folder, source) = source().await;
        std::fs::write(folder.path().join("video.mp4"), "cut short").unwrap();
        for method in [Method::GET, Method::HEAD] {
            let request = request(method, &[]);
            let problem = segment(&request, &source).await.unwrap_err();
            let response = store_error(&request, &problem);
            assert_eq!(response.status(), 503);
            assert_eq!((value(&response, "cache-control"), value(&response, "retry-after")), ("max-age=1", "1"));
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
        assert_eq!(route_error(&get(&[]), RouteError::Traversal).status(), 403);
        let failed = StoreError::Failed { path: "a".into(), reason: "disk on fire at /srv".into() };
        let response = store_error(&get(&[]), &failed);
        assert_eq!(response.status(), 503);
        assert!(!bytes(response).await.windows(4).any(|word| word == b"/srv"));
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

    #[test]
    fn a_purge_tag_is_one_word() {
        for (asset, expected) in [("shows/s01", "shows/s01"), ("a, b", "a%2C%20b"), ("Köln", "K%C3%B6ln")] {
            assert_eq!(PurgeTag::new(asset).0, expected);
        }
    }

    #[test]
    fn no_grace_is_not_spelt_out() {
        assert_eq!(Caching::manifest(Duration::from_secs(1), Duration::ZERO).0, "public, max-age=1");
    }
}
