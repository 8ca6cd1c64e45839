//! The URLs for players.
//!
//! | path | route |
//! |---|---|
//! | `/healthz`, `/readyz` | [`Route::Health`], [`Route::Ready`] |
//! | `/{asset}/master.m3u8` | [`Route::Multivariant`] |
//! | `/{asset}/manifest.mpd` | [`Route::Mpd`] |
//! | `/{asset}/{track}.m3u8` | [`Route::MediaPlaylist`] |
//! | `/{asset}/{track}.iframes.m3u8` | [`Route::IframePlaylist`] |
//! | `/{asset}/{track}.imsc.m3u8` | [`Route::ImscPlaylist`] |
//! | `/{asset}/media/{track}/{rev}/init.mp4` | [`Route::Init`] |
//! | `/{asset}/media/{track}/{rev}/{time}.m4s` or `.vtt` | [`Route::Segment`] |
//!
//! An asset may lie deeper in the store (`shows/s01/e01`). A path is percent-decoded once, by [`decode_path`], which also
//! refuses whatever tries to leave the store; [`Route::parse`] then borrows its parts from the decoded text.

use crate::metrics::Answer;
use crate::store::StorePath;
use crate::track::is_valid_name;
use hyper::StatusCode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;
use std::fmt;

/// What is escaped in the path of an asset: all but the unreserved characters of RFC 3986 2.3 and the slash.
pub(super) const ASSET_ESCAPES: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// No honest client encodes a path more often than this.
const MAX_DECODINGS: usize = 4;

/// What a path asks for. `asset` is a [`StorePath`], `track` a track name; neither need exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route<'a> {
    /// Whether the process lives.
    Health,
    /// Whether it can serve.
    Ready,
    Multivariant {
        asset: &'a str,
    },
    Mpd {
        asset: &'a str,
    },
    MediaPlaylist {
        asset: &'a str,
        track: &'a str,
    },
    IframePlaylist {
        asset: &'a str,
        track: &'a str,
    },
    /// The text track as IMSC1 in fragmented MP4.
    ImscPlaylist {
        asset: &'a str,
        track: &'a str,
    },
    Init {
        asset: &'a str,
        track: &'a str,
        rev: &'a str,
    },
    Segment {
        asset: &'a str,
        track: &'a str,
        rev: &'a str,
        /// Start in the track's timescale.
        time: u64,
        form: SegmentForm,
    },
}

/// The form of a segment, by its suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentForm {
    /// `.m4s`
    Mp4,
    /// `.vtt`
    WebVtt,
}

/// Why a path is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// The path is not well-formed.
    #[error("malformed path: {0}")]
    Malformed(&'static str),
    /// The path tries to leave the store.
    #[error("the path may not lead upwards")]
    Traversal,
    /// There is nothing of this form.
    #[error("nothing is served at this path")]
    Unknown,
}

impl RouteError {
    pub fn status(self) -> StatusCode {
        match self {
            RouteError::Malformed(_) => StatusCode::BAD_REQUEST,
            RouteError::Traversal => StatusCode::FORBIDDEN,
            RouteError::Unknown => StatusCode::NOT_FOUND,
        }
    }
}

/// The path of a URL, percent-decoded once; borrowed where there is nothing to decode.
///
/// A `..` is refused however often it is encoded: what another server in front or behind might decode once more shall
/// not become a way out.
pub fn decode_path(path: &str) -> Result<Cow<'_, str>, RouteError> {
    let decoded = decode_once(path)?;
    check(&decoded)?;
    let mut deeper = Cow::Borrowed(&*decoded);
    for _ in 1..MAX_DECODINGS {
        match decode_once(&deeper) {
            Ok(Cow::Owned(text)) => {
                check(&text)?;
                deeper = Cow::Owned(text);
            }
            // No escape, or a percent sign that is one: `100%`.
            Ok(Cow::Borrowed(_)) | Err(_) => return Ok(decoded),
        }
    }
    Err(RouteError::Malformed("it is percent-encoded several times over"))
}

fn decode_once(text: &str) -> Result<Cow<'_, str>, RouteError> {
    let mut escapes = text.split('%').skip(1);
    if !escapes.all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit())) {
        return Err(RouteError::Malformed("a % must be followed by two hexadecimal digits"));
    }
    percent_decode_str(text).decode_utf8().map_err(|_| RouteError::Malformed("it is not UTF-8"))
}

fn check(path: &str) -> Result<(), RouteError> {
    if path.split(['/', '\\']).any(|part| part == "..") {
        return Err(RouteError::Traversal);
    }
    if path.contains('\\') {
        return Err(RouteError::Malformed("it has a backslash"));
    }
    if path.contains(char::is_control) {
        return Err(RouteError::Malformed("it has a control character"));
    }
    Ok(())
}

