//! What is read of a two-hour file for the first segment that anybody asks of it.

use super::counting::Counting;
use super::movie::{Tracks, film, film_from};
use super::support::Server;
use futures_util::future::join_all;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const DOCUMENT: &str = r#"{ "tracks": [
    { "name": "video", "type": "video", "file": "film.mp4" },
    { "name": "audio", "type": "audio", "file": "film.mp4" } ] }"#;

/// The look at the start of a file, and at what follows its media, where boxes are looked for.
const PROBE: u64 = 64 << 10;
const HOP: u64 = 8 << 10;

/// Two hours of picture and sound, interleaved, in `folder`; gives where its `moov` is. The media are a hole in the file.
fn write_film(folder: &Path, moov_in_front: bool) -> (u64, u64) {
    const MDAT_HEADER: u64 = 16;
    let mut film = film(400_000, Tracks::Both);
    let length = film.moov.len() as u64;
    let (mut moov, mut mdat) = (film.file_size, 0);
    if moov_in_front {
        film = film_from(400_000, Tracks::Both, length + MDAT_HEADER);
        (moov, mdat) = (0, length);
    }
    std::fs::create_dir(folder.join("asset")).unwrap();
    std::fs::write(folder.join("asset/asset.json"), DOCUMENT).unwrap();
    let file = File::create(folder.join("asset/film.mp4")).unwrap();
    file.set_len(film.file_size).unwrap();
    let header = [&1u32.to_be_bytes()[..], b"mdat", &(film.file_size - mdat).to_be_bytes()].concat();
    file.write_all_at(&header, mdat).unwrap();
    file.write_all_at(&film.moov, moov).unwrap();
    (moov, moov + length)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_segment_reads_the_index_and_itself() {
    for moov_in_front in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let (moov, moov_end) = write_film(folder.path(), moov_in_front);
        for track in ["video", "audio"] {
            let warm = Server::of(folder.path()).await;
            let segment = warm.links(&format!("/asset/{track}.m3u8")).await.swap_remove(600);
            let alone = reads(folder.path(), &segment, 1).await;
            let (index, media): (Vec<_>, Vec<_>) = alone.reads.into_iter().partition(|(start, end)| {
                (*start, *end) == (0, PROBE) || (moov..moov_end).contains(start) && *end <= moov_end.max(moov + HOP)
            });
            let index_bytes: u64 = index.iter().map(|(start, end)| end - start).sum();
            assert!(index_bytes <= moov_end - moov + PROBE + HOP, "{index:?}");
            let media_bytes: u64 = media.iter().map(|(start, end)| end - start).sum();
            let span = media.iter().map(|read| read.0).min().unwrap()..media.iter().map(|read| read.1).max().unwrap();
            assert!(media_bytes <= alone.body, "{track}: {media_bytes} bytes for a segment of {}", alone.body);
            let wide = span.end - span.start;
            assert!(wide <= 8 * alone.body, "{track}: within {wide} bytes, of both tracks, for {}", alone.body);

            let hundred = reads(folder.path(), &segment, 100).await;
            for read in &index {
                let times = hundred.reads.iter().filter(|other| *other == read).count();
                assert_eq!(times, 1, "{read:?} for a hundred who ask at once");
            }
            // A segment that is asked for again is read in one go, to be kept, and then only its file's version is
            // looked at: a read of nothing.
            let within = |read: &(u64, u64)| read.0 == read.1 || span.contains(&read.0) && read.1 <= span.end;
            let other: Vec<_> = hundred.reads.iter().filter(|read| !index.contains(read) && !within(read)).collect();
            assert!(other.is_empty(), "{other:?} besides {span:?}");
            // A short one: the first is sent as it is read, then it is put together once for all others.
            if track == "audio" {
                let read: u64 = hundred.reads.iter().filter(|read| within(read)).map(|(start, end)| end - start).sum();
                assert!(read <= media_bytes + span.end - span.start, "{read} bytes of media for a hundred");
            }
        }
    }
}

struct Reads {
    /// Of the film.
    reads: Vec<(u64, u64)>,
    /// Bytes of an answer.
    body: u64,
}

/// What `requests` at once read, of a server that has just been started.
async fn reads(folder: &Path, path: &str, requests: usize) -> Reads {
    let store = Counting::of(folder);
    let server = Server::over(Arc::clone(&store) as Arc<_>, Duration::from_secs(3600)).await;
    let answers = join_all((0..requests).map(|_| server.get(path))).await;
    let lengths: Vec<u64> = answers.into_iter().map(|answer| answer.ok().bytes().len() as u64).collect();
    let film = store.asked().into_iter().filter(|asked| asked.path.ends_with("film.mp4"));
    Reads { reads: film.filter_map(|asked| asked.bytes).collect(), body: lengths[0] }
}
