//! The headers of answers: what is sent, for how long it holds, and that any page may read it (Fetch standard 3.3), since
//! players run in pages.

use super::conditional::EntityTag;
use super::encoding::Encoding;
use super::route::ASSET_ESCAPES;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use percent_encoding::utf8_percent_encode;
use std::time::Duration;

const SERVER: HeaderValue = HeaderValue::from_static(concat!("signalbox/", env!("CARGO_PKG_VERSION")));
const ANY: HeaderValue = HeaderValue::from_static("*");
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "Content-Length, Content-Range, Content-Encoding, Accept-Ranges, Cache-Control, Retry-After, ETag, Date, Age, \
     x-ms-error-code",
);
pub(super) const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
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
const ERROR_CODE: HeaderName = HeaderName::from_static("x-ms-error-code");
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

    /// In place of what headers say now.
    pub(super) fn put_in(&self, headers: &mut HeaderMap) {
        headers.insert(header::CACHE_CONTROL, self.0.clone());
    }

    /// What went wrong may be right the next moment.
    pub fn a_second() -> Caching {
        Caching(ONE_SECOND)
    }

    /// What is true now.
    pub fn none() -> Caching {
        Caching(NO_STORE)
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

/// The headers of an answer that is known again by `tag`.
pub(super) fn labelled(labels: &Labels, tag: &EntityTag) -> HeaderMap {
    let mut headers = common();
    headers.insert(header::CONTENT_TYPE, labels.media_type.as_header());
    headers.insert(header::CACHE_CONTROL, labels.caching.0.clone());
    headers.insert(header::ETAG, tag.as_header().clone());
    headers.insert(CACHE_TAG, labels.purge.0.clone());
    headers.insert(SURROGATE_KEY, labels.purge.0.clone());
    headers
}

/// The headers of a text in one of its codings.
pub(super) fn coded(labels: &Labels, tag: &EntityTag, encoding: Encoding) -> HeaderMap {
    let mut headers = labelled(labels, tag);
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(coding) = encoding.as_header() {
        headers.insert(header::CONTENT_ENCODING, coding);
    }
    headers
}

/// The headers of what may be asked for in parts.
pub(super) fn in_parts(mut headers: HeaderMap) -> HeaderMap {
    headers.insert(header::ACCEPT_RANGES, BYTES);
    headers
}

/// The headers of the one line that says how things are; such an answer `holds` for a moment.
pub(super) fn of_line(holds: Caching) -> HeaderMap {
    let mut headers = common();
    headers.insert(header::CONTENT_TYPE, TEXT);
    headers.insert(header::CACHE_CONTROL, holds.0);
    headers
}

/// What a page of another origin may ask for, for a day.
pub(super) fn of_preflight() -> HeaderMap {
    let mut headers = common();
    headers.insert(header::ALLOW, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, ONE_DAY);
    headers
}

/// Adds the code of a refusal behind a link of Azure Media Services.
pub(super) fn add_code(headers: &mut HeaderMap, code: &'static str) {
    headers.insert(ERROR_CODE, HeaderValue::from_static(code));
}

/// Adds a header made of digits and ASCII words, which are always a header value.
pub(super) fn insert(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
