//! Files that change under a running server: a segment is right, or it is refused, or the connection is cut.

use super::samples::samples;
use super::support::{Answer, Server, copies, replace};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use signalbox::store::{FileVersion, Listing, LocalStore, Store, StoreError, StorePath};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// Servers that look at the folder for every request, and one that would not look for an hour.
async fn servers(folder: &Path) -> [Server; 2] {
    let store = Arc::new(LocalStore::open(folder).unwrap());
    [Server::of(folder).await, Server::over(store, Duration::from_secs(3600)).await]
}

fn video(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("harbour/video-720.mp4")
}

const PLAYLIST: &str = "/harbour/video-720.m3u8";

/// The segments, each of which must say that it is gone or not to be had.
async fn are_refused(server: &Server, segments: &[String]) -> Vec<Answer> {
    let mut answers = Vec::new();
    for path in segments {
        let answer = server.get(path).await;
        assert!([404, 410, 503].contains(&answer.status.as_u16()), "{path}: {answer:?}");
        answer.refused(answer.status.as_u16());
        answers.push(answer);
    }
    answers
}

#[tokio::test]
async fn a_file_replaced_by_another_has_new_segments_and_the_old_are_gone() {
    for at in 0..2 {
        let folder = copies(&["harbour"]);
        let server = &servers(folder.path()).await[at];
        let old = server.links(PLAYLIST).await;
        let first = server.get(&old[1]).await.ok();
        replace(&video(&folder), &std::fs::read(samples().join("harbour/video-360.mp4")).unwrap());
        for answer in are_refused(server, &old).await {
            assert_eq!(answer.status, 410);
        }
        let new = server.links(PLAYLIST).await;
        assert!(new.iter().all(|path| !old.contains(path)), "{new:?}");
        // The same picture as the track whose file it is a copy of, to the byte.
        for (segment, other) in new.iter().zip(server.links("/harbour/video-360.m3u8").await) {
            let segment = server.get(segment).await.ok();
            assert!(segment.bytes() == server.get(&other).await.ok().bytes() && segment.bytes() != first.bytes());
        }
        assert!(server.get("/harbour/master.m3u8").await.ok().text().contains("640x360"));
        // Others keep theirs.
        let audio = server.links("/harbour/en.m3u8").await;
        server.get(&audio[1]).await.ok();
    }
}

#[tokio::test]
async fn text_is_new_where_the_asset_ends_elsewhere() {
    // 24 seconds of video, and audio that goes on: text is cut to the end of both.
    let folder = copies(&["modern"]);
    let audio = folder.path().join("modern/audio-en.mp4");
    replace(&audio, &std::fs::read(samples().join("talk/talk.mp4")).unwrap());
    let server = Server::of(folder.path()).await;
    let playlists = ["/modern/en-subtitles.m3u8", "/modern/en-subtitles.imsc.m3u8"];
    let mut paths = server.dash("modern").await;
    for playlist in playlists {
        paths.extend(server.links(playlist).await);
    }
    let mut before = Vec::new();
    for path in paths {
        before.push((server.get(&path).await.ok(), path));
    }
    replace(&audio, &std::fs::read(samples().join("harbour/audio-en.m4a")).unwrap());
    // Whoever kept an old URL gets what it always named, or nothing.
    let mut gone = 0;
    for (old, path) in &before {
        let new = server.get(path).await;
        if new.status == 200 {
            assert!(new.bytes() == old.bytes(), "{path} has changed");
        } else {
            new.refused(410);
            gone += usize::from(path.contains("/en-subtitles/"));
        }
    }
    assert!(gone > 0, "the last segment of text ends elsewhere");
    for playlist in playlists {
        for path in server.links(playlist).await {
            server.get(&path).await.ok();
        }
    }
}

#[tokio::test]
async fn a_file_cut_short_in_place_is_refused_with_a_word() {
    for at in 0..2 {
        for keep in [3_000_000, 100_000, 20, 0] {
            let folder = copies(&["harbour"]);
            let server = &servers(folder.path()).await[at];
            let old = server.links(PLAYLIST).await;
            let file = std::fs::File::options().write(true).open(video(&folder)).unwrap();
            file.set_len(keep).unwrap();
            are_refused(server, &old).await;
            let master = server.get("/harbour/master.m3u8").await.ok();
            assert!(!master.text().contains("video-720") && master.text().contains("video-360"), "{keep}");
            server.get(PLAYLIST).await.refused(404);
            replace(&video(&folder), &std::fs::read(samples().join("harbour/video-720.mp4")).unwrap());
            // The server that does not look learns it when it is told to, not before: nothing of it was asked.
            if at == 0 {
                server.get(&server.links(PLAYLIST).await[1]).await.ok();
            }
        }
    }
}

