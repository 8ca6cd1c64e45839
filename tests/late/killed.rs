//! A server that is killed in the middle of a conversion, and the one that comes after it.

use super::support::{House, is_alive, wait_for};
use signalbox::jobs::JobState;
use signalbox::late::NewTrack;
use signalbox::track::Status;
use std::process::{Child, Command, Stdio};

/// The built program, killed when it is dropped.
struct Server(Child);

impl Server {
    fn start(house: &House) -> Server {
        let config = house.folder.path().join(".config.toml");
        let converter = house.converter().ffmpeg.unwrap();
        std::fs::write(&config, format!("[convert]\nffmpeg = {:?}\n", converter)).unwrap();
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
