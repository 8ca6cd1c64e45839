//! The links of Azure Media Services: from a locator, or the name of an asset, to what the asset's own URLs give, with the
//! filters of both applied.
//!
//! Every refusal carries the code that the service published, in a header and in the text.

use super::conditional::EntityTag;
use super::handler::{Answer, Origin, form_of, presentation};
use super::headers::MediaType;
use super::kept::{Made, Name};
use super::refusal::Refusal;
use super::response;
use super::route::{self, Route, SegmentForm};
use crate::ams::{Guid, Named, Selection, Timestamp, path_of};
use crate::catalog::{LoadError, LoadedAsset};
use crate::links::{At, Format, Link, LinkError, Object, Options, TICKS};
use crate::manifest::{self, From as Place, LinkAddresses, Manner, TextForm};
use crate::metrics::Answer as Asked;
use crate::presentation::{Form, Presentation, Rendition, Segment, Time};
use crate::segment;
use crate::store::StorePath;
use crate::track::{Dialect, TrackType};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode, header};
use std::sync::Arc;

/// Whether a path that cannot be decoded looks like a link.
pub(super) fn is_meant(path: &str) -> bool {
    path.to_ascii_lowercase().contains(".ism/")
}

/// What is counted of a request.
pub(super) fn answer(object: &Object<'_>) -> Asked {
    match object {
        Object::Manifest(_) | Object::Playlist { .. } => Asked::Manifest,
        Object::Fragment { .. } | Object::KeyFrame { .. } | Object::Segment(_) => Asked::Segment,
    }
}

/// How much must be known of an asset.
#[derive(Debug, Clone, Copy)]
enum Need {
    /// All that manifests say of it.
    Manifest,
    Tracks,
}

/// What a link leads to.
struct Target {
    asset: Arc<LoadedAsset>,
    /// What the filters leave of it; `None` where there are none.
    part: Option<Arc<Presentation>>,
    dialect: Dialect,
    /// Names the state of the asset, the part and the dialect.
    state: String,
}

impl Target {
    fn shown(&self) -> Result<&Presentation, Refusal> {
        self.part.as_deref().map_or_else(|| presentation(&self.asset), Ok)
    }

    /// The rendition that is called so, as it is shown and as it is made. Hidden or filtered, it is as if it were not there.
    fn rendition(&self, name: &str, bit_rate: u64) -> Result<(&Rendition, &Rendition), Refusal> {
        let asset = &self.asset.name;
        let shown = self.shown()?;
        let is_shown = |track: &str| shown.rendition(track).is_some();
        let track = self.asset.stream_names().find(name, bit_rate, asset, is_shown)?;
        let made = presentation(&self.asset)?.rendition(track);
        let unknown = || LinkError::Track { asset: asset.clone(), name: name.to_owned() };
        shown.rendition(track).zip(made).ok_or_else(|| unknown().into())
    }

    fn no_timestamp(&self, name: &str, time: u64) -> Refusal {
        LinkError::Timestamp { asset: self.asset.name.clone(), name: name.to_owned(), time }.into()
    }
}

impl Origin {
    /// Answers a link.
    pub(super) async fn link(&self, request: &Parts, link: Result<Link<'_>, LinkError>) -> Answer {
        let answer = match link {
            Ok(link) => self.object(request, &link).await,
            Err(error) => Err(error.into()),
        };
        match answer {
            Ok(response) if response.status() == StatusCode::RANGE_NOT_SATISFIABLE => Ok(with_code(request, &response)),
            answer => answer.map_err(Refusal::of_link),
        }
    }

    async fn object(&self, request: &Parts, link: &Link<'_>) -> Answer {
        match &link.object {
            Object::Manifest(options) => self.link_manifest(request, link, options).await,
            Object::Playlist { bit_rate, track, key_frames, options } => {
                self.link_playlist(request, link, (track, *bit_rate), *key_frames, options).await
            }
            Object::Fragment { bit_rate, track, at, options } => {
                self.link_fragment(request, link, (track, *bit_rate), *at, options).await
            }
            Object::KeyFrame { bit_rate, track, time, options } => {
                self.link_key_frame(request, link, (track, *bit_rate), *time, options).await
            }
            Object::Segment(rest) => self.link_segment(request, link, rest).await,
        }
    }

    /// The format of a link that is well-formed and asks for nothing that there is not.
    fn format(options: &Options<'_>) -> Result<Format, Refusal> {
        let format = options.format()?;
        options.is_clear(format)?;
        Ok(format)
    }

    async fn link_manifest(&self, request: &Parts, link: &Link<'_>, options: &Options<'_>) -> Answer {
        let format = Self::format(options)?;
        let target = self.target(link, &options.filters, Need::Manifest).await?;
        let names = target.asset.stream_names();
        let addresses = LinkAddresses { names, format, filters: &options.filters, from: Place::Manifest };
        let manner = Manner { text: TextForm::WebVtt, addresses: &addresses, audio_only: options.audio_only };
        let write = || {
            let shown = target.shown()?;
            Ok(match (format, target.dialect) {
                (Format::Hls, Dialect::Standard) => manifest::hls::multivariant_playlist(shown, manner)?,
                (Format::Hls, Dialect::Ams) => {
                    manifest::azure::multivariant_playlist(shown, &addresses, options.audio_only)?
                }
                (_, Dialect::Standard) => manifest::dash::mpd(shown, manner),
                (_, Dialect::Ams) => manifest::azure::mpd(shown, &addresses),
            })
        };
        let media_type = if format == Format::Hls { MediaType::HlsPlaylist } else { MediaType::Mpd };
        self.link_text(request, &target, &link.object, media_type, write).await
    }

