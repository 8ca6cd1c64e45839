//! What takes time: fetching, converting, recognising speech. A job outlives the process that runs it: interrupted, it
//! is taken up again, by this process or another on the same store, once.
//!
//! A job says how far its work is; the truth for players is the `status` of the track in its document: `preparing`,
//! then `ready`, or `error` with the reason.

mod convert;
mod fetch;
mod ffmpeg;
mod foreground;
mod here;
mod program;
mod record;
mod request;
mod runner;
mod shelf;
mod tools;
mod transcribe;
mod transcriber;

pub use ffmpeg::{ConvertError, ConvertOptions, Converter, Input, NoConverter};
pub use record::{JobState, JobStatus, WORK_KINDS, Work};
pub use request::{FetchRequest, TranscribeRequest};
pub use transcriber::{NoTranscriber, TranscribeOptions, Transcriber};

use crate::catalog::Catalog;
use crate::fetch::{FetchOptions, UrlError};
use crate::store::StoreError;
use here::{Asked, Here};
use record::Record;
use runner::CANCELLED;
use shelf::{Kept, Shelf};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tools::Tools;

/// Who edits, as the history has it.
const BY: &str = "job";
/// Jobs that may wait.
const MOST_WAITING: usize = 1000;

/// What tells a job from others.
pub type JobId = String;

/// How jobs are run.
#[derive(Debug, Clone)]
pub struct JobsOptions {
    /// That keep a processor busy, at once in this process.
    pub concurrency: usize,
    /// That wait for other servers, at once in this process.
    pub fetches: usize,
    /// From a failure that may pass to the next attempt; each time twice as long.
    pub pause: Duration,
    /// A job whose process has been silent for so long is taken up by another.
    pub lease: Duration,
    /// How long an ended job is still told.
    pub kept: Duration,
    pub convert: ConvertOptions,
    pub fetch: FetchOptions,
    pub transcribe: TranscribeOptions,
}

impl Default for JobsOptions {
    fn default() -> Self {
        JobsOptions {
            concurrency: 1,
            fetches: 4,
            pause: Duration::from_secs(4),
            lease: Duration::from_secs(10),
            kept: Duration::from_secs(86_400),
            convert: ConvertOptions::default(),
            fetch: FetchOptions::default(),
            transcribe: TranscribeOptions::default(),
        }
    }
}

