//! Captions of what is spoken, by a program that does as a test wants.

use super::support::{House, Process, by, is_alive, wait_for};
use signalbox::jobs::{JobError, JobState, JobsOptions, TranscribeOptions};
use signalbox::late::{BindError, Bound, NewCaptions, corrected, generate};
use signalbox::presentation::Presentation;
use signalbox::track::{Characteristic, Language, Status, Visibility};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

const CAPTIONS: &str = "printf 'WEBVTT\\n\\n00:01.000 --> 00:02.000\\nHello\\n'";

impl House {
    /// A program that recognises speech, which is this script.
    pub fn transcriber(&self, script: &str) -> TranscribeOptions {
        let program = self.folder.path().join(".transcriber");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let command = [program.to_str().unwrap(), "{language}", "{input}"].map(str::to_owned).into();
        TranscribeOptions { command, ..TranscribeOptions::default() }
    }

    fn has_ffmpeg(&self) -> bool {
        let has = self.encoded("probe.flac", 1, &[]);
        let _ = std::fs::remove_file(self.file("probe.flac"));
        has
    }
}

fn process(house: &House, transcribe: TranscribeOptions) -> Process {
    house.process_of(JobsOptions { transcribe, pause: Duration::from_millis(1), ..JobsOptions::default() })
}

pub async fn begin(process: &Process) -> Result<Bound, BindError> {
    let language = Language::parse("en").unwrap();
    let new = NewCaptions { language, name: Some("new".to_owned()), label: None, source: None };
    generate(&process.catalog, &process.jobs, "talk", &by("test"), &new).await
}

