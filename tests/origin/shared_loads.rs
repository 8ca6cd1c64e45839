//! Many who ask at once cost no more than one.

use super::samples::samples;
use super::support::Server;
use bytes::Bytes;
use futures_util::future::{BoxFuture, join_all};
use signalbox::store::{FileVersion, Listing, LocalStore, Store, StoreError, StorePath};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A local folder that keeps count.
struct Counting {
    inner: LocalStore,
    reads: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Counting {
    fn count(&self, what: String) {
        *self.reads.lock().unwrap().entry(what).or_default() += 1;
    }
}

impl Store for Counting {
    fn list<'a>(&'a self, folder: &'a StorePath) -> BoxFuture<'a, Result<Listing, StoreError>> {
        self.count(format!("{folder}/"));
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
        self.count(format!("{file} {range:?}"));
        self.inner.read(file, version, range)
    }
}

/// What `requests` at once for each path read of the store, cold.
async fn reads_of(requests: usize, paths: &[&str]) -> BTreeMap<String, usize> {
    let reads = Arc::new(Mutex::new(BTreeMap::new()));
    let store = Counting { inner: LocalStore::open(samples()).unwrap(), reads: Arc::clone(&reads) };
    let server = Server::over(Arc::new(store), Duration::from_secs(3600)).await;
    let asked = (0..requests).flat_map(|_| paths).map(|path| server.get(path));
    for answer in join_all(asked).await {
        answer.ok();
    }
    let reads = reads.lock().unwrap();
    reads.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_at_once_read_the_index_of_a_file_once() {
    let one = reads_of(1, &["/harbour/master.m3u8"]).await;
    assert!(one.keys().any(|read| read.starts_with("harbour/video-720.mp4 ")), "{one:?}");
    assert!(one.values().all(|count| *count == 1), "{one:?}");
    assert_eq!(reads_of(100, &["/harbour/master.m3u8"]).await, one);
    let manifests = ["/harbour/master.m3u8", "/harbour/manifest.mpd", "/harbour/en.m3u8", "/harbour/video-240.m3u8"];
    assert_eq!(reads_of(25, &manifests).await, one, "whatever is asked of it");
}
