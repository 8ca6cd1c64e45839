//! For each rule an asset that breaks it, and one as near to it as may be that does not.

use super::stage::{LENGTH, Stage, audio, no_edits, video};
use crate::isobmff::{Codec, Colour};
use crate::presentation::testing;
use crate::text::Backwards;
use crate::track::rules::{Breach, Rule};
use crate::track::{Language, Role, Status, TrackType};
use std::time::Duration;

pub(super) struct Case {
    pub(super) rule: &'static str,
    /// The track that the finding names.
    pub(super) track: Option<&'static str>,
    /// Bends the good asset until the rule is broken.
    pub(super) bad: fn(&mut Stage),
    /// Bends it almost so.
    pub(super) near: fn(&mut Stage),
}

const fn asset(rule: &'static str, bad: fn(&mut Stage), near: fn(&mut Stage)) -> Case {
    Case { rule, track: None, bad, near }
}

const fn track(rule: &'static str, track: &'static str, bad: fn(&mut Stage), near: fn(&mut Stage)) -> Case {
    Case { rule, track: Some(track), bad, near }
}

fn language(stage: &mut Stage, name: &str, tag: &str) {
    stage.track(name).language = Some(Language::parse(tag).unwrap());
}

fn ignored(track: Option<&str>) -> Vec<Breach> {
    vec![Breach {
        rule: Rule::LanguageTag,
        track: track.map(str::to_owned),
        field: "language",
        path: "tracks[1].language".to_owned(),
        problem: "\"xx\" is not a language tag".to_owned(),
    }]
}

fn transfer(stage: &mut Stage, name: &str, transfer: u8) {
    let colour = Colour { primaries: 9, transfer, matrix: 9, full_range: false };
    stage.coded(name, |media| media.codec.video.as_mut().unwrap().colour = Some(colour));
}

fn size(stage: &mut Stage, name: &str, size: (u32, u32)) {
    stage.coded(name, |media| {
        let video = media.codec.video.as_mut().unwrap();
        (video.width, video.height) = size;
    });
}

/// All audio in another codec.
fn codec(stage: &mut Stage, codec: Codec) {
    for name in ["en", "en-description", "de"] {
        stage.coded(name, |media| media.codec.codec = codec);
    }
}

/// A video whose pictures `at` have `large` bytes, the others `small`.
fn uneven(small: u32, large: u32, at: std::ops::Range<u32>) -> crate::isobmff::MediaTrack {
    let size = |n: &u32| if at.contains(n) { large } else { small };
    let samples: Vec<testing::Described> = (0..25 * LENGTH).map(|n| (size(&n), 40, 0, n % 50 == 0)).collect();
    testing::media(TrackType::Video, 1000, no_edits(), &samples)
}

/// The good asset's cues, the last of them ending at `end` seconds.
fn cues_until(end: u64) -> Vec<(u64, u64, &'static str)> {
    (0..end / 4).map(|n| (n * 4000, n * 4000 + 4000, "x")).collect()
}

