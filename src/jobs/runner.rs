//! Takes up jobs and carries them out: each by one process at a time, as many at once as are allowed.
//!
//! Who runs a job writes its document anew again and again. Where that stops, the process is gone, and another takes the
//! job up; the clocks of machines are not compared for it. Each such write is conditional, so that who lost a job, or
//! whose job was cancelled elsewhere, learns of it then and stops.

use super::Shared;
use super::convert::{Trouble, convert};
use super::fetch::fetch;
use super::here::{Asked, Here, Placed, Progress};
use super::record::{JobState, Record, Work, now};
use super::shelf::Kept;
use super::transcribe::transcribe;
use crate::catalog::{EditError, EditOf, Expected, LoadError};
use crate::lint::Finding;
use crate::store::{FileVersion, StoreError};
use crate::track::Status;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// A job that was begun so often and never came to its end is the end of the processes that begin it.
const MOST_ATTEMPTS: u32 = 5;
/// Lint's rule of tracks that are longer or shorter than the video.
const LENGTH_RULE: &str = "length-differs";
/// Ended jobs that are kept.
const MOST_ENDED: usize = 1000;

/// How the run of a job came to an end.
enum End {
    Done,
    Troubled(Trouble),
    /// The process ends.
    Stopped,
    /// By a person, through this process.
    Cancelled,
    /// The track is there no more, or needs no job.
    Unwanted,
    /// Another process wrote the job's document.
    Lost,
}

