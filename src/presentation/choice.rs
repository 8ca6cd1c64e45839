//! Choices: the lines of a viewer's menu. One choice may have several renditions: the same content in other codecs,
//! channel layouts or bit rates.

use super::Rendition;
use crate::isobmff::Codec;
use crate::track::{Language, TrackType, distinct_labels};

/// One line of the audio or subtitle menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Distinct among the choices of its type.
    pub label: String,
    /// Plays unless the viewer chooses another.
    pub default: bool,
    /// The player may choose it by itself from the viewer's preferences (HLS AUTOSELECT).
    pub autoselect: bool,
    /// Places in the presentation's renditions, in document order; the first speaks for all.
    pub members: Vec<usize>,
}

/// Codec and channel layout: players switch freely within a class, not across.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AudioClass {
    pub codec: Codec,
    pub channels: u16,
    /// Dolby Atmos.
    pub joint_objects: bool,
}

impl AudioClass {
    pub fn of(rendition: &Rendition) -> Option<AudioClass> {
        let audio = rendition.audio()?;
        let codec = rendition.codec()?;
        Some(AudioClass { codec, channels: audio.channels, joint_objects: audio.joint_objects.is_some() })
    }
}

/// Rungs of one ladder differ in bit rate by at least this factor; two tracks of one language that do not are two
/// tracks that a viewer must be able to tell apart.
const RUNG_RATIO: f64 = 1.2;

/// Forms of one content last equally long, within this many milliseconds.
const LENGTH_TOLERANCE_MILLIS: u64 = 500;

/// The menu of `track_type`: the default first, because some players start with what comes first; then language by
/// language as the document has them, within each from the general to the specific (main, clear dialogue, description,
/// commentary; Apple authoring specification 9.17). `default` is the place of the default rendition.
pub fn choices(renditions: &[Rendition], track_type: TrackType, default: Option<usize>) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for (place, rendition) in renditions.iter().enumerate().filter(|(_, r)| r.track_type == track_type) {
        match choices.iter_mut().find(|choice| belongs(renditions, choice, rendition)) {
            Some(choice) => choice.members.push(place),
            None => choices.push(Choice {
                label: rendition.label.clone(),
                default: false,
                autoselect: rendition.signals.hls.as_ref().is_some_and(|hls| hls.autoselect),
                members: vec![place],
            }),
        }
    }
    for choice in &mut choices {
        choice.default = default.is_some_and(|place| choice.members.contains(&place));
        choice.autoselect |= choice.default;
    }
    let lead = |choice: &Choice| &renditions[choice.members[0]];
    let mut languages: Vec<&Language> = Vec::new();
    for choice in &choices {
        if !languages.contains(&&lead(choice).language) {
            languages.push(&lead(choice).language);
        }
    }
    let language = |choice: &Choice| languages.iter().position(|language| **language == lead(choice).language);
    choices.sort_by_key(|choice| (!choice.default, language(choice), lead(choice).signals.kind.order()));
    make_distinct(&mut choices);
    limit_autoselect(&mut choices, renditions);
    choices
}

/// Whether `rendition` is the content of `choice` in another form: of another class, or another rung of its own class.
/// Two labels that an editor wrote differently are two contents whatever else they share.
fn belongs(renditions: &[Rendition], choice: &Choice, rendition: &Rendition) -> bool {
    let class = AudioClass::of(rendition);
    class.is_some()
        && choice.members.iter().map(|&place| &renditions[place]).all(|member| {
            member.language == rendition.language
                && member.signals == rendition.signals
                && member.label == rendition.label
                && last_equally_long(member, rendition)
                && (AudioClass::of(member) != class || is_other_rung(member, rendition))
        })
}

fn last_equally_long(one: &Rendition, other: &Rendition) -> bool {
    one.end().millis().abs_diff(other.end().millis()) <= LENGTH_TOLERANCE_MILLIS
}

fn is_other_rung(one: &Rendition, other: &Rendition) -> bool {
    let (a, b) = (average_rate(one), average_rate(other));
    a.max(b) >= RUNG_RATIO * a.min(b)
}

fn average_rate(rendition: &Rendition) -> f64 {
    let bytes = rendition.media.coded().map_or(0, |media| media.samples.total_bytes());
    bytes as f64 / rendition.end().seconds().max(0.001)
}

/// RFC 8216bis 4.4.6.1.1: a NAME is unique in its group; some players keep one of two tracks with equal labels. A NAME
/// has no `"`, so labels that differ in such quotes alone are equal.
fn make_distinct(choices: &mut [Choice]) {
    let written: Vec<String> = choices.iter().map(|choice| choice.label.replace('"', "”")).collect();
    let mut distinct = written.clone();
    distinct_labels(&mut distinct);
    for ((choice, written), distinct) in choices.iter_mut().zip(written).zip(distinct) {
        if written != distinct {
            choice.label = distinct;
        }
    }
}

/// RFC 8216bis 4.4.6.1.1: members with AUTOSELECT=YES should differ in language, FORCED or characteristics, or a player
/// could not choose between them; the first keeps it. What is there for access or forced keeps it in any case (Apple
/// authoring specification 2.13, 4.6, 5.11).
fn limit_autoselect(choices: &mut [Choice], renditions: &[Rendition]) {
    for place in 1..choices.len() {
        let (earlier, rest) = choices.split_at_mut(place);
        let choice = &mut rest[0];
        let this = &renditions[choice.members[0]];
        let clashes = earlier.iter().filter(|other| other.autoselect).any(|other| {
            let other = &renditions[other.members[0]];
            let tags = |r: &Rendition| r.signals.hls.as_ref().map(|hls| (hls.forced, hls.characteristics.clone()));
            other.language == this.language && tags(other) == tags(this)
        });
        let must = this.signals.hls.as_ref().is_some_and(|hls| hls.forced || hls.serves_access());
        choice.autoselect &= must || !clashes;
    }
}
