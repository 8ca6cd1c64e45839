//! An asset as a list shows it: what there is of it at a glance, and what narrows a list down.

use super::operation::Parameter;
use super::problem::Problem;
use super::query::Query;
use super::resource::{Manifests, TrackCounts};
use super::timeline::media_folder;
use crate::catalog::{LoadError, LoadedAsset};
use crate::lint::{Finding, Severity};
use crate::presentation::{Presentation, Rendition, SEGMENT_TYPE_SIZE, Segment, fragments};
use crate::report::{AssetReport, Feature, LanguageReport};
use crate::track::TrackType;
use schemars::{JsonSchema, json_schema};
use serde::Serialize;

/// An asset in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AssetSummary {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    title: Option<String>,
    /// Of the track list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    revision: Option<String>,
    /// Of what is shown, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    duration: Option<f64>,
    /// How many tracks there are of each type, hidden ones included.
    tracks: TrackCounts,
    /// Languages that viewers can choose, by type.
    languages: Languages,
    coverage: Coverage,
    /// Of the worst finding of lint; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Severity")]
    worst: Option<Severity>,
    /// How much lint finds.
    findings: FindingCounts,
    /// A picture of it; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Poster")]
    poster: Option<Poster>,
    /// Why the asset cannot be served.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    problem: Option<String>,
    manifests: Manifests,
}

#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct Languages {
    audio: Vec<String>,
    text: Vec<String>,
}

/// What there is for those who do not see or hear all of it. Of description and captions, languages of the audio.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct Coverage {
    /// Languages with audio description.
    description: Vec<String>,
    /// Languages with captions.
    captions: Vec<String>,
    /// Languages with forced subtitles.
    forced: Vec<String>,
    /// Whether there is a picture with sign language.
    sign: bool,
    /// Languages that should have audio description and have none.
    description_missing: Vec<String>,
    /// Languages that should have captions and have none.
    captions_missing: Vec<String>,
}

#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct FindingCounts {
    errors: usize,
    warnings: usize,
    notices: usize,
}

/// Where a key frame is: the first bytes of a segment.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Poster {
    /// RFC 6381 codec string.
    codec: String,
    width: u32,
    height: u32,
    init: String,
    segment: String,
    /// So many bytes of the segment are enough.
    bytes: u64,
    /// When it is shown, in seconds.
    time: f64,
}

/// A picture this far into an asset says more of it than the first.
const POSTER_AT: f64 = 0.2;

impl AssetSummary {
    pub(super) fn of(name: &str, asset: Result<&LoadedAsset, &LoadError>) -> AssetSummary {
        let findings = match asset {
            Ok(asset) => asset.lint(),
            Err(error) => error.finding().into_iter().collect(),
        };
        let shown = asset.ok().and_then(|asset| asset.presentation.as_ref().ok());
        AssetSummary {
            name: name.to_owned(),
            title: asset.ok().and_then(|asset| asset.asset.title.clone()),
            revision: asset.ok().map(|asset| asset.list_revision.clone()),
            duration: shown.map(|shown| shown.duration.seconds()),
            tracks: asset.map(TrackCounts::of).unwrap_or_default(),
            languages: shown.map(Languages::of).unwrap_or_default(),
            coverage: asset.map(|asset| Coverage::of(&asset.accessibility())).unwrap_or_default(),
            worst: findings.iter().map(|finding| finding.severity).max(),
            findings: FindingCounts::of(&findings),
            poster: shown.and_then(|shown| Poster::of(name, shown)),
            problem: asset.err().map(|error| Problem::from(error.clone()).detail),
            manifests: Manifests::of(name),
        }
    }
}

impl Languages {
    fn of(shown: &Presentation) -> Languages {
        let of_type = |track_type| {
            let mut languages: Vec<String> = Vec::new();
            for rendition in shown.renditions.iter().filter(|rendition| rendition.track_type == track_type) {
                if !languages.iter().any(|language| language == rendition.language.as_str()) {
                    languages.push(rendition.language.as_str().to_owned());
                }
            }
            languages
        };
        Languages { audio: of_type(TrackType::Audio), text: of_type(TrackType::Text) }
    }
}

