//! Captions at their times, to the millisecond: from every form they come in, through every form they are served in.

use crate::player::{Played, Player, segments_of, source};
use std::collections::BTreeMap;
use std::time::Duration;

/// Start and end in milliseconds, and the words.
type Cue = (u64, u64, String);

const SECOND: Duration = Duration::from_secs(1);

/// The first at the very start; one over a boundary; one that is `tx3g.mp4`'s; one in the last millisecond.
const VTT: &str = "WEBVTT\n\n00:00.000 --> 00:00.001\nZero\n\n00:00.250 --> 00:01.125\nOne\n\n\
                   00:01.900 --> 00:03.007\nTwo\n\n00:03.999 --> 00:04.000\nLast\n";
const SRT: &str = "1\n00:00:00,000 --> 00:00:00,001\nZero\n\n2\n00:00:00,250 --> 00:00:01,125\nOne\n\n\
                   3\n00:00:01,900 --> 00:00:03,007\nTwo\n\n4\n00:00:03,999 --> 00:00:04,000\nLast\n";
const TTML: &str = r#"<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xml:lang="en"
    ttp:timeBase="media"><body><div>
    <p begin="0s" end="0.001s">Zero</p><p begin="250ms" end="00:00:01.125">One</p>
    <p begin="1.9s" dur="1107ms">Two</p><p begin="3.999s" end="4s">Last</p></div></body></tt>"#;

fn cues() -> Vec<Cue> {
    [(0, 1, "Zero"), (250, 1125, "One"), (1900, 3007, "Two"), (3999, 4000, "Last")]
        .map(|(start, end, words)| (start, end, words.to_owned()))
        .to_vec()
}

/// `hh:mm:ss.mmm` in milliseconds.
fn millis(time: &str) -> u64 {
    let (clock, fraction) = time.trim().rsplit_once('.').unwrap();
    let seconds = clock.split(':').fold(0, |sum, part| sum * 60 + part.parse::<u64>().unwrap());
    seconds * 1000 + fraction.parse::<u64>().unwrap()
}

/// The cues of a WebVTT segment.
fn read_webvtt(segment: &str) -> Vec<Cue> {
    let lines: Vec<&str> = segment.lines().collect();
    let cue = |pair: &[&str]| {
        let (start, end) = pair[0].split_once(" --> ")?;
        Some((millis(start), millis(end.split(' ').next()?), pair[1].to_owned()))
    };
    lines.windows(2).filter_map(cue).collect()
}

/// Plays the one text track of an asset as WebVTT; every segment must have the cues that are shown during it, no others.
async fn play_webvtt(player: &Player) -> Vec<Cue> {
    let asset = player.asset().await;
    let presentation = asset.presentation.as_ref().unwrap();
    let text = presentation.lead(&presentation.text[0]).name.clone();
    let playlist = player.text(&format!("{text}.m3u8")).await;
    let (mut start, mut found, mut windows) = (0.0, Vec::new(), Vec::new());
    for (duration, uri) in segments_of(&playlist) {
        let segment = player.text(&uri).await;
        assert!(segment.starts_with("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n"), "{segment}");
        windows.push((start * 1000.0, (start + duration) * 1000.0, read_webvtt(&segment)));
        start += duration;
    }
    for (_, _, cues) in &windows {
        for cue in cues {
            if !found.contains(cue) {
                found.push(cue.clone());
            }
        }
    }
    for (start, end, cues) in &windows {
        let due: Vec<&Cue> = found.iter().filter(|(a, b, _)| (*a as f64) < *end && *b as f64 > *start).collect();
        assert_eq!(cues.iter().collect::<Vec<_>>(), due, "from {start} to {end}");
    }
    found
}

/// A text file beside video of four seconds.
fn beside_video(name: &str, content: impl Into<Vec<u8>>) -> Player {
    let video = std::fs::read(source("avc-aac.mp4")).unwrap();
    Player::of_files(&[("video.mp4", video), (name, content.into())], SECOND)
}

