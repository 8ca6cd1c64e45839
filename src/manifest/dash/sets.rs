//! Adaptation sets: renditions that a player may switch between without a break share one (ISO/IEC 23009-1 5.3.3).

use crate::isobmff::VideoRange;
use crate::presentation::{AudioClass, CaptionChannel, CaptionService, Choice, Presentation, Rendition, Time};
use crate::track::{Kind, Role, TrackType};

const CEA_608: &str = "urn:scte:dash:cc:cea-608:2015";
const CEA_708: &str = "urn:scte:dash:cc:cea-708:2015";

/// One adaptation set.
pub(super) struct AdaptationSet<'a> {
    /// Its line in the menu; `None` for video.
    pub(super) choice: Option<&'a Choice>,
    /// Values of the role scheme.
    pub(super) roles: Vec<Role>,
    /// Inside the pictures.
    pub(super) captions: Vec<CaptionService>,
    /// From low to high bit rate.
    pub(super) renditions: Vec<&'a Rendition>,
}

impl<'a> AdaptationSet<'a> {
    /// Accessibility descriptors, scheme and value: what the track means, then the captions inside the pictures.
    pub(super) fn accessibility(&self) -> Vec<(&'static str, String)> {
        let meaning = self.lead().signals.dash.accessibility.iter().map(|meaning| meaning.scheme_and_value());
        let line_21 = self.captions.iter().filter(|service| service.channel != CaptionChannel::Service1);
        let line_21: Vec<String> = line_21
            .map(|service| format!("{}={}", service.channel.instream_id(), service.language.iso639_2b()))
            .collect();
        let digital = self.captions.iter().filter(|service| service.channel == CaptionChannel::Service1);
        let digital = digital.map(|service| (CEA_708, format!("1=lang:{}", service.language.iso639_2b())));
        let line_21 = (!line_21.is_empty()).then(|| (CEA_608, line_21.join(";")));
        meaning.chain(line_21).chain(digital).collect()
    }

    /// Any of its renditions: they agree in all that the set says.
    pub(super) fn lead(&self) -> &'a Rendition {
        self.renditions[0]
    }

    pub(super) fn track_type(&self) -> TrackType {
        self.lead().track_type
    }
}

/// All sets, in the order in which players should list them: video, audio, text.
pub(super) fn adaptation_sets(presentation: &Presentation) -> Vec<AdaptationSet<'_>> {
    let mut sets = video_sets(presentation);
    for choice in &presentation.audio {
        let renditions = choice.members.iter().map(|&place| &presentation.renditions[place]);
        let roles = audio_roles(presentation, choice);
        sets.extend(switchable(renditions).into_iter().map(|renditions| AdaptationSet {
            choice: Some(choice),
            roles: roles.clone(),
            captions: Vec::new(),
            renditions,
        }));
    }
    for choice in &presentation.text {
        let lead = presentation.lead(choice);
        let roles = lead.signals.dash.roles.clone();
        sets.push(AdaptationSet { choice: Some(choice), roles, captions: Vec::new(), renditions: vec![lead] });
    }
    sets
}

fn video_sets(presentation: &Presentation) -> Vec<AdaptationSet<'_>> {
    let set = |renditions: Vec<_>| {
        let lead: &Rendition = renditions[0];
        let captions = presentation.caption_services(renditions.iter().copied());
        AdaptationSet { choice: None, roles: lead.signals.dash.roles.clone(), captions, renditions }
    };
    switchable(presentation.video()).into_iter().map(set).collect()
}

/// Groups renditions of one codec, range, layout and meaning whose segments start at the same moments.
fn switchable<'a>(renditions: impl Iterator<Item = &'a Rendition>) -> Vec<Vec<&'a Rendition>> {
    let mut sets: Vec<Vec<&Rendition>> = Vec::new();
    for rendition in renditions {
        match sets.iter_mut().find(|set| can_switch(set[0], rendition)) {
            Some(set) => set.push(rendition),
            None => sets.push(vec![rendition]),
        }
    }
    for set in &mut sets {
        set.sort_by_key(|rendition| rendition.bit_rate.bandwidth);
    }
    sets
}

fn can_switch(one: &Rendition, other: &Rendition) -> bool {
    one.codec() == other.codec()
        && sample_entry(one) == sample_entry(other)
        && range(one) == range(other)
        && AudioClass::of(one) == AudioClass::of(other)
        && one.language == other.language
        && one.signals == other.signals
        && aligned(one, other)
}

/// The four-character code that opens the codec string.
fn sample_entry(rendition: &Rendition) -> &str {
    rendition.codec_string().split('.').next().unwrap_or("")
}

fn range(rendition: &Rendition) -> Option<VideoRange> {
    rendition.video().map(|video| video.range())
}

/// Whether all segments start at the same times, within the rounding of the two timescales.
fn aligned(one: &Rendition, other: &Rendition) -> bool {
    let starts = |r: &'_ Rendition| {
        let timescale = r.timeline.timescale;
        r.timeline.segments.iter().map(move |segment| Time::new(segment.time, timescale).micros()).collect::<Vec<_>>()
    };
    let (one, other) = (starts(one), starts(other));
    one.len() == other.len() && one.iter().zip(&other).all(|(a, b)| a.abs_diff(*b) <= 1000)
}

/// `main` says what plays when nothing else is known (ISO/IEC 23009-1 5.8.5.5), so the default carries it, besides its
/// own role. A track that nobody called main is, next to it, an alternative.
fn audio_roles(presentation: &Presentation, choice: &Choice) -> Vec<Role> {
    let lead = presentation.lead(choice);
    let mut roles = lead.signals.dash.roles.clone();
    if choice.default {
        if !roles.contains(&Role::Main) {
            roles.insert(0, Role::Main);
        }
    } else if lead.signals.kind == Kind::Main && !lead.main_is_given {
        roles = vec![Role::Alternate];
    }
    roles
}
