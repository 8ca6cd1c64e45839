//! A server that is killed in the middle of a conversion, and the one that comes after it.

use super::generated;
use super::samples::samples;
use super::support::{House, by, is_alive, wait_for};
use super::web::{Reply, Then, Web};
use signalbox::fetch::FetchOptions;
use signalbox::jobs::{JobState, JobsOptions};
use signalbox::late::{self, NewTrack};
use signalbox::track::{Status, TrackType};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The built program, killed when it is dropped.
struct Server(Child);

impl Server {
    fn start(house: &House) -> Server {
        let converter = house.converter().ffmpeg.unwrap();
        Server::configured(house, &format!("[convert]\nffmpeg = {converter:?}\n"))
    }

    fn configured(house: &House, text: &str) -> Server {
        // Of its own: another server may be reading that of the one before.
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let config = house.folder.path().join(format!(".config-{}.toml", NUMBER.fetch_add(1, Relaxed)));
        std::fs::write(&config, text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_signalbox"));
        command.arg("serve").arg(house.folder.path()).args(["--listen", "127.0.0.1:0", "--config"]).arg(&config);
        command.env("SIGNALBOX_LOG", "off").stdin(Stdio::null()).stdout(Stdio::null());
        Server(command.spawn().unwrap())
    }

    fn kill(&mut self) {
        // SIGKILL.
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversion_interrupted_by_a_kill_is_taken_up_once() {
    let house = House::new();
    house.tone("tone.wav", 1);
    let process = house.process_with(house.converter());
    let id = process.bind(&NewTrack::new("tone.wav")).await.unwrap().job.unwrap();
    let mut killed = Server::start(&house);
    wait_for(|| house.converters().len() == 1).await;
    killed.kill();
    assert_eq!(process.job(&id).await.state, JobState::Running, "nobody has noticed yet");
    assert_eq!(process.status("tone").await, Status::Preparing);
    assert_eq!(house.files("tone"), ["tone.wav"], "nothing of it is in the folder");
    let _servers = [Server::start(&house), Server::start(&house)];
    wait_for(|| house.converters().len() == 2).await;
    house.open_gate();
    assert_eq!(process.ended(&id).await, JobState::Done);
    assert_eq!(process.job(&id).await.attempts, 2);
    assert_eq!(process.status("tone").await, Status::Ready);
    assert_eq!(house.converters().len(), 2, "one of two servers took it up");
    assert_eq!(house.files("tone"), ["tone.m4a", "tone.wav"]);
    let made = process.catalog.history("talk").await.unwrap();
    assert_eq!(made.iter().filter(|entry| entry.by == "job").count(), 1, "ready once");
    let converters = house.converters();
    wait_for(|| !converters.iter().any(|&id| is_alive(id))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_interrupted_by_a_kill_is_taken_up_once() {
    let house = House::new();
    let audio = std::fs::read(samples().join("radio/radio-48.m4a")).unwrap();
    let whole = audio.clone();
    // The first who asks is left waiting in the middle.
    let web = Web::start(move |asked| match (asked.method.as_str(), asked.before) {
        ("GET", 0) => Reply::file(asked, &audio, "\"a\"").without_the_last(10_000).then(Then::Silence),
        _ => Reply::file(asked, &audio, "\"a\""),
    })
    .await;
    let allow = vec!["127.0.0.1".parse().unwrap()];
    let fetch = FetchOptions { allow, ..FetchOptions::default() };
    let process = house.process_of(JobsOptions { fetch, ..JobsOptions::default() });
    let new = NewTrack { track_type: Some(TrackType::Audio), name: Some("dub".to_owned()), ..NewTrack::default() };
    let url = web.url("/dub.m4a");
    let bound = late::fetch(&process.catalog, &process.jobs, "talk", &by("test"), &url, &new).await.unwrap();
    let id = bound.job.unwrap();
    let config = "[fetch]\nallow = [\"127.0.0.1\"]\n";
    let mut killed = Server::configured(&house, config);
    wait_for(|| web.asked().len() == 2).await;
    killed.kill();
    assert_eq!(process.job(&id).await.state, JobState::Running, "nobody has noticed yet");
    assert_eq!(process.status("dub").await, Status::Preparing);
    assert!(house.files("dub").is_empty(), "nothing of it is in the folder");
    let _servers = [Server::configured(&house, config), Server::configured(&house, config)];
    assert_eq!(process.ended(&id).await, JobState::Done);
    assert_eq!((process.job(&id).await.attempts, process.status("dub").await), (2, Status::Ready));
    assert_eq!(std::fs::read(house.file("dub.m4a")).unwrap(), whole);
    assert_eq!(web.asked().len(), 4, "one of two servers took it up");
    let made = process.catalog.history("talk").await.unwrap();
    assert_eq!(made.iter().filter(|entry| entry.by == "job").count(), 1, "ready once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transcription_interrupted_by_a_kill_is_taken_up_once() {
    let house = House::new();
    if !house.encoded("probe.flac", 1, &[]) {
        return;
    }
    std::fs::remove_file(house.file("probe.flac")).unwrap();
    let [begun, gate] = [".begun", ".gate"].map(|name| house.folder.path().join(name).display().to_string());
    let script = format!(
        "echo $$ >>'{begun}'\nwhile [ ! -e '{gate}' ]; do [ -d '{folder}' ] || exit 1; sleep 0.02; done\n\
         printf 'WEBVTT\\n\\n00:01.000 --> 00:02.000\\nHello\\n'",
        folder = house.folder.path().display()
    );
    let transcribe = house.transcriber(&script);
    let config = format!("[transcriber]\ncommand = {:?}\n", transcribe.command);
    let process = house.process_of(JobsOptions { transcribe, ..JobsOptions::default() });
    let id = generated::begin(&process).await.unwrap().job.unwrap();
    let mut killed = Server::configured(&house, &config);
    wait_for(|| house.converters().len() == 1).await;
    killed.kill();
    assert_eq!(process.status("new").await, Status::Preparing);
    let _servers = [Server::configured(&house, &config), Server::configured(&house, &config)];
    wait_for(|| house.converters().len() == 2).await;
    house.open_gate();
    assert_eq!(process.ended(&id).await, JobState::Done);
    assert_eq!((process.job(&id).await.attempts, process.status("new").await), (2, Status::Ready));
    assert_eq!(house.converters().len(), 2, "one of two servers took it up");
    assert_eq!(house.files("auto"), ["auto-en.vtt"]);
    let made = process.catalog.history("talk").await.unwrap();
    assert_eq!(made.iter().filter(|entry| entry.by == "job").count(), 1, "ready once");
}

/// The real one has nothing to read any more when its server dies, and goes without leaving anything.
#[tokio::test(flavor = "multi_thread")]
async fn ffmpeg_dies_with_its_server() {
    let house = House::new();
    if !house.encoded("long.flac", 600, &[]) {
        return;
    }
    let process = house.process();
    let id = process.bind(&NewTrack::new("long.flac")).await.unwrap().job.unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_signalbox"));
    command.arg("serve").arg(house.folder.path()).args(["--listen", "127.0.0.1:0"]);
    command.env("SIGNALBOX_LOG", "off").stdin(Stdio::null()).stdout(Stdio::null());
    let mut server = Server(command.spawn().unwrap());
    let children = format!("/proc/{0}/task", server.0.id());
    let ffmpeg = || {
        let tasks = std::fs::read_dir(&children).ok()?;
        let lists = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("children")).ok());
        lists.flat_map(|list| list.split_whitespace().map(|id| id.parse().unwrap()).collect::<Vec<u32>>()).next()
    };
    process.until(&id, |job| job.state == JobState::Running).await;
    wait_for(|| ffmpeg().is_some()).await;
    let child = ffmpeg().unwrap();
    // It gives way to the server, as soon as that could say so.
    wait_for(|| {
        let stat = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap();
        stat.rsplit_once(") ").is_some_and(|(_, fields)| fields.split(' ').nth(16) == Some("10"))
    })
    .await;
    server.kill();
    wait_for(|| !is_alive(child)).await;
    assert_eq!(house.files("long"), ["long.flac"]);
}