#[tokio::test]
async fn every_caption_file_keeps_its_times() {
    for (name, content) in [("en.vtt", VTT), ("en.srt", SRT), ("en.ttml", TTML)] {
        assert_eq!(play_webvtt(&beside_video(name, content)).await, cues(), "{name}");
    }
}

#[tokio::test]
async fn timed_text_in_mp4_keeps_its_times() {
    assert_eq!(play_webvtt(&Player::of("tx3g.mp4", SECOND)).await, cues()[1..3]);
}

/// The forms of text in MP4, by sample entry.
#[derive(Clone, Copy)]
enum Form {
    Wvtt,
    Stpp,
}

/// Plays the text of an asset in MP4, as DASH has it, and gives the bytes of the whole track.
async fn play_mp4(player: &Player, form: Form) -> (Played, Vec<u8>) {
    let asset = player.asset().await;
    let presentation = asset.presentation.as_ref().unwrap();
    let text = presentation.lead(&presentation.text[0]);
    let revision = match form {
        Form::Wvtt => &text.revision,
        Form::Stpp => text.imsc_revision.as_ref().unwrap(),
    };
    let folder = format!("media/{}/{revision}", text.name);
    let init = player.get(&format!("{folder}/init.mp4")).await;
    let mut file = init.to_vec();
    let mut played = Played::new(init);
    for segment in &text.timeline.segments {
        let bytes = player.get(&format!("{folder}/{}.m4s", segment.time)).await;
        let duration = segment.duration as f64 / f64::from(text.timeline.timescale);
        played.add_segment(segment.time, duration, &bytes);
        file.extend_from_slice(&bytes);
        let samples = &played.samples[played.segments.last().unwrap().first_sample..];
        assert_eq!(samples[0].decode_time, segment.time);
        let total: u64 = samples.iter().map(|sample| u64::from(sample.duration)).sum();
        assert_eq!(total, segment.duration, "the samples fill their segment");
    }
    (played, file)
}

#[tokio::test]
async fn wvtt_samples_show_each_cue_at_its_time() {
    let (played, _) = play_mp4(&beside_video("en.vtt", VTT), Form::Wvtt).await;
    assert_eq!(&played.sample_entry(), b"wvtt");
    // When each word is on the screen, joined where a cue goes on in the next sample or segment.
    let mut shown: BTreeMap<&str, Vec<(u64, u64)>> = BTreeMap::new();
    for sample in &played.samples {
        let (start, end) = (sample.decode_time, sample.decode_time + u64::from(sample.duration));
        for words in ["Zero", "One", "Two", "Last"] {
            if sample.data.windows(words.len()).any(|bytes| bytes == words.as_bytes()) {
                let times = shown.entry(words).or_default();
                match times.last_mut() {
                    Some(last) if last.1 == start => last.1 = end,
                    _ => times.push((start, end)),
                }
            }
        }
        assert!(matches!(&sample.data[4..8], b"vtte" | b"vttc"));
    }
    let in_millis = |ticks: u64| ticks as f64 * 1000.0 / f64::from(played.timescale);
    for (start, end, words) in cues() {
        let [(first, last)] = shown[words.as_str()][..] else { panic!("{words} is shown once") };
        assert!((in_millis(first) - start as f64).abs() < 1.0, "{words} starts at {}", in_millis(first));
        assert!((in_millis(last) - end as f64).abs() < 1.0, "{words} ends at {}", in_millis(last));
    }
}

/// What is served as MP4 can be a source again, and keeps its times through both.
#[tokio::test]
async fn text_in_mp4_is_read_back_at_its_times() {
    for (form, entry) in [(Form::Wvtt, b"wvtt"), (Form::Stpp, b"stpp")] {
        let (played, file) = play_mp4(&beside_video("en.vtt", VTT), form).await;
        assert_eq!(&played.sample_entry(), entry);
        assert_eq!(play_webvtt(&beside_video("en.mp4", file)).await, cues(), "{}", String::from_utf8_lossy(entry));
    }
}
