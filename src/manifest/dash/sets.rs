//! Adaptation sets: renditions that a player may switch between without a break share one (ISO/IEC 23009-1 5.3.3).

use crate::isobmff::VideoRange;
use crate::presentation::{AudioClass, CaptionChannel, CaptionService, Choice, Presentation, Rendition, Time};
use crate::track::{Kind, Language, Role, TrackType};

const CEA_608: &str = "urn:scte:dash:cc:cea-608:2015";
const CEA_708: &str = "urn:scte:dash:cc:cea-708:2015";

/// One adaptation set.
pub(in crate::manifest) struct AdaptationSet<'a> {
    /// Its line in the menu; `None` for video.
    pub(in crate::manifest) choice: Option<&'a Choice>,
    /// Values of the role scheme.
    pub(in crate::manifest) roles: Vec<Role>,
    /// `@selectionPriority`: the higher, the rather chosen.
    pub(in crate::manifest) priority: usize,
    /// Inside the pictures.
    pub(in crate::manifest) captions: Vec<CaptionService>,
    /// From low to high bit rate, after the one that somebody chose to be the first.
    pub(in crate::manifest) renditions: Vec<&'a Rendition>,
}

impl<'a> AdaptationSet<'a> {
    fn new(choice: Option<&'a Choice>, roles: Vec<Role>, renditions: Vec<&'a Rendition>) -> Self {
        AdaptationSet { choice, roles, priority: NO_PRIORITY, captions: Vec::new(), renditions }
    }

    /// Accessibility descriptors, scheme and value: what the track means, then the captions inside the pictures.
    pub(in crate::manifest) fn accessibility(&self) -> Vec<(&'static str, String)> {
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
    pub(in crate::manifest) fn lead(&self) -> &'a Rendition {
        self.renditions[0]
    }

    pub(in crate::manifest) fn track_type(&self) -> TrackType {
        self.lead().track_type
    }

    /// `@lang`. A picture has a language only where there is language in it: burnt-in text, signing.
    pub(in crate::manifest) fn language(&self) -> Option<&'a Language> {
        let lead = self.lead();
        let is_picture = lead.track_type == TrackType::Video;
        let has_language = !is_picture || (lead.signals.kind != Kind::Main && !lead.language.is_und());
        has_language.then_some(&lead.language)
    }

    fn is_default(&self) -> bool {
        self.choice.is_some_and(|choice| choice.default)
    }

    /// Whether nothing but the label tells the sets apart.
    fn says_the_same(&self, other: &AdaptationSet) -> bool {
        let (one, two) = (self.lead(), other.lead());
        self.track_type() == other.track_type()
            && self.language() == other.language()
            && self.roles.len() == other.roles.len()
            && self.roles.iter().all(|role| other.roles.contains(role))
            && self.accessibility() == other.accessibility()
            && sample_entry(one) == sample_entry(two)
            && range(one) == range(two)
            && AudioClass::of(one) == AudioClass::of(two)
    }
}

/// What an absent `@selectionPriority` means (ISO/IEC 23009-1 5.3.7.2).
pub(super) const NO_PRIORITY: usize = 1;

/// All sets, in the order in which players should list them: video, audio, text.
pub(in crate::manifest) fn adaptation_sets(presentation: &Presentation) -> Vec<AdaptationSet<'_>> {
    let mut sets = video_sets(presentation);
    for choice in &presentation.audio {
        let renditions = choice.members.iter().map(|&place| &presentation.renditions[place]);
        let roles = audio_roles(presentation, choice);
        let renditions = switchable(renditions).into_iter();
        sets.extend(renditions.map(|renditions| AdaptationSet::new(Some(choice), roles.clone(), renditions)));
    }
    for choice in &presentation.text {
        let lead = presentation.lead(choice);
        let roles = lead.signals.dash.roles.clone();
        sets.push(AdaptationSet::new(Some(choice), roles, vec![lead]));
    }
    for track_type in [TrackType::Video, TrackType::Audio, TrackType::Text] {
        rank(&mut sets, track_type);
    }
    sets
}

/// The default before all others of its type; and of sets that a player could not tell apart, which their labels alone
/// must not make different (DASH-IF guidelines on content selection), the earlier before the later.
fn rank(sets: &mut [AdaptationSet], track_type: TrackType) {
    let places: Vec<usize> = (0..sets.len()).filter(|&place| sets[place].track_type() == track_type).collect();
    let twins_before = |place: usize| sets[..place].iter().filter(|other| other.says_the_same(&sets[place])).count();
    let behind: Vec<usize> = places.iter().map(|&place| twins_before(place)).collect();
    let most = behind.iter().copied().max().unwrap_or(0);
    for (place, behind) in places.into_iter().zip(behind) {
        let ahead = if sets[place].is_default() { most + 1 } else { 0 };
        sets[place].priority = NO_PRIORITY + ahead + most - behind;
    }
}

fn video_sets(presentation: &Presentation) -> Vec<AdaptationSet<'_>> {
    let set = |renditions: Vec<_>| {
        let lead: &Rendition = renditions[0];
        let captions = presentation.caption_services(renditions.iter().copied());
        AdaptationSet { captions, ..AdaptationSet::new(None, lead.signals.dash.roles.clone(), renditions) }
    };
    let mut sets = switchable(presentation.video());
    // Where somebody chose what players begin with, it comes first; the others by bit rate.
    for renditions in &mut sets {
        renditions.sort_by_key(|rendition| presentation.first_video.as_ref() != Some(&rendition.name));
    }
    sets.into_iter().map(set).collect()
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
        set.sort_by_key(|rendition| rendition.bit_rate().bandwidth);
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
/// own role; and it is said of one language only, or it would say nothing.
///
/// Next to it a track of which nobody said anything is `alternate`, which is any other content of the same type, in
/// whatever language. `dub` would claim that its speech is a translation: it may be the original.
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
