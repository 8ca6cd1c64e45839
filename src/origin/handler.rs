//! From a request to a response: finds the asset and the track, and has written what the route names.

use super::body::{Body, Source};
use super::conditional::EntityTag;
use super::rendered::Rendered;
use super::response::{self, Caching, Labels, MediaType, PurgeTag};
use super::route::{Route, SegmentForm, decode_path};
use crate::catalog::{Catalog, LoadError, LoadedAsset};
use crate::manifest::{self, ManifestError, TextForm};
use crate::presentation::{Form, Presentation, Rendition, Segment};
use crate::segment::{self, Piece};
use crate::store::{StoreError, StorePath};
use crate::track::TrackType;
use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;
use std::time::Duration;

/// How an origin caches, and lets others cache.
#[derive(Debug, Clone)]
pub struct OriginOptions {
    /// Bound of the cache of written manifests, in bytes.
    pub manifest_cache_bytes: u64,
    /// How long a cache may hand on a manifest without asking.
    pub manifest_max_age: Duration,
    /// For how long after that a cache may hand it on while it asks.
    pub stale_while_revalidate: Duration,
}

impl Default for OriginOptions {
    fn default() -> Self {
        OriginOptions {
            manifest_cache_bytes: 64_000_000,
            manifest_max_age: Duration::from_secs(2),
            stale_while_revalidate: Duration::from_secs(10),
        }
    }
}

/// The player's side of the server.
pub struct Origin {
    catalog: Arc<Catalog>,
    manifest_caching: Caching,
    /// Written manifests and caption segments with their codings.
    rendered: Cache<TextKey, Arc<Rendered>, TextWeight>,
}

/// A text that was written: of which state of which asset, and which.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct TextKey {
    asset: String,
    revision: String,
    text: Text,
}

/// The texts that an asset has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Text {
    Multivariant(TextForm),
    Mpd(TextForm),
    Media(String, TextForm),
    Iframes(String),
    Captions(String, u64),
}

#[derive(Clone)]
struct TextWeight;

impl Weighter<TextKey, Arc<Rendered>> for TextWeight {
    /// The two codings together are smaller than the text itself.
    fn weight(&self, key: &TextKey, text: &Arc<Rendered>) -> u64 {
        (key.asset.len() + key.revision.len() + 256 + 2 * text.plain().len()) as u64
    }
}

/// Why a request is not answered with what it asks for.
struct Refusal {
    status: StatusCode,
    message: String,
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>) -> Refusal {
        Refusal { status, message: message.into() }
    }
}

impl From<LoadError> for Refusal {
    fn from(error: LoadError) -> Refusal {
        let status = match &error {
            LoadError::Unknown { .. } => StatusCode::NOT_FOUND,
            LoadError::Document { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            LoadError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        Refusal::new(status, error.to_string())
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
    }
}

impl From<ManifestError> for Refusal {
    fn from(error: ManifestError) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, error.to_string())
    }
}

type Answer = Result<Response<Body>, Refusal>;

impl Origin {
    pub fn new(catalog: Arc<Catalog>, options: &OriginOptions) -> Origin {
        let cache_bytes = options.manifest_cache_bytes.max(1);
        Origin {
            catalog,
            manifest_caching: Caching::manifest(options.manifest_max_age, options.stale_while_revalidate),
            rendered: Cache::with_weighter(4096, cache_bytes, TextWeight),
        }
    }

    /// Answers one request.
    pub async fn respond<B>(&self, request: Request<B>) -> Response<Body> {
        let (request, _) = request.into_parts();
        if let Some(response) = response::other_method(&request) {
            return response;
        }
        match self.answer(&request).await {
            Ok(response) => response,
            Err(refusal) => {
                if refusal.status.is_server_error() {
                    tracing::error!(path = request.uri.path(), "{}", refusal.message);
                } else {
                    tracing::debug!(path = request.uri.path(), status = refusal.status.as_u16(), "{}", refusal.message);
                }
                response::error(&request, refusal.status, &refusal.message)
            }
        }
    }

