//! A track as it lies in time, and its media: for those who look at it closely or play what is hidden.
//!
//! Players of viewers never come here. A hidden track is given to those who may change it, and to nobody else; its
//! address answers others as that of a track that is not there.

use super::super::token::Scope;
use super::answer::{Answer, content};
use super::operation::Call;
use super::path::BASE;
use super::problem::{Kind, Problem};
use super::stream::streamed;
use crate::catalog::LoadedAsset;
use crate::origin::{EntityTag, Source};
use crate::presentation::{Media, Presentation, Rendition, Time};
use crate::segment::{self, Piece};
use crate::track::TrackType;
use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;
use std::sync::Arc;

/// A track in time.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Timeline")]
pub(super) struct TimelineResource {
    track: String,
    /// Of its segments; a part of their addresses.
    revision: String,
    /// RFC 6381 codec string.
    codec: String,
    /// Ticks per second of `segments`.
    timescale: u32,
    /// When its media begins, in seconds.
    start: f64,
    /// When it ends, in seconds.
    end: f64,
    /// Where its init segment is; absent of text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    init: Option<String>,
    /// Where its segments are: `{time}` stands for the start of one.
    media: String,
    /// Without gap or overlap.
    segments: Vec<SegmentResource>,
    /// Where decoding can begin, in seconds; absent where that is everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<f64>")]
    sync: Option<Vec<f64>>,
    /// Where nothing comes for longer than it should.
    gaps: Vec<Gap>,
}

/// A segment, in ticks.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Segment")]
pub(super) struct SegmentResource {
    time: u64,
    duration: u64,
    /// As it is sent; of text at most.
    bytes: u64,
}

/// A hole in a track, in seconds.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Gap {
    start: f64,
    end: f64,
}

/// Gaps that are told.
const MOST_GAPS: usize = 1000;
/// A sample that lasts so many times as long as the others, and so long in milliseconds, is followed by nothing.
const GAP_FACTOR: u64 = 4;
const SHORTEST_GAP_MILLIS: u64 = 100;

pub(super) async fn timeline(call: Call<'_>) -> Answer {
    let asset = call.api.catalog.asset(call.asset()).await?;
    let shown = shown_to(&call, &asset)?;
    content(&call, &TimelineResource::of(&asset.name, find(&call, &shown)?))
}

/// What the caller may see of an asset.
pub(super) fn shown_to<'a>(call: &Call<'_>, asset: &'a LoadedAsset) -> Result<Cow<'a, Presentation>, Problem> {
    let nothing = |reason: crate::presentation::NothingToShow| Problem::new(Kind::NoSuchTrack, reason.to_string());
    match call.caller.may(Scope::Write) {
        true => asset.uncovered().map(Cow::Owned).map_err(nothing),
        false => asset.presentation.as_ref().map(Cow::Borrowed).map_err(|reason| nothing(reason.clone())),
    }
}

pub(super) fn find<'a>(call: &Call<'_>, shown: &'a Presentation) -> Result<&'a Rendition, Problem> {
    shown.rendition(call.item()).ok_or_else(|| Problem::unknown_track(call.asset(), call.item()))
}

impl TimelineResource {
    fn of(asset: &str, track: &Rendition) -> TimelineResource {
        let folder = media_folder(asset, track);
        let is_text = track.track_type == TrackType::Text;
        let layout = track.layout();
        let segments = track.timeline.segments.iter().zip(layout.segments.iter().copied().chain(std::iter::repeat(0)));
        TimelineResource {
            track: track.name.clone(),
            revision: track.revision.clone(),
            codec: track.codec_string().to_owned(),
            timescale: track.timeline.timescale,
            start: track.timeline.start().seconds(),
            end: track.end().seconds(),
            init: (!is_text).then(|| format!("{folder}/init.mp4")),
            media: format!("{folder}/{{time}}.{}", if is_text { "vtt" } else { "m4s" }),
            segments: segments
                .map(|(segment, bytes)| SegmentResource { time: segment.time, duration: segment.duration, bytes })
                .collect(),
            sync: sync(track),
            gaps: gaps(track),
        }
    }
}

