//! A store that keeps count of what is asked of it.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use signalbox::store::{FileVersion, Listing, LocalStore, Store, StoreError, StorePath};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// A local folder.
pub struct Counting {
    inner: LocalStore,
    asked: Mutex<Vec<Asked>>,
}

/// A file and the bytes that were read of it, or a folder that was listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    pub path: String,
    pub bytes: Option<(u64, u64)>,
}

impl Counting {
    pub fn of(folder: &Path) -> Arc<Counting> {
        Arc::new(Counting { inner: LocalStore::open(folder).unwrap(), asked: Mutex::default() })
    }

    /// Everything so far, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn count(&self, path: &StorePath, bytes: Option<(u64, u64)>) {
        self.asked.lock().unwrap().push(Asked { path: path.to_string(), bytes });
    }
}

impl Store for Counting {
    fn list<'a>(&'a self, folder: &'a StorePath) -> BoxFuture<'a, Result<Listing, StoreError>> {
        self.count(folder, None);
        self.inner.list(folder)
    }

    fn stat<'a>(&'a self, file: &'a StorePath) -> BoxFuture<'a, Result<FileVersion, StoreError>> {
        self.inner.stat(file)
    }

    fn read<'a>(
        &'a self,
        file: &'a StorePath,
        version: &'a FileVersion,
        range: Range<u64>,
    ) -> BoxFuture<'a, Result<Bytes, StoreError>> {
        self.count(file, Some((range.start, range.end)));
        self.inner.read(file, version, range)
    }
}
