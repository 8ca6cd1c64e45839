//! What takes time: conversions today. A job outlives the process that runs it: interrupted, it is taken up again, by
//! this process or another on the same store, once.
//!
//! A job says how far its work is; the truth for players is the `status` of the track in its document: `preparing`, then
//! `ready`, or `error` with the reason.

mod convert;
mod ffmpeg;
mod record;
mod runner;
mod shelf;

pub use ffmpeg::{ConvertError, ConvertOptions, Converter, Input, NoConverter};
pub use record::{JobState, JobStatus, WORK_KINDS, Work};

use crate::catalog::Catalog;
use crate::store::StoreError;
use record::Record;
use runner::{Asked, CANCELLED, Here};
use shelf::{Kept, Shelf};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// Who edits, as the history has it.
const BY: &str = "job";
/// Jobs that may wait.
const MOST_WAITING: usize = 1000;

/// How jobs are run.
#[derive(Debug, Clone)]
pub struct JobsOptions {
    /// At once, in this process.
    pub concurrency: usize,
    /// A job whose process has been silent for so long is taken up by another.
    pub lease: Duration,
    /// How long an ended job is still told.
    pub kept: Duration,
    pub convert: ConvertOptions,
}

impl Default for JobsOptions {
    fn default() -> Self {
        JobsOptions {
            concurrency: 1,
            lease: Duration::from_secs(10),
            kept: Duration::from_secs(86_400),
            convert: ConvertOptions::default(),
        }
    }
}

/// Why there is no new job.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JobError {
    #[error(transparent)]
    NoConverter(#[from] NoConverter),
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
    converter: Result<Converter, NoConverter>,
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
            converter: Converter::find(&options.convert),
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
        self.shared.converter.as_ref().map(drop).map_err(Clone::clone)
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
            let cancel = |record: &mut Record| (record.state, record.owner) = (JobState::Cancelled, None);
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
    pub(crate) async fn prepare(&self, asset: &str, track: &str, work: Work) -> Result<Prepared, JobError> {
        let waiting = self.shared.shelf.all().await?;
        if waiting.iter().filter(|kept| !kept.record.state.has_ended()).count() >= MOST_WAITING {
            return Err(JobError::TooMany);
        }
        // As if it were run here, so that nobody begins it before its track is in the list. Should this process die now,
        // another finds that there is no track, and lets the job go.
        let mut record = Record::new(asset, track, work);
        (record.state, record.owner) = (JobState::Running, Some(format!("{} prepares it", self.shared.owner)));
        Ok(Prepared(self.shared.shelf.add(record).await?))
    }

    /// Lets a prepared job be begun, now that its track is in the list; its id.
    pub(crate) async fn release(&self, mut prepared: Prepared, track: &str) -> Result<String, JobError> {
        prepared.0.record.track = track.to_owned();
        let wait = |record: &mut Record| (record.state, record.owner) = (JobState::Waiting, None);
        let id = match self.shared.shelf.replace(&prepared.0, wait).await {
            // Another process took this one for dead, saw no track yet, and let the job go.
            Err(StoreError::Changed { .. } | StoreError::NotFound { .. }) => {
                let Record { asset, track, work, .. } = prepared.0.record;
                self.shared.shelf.add(Record::new(&asset, &track, work)).await?.id
            }
            kept => kept?.id,
        };
        self.shared.made.notify_one();
        Ok(id)
    }

    /// Takes a prepared job away: its track was refused.
    pub(crate) async fn withdraw(&self, prepared: Prepared) {
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
pub(crate) struct Prepared(Kept);

impl Shared {
    fn here(&self) -> MutexGuard<'_, Running> {
        // The map is whole between any two statements, so a panic elsewhere spoils nothing.
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
