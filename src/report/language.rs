//! What an asset offers to the listeners of one language.

use super::{Feature, Missing, of_type};
use crate::presentation::{CaptionService, Presentation, Rendition};
use crate::track::{Characteristic, Kind, Language, TrackType};
use schemars::JsonSchema;
use serde::Serialize;

/// Names of the tracks of one language, by what they are for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct LanguageReport {
    /// BCP 47 tag; `und` where nobody says it.
    pub language: String,
    /// Plain audio, dubbed or not.
    pub audio: Vec<String>,
    /// Complete mixes, which every player can offer. A narration for the receiver to mix is not counted.
    pub audio_description: Vec<String>,
    /// Text tracks for the deaf and hard of hearing.
    pub captions: Vec<String>,
    /// Channels inside the pictures: `CC1`, `CC3`, `SERVICE1`.
    pub closed_captions: Vec<String>,
    /// Captions made by a machine, which nobody answers for: they do not count as captions.
    pub automatic_captions: Vec<String>,
    /// Dialogue alone.
    pub subtitles: Vec<String>,
    pub forced_subtitles: Vec<String>,
    /// Audio of enhanced intelligibility.
    pub clear_dialogue: Vec<String>,
    pub easy_reader: Vec<String>,
}

/// One report for each language of the audio, in the order of the tracks.
pub(super) fn reports(presentation: &Presentation) -> Vec<LanguageReport> {
    let mut languages: Vec<&Language> = Vec::new();
    for audio in of_type(presentation, TrackType::Audio) {
        if !languages.contains(&&audio.language) {
            languages.push(&audio.language);
        }
    }
    let services = presentation.caption_services(presentation.video());
    languages.into_iter().map(|language| report(presentation, &services, language)).collect()
}

fn report(presentation: &Presentation, services: &[CaptionService], language: &Language) -> LanguageReport {
    let serves = |rendition: &&Rendition| same(&rendition.language, language);
    let names = |track_type: TrackType, wanted: &dyn Fn(&Rendition) -> bool| -> Vec<String> {
        let renditions = of_type(presentation, track_type).filter(serves).filter(|rendition| wanted(rendition));
        renditions.map(|rendition| rendition.name.clone()).collect()
    };
    let audio = |kinds: &[Kind]| names(TrackType::Audio, &|rendition| kinds.contains(&rendition.signals.kind));
    let text = |kind: Kind, automatic: bool| {
        names(TrackType::Text, &|rendition| rendition.signals.kind == kind && is_automatic(rendition) == automatic)
    };
    let plain = |rendition: &Rendition| {
        matches!(rendition.signals.kind, Kind::Main | Kind::Dub) && rendition.language == *language
    };
    let closed = services.iter().filter(|service| same(&service.language, language));
    LanguageReport {
        language: language.as_str().to_owned(),
        audio: names(TrackType::Audio, &plain),
        audio_description: audio(&[Kind::Description]),
        captions: text(Kind::Captions, false),
        closed_captions: closed.map(|service| service.channel.instream_id().to_owned()).collect(),
        automatic_captions: [text(Kind::Captions, true), text(Kind::Subtitles, true)].concat(),
        subtitles: text(Kind::Subtitles, false),
        forced_subtitles: text(Kind::Forced, false),
        clear_dialogue: audio(&[Kind::EnhancedIntelligibility]),
        easy_reader: text(Kind::EasyReader, false),
    }
}

/// Whatever the region or script: who hears `en-GB` is served by `en`.
fn same(one: &Language, other: &Language) -> bool {
    one == other || !one.is_und() && !one.primary().is_empty() && one.primary() == other.primary()
}

fn is_automatic(rendition: &Rendition) -> bool {
    let hls = rendition.signals.hls.as_ref();
    hls.is_some_and(|hls| hls.characteristics.iter().any(|tag| tag == Characteristic::MACHINE_GENERATED))
}

impl LanguageReport {
    pub fn has_captions(&self) -> bool {
        !self.captions.is_empty() || !self.closed_captions.is_empty()
    }

    /// What those who hear the plain audio, or cannot, are missing.
    pub(super) fn missing(&self) -> Vec<Missing> {
        let missed =
            [(Feature::AudioDescription, self.audio_description.is_empty()), (Feature::Captions, !self.has_captions())];
        let missed = missed.into_iter().filter(|(_, missed)| *missed && !self.audio.is_empty());
        missed
            .map(|(feature, _)| Missing { feature, language: self.language.clone(), clause: feature.clause() })
            .collect()
    }
}