/// Why there is no new job.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JobError {
    #[error(transparent)]
    NoConverter(#[from] NoConverter),
    #[error(transparent)]
    NoTranscriber(#[from] NoTranscriber),
    /// The URL is not one that may be fetched.
    #[error(transparent)]
    Url(#[from] UrlError),
    #[error("{MOST_WAITING} jobs wait already; try again when some are done")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The jobs of a store. Clones are the same jobs.
#[derive(Clone)]
pub struct Jobs {
    shared: Arc<Shared>,
}

struct Shared {
    catalog: Arc<Catalog>,
    options: JobsOptions,
    shelf: Shelf,
    tools: Tools,
    /// This process, among those that may run jobs.
    owner: String,
    here: Mutex<Running>,
    /// Told when a job was made here.
    made: Notify,
    stopping: watch::Sender<bool>,
}

/// The jobs that this process runs, by id.
type Running = HashMap<String, (Record, Arc<Here>)>;

impl Jobs {
    /// Nothing is run before [`Jobs::start`].
    pub fn new(catalog: Arc<Catalog>, options: JobsOptions) -> Jobs {
        let shared = Shared {
            shelf: Shelf::new(Arc::clone(catalog.store())),
            tools: Tools::find(&options),
            catalog,
            options,
            owner: shelf::new_id(),
            here: Mutex::default(),
            made: Notify::new(),
            stopping: watch::Sender::new(false),
        };
        Jobs { shared: Arc::new(shared) }
    }

    /// Begins to take up jobs.
    pub fn start(&self) -> JoinHandle<()> {
        tokio::spawn(Arc::clone(&self.shared).run())
    }

    /// Lets go of the jobs that run here, so that another process, or this one the next time, takes them up again. The
    /// task that [`Jobs::start`] gave ends when that is done.
    pub fn stop(&self) {
        self.shared.stopping.send_replace(true);
        for (_, here) in self.shared.here().values() {
            here.ask(Asked::Stop);
        }
    }

    /// Whether audio that is no MP4 can be converted here.
    pub fn can_convert(&self) -> Result<(), NoConverter> {
        self.shared.tools.converter.as_ref().map(drop).map_err(Clone::clone)
    }

    /// Whether speech can be recognised here.
    pub fn can_transcribe(&self) -> Result<(), NoTranscriber> {
        self.shared.tools.transcriber.as_ref().map(drop).map_err(Clone::clone)?;
        self.can_convert().map_err(|_| NoTranscriber::NoConverter)
    }

    /// Whether generated captions are hidden until somebody has looked at them.
    pub fn hides_generated(&self) -> bool {
        self.shared.options.transcribe.hidden
    }

    /// All jobs, the oldest first.
    pub async fn list(&self) -> Result<Vec<JobStatus>, StoreError> {
        Ok(self.shared.shelf.all().await?.iter().map(|kept| self.status(kept)).collect())
    }

    pub async fn get(&self, id: &str) -> Result<Option<JobStatus>, StoreError> {
        Ok(self.shared.shelf.get(id).await?.map(|kept| self.status(&kept)))
    }

    /// Cancels a job, wherever it runs; its track gets the status `error`. A job that has ended stays as it is. `None`
    /// where there is no such job.
    pub async fn cancel(&self, id: &str) -> Result<Option<JobStatus>, StoreError> {
        loop {
            let Some(kept) = self.shared.shelf.get(id).await? else { return Ok(None) };
            if kept.record.state.has_ended() {
                return Ok(Some(self.status(&kept)));
            }
            let here = self.shared.here().get(id).map(|(_, here)| Arc::clone(here));
            if let Some(here) = here {
                let mut asked = here.asked.subscribe();
                here.ask(Asked::Cancel);
                // When it has ended it is told to stop.
                let _ = asked.wait_for(|asked| *asked == Asked::Stop).await;
                continue;
            }
            let cancel = |record: &mut Record| record.end(JobState::Cancelled, None);
            match self.shared.shelf.replace(&kept, cancel).await {
                Err(StoreError::Changed { .. }) => {}
                written => {
                    let written = written?;
                    self.shared.tell_track(&written.record, CANCELLED).await;
                    return Ok(Some(self.status(&written)));
                }
            }
        }
    }

    /// Puts a job down that is not yet to be begun: see [`Jobs::release`].
    pub(crate) async fn prepare_conversion(&self, asset: &str, track: &str, work: Work) -> Result<Prepared, JobError> {
        self.prepare(Record::new(asset, track, work)).await
    }

    async fn prepare(&self, mut record: Record) -> Result<Prepared, JobError> {
        self.has_room().await?;
        // As if it were run here, so that nobody begins it before its track is in the list. Should this process die
        // now, another finds that there is no track, and lets the job go.
        (record.state, record.owner) = (JobState::Running, Some(format!("{} prepares it", self.shared.owner)));
        Ok(Prepared(self.shared.shelf.add(record).await?))
    }

    /// Puts a job down whose track is in the list.
    async fn add(&self, record: Record) -> Result<JobId, JobError> {
        self.has_room().await?;
        let kept = self.shared.shelf.add(record).await?;
        self.shared.made.notify_one();
        Ok(kept.id)
    }

    async fn has_room(&self) -> Result<(), JobError> {
        let all = self.shared.shelf.all().await?;
        let waiting = all.iter().filter(|kept| !kept.record.state.has_ended()).count();
        if waiting < MOST_WAITING { Ok(()) } else { Err(JobError::TooMany) }
    }

    /// Lets a prepared job be begun, now that its track is in the list; its id.
    pub async fn release(&self, mut prepared: Prepared, track: &str) -> Result<JobId, JobError> {
        prepared.0.record.track = track.to_owned();
        let wait = |record: &mut Record| (record.state, record.owner) = (JobState::Waiting, None);
        let id = match self.shared.shelf.replace(&prepared.0, wait).await {
            // Another process took this one for dead, saw no track yet, and let the job go.
            Err(StoreError::Changed { .. } | StoreError::NotFound { .. }) => {
                let Record { asset, track, work, by, takes_track, .. } = prepared.0.record;
                let record = Record { by, takes_track, ..Record::new(&asset, &track, work) };
                self.shared.shelf.add(record).await?.id
            }
            kept => kept?.id,
        };
        self.shared.made.notify_one();
        Ok(id)
    }

    /// Takes a prepared job away: its track was refused.
    pub async fn withdraw(&self, prepared: Prepared) {
        if let Err(error) = self.shared.shelf.remove(&prepared.0).await {
            tracing::warn!(job = prepared.0.id, "a job without a track stays for a while: {error}");
        }
    }

    fn status(&self, kept: &Kept) -> JobStatus {
        let mut status = JobStatus::of(&kept.id, &kept.record);
        if let Some((_, here)) = self.shared.here().get(&kept.id)
            && kept.record.state == JobState::Running
        {
            status.progress = here.progress.get();
        }
        status
    }
}

/// A job that waits for its track.
#[derive(Debug)]
pub struct Prepared(Kept);

impl Prepared {
    /// Should the job fail, its track goes, in place of staying with the reason: for those who ask the job what came of
    /// it.
    pub fn taking_its_track(mut self) -> Prepared {
        self.0.record.takes_track = true;
        self
    }
}

impl Shared {
    fn here(&self) -> MutexGuard<'_, Running> {
        // The map is whole between any two statements, so a panic elsewhere spoils nothing.
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
