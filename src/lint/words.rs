//! Roles and characteristics: known, said of the right type, and of one mind.

use super::finding::{Finding, Findings};
use super::rules::{CHARACTERISTIC_OF_OTHER_TYPE, ROLE_OF_OTHER_TYPE, UNKNOWN_CHARACTERISTIC, WORDS_CONTRADICT};
use super::view::View;
use crate::track::{Characteristic, Role, Track, TrackType};
use serde_json::json;

pub(super) fn check(view: &View, findings: &mut Findings) {
    for shown in &view.shown {
        characteristics(shown.track, findings);
        roles(shown.track, findings);
        if let Some((one, other, problem)) = contradiction(shown.track) {
            let message = format!("it is said to be {one} and {other}: {problem}");
            findings.of_track(&WORDS_CONTRADICT, shown.name(), message, format!("take out {one} or {other}"));
        }
    }
}

fn characteristics(track: &Track, findings: &mut Findings) {
    for tag in &track.characteristics {
        if tag.as_str().starts_with("public.") && !tag.is_registered() {
            let meant = tag.nearest_registered();
            let remedy = match meant {
                Some(meant) => format!("write {meant}, if that is meant"),
                None => "take it out; a tag of one's own starts with one's domain, as in com.example.mix".to_owned(),
            };
            let message = format!("players do not know {tag}");
            let mut finding = Finding::new(&UNKNOWN_CHARACTERISTIC, Some(&track.name), message, remedy);
            let others = |other: &&str| *other != tag.as_str() && Some(*other) != meant;
            let kept = track.characteristics.iter().map(Characteristic::as_str).filter(others);
            finding.fix(&track.name, [("characteristics", json!(kept.chain(meant).collect::<Vec<_>>()))]);
            findings.add(finding);
        }
        if !tag.fits(track.track_type) {
            let message = format!("{tag} cannot be said of a {} track, and is not", track.track_type);
            let mut finding =
                Finding::new(&CHARACTERISTIC_OF_OTHER_TYPE, Some(&track.name), message, "take it out of the list");
            let kept = track.characteristics.iter().filter(|other| *other != tag).map(Characteristic::as_str);
            finding.fix(&track.name, [("characteristics", json!(kept.collect::<Vec<_>>()))]);
            findings.add(finding);
        }
    }
}

fn roles(track: &Track, findings: &mut Findings) {
    for role in track.roles.iter().filter(|role| !role.fits(track.track_type)) {
        let message = format!("the role {role} cannot be said of a {} track, and is not", track.track_type);
        let mut finding = Finding::new(&ROLE_OF_OTHER_TYPE, Some(&track.name), message, "take it out of the list");
        let kept = track.roles.iter().filter(|other| *other != role).map(|role| role.as_str());
        finding.fix(&track.name, [("roles", json!(kept.collect::<Vec<_>>()))]);
        findings.add(finding);
    }
}

/// A word of a track.
#[derive(Clone, Copy)]
enum Word {
    Role(Role),
    Tag(&'static str),
    Forced,
}

impl Word {
    fn is_said_of(self, track: &Track) -> bool {
        match self {
            Word::Role(role) => track.roles.contains(&role),
            Word::Tag(tag) => track.characteristics.iter().any(|given| given.as_str() == tag),
            Word::Forced => track.forced,
        }
    }
}

impl std::fmt::Display for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Word::Role(role) => write!(f, "\"{role}\""),
            Word::Tag(tag) => write!(f, "\"{tag}\""),
            Word::Forced => f.write_str("\"forced\""),
        }
    }
}

/// Two words that cannot both be true of a track, unless a third makes peace between them, and why.
struct Contradiction {
    track_type: TrackType,
    one: Word,
    other: Word,
    unless: Option<Word>,
    problem: &'static str,
}

const fn against(track_type: TrackType, one: Word, other: Word, problem: &'static str) -> Contradiction {
    Contradiction { track_type, one, other, unless: None, problem }
}

use TrackType::{Audio, Text};
use Word::{Forced, Tag};
const DESCRIBES: Word = Tag(Characteristic::DESCRIBES_VIDEO);
const ENHANCES: Word = Tag(Characteristic::ENHANCES_SPEECH);
const DIALOG: Word = Tag(Characteristic::TRANSCRIBES_DIALOG);
const SOUNDS: Word = Tag(Characteristic::DESCRIBES_MUSIC);
const NOT_MAIN: &str = "players would take it for the plain audio";
const NOT_PLAIN: &str = "subtitles are for those who hear, captions for those who do not";
const FORCED_IS_ALL: &str = "a forced track is shown to those who asked for no text, and is nothing else";

#[rustfmt::skip]
const CONTRADICTIONS: &[Contradiction] = &[
    against(Audio, Word::Role(Role::Main), Word::Role(Role::Description), NOT_MAIN),
    against(Audio, Word::Role(Role::Main), DESCRIBES, NOT_MAIN),
    against(Audio, Word::Role(Role::Main), Word::Role(Role::Commentary), NOT_MAIN),
    against(Audio, Word::Role(Role::Main), Word::Role(Role::EnhancedAudioIntelligibility), NOT_MAIN),
    against(Audio, Word::Role(Role::Main), ENHANCES, NOT_MAIN),
    against(Audio, Word::Role(Role::Commentary), DESCRIBES, "one comments on the film, the other describes the picture"),
    Contradiction { unless: Some(DESCRIBES), ..against(Audio, Word::Role(Role::Description), ENHANCES,
        "one describes the picture, the other makes speech clear") },
    Contradiction { unless: Some(Word::Role(Role::Description)),
        ..against(Audio, Word::Role(Role::EnhancedAudioIntelligibility), DESCRIBES,
        "one makes speech clear, the other describes the picture") },
    against(Text, Forced, Word::Role(Role::Caption), FORCED_IS_ALL),
    against(Text, Forced, DIALOG, FORCED_IS_ALL),
    against(Text, Forced, SOUNDS, FORCED_IS_ALL),
    against(Text, Forced, Word::Role(Role::EasyReader), FORCED_IS_ALL),
    against(Text, Word::Role(Role::ForcedSubtitle), Word::Role(Role::Caption), FORCED_IS_ALL),
    against(Text, Word::Role(Role::ForcedSubtitle), DIALOG, FORCED_IS_ALL),
    against(Text, Word::Role(Role::ForcedSubtitle), SOUNDS, FORCED_IS_ALL),
    against(Text, Tag(Characteristic::FORCED_ONLY), Word::Role(Role::Caption), FORCED_IS_ALL),
    Contradiction { unless: Some(Word::Role(Role::Caption)), ..against(Text, Word::Role(Role::Subtitle), DIALOG, NOT_PLAIN) },
    Contradiction { unless: Some(Word::Role(Role::Caption)), ..against(Text, Word::Role(Role::Subtitle), SOUNDS, NOT_PLAIN) },
];

fn contradiction(track: &Track) -> Option<(Word, Word, &'static str)> {
    let holds = |rule: &&Contradiction| {
        rule.track_type == track.track_type
            && rule.one.is_said_of(track)
            && rule.other.is_said_of(track)
            && !rule.unless.is_some_and(|word| word.is_said_of(track))
    };
    CONTRADICTIONS.iter().find(holds).map(|rule| (rule.one, rule.other, rule.problem))
}
