//! Presentation times, sample by sample: what a player computes from our segments beside what ffprobe says of the source
//! (`tests/media/packets.py`). A packager that is some frames out with B-frames or edit lists fails here.

use crate::player::{Played, Player, source};
use std::collections::BTreeMap;
use std::time::Duration;

/// A line of a packet table.
struct Packet {
    /// Presentation time after the edit list, in the stream's time base; `None` where it is not presented.
    shown: Option<i64>,
    decode_time: i64,
    size: usize,
    key: bool,
    crc: u32,
}

/// A stream of a packet table, in decode order.
struct Stream {
    kind: String,
    timescale: i64,
    packets: Vec<Packet>,
}

impl Stream {
    fn shown(&self) -> impl Iterator<Item = i64> + '_ {
        self.packets.iter().filter_map(|packet| packet.shown)
    }

    /// Seconds of the first moment that is presented.
    fn start(&self) -> f64 {
        self.shown().min().unwrap_or(0).max(0) as f64 / self.timescale as f64
    }
}

/// By stream index: MP4 track id less one, in files that ffmpeg wrote.
fn packet_table(name: &str) -> BTreeMap<u32, Stream> {
    let table = std::fs::read_to_string(source(&format!("{name}.packets.csv"))).unwrap();
    let mut streams = BTreeMap::new();
    for line in table.lines() {
        let stream = line.strip_prefix("# ").map(|stream| stream.split(',').collect::<Vec<_>>());
        if let Some(stream) = stream {
            let timescale = stream[3].strip_prefix("1/").unwrap().parse().unwrap();
            let stream_of = |kind: &str| Stream { kind: kind.to_owned(), timescale, packets: Vec::new() };
            streams.insert(stream[0].parse().unwrap(), stream_of(stream[1]));
            continue;
        }
        let fields: Vec<&str> = line.split(',').collect();
        let packet = Packet {
            shown: (!fields[1].is_empty()).then(|| fields[1].parse().unwrap()),
            decode_time: fields[2].parse().unwrap(),
            size: fields[3].parse().unwrap(),
            key: fields[4] == "K",
            crc: u32::from_str_radix(fields[5], 16).unwrap(),
        };
        streams.get_mut(&fields[0].parse().unwrap()).unwrap().packets.push(packet);
    }
    streams
}

/// Compares what is played of one stream with what the source has. `origin` is the source's time of our zero, in
/// seconds.
fn compare(name: &str, stream: &Stream, played: &Played, origin: f64) {
    let timescale = i64::from(played.timescale);
    assert_eq!(stream.timescale, timescale, "{name}: the source's timescale is kept");
    let zero = (origin * timescale as f64).round() as i64;
    let crcs: Vec<u32> = played.samples.iter().map(|sample| sample.crc()).collect();
    let first = stream.packets.windows(crcs.len()).position(|run| run.iter().map(|p| p.crc).eq(crcs.iter().copied()));
    let first = first.unwrap_or_else(|| panic!("{name}: the samples are a run of the source's, each once, in order"));
    let run = &stream.packets[first..first + crcs.len()];
    assert!(stream.packets[..first].iter().all(|packet| packet.shown.is_none_or(|shown| shown < zero)));
    assert!(
        stream.packets[first + crcs.len()..].iter().all(|packet| packet.shown.is_none()),
        "{name}: the end is there"
    );
    let last_shown = run.iter().rposition(|packet| packet.shown.is_some()).unwrap();
    assert_eq!(last_shown, run.len() - 1, "{name}: nothing after the last sample that is shown");

    // ffprobe rounds delays to the movie's timescale in its own way: within a tick of that, a millisecond.
    let mut starts = false;
    for (number, (packet, sample)) in run.iter().zip(&played.samples).enumerate() {
        assert_eq!((packet.size, packet.key), (sample.data.len(), sample.sync), "{name}: sample {number}");
        match packet.shown {
            Some(shown) => {
                let off = (shown - zero) - sample.shown;
                assert!(off.abs() * 1000 <= timescale, "{name}: sample {number} of {} is {off} ticks out", stream.kind);
                if origin == 0.0 && !name.starts_with("late-") {
                    assert_eq!(off, 0, "{name}: sample {number} of {}", stream.kind);
                }
                starts = true;
            }
            // What is decoded only for what follows lies before zero; what ends late, after a picture that is shown.
            None => assert!(starts || sample.shown < 0, "{name}: sample {number} is shown at {}", sample.shown),
        }
    }
    for (packets, samples) in run.windows(2).zip(played.samples.windows(2)) {
        let ours = samples[1].decode_time - samples[0].decode_time;
        assert_eq!(
            packets[1].decode_time - packets[0].decode_time,
            ours as i64,
            "{name}: decode times keep their steps"
        );
    }
}

