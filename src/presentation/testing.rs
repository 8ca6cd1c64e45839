//! Tracks made of numbers, for tests of timing.

use super::{Grid, Media, Source};
use crate::isobmff::{AudioFacts, Codec, CodecFacts, EditList, MediaTrack, Sample, SampleIndexBuilder, VideoFacts};
use crate::text::{Captions, Cue};
use crate::track::{Language, Track, TrackType};
use bytes::Bytes;
use std::time::Duration;

/// A sample as tests describe it: size, duration, composition offset, sync.
pub(crate) type Described = (u32, u32, i32, bool);

pub(crate) fn media(track_type: TrackType, timescale: u32, edits: EditList, samples: &[Described]) -> MediaTrack {
    media_from(track_type, timescale, edits, 0, samples)
}

/// As [`media`], with decode times that start at `decode_time`.
pub(crate) fn media_from(
    track_type: TrackType,
    timescale: u32,
    edits: EditList,
    mut decode_time: u64,
    samples: &[Described],
) -> MediaTrack {
    let (mut builder, mut offset) = (SampleIndexBuilder::default(), 1000);
    for &(size, duration, composition_offset, sync) in samples {
        builder.push(Sample { offset, size, decode_time, duration, composition_offset, sync });
        offset += u64::from(size);
        decode_time += u64::from(duration);
    }
    let video = VideoFacts { width: 640, height: 360, pixel_aspect: (1, 1), colour: None, nal_length_size: 4 };
    let audio = AudioFacts { channels: 2, sample_rate: 48_000, dolby_channels: None, joint_objects: None };
    let (codec, string) = match track_type {
        TrackType::Video => (Codec::Avc, "avc1.64001e"),
        _ => (Codec::Aac, "mp4a.40.2"),
    };
    MediaTrack {
        id: 1,
        track_type,
        timescale,
        language: None,
        enabled: true,
        label: None,
        kinds: Vec::new(),
        sample_entry: Bytes::from_static(b"\0\0\0\x08avc1"),
        codec: CodecFacts {
            codec,
            string: string.to_owned(),
            supplemental: None,
            video: (track_type == TrackType::Video).then_some(video),
            audio: (track_type == TrackType::Audio).then_some(audio),
        },
        edits,
        samples: builder.finish(),
    }
}

/// Constant frame rate video with two B-frames between references, as encoders make it: `gop` frames from one key
/// frame to the next, `frames` in all, each of `duration` ticks; composition offsets are never negative.
pub(crate) fn video_with_b_frames(timescale: u32, duration: u32, gop: u32, frames: u32) -> MediaTrack {
    let delay = 2 * duration as i32;
    // Decode order I P B B P B B …: a P is shown after the two that follow it.
    let offset = |place: u32| match place % gop {
        0 => delay,
        n if (n - 1) % 3 == 0 && place % gop + 2 < gop => delay + 2 * duration as i32,
        n if (n - 1) % 3 == 0 => delay,
        n if place % gop - (n - 1) % 3 + 2 < gop => delay - duration as i32,
        _ => delay,
    };
    let samples: Vec<Described> = (0..frames)
        .map(|place| (if place % gop == 0 { 9000 } else { 700 + place % 7 }, duration, offset(place), place % gop == 0))
        .collect();
    let edits = EditList { delay: 0, media_time: u64::from(2 * duration), duration: None };
    media(TrackType::Video, timescale, edits, &samples)
}

/// AAC with 1,024 samples of priming, `frames` frames.
pub(crate) fn aac(frames: u32) -> MediaTrack {
    let samples: Vec<Described> = (0..frames).map(|place| (300 + place % 5, 1024, 0, true)).collect();
    media(TrackType::Audio, 48_000, EditList { delay: 0, media_time: 1024, duration: None }, &samples)
}

pub(crate) fn source(name: &str, media: MediaTrack) -> Source {
    let track = Track::new(name, media.track_type, format!("{name}.mp4"));
    source_of(track, media.into())
}

pub(crate) fn text_source(name: &str, cues: &[(u64, u64, &str)]) -> Source {
    let cue = |&(start, end, payload): &(u64, u64, &str)| Cue {
        id: None,
        start,
        end,
        settings: String::new(),
        payload: payload.to_owned(),
    };
    let captions = Captions { cues: cues.iter().map(cue).collect(), ..Captions::default() };
    source_of(Track::new(name, TrackType::Text, format!("{name}.vtt")), captions.into())
}

pub(crate) fn source_of(track: Track, media: Media) -> Source {
    Source { track, file_language: Language::und(), file_tag: "1".to_owned(), file_size: 1, media, on_file_clock: true }
}

pub(crate) const SIX_SECONDS: Duration = Duration::from_secs(6);

/// The boundaries of a grid up to `end` milliseconds, in seconds.
pub(crate) fn seconds(grid: &Grid, end: u64) -> Vec<f64> {
    grid.cuts(super::Time::from_millis(end)).map(|cut| cut.seconds()).collect()
}