pub(super) const CASES: &[Case] = &[
    asset("document-ignored", |s| s.ignored = ignored(None), |_| {}),
    track("document-ignored", "de", |s| s.ignored = ignored(Some("de")), |_| {}),
    asset(
        "nothing-to-show",
        |s| s.tracks.iter_mut().for_each(|loaded| loaded.track.visibility = crate::track::Visibility::Hidden),
        |s| ["low", "high", "en", "en-description"].iter().for_each(|name| s.hide(name)),
    ),
    track(
        "track-unplayable",
        "de",
        |s| s.loaded("de").source = Err("the asset's folder has no file \"de.mp4\"".to_owned()),
        |s| s.remove("de"),
    ),
    track(
        "description-as-default",
        "en-description",
        |s| (s.track("en").default, s.track("en-description").default) = (false, true),
        |s| (s.track("en").default, s.track("de").default) = (false, true),
    ),
    track(
        "default-unfit",
        "de",
        |s| {
            (s.track("en").default, s.track("de").default) = (false, true);
            s.track("de").roles = vec![Role::Commentary];
        },
        |s| (s.track("en").default, s.track("de").default) = (false, true),
    ),
    track("default-unfit", "en-forced", |s| s.track("en-forced").default = true, |_| {}),
    track(
        "characteristic-of-other-type",
        "en",
        |s| s.tag("en", "public.easy-to-read"),
        |s| s.tag("de-subtitles", "public.easy-to-read"),
    ),
    track(
        "role-of-other-type",
        "en",
        |s| s.track("en").roles = vec![Role::Sign],
        |s| {
            s.track("en").roles = vec![Role::Main];
        },
    ),
    track(
        "ladder-misaligned",
        "high",
        |s| s.media("high", video(8000, 40, LENGTH)),
        |s| {
            // Twice as many key frames: the same segments.
            s.media("high", video(8000, 25, LENGTH));
        },
    ),
    track("language-missing", "de", |s| s.track("de").language = None, |s| language(s, "de", "zxx")),
    track("language-undetermined", "de", |s| language(s, "de", "und"), |s| language(s, "de", "mul")),
    track(
        "indistinct-tracks",
        "two",
        |s| s.copy("en-captions", "two"),
        |s| {
            s.copy("en-captions", "two");
            s.track("two").label = Some("English, large".to_owned());
        },
    ),
    track(
        "indistinct-tracks",
        "de-subtitles",
        |s| {
            s.track("en-captions").label = Some("Untertitel".to_owned());
            s.track("de-subtitles").label = Some("untertitel ".to_owned());
        },
        |s| {
            // In another menu.
            s.track("en").label = Some("Deutsch, 2".to_owned());
            s.track("de-subtitles").label = Some("Deutsch, 2".to_owned());
        },
    ),
    track(
        "same-media-twice",
        "de",
        |s| s.track("de").file = "en.mp4".to_owned(),
        |s| {
            s.track("de").file = "en.mp4".to_owned();
            s.coded("de", |media| media.id = 2);
        },
    ),
    asset(
        "default-audio-missing",
        |s| s.track("en").default = false,
        |s| {
            // One audio track needs no flag.
            s.track("en").default = false;
            ["de", "en-description"].iter().for_each(|name| s.remove(name));
        },
    ),
    asset("default-audio-missing", |s| s.hide("en"), |s| s.hide("de")),
    track("description-without-main", "en-description", |s| s.hide("en"), |s| language(s, "en", "en-GB")),
    track(
        "description-without-main",
        "en-description",
        |s| s.hide("en"),
        |s| {
            // The plain audio may well be English.
            s.track("en").language = None;
        },
    ),
    track("forced-without-audio", "en-forced", |s| language(s, "en-forced", "fr"), |s| language(s, "en-forced", "de")),
    track(
        "forced-not-in-subtitles",
        "en-forced",
        |s| s.text("en-forced", &[(3200, 3800, "between two cues")]),
        |s| s.text("en-forced", &[(2900, 3800, "x")]),
    ),
    track(
        "unknown-characteristic",
        "de",
        |s| s.tag("de", "public.accessibility.describes-spoken-dialog"),
        |s| s.tag("de", "com.example.mix"),
    ),
    track(
        "words-contradict",
        "en-description",
        |s| s.track("en-description").roles.push(Role::Main),
        |s| {
            // As Azure wrote it.
            s.track("en-description").roles = vec![Role::Alternate];
            s.tag("en-description", "public.accessibility.describes-video");
        },
    ),
    track(
        "words-contradict",
        "de-subtitles",
        |s| {
            s.track("de-subtitles").roles = vec![Role::Subtitle];
            s.tag("de-subtitles", "public.accessibility.transcribes-spoken-dialog");
        },
        |s| {
            s.track("de-subtitles").roles = vec![Role::Caption];
            s.tag("de-subtitles", "public.accessibility.transcribes-spoken-dialog");
        },
    ),
    track(
        "words-contradict",
        "en-forced",
        |s| s.track("en-forced").roles = vec![Role::Caption],
        |s| {
            s.track("en-forced").roles = vec![Role::ForcedSubtitle];
        },
    ),
    track("forced-without-cues", "en-forced", |s| s.text("en-forced", &[]), |s| s.text("de-subtitles", &[])),
    track("captions-without-cues", "de-subtitles", |s| s.text("de-subtitles", &[]), |s| s.text("en-forced", &[])),
    track(
        "captions-end-early",
        "en-captions",
        |s| s.text("en-captions", &cues_until(68)),
        |s| s.text("en-captions", &cues_until(72)),
    ),
    track(
        "caption-faults",
        "de-subtitles",
        |s| s.captions("de-subtitles", |text| text.warnings.push("line 3: cue left out".to_owned())),
        |_| {},
    ),
    track(
        "cues-past-end",
        "de-subtitles",
        |s| s.captions("de-subtitles", |text| text.cues.last_mut().unwrap().start = 100_000),
        |s| s.captions("de-subtitles", |text| text.cues.last_mut().unwrap().start = 99_900),
    ),
    track(
        "cues-backwards",
        "de-subtitles",
        |s| s.captions("de-subtitles", |text| text.backwards = Some(Backwards { count: 2, first: 5000 })),
        |_| {},
    ),
    track(
        "length-differs",
        "de",
        |s| s.media("de", audio(340, LENGTH - 2)),
        |s| {
            s.media("de", audio(340, LENGTH + 1));
        },
    ),
    track(
        "length-differs",
        "high",
        |s| s.media("high", video(8000, 50, LENGTH + 2)),
        |s| {
            s.media("high", video(8000, 50, LENGTH + 1));
        },
    ),
    track(
        "start-offset",
        "de",
        |s| s.coded("de", |media| media.edits.delay = 24_000),
        |s| s.coded("de", |media| media.edits.delay = 2048),
    ),
    track(
        "bit-rate-gap",
        "high",
        |s| s.media("high", video(12_500, 50, LENGTH)),
        |s| {
            s.media("high", video(11_500, 50, LENGTH));
        },
    ),
    track("aspect-ratio", "high", |s| size(s, "high", (960, 720)), |s| size(s, "high", (426, 240))),
    track(
        "bit-rate-gap",
        "high",
        |s| s.media("high", video(12_500, 50, LENGTH)),
        |s| {
            // A ladder of its own.
            s.media("high", video(12_500, 50, LENGTH));
            transfer(s, "high", 16);
        },
    ),
    asset(
        "hdr-without-sdr",
        |s| ["low", "high"].iter().for_each(|name| transfer(s, name, 16)),
        |s| transfer(s, "high", 16),
    ),
    track(
        "parameter-sets-in-band",
        "high",
        |s| s.coded("high", |media| media.codec.string = "hev1.1.6.L93.90".to_owned()),
        |s| s.coded("high", |media| media.codec.string = "hvc1.1.6.L93.90".to_owned()),
    ),
    asset(
        "no-stereo-aac",
        |s| codec(s, Codec::Ac3),
        |s| {
            codec(s, Codec::Ac3);
            s.coded("en", |media| media.codec.codec = Codec::Aac);
        },
    ),
    asset(
        "no-stereo-aac",
        |s| {
            ["en", "de"].iter().for_each(|name| s.coded(name, |media| media.codec.audio.as_mut().unwrap().channels = 6))
        },
        |_| {},
    ),
    track("audio-bit-rate", "de", |s| s.media("de", audio(140, LENGTH)), |s| s.media("de", audio(200, LENGTH))),
    asset("file-unusable", |s| s.unusable = vec![("broken.mp4".to_owned(), "it has no tracks".to_owned())], |_| {}),
    track(
        "track-preparing",
        "de",
        |s| {
            s.track("de").status = Status::Preparing;
            s.loaded("de").source = Err("it is being prepared".to_owned());
        },
        |s| {
            s.track("de").status = Status::Error("ffmpeg failed".to_owned());
            s.loaded("de").source = Err("ffmpeg failed".to_owned());
        },
    ),
    asset("document-passed-over", |s| s.passed_over = vec!["a.ism".to_owned()], |_| {}),
    asset("file-unused", |s| s.unused = vec!["fr.vtt".to_owned()], |_| {}),
    track(
        "language-differs",
        "de",
        |s| s.source("de").file_language = Language::parse("en").unwrap(),
        |s| s.source("de").file_language = Language::parse("de-AT").unwrap(),
    ),
    track(
        "indistinct-to-players",
        "two",
        |s| {
            s.copy("en", "two");
            (s.track("two").default, s.track("two").label) = (false, Some("Director's cut".to_owned()));
        },
        |s| {
            s.copy("en", "two");
            (s.track("two").default, s.track("two").label) = (false, Some("Director's cut".to_owned()));
            s.track("two").roles = vec![Role::Commentary];
        },
    ),
    track(
        "captions-without-audio",
        "de-subtitles",
        |s| {
            s.track("de-subtitles").roles = vec![Role::Caption];
            language(s, "de-subtitles", "fr");
        },
        |s| language(s, "de-subtitles", "fr"),
    ),
    track(
        "text-as-default",
        "de-subtitles",
        |s| s.track("de-subtitles").default = true,
        |s| {
            s.track("de-subtitles").default = true;
            s.hide("de-subtitles");
        },
    ),
    asset(
        "no-audio",
        |s| ["en", "en-description", "de"].iter().for_each(|name| s.hide(name)),
        |s| {
            ["en-description", "de"].iter().for_each(|name| s.hide(name));
        },
    ),
    track(
        "not-in-hls",
        "high",
        |s| s.track("high").roles = vec![Role::Sign],
        |s| {
            s.track("high").roles = vec![Role::Sign, Role::Main];
        },
    ),
    track(
        "cues-overlap",
        "en-captions",
        |s| s.captions("en-captions", |text| text.cues[0].end = 4100),
        |s| s.captions("en-captions", |text| text.cues[0].end = 4040),
    ),
    track(
        "cues-overlap",
        "en-captions",
        |s| s.captions("en-captions", |text| text.cues[1].start = 1000),
        |s| {
            s.captions("en-captions", |text| {
                text.cues[1].start = 1000;
                text.cues[1].settings = "line:0".to_owned();
            });
        },
    ),
    track(
        "bit-rate-near",
        "high",
        |s| {
            s.media("high", video(4100, 50, LENGTH));
            size(s, "high", (640, 360));
        },
        |s| s.media("high", video(6000, 50, LENGTH)),
    ),
    track("one-bit-rate", "low", |s| s.hide("high"), |_| {}),
    track(
        "peak-bit-rate",
        "low",
        |s| s.media("low", uneven(4000, 10_000, 300..600)),
        |s| {
            s.media("low", uneven(4000, 7500, 300..600));
        },
    ),
    track(
        "key-frames-far",
        "low",
        |s| s.media("low", video(4000, 75, LENGTH)),
        |s| {
            s.media("low", video(4000, 52, LENGTH));
        },
    ),
    track(
        "segments-long",
        "low",
        |s| s.media("low", video(4000, 250, LENGTH)),
        |s| {
            s.media("low", video(4000, 250, LENGTH));
            s.asset.segment_duration = Some(Duration::from_secs(10));
        },
    ),
    track(
        "frame-rate-high",
        "high",
        |s| {
            let samples: Vec<testing::Described> = (0..120 * LENGTH).map(|n| (1600, 1, 0, n % 240 == 0)).collect();
            s.media("high", testing::media(TrackType::Video, 120, no_edits(), &samples));
        },
        |s| {
            let samples: Vec<testing::Described> = (0..60 * LENGTH).map(|n| (3200, 1, 0, n % 120 == 0)).collect();
            s.media("high", testing::media(TrackType::Video, 60, no_edits(), &samples));
        },
    ),
    asset(
        "no-ac-3",
        |s| codec(s, Codec::Eac3),
        |s| {
            codec(s, Codec::Eac3);
            s.coded("de", |media| media.codec.codec = Codec::Ac3);
        },
    ),
];
