//! What the rules look at: the visible tracks as players meet them, each beside what the document says of it.

use super::Subject;
use crate::presentation::{BitRate, Presentation, Rendition, Time};
use crate::track::{Kind, Language, Track, TrackType};
use std::collections::HashMap;

/// A subject with its tracks and renditions brought together.
pub(super) struct View<'a> {
    pub(super) subject: &'a Subject<'a>,
    pub(super) presentation: Option<&'a Presentation>,
    /// In document order.
    pub(super) shown: Vec<Shown<'a>>,
}

/// A track that players are offered.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    /// With the file's own words filled in.
    pub(super) track: &'a Track,
    pub(super) rendition: &'a Rendition,
}

impl<'a> View<'a> {
    pub(super) fn of(subject: &'a Subject<'a>) -> View<'a> {
        let tracks: HashMap<&str, &Track> =
            subject.tracks.iter().map(|loaded| (loaded.track.name.as_str(), &loaded.track)).collect();
        let renditions = subject.presentation.iter().flat_map(|presentation| &presentation.renditions);
        let shown = renditions.filter_map(|rendition| {
            let track = tracks.get(rendition.name.as_str())?;
            Some(Shown { track, rendition })
        });
        View { subject, presentation: subject.presentation, shown: shown.collect() }
    }

    pub(super) fn of_type(&self, track_type: TrackType) -> impl Iterator<Item = Shown<'a>> + '_ {
        self.shown.iter().copied().filter(move |shown| shown.track.track_type == track_type)
    }

    /// The pictures of which a player chooses one by bit rate.
    pub(super) fn rungs(&self) -> impl Iterator<Item = Shown<'a>> + '_ {
        self.of_type(TrackType::Video).filter(|shown| shown.kind() == Kind::Main)
    }

    /// The audio of the picture itself, in any language.
    pub(super) fn plain_audio(&self) -> impl Iterator<Item = Shown<'a>> + '_ {
        self.of_type(TrackType::Audio).filter(|shown| matches!(shown.kind(), Kind::Main | Kind::Dub))
    }
}

impl<'a> Shown<'a> {
    pub(super) fn name(&self) -> &'a str {
        &self.track.name
    }

    pub(super) fn kind(&self) -> Kind {
        self.rendition.signals.kind
    }

    pub(super) fn language(&self) -> &'a Language {
        &self.rendition.language
    }

    pub(super) fn bit_rate(&self) -> BitRate {
        self.rendition.bit_rate()
    }

    /// The longest time from one key frame to the next.
    pub(super) fn longest_without_key_frame(&self) -> Time {
        let longest = self.rendition.layout().iframes.iter().map(|iframe| iframe.duration).max();
        Time::new(longest.unwrap_or(0), self.rendition.timeline.timescale)
    }
}

/// Whether a tag names a language at all: `und`, `mul`, `mis` and `zxx` do not (ISO 639-2).
pub(super) fn names_language(language: &Language) -> bool {
    !["und", "mul", "mis", "zxx"].contains(&language.primary())
}

/// Whether two tags name one language, whatever the region or script.
pub(super) fn same_language(one: &Language, other: &Language) -> bool {
    names_language(one) && (one == other || !one.primary().is_empty() && one.primary() == other.primary())
}

/// A time as caption files write it.
pub(super) fn clock(milliseconds: u64) -> String {
    let (seconds, milliseconds) = (milliseconds / 1000, milliseconds % 1000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    format!("{:02}:{:02}:{seconds:02}.{milliseconds:03}", minutes / 60, minutes % 60)
}

/// The first few times, as a list; `…` where there are more.
pub(super) fn first_times(times: &[u64], count: usize) -> String {
    let mut list: Vec<String> = times.iter().map(|&time| clock(time)).collect();
    if count > times.len() {
        list.push("…".to_owned());
    }
    list.join(", ")
}

/// How many times a finding names.
pub(super) const TOLD_TIMES: usize = 3;

/// `1 cue`, `2 cues`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Bits per second for people.
pub(super) fn kilobits(bits: u64) -> String {
    format!("{} kbit/s", bits.div_ceil(1000))
}
