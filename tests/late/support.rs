//! An asset in a folder of its own, and converters that do as a test wants.

use super::samples::samples;
use super::skipped::skipped;
use signalbox::catalog::{Catalog, CatalogOptions, EditOf, Expected};
use signalbox::jobs::{ConvertOptions, JobState, JobStatus, Jobs, JobsOptions};
use signalbox::late::{BindError, Bound, NewTrack, bind};
use signalbox::store::LocalStore;
use signalbox::track::{Status, Track};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longer than anything here takes; a test that reaches it has failed.
pub const LONG: Duration = Duration::from_secs(60);

/// A folder with the asset `talk`, and what opens it.
pub struct House {
    pub folder: tempfile::TempDir,
    /// Under which [`House::converter`] works; it waits as long as there is none.
    gate: PathBuf,
}

/// One process's view of a house.
pub struct Process {
    pub catalog: Arc<Catalog>,
    pub jobs: Jobs,
}

impl House {
    pub fn new() -> House {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("talk")).unwrap();
        for file in ["talk.mp4", "talk.en.vtt"] {
            std::fs::copy(samples().join("talk").join(file), folder.path().join("talk").join(file)).unwrap();
        }
        let gate = folder.path().join(".gate");
        House { folder, gate }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("talk").join(name)
    }

    /// A process with the ffmpeg of this machine.
    pub fn process(&self) -> Process {
        self.process_with(ConvertOptions::default())
    }

    pub fn process_with(&self, convert: ConvertOptions) -> Process {
        self.process_of(JobsOptions { convert, lease: Duration::from_millis(600), ..JobsOptions::default() })
    }

    pub fn process_of(&self, options: JobsOptions) -> Process {
        self.process_like(options, Duration::from_secs(1))
    }

    /// A process that believes for so long that nothing but itself changes the folder.
    pub fn process_that_looks_every(&self, max_staleness: Duration) -> Process {
        self.process_like(JobsOptions::default(), max_staleness)
    }

    fn process_like(&self, options: JobsOptions, max_staleness: Duration) -> Process {
        let store = Arc::new(LocalStore::open(self.folder.path()).unwrap());
        let catalog = CatalogOptions { cache_bytes: 64 << 20, max_staleness, segment_duration: Duration::from_secs(6) };
        let catalog = Arc::new(Catalog::new(store, None, catalog));
        let jobs = Jobs::new(Arc::clone(&catalog), options);
        Process { catalog, jobs }
    }

    /// Stands for ffmpeg: notes that it began, waits for the gate, and hands out a good file, whatever it is given.
    pub fn converter(&self) -> ConvertOptions {
        let [gate, begun, good] =
            [&self.gate, &self.begun(), &samples().join("radio/radio-48.m4a")].map(|path| path.display().to_string());
        let script = format!(
            "#!/bin/sh\necho $$ >>'{begun}'\ncat >/dev/null\n\
             while [ ! -e '{gate}' ]; do [ -d '{folder}' ] || exit 1; sleep 0.02; done\n\
             cat '{good}' >/dev/fd/1\necho out_time_us=1000000 >&2\n",
            folder = self.folder.path().display()
        );
        let program = self.folder.path().join(".converter");
        // A program that somebody runs is not written anew.
        if !program.exists() {
            std::fs::write(&program, script).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        ConvertOptions { ffmpeg: Some(program), ..ConvertOptions::default() }
    }

    fn begun(&self) -> PathBuf {
        self.folder.path().join(".begun")
    }

    /// The process ids of the converters that began.
    pub fn converters(&self) -> Vec<u32> {
        let begun = std::fs::read_to_string(self.begun()).unwrap_or_default();
        begun.lines().map(|line| line.parse().unwrap()).collect()
    }

    pub fn open_gate(&self) {
        std::fs::write(&self.gate, "").unwrap();
    }

    /// A WAV file of a tone.
    pub fn tone(&self, name: &str, seconds: u32) {
        std::fs::write(self.file(name), tone(seconds)).unwrap();
    }

    /// What ffmpeg makes of a tone, given `arguments`; false where there is no ffmpeg.
    pub fn encoded(&self, name: &str, seconds: u32, arguments: &[&str]) -> bool {
        let source = self.folder.path().join(".tone.wav");
        std::fs::write(&source, tone(seconds)).unwrap();
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-y", "-i"]).arg(source).args(arguments).arg(self.file(name));
        match command.status() {
            Ok(status) => {
                assert!(status.success(), "{command:?}");
                true
            }
            Err(_) => {
                skipped(&format!("{name} needs ffmpeg"));
                false
            }
        }
    }

    /// The files of the asset that begin with `start`.
    pub fn files(&self, start: &str) -> Vec<String> {
        let names = std::fs::read_dir(self.file("")).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| name.starts_with(start));
        names.sort();
        names
    }
}

/// 48 kHz, stereo, 16 bits.
pub fn tone(seconds: u32) -> Vec<u8> {
    let samples = 48_000 * seconds;
    let mut file = Vec::from(*b"RIFF");
    file.extend((36 + samples * 4).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    file.extend(48_000u32.to_le_bytes());
    file.extend(192_000u32.to_le_bytes());
    file.extend(b"\x04\0\x10\0data");
    file.extend((samples * 4).to_le_bytes());
    for number in 0..samples {
        let wave = (f64::from(number) * 440.0 * std::f64::consts::TAU / 48_000.0).sin();
        let sample = ((wave * 12_000.0) as i16).to_le_bytes();
        file.extend([sample, sample].concat());
    }
    file
}

pub fn by(who: &str) -> EditOf {
    EditOf { by: who.to_owned(), expected: Expected::Any }
}

impl Process {
    pub async fn bind(&self, new: &NewTrack) -> Result<Bound, BindError> {
        bind(&self.catalog, &self.jobs, "talk", &by("test"), new).await
    }

    /// The refusal of a track.
    pub async fn refusal(&self, new: &NewTrack) -> String {
        self.bind(new).await.map(|bound| bound.edited.value).unwrap_err().to_string()
    }

    pub async fn track(&self, name: &str) -> Option<Track> {
        let asset = self.catalog.newest("talk").await.unwrap();
        asset.asset.tracks.iter().find(|track| track.name == name).cloned()
    }

    pub async fn status(&self, name: &str) -> Status {
        self.track(name).await.unwrap().status
    }

    pub async fn job(&self, id: &str) -> JobStatus {
        self.jobs.get(id).await.unwrap().unwrap()
    }

    /// Waits until a job is as `wanted`.
    pub async fn until(&self, id: &str, wanted: impl Fn(&JobStatus) -> bool) -> JobStatus {
        let begin = Instant::now();
        loop {
            let job = self.job(id).await;
            if wanted(&job) {
                return job;
            }
            assert!(begin.elapsed() < LONG, "{job:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub async fn ended(&self, id: &str) -> JobState {
        self.until(id, |job| job.state.has_ended()).await.state
    }
}

/// Waits for what happens outside of this process.
pub async fn wait_for(what: impl Fn() -> bool) {
    let begin = Instant::now();
    while !what() {
        assert!(begin.elapsed() < LONG, "it does not happen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub fn is_alive(process: u32) -> bool {
    let state = std::fs::read_to_string(Path::new("/proc").join(process.to_string()).join("stat"));
    // A zombie has ended; that somebody waits for it is another matter.
    state.is_ok_and(|state| !state.contains(") Z "))
}
