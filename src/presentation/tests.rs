//! What is shown of an asset, and what an edit may and may not change.

use super::grid::MOST_STEPS;
use super::testing::{SIX_SECONDS, aac, source, source_of, text_source, video_with_b_frames};
use super::*;
use crate::isobmff::{Codec, EditList, MediaTrack};
use crate::track::{Language, Role, Visibility};
use proptest::prelude::*;
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
    let surround = source_of(crate::track::Track::new("en-51", TrackType::Audio, "s.mp4"), surround.into());
    let mut sources = asset();
    sources.extend([english(source("en-high", richer)), english(surround)]);
    let presentation = present(&sources);
    assert_eq!(labels(&presentation.audio), ["English", "Deutsch"]);
    assert_eq!(presentation.audio[0].members.len(), 3);
}

#[test]
fn text_has_new_urls_where_the_asset_ends_elsewhere() {
    let ending = |frames| {
        let mut sources = asset();
        sources[2] = with(source("de", aac(frames)), |track| track.language = language("de"));
        present(&sources)
    };
    let (long, longer) = (ending(2000), ending(2600));
    for (before, after) in long.renditions.iter().zip(&longer.renditions) {
        let segments = |rendition: &Rendition| rendition.timeline.segments.clone();
        // The file's tag is the same here, so that only what an audio file does to the others is seen.
        if before.name != "de" {
            assert_eq!(before.revision == after.revision, segments(before) == segments(after), "{}", before.name);
            assert_eq!(before.imsc_revision == after.imsc_revision, segments(before) == segments(after));
        }
    }
    let captions = |presentation: &Presentation| presentation.rendition("captions").unwrap().revision.clone();
    assert_ne!(captions(&long), captions(&longer));
}

#[test]
fn a_track_that_cannot_be_shown_is_left_out_with_the_reason() {
    let media =
        |samples: &[super::testing::Described], edits| super::testing::media(TrackType::Video, 1000, edits, samples);
    let unsynchronised = media(&[(100, 40, 0, false); 50], EditList::default());
    let cut_away = media(&[(100, 40, 0, true); 50], EditList { duration: Some(0), ..EditList::default() });
    let mut sources = asset();
    sources.extend([source("unsynchronised", unsynchronised), source("cut-away", cut_away)]);
    let left_out = |sources: &[Source]| -> Vec<(String, Unplayable)> {
        present(sources).left_out.into_iter().map(|left| (left.track, left.reason)).collect()
    };
    let expected = [("unsynchronised", Unplayable::NoSyncSample), ("cut-away", Unplayable::NothingShown)]
        .map(|(n, r)| (n.to_owned(), r));
    assert_eq!(left_out(&sources), expected);
    let alone = Presentation::new(&sources[4..5], SIX_SECONDS).unwrap_err();
    assert_eq!(alone.left_out.len(), 1, "also where nothing else is there");
    let hidden = sources.into_iter().map(|source| {
        with(source, |track| {
            if track.name == "cut-away" {
                track.visibility = Visibility::Hidden;
            }
        })
    });
    assert_eq!(left_out(&hidden.collect::<Vec<_>>()), expected[..1], "nobody misses what is hidden");
}

#[test]
fn what_lies_beyond_a_month_is_not_shown() {
    const HOUR: u64 = 3_600_000;
    let late = text_source("late", &[(999_999 * HOUR, 999_999 * HOUR + 1000, "Late")]);
    let alone = Presentation::new(std::slice::from_ref(&late), SIX_SECONDS).unwrap_err();
    assert_eq!(alone.left_out, [LeftOut { track: "late".to_owned(), reason: Unplayable::TooLate(41_666) }]);
    let until_the_end = text_source("open", &[(0, 999_999 * HOUR, "Always")]);
    let presentation = present(&[late, until_the_end, text_source("short", &[(0, 1000, "Once")])]);
    assert_eq!(presentation.duration, Time::LONGEST);
    let [open, short] = &presentation.renditions[..] else { panic!("two are shown") };
    assert!(open.timeline.segments.len() <= 100_001);
    assert!(Arc::ptr_eq(&open.timeline, &short.timeline), "however many, they are held once");
    // Recorded at another time than the other: their clocks do not belong together.
    let samples = [(100, 512, 0, true); 50];
    let recorded =
        super::testing::media_from(TrackType::Video, 12_800, EditList::default(), 90 * 86_400 * 12_800, &samples);
    let presentation = present(&[source("video", video()), source("recorded", recorded)]);
    assert_eq!(presentation.left_out[0].reason, Unplayable::TooLate(90));
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
    let nothing = NothingToShow { left_out: Vec::new() };
    assert_eq!(Presentation::new(&[], SIX_SECONDS).unwrap_err(), nothing);
    let hidden = asset().into_iter().map(|source| with(source, |track| track.visibility = Visibility::Hidden));
    assert_eq!(Presentation::new(&hidden.collect::<Vec<_>>(), SIX_SECONDS).unwrap_err(), nothing);
}

/// Times as a damaged file has them: small, at the edges, or anything up to `most`.
fn wild(most: u64) -> impl Strategy<Value = u64> {
    let edges = [0, 1, 90_000, u64::from(u32::MAX), 1 << 40, 1 << 62].map(|edge| edge.min(most));
    prop_oneof![0u64..5000, prop::sample::select(edges.to_vec()), 0..=most]
}

prop_compose! {
    fn wild_source(name: &'static str, track_type: TrackType)(
        timescale in prop_oneof![Just(1u32), Just(90_000), Just(u32::MAX), 1..=u32::MAX],
        start in wild(1 << 62),
        (delay, media_time) in (wild(1 << 54), wild(1 << 40)),
        duration in prop::option::of(wild(1 << 62)),
        samples in prop::collection::vec(
            (0u32..5000, wild(u64::from(u32::MAX)), prop_oneof![-3000i32..3000, any::<i32>()], any::<bool>()),
            1..40,
        ),
    ) -> Source {
        let samples: Vec<_> = samples
            .into_iter()
            .map(|(size, duration, offset, sync)| (size, duration as u32, offset, sync))
            .collect();
        let edits = EditList { delay, media_time, duration };
        source(name, super::testing::media_from(track_type, timescale, edits, start, &samples))
    }
}

proptest! {
    /// Whatever times files claim, what is made of them is bounded, and soon made.
    #[test]
    fn no_time_costs_more_than_its_bytes(
        video in prop::option::of(wild_source("video", TrackType::Video)),
        audio in prop::option::of(wild_source("audio", TrackType::Audio)),
        cues in prop::collection::vec((wild(3_600_000 * 999_999), wild(3_600_000)), 0..5),
        target in 1u64..=60,
    ) {
        let mut cues: Vec<_> = cues.into_iter().map(|(start, length)| (start, start + length + 1, "x")).collect();
        cues.sort();
        let text = text_source("text", &cues);
        let sources: Vec<Source> = video.into_iter().chain(audio).chain([text]).collect();
        let begin = std::time::Instant::now();
        let presentation = Presentation::new(&sources, Duration::from_secs(target));
        prop_assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
        let Ok(presentation) = presentation else { return Ok(()) };
        prop_assert!(presentation.duration <= Time::LONGEST);
        for rendition in &presentation.renditions {
            let segments = &rendition.timeline.segments;
            // A segment for each sample that may start one, and past the last of them for each even step.
            prop_assert!(segments.len() as u64 <= 2 * 40 + MOST_STEPS + 2, "{} segments", segments.len());
            prop_assert!(segments.windows(2).all(|pair| pair[0].end() == pair[1].time));
        }
    }
}
