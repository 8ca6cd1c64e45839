//! Many who ask at once cost no more than one.

use super::counting::{Asked, Counting};
use super::samples::samples;
use super::support::Server;
use futures_util::future::join_all;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What `requests` at once for each path asked of the store, cold, and how often.
async fn asked_by(requests: usize, paths: &[&str]) -> BTreeMap<Asked, usize> {
    let store = Counting::of(&samples());
    let server = Server::over(Arc::clone(&store) as Arc<_>, Duration::from_secs(3600)).await;
    let answers = (0..requests).flat_map(|_| paths).map(|path| server.get(path));
    for answer in join_all(answers).await {
        answer.ok();
    }
    let mut times = BTreeMap::new();
    store.asked().into_iter().for_each(|asked| *times.entry(asked).or_default() += 1);
    times
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_at_once_read_the_index_of_a_file_once() {
    let one = asked_by(1, &["/harbour/master.m3u8"]).await;
    assert!(one.keys().any(|asked| asked.path == "harbour/video-720.mp4"), "{one:?}");
    assert!(one.values().all(|count| *count == 1), "{one:?}");
    assert_eq!(asked_by(100, &["/harbour/master.m3u8"]).await, one);
    let manifests = ["/harbour/master.m3u8", "/harbour/manifest.mpd", "/harbour/en.m3u8", "/harbour/video-240.m3u8"];
    assert_eq!(asked_by(25, &manifests).await, one, "whatever is asked of it");
}
