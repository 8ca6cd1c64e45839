//! What the server does beside serving: jobs, and telling a CDN of edits.

use super::Failure;
use crate::catalog::{AssetEdited, Catalog};
use crate::jobs::{ConvertOptions, Jobs, JobsOptions};
use crate::purge::Purger;
use crate::server::Config;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::task::JoinHandle;

/// For the purges that wait when the process ends.
const LAST_PURGES: Duration = Duration::from_secs(5);

/// The work beside serving, while it goes on.
pub(super) struct Background {
    pub(super) jobs: Jobs,
    /// Where a CDN is to be told.
    pub(super) purger: Option<Purger>,
    running: JoinHandle<()>,
    purging: Vec<JoinHandle<()>>,
}

pub(super) fn jobs_options(config: &Config) -> JobsOptions {
    JobsOptions {
        concurrency: config.jobs.concurrency,
        kept: config.jobs.kept,
        convert: ConvertOptions {
            ffmpeg: config.convert.ffmpeg.clone(),
            timeout: config.convert.timeout,
            max_duration: config.convert.max_duration,
            max_output: config.convert.max_output,
        },
        fetches: config.fetch.concurrency,
        fetch: config.fetch.options(),
        transcribe: config.transcriber.options(),
        ..JobsOptions::default()
    }
}

impl Background {
    pub(super) fn start(catalog: &Arc<Catalog>, config: &Config) -> Result<Background, Failure> {
        let options = config.purge.options(|name| std::env::var(name).ok());
        let options = options.map_err(|(key, problem)| Failure::new(format!("{key}: {problem}")))?;
        let purger = options.map(Purger::new);
        let purging = purger.iter().flat_map(|purger| {
            let (runs, hears, edits) = (purger.clone(), purger.clone(), catalog.edits());
            [tokio::spawn(async move { runs.run().await }), tokio::spawn(hear(edits, hears))]
        });
        let purging = purging.collect();
        let jobs = Jobs::new(Arc::clone(catalog), jobs_options(config));
        if let (Err(reason), Some(_)) = (jobs.can_convert(), &config.convert.ffmpeg) {
            return Err(Failure::new(reason.to_string()));
        }
        if let (Err(reason), false) = (jobs.can_transcribe(), config.transcriber.command.is_empty()) {
            return Err(Failure::new(reason.to_string()));
        }
        let running = jobs.start();
        Ok(Background { jobs, purger, running, purging })
    }

    /// Leaves unfinished jobs to the next process, and makes the purges that wait.
    pub(super) async fn end(self) {
        self.jobs.stop();
        let _ = self.running.await;
        for task in self.purging {
            task.abort();
            let _ = task.await;
        }
        if let Some(purger) = self.purger {
            purger.finish(LAST_PURGES).await;
        }
    }
}

/// Hands edits on to be purged.
async fn hear(mut edits: Receiver<Arc<AssetEdited>>, purger: Purger) {
    loop {
        match edits.recv().await {
            Ok(edited) => purger.edited(&edited.asset),
            Err(RecvError::Lagged(missed)) => purger.missed(missed),
            Err(RecvError::Closed) => return,
        }
    }
}
