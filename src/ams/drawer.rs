//! A drawer of named things, each a small file in the store's own folder. Names are unique whatever their case; a change
//! names the version that it replaces, so nothing that another process wrote meanwhile is lost.

use crate::store::{FileVersion, Store, StoreError, StorePath};
use bytes::Bytes;
use futures_util::future::join_all;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A change is made anew so often on top of what other processes write.
const ATTEMPTS: usize = 50;
/// Larger files are none of ours.
const MOST_BYTES: u64 = 1 << 20;

/// Named things of one kind.
pub struct Drawer<T> {
    store: Arc<dyn Store>,
    /// `None` where the name of the folder would be too long.
    folder: Option<StorePath>,
    /// Counts what this process changes.
    changes: Arc<AtomicU64>,
    kind: PhantomData<fn() -> T>,
}

/// A thing as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept<T> {
    name: String,
    value: T,
}

/// Why a thing was not changed. Nothing was.
#[derive(Debug, Clone)]
pub enum PutError<E> {
    /// What the change itself says against it.
    Refused(E),
    Store(StoreError),
}

impl<T: Serialize + DeserializeOwned + Send> Drawer<T> {
    /// The drawer in the folder `folder` of the store's own.
    pub(super) fn new(store: &Arc<dyn Store>, folder: &str, changes: &Arc<AtomicU64>) -> Drawer<T> {
        let (store, changes) = (Arc::clone(store), Arc::clone(changes));
        Drawer { store, folder: StorePath::own(folder), changes, kind: PhantomData }
    }

    fn path(&self, name: &str) -> Result<StorePath, StoreError> {
        let file = format!("{}.json", key(name));
        let path = self.folder.as_ref().and_then(|folder| folder.join(&file));
        path.ok_or_else(|| StoreError::NotFound { path: name.to_owned() })
    }

    /// The thing of that name, with the name as it was given.
    pub async fn get(&self, name: &str) -> Result<Option<(String, T)>, StoreError> {
        Ok(self.find(name).await?.map(|(_, kept)| (kept.name, kept.value)))
    }

    async fn find(&self, name: &str) -> Result<Option<(FileVersion, Kept<T>)>, StoreError> {
        let path = self.path(name)?;
        let Some((version, bytes)) = read(self.store.as_ref(), &path).await? else { return Ok(None) };
        match serde_json::from_slice(&bytes) {
            Ok(kept) => Ok(Some((version, kept))),
            Err(error) => Err(StoreError::Failed { path: path.to_string(), reason: error.to_string() }),
        }
    }

    /// All things with their names, in the order of these.
    pub async fn all(&self) -> Result<Vec<(String, T)>, StoreError> {
        let Some(folder) = &self.folder else { return Ok(Vec::new()) };
        let files = match self.store.list(folder).await {
            Err(StoreError::NotFound { .. }) => return Ok(Vec::new()),
            listing => listing?.files,
        };
        let paths: Vec<StorePath> = files.iter().filter_map(|file| folder.join(&file.name)).collect();
        let mut things = Vec::with_capacity(paths.len());
        // So many at a time: a folder may hold thousands.
        for some in paths.chunks(64) {
            let reads = some.iter().map(|path| read(self.store.as_ref(), path));
            for (path, bytes) in some.iter().zip(join_all(reads).await) {
                let Some((_, bytes)) = bytes? else { continue };
                match serde_json::from_slice::<Kept<T>>(&bytes) {
                    Ok(kept) => things.push((kept.name, kept.value)),
                    Err(error) => tracing::warn!(%path, %error, "it is left out"),
                }
            }
        }
        things.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(things)
    }

    /// Makes a thing of what there is under that name; `change` may be called again where another was faster. Gives the
    /// thing, its name, and whether it is new.
    pub async fn put<E>(
        &self,
        name: &str,
        change: impl Fn(Option<T>) -> Result<T, E> + Send + Sync,
    ) -> Result<(String, T, bool), PutError<E>> {
        let mut attempt = 0;
        loop {
            let (version, name, old) = match self.find(name).await.map_err(PutError::Store)? {
                Some((version, kept)) => (Some(version), kept.name, Some(kept.value)),
                None => (None, name.to_owned(), None),
            };
            let kept = Kept { name, value: change(old).map_err(PutError::Refused)? };
            match self.write(version.as_ref(), &kept).await {
                Err(StoreError::Changed { .. }) if attempt < ATTEMPTS => attempt += 1,
                Err(error) => return Err(PutError::Store(error)),
                Ok(()) => return Ok((kept.name, kept.value, version.is_none())),
            }
        }
    }

    async fn write(&self, replaces: Option<&FileVersion>, kept: &Kept<T>) -> Result<(), StoreError> {
        let path = self.path(&kept.name)?;
        let unwritten =
            |error: serde_json::Error| StoreError::Failed { path: path.to_string(), reason: error.to_string() };
        let bytes = serde_json::to_vec(kept).map_err(unwritten)?;
        let mut writing = self.store.write(&path, replaces).await?;
        writing.append(bytes.into()).await?;
        let committed = writing.commit().await.map(drop);
        self.changes.fetch_add(1, Ordering::Relaxed);
        committed
    }

    /// Takes a thing out, if `may_go`; gives it, or `None` where there is none that may.
    pub async fn remove(&self, name: &str, may_go: impl Fn(&T) -> bool + Send + Sync) -> Result<Option<T>, StoreError> {
        let mut attempt = 0;
        loop {
            let Some((version, kept)) = self.find(name).await?.filter(|(_, kept)| may_go(&kept.value)) else {
                return Ok(None);
            };
            let removed = self.store.remove(&self.path(name)?, &version).await;
            self.changes.fetch_add(1, Ordering::Relaxed);
            match removed {
                Err(StoreError::Changed { .. }) if attempt < ATTEMPTS => attempt += 1,
                Err(StoreError::NotFound { .. }) => return Ok(None),
                Err(error) => return Err(error),
                Ok(()) => return Ok(Some(kept.value)),
            }
        }
    }
}

/// The content of a small file; `None` where there is none.
async fn read(store: &dyn Store, path: &StorePath) -> Result<Option<(FileVersion, Bytes)>, StoreError> {
    let mut attempt = 0;
    loop {
        let version = match store.stat(path).await {
            Err(StoreError::NotFound { .. }) => return Ok(None),
            version => version?,
        };
        if version.size > MOST_BYTES {
            let reason = format!("it has {} bytes, which is too many", version.size);
            return Err(StoreError::Failed { path: path.to_string(), reason });
        }
        match store.read(path, &version, 0..version.size).await {
            // It was replaced or removed between the two.
            Err(StoreError::Changed { .. } | StoreError::NotFound { .. }) if attempt < ATTEMPTS => attempt += 1,
            bytes => return Ok(Some((version, bytes?))),
        }
    }
}

/// The file of a name: a hash, since names are long, and hold what a path may not.
pub(super) fn key(name: &str) -> String {
    Sha256::digest(name.to_lowercase())[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}
