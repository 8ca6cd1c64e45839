//! Who changed which track list when, from what to what: kept in the store's own folder, bounded.
//!
//! What is written at once, an edit or several, is one document:
//! `.signalbox/history/{hash of the asset's name}/{moment}-{number of edits}.json`. It is written after the edit is made:
//! what a crash takes in between is missing here, and shows, as an edit by hand does, as a gap between the
//! revision that one entry ends with and the one that the next begins with.

use super::{Catalog, EditError, EditOf, Edited, Shared};
use crate::document::{asset_from_value, asset_value};
use crate::store::{FileEntry, StoreError, StorePath};
use crate::track::Asset;
use bytes::Bytes;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::time::{SystemTime, UNIX_EPOCH};

/// So much is kept of an asset: entries, and bytes.
pub(super) const MOST_ENTRIES: usize = 100;
const MOST_BYTES: u64 = 16 << 20;

/// One edit.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub at: u64,
    pub by: String,
    /// Revisions; `None` where there was, or is, no document.
    pub revision_before: Option<String>,
    pub revision: Option<String>,
    /// The list of the document, as far as it could be read.
    pub before: Option<Asset>,
    pub after: Option<Asset>,
}

/// An entry as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    asset: String,
    at: u64,
    by: String,
    revision_before: Option<String>,
    revision: Option<String>,
    before: Option<Value>,
    after: Option<Value>,
}

/// When an edit is made: taken after the list was read and before another is written, so that entries lie in the order
/// of the edits, whoever makes them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// Since 1970.
    nanoseconds: u128,
}

impl Moment {
    pub(super) fn now() -> Moment {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment { nanoseconds: since.as_nanos() }
    }

    pub(super) fn seconds(self) -> u64 {
        (self.nanoseconds / 1_000_000_000) as u64
    }
}

impl Catalog {
    /// The edits of an asset, the newest first. An edit by hand shows as a gap between two revisions.
    pub async fn history(&self, name: &str) -> Result<Vec<HistoryEntry>, StoreError> {
        let Some(folder) = folder(name) else { return Ok(Vec::new()) };
        let files = self.shared.entries(&folder).await?;
        let reads = files.iter().rev().filter_map(|file| {
            let path = folder.join(&file.name)?;
            Some(async move { self.shared.store.read(&path, &file.version, 0..file.version.size).await })
        });
        let mut entries = Vec::new();
        for (file, bytes) in files.iter().rev().zip(join_all(reads).await) {
            match bytes {
                Ok(bytes) => match read(&bytes) {
                    Ok(read) => entries.extend(read.into_iter().rev()),
                    Err(problem) => {
                        tracing::warn!(asset = name, entry = file.name, problem, "an entry of the history is left out");
                    }
                },
                // It was the oldest, and another edit was made meanwhile.
                Err(StoreError::Changed { .. } | StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        entries.truncate(MOST_ENTRIES);
        Ok(entries)
    }

    /// Makes the track list again what it was at `revision`, as a new edit. What was being prepared then is what it has
    /// become: its job is not there again.
    pub async fn revert(&self, name: &str, edit: &EditOf, revision: &str) -> Result<Edited<()>, EditError> {
        let at_revision = |entry: HistoryEntry| {
            let after = entry.after.filter(|_| entry.revision.as_deref() == Some(revision));
            after.or_else(|| entry.before.filter(|_| entry.revision_before.as_deref() == Some(revision)))
        };
        let list = self.history(name).await?.into_iter().find_map(at_revision);
        let unknown = || EditError::UnknownRevision { asset: name.to_owned(), revision: revision.to_owned() };
        self.put_asset_as_said(name, edit, list.ok_or_else(unknown)?).await
    }
}

impl Shared {
    /// Puts edits down, the oldest first. They are made; where this fails, the log says so.
    pub(super) async fn record(&self, name: &str, moment: Moment, entries: &[HistoryEntry]) {
        let Some(folder) = folder(name) else { return };
        if let Err(error) = self.add(&folder, name, moment, entries).await {
            tracing::warn!(asset = name, %error, "an edit was made that the history will not show");
        }
        if let Err(error) = self.prune(&folder).await {
            tracing::warn!(asset = name, %error, "old entries of the history were not removed");
        }
    }

    async fn add(
        &self,
        folder: &StorePath,
        name: &str,
        moment: Moment,
        entries: &[HistoryEntry],
    ) -> Result<(), StoreError> {
        let bytes = written(name, entries);
        let mut nanoseconds = moment.nanoseconds;
        loop {
            let Some(path) = folder.join(&format!("{nanoseconds:020}-{}.json", entries.len())) else { return Ok(()) };
            let mut writing = self.store.write(&path, None).await?;
            writing.append(bytes.clone()).await?;
            match writing.commit().await {
                // Another process made an edit at the same moment.
                Err(StoreError::Changed { .. }) => nanoseconds += 1,
                done => return done.map(drop),
            }
        }
    }

    async fn prune(&self, folder: &StorePath) -> Result<(), StoreError> {
        let (mut entries, mut bytes) = (0, 0);
        for file in self.entries(folder).await?.iter().rev() {
            bytes += file.version.size;
            let is_old = entries >= MOST_ENTRIES || (entries > 0 && bytes > MOST_BYTES);
            entries += entries_in(&file.name);
            let Some(path) = folder.join(&file.name).filter(|_| is_old) else { continue };
            match self.store.remove(&path, &file.version).await {
                Ok(()) | Err(StoreError::Changed { .. } | StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The oldest first.
    async fn entries(&self, folder: &StorePath) -> Result<Vec<FileEntry>, StoreError> {
        match self.store.list(folder).await {
            Err(StoreError::NotFound { .. }) => Ok(Vec::new()),
            listing => Ok(listing?.files),
        }
    }
}

/// By a hash, since the name of an asset may be long, and that of a folder in another's.
fn folder(name: &str) -> Option<StorePath> {
    let hash: String = Sha256::digest(name)[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    StorePath::own(&format!("history/{hash}"))
}

/// How many entries a document of that name has.
fn entries_in(file: &str) -> usize {
    let count = file.strip_suffix(".json").and_then(|name| name.rsplit_once('-')?.1.parse().ok());
    count.unwrap_or(1)
}

fn written(name: &str, entries: &[HistoryEntry]) -> Bytes {
    let kept = entries.iter().map(|entry| Kept {
        asset: name.to_owned(),
        at: entry.at,
        by: entry.by.clone(),
        revision_before: entry.revision_before.clone(),
        revision: entry.revision.clone(),
        before: entry.before.as_ref().map(asset_value),
        after: entry.after.as_ref().map(asset_value),
    });
    // Strings, numbers and lists: nothing that JSON has not.
    serde_json::to_vec(&kept.collect::<Vec<_>>()).unwrap_or_default().into()
}

fn read(bytes: &[u8]) -> Result<Vec<HistoryEntry>, String> {
    let kept: Vec<Kept> = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    kept.into_iter().map(entry).collect()
}

fn entry(kept: Kept) -> Result<HistoryEntry, String> {
    let asset = |value: Option<Value>| value.map(|value| asset_from_value(&value)).transpose();
    Ok(HistoryEntry {
        at: kept.at,
        by: kept.by,
        revision_before: kept.revision_before,
        revision: kept.revision,
        before: asset(kept.before).map_err(|error| error.to_string())?,
        after: asset(kept.after).map_err(|error| error.to_string())?,
    })
}
