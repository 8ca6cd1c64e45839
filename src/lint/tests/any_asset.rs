//! Whatever an asset is made of, lint says something sensible of it.

use super::stage::{Stage, no_edits};
use crate::isobmff::EditList;
use crate::lint::RULES;
use crate::presentation::testing::{self, Described};
use crate::text::Cue;
use crate::track::{Characteristic, Role, TrackType, Visibility};
use proptest::prelude::*;

const TAGS: &[&str] = &[
    Characteristic::DESCRIBES_VIDEO,
    Characteristic::ENHANCES_SPEECH,
    Characteristic::TRANSCRIBES_DIALOG,
    Characteristic::EASY_TO_READ,
    Characteristic::FORCED_ONLY,
    "public.unknown",
    "com.example.own",
];

/// What the document says of a track: language, roles, tags, default, forced, hidden, label.
type Said = (Option<usize>, Vec<usize>, Vec<usize>, bool, bool, bool, Option<String>);

fn said() -> impl Strategy<Value = Said> {
    let (role, tag) = (0..Role::ALL.len(), 0..TAGS.len());
    (
        prop::option::of(0..4_usize),
        prop::collection::vec(role, 0..3),
        prop::collection::vec(tag, 0..3),
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.2),
        prop::option::of("[A-C]"),
    )
}

#[derive(Debug, Clone)]
enum Content {
    Video(Vec<Described>, u64),
    Audio(Vec<Described>, u64),
    Text(Vec<(u64, u64)>),
}

fn samples() -> impl Strategy<Value = Vec<Described>> {
    let sample = (0..100_000_u32, 0..5000_u32, -200..5000_i32, prop::bool::weighted(0.3));
    prop::collection::vec(sample, 1..60)
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        (samples(), 0..3000_u64).prop_map(|(samples, delay)| Content::Video(samples, delay)),
        (samples(), 0..3000_u64).prop_map(|(samples, delay)| Content::Audio(samples, delay)),
        prop::collection::vec((0..300_000_u64, 1..90_000_u64), 0..20).prop_map(Content::Text),
    ]
}

fn stage(tracks: Vec<(Said, Content)>) -> Stage {
    let mut stage = Stage::default();
    for (number, (said, content)) in tracks.into_iter().enumerate() {
        let name = format!("t{number}");
        let coded = |track_type, samples: &[Described], delay| {
            let edits = EditList { delay, ..no_edits() };
            testing::source(&name, testing::media(track_type, 1000, edits, samples))
        };
        let source = match &content {
            Content::Video(samples, delay) => coded(TrackType::Video, samples, *delay),
            Content::Audio(samples, delay) => coded(TrackType::Audio, samples, *delay),
            Content::Text(_) => testing::text_source(&name, &[]),
        };
        let (language, roles, tags, default, forced, hidden, label) = said;
        let languages = ["en", "en-GB", "de", "und"];
        let roles: Vec<Role> = roles.into_iter().map(|place| Role::ALL[place]).collect();
        stage.add(source, language.map(|place| languages[place]), &roles);
        if let Content::Text(cues) = content {
            stage.captions(&name, |captions| {
                let cue = |(start, length)| Cue {
                    id: None,
                    start,
                    end: start + length,
                    settings: String::new(),
                    payload: "x".to_owned(),
                };
                captions.cues = cues.into_iter().map(cue).collect();
                captions.cues.sort_by_key(|cue| cue.start);
            });
        }
        let track = stage.track(&name);
        track.characteristics = tags.into_iter().map(|place| TAGS[place].parse().unwrap()).collect();
        (track.default, track.forced, track.label) = (default, forced && track.track_type == TrackType::Text, label);
        track.visibility = if hidden { Visibility::Hidden } else { Visibility::Visible };
    }
    stage
}

proptest! {
    #[test]
    fn lint_ends_and_says_the_same_twice(tracks in prop::collection::vec((said(), content()), 0..8)) {
        let stage = stage(tracks);
        let findings = stage.lint();
        for finding in &findings {
            prop_assert!(RULES.iter().any(|rule| rule.id == finding.rule));
            prop_assert!(!finding.message.contains("NaN") && !finding.message.contains("inf"), "{}", finding.message);
        }
        prop_assert_eq!(findings, stage.lint());
    }

    /// Of a hidden track nothing is told but that it cannot be played.
    #[test]
    fn hidden_tracks_are_left_in_peace(tracks in prop::collection::vec((said(), content()), 1..5)) {
        let mut stage = stage(tracks);
        stage.hide("t0");
        let of_hidden = stage.lint().into_iter().filter(|finding| finding.track.as_deref() == Some("t0"));
        prop_assert!(of_hidden.into_iter().all(|finding| finding.rule == "track-unplayable"));
    }
}
