//! From an identifier back to the asset. The way back cannot be worked out, so all names are read once, when the first
//! identifier is asked for, and again when one is not found: seldom, since whoever invents identifiers must not have
//! the whole store walked through for each. What is edited on this node is found at once.

use super::uid::Uid;
use crate::catalog::{AssetEdited, Catalog};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

/// From the end of one look to the beginning of the next, at least.
const PAUSE: Duration = Duration::from_secs(2);
/// And so many times as long as the last look took, so that it is never more than a small part of the time.
const PAUSE_PER_LOOK: u32 = 20;

/// The names of all assets, by their identifiers.
pub(in crate::api) struct Index {
    catalog: Arc<Catalog>,
    known: Mutex<Known>,
    /// One looks at a time, and who waits meanwhile has the benefit of it.
    looking: tokio::sync::Mutex<Option<Looked>>,
}

struct Known {
    names: HashMap<Uid, String>,
    edits: Receiver<Arc<AssetEdited>>,
}

/// The last look.
struct Looked {
    ended: Instant,
    took: Duration,
    /// In order.
    names: Arc<Vec<String>>,
}

impl Looked {
    fn is_recent(&self) -> bool {
        self.ended.elapsed() < PAUSE.max(self.took * PAUSE_PER_LOOK)
    }
}

impl Index {
    pub(in crate::api) fn new(catalog: Arc<Catalog>) -> Index {
        let known = Known { names: HashMap::new(), edits: catalog.edits() };
        Index { catalog, known: Mutex::new(known), looking: tokio::sync::Mutex::new(None) }
    }

    /// The asset that has the identifier. It may have gone since.
    pub(in crate::api) async fn find(&self, uid: Uid) -> Option<String> {
        if let Some(name) = self.known().find(uid) {
            return Some(name);
        }
        self.names().await;
        self.known().find(uid)
    }

    /// The names of all assets, in order, as they were a short while ago.
    pub(in crate::api) async fn names(&self) -> Arc<Vec<String>> {
        let mut looked = self.looking.lock().await;
        if let Some(last) = looked.as_ref().filter(|last| last.is_recent()) {
            return Arc::clone(&last.names);
        }
        let begun = Instant::now();
        let names = Arc::new(self.catalog.names().await);
        let fresh = names.iter().map(|name| (Uid::of_asset(name), name.clone())).collect();
        self.known().names = fresh;
        *looked = Some(Looked { ended: Instant::now(), took: begun.elapsed(), names: Arc::clone(&names) });
        names
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Whole between any two statements, so a panic elsewhere spoils nothing.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn find(&mut self, uid: Uid) -> Option<String> {
        loop {
            match self.edits.try_recv() {
                Ok(edited) => drop(self.names.insert(Uid::of_asset(&edited.asset), edited.asset.clone())),
                // Of those that were missed the next look tells.
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        self.names.get(&uid).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{CatalogOptions, EditOf, Expected};
    use crate::store::{FileVersion, Listing, LocalStore, Store, StoreError, StorePath, Writing};
    use crate::track::{Asset, Track, TrackType};
    use bytes::Bytes;
    use futures_util::future::BoxFuture;
    use std::ops::Range;
    use std::path::Path;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    /// A folder that counts how often its top is listed.
    struct Counting(LocalStore, AtomicUsize);

    impl Store for Counting {
        fn list<'a>(&'a self, folder: &'a StorePath) -> BoxFuture<'a, Result<Listing, StoreError>> {
            self.1.fetch_add(usize::from(folder.is_root()), SeqCst);
            self.0.list(folder)
        }

        fn stat<'a>(&'a self, file: &'a StorePath) -> BoxFuture<'a, Result<FileVersion, StoreError>> {
            self.0.stat(file)
        }

        fn read<'a>(
            &'a self,
            file: &'a StorePath,
            version: &'a FileVersion,
            range: Range<u64>,
        ) -> BoxFuture<'a, Result<Bytes, StoreError>> {
            self.0.read(file, version, range)
        }

        fn write<'a>(
            &'a self,
            file: &'a StorePath,
            replaces: Option<&'a FileVersion>,
        ) -> BoxFuture<'a, Result<Box<dyn Writing>, StoreError>> {
            self.0.write(file, replaces)
        }
    }

    fn put(folder: &Path, asset: &str) {
        std::fs::create_dir_all(folder.join(asset)).unwrap();
        std::fs::write(folder.join(asset).join("en.vtt"), "WEBVTT\n").unwrap();
    }

    fn index(folder: &Path) -> (Arc<Counting>, Index) {
        let store = Arc::new(Counting(LocalStore::open(folder).unwrap(), AtomicUsize::new(0)));
        let options = CatalogOptions {
            cache_bytes: 1 << 20,
            max_staleness: Duration::ZERO,
            segment_duration: Duration::from_secs(6),
        };
        let catalog = Catalog::new(Arc::clone(&store) as Arc<dyn Store>, None, options);
        (store, Index::new(Arc::new(catalog)))
    }

    #[tokio::test]
    async fn the_store_is_walked_through_once_for_all_who_ask() {
        let folder = tempfile::tempdir().unwrap();
        let assets: Vec<String> = (0..50).map(|number| format!("shows/s{number:02}")).collect();
        assets.iter().for_each(|asset| put(folder.path(), asset));
        let (store, index) = index(folder.path());
        assert_eq!(*index.names().await, assets);
        // However slow the machine is, the pause is not over.
        index.looking.lock().await.as_mut().unwrap().ended += Duration::from_secs(3600);
        for asset in &assets {
            assert_eq!(index.find(Uid::of_asset(asset)).await.as_ref(), Some(asset));
        }
        for number in 0..100 {
            assert_eq!(index.find(Uid::of_asset(&format!("invented {number}"))).await, None);
        }
        assert_eq!(store.1.load(SeqCst), 1);
    }

    #[tokio::test]
    async fn what_is_new_is_found() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "first");
        let (store, index) = index(folder.path());
        assert_eq!(index.find(Uid::of_asset("first")).await.as_deref(), Some("first"));
        put(folder.path(), "made/here");
        let list = Asset { tracks: vec![Track::new("en", TrackType::Text, "en.vtt")], ..Asset::default() };
        let edit = EditOf { by: "test".to_owned(), expected: Expected::Any };
        index.catalog.put_asset("made/here", &edit, list).await.unwrap();
        assert_eq!(index.find(Uid::of_asset("made/here")).await.as_deref(), Some("made/here"));
        assert_eq!(store.1.load(SeqCst), 1, "it was told");
        put(folder.path(), "elsewhere");
        *index.looking.lock().await = None;
        assert_eq!(index.find(Uid::of_asset("elsewhere")).await.as_deref(), Some("elsewhere"));
    }
}