impl Shared {
    /// Takes up what can be taken up, until the process ends.
    pub(super) async fn run(self: Arc<Self>) {
        let mut edits = self.catalog.edits();
        let mut running = JoinSet::new();
        let mut others = HashMap::new();
        let mut stopping = self.stopping.subscribe();
        while !*stopping.borrow_and_update() {
            if let Err(error) = self.look(&mut others, &mut running).await {
                tracing::warn!("jobs cannot be looked for: {error}");
            }
            let mut again = std::pin::pin!(tokio::time::sleep(self.options.lease / 3));
            loop {
                tokio::select! {
                    () = &mut again => break,
                    () = self.made.notified() => break,
                    Some(_) = running.join_next() => break,
                    _ = stopping.changed() => break,
                    edited = edits.recv() => match edited {
                        Ok(edited) => {
                            self.doubt(|record| record.asset == edited.asset);
                            if !edited.removed.is_empty()
                                && let Err(error) = self.let_go(&edited.asset).await
                            {
                                tracing::warn!("jobs cannot be looked for: {error}");
                            }
                        }
                        Err(RecvError::Lagged(_)) => self.doubt(|_| true),
                        Err(RecvError::Closed) => std::future::pending().await,
                    },
                }
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Lets the jobs of this process look whether they are wanted still.
    fn doubt(&self, which: impl Fn(&Record) -> bool) {
        for (record, here) in self.here().values() {
            if which(record) {
                here.doubt.notify_one();
            }
        }
    }

    /// Ends the jobs that wait for their turn, and whose tracks are there no more.
    async fn let_go(&self, asset: &str) -> Result<(), StoreError> {
        for kept in self.shelf.all().await? {
            if kept.record.state == JobState::Waiting
                && kept.record.asset == asset
                && let Ok(false) = self.standing(&kept.record).await
            {
                match self.settle_unwanted(kept).await {
                    // Somebody took it up, and will see.
                    Ok(_) | Err(StoreError::Changed { .. } | StoreError::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// Begins what may be begun. `others` holds what other processes run: the version of each document, and since when
    /// it has had that.
    async fn look(
        self: &Arc<Self>,
        others: &mut HashMap<String, (FileVersion, Instant)>,
        running: &mut JoinSet<()>,
    ) -> Result<(), StoreError> {
        let all = self.shelf.all().await?;
        others.retain(|id, _| all.iter().any(|kept| kept.id == *id));
        self.tidy(&all).await;
        for kept in all {
            if !self.is_free(&kept, others) || self.is_full(&kept.record.work) || !self.can(&kept.record.work) {
                continue;
            }
            match self.claim(&kept).await {
                Ok(claimed) => {
                    let shared = Arc::clone(self);
                    // Known to be here before the next look, which would take it for a job that nobody runs.
                    let here = self.take(&claimed);
                    running.spawn(async move { shared.carry_out(claimed, here).await });
                }
                Err(StoreError::Changed { .. } | StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Whether as many jobs of this sort run here as may: those that wait for other servers are no burden to those that
    /// keep a processor busy.
    fn is_full(&self, work: &Work) -> bool {
        let is_fetch = |work: &Work| matches!(work, Work::Fetch { .. });
        let alike = self.here().values().filter(|(record, _)| is_fetch(&record.work) == is_fetch(work)).count();
        alike >= if is_fetch(work) { self.options.fetches } else { self.options.concurrency }
    }

    /// Whether nobody runs a job that is to be run.
    pub(super) fn is_free(&self, kept: &Kept, others: &mut HashMap<String, (FileVersion, Instant)>) -> bool {
        match kept.record.state {
            JobState::Waiting => kept.record.not_before <= now(),
            JobState::Running if kept.record.owner.as_deref() == Some(&self.owner) => {
                !self.here().contains_key(&kept.id)
            }
            JobState::Running => {
                let known = others.get(&kept.id).filter(|(version, _)| *version == kept.version);
                let since = known.map_or_else(Instant::now, |(_, since)| *since);
                others.insert(kept.id.clone(), (kept.version.clone(), since));
                since.elapsed() >= self.options.lease
            }
            _ => false,
        }
    }

    /// Whether this process can do such work.
    pub(super) fn can(&self, work: &Work) -> bool {
        match work {
            Work::Convert { .. } => self.tools.converter.is_ok(),
            Work::Fetch { .. } => true,
            Work::Transcribe { .. } => self.tools.converter.is_ok() && self.tools.transcriber.is_ok(),
        }
    }

    /// Makes a job this process's own.
    pub(super) async fn claim(&self, kept: &Kept) -> Result<Kept, StoreError> {
        self.shelf
            .replace(kept, |record| {
                record.state = JobState::Running;
                record.owner = Some(self.owner.clone());
                record.attempts += 1;
                record.progress = 0;
            })
            .await
    }

    /// Notes that a claimed job runs here, from now until it is carried out.
    pub(super) fn take(&self, kept: &Kept) -> Arc<Here> {
        let here = Arc::new(Here {
            progress: Progress::default(),
            placed: Placed::default(),
            asked: watch::Sender::new(Asked::GoOn),
            doubt: Notify::new(),
        });
        self.here().insert(kept.id.clone(), (kept.record.clone(), Arc::clone(&here)));
        here
    }

    /// Runs a job that was taken to whatever end it comes to.
    pub(super) async fn carry_out(&self, kept: Kept, here: Arc<Here>) {
        let id = kept.id.clone();
        if *self.stopping.borrow() {
            here.ask(Asked::Stop);
        }
        tracing::info!(
            job = id,
            asset = kept.record.asset,
            track = kept.record.track,
            "{} begins",
            kept.record.work.kind()
        );
        let mut kept = kept;
        let end = match kept.record.attempts > MOST_ATTEMPTS {
            true => {
                let problem =
                    format!("it was begun {MOST_ATTEMPTS} times and broke off each time; the log may say why");
                End::Troubled(Trouble::Final(problem))
            }
            false => self.work_alive(&mut kept, &here).await,
        };
        if let Some(revision) = here.placed.revision().await {
            kept.record.placed = Some(revision);
        }
        if let Err(error) = self.conclude(kept, end).await {
            tracing::warn!(job = id, "its end could not be written down: {error}");
        }
        self.here().remove(&id);
        here.asked.send_replace(Asked::Stop);
    }

    /// What lint says of the length of what was made: media is served as it is, neither cut nor filled up.
    async fn note(&self, record: &Record) -> Option<String> {
        let asset = self.catalog.newest(&record.asset).await.ok()?;
        let track = asset.asset.tracks.iter().find(|track| is_its_track(track, record))?;
        let is_its =
            |finding: &Finding| finding.rule == LENGTH_RULE && finding.track.as_deref() == Some(track.name.as_str());
        asset.lint().into_iter().find(is_its).map(|finding| finding.message)
    }

    /// Does the work, and lets the track be ready.
    async fn work(&self, record: &Record, here: &Here) -> End {
        match self.standing(record).await {
            Ok(true) => {}
            Ok(false) => return End::Unwanted,
            Err(error) => return End::Troubled(Trouble::Again(error.to_string())),
        }
        let worked = match (&record.work, &self.tools.converter, &self.tools.transcriber) {
            (Work::Fetch { .. }, ..) => fetch(&self.catalog, &self.tools, record, here).await,
            (Work::Convert { .. }, Ok(converter), _) => {
                convert(&self.catalog, &self.tools, converter, record, here).await
            }
            (Work::Transcribe { .. }, Ok(converter), Ok(transcriber)) => {
                transcribe(&self.catalog, &self.tools, converter, transcriber, record, here).await
            }
            _ => return End::Stopped,
        };
        if let Err(trouble) = worked {
            return End::Troubled(trouble);
        }
        match self.set_status(record, Status::Ready).await {
            Ok(true) => End::Done,
            Ok(false) => End::Unwanted,
            Err(error @ (EditError::Refused(_) | EditError::Unreadable { .. })) => {
                End::Troubled(Trouble::Final(error.to_string()))
            }
            Err(EditError::UnknownAsset { .. }) => End::Unwanted,
            Err(error) => End::Troubled(Trouble::Again(error.to_string())),
        }
    }

    /// Does the work and shows all the while that it is alive, until it is done or must stop.
    async fn work_alive(&self, kept: &mut Kept, here: &Here) -> End {
        let record = kept.record.clone();
        let mut work = std::pin::pin!(self.work(&record, here));
        let mut asked = here.asked.subscribe();
        let mut alive = Instant::now();
        loop {
            tokio::select! {
                end = &mut work => return end,
                asked = asked.wait_for(|asked| *asked != Asked::GoOn) => match asked.as_deref() {
                    Ok(Asked::Cancel) => return End::Cancelled,
                    _ => return End::Stopped,
                },
                () = tokio::time::sleep(self.options.lease / 4) => {}
                () = here.doubt.notified() => {}
            }
            // Not within the choice above: a write that is let go of half way may be made all the same, and then this
            // process would not know its own job again.
            if let Some(end) = self.show_alive(kept, here, &mut alive).await {
                return end;
            }
        }
    }

    /// Writes the job's document anew; the end where it must stop.
    async fn show_alive(&self, kept: &mut Kept, here: &Here, alive: &mut Instant) -> Option<End> {
        if let Ok(false) = self.standing(&kept.record).await {
            return Some(End::Unwanted);
        }
        match self.shelf.replace(kept, |record| record.progress = here.progress.get()).await {
            Ok(written) => (*kept, *alive) = (written, Instant::now()),
            Err(StoreError::Changed { .. } | StoreError::NotFound { .. }) => return Some(End::Lost),
            // Before another may think that nobody is here.
            Err(_) if alive.elapsed() > self.options.lease * 2 / 3 => return Some(End::Lost),
            Err(error) => tracing::warn!(job = kept.id, "{error}"),
        }
        None
    }

    /// Writes down how a run ended, and tells the track.
    async fn conclude(&self, kept: Kept, end: End) -> Result<(), StoreError> {
        let (id, record) = (kept.id.clone(), kept.record.clone());
        let metrics = self.catalog.metrics();
        let ended = |state: JobState, reason: Option<String>| {
            if let Some(outcome) = state.outcome() {
                metrics.job_ended(record.work.kind(), outcome);
            }
            move |record: &mut Record| record.end(state, reason)
        };
        match end {
            End::Done => {
                tracing::info!(job = id, asset = record.asset, track = record.track, "{} done", record.work.kind());
                let note = self.note(&record).await;
                let done = |record: &mut Record| {
                    ended(JobState::Done, None)(record);
                    (record.progress, record.note) = (100, note);
                };
                self.shelf.replace(&kept, done).await?
            }
            End::Troubled(Trouble::Again(reason)) if record.attempts < MOST_ATTEMPTS => {
                let wait = self.options.pause * (1 << record.attempts.clamp(1, MOST_ATTEMPTS).saturating_sub(1));
                tracing::warn!(job = id, asset = record.asset, "tried again in {wait:?}: {reason}");
                metrics.failed(&record.asset, &reason);
                let later = |record: &mut Record| {
                    ended(JobState::Waiting, Some(reason))(record);
                    record.not_before = now() + wait.as_secs();
                };
                self.shelf.replace(&kept, later).await?
            }
            End::Troubled(Trouble::Final(reason) | Trouble::Again(reason)) => {
                tracing::warn!(job = id, asset = record.asset, track = record.track, "failed: {reason}");
                metrics.failed(&record.asset, &reason);
                if !(record.takes_track && self.take_track(&record).await) {
                    self.tell_track(&record, &reason).await;
                }
                self.shelf.replace(&kept, ended(JobState::Failed, Some(reason))).await?
            }
            End::Stopped => {
                let leave = |record: &mut Record| {
                    ended(JobState::Waiting, None)(record);
                    record.attempts = record.attempts.saturating_sub(1);
                };
                self.shelf.replace(&kept, leave).await?
            }
            End::Cancelled => {
                self.tell_track(&record, CANCELLED).await;
                self.shelf.replace(&kept, ended(JobState::Cancelled, None)).await?
            }
            End::Unwanted => self.settle_unwanted(kept).await?,
            End::Lost => return Ok(()),
        };
        Ok(())
    }

    /// No track waits for the job: it has what it waited for, or is there no more, and then what was made for it goes, too.
    async fn settle_unwanted(&self, kept: Kept) -> Result<Kept, StoreError> {
        let record = &kept.record;
        let asset = self.catalog.newest(&record.asset).await;
        let track = asset.iter().flat_map(|asset| &asset.asset.tracks).find(|track| is_its_track(track, record));
        let is_known = matches!(&asset, Ok(_) | Err(LoadError::Unknown { .. }));
        let (state, reason) = match track.map(|track| &track.status) {
            None if !is_known => (JobState::Waiting, None),
            Some(Status::Ready) => (JobState::Done, None),
            // This job's own word, written down before a crash, or somebody's.
            Some(Status::Error(reason)) => (JobState::Failed, Some(reason.clone())),
            Some(Status::Preparing) => (JobState::Waiting, None),
            None => (JobState::Cancelled, Some("its track is there no more".to_owned())),
        };
        let how = if state == JobState::Done { "done" } else { "nothing waits for it" };
        tracing::info!(job = kept.id, asset = record.asset, track = record.track, "{}: {how}", record.work.kind());
        if track.is_none()
            && asset.is_ok()
            && let Some(revision) = &record.placed
        {
            let edit = EditOf { by: super::BY.to_owned(), expected: Expected::OneOf(vec![revision.clone()]) };
            // Somebody may have put another there, or made a track of it.
            let _ = self.catalog.remove_file(&record.asset, record.work.target(), &edit).await;
        }
        if let Some(outcome) = state.outcome() {
            self.catalog.metrics().job_ended(record.work.kind(), outcome);
        }
        let note = if state == JobState::Done { self.note(record).await } else { None };
        let settled = |record: &mut Record| {
            record.end(state, reason);
            if state == JobState::Done {
                (record.progress, record.note) = (100, note);
            }
        };
        self.shelf.replace(&kept, settled).await
    }

    /// Whether a track waits for the job; an error where that cannot be known.
    async fn standing(&self, record: &Record) -> Result<bool, LoadError> {
        // The newest: another process may have added the track this moment.
        match self.catalog.newest(&record.asset).await {
            Ok(asset) => Ok(asset.asset.tracks.iter().any(|track| waits_for(track, record))),
            Err(LoadError::Unknown { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Sets the status of the track that waits for the job; false where none does.
    async fn set_status(&self, record: &Record, status: Status) -> Result<bool, EditError> {
        let edit = EditOf { by: super::BY.to_owned(), expected: Expected::Any };
        let edited = self.catalog.edit(&record.asset, &edit, |asset| {
            let track = asset.tracks.iter_mut().find(|track| waits_for(track, record));
            Ok(track.map(|track| track.status = status.clone()).is_some())
        });
        Ok(edited.await?.value)
    }

    /// Removes the track that waits for the job, and the file that it was to be made of; false where the track must stay, as
    /// one that was made the default.
    async fn take_track(&self, record: &Record) -> bool {
        let edit = EditOf { by: super::BY.to_owned(), expected: Expected::Any };
        let edited = self.catalog.edit(&record.asset, &edit, |asset| {
            asset.tracks.retain(|track| !waits_for(track, record));
            Ok(())
        });
        if edited.await.is_err() {
            return false;
        }
        if let Work::Convert { source, .. } = &record.work {
            // It came for this track alone, but another may use it by now.
            let _ = self.catalog.remove_file(&record.asset, source, &edit).await;
        }
        true
    }

    pub(super) async fn tell_track(&self, record: &Record, reason: &str) {
        let line = reason.split(char::is_control).map(str::trim).filter(|part| !part.is_empty());
        let line = line.collect::<Vec<_>>().join("; ");
        if let Err(error) = self.set_status(record, Status::Error(line)).await {
            tracing::warn!(asset = record.asset, track = record.track, "its status could not be written: {error}");
        }
    }

    /// Takes away what ended long ago.
    async fn tidy(&self, all: &[Kept]) {
        let ended: Vec<&Kept> = all.iter().filter(|kept| kept.record.state.has_ended()).collect();
        let kept_since = now().saturating_sub(self.options.kept.as_secs());
        let too_many = ended.len().saturating_sub(MOST_ENDED);
        for (place, kept) in ended.into_iter().enumerate() {
            if place < too_many || kept.record.changed < kept_since {
                // Another process may have been faster.
                let _ = self.shelf.remove(kept).await;
            }
        }
    }
}

pub(super) const CANCELLED: &str = "this was cancelled; remove the track and add it again";

/// The file is the track's identity here: it may be renamed while its file is made.
fn is_its_track(track: &crate::track::Track, record: &Record) -> bool {
    track.file == record.work.target()
}

fn waits_for(track: &crate::track::Track, record: &Record) -> bool {
    is_its_track(track, record) && track.status == Status::Preparing
}

#[cfg(test)]
mod tests;