    async fn answer(&self, request: &Parts) -> Answer {
        let path = decode_path(request.uri.path()).map_err(|error| Refusal::new(error.status(), error.to_string()))?;
        let route = Route::parse(&path).map_err(|error| Refusal::new(error.status(), error.to_string()))?;
        match route {
            Route::Health => Ok(response::state(request, StatusCode::OK, "alive")),
            Route::Ready => Ok(self.readiness(request).await),
            Route::Multivariant { asset } => {
                let form = text_form(request)?;
                let write = |presentation: &_| Ok(manifest::hls::multivariant_playlist(presentation, form)?);
                self.manifest(request, asset, Text::Multivariant(form), MediaType::HlsPlaylist, write).await
            }
            Route::Mpd { asset } => {
                let form = text_form(request)?;
                let write = |presentation: &_| Ok(manifest::dash::mpd(presentation, form));
                self.manifest(request, asset, Text::Mpd(form), MediaType::Mpd, write).await
            }
            Route::MediaPlaylist { asset, track } => {
                self.media_playlist(request, asset, track, TextForm::WebVtt, |_| true).await
            }
            Route::ImscPlaylist { asset, track } => {
                let is_text = |rendition: &Rendition| rendition.track_type == TrackType::Text;
                self.media_playlist(request, asset, track, TextForm::Imsc, is_text).await
            }
            Route::IframePlaylist { asset, track } => {
                let write = |presentation: &Presentation| {
                    let rendition = find(presentation, asset, track)?;
                    if rendition.iframes.is_empty() {
                        return Err(unknown_track(asset, track));
                    }
                    Ok(manifest::hls::iframe_playlist(rendition))
                };
                let text = Text::Iframes(track.to_owned());
                self.manifest(request, asset, text, MediaType::HlsPlaylist, write).await
            }
            Route::Init { asset, track, rev } => self.init(request, asset, track, rev).await,
            Route::Segment { asset, track, rev, time, form } => {
                self.segment(request, asset, track, rev, time, form).await
            }
        }
    }