impl<'a> Route<'a> {
    /// Reads a path that [`decode_path`] gave.
    pub fn parse(path: &'a str) -> Result<Route<'a>, RouteError> {
        let path = path.strip_prefix('/').ok_or(RouteError::Malformed("it must start with a slash"))?;
        match path {
            "healthz" => return Ok(Route::Health),
            "readyz" => return Ok(Route::Ready),
            _ => {}
        }
        let (folder, name) = path.rsplit_once('/').ok_or(RouteError::Unknown)?;
        let route = if let Some(name) = name.strip_suffix(".m3u8") {
            playlist(folder, name)
        } else if name == "manifest.mpd" {
            Some(Route::Mpd { asset: folder })
        } else {
            media(folder, name)
        };
        let route = route.ok_or(RouteError::Unknown)?;
        match route.asset() {
            Some(asset) if !StorePath::is_valid(asset) => Err(bad_asset(asset)),
            _ => Ok(route),
        }
    }

    /// The asset that is asked for.
    pub fn asset(&self) -> Option<&'a str> {
        match *self {
            Route::Health | Route::Ready => None,
            Route::Multivariant { asset }
            | Route::Mpd { asset }
            | Route::MediaPlaylist { asset, .. }
            | Route::IframePlaylist { asset, .. }
            | Route::ImscPlaylist { asset, .. }
            | Route::Init { asset, .. }
            | Route::Segment { asset, .. } => Some(asset),
        }
    }
}

impl Route<'_> {
    /// What is counted of a request.
    pub(super) fn answer(&self) -> Answer {
        match self {
            Route::Health | Route::Ready => Answer::Other,
            Route::Multivariant { .. }
            | Route::Mpd { .. }
            | Route::MediaPlaylist { .. }
            | Route::IframePlaylist { .. }
            | Route::ImscPlaylist { .. } => Answer::Manifest,
            Route::Init { .. } => Answer::Init,
            Route::Segment { form: SegmentForm::Mp4, .. } => Answer::Segment,
            Route::Segment { form: SegmentForm::WebVtt, .. } => Answer::Text,
        }
    }
}

/// `name` is without `.m3u8`.
fn playlist<'a>(asset: &'a str, name: &'a str) -> Option<Route<'a>> {
    if name == "master" {
        return Some(Route::Multivariant { asset });
    }
    let (track, route) = if let Some(track) = name.strip_suffix(".iframes") {
        (track, Route::IframePlaylist { asset, track })
    } else if let Some(track) = name.strip_suffix(".imsc") {
        (track, Route::ImscPlaylist { asset, track })
    } else {
        (name, Route::MediaPlaylist { asset, track: name })
    };
    is_valid_name(track).then_some(route)
}

/// `folder` is `{asset}/media/{track}/{rev}`.
fn media<'a>(folder: &'a str, name: &'a str) -> Option<Route<'a>> {
    let mut parts = folder.rsplitn(4, '/');
    let (rev, track, media, asset) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if media != "media" {
        return None;
    }
    segment(asset, track, rev, name)
}

/// What `{track}/{rev}/{name}` of an asset is.
pub(super) fn segment<'a>(asset: &'a str, track: &'a str, rev: &'a str, name: &'a str) -> Option<Route<'a>> {
    if !is_valid_name(track) || !is_revision(rev) {
        return None;
    }
    if name == "init.mp4" {
        return Some(Route::Init { asset, track, rev });
    }
    let (time, form) = match name.rsplit_once('.')? {
        (time, "m4s") => (time, SegmentForm::Mp4),
        (time, "vtt") => (time, SegmentForm::WebVtt),
        _ => return None,
    };
    Some(Route::Segment { asset, track, rev, time: decimal(time)?, form })
}