/// Generates, and says how that ended.
async fn generated(house: &House, transcribe: TranscribeOptions) -> (JobState, Status) {
    let process = process(house, transcribe);
    let id = begin(&process).await.unwrap().job.unwrap();
    let running = process.jobs.start();
    let state = process.ended(&id).await;
    process.jobs.stop();
    running.await.unwrap();
    (state, process.status("new").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_is_given_sound_and_a_language() {
    let house = House::new();
    if !house.has_ffmpeg() {
        return;
    }
    let heard = house.folder.path().join(".heard");
    let heard = heard.to_str().unwrap();
    let script = format!("echo \"$1 $2\" >'{heard}.words'; cat \"$2\" >'{heard}'; cat >'{heard}.2'; {CAPTIONS}");
    assert_eq!(generated(&house, house.transcriber(&script)).await, (JobState::Done, Status::Ready));
    assert_eq!(std::fs::read_to_string(format!("{heard}.words")).unwrap(), "en /dev/stdin\n");
    let sound = std::fs::read(heard).unwrap();
    assert_eq!(sound, std::fs::read(format!("{heard}.2")).unwrap(), "as a file and as standard input");
    // PCM, one channel, 16000 samples of two bytes a second; 44 bytes of header, as simple programs have it.
    assert_eq!((&sound[..4], &sound[8..16], &sound[36..40]), (&b"RIFF"[..], &b"WAVEfmt "[..], &b"data"[..]));
    assert_eq!(sound[20..36], [1, 0, 1, 0, 0x80, 0x3e, 0, 0, 0, 0x7d, 0, 0, 2, 0, 16, 0]);
    let process = house.process();
    let asset = process.catalog.newest("talk").await.unwrap();
    let shown: &Presentation = asset.presentation.as_ref().unwrap();
    let audio = shown.renditions.iter().find(|rendition| rendition.track_type.as_str() == "audio").unwrap();
    let (seconds, length) = ((sound.len() - 44) as f64 / 32_000.0, audio.end().seconds());
    assert!((seconds - length).abs() < 0.2, "{seconds} s of {length} s");
    assert_eq!(house.files("auto"), ["auto-en.vtt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_machine_made_is_marked_until_it_is_corrected() {
    for hidden in [false, true] {
        let house = House::new();
        if !house.has_ffmpeg() {
            return;
        }
        let options = TranscribeOptions { hidden, ..house.transcriber(CAPTIONS) };
        assert_eq!(generated(&house, options.clone()).await, (JobState::Done, Status::Ready));
        let process = process(&house, options);
        let track = process.track("new").await.unwrap();
        assert_eq!(track.label.as_deref(), Some("English (auto-generated)"));
        assert_eq!(track.characteristics[0].as_str(), Characteristic::MACHINE_GENERATED);
        assert_eq!(track.visibility == Visibility::Hidden, hidden);
        let asset = process.catalog.newest("talk").await.unwrap();
        let shown = asset.presentation.as_ref().unwrap().rendition("new");
        assert_eq!(shown.is_none(), hidden);
        if let Some(shown) = shown {
            let told = shown.signals.hls.as_ref().unwrap().characteristics.join(",");
            assert!(told.contains("public.machine-generated"), "{told}");
        }
        let other = corrected(&process.catalog, &process.jobs, "talk", "anna", ("talk.en.vtt", false)).await.unwrap();
        assert!(other.is_none(), "that one was no machine's");
        corrected(&process.catalog, &process.jobs, "talk", "anna", ("auto-en.vtt", false)).await.unwrap().unwrap();
        let track = process.track("new").await.unwrap();
        assert_eq!((track.label.as_deref(), track.visibility), (Some("English"), Visibility::Visible));
        assert!(track.characteristics.is_empty());
        assert_eq!(process.catalog.history("talk").await.unwrap()[0].by, "anna");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_fails_is_told_in_the_track() {
    for (script, words) in [
        ("echo 'no such model' >&2; exit 3", "no such model"),
        ("echo hello", "no WebVTT"),
        ("true", "no WebVTT"),
        ("echo WEBVTT", "no words"),
        ("yes WEBVTT", "more than"),
        ("kill -9 $$", "signal: 9"),
    ] {
        let house = House::new();
        if !house.has_ffmpeg() {
            return;
        }
        // Where it would go on for ever it is ended.
        let script = if script.starts_with("yes") { "yes WEBVTT | head -c 40000000" } else { script };
        let (state, status) = generated(&house, house.transcriber(script)).await;
        let Status::Error(reason) = status else { panic!("{script}: {status:?}") };
        assert!(reason.contains(words), "{script}: {reason}");
        assert_eq!(state, JobState::Failed);
        assert!(house.files("auto").is_empty(), "{script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_takes_too_long_is_ended_with_all_it_started() {
    let house = House::new();
    if !house.has_ffmpeg() {
        return;
    }
    let begun = house.folder.path().join(".begun");
    let script = format!("sleep 1000 & echo $! >>'{0}'; echo $$ >>'{0}'; wait", begun.display());
    let options = TranscribeOptions { timeout: Duration::from_secs(5), ..house.transcriber(&script) };
    let (state, status) = generated(&house, options).await;
    assert!(matches!(&status, Status::Error(reason) if reason.contains("5s")), "{status:?}");
    assert_eq!(state, JobState::Failed);
    let programs = house.converters();
    assert_eq!(programs.len(), 2);
    wait_for(|| !programs.iter().any(|&id| is_alive(id))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_job_ends_its_program() {
    let house = House::new();
    if !house.has_ffmpeg() {
        return;
    }
    let begun = house.folder.path().join(".begun");
    let script = format!("sleep 1000 & echo $! >>'{0}'; echo $$ >>'{0}'; wait", begun.display());
    let process = process(&house, house.transcriber(&script));
    let id = begin(&process).await.unwrap().job.unwrap();
    let _running = process.jobs.start();
    wait_for(|| house.converters().len() == 2).await;
    process.jobs.cancel(&id).await.unwrap();
    assert_eq!(process.ended(&id).await, JobState::Cancelled);
    let programs = house.converters();
    wait_for(|| !programs.iter().any(|&id| is_alive(id))).await;
}

#[tokio::test]
async fn without_a_program_it_is_said_what_to_do() {
    let house = House::new();
    let process = process(&house, TranscribeOptions::default());
    let refused = begin(&process).await.unwrap_err();
    assert!(matches!(refused, BindError::Job(JobError::NoTranscriber(_))));
    let words = refused.to_string();
    assert!(
        ["[transcriber] command", "{language}", "{input}", "README"].iter().all(|word| words.contains(word)),
        "{words}"
    );
    let missing = TranscribeOptions { command: vec!["/no/such/program".to_owned()], ..TranscribeOptions::default() };
    let process = self::process(&house, missing);
    assert!(begin(&process).await.unwrap_err().to_string().contains("/no/such/program"));
    assert_eq!(process.track("new").await, None);
}

/// The recipe of README, with the real program, on the sample that speaks.
#[tokio::test(flavor = "multi_thread")]
async fn pocketsphinx_hears_words() {
    let is_there = std::process::Command::new("pocketsphinx_continuous").arg("-help").output().is_ok();
    let house = House::new();
    if !is_there || !house.has_ffmpeg() {
        super::skipped::skipped("what PocketSphinx hears needs pocketsphinx and ffmpeg");
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transcribers/pocketsphinx");
    let command = [script, "{language}"].map(str::to_owned).into();
    let options = TranscribeOptions { command, ..TranscribeOptions::default() };
    std::fs::copy(super::samples::samples().join("harbour/audio-en.m4a"), house.file("talk.en.m4a")).unwrap();
    let (state, status) = generated(&house, options).await;
    assert_eq!((state, status), (JobState::Done, Status::Ready));
    assert!(std::fs::read_to_string(house.file("auto-en.vtt")).unwrap().contains(" --> "));
}
