//! The accessibility report: what each asset offers to those who do not see or hear all of it, and what is missing.
//!
//! Only what players are offered counts; a track that is hidden or cannot be played helps nobody. An asset is reported
//! language by language of its audio. Of an asset with video, audio description and captions are missed where a language
//! has none (EN 301 549 7.1 and 7.2, WCAG 1.2.2 and 1.2.5). Forced subtitles, sign language, clear dialogue and easy
//! reading are counted, and never missed: not every film needs them.

mod catalogue;
mod csv;
mod language;
#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, Count, Counts, Gap, Totals};
pub use csv::{HEADER as CSV_HEADER, rows as csv_rows};
pub use language::LanguageReport;

use crate::presentation::{Presentation, Rendition};
use crate::track::{Kind, TrackType};
use schemars::JsonSchema;
use serde::Serialize;

/// What one asset offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AssetReport {
    /// Its name.
    pub asset: String,
    pub title: Option<String>,
    /// Whether there are pictures, and so something to describe and to caption.
    pub video: bool,
    /// One for each language of its audio, in the order of its tracks.
    pub languages: Vec<LanguageReport>,
    /// Names of the video tracks with sign language; DASH players alone are offered them.
    pub sign_language: Vec<String>,
    pub missing: Vec<Missing>,
    /// Why it could not be looked at, where it could not.
    pub problem: Option<String>,
}

/// Something that the asset should have in a language and has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Missing {
    pub feature: Feature,
    pub language: String,
    /// Where the law and the guidelines ask for it.
    pub clause: &'static str,
}

/// What can be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    AudioDescription,
    Captions,
}

impl Feature {
    /// The word of JSON and CSV.
    pub fn as_str(self) -> &'static str {
        match self {
            Feature::AudioDescription => "audio_description",
            Feature::Captions => "captions",
        }
    }

    pub fn clause(self) -> &'static str {
        match self {
            Feature::AudioDescription => "EN 301 549 7.2, WCAG 1.2.5",
            Feature::Captions => "EN 301 549 7.1, WCAG 1.2.2",
        }
    }
}

impl AssetReport {
    /// `presentation` is `None` where nothing can be shown.
    pub fn of(asset: &str, title: Option<&str>, presentation: Option<&Presentation>) -> AssetReport {
        let video = |kind: Kind| {
            let renditions = presentation.iter().flat_map(|presentation| presentation.video());
            renditions.filter(move |rendition| rendition.signals.kind == kind)
        };
        let has_video = video(Kind::Main).next().is_some();
        let languages = presentation.map(language::reports).unwrap_or_default();
        let missing = if has_video { languages.iter().flat_map(LanguageReport::missing).collect() } else { Vec::new() };
        AssetReport {
            asset: asset.to_owned(),
            title: title.map(str::to_owned),
            video: has_video,
            languages,
            sign_language: video(Kind::Sign).map(|rendition| rendition.name.clone()).collect(),
            missing,
            problem: None,
        }
    }

    /// Stands for an asset that could not be looked at.
    pub fn failed(asset: &str, problem: &str) -> AssetReport {
        AssetReport { problem: Some(problem.to_owned()), ..AssetReport::of(asset, None, None) }
    }
}

fn of_type(presentation: &Presentation, track_type: TrackType) -> impl Iterator<Item = &Rendition> {
    presentation.renditions.iter().filter(move |rendition| rendition.track_type == track_type)
}