/// Segments start when their URLs say, and with a sync sample. Each is where a player looks for it that has only the
/// EXTINF before it, summed up from zero; the first includes the wait before a track that starts late.
fn check_segments(name: &str, played: &Played) {
    let mut sum = 0.0;
    for (place, segment) in played.segments.iter().enumerate() {
        let samples = &played.samples[segment.first_sample..][..segment.sample_count];
        let earliest = samples.iter().map(|sample| sample.shown).min().unwrap().max(0);
        assert_eq!(segment.time as i64, earliest, "{name}: segment {place}");
        assert!(samples[0].sync);
        let off = (played.seconds(earliest) - sum).abs();
        assert!(place == 0 || off < 0.0005, "{name}: EXTINF up to segment {place}");
        sum += segment.duration;
    }
    let end = played.samples.iter().map(|sample| sample.shown + i64::from(sample.duration)).max().unwrap();
    assert!((played.seconds(end) - sum).abs() < 0.0005, "{name}: EXTINF to the end");
}

async fn check(name: &str, target: Duration) {
    let player = Player::of(name, target);
    let asset = player.asset().await;
    let presentation = asset.presentation.as_ref().unwrap();
    let table = packet_table(name);
    let played_streams = || {
        presentation.renditions.iter().filter_map(|rendition| {
            let id = rendition.media.coded()?.id;
            Some((rendition, &table[&(id - 1)]))
        })
    };
    let origin = played_streams().map(|(_, stream)| stream.start()).fold(f64::INFINITY, f64::min);
    let (mut video, mut starts) = (None, Vec::new());
    for (rendition, stream) in played_streams() {
        let played = player.play(&rendition.name).await;
        compare(name, stream, &played, origin);
        check_segments(name, &played);
        let announced = rendition.layout().segments;
        assert!(played.segments.iter().map(|segment| segment.bytes).eq(announced), "{name}: announced sizes");
        starts.push(played.segments[0].time);
        match stream.kind.as_str() {
            "video" => video = Some(played),
            _ => {
                if let Some(video) = &video {
                    audio_follows_video(name, video, &played);
                }
            }
        }
    }
    assert!(starts.contains(&0), "{name}: the presentation starts at zero");
}

/// Every boundary of the audio lies within a frame after the video's.
fn audio_follows_video(name: &str, video: &Played, audio: &Played) {
    let boundaries = |played: &Played| -> Vec<f64> {
        played.segments.iter().skip(1).map(|segment| played.seconds(segment.time as i64)).collect()
    };
    let (video_boundaries, audio_boundaries) = (boundaries(video), boundaries(audio));
    let frame = audio.seconds(i64::from(audio.samples[0].duration.max(audio.samples[1].duration)));
    for boundary in video_boundaries {
        let last = audio.samples.last().unwrap();
        if boundary >= audio.seconds(last.shown) {
            continue;
        }
        let late = |cut: &f64| (-0.001..frame).contains(&(cut - boundary));
        assert!(audio_boundaries.iter().any(late), "{name}: no audio boundary at {boundary}: {audio_boundaries:?}");
    }
}

macro_rules! sources {
    ($($test:ident: $file:literal,)*) => {
        $(
            #[tokio::test]
            async fn $test() {
                for target in [1, 2, 6] {
                    check($file, Duration::from_secs(target)).await;
                }
            }
        )*

        #[test]
        fn no_source_is_left_out() {
            let tested = [$($file),*];
            for entry in std::fs::read_dir(source("")).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                let is_media = name.ends_with(".mp4") || name.ends_with(".mov");
                assert!(!is_media || tested.contains(&name.as_str()), "{name}");
            }
        }
    };
}

sources! {
    two_b_frames: "avc-aac.mp4",
    moov_last: "moov-last.mp4",
    chunk_offsets_of_64_bits: "co64.mp4",
    compact_sample_sizes: "stz2.mp4",
    quicktime: "quicktime.mov",
    fragments_without_edit_list: "fragmented-empty-moov.mp4",
    fragments_with_sidx: "fragmented-sidx.mp4",
    fragments_of_several_runs: "fragmented-runs.mp4",
    fragments_with_decode_times_of_32_bits: "fragmented-tfdt32.mp4",
    video_that_starts_late: "late-video.mp4",
    audio_that_starts_late: "late-audio.mp4",
    a_key_frame_before_the_start: "trimmed.mp4",
    an_early_end: "ends-early.mp4",
    an_open_group_of_pictures: "hevc-open-gop.mp4",
    parameter_sets_in_the_samples: "hev1.mp4",
    av1: "av1.mp4",
    vp9: "vp9.mp4",
    ntsc: "ntsc.mp4",
    a_variable_frame_rate: "variable-rate.mp4",
    what_is_left_beside_an_unknown_codec: "unknown-codec.mp4",
    no_captions: "no-captions.mp4",
    captions_in_field_1: "captions-avc-1.mp4",
    captions_in_both_fields: "captions-avc-12.mp4",
    captions_and_padding: "captions-avc-1p.mp4",
    digital_captions: "captions-avc-d.mp4",
    captions_in_hevc: "captions-hevc-12d.mp4",
    he_aac: "he-aac.mp4",
    mp3: "mp3.mp4",
    ac_3: "ac-3.mp4",
    e_ac_3: "ec-3.mp4",
    opus: "opus.mp4",
    flac: "flac.mp4",
    quicktime_sound_1: "quicktime-sound-1.mov",
    quicktime_sound_2: "quicktime-sound-2.mov",
    two_languages: "two-languages.mp4",
    timed_text: "tx3g.mp4",
}
