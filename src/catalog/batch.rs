//! Edits that are written together.
//!
//! To make a write durable takes a disk some milliseconds, and a busy one a hundred. Each edit in its turn is judged on
//! top of those before it, and left for whoever comes when all have had their turn who wait now: one write is then the
//! edit of all. No edit is told that it is made before it is durable; where the write fails, none is.

use super::edit::{AssetEdited, EditError};
use super::history::{HistoryEntry, MOST_ENTRIES, Moment};
use super::loaded::{Contents, DocumentFile, Files};
use super::standing::Standing;
use super::turns::Turn;
use super::{LoadedAsset, Shared};
use crate::store::{FileVersion, StoreError};
use crate::track::Asset;
use bytes::Bytes;
use futures_util::FutureExt;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Edits of one asset, judged and not yet written.
pub(super) struct Batch {
    pub(super) standing: Standing,
    /// The last of them: more would not be kept.
    entries: VecDeque<HistoryEntry>,
    /// Names of tracks that an edit took out.
    removed: Vec<String>,
    done: oneshot::Sender<Outcome>,
    outcome: Waiting,
}

/// What became of a batch: the asset as it is then.
type Outcome = Result<Arc<LoadedAsset>, EditError>;
/// What the edits of a batch wait for.
pub(super) type Waiting = futures_util::future::Shared<oneshot::Receiver<Outcome>>;

/// A track list that keeps to the rules, with the files that it names.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    pub(super) document: DocumentFile,
    pub(super) bytes: Bytes,
    pub(super) files: Files,
    /// Files that cannot be used, with the reason.
    pub(super) failed: BTreeMap<String, String>,
}

impl Checked {
    pub(super) fn asset(&self) -> &Asset {
        &self.document.document.asset
    }

    pub(super) fn revision(&self) -> String {
        self.document.revision.clone()
    }
}

impl Batch {
    pub(super) fn new(standing: Standing) -> Batch {
        let (done, outcome) = oneshot::channel();
        Batch { standing, entries: VecDeque::new(), removed: Vec::new(), done, outcome: outcome.shared() }
    }

    /// Adds an edit that `by` makes on top of the others.
    pub(super) fn add(&mut self, by: String, checked: Checked) -> Waiting {
        let before = self.standing.before().map(|asset| asset.tracks.as_slice()).unwrap_or_default();
        let is_gone = |name: &&String| checked.asset().tracks.iter().all(|track| track.name != **name);
        self.removed.extend(before.iter().map(|track| &track.name).filter(is_gone).cloned());
        self.entries.push_back(self.standing.entry(by, Some((checked.revision(), checked.asset().clone()))));
        if self.entries.len() > MOST_ENTRIES {
            self.entries.pop_front();
        }
        self.standing.pending = Some(checked);
        self.outcome.clone()
    }

    /// What the edits of this batch wait for.
    pub(super) fn outcome(&self) -> Waiting {
        self.outcome.clone()
    }
}

/// Waits until a batch is written.
pub(super) async fn written(outcome: Waiting) -> Outcome {
    outcome.await.unwrap_or_else(|_| Err(broken_off()))
}

fn broken_off() -> EditError {
    let reason = "it broke off; the log says why".to_owned();
    EditError::Store(StoreError::Unwritten { path: "the track document".to_owned(), reason })
}

impl Shared {
    /// Waits for one's turn, with nothing left to be written. Writing does not stop half way, also where nobody waits
    /// for it any more.
    pub(super) async fn clear_turn(self: &Arc<Self>, name: &str) -> Turn {
        loop {
            let mut turn = self.turns.take(name).await;
            let Some(batch) = turn.remove(name) else { return turn };
            let shared = Arc::clone(self);
            let writing = tokio::spawn(async move {
                shared.write_batch(batch).await;
                turn
            });
            if let Ok(turn) = writing.await {
                return turn;
            }
        }
    }

    /// Writes what was judged, and lets everybody know.
    async fn write_batch(&self, batch: Batch) {
        let Batch { standing, entries, removed, done, .. } = batch;
        let outcome = self.publish(&standing, entries.into(), removed).await;
        // Whoever edited may have gone.
        let _ = done.send(outcome);
    }

    async fn publish(&self, standing: &Standing, entries: Vec<HistoryEntry>, removed: Vec<String>) -> Outcome {
        let Some(checked) = standing.pending.clone() else { return Err(broken_off()) };
        let moment = Moment::now();
        let (file, replaced) = standing.target();
        let mut writing = self.store.write(&standing.path(file)?, replaced).await?;
        writing.append(checked.bytes.clone()).await?;
        let version = writing.commit().await?;
        let look = self.look();
        let asset = self.joined(standing, checked, Some(version)).await.map(Arc::new);
        self.loads.leave(&standing.name);
        if let Ok(asset) = &asset {
            self.keep(standing.name.clone(), asset, look);
        }
        self.record(&standing.name, moment, &entries).await;
        self.metrics.edited(entries.len() as u64);
        self.tell(&standing.name, removed);
        Ok(asset?)
    }

    /// The asset with another list. `version` is the document's, where it is written.
    pub(super) async fn joined(
        &self,
        standing: &Standing,
        checked: Checked,
        version: Option<FileVersion>,
    ) -> Result<LoadedAsset, StoreError> {
        let Checked { document, files, failed, .. } = checked;
        let listing = standing.listing_with(&document.file, version);
        let contents = Contents { listing, document: Some(document), files, failed };
        LoadedAsset::joined(&standing.name, &standing.folder, contents, self.options.segment_duration).await
    }

    /// Tells who follows the edits. Nobody may.
    pub(super) fn tell(&self, asset: &str, removed: Vec<String>) {
        let _ = self.edits.send(Arc::new(AssetEdited { asset: asset.to_owned(), removed }));
    }
}