fn is_revision(rev: &str) -> bool {
    (1..=64).contains(&rev.len()) && rev.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// One number has one spelling, so that one segment has one URL in caches.
fn decimal(digits: &str) -> Option<u64> {
    let canonical = digits == "0" || !digits.starts_with(['0', '+']);
    digits.parse().ok().filter(|_| canonical)
}

fn bad_asset(asset: &str) -> RouteError {
    if asset.split('/').any(str::is_empty) {
        RouteError::Malformed("it has an empty part")
    } else if asset.split('/').any(|part| part == ".") {
        RouteError::Malformed("it has a part that is a single dot")
    } else if asset.split('/').any(|part| part.starts_with('.')) {
        RouteError::Unknown
    } else {
        RouteError::Malformed("it is too long")
    }
}

/// The path, percent-encoded.
impl fmt::Display for Route<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(asset) = self.asset() {
            write!(f, "/{}", utf8_percent_encode(asset, ASSET_ESCAPES))?;
        }
        match self {
            Route::Health => write!(f, "/healthz"),
            Route::Ready => write!(f, "/readyz"),
            Route::Multivariant { .. } => write!(f, "/master.m3u8"),
            Route::Mpd { .. } => write!(f, "/manifest.mpd"),
            Route::MediaPlaylist { track, .. } => write!(f, "/{track}.m3u8"),
            Route::IframePlaylist { track, .. } => write!(f, "/{track}.iframes.m3u8"),
            Route::ImscPlaylist { track, .. } => write!(f, "/{track}.imsc.m3u8"),
            Route::Init { track, rev, .. } => write!(f, "/media/{track}/{rev}/init.mp4"),
            Route::Segment { track, rev, time, form, .. } => {
                let suffix = match form {
                    SegmentForm::Mp4 => "m4s",
                    SegmentForm::WebVtt => "vtt",
                };
                write!(f, "/media/{track}/{rev}/{time}.{suffix}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What `path` comes to, written out.
    fn route(path: &str) -> Result<String, RouteError> {
        let decoded = decode_path(path)?;
        Route::parse(&decoded).map(|route| format!("{route:?}"))
    }

    #[track_caller]
    fn assert_route(path: &str, expected: Route<'_>) {
        assert_eq!(route(path), Ok(format!("{expected:?}")), "{path}");
    }

    #[test]
    fn the_grammar() {
        let (asset, track, rev) = ("harbour", "en", "a1B2-_");
        assert_route("/healthz", Route::Health);
        assert_route("/readyz", Route::Ready);
        assert_route("/harbour/master.m3u8", Route::Multivariant { asset });
        assert_route("/harbour/manifest.mpd", Route::Mpd { asset });
        assert_route("/harbour/en.m3u8", Route::MediaPlaylist { asset, track });
        assert_route("/harbour/en.iframes.m3u8", Route::IframePlaylist { asset, track });
        assert_route("/harbour/en.imsc.m3u8", Route::ImscPlaylist { asset, track });
        assert_route("/harbour/media/en/a1B2-_/init.mp4", Route::Init { asset, track, rev });
        let segment = |time, form| Route::Segment { asset, track, rev, time, form };
        assert_route("/harbour/media/en/a1B2-_/0.m4s", segment(0, SegmentForm::Mp4));
        assert_route("/harbour/media/en/a1B2-_/540000.vtt", segment(540_000, SegmentForm::WebVtt));
        assert_route("/harbour/media/en/a1B2-_/18446744073709551615.m4s", segment(u64::MAX, SegmentForm::Mp4));
    }

    #[test]
    fn assets_may_lie_deep_and_have_any_name() {
        assert_route("/shows/s01/e01/master.m3u8", Route::Multivariant { asset: "shows/s01/e01" });
        assert_route("/shows%2Fs01/master.m3u8", Route::Multivariant { asset: "shows/s01" });
        assert_route("/K%C3%B6ln%20bei%20Nacht/master.m3u8", Route::Multivariant { asset: "Köln bei Nacht" });
        assert_route("/100%25/manifest.mpd", Route::Mpd { asset: "100%" });
        assert_route("/100%25%20fun/manifest.mpd", Route::Mpd { asset: "100% fun" });
        assert_route("/a%2520b/manifest.mpd", Route::Mpd { asset: "a%20b" });
        assert_route("/media/media/en/r/init.mp4", Route::Init { asset: "media", track: "en", rev: "r" });
        assert_route("/a+b/master.m3u8", Route::Multivariant { asset: "a+b" });
        assert_route("/healthz/master.m3u8", Route::Multivariant { asset: "healthz" });
    }

    #[test]
    fn what_leads_upwards_is_refused_however_it_is_written() {
        for path in [
            "/../master.m3u8",
            "/harbour/../../etc/passwd",
            "/..",
            "/%2e%2e/master.m3u8",
            "/harbour/.%2E/x.m3u8",
            "/harbour%2f..%2fx/master.m3u8",
            "/..%5cwindows/master.m3u8",
            "/a\\..\\b/master.m3u8",
            "/%252e%252e/master.m3u8",
            "/a%252f%252e%252e%252fb/master.m3u8",
            "/%25252e%25252e/master.m3u8",
            "/..%255c/master.m3u8",
        ] {
            assert_eq!(route(path), Err(RouteError::Traversal), "{path}");
        }
    }

    #[test]
    fn malformed_paths_are_refused() {
        for path in [
            "",
            "harbour/master.m3u8",
            "*",
            "//master.m3u8",
            "/a//master.m3u8",
            "/a/./master.m3u8",
            "/./manifest.mpd",
            "/a%00/master.m3u8",
            "/a%0a/master.m3u8",
            "/a%5cb/master.m3u8",
            "/a%2500/master.m3u8",
            "/a%/master.m3u8",
            "/a%zz/master.m3u8",
            "/a%f/master.m3u8",
            "/%ff/master.m3u8",
            "/a%255cb/master.m3u8",
            "/%C3/master.m3u8",
        ] {
            let result = route(path);
            assert!(matches!(result, Err(RouteError::Malformed(_))), "{path:?}: {result:?}");
        }
        let long = format!("/{}/master.m3u8", "a".repeat(1025));
        assert_eq!(route(&long), Err(RouteError::Malformed("it is too long")));
        let nested = format!("/%{}41/master.m3u8", "25".repeat(1000));
        assert!(matches!(route(&nested), Err(RouteError::Malformed(_))));
    }

    #[test]
    fn what_is_not_of_the_grammar_is_not_there() {
        for path in [
            "/",
            "/harbour",
            "/harbour/",
            "/harbour/video.mp4",
            "/master.m3u8",
            "/manifest.mpd",
            "/harbour/asset.json",
            "/.signalbox/master.m3u8",
            "/harbour/.hidden/master.m3u8",
            "/harbour/.m3u8",
            "/harbour/a%20b.m3u8",
            "/harbour/manifest.m3u8",
            "/harbour/en.iframes.imsc.m3u8",
            "/harbour/media/en/init.mp4",
            "/media/en/r/init.mp4",
            "/harbour/medium/en/r/init.mp4",
            "/harbour/media/en/r.r/init.mp4",
            "/harbour/media/en/r/init.m4s",
            "/harbour/media/master/r/init.mp4",
            "/harbour/media/en/r/00.m4s",
            "/harbour/media/en/r/01.m4s",
            "/harbour/media/en/r/+1.m4s",
            "/harbour/media/en/r/-1.m4s",
            "/harbour/media/en/r/.m4s",
            "/harbour/media/en/r/18446744073709551616.m4s",
            "/harbour/media/en/r/1.5.m4s",
            "/harbour/media/en/r/1.mp4",
            "/healthz/",
            "/Healthz",
        ] {
            assert_eq!(route(path), Err(RouteError::Unknown), "{path}");
        }
    }

    #[test]
    fn an_error_is_one_line_with_its_status() {
        for (error, status) in [
            (RouteError::Malformed("it has a backslash"), 400),
            (RouteError::Traversal, 403),
            (RouteError::Unknown, 404),
        ] {
            assert_eq!(error.status(), status);
            assert!(!error.to_string().contains('\n'));
        }
    }

    #[test]
    fn a_plain_path_is_not_copied() {
        assert!(matches!(decode_path("/harbour/master.m3u8"), Ok(Cow::Borrowed(_))));
    }

    fn any_asset() -> impl Strategy<Value = String> {
        // Escapes within names are left out: what decodes further is another matter, tested above.
        "[^./\\\\%\\p{C}][^/\\\\%\\p{C}]{0,8}(/[^./\\\\%\\p{C}][^/\\\\%\\p{C}]{0,8}){0,3}"
    }

    proptest! {
        #[test]
        fn a_route_reads_as_it_was_written(
            asset in any_asset(),
            track in "[a-z0-9_-][A-Za-z0-9_-]{0,9}(\\.[a-z]{1,3})?",
            rev in "[A-Za-z0-9_-]{1,64}",
            time in any::<u64>(),
            webvtt in any::<bool>(),
        ) {
            prop_assume!(is_valid_name(&track) && StorePath::is_valid(&asset));
            let (asset, track, rev) = (&*asset, &*track, &*rev);
            let form = if webvtt { SegmentForm::WebVtt } else { SegmentForm::Mp4 };
            for route in [
                Route::Multivariant { asset },
                Route::Mpd { asset },
                Route::MediaPlaylist { asset, track },
                Route::IframePlaylist { asset, track },
                Route::ImscPlaylist { asset, track },
                Route::Init { asset, track, rev },
                Route::Segment { asset, track, rev, time, form },
            ] {
                let written = route.to_string();
                prop_assert!(written.is_ascii());
                let decoded = decode_path(&written);
                prop_assert_eq!(decoded.as_deref().map_err(|error| *error).and_then(Route::parse), Ok(route));
            }
        }

        #[test]
        fn no_path_does_harm_and_no_asset_leaves_the_store(path in "/?([a-z%./\\\\0-9\u{0}é-]|%2e|%2f|media/){0,24}(master\\.m3u8)?") {
            if let Ok(decoded) = decode_path(&path)
                && let Ok(route) = Route::parse(&decoded)
            {
                prop_assert!(route.asset().is_none_or(|asset| StorePath::parse(asset).is_some()));
            }
        }
    }
}