/// Where the segments of a track are.
pub(super) fn media_folder(asset: &str, track: &Rendition) -> String {
    let asset = utf8_percent_encode(asset, NON_ALPHANUMERIC);
    format!("{BASE}/assets/{asset}/tracks/{}/media/{}", track.name, track.revision)
}

fn sync(track: &Rendition) -> Option<Vec<f64>> {
    let (Media::Coded(coded), Some(facts)) = (&track.media, &track.coded) else { return None };
    let (media, timing) = (coded.media(), facts.timing);
    if media.samples.all_sync() {
        return None;
    }
    let (mut from, mut times) = (timing.first_sample, Vec::new());
    while let Some((number, shown)) = timing.next_sync(media, from, i64::MIN) {
        times.push(seconds(shown, media.timescale));
        from = number.saturating_add(1);
    }
    Some(times)
}

fn gaps(track: &Rendition) -> Vec<Gap> {
    let (Media::Coded(coded), Some(facts)) = (&track.media, &track.coded) else { return Vec::new() };
    let (media, timing) = (coded.media(), facts.timing);
    let count = u64::from(timing.end_sample.saturating_sub(timing.first_sample));
    if media.samples.constant_duration().is_some() || count == 0 {
        return Vec::new();
    }
    let samples = || media.samples.iter_from(timing.first_sample).take(count as usize);
    let usual = samples().map(|sample| u64::from(sample.duration)).sum::<u64>() / count;
    let shortest = Time::from_millis(SHORTEST_GAP_MILLIS).in_timescale(media.timescale);
    let holes = samples().filter(|sample| u64::from(sample.duration) > (usual * GAP_FACTOR).max(shortest));
    let gap = |sample: crate::isobmff::Sample| {
        let shown = timing.presentation_time(&sample);
        Gap {
            start: seconds(shown + usual as i64, media.timescale),
            end: seconds(shown + i64::from(sample.duration), media.timescale),
        }
    };
    holes.map(gap).take(MOST_GAPS).collect()
}

fn seconds(ticks: i64, timescale: u32) -> f64 {
    Time::new(ticks.max(0) as u64, timescale).seconds()
}

/// An init segment or a segment, as players get it.
pub(super) async fn media(call: Call<'_>) -> Answer {
    let asset = call.api.catalog.asset(call.asset()).await?;
    let shown = shown_to(&call, &asset)?;
    let track = find(&call, &shown)?;
    let (revision, part) = &call.path.part;
    let missing = || {
        let detail = format!("track {:?} has no {part:?} at revision {revision:?}; ask for its timeline", track.name);
        Problem::new(Kind::NoSuchSegment, detail)
    };
    if *revision != track.revision {
        return Err(missing());
    }
    let pieces = pieces(track, part).ok_or_else(missing)?;
    let path = asset.folder.join(&track.file).ok_or_else(missing)?;
    let version = asset.file_version(&track.file).ok_or_else(missing)?.clone();
    let source = Source { store: Arc::clone(call.api.catalog.store()), file: path, version };
    let media_type = match track.track_type {
        TrackType::Video => "video/mp4",
        TrackType::Audio => "audio/mp4",
        TrackType::Text => "text/vtt;charset=utf-8",
    };
    let sent = streamed(&call, source, pieces, &EntityTag::new(&format!("{revision}-{part}")), media_type).await;
    if sent.is_err() {
        call.api.catalog.doubt(call.asset());
    }
    sent
}

fn pieces(track: &Rendition, part: &str) -> Option<Vec<Piece>> {
    let is_text = track.track_type == TrackType::Text;
    let whole = |bytes: Bytes| vec![Piece::Bytes(bytes)];
    if part == "init.mp4" {
        return segment::media_init(track).map(whole);
    }
    let time = part.strip_suffix(if is_text { ".vtt" } else { ".m4s" })?;
    let time: u64 = time.parse().ok().filter(|number: &u64| number.to_string() == time)?;
    let segment = track.timeline.at(time)?;
    if is_text { segment::webvtt_segment(track, segment).map(whole) } else { segment::media_segment(track, segment) }
}
