//! Assets and tracks as the API shows them: the fields of the track document, and beside them what is read-only.

use super::answer::short_hash;
use super::problem::FieldError;
use crate::catalog::LoadedAsset;
use crate::document::track_value;
use crate::origin::Route;
use crate::presentation::{Facts, LoadedTrack, Rendition};
use crate::track::{Dialect, Status, Track, TrackType, Visibility};
use schemars::JsonSchema;
use serde::Serialize;

/// What an editor reads of an asset and does not write, by field. Sent back unchanged or not, it is ignored.
pub(super) const READ_ONLY_OF_ASSET: &[&str] =
    &["name", "revision", "has_document", "duration", "manifests", "ignored", "unusable"];
/// The same of a track.
pub(super) const READ_ONLY_OF_TRACK: &[&str] = &["revision", "media", "shown", "problem"];

/// An asset.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Asset")]
pub(super) struct AssetResource {
    /// The path in the store.
    #[schemars(extend("readOnly" = true))]
    name: String,
    /// Of the track list; `If-Match: "{revision}"` makes an edit depend on it.
    #[schemars(extend("readOnly" = true))]
    pub(super) revision: String,
    /// Whether there is an `asset.json`; the first edit makes one.
    #[schemars(extend("readOnly" = true))]
    has_document: bool,
    /// What a person reads in lists of assets; not shown to players.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    title: Option<String>,
    /// `live-archive`: no text or audio can be added.
    kind: AssetKindWord,
    /// Target duration of a segment in seconds; the server's own where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    segment_duration: Option<f64>,
    /// How the links of Azure Media Services are answered; the server's own where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DialectWord")]
    dialect: Option<DialectWord>,
    /// The tracks, in the order in which players list them.
    tracks: Vec<TrackResource>,
    /// Of what is shown, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64", extend("readOnly" = true))]
    duration: Option<f64>,
    #[schemars(extend("readOnly" = true))]
    manifests: Manifests,
    /// What the document says and players are not told, because it breaks a rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default, extend("readOnly" = true))]
    ignored: Vec<FieldError>,
    /// Files that are of no use, where there is no document to name files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default, extend("readOnly" = true))]
    unusable: Vec<UnusableFile>,
}

#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "AssetKind")]
pub(super) enum AssetKindWord {
    Vod,
    LiveArchive,
}

#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Dialect")]
pub(super) enum DialectWord {
    Standard,
    Ams,
}

/// Where players begin: paths on the players' listener.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Manifests {
    hls: String,
    dash: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct UnusableFile {
    file: String,
    problem: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "TrackType")]
