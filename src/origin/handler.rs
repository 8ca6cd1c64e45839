//! From a request to a response: finds the asset and the track, and has written what the route names.

use super::body::{self, Body, Source, is_short};
use super::conditional::EntityTag;
use super::encoding::Encoding;
use super::headers::{Caching, Labels, MediaType, PurgeTag, in_parts, labelled};
use super::kept::{Kept, Made, Name, Whole};
use super::links;
use super::refusal::Refusal;
use super::rendered::Rendered;
use super::response;
use super::route::{Route, RouteError, SegmentForm, decode_path};
use crate::ams::Recent;
use crate::catalog::{Catalog, LoadedAsset};
use crate::links::{Link, LinkError};
use crate::manifest::{self, TextForm};
use crate::metrics::Answer as Asked;
use crate::presentation::{Form, Presentation, Rendition, Segment};
use crate::segment::{self, Piece};
use crate::store::{StoreError, StorePath};
use crate::track::{Dialect, TrackType};
use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode, Version};
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
    /// How the links of Azure Media Services are answered for assets that do not say.
    pub dialect: Dialect,
}

impl Default for OriginOptions {
    fn default() -> Self {
        OriginOptions {
            manifest_cache_bytes: 64_000_000,
            manifest_max_age: Duration::from_secs(2),
            stale_while_revalidate: Duration::from_secs(10),
            dialect: Dialect::default(),
        }
    }
}

/// The player's side of the server.
pub struct Origin {
    pub(super) catalog: Arc<Catalog>,
    /// Locators and filters.
    pub(super) recent: Recent,
    pub(super) dialect: Dialect,
    pub(super) manifest_caching: Caching,
    kept: Kept,
    sends_unseen: bool,
}

pub(super) type Answer = Result<Response<Body>, Refusal>;

