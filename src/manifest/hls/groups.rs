//! Audio groups: one per codec and channel layout (and rung, where a layout has several bit rates), each listing every
//! choice of the menu, because all groups of a type must hold the same members (RFC 8216bis 4.4.6.1.1).

use crate::isobmff::Codec;
use crate::presentation::{AudioClass, Choice, Presentation, Rendition};

/// One audio group.
#[derive(Clone)]
pub(super) struct AudioGroup<'a> {
    pub(super) id: String,
    /// A choice of the menu and the rendition that carries it in this group, in menu order.
    pub(super) members: Vec<(&'a Choice, &'a Rendition)>,
    /// Object-based audio is offered as the plain bed it is built on, for players that do not know objects.
    plain: bool,
}

impl AudioGroup<'_> {
    /// CHANNELS of a member: the count, and `JOC` for joint object coding with the complexity index as count
    /// (RFC 8216bis 4.4.6.1, Dolby's HLS delivery kit).
    pub(super) fn channels(&self, rendition: &Rendition) -> Option<String> {
        let audio = rendition.audio()?;
        Some(match audio.joint_objects {
            Some(objects) if !self.plain => format!("{objects}/JOC"),
            _ => audio.channels.to_string(),
        })
    }

    /// Codec strings of all members, each once.
    pub(super) fn codecs(&self) -> Vec<&str> {
        let mut codecs: Vec<&str> = Vec::new();
        for (_, rendition) in &self.members {
            if !codecs.contains(&rendition.codec_string()) {
                codecs.push(rendition.codec_string());
            }
        }
        codecs
    }

    /// Peak and average bit rate of the costliest member.
    pub(super) fn bit_rate(&self) -> (u64, u64) {
        let most = |rate: fn(&Rendition) -> u64| self.members.iter().map(|(_, r)| rate(r)).max().unwrap_or(0);
        (most(|r| r.bit_rate().peak), most(|r| r.bit_rate().average))
    }
}

/// The audio groups of a presentation; none without audio that HLS can offer.
pub(super) fn audio_groups(presentation: &Presentation) -> Vec<AudioGroup<'_>> {
    let choices: Vec<&Choice> =
        presentation.audio.iter().filter(|choice| presentation.lead(choice).signals.hls.is_some()).collect();
    let mut groups: Vec<AudioGroup> = Vec::new();
    for class in classes(presentation, &choices) {
        let rungs = choices.iter().map(|choice| in_class(presentation, choice, class).len()).max().unwrap_or(0);
        for rung in 0..rungs {
            let members = choices.iter().map(|choice| (*choice, member(presentation, choice, class, rung))).collect();
            let suffix = if rungs > 1 { format!("-{}", rung + 1) } else { String::new() };
            let group = AudioGroup { id: format!("{}{suffix}", id(class)), members, plain: false };
            if !groups.iter().any(|other| same_members(other, &group)) {
                groups.push(group);
            }
        }
    }
    add_plain_beds(&mut groups);
    groups
}

/// Every class that some choice has, in menu order, stereo AAC first: what every player can play.
fn classes(presentation: &Presentation, choices: &[&Choice]) -> Vec<AudioClass> {
    let mut classes: Vec<AudioClass> = Vec::new();
    for place in choices.iter().flat_map(|choice| &choice.members) {
        if let Some(class) = AudioClass::of(&presentation.renditions[*place])
            && !classes.contains(&class)
        {
            classes.push(class);
        }
    }
    classes.sort_by_key(|class| class.codec != Codec::Aac || class.channels > 2);
    classes
}

/// The renditions of a choice in a class, from low to high bit rate.
fn in_class<'a>(presentation: &'a Presentation, choice: &Choice, class: AudioClass) -> Vec<&'a Rendition> {
    let renditions = choice.members.iter().map(|&place| &presentation.renditions[place]);
    let mut members: Vec<_> = renditions.filter(|r| AudioClass::of(r) == Some(class)).collect();
    members.sort_by_key(|rendition| rendition.bit_rate().average);
    members
}

/// A choice that is not made in a class is listed with what it has: AAC before others.
fn member<'a>(presentation: &'a Presentation, choice: &Choice, class: AudioClass, rung: usize) -> &'a Rendition {
    let members = in_class(presentation, choice, class);
    let last = members.len().saturating_sub(1);
    members.get(rung.min(last)).copied().unwrap_or_else(|| {
        let renditions = || choice.members.iter().map(|&place| &presentation.renditions[place]);
        renditions().find(|r| r.codec() == Some(Codec::Aac)).unwrap_or(presentation.lead(choice))
    })
}

fn id(class: AudioClass) -> String {
    match class.joint_objects {
        true => format!("{}-joc", class.codec.family_name()),
        false => format!("{}-{}", class.codec.family_name(), class.channels),
    }
}

fn same_members(one: &AudioGroup, other: &AudioGroup) -> bool {
    let names = |group: &AudioGroup| group.members.iter().map(|(_, r)| r.name.clone()).collect::<Vec<_>>();
    names(one) == names(other)
}

/// An Atmos group is followed by one that offers the same streams as what they are to other decoders.
fn add_plain_beds(groups: &mut Vec<AudioGroup<'_>>) {
    let is_joint =
        |group: &AudioGroup| group.members.iter().any(|(_, r)| r.audio().is_some_and(|a| a.joint_objects.is_some()));
    for place in (0..groups.len()).rev() {
        let group = &groups[place];
        let Some(id) = group.id.contains("-joc").then(|| group.id.replace("-joc", "-bed")) else { continue };
        if is_joint(group) {
            let bed = AudioGroup { id, members: group.members.clone(), plain: true };
            groups.insert(place + 1, bed);
        }
    }
}
