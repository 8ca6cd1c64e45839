//! Where jobs lie: one document each, `.signalbox/jobs/{id}.json`, written only in the place of what was read.

use super::record::{Record, now};
use crate::store::{FileVersion, Store, StoreError, StorePath};
use bytes::Bytes;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// A job's document is a few hundred bytes.
const LARGEST: u64 = 64 << 10;

/// A job as it lies in the store.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub id: String,
    pub version: FileVersion,
    pub record: Record,
}

/// The jobs of a store.
pub(super) struct Shelf {
    store: Arc<dyn Store>,
    /// What was read, so that a look at the shelf costs a listing; `None` for what cannot be read.
    read: Mutex<HashMap<String, (FileVersion, Option<Record>)>>,
}

impl Shelf {
    pub(super) fn new(store: Arc<dyn Store>) -> Shelf {
        Shelf { store, read: Mutex::default() }
    }

    /// All jobs, the oldest first.
    pub(super) async fn all(&self) -> Result<Vec<Kept>, StoreError> {
        let Some(folder) = StorePath::own("jobs") else { return Ok(Vec::new()) };
        let listing = match self.store.list(&folder).await {
            Err(StoreError::NotFound { .. }) => return Ok(Vec::new()),
            listing => listing?,
        };
        let mut all = Vec::new();
        let mut seen = HashMap::new();
        for file in listing.files {
            let Some(id) = file.name.strip_suffix(".json") else { continue };
            let known = self.lock().get(id).filter(|(version, _)| *version == file.version).cloned();
            let (version, record) = match known {
                Some(known) => known,
                None => match self.read(id, &file.version).await {
                    Ok(record) => (file.version, record),
                    // It is written this moment: the next look finds it.
                    Err(StoreError::Changed { .. } | StoreError::NotFound { .. }) => continue,
                    Err(error) => return Err(error),
                },
            };
            seen.insert(id.to_owned(), (version.clone(), record.clone()));
            all.extend(record.map(|record| Kept { id: id.to_owned(), version, record }));
        }
        *self.lock() = seen;
        all.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(all)
    }

    pub(super) async fn get(&self, id: &str) -> Result<Option<Kept>, StoreError> {
        let Some(path) = path(id) else { return Ok(None) };
        loop {
            let version = match self.store.stat(&path).await {
                Err(StoreError::NotFound { .. }) => return Ok(None),
                version => version?,
            };
            match self.read(id, &version).await {
                Err(StoreError::Changed { .. }) => {}
                record => return Ok(record?.map(|record| Kept { id: id.to_owned(), version, record })),
            }
        }
    }

    async fn read(&self, id: &str, version: &FileVersion) -> Result<Option<Record>, StoreError> {
        let Some(path) = path(id).filter(|_| version.size <= LARGEST) else { return Ok(None) };
        let bytes = self.store.read(&path, version, 0..version.size).await?;
        let record = serde_json::from_slice(&bytes);
        if let Err(error) = &record {
            tracing::warn!("{path} is left alone: {error}");
        }
        Ok(record.ok())
    }

    /// Puts a new job down.
    pub(super) async fn add(&self, record: Record) -> Result<Kept, StoreError> {
        let id = new_id();
        let version = self.put(&id, None, &record).await?;
        Ok(Kept { id, version, record })
    }

    /// Writes a job anew, if it is still as it was read; [`StoreError::Changed`] otherwise.
    pub(super) async fn replace(&self, kept: &Kept, change: impl FnOnce(&mut Record)) -> Result<Kept, StoreError> {
        let mut record = kept.record.clone();
        change(&mut record);
        record.beats += 1;
        record.changed = now();
        let version = self.put(&kept.id, Some(&kept.version), &record).await?;
        Ok(Kept { id: kept.id.clone(), version, record })
    }

    pub(super) async fn remove(&self, kept: &Kept) -> Result<(), StoreError> {
        match path(&kept.id) {
            Some(path) => self.store.remove(&path, &kept.version).await,
            None => Ok(()),
        }
    }

    async fn put(&self, id: &str, replaces: Option<&FileVersion>, record: &Record) -> Result<FileVersion, StoreError> {
        let path = path(id).ok_or_else(|| StoreError::NotFound { path: id.to_owned() })?;
        let failed =
            |error: serde_json::Error| StoreError::Failed { path: path.to_string(), reason: error.to_string() };
        let bytes = serde_json::to_vec_pretty(record).map_err(failed)?;
        let mut writing = self.store.write(&path, replaces).await?;
        writing.append(Bytes::from(bytes)).await?;
        writing.commit().await
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, (FileVersion, Option<Record>)>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn path(id: &str) -> Option<StorePath> {
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    StorePath::own(&format!("jobs/{id}.json")).filter(|_| is_id)
}

/// In the order of time, and no two are alike: the hasher's keys are random.
pub(super) fn new_id() -> String {
    let milliseconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    format!("{milliseconds:012x}{:08x}", RandomState::new().hash_one(()) as u32)
}