pub(super) enum TypeWord {
    Video,
    Audio,
    Text,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Visibility")]
pub(super) enum VisibilityWord {
    Visible,
    Hidden,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Status")]
pub(super) enum StatusWord {
    Ready,
    Preparing,
    Error,
}

/// A track: one elementary stream of one file.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Track")]
pub(super) struct TrackResource {
    /// The track's identity, unique in the asset.
    pub(super) name: String,
    r#type: TypeWord,
    /// Its name in the asset's folder.
    file: String,
    /// MP4 track id, where the file has several tracks of this type.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32")]
    track_id: Option<u32>,
    /// BCP 47 tag, as an editor said it; `shown` has the one that players get.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    language: Option<String>,
    /// What a person reads in the player's menu, as an editor said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    label: Option<String>,
    /// A hidden track is in no manifest.
    visibility: VisibilityWord,
    /// The track that plays unless the viewer chooses another.
    default: bool,
    /// Text only: shown even when the viewer asked for no subtitles.
    forced: bool,
    /// What the track is for, in DASH's words.
    roles: Vec<String>,
    /// What the track is for, in HLS's words.
    characteristics: Vec<String>,
    /// Only a ready track is offered.
    status: StatusWord,
    /// Why the status is `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    reason: Option<String>,
    /// Of the track alone; `If-Match: "{revision}"` makes an edit depend on it.
    #[schemars(extend("readOnly" = true))]
    pub(super) revision: String,
    /// Why it cannot be played.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("readOnly" = true))]
    problem: Option<String>,
    /// What the file says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "MediaResource", extend("readOnly" = true))]
    media: Option<MediaResource>,
    /// What players are told; not of a track that is hidden or cannot be played.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Shown", extend("readOnly" = true))]
    shown: Option<Shown>,
}

/// What a file says of a stream.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Media")]
pub(super) struct MediaResource {
    /// RFC 6381 codec string.
    codec: String,
    /// Of its samples or cues, without containers.
    bytes: u64,
    /// In seconds.
    duration: f64,
    /// In bits per second.
    average_bit_rate: u64,
    /// The highest over a segment or so, in bits per second, container included; of what is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u64")]
    peak_bit_rate: Option<u64>,
    /// In pixels; video only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32")]
    height: Option<u32>,
    /// Frames per second: a whole number, or a fraction such as `30000/1001`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    frame_rate: Option<String>,
    /// SDR, HLG or PQ.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    range: Option<String>,
    /// Seconds from one key frame to the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Interval")]
    key_frame_interval: Option<Interval>,
    /// Audio only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u16")]
    channels: Option<u16>,
    /// In Hz.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32")]
    sample_rate: Option<u32>,
    /// Text only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "usize")]
    cues: Option<usize>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Interval {
    shortest: f64,
    longest: f64,
}

/// What players are told of a track.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Shown {
    language: String,
    /// The label in the menu: the editor's, or one that is made.
    label: String,
    /// What it is for.
    kind: String,
    /// Its HLS playlist: a path on the players' listener.
    playlist: String,
}

#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct TrackCounts {
    video: usize,
    audio: usize,
    text: usize,
    /// Of all of them, those that are hidden.
    hidden: usize,
}

impl Manifests {
    pub(super) fn of(asset: &str) -> Manifests {
        Manifests { hls: Route::Multivariant { asset }.to_string(), dash: Route::Mpd { asset }.to_string() }
    }
}

impl TrackCounts {
    pub(super) fn of(asset: &LoadedAsset) -> TrackCounts {
        let mut counts = TrackCounts::default();
        for track in &asset.asset.tracks {
            *match track.track_type {
                TrackType::Video => &mut counts.video,
                TrackType::Audio => &mut counts.audio,
                TrackType::Text => &mut counts.text,
            } += 1;
            counts.hidden += usize::from(!track.is_visible());
        }
        counts
    }
}

impl AssetResource {
    pub(super) fn of(asset: &LoadedAsset) -> AssetResource {
        let document = &asset.asset;
        AssetResource {
            name: asset.name.clone(),
            revision: asset.list_revision.clone(),
            has_document: asset.has_document,
            title: document.title.clone(),
            kind: match document.kind {
                crate::track::AssetKind::Vod => AssetKindWord::Vod,
                crate::track::AssetKind::LiveArchive => AssetKindWord::LiveArchive,
            },
            segment_duration: document.segment_duration.map(|duration| duration.as_secs_f64()),
            dialect: document.dialect.map(|dialect| match dialect {
                Dialect::Standard => DialectWord::Standard,
                Dialect::Ams => DialectWord::Ams,
            }),
            tracks: document.tracks.iter().map(|track| TrackResource::of(asset, track)).collect(),
            duration: asset.presentation.as_ref().ok().map(|presentation| presentation.duration.seconds()),
            manifests: Manifests::of(&asset.name),
            ignored: asset.ignored.iter().cloned().map(FieldError::from).collect(),
            unusable: asset.unusable.iter().map(UnusableFile::of).collect(),
        }
    }
}

impl UnusableFile {
    fn of((file, problem): &(String, String)) -> UnusableFile {
        UnusableFile { file: file.clone(), problem: problem.clone() }
    }
}

/// The revision of one track: of what an editor can change of it.
pub(super) fn track_revision(track: &Track) -> String {
    short_hash(track_value(track).to_string().as_bytes())
}

impl TrackResource {
    pub(super) fn of(asset: &LoadedAsset, track: &Track) -> TrackResource {
        let loaded = asset.tracks.iter().find(|loaded| loaded.track.name == track.name);
        let rendition = asset.presentation.as_ref().ok().and_then(|shown| shown.rendition(&track.name));
        let reason = match &track.status {
            Status::Error(reason) => Some(reason.clone()),
            Status::Ready | Status::Preparing => None,
        };
        TrackResource {
            name: track.name.clone(),
            r#type: match track.track_type {
                TrackType::Video => TypeWord::Video,
                TrackType::Audio => TypeWord::Audio,
                TrackType::Text => TypeWord::Text,
            },
            file: track.file.clone(),
            track_id: track.track_id,
            language: track.language.as_ref().map(|language| language.as_str().to_owned()),
            label: track.label.clone(),
            visibility: match track.visibility {
                Visibility::Visible => VisibilityWord::Visible,
                Visibility::Hidden => VisibilityWord::Hidden,
            },
            default: track.default,
            forced: track.forced,
            roles: track.roles.iter().map(|role| role.as_str().to_owned()).collect(),
            characteristics: track.characteristics.iter().map(|tag| tag.as_str().to_owned()).collect(),
            status: match track.status {
                Status::Ready => StatusWord::Ready,
                Status::Preparing => StatusWord::Preparing,
                Status::Error(_) => StatusWord::Error,
            },
            reason,
            revision: track_revision(track),
            problem: loaded.and_then(|loaded| loaded.source.as_ref().err().cloned()),
            media: loaded.and_then(|loaded| MediaResource::of(loaded, rendition)),
            shown: rendition.map(|rendition| Shown::of(&asset.name, rendition)),
        }
    }
}

impl MediaResource {
    fn of(track: &LoadedTrack, rendition: Option<&Rendition>) -> Option<MediaResource> {
        let facts = Facts::of(&track.source.as_ref().ok()?.media);
        Some(MediaResource {
            codec: facts.codec,
            bytes: facts.bytes,
            duration: facts.seconds,
            average_bit_rate: facts.average_bit_rate.round() as u64,
            peak_bit_rate: rendition.map(|rendition| rendition.bit_rate().peak),
            width: facts.video.as_ref().map(|video| video.width),
            height: facts.video.as_ref().map(|video| video.height),
            frame_rate: facts.frame_rate.map(|rate| rate.to_string()),
            range: facts.video.as_ref().map(|video| video.range().to_string()),
            key_frame_interval: facts.sync_spacing.map(|(shortest, longest)| Interval { shortest, longest }),
            channels: facts.audio.as_ref().map(|audio| audio.channels),
            sample_rate: facts.audio.as_ref().map(|audio| audio.sample_rate),
            cues: facts.cues,
        })
    }
}

impl Shown {
    fn of(asset: &str, rendition: &Rendition) -> Shown {
        Shown {
            language: rendition.language.as_str().to_owned(),
            label: rendition.label.clone(),
            kind: rendition.signals.kind.as_str().to_owned(),
            playlist: Route::MediaPlaylist { asset, track: &rendition.name }.to_string(),
        }
    }
}