/// Where a path leads.
enum Way<'a> {
    /// To one of the asset's own URLs.
    Own(Route<'a>),
    Link(Result<Link<'a>, LinkError>),
}

impl<'a> Way<'a> {
    fn of(path: &'a str) -> Result<Way<'a>, RouteError> {
        match Link::parse(path) {
            Some(link) => Ok(Way::Link(link)),
            None => Route::parse(path).map(Way::Own),
        }
    }

    /// What is counted of a request.
    fn answer(&self) -> Asked {
        match self {
            Way::Own(route) => route.answer(),
            Way::Link(Ok(link)) => links::answer(&link.object),
            Way::Link(Err(_)) => Asked::Other,
        }
    }

    /// The asset that it names; a link may name a locator.
    fn asset(&self) -> Option<&'a str> {
        match self {
            Way::Own(route) => route.asset(),
            Way::Link(_) => None,
        }
    }
}

impl Origin {
    pub fn new(catalog: Arc<Catalog>, options: &OriginOptions) -> Origin {
        Origin {
            recent: Recent::new(catalog.shelf().clone(), catalog.max_staleness()),
            dialect: options.dialect,
            manifest_caching: Caching::manifest(options.manifest_max_age, options.stale_while_revalidate),
            kept: Kept::new(options.manifest_cache_bytes, Arc::clone(catalog.metrics())),
            catalog,
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
        let (asked, response) = match response::other_method(&request) {
            Some(response) => (Asked::Other, response),
            None => self.answer(&request).await,
        };
        let metrics = self.catalog.metrics();
        metrics.answered(asked, response.status().as_u16());
        response.map(|body| body.counted(metrics, asked))
    }

    async fn answer(&self, request: &Parts) -> (Asked, Response<Body>) {
        let path = decode_path(request.uri.path());
        let way = match &path {
            Ok(path) => Way::of(path).map_err(Refusal::from),
            Err(error) if links::is_meant(request.uri.path()) => Err(Refusal::from(*error).of_link()),
            Err(error) => Err((*error).into()),
        };
        let (asked, asset) = way.as_ref().map_or((Asked::Other, None), |way| (way.answer(), way.asset()));
        let answer = match way {
            Ok(Way::Own(route)) => self.lead(request, route).await,
            Ok(Way::Link(link)) => Box::pin(self.link(request, link)).await,
            Err(refusal) => Err(refusal),
        };
        let refused = |refusal: Refusal| {
            refusal.log(request.uri.path());
            if refusal.status.is_server_error() {
                self.catalog.metrics().failed(asset.unwrap_or_default(), refusal.reason());
            }
            response::refusal(request, &refusal)
        };
        (asked, answer.unwrap_or_else(refused))
    }

    async fn lead(&self, request: &Parts, route: Route<'_>) -> Answer {
        match route {
            Route::Health => Ok(response::state(request, StatusCode::OK, "alive")),
            Route::Ready => Ok(self.readiness(request).await),
            Route::Multivariant { asset } => {
                let form = text_form(request)?;
                let write = |presentation: &_| Ok(manifest::hls::multivariant_playlist(presentation, form)?);
                self.manifest(request, asset, Made::Multivariant(form), MediaType::HlsPlaylist, write).await
            }
            Route::Mpd { asset } => {
                let form = text_form(request)?;
                let write = |presentation: &_| Ok(manifest::dash::mpd(presentation, form));
                self.manifest(request, asset, Made::Mpd(form), MediaType::Mpd, write).await
            }
            Route::MediaPlaylist { asset, track } => {
                self.media_playlist(request, asset, track, TextForm::WebVtt, |_| true).await
            }
            Route::ImscPlaylist { asset, track } => {
                let is_text = |rendition: &Rendition| rendition.track_type == TrackType::Text;
                self.media_playlist(request, asset, track, TextForm::Imsc, is_text).await
            }
            Route::IframePlaylist { asset, track } => self.iframe_playlist(request, asset, track).await,
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

    /// What the track list says, written once per state of the asset.
    async fn manifest(
        &self,
        request: &Parts,
        name: &str,
        made: Made,
        media_type: MediaType,
        write: impl FnOnce(&Presentation) -> Result<String, Refusal>,
    ) -> Answer {
        let asset = self.catalog.described(name).await?;
        let presentation = presentation(&asset)?;
        let name = Name { asset: name, revision: &asset.revision, track: "", made };
        self.written(request, name, media_type, || write(presentation)).await
    }

    /// What is said of one track's segments. No edit of the track list changes it, so it is written once for all of them.
    async fn media_playlist(
        &self,
        request: &Parts,
        name: &str,
        track: &str,
        form: TextForm,
        fits: impl Fn(&Rendition) -> bool,
    ) -> Answer {
        let asset = self.catalog.asset(name).await?;
        let presentation = presentation(&asset)?;
        let rendition = find(presentation, name, track)?;
        if !fits(rendition) {
            return Err(unknown_track(name, track));
        }
        let made = Made::Media(form, manifest::hls::target_duration(presentation));
        let name = Name { asset: name, revision: &rendition.revision, track, made };
        let write = || Ok(manifest::hls::media_playlist(presentation, rendition, form));
        self.written(request, name, MediaType::HlsPlaylist, write).await
    }

    async fn iframe_playlist(&self, request: &Parts, name: &str, track: &str) -> Answer {
        let asset = self.catalog.asset(name).await?;
        let rendition = find(presentation(&asset)?, name, track)?;
        if rendition.track_type != TrackType::Video {
            return Err(unknown_track(name, track));
        }
        let name = Name { asset: name, revision: &rendition.revision, track, made: Made::Iframes };
        let write = || Ok(manifest::hls::iframe_playlist(rendition, &manifest::OwnAddresses));
        self.written(request, name, MediaType::HlsPlaylist, write).await
    }

    /// A manifest that is kept, or written now.
    pub(super) async fn written(
        &self,
        request: &Parts,
        name: Name<'_>,
        media_type: MediaType,
        write: impl FnOnce() -> Result<String, Refusal>,
    ) -> Answer {
        let rendered = || {
            let purge = PurgeTag::new(name.asset);
            let labels = Labels { media_type, caching: self.manifest_caching.clone(), purge };
            Ok::<_, Refusal>(Rendered::new(write()?, labels))
        };
        let rendered = self.kept.text(name, rendered).await?;
        Ok(response::manifest(request, rendered.variant(Encoding::choose(&request.headers)).await))
    }

    async fn init(&self, request: &Parts, name: &str, track: &str, revision: &str) -> Answer {
        let asset = self.catalog.asset(name).await?;
        let rendition = find(presentation(&asset)?, name, track)?;
        let form = form_of(rendition, revision)?;
        self.init_of(request, &asset, rendition, form).await
    }

    /// The init segment of a rendition.
    pub(super) async fn init_of(
        &self,
        request: &Parts,
        asset: &LoadedAsset,
        rendition: &Rendition,
        form: Form,
    ) -> Answer {
        let init = match (rendition.track_type, form) {
            (TrackType::Text, Form::Imsc) => segment::imsc_init(rendition),
            (TrackType::Text, Form::Plain) => segment::wvtt_init(rendition),
            _ => segment::media_init(rendition),
        };
        let pieces = [Piece::Bytes(init.ok_or_else(|| unknown_track(&asset.name, &rendition.name))?)];
        let tag = EntityTag::new(&format!("{}-init", revision_of(rendition, form)));
        self.media(request, asset, rendition, pieces.into(), &tag).await
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
        let segment = rendition.timeline.at(time).ok_or_else(|| missing(name, track, time))?;
        match (suffix, form) {
            (SegmentForm::Mp4, _) => self.segment_of(request, &asset, rendition, segment, form).await,
            (SegmentForm::WebVtt, Form::Plain) => self.captions(request, &asset, rendition, segment).await,
            (SegmentForm::WebVtt, Form::Imsc) => Err(missing(name, track, time)),
        }
    }

    /// A segment in MP4.
    pub(super) async fn segment_of(
        &self,
        request: &Parts,
        asset: &LoadedAsset,
        rendition: &Rendition,
        segment: &Segment,
        form: Form,
    ) -> Answer {
        let (name, track, revision, time) = (&asset.name, &rendition.name, revision_of(rendition, form), segment.time);
        let make = || {
            let pieces = match (rendition.track_type, form) {
                (TrackType::Text, Form::Imsc) => segment::imsc_segment(rendition, segment).map(whole),
                (TrackType::Text, Form::Plain) => segment::wvtt_segment(rendition, segment).map(whole),
                _ => segment::media_segment(rendition, segment),
            };
            pieces.ok_or_else(|| missing(name, track, time))
        };
        let kept = Name { asset: name, revision, track, made: Made::Segment(time) };
        if let Some(whole) = self.kept.whole(kept) {
            return Ok(response::whole(request, &whole));
        }
        let tag = EntityTag::new(&format!("{revision}-{time}"));
        let segment = self.kept.segment(kept, make)?;
        if segment.is_repeated() && is_short(&segment.pieces) {
            let whole = async {
                let bytes = self.gathered(asset, rendition, &segment.pieces).await?;
                let headers = in_parts(labelled(&immutable(media_type(rendition), asset), &tag));
                Ok::<_, Refusal>(Whole { bytes, tag, headers })
            };
            return Ok(response::whole(request, &*self.kept.gathered(kept, whole).await?));
        }
        self.media(request, asset, rendition, Arc::clone(&segment.pieces), &tag).await
    }

    /// All bytes of a short segment.
    async fn gathered(
        &self,
        asset: &LoadedAsset,
        rendition: &Rendition,
        pieces: &Arc<[Piece]>,
    ) -> Result<Bytes, Refusal> {
        let gathered = body::gathered(&self.source(asset, rendition)?, pieces).await;
        gathered.or_else(|error| self.if_changed(asset, error))
    }

    /// A WebVTT segment; there is none of coded media.
    pub(super) async fn captions(
        &self,
        request: &Parts,
        asset: &LoadedAsset,
        rendition: &Rendition,
        segment: &Segment,
    ) -> Answer {
        let made = Made::Captions(segment.time);
        let name = Name { asset: &asset.name, revision: &rendition.revision, track: &rendition.name, made };
        let write = || {
            let missing = || missing(&asset.name, &rendition.name, segment.time);
            let text = segment::webvtt_segment(rendition, segment).ok_or_else(missing)?;
            Ok::<_, Refusal>(Rendered::new(text, immutable(MediaType::WebVtt, asset)))
        };
        let rendered = self.kept.text(name, write).await?;
        let variant = rendered.variant(Encoding::choose(&request.headers)).await;
        let source = self.source(asset, rendition)?;
        self.unless_changed(asset, response::captions(request, source, variant).await)
    }

    /// An init or media segment.
    pub(super) async fn media(
        &self,
        request: &Parts,
        asset: &LoadedAsset,
        rendition: &Rendition,
        pieces: Arc<[Piece]>,
        tag: &EntityTag,
    ) -> Answer {
        let source = self.source(asset, rendition)?;
        let headers = labelled(&immutable(media_type(rendition), asset), tag);
        // HTTP/2 copies the start of each frame.
        let unseen = self.sends_unseen && request.version <= Version::HTTP_11;
        self.unless_changed(asset, response::media(request, source, pieces, tag, headers, unseen).await)
    }

    /// The file that a rendition is made of, in the version that was indexed.
    fn source(&self, asset: &LoadedAsset, rendition: &Rendition) -> Result<Source, Refusal> {
        let file = asset.folder.join(&rendition.file);
        let (Some(file), Some(version)) = (file, asset.file_version(&rendition.file)) else {
            return Err(unknown_track(&asset.name, &rendition.name));
        };
        Ok(Source { store: Arc::clone(self.catalog.store()), file, version: version.clone() })
    }

    fn unless_changed(&self, asset: &LoadedAsset, answer: Result<Response<Body>, StoreError>) -> Answer {
        answer.or_else(|error| self.if_changed(asset, error))
    }

    /// Where the file is no longer the one that was indexed, the asset is looked at anew and the URL, which named the
    /// old bytes, is gone.
    fn if_changed<T>(&self, asset: &LoadedAsset, error: StoreError) -> Result<T, Refusal> {
        match error {
            StoreError::Changed { path } => {
                self.catalog.doubt(&asset.name);
                let message = format!("{path} has been replaced; fetch the manifest again");
                Err(Refusal::new(StatusCode::GONE, message))
            }
            error => Err(error.into()),
        }
    }
}

fn whole(segment: Bytes) -> Vec<Piece> {
    vec![Piece::Bytes(segment)]
}

fn media_type(rendition: &Rendition) -> MediaType {
    match rendition.track_type {
        TrackType::Video => MediaType::VideoMp4,
        TrackType::Audio => MediaType::AudioMp4,
        TrackType::Text => MediaType::ApplicationMp4,
    }
}

fn immutable(media_type: MediaType, asset: &LoadedAsset) -> Labels {
    Labels { media_type, caching: Caching::immutable(), purge: PurgeTag::new(&asset.name) }
}

pub(super) fn presentation(asset: &LoadedAsset) -> Result<&Presentation, Refusal> {
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

fn missing(asset: &str, track: &str, time: u64) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, format!("track {track:?} of {asset:?} has no such segment at {time}"))
}

/// The revision of a form of a track's segments.
fn revision_of(rendition: &Rendition, form: Form) -> &str {
    match (form, &rendition.imsc_revision) {
        (Form::Imsc, Some(revision)) => revision,
        _ => &rendition.revision,
    }
}

/// Which form of a track's segments a revision names; a revision that is not of today is gone.
pub(super) fn form_of(rendition: &Rendition, revision: &str) -> Result<Form, Refusal> {
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