#[tokio::test]
async fn a_file_that_is_removed_takes_its_track_along() {
    for at in 0..2 {
        let folder = copies(&["harbour", "radio"]);
        let server = &servers(folder.path()).await[at];
        let old = server.links(PLAYLIST).await;
        std::fs::remove_file(video(&folder)).unwrap();
        are_refused(server, &old).await;
        assert!(!server.get("/harbour/master.m3u8").await.ok().text().contains("video-720"));
        let radio = server.links("/radio/radio-96.m3u8").await;
        for file in ["radio-48.m4a", "radio-96.m4a"] {
            std::fs::remove_file(folder.path().join("radio").join(file)).unwrap();
        }
        are_refused(server, &radio).await;
        let line = server.get("/radio/master.m3u8").await.refused(404).to_owned();
        assert!(line.contains("radio"), "{line}");
        std::fs::remove_dir_all(folder.path().join("radio")).unwrap();
        are_refused(server, &radio).await;
    }
}

#[tokio::test]
async fn captions_that_are_replaced_are_gone_also_where_they_were_written_before() {
    for at in 0..2 {
        let folder = copies(&["talk"]);
        let server = &servers(folder.path()).await[at];
        let old = server.links("/talk/talk.en.m3u8").await;
        let first = server.get(&old[0]).await.ok();
        let captions = folder.path().join("talk/talk.en.vtt");
        let text = std::fs::read_to_string(&captions).unwrap().replace("picture", "PICTURE");
        replace(&captions, text.as_bytes());
        for answer in are_refused(server, &old[..1]).await {
            assert_eq!(answer.status, 410);
        }
        let new = server.links("/talk/talk.en.m3u8").await;
        assert!(new.iter().all(|path| !old.contains(path)), "{new:?}");
        assert_ne!(server.get(&new[0]).await.ok().bytes(), first.bytes());
    }
}

/// A local folder whose later reads of one file wait for a word.
struct Gated {
    inner: LocalStore,
    closed: Arc<AtomicBool>,
    waiting: Arc<Notify>,
    open: Arc<Notify>,
}

impl Gated {
    async fn pass(&self, file: &StorePath, range: &Range<u64>) {
        // Only what follows the first block of the segment waits.
        if self.closed.load(Ordering::SeqCst) && file.as_str().ends_with("720.mp4") && range.end - range.start > 1000 {
            self.waiting.notify_one();
            self.open.notified().await;
            self.open.notify_one();
        }
    }
}

impl Store for Gated {
    fn list<'a>(&'a self, folder: &'a StorePath) -> BoxFuture<'a, Result<Listing, StoreError>> {
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
        async move {
            let first = !self.closed.swap(true, Ordering::SeqCst);
            if !first {
                self.pass(file, &range).await;
            }
            self.inner.read(file, version, range).await
        }
        .boxed()
    }
}

#[tokio::test]
async fn a_file_that_changes_while_a_segment_is_sent_cuts_the_connection() {
    let changes: [fn(&Path); 3] = [
        |path| replace(path, &std::fs::read(samples().join("harbour/video-720.mp4")).unwrap()),
        |path| std::fs::File::options().write(true).open(path).unwrap().set_len(1000).unwrap(),
        |path| std::fs::remove_file(path).unwrap(),
    ];
    for change in changes {
        for http2 in [false, true] {
            let folder = copies(&["harbour"]);
            // While it is loaded the gate stands open.
            let (closed, waiting, open) =
                (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()), Arc::new(Notify::new()));
            let store = Gated {
                inner: LocalStore::open(folder.path()).unwrap(),
                closed: Arc::clone(&closed),
                waiting: Arc::clone(&waiting),
                open: Arc::clone(&open),
            };
            let server = Server::over(Arc::new(store), Duration::from_secs(3600)).await;
            open.notify_one();
            let segment = server.links(PLAYLIST).await.remove(1);
            // A permit that the load did not use up is taken back.
            let _ = open.notified().now_or_never();
            let _ = waiting.notified().now_or_never();
            closed.store(false, Ordering::SeqCst);
            let asked = async {
                match http2 {
                    true => server.get_http2(&segment).await,
                    false => server.get(&segment).await,
                }
            };
            let changed = async {
                waiting.notified().await;
                change(&video(&folder));
                open.notify_one();
            };
            let (answer, ()) = tokio::join!(asked, changed);
            assert_eq!(answer.status, 200, "the first block was good");
            assert!(answer.body.is_err(), "the rest was not, and the client must notice");
            assert_eq!(server.get(&segment).await.status, 410);
        }
    }
}
