//! A job that this process runs, as the rest of the process sees it.

use crate::catalog::{FileUpload, UploadError};
use crate::store::StoreError;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use tokio::sync::{Mutex, Notify, watch};

/// How far a job is, in percent.
#[derive(Debug, Default)]
pub(super) struct Progress(AtomicU8);

impl Progress {
    pub(super) fn set(&self, percent: u8) {
        self.0.store(percent, Relaxed);
    }

    pub(super) fn get(&self) -> u8 {
        self.0.load(Relaxed)
    }
}

/// A job that this process runs.
#[derive(Debug)]
pub(super) struct Here {
    pub(super) progress: Progress,
    pub(super) placed: Placed,
    /// What is asked of it.
    pub(super) asked: watch::Sender<Asked>,
    /// Told when its track may have changed.
    pub(super) doubt: Notify,
}

impl Here {
    /// Asks it, unless something was asked before.
    pub(super) fn ask(&self, what: Asked) {
        self.asked.send_if_modified(|asked| {
            let is_first = *asked == Asked::GoOn;
            if is_first {
                *asked = what;
            }
            is_first
        });
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    GoOn,
    /// Leave the job to another process.
    Stop,
    Cancel,
}

/// The file that a job itself put in its place: only that is the job's to take away, should nobody want it any more. What a
/// person brought under the same name is theirs.
#[derive(Debug, Default)]
pub(super) struct Placed(Arc<Mutex<Option<String>>>);

impl Placed {
    /// Puts a file in its place. That is seen through, and noted, also where the job is let go of half way.
    pub(super) async fn put(&self, upload: FileUpload) -> Result<(), UploadError> {
        let mut revision = Arc::clone(&self.0).lock_owned().await;
        let putting = tokio::spawn(async move {
            *revision = Some(upload.finish().await?.revision());
            Ok(())
        });
        putting.await.unwrap_or_else(|error| {
            let reason = format!("it broke off; the log says why: {error}");
            Err(StoreError::Unwritten { path: "the file".to_owned(), reason }.into())
        })
    }

    /// The file's revision; waits while it is put in its place.
    pub(super) async fn revision(&self) -> Option<String> {
        self.0.lock().await.clone()
    }
}
