//! From a request to a response: finds the asset and the track, and has written what the route names.

use super::body::{Body, Source};
use super::conditional::EntityTag;
use super::encoding::Encoding;
use super::headers::{Caching, Labels, MediaType, PurgeTag};
use super::refusal::Refusal;
use super::rendered::Rendered;
use super::response;
use super::route::{Route, SegmentForm, decode_path};
use crate::catalog::{Catalog, LoadedAsset, byte_cache};
use crate::manifest::{self, TextForm};
use crate::presentation::{Form, Presentation, Rendition, Segment};
use crate::segment::{self, Piece};
use crate::store::{StoreError, StorePath};
use crate::track::TrackType;
use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode, Version};
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
    sends_unseen: bool,
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

type Answer = Result<Response<Body>, Refusal>;

impl Origin {
    pub fn new(catalog: Arc<Catalog>, options: &OriginOptions) -> Origin {
        Origin {
            catalog,
            manifest_caching: Caching::manifest(options.manifest_max_age, options.stale_while_revalidate),
            rendered: byte_cache(4096, options.manifest_cache_bytes, TextWeight),
            sends_unseen: false,
        }
    }

    /// For a server that hands the bodies of HTTP/1 to the kernel without looking at them, as [`serve`] does over TCP:
    /// media is sent from where the kernel has it. Of any other server a file that is cut short would end the process.
    ///
    /// [`serve`]: crate::server::serve
    pub fn sending_unseen(self) -> Origin {
        Origin { sends_unseen: true, ..self }
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
                refusal.log(request.uri.path());
                response::error(&request, refusal.status, &refusal.message)
            }
        }
    }

    async fn answer(&self, request: &Parts) -> Answer {
        let path = decode_path(request.uri.path())?;
        match Route::parse(&path)? {
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
            Err(error) => {
                let refusal = Refusal::from(error);
                refusal.log(request.uri.path());
                response::state(request, refusal.status, &refusal.message)
            }
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
        let rendered = self.written(&asset, text, || Ok(write(presentation(&asset)?)?.into())).await?;
        let labels = Labels { media_type, caching: self.manifest_caching.clone(), purge: PurgeTag::new(name) };
        let variant = rendered.variant(Encoding::choose(&request.headers)).await;
        Ok(response::manifest(request, variant, &labels))
    }

    /// A text from the cache, or written into it: once, however many ask for it at the same time.
    async fn written(
        &self,
        asset: &LoadedAsset,
        text: Text,
        write: impl FnOnce() -> Result<Bytes, Refusal>,
    ) -> Result<Arc<Rendered>, Refusal> {
        let key = TextKey { asset: asset.name.clone(), revision: asset.revision.clone(), text };
        self.rendered.get_or_insert_async(&key, async { Ok(Arc::new(Rendered::new(write()?))) }).await
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
            return match form {
                Form::Plain => self.captions(request, &asset, rendition, segment, missing).await,
                Form::Imsc => Err(missing()),
            };
        }
        let pieces = match (rendition.track_type, form) {
            (TrackType::Text, Form::Imsc) => segment::imsc_segment(rendition, segment).map(|s| vec![Piece::Bytes(s)]),
            (TrackType::Text, Form::Plain) => segment::wvtt_segment(rendition, segment).map(|s| vec![Piece::Bytes(s)]),
            _ => segment::media_segment(rendition, segment),
        };
        let tag = format!("{revision}-{time}");
        self.media(request, &asset, rendition, pieces.ok_or_else(missing)?, &tag).await
    }

    /// A WebVTT segment; `missing` for coded media.
    async fn captions(
        &self,
        request: &Parts,
        asset: &LoadedAsset,
        rendition: &Rendition,
        segment: &Segment,
        missing: impl Fn() -> Refusal,
    ) -> Answer {
        let text = Text::Captions(rendition.name.clone(), segment.time);
        let write = || segment::webvtt_segment(rendition, segment).ok_or_else(missing);
        let rendered = self.written(asset, text, write).await?;
        let variant = rendered.variant(Encoding::choose(&request.headers)).await;
        let source = self.source(asset, rendition)?;
        let labels = immutable(MediaType::WebVtt, asset);
        self.unless_changed(asset, response::captions(request, source, variant, &labels).await)
    }

    /// An init or media segment.
    async fn media(
        &self,
        request: &Parts,
        asset: &LoadedAsset,
        rendition: &Rendition,
        pieces: Vec<Piece>,
        tag: &str,
    ) -> Answer {
        let source = self.source(asset, rendition)?;
        let media_type = match rendition.track_type {
            TrackType::Video => MediaType::VideoMp4,
            TrackType::Audio => MediaType::AudioMp4,
            TrackType::Text => MediaType::ApplicationMp4,
        };
        let labels = immutable(media_type, asset);
        // HTTP/2 copies the start of each frame.
        let unseen = self.sends_unseen && request.version <= Version::HTTP_11;
        let tag = EntityTag::new(tag);
        self.unless_changed(asset, response::media(request, source, pieces, &tag, &labels, unseen).await)
    }

    /// The file that a rendition is made of, in the version that was indexed.
    fn source(&self, asset: &LoadedAsset, rendition: &Rendition) -> Result<Source, Refusal> {
        let file = asset.folder.join(&rendition.file);
        let (Some(file), Some(version)) = (file, asset.file_version(&rendition.file)) else {
            return Err(unknown_track(&asset.name, &rendition.name));
        };
        Ok(Source { store: Arc::clone(self.catalog.store()), file, version: version.clone() })
    }

    /// Where the file is no longer the one that was indexed, the asset is looked at anew and the URL, which named the
    /// old bytes, is gone.
    fn unless_changed(&self, asset: &LoadedAsset, answer: Result<Response<Body>, StoreError>) -> Answer {
        match answer {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::CatalogOptions;
    use crate::store::LocalStore;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    /// An origin of a folder with one asset of captions.
    fn origin(manifest_cache_bytes: u64) -> (tempfile::TempDir, Origin) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("asset")).unwrap();
        std::fs::write(folder.path().join("asset/en.vtt"), "WEBVTT\n\n00:00.000 --> 00:01.000\nHm\n").unwrap();
        let store = Arc::new(LocalStore::open(folder.path()).unwrap());
        let segment_duration = Duration::from_secs(6);
        let options = CatalogOptions { cache_bytes: 1 << 20, max_staleness: Duration::ZERO, segment_duration };
        let catalog = Arc::new(Catalog::new(store, None, options));
        (folder, Origin::new(catalog, &OriginOptions { manifest_cache_bytes, ..OriginOptions::default() }))
    }

    #[tokio::test]
    async fn a_text_of_nearly_half_the_cache_is_written_once() {
        let (_folder, origin) = origin(1_000_000);
        let asset = origin.catalog.asset("asset").await.unwrap();
        let writes = AtomicUsize::new(0);
        for _ in 0..3 {
            let write = || {
                writes.fetch_add(1, SeqCst);
                Ok(Bytes::from(vec![b'a'; 450_000]))
            };
            assert!(origin.written(&asset, Text::Mpd(TextForm::WebVtt), write).await.is_ok());
        }
        assert_eq!(writes.into_inner(), 1);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn what_many_ask_for_at_once_is_written_once() {
        const MANY: usize = 4;
        let (_folder, origin) = origin(1_000_000);
        let origin = Arc::new(origin);
        let asset = origin.catalog.asset("asset").await.unwrap();
        let (asked, writes) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let ask = || {
            let (origin, asset) = (Arc::clone(&origin), Arc::clone(&asset));
            let (asked, writes) = (Arc::clone(&asked), Arc::clone(&writes));
            tokio::spawn(async move {
                asked.fetch_add(1, SeqCst);
                let write = || {
                    writes.fetch_add(1, SeqCst);
                    // The others are about to ask, or wait.
                    while asked.load(SeqCst) < MANY {
                        std::thread::yield_now();
                    }
                    Ok(Bytes::from_static(b"#EXTM3U\n"))
                };
                let written = origin.written(&asset, Text::Multivariant(TextForm::WebVtt), write).await;
                assert!(written.is_ok_and(|rendered| rendered.plain() == "#EXTM3U\n"));
            })
        };
        for asking in (0..MANY).map(|_| ask()).collect::<Vec<_>>() {
            asking.await.unwrap();
        }
        assert_eq!(writes.load(SeqCst), 1);
    }
}