impl Coverage {
    fn of(report: &AssetReport) -> Coverage {
        let with = |has: fn(&LanguageReport) -> bool| {
            report.languages.iter().filter(|report| has(report)).map(|report| report.language.clone()).collect()
        };
        let without = |feature: Feature| {
            let missing = report.missing.iter().filter(|missing| missing.feature == feature);
            missing.map(|missing| missing.language.clone()).collect()
        };
        Coverage {
            description: with(|report| !report.audio_description.is_empty()),
            captions: with(LanguageReport::has_captions),
            forced: with(|report| !report.forced_subtitles.is_empty()),
            sign: !report.sign_language.is_empty(),
            description_missing: without(Feature::AudioDescription),
            captions_missing: without(Feature::Captions),
        }
    }
}

impl FindingCounts {
    fn of(findings: &[Finding]) -> FindingCounts {
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        FindingCounts {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notices: count(Severity::Notice),
        }
    }
}

impl Poster {
    /// Of the smallest video that is shown.
    fn of(asset: &str, shown: &Presentation) -> Option<Poster> {
        let area =
            |rendition: &&Rendition| rendition.video().map_or(u64::MAX, |v| u64::from(v.width) * u64::from(v.height));
        let track = shown.video().min_by_key(area)?;
        let (media, facts, video) = (track.media.coded()?, track.coded?, track.video()?);
        let segments = &track.timeline.segments;
        let segment: &Segment = segments.get((segments.len() as f64 * POSTER_AT) as usize)?;
        let first = fragments(media, &facts.defaults, segment.samples()).next()?;
        let folder = media_folder(asset, track);
        Some(Poster {
            codec: track.codec_string().to_owned(),
            width: video.width,
            height: video.height,
            init: format!("{folder}/init.mp4"),
            segment: format!("{folder}/{}.m4s", segment.time),
            bytes: SEGMENT_TYPE_SIZE + first.shape.total_size(&facts.defaults),
            time: segment.time as f64 / f64::from(track.timeline.timescale.max(1)),
        })
    }
}

/// What narrows a list down.
pub(super) const FILTERS: [Parameter; 4] = [
    Parameter {
        name: "search",
        shape: |_| json_schema!({ "type": "string" }),
        description: "Only assets whose path or title has these letters, in either case.",
    },
    Parameter {
        name: "missing",
        shape: |_| json_schema!({ "enum": ["description", "captions", "any"] }),
        description: "Only assets that should have this in a language of their audio and have not.",
    },
    Parameter {
        name: "lint",
        shape: |_| json_schema!({ "enum": ["error", "warning", "notice"] }),
        description: "Only assets of which lint finds this, or worse.",
    },
    Parameter {
        name: "language",
        shape: |_| json_schema!({ "type": "string" }),
        description: "Only assets with audio or text in this language, whatever the region: `en` finds `en-GB`.",
    },
];

/// The filters of one request.
#[derive(Debug)]
pub(super) struct Filter {
    search: String,
    missing: Option<(bool, bool)>,
    lint: Option<Severity>,
    language: Option<String>,
}

impl Filter {
    pub(super) fn of(query: &Query) -> Result<Filter, Problem> {
        let missing = [("description", (true, false)), ("captions", (false, true)), ("any", (true, true))];
        let lint = [("error", Severity::Error), ("warning", Severity::Warning), ("notice", Severity::Notice)];
        Ok(Filter {
            search: query.get("search").unwrap_or_default().trim().to_lowercase(),
            missing: query.word("missing", &missing)?,
            lint: query.word("lint", &lint)?,
            language: query.get("language").filter(|tag| !tag.is_empty()).map(str::to_lowercase),
        })
    }

    /// Whether every asset is meant.
    pub(super) fn takes_all(&self) -> bool {
        self.search.is_empty() && self.missing.is_none() && self.lint.is_none() && self.language.is_none()
    }

    /// Whether what is searched for is in a path or a title.
    pub(super) fn finds(&self, text: &str) -> bool {
        text.to_lowercase().contains(&self.search)
    }

    /// Whether an asset is meant whose path or title was looked at before.
    pub(super) fn takes(&self, asset: &AssetSummary) -> bool {
        let Coverage { description_missing, captions_missing, .. } = &asset.coverage;
        let speaks = |wanted: &String| {
            let mut tags = asset.languages.audio.iter().chain(&asset.languages.text).map(|tag| tag.to_lowercase());
            tags.any(|tag| {
                tag.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            })
        };
        self.missing.is_none_or(|(description, captions)| {
            description && !description_missing.is_empty() || captions && !captions_missing.is_empty()
        }) && self.lint.is_none_or(|least| asset.worst.is_some_and(|worst| worst >= least))
            && self.language.as_ref().is_none_or(speaks)
    }
}
