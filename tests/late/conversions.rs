//! What ffmpeg makes of each format, and of files that are no sound.

use super::support::{House, Process, tone};
use signalbox::isobmff::Codec;
use signalbox::jobs::{ConvertOptions, JobState, JobStatus};
use signalbox::late::NewTrack;
use signalbox::track::{Language, Status};
use std::time::Duration;

/// Adds the file and sees its conversion through.
async fn converted(process: &Process, new: &NewTrack) -> (String, JobStatus) {
    let bound = process.bind(new).await.unwrap();
    let job = process.jobs.finish(&bound.job.unwrap(), |_| {}).await.unwrap().unwrap();
    (bound.edited.value.name, job)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_format_becomes_aac_that_starts_where_it_did() {
    let house = House::new();
    let process = house.process();
    for (file, arguments, channels, rate) in [
        ("a.wav", &[][..], 2, 48_000),
        ("b.mp3", &["-ar", "44100"], 2, 44_100),
        ("c.flac", &["-ac", "6", "-ar", "96000"], 6, 48_000),
        ("d.ogg", &["-c:a", "libopus"], 2, 48_000),
        ("e.oga", &["-c:a", "libvorbis", "-f", "ogg"], 2, 48_000),
        ("f.aac", &["-ac", "1"], 1, 48_000),
        // The name does not decide.
        ("g.wav", &["-f", "mp3", "-ar", "22050"], 2, 44_100),
    ] {
        if !house.encoded(file, 3, arguments) {
            return;
        }
        let new = NewTrack { language: Some(Language::parse("de-AT").unwrap()), ..NewTrack::new(file) };
        let (name, job) = converted(&process, &new).await;
        assert_eq!((job.state, &job.reason), (JobState::Done, &None), "{file}");
        let asset = process.catalog.newest("talk").await.unwrap();
        let track = asset.tracks.iter().find(|track| track.track.name == name).unwrap();
        assert_eq!(track.track.status, Status::Ready);
        let source = track.source.as_ref().unwrap();
        assert_eq!(source.file_language.as_str(), "de", "the file says it, too");
        let media = source.media.coded().unwrap();
        let audio = media.codec.audio.as_ref().unwrap();
        assert_eq!((audio.channels, audio.sample_rate), (channels, rate), "{file}");
        assert_eq!(media.codec.codec, Codec::Aac, "{file}");
        assert_eq!((media.edits.delay, media.edits.media_time), (0, 1024), "{file}: its priming is skipped");
        let seconds = (media.samples.end_time() - media.edits.media_time) as f64 / f64::from(media.timescale);
        assert!((2.95..3.15).contains(&seconds), "{file}: {seconds} s");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cut_short_or_broken_is_told() {
    let house = House::new();
    if !house.encoded("whole.flac", 5, &[]) {
        return;
    }
    let whole = std::fs::read(house.file("whole.flac")).unwrap();
    std::fs::write(house.file("cut.flac"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(house.file("cut.wav"), &tone(5)[..400_000]).unwrap();
    // A good start, then noise.
    let mut noise = whole[..100].to_vec();
    let mut state = 1u32;
    noise.extend((0..200_000).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    }));
    std::fs::write(house.file("noise.flac"), &noise).unwrap();
    let process = house.process();
    for (file, words) in [
        ("cut.flac", &["cut.flac", "cut short", "of the 5.0 s"][..]),
        ("cut.wav", &["cut.wav", "cut short", "2.1 s of the 5.0 s"]),
        ("noise.flac", &["noise.flac"]),
    ] {
        let (name, job) = converted(&process, &NewTrack::new(file)).await;
        assert_eq!(job.state, JobState::Failed, "{file}: {job:?}");
        let reason = job.reason.unwrap();
        assert!(words.iter().all(|word| reason.contains(word)), "{file}: {reason}");
        assert_eq!(process.status(&name).await, Status::Error(reason));
    }
    assert_eq!(house.files("cut"), ["cut.flac", "cut.wav"]);
    assert_eq!(house.files("noise"), ["noise.flac"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversion_is_bounded_in_time_length_and_bytes() {
    let house = House::new();
    if !house.encoded("long.wav", 20, &[]) {
        return;
    }
    let bounds = ConvertOptions::default();
    for (options, words) in [
        (ConvertOptions { max_duration: Duration::from_secs(5), ..bounds.clone() }, "longer than the 5s"),
        (ConvertOptions { max_output: 50_000, ..bounds.clone() }, "more than the 50000 bytes"),
        (ConvertOptions { timeout: Duration::from_millis(1), ..bounds }, "took more than the 1ms"),
    ] {
        let process = house.process_with(options);
        let (_, job) = converted(&process, &NewTrack::new("long.wav")).await;
        let reason = job.reason.unwrap();
        assert!(job.state == JobState::Failed && reason.contains(words), "{reason}");
    }
    assert_eq!(house.files("long"), ["long.wav"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_goes_away_is_told() {
    let house = House::new();
    house.tone("tone.wav", 1);
    let process = house.process_with(house.converter());
    let bound = process.bind(&NewTrack::new("tone.wav")).await.unwrap();
    std::fs::remove_file(house.file("tone.wav")).unwrap();
    let job = process.jobs.finish(&bound.job.unwrap(), |_| {}).await.unwrap().unwrap();
    assert_eq!(job.state, JobState::Failed);
    assert!(job.reason.unwrap().contains("tone.wav"));
}