    async fn readiness(&self, request: &Parts) -> Response<Body> {
        match self.catalog.store().list(&StorePath::root()).await {
            Ok(_) => response::state(request, StatusCode::OK, "ready"),
            Err(error) => response::state(request, StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
        }
    }

    async fn media_playlist(
        &self,
        request: &Parts,
        asset: &str,
        track: &str,
        form: TextForm,
        fits: impl Fn(&Rendition) -> bool,
    ) -> Answer {
        let write = |presentation: &Presentation| {
            let rendition = find(presentation, asset, track)?;
            match fits(rendition) {
                true => Ok(manifest::hls::media_playlist(presentation, rendition, form)),
                false => Err(unknown_track(asset, track)),
            }
        };
        let text = Text::Media(track.to_owned(), form);
        self.manifest(request, asset, text, MediaType::HlsPlaylist, write).await
    }

    /// A manifest, written once per state of its asset.
    async fn manifest(
        &self,
        request: &Parts,
        name: &str,
        text: Text,
        media_type: MediaType,
        write: impl FnOnce(&Presentation) -> Result<String, Refusal>,
    ) -> Answer {
        let asset = self.catalog.asset(name).await?;
        let rendered = self.written(&asset, text, || Ok(write(presentation(&asset)?)?.into()))?;
        let labels = Labels { media_type, caching: self.manifest_caching.clone(), purge: PurgeTag::new(name) };
        Ok(response::text(request, &rendered, &labels))
    }

    /// A text from the cache, or written into it.
    fn written(
        &self,
        asset: &LoadedAsset,
        text: Text,
        write: impl FnOnce() -> Result<Bytes, Refusal>,
    ) -> Result<Arc<Rendered>, Refusal> {
        let key = TextKey { asset: asset.name.clone(), revision: asset.revision.clone(), text };
        if let Some(rendered) = self.rendered.get(&key) {
            return Ok(rendered);
        }
        let rendered = Arc::new(Rendered::new(write()?));
        self.rendered.insert(key, Arc::clone(&rendered));
        Ok(rendered)
    }

    async fn init(&self, request: &Parts, name: &str, track: &str, revision: &str) -> Answer {
        let asset = self.catalog.asset(name).await?;
        let rendition = find(presentation(&asset)?, name, track)?;
        let form = form_of(rendition, revision)?;
        let init = match (rendition.track_type, form) {
            (TrackType::Text, Form::Imsc) => segment::imsc_init(rendition),
            (TrackType::Text, Form::Plain) => segment::wvtt_init(rendition),
            _ => segment::media_init(rendition),
        };
        let pieces = vec![Piece::Bytes(init.ok_or_else(|| unknown_track(name, track))?)];
        self.media(request, &asset, rendition, pieces, &format!("{revision}-init")).await
    }

    async fn segment(
        &self,
        request: &Parts,
        name: &str,
        track: &str,
        revision: &str,
        time: u64,
        suffix: SegmentForm,
    ) -> Answer {
        let asset = self.catalog.asset(name).await?;
        let rendition = find(presentation(&asset)?, name, track)?;
        let form = form_of(rendition, revision)?;
        let missing = || {
            Refusal::new(StatusCode::NOT_FOUND, format!("track {track:?} of {name:?} has no such segment at {time}"))
        };
        let segment = rendition.timeline.at(time).ok_or_else(missing)?;
        if suffix == SegmentForm::WebVtt {
            return self.web_vtt(request, &asset, rendition, segment).ok_or_else(missing)?;
        }
        let pieces = match (rendition.track_type, form) {
            (TrackType::Text, Form::Imsc) => segment::imsc_segment(rendition, segment).map(|s| vec![Piece::Bytes(s)]),
            (TrackType::Text, Form::Plain) => segment::wvtt_segment(rendition, segment).map(|s| vec![Piece::Bytes(s)]),
            _ => segment::media_segment(rendition, segment),
        };
        let tag = format!("{revision}-{time}");
        self.media(request, &asset, rendition, pieces.ok_or_else(missing)?, &tag).await
    }

    /// `None` for coded media.
    fn web_vtt(
        &self,
        request: &Parts,
        asset: &LoadedAsset,
        rendition: &Rendition,
        segment: &Segment,
    ) -> Option<Answer> {
        let vtt = segment::webvtt_segment(rendition, segment)?;
        let text = Text::Captions(rendition.name.clone(), segment.time);
        let labels = immutable(MediaType::WebVtt, asset);
        Some(self.written(asset, text, || Ok(vtt)).map(|rendered| response::text(request, &rendered, &labels)))
    }

    /// An init or media segment. Where the file is no longer the one that was indexed, the asset is looked at anew and
    /// the URL, which named the old bytes, is gone.
    async fn media(
        &self,
        request: &Parts,
        asset: &LoadedAsset,
        rendition: &Rendition,
        pieces: Vec<Piece>,
        tag: &str,
    ) -> Answer {
        let file = asset.folder.join(&rendition.file);
        let (Some(file), Some(version)) = (file, asset.file_version(&rendition.file)) else {
            return Err(unknown_track(&asset.name, &rendition.name));
        };
        let source = Source { store: Arc::clone(self.catalog.store()), file, version: version.clone() };
        let media_type = match rendition.track_type {
            TrackType::Video => MediaType::VideoMp4,
            TrackType::Audio => MediaType::AudioMp4,
            TrackType::Text => MediaType::ApplicationMp4,
        };
        let labels = immutable(media_type, asset);
        match response::media(request, source, pieces, &EntityTag::new(tag), &labels).await {
            Err(StoreError::Changed { path }) => {
                self.catalog.doubt(&asset.name);
                let message = format!("{path} has been replaced; fetch the manifest again");
                Err(Refusal::new(StatusCode::GONE, message))
            }
            answer => Ok(answer?),
        }
    }
}

fn immutable(media_type: MediaType, asset: &LoadedAsset) -> Labels {
    Labels { media_type, caching: Caching::immutable(), purge: PurgeTag::new(&asset.name) }
}

fn presentation(asset: &LoadedAsset) -> Result<&Presentation, Refusal> {
    let nothing = |error| Refusal::new(StatusCode::NOT_FOUND, format!("{:?}: {error}", asset.name));
    asset.presentation.as_ref().map_err(nothing)
}

fn find<'a>(presentation: &'a Presentation, asset: &str, track: &str) -> Result<&'a Rendition, Refusal> {
    presentation.rendition(track).ok_or_else(|| unknown_track(asset, track))
}

/// A hidden track and one that never was get the same answer: nothing tells them apart.
fn unknown_track(asset: &str, track: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, format!("{asset:?} has no track {track:?}"))
}

/// Which form of a track's segments a revision names; a revision that is not of today is gone.
fn form_of(rendition: &Rendition, revision: &str) -> Result<Form, Refusal> {
    if rendition.revision == revision {
        return Ok(Form::Plain);
    }
    if rendition.imsc_revision.as_deref() == Some(revision) {
        return Ok(Form::Imsc);
    }
    let message =
        format!("{revision:?} is not the present revision of track {:?}; fetch the manifest again", rendition.name);
    Err(Refusal::new(StatusCode::GONE, message))
}

/// `?text=imsc` asks for captions as IMSC1 in MP4, `?text=webvtt` for what is given unasked. Other parameters are for
/// others, such as a CDN's token.
fn text_form(request: &Parts) -> Result<TextForm, Refusal> {
    let query = request.uri.query().unwrap_or_default();
    let asked = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == "text");
    match asked {
        None | Some((_, "webvtt")) => Ok(TextForm::WebVtt),
        Some((_, "imsc")) => Ok(TextForm::Imsc),
        Some((_, other)) => {
            Err(Refusal::new(StatusCode::BAD_REQUEST, format!("text={other:?} is unknown; text can be webvtt or imsc")))
        }
    }
}
