//! `signalbox tracks … add`: a file becomes a track, converted in the foreground where it must be.

use super::{Failure, Work, refusal};
use crate::catalog::{EditError, Expected, UploadError};
use crate::jobs::{JobState, JobStatus};
use crate::late::{BindError, Bound, NewTrack, bind};
use crate::track::{Characteristic, Language, Role, TrackType, Visibility};
use bytes::Bytes;
use std::fs::File;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

/// Bytes that are brought at a time.
const BLOCK: usize = 256 << 10;

/// Arguments of the action.
#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// A file in the asset's folder, or one that is copied there
    file: PathBuf,
    /// The track's name [default: made from the file's]
    #[arg(long)]
    name: Option<String>,
    /// BCP 47 tag [default: what the file says]
    #[arg(long)]
    language: Option<Language>,
    /// What viewers read in the menu [default: made from language and roles]
    #[arg(long)]
    label: Option<String>,
    /// Role of DASH, such as caption or description; may be given several times
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<Role>,
    /// Media characteristic of HLS; may be given several times
    #[arg(long = "characteristic", value_name = "TAG", value_parser = Characteristic::parse)]
    characteristics: Vec<Characteristic>,
    /// Play it unless the viewer chooses another
    #[arg(long)]
    default: bool,
    /// Show it also to viewers who want no subtitles
    #[arg(long)]
    forced: bool,
    /// Add it to no manifest yet
    #[arg(long)]
    hidden: bool,
    /// Where the file holds several: video, audio or text
    #[arg(long = "type", value_name = "TYPE", value_parser = track_type)]
    track_type: Option<TrackType>,
    /// Where the file holds several of a type
    #[arg(long, value_name = "ID")]
    track_id: Option<u32>,
}

fn track_type(word: &str) -> Result<TrackType, String> {
    let types = [TrackType::Video, TrackType::Audio, TrackType::Text];
    types.into_iter().find(|known| known.as_str() == word).ok_or_else(|| "video, audio or text".to_owned())
}

impl Add {
    pub(super) async fn run(self, work: &Work) -> Result<(), Failure> {
        let file = self.in_folder(work).await?;
        let new = NewTrack {
            file,
            name: self.name,
            track_type: self.track_type,
            track_id: self.track_id,
            language: self.language,
            label: self.label,
            visibility: if self.hidden { Visibility::Hidden } else { Visibility::Visible },
            default: self.default,
            forced: self.forced,
            roles: self.roles,
            characteristics: self.characteristics,
        };
        let bound = bind(&work.catalog, &work.jobs, &work.asset, &work.edit, &new).await;
        let Bound { mut edited, job } = bound.map_err(|error| match error {
            BindError::Edit(error) => refusal(error),
            error => Failure::new(error.to_string()),
        })?;
        if let Some(job) = job {
            see_through(work, &job).await?;
            edited.asset = work.loaded().await?;
            let made = edited.asset.asset.tracks.iter().find(|track| track.file == edited.value.file);
            edited.value = made.unwrap_or(&edited.value).clone();
        }
        work.tell(&edited, Some(&edited.value), "is added")
    }

    /// The file's name in the asset's folder, where it is copied if it does not lie there.
    async fn in_folder(&self, work: &Work) -> Result<String, Failure> {
        let told = self.file.display();
        let name = self.file.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| Failure::new(format!("{told} names no file")))?.to_owned();
        let is_bare = self.file.parent().is_none_or(|folder| folder.as_os_str().is_empty());
        let there = work.catalog.look_into(&work.asset, &name).await;
        match there {
            Ok(looked) if is_bare || is_same(&self.file, &work.folder.join(looked.path.as_str())) => return Ok(name),
            Ok(_) => {
                let problem = format!(
                    "the asset's folder has another {name} already; name {told} otherwise, or add that one by its name alone"
                );
                return Err(Failure::new(problem));
            }
            Err(EditError::UnknownFile { .. }) if self.file.is_file() => {}
            Err(error) => return Err(refusal(error)),
        }
        bring(work, &self.file, &name).await?;
        Ok(name)
    }
}

fn is_same(file: &Path, other: &Path) -> bool {
    file.canonicalize().is_ok_and(|file| other.canonicalize().is_ok_and(|other| file == other))
}

/// Copies a file into the asset's folder, looked at on the way as any upload.
async fn bring(work: &Work, file: &Path, name: &str) -> Result<(), Failure> {
    let failed = |error: UploadError| Failure::new(format!("{name}: {error}"));
    let unreadable = |error: std::io::Error| Failure::new(format!("{}: {error}", file.display()));
    let mut source = File::open(file).map_err(unreadable)?;
    let mut upload = work.catalog.upload(&work.asset, name, &Expected::Absent, u64::MAX).await.map_err(failed)?;
    let mut block = vec![0; BLOCK];
    loop {
        match source.read(&mut block).map_err(unreadable)? {
            0 => break,
            length => {
                let bytes = Bytes::copy_from_slice(block.get(..length).unwrap_or_default());
                upload.append(bytes).await.map_err(failed)?;
            }
        }
    }
    upload.finish().await.map(drop).map_err(failed)
}

/// Waits for a conversion, and shows a person who watches how far it is.
async fn see_through(work: &Work, id: &str) -> Result<(), Failure> {
    let is_watched = std::io::stderr().is_terminal();
    let write = |line: &str| {
        if is_watched {
            let mut stderr = std::io::stderr().lock();
            // What cannot be written is not worth an end of the work.
            let _ = write!(stderr, "\r\x1b[K{line}").and_then(|()| stderr.flush());
        }
    };
    let jobs = work.jobs.clone();
    let interrupted = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            jobs.stop();
        }
    });
    let job = work.jobs.finish(id, |percent| write(&format!("converting  {percent} %"))).await;
    interrupted.abort();
    write("");
    match job? {
        Some(JobStatus { state: JobState::Done, .. }) => Ok(()),
        Some(JobStatus { state: JobState::Waiting | JobState::Running, track, .. }) => Err(Failure::new(format!(
            "stopped; the track {track} is preparing until a server on this folder converts its file, or remove it"
        ))),
        Some(job) => Err(Failure::new(format!(
            "{}; the track {} stays in the list with this as its status: remove it, or add it again when the file is mended",
            job.reason.unwrap_or_else(|| "the conversion was cancelled".to_owned()),
            job.track
        ))),
        None => Err(Failure::new("the conversion is gone; somebody removed its job")),
    }
}
