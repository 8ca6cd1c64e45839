//! What is not served: the status says whose fault it is, one line says what to do.

use super::support::Server;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper::Method;
use signalbox::store::{FileVersion, Listing, Store, StoreError, StorePath};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends a path as it is, which a client library would tidy; gives the status and the last line.
async fn raw(server: &Server, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.lines().last().unwrap_or_default().to_owned())
}

/// The revision of a track, from its playlist.
async fn revision(server: &Server, track: &str) -> String {
    let links = server.links(&format!("/harbour/{track}.m3u8")).await;
    links[0].split('/').nth(4).unwrap().to_owned()
}

#[tokio::test]
async fn what_is_not_there_is_404_and_named() {
    let server = Server::of_samples().await;
    let revision = revision(&server, "en").await;
    for (path, named) in [
        ("/nowhere/master.m3u8", "nowhere"),
        ("/nowhere/manifest.mpd", "nowhere"),
        ("/nowhere/media/en/a/init.mp4", "nowhere"),
        ("/harbour/nobody.m3u8", "nobody"),
        ("/harbour/nobody.iframes.m3u8", "nobody"),
        ("/harbour/en.iframes.m3u8", "en"),
        ("/harbour/en.imsc.m3u8", "en"),
        ("/harbour/media/nobody/a/init.mp4", "nobody"),
        ("/harbour/media/nobody/a/0.m4s", "nobody"),
        (&format!("/harbour/media/en/{revision}/1.m4s"), "1"),
        (&format!("/harbour/media/en/{revision}/0.vtt"), "en"),
        ("/harbour", ""),
        ("/", ""),
        ("/harbour/asset.json", ""),
        ("/harbour/video-240.mp4", ""),
        ("/harbour/.hidden/master.m3u8", ""),
    ] {
        let line = server.get(path).await.refused(404).to_owned();
        assert!(line.contains(named), "{path}: {line}");
    }
}

#[tokio::test]
async fn a_hidden_track_answers_as_one_that_never_was() {
    let server = Server::of_samples().await;
    for form in
        ["{}.m3u8", "{}.iframes.m3u8", "{}.imsc.m3u8", "media/{}/a/init.mp4", "media/{}/a/0.m4s", "media/{}/a/0.vtt"]
    {
        let of = |track: &str| format!("/harbour/{}", form.replace("{}", track));
        let (hidden, unknown) = (server.get(&of("auto")).await, server.get(&of("atuo")).await);
        assert_eq!(hidden.refused(404), unknown.refused(404).replace("atuo", "auto"), "{form}");
        let mut headers = [hidden.headers, unknown.headers];
        headers.iter_mut().for_each(|headers| drop(headers.remove("date")));
        assert_eq!(headers[0], headers[1], "{form}");
    }
    let (playlists, media) = server.hls("harbour").await;
    let dash = server.dash("harbour").await;
    assert!(playlists.iter().chain(&media).chain(&dash).all(|path| !path.contains("auto")));
}

#[tokio::test]
async fn a_stale_revision_is_gone() {
    let server = Server::of_samples().await;
    for path in ["media/en/000000000000/init.mp4", "media/en/000000000000/0.m4s", "media/en-captions/0a/0.vtt"] {
        let line = server.get(&format!("/harbour/{path}")).await.refused(410).to_owned();
        assert!(line.contains("fetch the manifest again"), "{line}");
    }
}

#[tokio::test]
async fn a_caption_segment_has_one_url() {
    let server = Server::of_samples().await;
    let plain = server.links("/harbour/en-captions.m3u8").await.remove(0);
    server.get(&plain).await.ok();
    let imsc = server.links("/harbour/en-captions.imsc.m3u8").await.remove(1);
    server.get(&imsc).await.ok();
    let [imsc_folder, plain_name] = [imsc.rsplit_once('/').unwrap().0, plain.rsplit_once('/').unwrap().1];
    server.get(&format!("{imsc_folder}/{plain_name}")).await.refused(404);
}

/// A store that is out of order, and says more of it than players need to know.
struct Broken;

fn broken<T: Send + 'static>(path: &StorePath) -> BoxFuture<'static, Result<T, StoreError>> {
    let reason = "Input/output error (os error 5): /srv/films".to_owned();
    let error = StoreError::Failed { path: path.to_string(), reason };
    async { Err(error) }.boxed()
}

impl Store for Broken {
    fn list<'a>(&'a self, folder: &'a StorePath) -> BoxFuture<'a, Result<Listing, StoreError>> {
        broken(folder)
    }

    fn stat<'a>(&'a self, file: &'a StorePath) -> BoxFuture<'a, Result<FileVersion, StoreError>> {
        broken(file)
    }

    fn read<'a>(
        &'a self,
        file: &'a StorePath,
        _: &'a FileVersion,
        _: Range<u64>,
    ) -> BoxFuture<'a, Result<Bytes, StoreError>> {
        broken(file)
    }
}

#[tokio::test]
async fn a_store_that_fails_is_503_and_what_the_machine_says_is_not_for_players() {
    let server = Server::over(Arc::new(Broken), Duration::ZERO).await;
    for (path, named) in [
        ("/films/one/master.m3u8", "films/one"),
        ("/films/one/manifest.mpd", "films/one"),
        ("/films/one/media/en/a/0.m4s", "films/one"),
        ("/readyz", "the store"),
    ] {
        let answer = server.get(path).await;
        let line = answer.refused(503);
        assert_eq!(line, format!("{named} cannot be read now; ask again"));
        assert_eq!(answer.header("retry-after"), "1");
    }
    server.get("/healthz").await.ok();
}

#[tokio::test]
async fn a_malformed_path_is_400_and_one_upwards_403() {
    let server = Server::of_samples().await;
    for path in ["/a%/master.m3u8", "/a%zz/b.m3u8", "/%ff/master.m3u8", "//master.m3u8", "/a/./b.m3u8", "/a%00/b.m3u8"]
    {
        let (status, line) = raw(&server, path).await;
        assert_eq!(status, 400, "{path}: {line}");
        assert!(line.starts_with("malformed path: "), "{path}: {line}");
    }
    for path in [
        "/../etc/passwd",
        "/harbour/../../etc/passwd",
        "/harbour/..",
        "/%2e%2e/%2E%2E/etc/passwd",
        "/harbour/..%2f..%2fetc/passwd",
        "/harbour/.%2e/radio/master.m3u8",
        "/..%5c..%5cetc/master.m3u8",
        "/%252e%252e/master.m3u8",
        "/%25252e%25252e/master.m3u8",
        "/harbour/media/../../../etc/a/0.m4s",
        "/harbour/media/en/..%252f..%252fa/0.m4s",
    ] {
        let (status, line) = raw(&server, path).await;
        assert_eq!((status, line.as_str()), (403, "the path may not lead upwards"), "{path}");
    }
}

#[tokio::test]
async fn other_methods_are_refused_and_a_preflight_is_granted() {
    let server = Server::of_samples().await;
    for path in ["/harbour/master.m3u8", "/harbour/media/en/a/0.m4s", "/healthz"] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
            let answer = server.ask(method, path, &[]).await;
            answer.refused(405);
            assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
        }
        let asked = [
            ("origin", "https://player.example"),
            ("access-control-request-method", "GET"),
            ("access-control-request-headers", "range"),
        ];
        let answer = server.ask(Method::OPTIONS, path, &asked).await;
        assert_eq!((answer.status.as_u16(), answer.bytes().len()), (204, 0));
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(answer.header("access-control-allow-methods").contains("GET"));
        assert!(answer.header("access-control-allow-headers").contains("Range"));
    }
}
