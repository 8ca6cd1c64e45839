//! What is shown of an asset, and what an edit may and may not change.

use super::testing::{SIX_SECONDS, aac, source, source_of, text_source, video_with_b_frames};
use super::*;
use crate::isobmff::{Codec, MediaTrack};
use crate::track::{Language, Role, Visibility};
use std::sync::Arc;

fn video() -> MediaTrack {
    video_with_b_frames(12_800, 512, 50, 900)
}

fn with(mut source: Source, edit: impl FnOnce(&mut crate::track::Track)) -> Source {
    edit(&mut source.track);
    source
}

fn language(tag: &str) -> Option<Language> {
    Some(Language::parse(tag).unwrap())
}

fn present(sources: &[Source]) -> Presentation {
    Presentation::new(sources, SIX_SECONDS).unwrap()
}

fn labels(choices: &[Choice]) -> Vec<&str> {
    choices.iter().map(|choice| choice.label.as_str()).collect()
}

/// English and German audio, English captions, 36 seconds.
fn asset() -> Vec<Source> {
    vec![
        source("video", video()),
        with(source("en", aac(1690)), |track| track.language = language("en")),
        with(source("de", aac(1690)), |track| {
            track.language = language("de");
            track.roles = vec![Role::Dub];
        }),
        with(text_source("captions", &[(1000, 3000, "Hello")]), |track| track.language = language("en")),
    ]
}

#[test]
fn everything_starts_at_zero_and_text_covers_it_all() {
    let presentation = present(&asset());
    assert!(presentation.renditions.iter().all(|rendition| rendition.timeline.start() == Time::ZERO));
    let captions = presentation.rendition("captions").unwrap();
    let longest = Time::new(1689 * 1024, 48_000);
    let timescale = captions.timeline.timescale;
    assert_eq!(captions.end().ticks, longest.in_timescale_up(timescale), "to the end of the longest track");
    assert_eq!(presentation.target_duration, 6);
}

#[test]
fn hiding_a_track_moves_no_segment_and_changes_no_url() {
    let all = present(&asset());
    for hidden in ["video", "en", "de"] {
        let edit = |source: Source| match source.track.name == hidden {
            true => with(source, |track| track.visibility = Visibility::Hidden),
            false => source,
        };
        let rest = present(&asset().into_iter().map(edit).collect::<Vec<_>>());
        assert!(rest.rendition(hidden).is_none());
        for rendition in &rest.renditions {
            let before = all.rendition(&rendition.name).unwrap();
            assert_eq!(rendition.revision, before.revision, "{} after hiding {hidden}", rendition.name);
            assert!(before.timeline.segments.starts_with(&rendition.timeline.segments));
        }
    }
}

#[test]
fn words_of_an_editor_change_no_url_and_a_new_file_changes_its_own() {
    let before = present(&asset());
    let edited = asset().into_iter().map(|source| {
        with(source, |track| {
            track.label = Some(format!("New {}", track.name));
            track.language = language("fr");
            track.default = true;
            track.roles = vec![Role::Alternate];
        })
    });
    let after = present(&edited.collect::<Vec<_>>());
    let urls = |presentation: &Presentation| -> Vec<(String, String)> {
        presentation.renditions.iter().map(|r| (r.name.clone(), r.revision.clone())).collect()
    };
    assert_eq!(urls(&before), urls(&after));

    let mut replaced = asset();
    replaced[2].file_tag = "2".to_owned();
    let changed: Vec<_> = urls(&present(&replaced)).into_iter().filter(|url| !urls(&before).contains(url)).collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].0, "de");
}

#[test]
fn the_default_is_the_flagged_one_else_the_first_main() {
    let flagged =
        |name: &'static str| move |source: Source| with(source, move |track| track.default = track.name == name);
    let default = |sources: Vec<Source>| present(&sources).audio.iter().find(|c| c.default).unwrap().label.clone();
    assert_eq!(default(asset()), "English");
    assert_eq!(default(asset().into_iter().map(flagged("de")).collect()), "Deutsch");
    let described = asset().into_iter().map(|source| match source.track.name == "en" {
        true => with(source, |track| {
            track.default = true;
            track.roles = vec![Role::Description];
        }),
        false => source,
    });
    assert_eq!(default(described.collect()), "Deutsch", "a description is never the default");
}

#[test]
fn the_default_is_listed_first_then_language_by_language() {
    let mut sources = asset();
    sources.push(with(source("en-ad", aac(1690)), |track| {
        track.language = language("en");
        track.roles = vec![Role::Description];
    }));
    assert_eq!(labels(&present(&sources).audio), ["English", "English (Audio Description)", "Deutsch"]);
    sources[2].track.default = true;
    assert_eq!(labels(&present(&sources).audio), ["Deutsch", "English", "English (Audio Description)"]);
}

#[test]
fn two_tracks_that_nobody_told_apart_are_told_apart() {
    let mut sources = asset();
    sources.push(with(source("en-2", aac(1690)), |track| track.language = language("en")));
    let presentation = present(&sources);
    assert_eq!(labels(&presentation.audio), ["English", "English 2", "Deutsch"]);
    let autoselect: Vec<bool> = presentation.audio.iter().map(|choice| choice.autoselect).collect();
    assert_eq!(autoselect, [true, false, true], "a player cannot choose between equals by itself");
}

#[test]
fn bit_rates_and_codecs_of_one_content_are_one_line_of_the_menu() {
    let richer = {
        let samples: Vec<_> = (0..1690).map(|_| (600, 1024, 0, true)).collect();
        let edits = crate::isobmff::EditList { delay: 0, media_time: 1024, duration: None };
        super::testing::media(TrackType::Audio, 48_000, edits, &samples)
    };
    let mut surround = aac(1690);
    surround.codec.codec = Codec::Eac3;
    let english = |source| with(source, |track| track.language = language("en"));
    let surround =
        source_of(crate::track::Track::new("en-51", TrackType::Audio, "s.mp4"), Media::Coded(Arc::new(surround)));
    let mut sources = asset();
    sources.extend([english(source("en-high", richer)), english(surround)]);
    let presentation = present(&sources);
    assert_eq!(labels(&presentation.audio), ["English", "Deutsch"]);
    assert_eq!(presentation.audio[0].members.len(), 3);
}

#[test]
fn text_alone_is_shown_on_even_steps() {
    let presentation = present(&[text_source("captions", &[(0, 2000, "One"), (13_000, 14_500, "Two")])]);
    let times: Vec<u64> = presentation.renditions[0].timeline.segments.iter().map(|s| s.time).collect();
    let timescale = u64::from(presentation.renditions[0].timeline.timescale);
    assert_eq!(times, [0, 6 * timescale, 12 * timescale]);
    assert_eq!(presentation.duration, Time::from_millis(14_500));
}

#[test]
fn without_a_playable_track_there_is_nothing_to_show() {
    assert_eq!(Presentation::new(&[], SIX_SECONDS).unwrap_err(), NothingToShow);
    let hidden = asset().into_iter().map(|source| with(source, |track| track.visibility = Visibility::Hidden));
    assert_eq!(Presentation::new(&hidden.collect::<Vec<_>>(), SIX_SECONDS).unwrap_err(), NothingToShow);
}