    /// The media playlist of a track, or that of its key frames.
    async fn link_playlist(
        &self,
        request: &Parts,
        link: &Link<'_>,
        (track, bit_rate): (&str, u64),
        key_frames: bool,
        options: &Options<'_>,
    ) -> Answer {
        let format = Self::format(options)?;
        if format != Format::Hls {
            let problem = "tracks have playlists in m3u8-cmaf alone".to_owned();
            return Err(LinkError::MediaType(problem).into());
        }
        let target = self.target(link, &options.filters, Need::Tracks).await?;
        let (rendition, _) = target.rendition(track, bit_rate)?;
        if key_frames && rendition.track_type != TrackType::Video {
            return Err(LinkError::MediaType("only video has key frames to list".to_owned()).into());
        }
        let names = target.asset.stream_names();
        let addresses = LinkAddresses { names, format, filters: &options.filters, from: Place::Playlist };
        let manner = Manner { text: TextForm::WebVtt, addresses: &addresses, audio_only: false };
        let write = || {
            let shown = target.shown()?;
            Ok(match (target.dialect, key_frames) {
                (Dialect::Standard, false) => manifest::hls::media_playlist(shown, rendition, manner),
                (Dialect::Standard, true) => manifest::hls::iframe_playlist(rendition, &addresses),
                (Dialect::Ams, false) => manifest::azure::media_playlist(shown, rendition, &addresses),
                (Dialect::Ams, true) => manifest::azure::iframe_playlist(shown, rendition, &addresses),
            })
        };
        self.link_text(request, &target, &link.object, MediaType::HlsPlaylist, write).await
    }

    async fn link_text(
        &self,
        request: &Parts,
        target: &Target,
        object: &Object<'_>,
        media_type: MediaType,
        write: impl FnOnce() -> Result<String, Refusal>,
    ) -> Answer {
        let (asset, object) = (target.asset.name.as_str(), object.to_string());
        let key = Name { asset, revision: &target.state, track: &object, made: Made::Link };
        self.written(request, key, media_type, write).await
    }

    /// Text is given as IMSC1, the one form that the service had. Its URL does not name its bytes, so caches ask again.
    async fn link_fragment(
        &self,
        request: &Parts,
        link: &Link<'_>,
        (track, bit_rate): (&str, u64),
        at: At,
        options: &Options<'_>,
    ) -> Answer {
        let format = Self::format(options)?;
        let target = self.target(link, &options.filters, Need::Tracks).await?;
        let (shown, made) = target.rendition(track, bit_rate)?;
        let form = if made.track_type == TrackType::Text { Form::Imsc } else { Form::Plain };
        let asset = &target.asset;
        let answer = match at {
            At::Init => self.init_of(request, asset, made, form).await?,
            At::Time(time) => {
                let segment = segment_at(shown, time, format).ok_or_else(|| target.no_timestamp(track, time))?;
                self.segment_of(request, asset, made, segment, form).await?
            }
        };
        Ok(self.asked_again(answer))
    }

    /// An answer to a URL that does not name its bytes.
    fn asked_again(&self, mut answer: Response<super::Body>) -> Response<super::Body> {
        if answer.headers().contains_key(header::ETAG) {
            self.manifest_caching.put_in(answer.headers_mut());
        }
        answer
    }

    async fn link_key_frame(
        &self,
        request: &Parts,
        link: &Link<'_>,
        (track, bit_rate): (&str, u64),
        time: u64,
        options: &Options<'_>,
    ) -> Answer {
        Self::format(options)?;
        let target = self.target(link, &options.filters, Need::Tracks).await?;
        let (shown, _) = target.rendition(track, bit_rate)?;
        if shown.track_type != TrackType::Video {
            return Err(LinkError::MediaType("only video has key frames to fetch".to_owned()).into());
        }
        let pieces = segment::key_frame(shown, time).ok_or_else(|| target.no_timestamp(track, time))?;
        let tag = EntityTag::new(&format!("{}-key-{time}", shown.revision));
        Ok(self.asked_again(self.media(request, &target.asset, shown, pieces.into(), &tag).await?))
    }

