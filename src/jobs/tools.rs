//! What jobs are done with.

use super::{Converter, JobsOptions, NoConverter, NoTranscriber, Transcriber};
use crate::fetch::Fetcher;
use tokio::sync::{Semaphore, SemaphorePermit};

/// What jobs are done with, as far as this machine has it.
pub(super) struct Tools {
    pub(super) converter: Result<Converter, NoConverter>,
    pub(super) transcriber: Result<Transcriber, NoTranscriber>,
    pub(super) fetcher: Fetcher,
    /// For what keeps a processor busy.
    busy: Semaphore,
}

impl Tools {
    pub(super) fn find(options: &JobsOptions) -> Tools {
        Tools {
            converter: Converter::find(&options.convert),
            transcriber: Transcriber::find(&options.transcribe),
            fetcher: Fetcher::new(options.fetch.clone()),
            busy: Semaphore::new(options.concurrency),
        }
    }

    /// Waits until this may keep a processor busy.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.busy.acquire().await.ok()
    }
}
