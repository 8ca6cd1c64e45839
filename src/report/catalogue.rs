//! Sums over many assets, taken one after the other.

use super::{AssetReport, Feature, LanguageReport, Missing};
use schemars::JsonSchema;
use serde::Serialize;

/// What a whole catalogue offers, and all that is missing in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct Catalogue {
    pub totals: Totals,
    pub missing: Vec<Gap>,
}

/// Sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct Totals {
    pub assets: u64,
    /// Assets that could not be looked at; they are in no other sum but `assets`.
    pub unreadable: u64,
    /// Assets with video.
    pub video: u64,
    /// Assets with video in which nothing is missing.
    pub complete: u64,
    /// Languages of plain audio, counted asset by asset.
    pub languages: u64,
    #[serde(flatten)]
    pub counts: Counts,
}

/// How often each feature is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct Counts {
    pub audio_description: Count,
    pub captions: Count,
    pub forced_subtitles: Count,
    pub sign_language: Count,
    pub clear_dialogue: Count,
    pub easy_reader: Count,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct Count {
    /// Assets that have it in some language.
    pub assets: u64,
    /// Languages that have it, counted asset by asset; 0 for sign language, which is a language of its own.
    pub languages: u64,
    /// Languages that should have it and do not.
    pub missing: u64,
}

/// Something missing, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Gap {
    pub asset: String,
    #[serde(flatten)]
    pub missing: Missing,
}

impl Catalogue {
    pub fn add(&mut self, report: &AssetReport) {
        let totals = &mut self.totals;
        totals.assets += 1;
        if report.problem.is_some() {
            totals.unreadable += 1;
            return;
        }
        totals.video += u64::from(report.video);
        totals.complete += u64::from(report.video && report.missing.is_empty());
        totals.languages += report.languages.iter().filter(|language| !language.audio.is_empty()).count() as u64;
        totals.counts.add(report);
        let gap = |missing: &Missing| Gap { asset: report.asset.clone(), missing: missing.clone() };
        self.missing.extend(report.missing.iter().map(gap));
    }
}

/// Whether a language has a feature.
type Has = fn(&LanguageReport) -> bool;

impl Counts {
    fn add(&mut self, report: &AssetReport) {
        let features: [(&mut Count, Has); 5] = [
            (&mut self.audio_description, |language| !language.audio_description.is_empty()),
            (&mut self.captions, LanguageReport::has_captions),
            (&mut self.forced_subtitles, |language| !language.forced_subtitles.is_empty()),
            (&mut self.clear_dialogue, |language| !language.clear_dialogue.is_empty()),
            (&mut self.easy_reader, |language| !language.easy_reader.is_empty()),
        ];
        for (count, has) in features {
            let languages = report.languages.iter().filter(|language| has(language)).count() as u64;
            count.languages += languages;
            count.assets += u64::from(languages > 0);
        }
        self.sign_language.assets += u64::from(!report.sign_language.is_empty());
        for missing in &report.missing {
            match missing.feature {
                Feature::AudioDescription => self.audio_description.missing += 1,
                Feature::Captions => self.captions.missing += 1,
            }
        }
    }
}
