//! Jobs, whatever happens meanwhile: one end, and nothing left over.

use super::support::{House, by, is_alive, wait_for};
use signalbox::jobs::{JobState, JobsOptions};
use signalbox::late::NewTrack;
use signalbox::track::Status;
use std::time::Duration;

async fn begun(house: &House) {
    wait_for(|| !house.converters().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_track_is_preparing_until_its_file_is_there() {
    let house = House::new();
    house.tone("tone-de.wav", 1);
    let process = house.process_with(house.converter());
    let bound = process.bind(&NewTrack::new("tone-de.wav")).await.unwrap();
    let (made, id) = (bound.edited.value, bound.job.unwrap());
    assert_eq!((made.name.as_str(), made.file.as_str(), &made.status), ("tone-de", "tone-de.m4a", &Status::Preparing));
    assert_eq!(made.language.unwrap().as_str(), "de");
    assert_eq!(process.job(&id).await.state, JobState::Waiting);
    let running = process.jobs.start();
    begun(&house).await;
    let job = process.until(&id, |job| job.progress > 0).await;
    assert_eq!((job.state, job.track.as_str(), job.source.as_str()), (JobState::Running, "tone-de", "tone-de.wav"));
    assert_eq!(process.status("tone-de").await, Status::Preparing);
    assert!(!house.file("tone-de.m4a").exists());
    house.open_gate();
    assert_eq!(process.ended(&id).await, JobState::Done);
    assert_eq!((process.job(&id).await.progress, process.status("tone-de").await), (100, Status::Ready));
    let asset = process.catalog.newest("talk").await.unwrap();
    assert!(asset.presentation.as_ref().unwrap().rendition("tone-de").is_some());
    assert!(house.file("tone-de.wav").exists(), "the original is kept");
    let by: Vec<String> = process.catalog.history("talk").await.unwrap().into_iter().map(|entry| entry.by).collect();
    assert_eq!(by, ["job", "test"]);
    process.jobs.stop();
    running.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_run_at_once_than_are_allowed() {
    let house = House::new();
    let process =
        house.process_of(JobsOptions { concurrency: 2, convert: house.converter(), ..JobsOptions::default() });
    let mut ids = Vec::new();
    for number in 0..5 {
        house.tone(&format!("tone{number}.wav"), 1);
        let bound = process.bind(&NewTrack::new(format!("tone{number}.wav"))).await.unwrap();
        ids.push(bound.job.unwrap());
    }
    let running = process.jobs.start();
    wait_for(|| house.converters().len() == 2).await;
    let states = process.jobs.list().await.unwrap();
    assert_eq!(states.iter().filter(|job| job.state == JobState::Running).count(), 2);
    assert_eq!(states.iter().filter(|job| job.state == JobState::Waiting).count(), 3);
    assert_eq!(house.converters().len(), 2);
    house.open_gate();
    for id in &ids {
        assert_eq!(process.ended(id).await, JobState::Done);
    }
    assert_eq!(house.converters().len(), 5, "each once");
    process.jobs.stop();
    running.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_ends_with_its_track() {
    let house = House::new();
    house.tone("tone.wav", 1);
    let process = house.process_with(house.converter());
    let id = process.bind(&NewTrack::new("tone.wav")).await.unwrap().job.unwrap();
    let _running = process.jobs.start();
    begun(&house).await;
    let edit = by("test");
    let remove = process.catalog.edit("talk", &edit, |asset| {
        asset.tracks.retain(|track| track.name != "tone");
        Ok(())
    });
    remove.await.unwrap();
    assert_eq!(process.ended(&id).await, JobState::Cancelled);
    let converter = house.converters()[0];
    wait_for(|| !is_alive(converter)).await;
    assert_eq!(house.files("tone"), ["tone.wav"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_can_be_cancelled_wherever_it_is() {
    let house = House::new();
    let [here, elsewhere] = [house.process_with(house.converter()), house.process_with(house.converter())];
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        house.tone(&format!("{name}.wav"), 1);
        ids.push(here.bind(&NewTrack::new(format!("{name}.wav"))).await.unwrap().job.unwrap());
    }
    let _running = here.jobs.start();
    begun(&house).await;
    // One that runs, through its own process; one that waits; one that runs, through another process.
    assert_eq!(here.jobs.cancel(&ids[0]).await.unwrap().unwrap().state, JobState::Cancelled);
    assert_eq!(elsewhere.jobs.cancel(&ids[2]).await.unwrap().unwrap().state, JobState::Cancelled);
    wait_for(|| house.converters().len() == 2).await;
    assert_eq!(elsewhere.jobs.cancel(&ids[1]).await.unwrap().unwrap().state, JobState::Cancelled);
    let converters = house.converters();
    wait_for(|| !converters.iter().any(|&id| is_alive(id))).await;
    for name in ["a", "b", "c"] {
        let Status::Error(reason) = here.status(name).await else { panic!("{name} is not in error") };
        assert!(reason.contains("cancelled"), "{reason}");
    }
    assert!(here.jobs.cancel("none").await.unwrap().is_none());
    assert!(here.jobs.cancel("../../talk/asset").await.unwrap().is_none());
    let again = here.jobs.cancel(&ids[0]).await.unwrap().unwrap();
    assert_eq!(again.state, JobState::Cancelled, "an ended job stays as it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_ends_leaves_its_jobs_to_the_next() {
    let house = House::new();
    house.tone("tone.wav", 1);
    let first = house.process_with(house.converter());
    let id = first.bind(&NewTrack::new("tone.wav")).await.unwrap().job.unwrap();
    let running = first.jobs.start();
    begun(&house).await;
    first.jobs.stop();
    running.await.unwrap();
    let job = first.job(&id).await;
    assert_eq!((job.state, job.attempts), (JobState::Waiting, 0));
    let converter = house.converters()[0];
    wait_for(|| !is_alive(converter)).await;
    house.open_gate();
    let second = house.process_with(house.converter());
    let _running = second.jobs.start();
    assert_eq!(second.ended(&id).await, JobState::Done);
    assert_eq!(second.status("tone").await, Status::Ready);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_process_is_gone_is_taken_up_once() {
    let house = House::new();
    house.tone("tone.wav", 1);
    let lost = house.process_with(house.converter());
    let id = lost.bind(&NewTrack::new("tone.wav")).await.unwrap().job.unwrap();
    let running = lost.jobs.start();
    begun(&house).await;
    // As if it were killed: it writes no more.
    running.abort();
    let others = [house.process_with(house.converter()), house.process_with(house.converter())];
    let _running = others.each_ref().map(|process| process.jobs.start());
    wait_for(|| house.converters().len() == 2).await;
    house.open_gate();
    assert_eq!(others[0].ended(&id).await, JobState::Done);
    assert_eq!(others[0].job(&id).await.attempts, 2);
    assert_eq!(others[0].status("tone").await, Status::Ready);
    assert_eq!(house.converters().len(), 2, "one of two processes took it up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_lives_is_taken_from_nobody() {
    let house = House::new();
    house.tone("tone.wav", 1);
    let first = house.process_with(house.converter());
    let id = first.bind(&NewTrack::new("tone.wav")).await.unwrap().job.unwrap();
    let _first = first.jobs.start();
    begun(&house).await;
    let second = house.process_with(house.converter());
    let _second = second.jobs.start();
    // Three leases long.
    tokio::time::sleep(Duration::from_millis(1800)).await;
    assert_eq!(house.converters().len(), 1);
    house.open_gate();
    assert_eq!(second.ended(&id).await, JobState::Done);
    assert_eq!(second.job(&id).await.attempts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_in_the_files_place_is_never_written_over() {
    let house = House::new();
    house.tone("tone.wav", 1);
    let process = house.process_with(house.converter());
    let id = process.bind(&NewTrack::new("tone.wav")).await.unwrap().job.unwrap();
    let mine = std::fs::read(super::samples::samples().join("harbour/audio-de.m4a")).unwrap();
    let _running = process.jobs.start();
    begun(&house).await;
    std::fs::write(house.file("tone.m4a"), &mine).unwrap();
    house.open_gate();
    assert_eq!(process.ended(&id).await, JobState::Done);
    assert_eq!(std::fs::read(house.file("tone.m4a")).unwrap(), mine);
    // Nor is a file that is there before the job is made.
    let other = process.bind(&NewTrack::new("tone.wav")).await.unwrap().edited.value;
    assert_eq!((other.name.as_str(), other.file.as_str()), ("tone-2", "tone-2.m4a"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreground_job_is_seen_through() {
    let house = House::new();
    house.tone("tone.wav", 1);
    house.open_gate();
    let process = house.process_with(house.converter());
    let id = process.bind(&NewTrack::new("tone.wav")).await.unwrap().job.unwrap();
    let job = process.jobs.finish(&id, |_| {}).await.unwrap().unwrap();
    assert_eq!((job.state, job.progress), (JobState::Done, 100));
    assert_eq!(process.status("tone").await, Status::Ready);
    assert!(process.jobs.finish("none", |_| {}).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn ended_jobs_go_after_a_while() {
    let house = House::new();
    house.tone("tone.wav", 1);
    house.open_gate();
    let options = JobsOptions { kept: Duration::ZERO, convert: house.converter(), ..JobsOptions::default() };
    let process = house.process_of(JobsOptions { lease: Duration::from_millis(300), ..options });
    process.bind(&NewTrack::new("tone.wav")).await.unwrap();
    let _running = process.jobs.start();
    while !process.jobs.list().await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(process.status("tone").await, Status::Ready);
}