    /// A segment by our own name, which holds for ever. The filters of the locator count here, too.
    async fn link_segment(&self, request: &Parts, link: &Link<'_>, rest: &str) -> Answer {
        let unknown = || LinkError::Syntax("it names no segment");
        let mut parts = rest.splitn(3, '/');
        let route = match (parts.next(), parts.next(), parts.next()) {
            (Some(track), Some(rev), Some(name)) => route::segment("", track, rev, name),
            _ => None,
        };
        let (track, rev, of_time) = match route.ok_or_else(unknown)? {
            Route::Init { track, rev, .. } => (track, rev, None),
            Route::Segment { track, rev, time, form, .. } => (track, rev, Some((time, form))),
            _ => return Err(unknown().into()),
        };
        let target = self.target(link, &[], Need::Tracks).await?;
        let asset = &target.asset;
        let no_track = || LinkError::Track { asset: asset.name.clone(), name: track.to_owned() };
        let shown = target.shown()?.rendition(track).ok_or_else(no_track)?;
        let made = presentation(asset)?.rendition(track).ok_or_else(no_track)?;
        let form = form_of(made, rev)?;
        let Some((time, suffix)) = of_time else {
            return self.init_of(request, asset, made, form).await;
        };
        let segment = shown.timeline.at(time).ok_or_else(|| target.no_timestamp(track, time))?;
        match (suffix, form, made.track_type) {
            (SegmentForm::Mp4, ..) => self.segment_of(request, asset, made, segment, form).await,
            (SegmentForm::WebVtt, Form::Plain, TrackType::Text) => self.captions(request, asset, made, segment).await,
            _ => Err(target.no_timestamp(track, time)),
        }
    }

    /// Finds what a link leads to.
    async fn target(&self, link: &Link<'_>, filters: &[&str], need: Need) -> Result<Target, Refusal> {
        let locator = match link.target.parse::<Guid>() {
            Ok(id) => self.recent.locator(id).await?,
            Err(_) => None,
        };
        let asset = match &locator {
            Some(locator) if !locator.is_open(Timestamp::now()) => {
                let problem = format!("the streaming locator {} is not open now", locator.id);
                return Err(LinkError::Resource(problem).into());
            }
            Some(locator) => self.linked_asset(&locator.asset, need).await?,
            None => self.linked_asset(link.target, need).await?,
        };
        let of_locator: Vec<&str> = locator.iter().flat_map(|l| &l.filters).map(String::as_str).collect();
        let dialect = asset.asset.dialect.unwrap_or(self.dialect);
        let mut state = format!("{}-{dialect}", asset.revision);
        if of_locator.is_empty() && filters.is_empty() {
            return Ok(Target { asset, part: None, dialect, state });
        }
        let selection =
            Selection::of(self.filters(&asset.name, &of_locator).await?, self.filters(&asset.name, filters).await?)?;
        let key = selection.key();
        let whole = presentation(&asset)?;
        let part = asset.parts().get(&key, || selection.apply(whole, asset.stream_names(), &asset.name))?;
        state.push_str(&format!("-{key}"));
        Ok(Target { asset, part: Some(part), dialect, state })
    }

    /// An asset by its path, or by its name in Azure's API.
    async fn linked_asset(&self, name: &str, need: Need) -> Result<Arc<LoadedAsset>, Refusal> {
        let unknown = || Refusal::from(LinkError::Resource(format!("there is no streaming locator or asset {name:?}")));
        if !StorePath::is_valid(name) {
            return Err(unknown());
        }
        let mut found = self.loaded(name, need).await;
        let path = path_of(name);
        if matches!(found, Err(LoadError::Unknown { .. })) && path != name && StorePath::is_valid(&path) {
            found = self.loaded(&path, need).await;
        }
        match found {
            Err(LoadError::Unknown { .. }) => Err(unknown()),
            found => Ok(found?),
        }
    }

    async fn loaded(&self, name: &str, need: Need) -> Result<Arc<LoadedAsset>, LoadError> {
        match need {
            Need::Manifest => self.catalog.described(name).await,
            Need::Tracks => self.catalog.asset(name).await,
        }
    }

    async fn filters(&self, asset: &str, names: &[&str]) -> Result<Vec<Named>, Refusal> {
        let mut filters = Vec::with_capacity(names.len());
        for name in names {
            let filter = self.recent.filter(asset, name).await?;
            let filter = filter.ok_or_else(|| LinkError::Filter((*name).to_owned()))?;
            filters.push(Named { name: (*name).to_owned(), filter: filter.as_ref().clone() });
        }
        Ok(filters)
    }
}

/// The segment that a fragment of that time is.
fn segment_at(rendition: &Rendition, time: u64, format: Format) -> Option<&Segment> {
    if format == Format::Hls {
        return rendition.timeline.at(time);
    }
    let timeline = &rendition.timeline;
    let ticks = |segment: &Segment| Time::new(segment.time, timeline.timescale).in_timescale(TICKS);
    let place = timeline.segments.partition_point(|segment| ticks(segment) < time);
    timeline.segments.get(place).filter(|segment| ticks(segment) == time)
}

/// A range that is not there, told with the code.
fn with_code(request: &Parts, response: &Response<super::Body>) -> Response<super::Body> {
    let refusal =
        Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, "the range lies beyond the bytes there are").of_link();
    let mut told = response::refusal(request, &refusal);
    if let Some(range) = response.headers().get(header::CONTENT_RANGE) {
        told.headers_mut().insert(header::CONTENT_RANGE, range.clone());
    }
    told
}
