//! What players get over a real connection: the answers of the origin through the server.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::http::request::{Builder, Parts};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use signalbox::origin::response::{self, Caching, Labels, MediaType, PurgeTag};
use signalbox::origin::{Body, EntityTag, Rendered, Route, Source, decode_path};
use signalbox::segment::Piece;
use signalbox::server::{ServerConfig, serve};
use signalbox::store::{LocalStore, Store, StoreError, StorePath};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// Far more than sockets and servers hold of a response that nobody takes.
const FILE_SIZE: u64 = 64 << 20;

/// An origin of one file and one playlist.
struct Origin {
    folder: tempfile::TempDir,
    address: SocketAddr,
    client: Client<HttpConnector, Empty<Bytes>>,
}

impl Origin {
    async fn start() -> Origin {
        Origin::over(Client::builder(TokioExecutor::new()).build_http()).await
    }

    async fn http2() -> Origin {
        Origin::over(Client::builder(TokioExecutor::new()).http2_only(true).build_http()).await
    }

    async fn over(client: Client<HttpConnector, Empty<Bytes>>) -> Origin {
        let folder = tempfile::tempdir().unwrap();
        std::fs::File::create(folder.path().join("video.mp4")).unwrap().set_len(FILE_SIZE).unwrap();
        let store: Arc<dyn Store> = Arc::new(LocalStore::open(folder.path()).unwrap());
        let file = StorePath::parse("video.mp4").unwrap();
        let version = store.stat(&file).await.unwrap();
        let source = Source { store, file, version };
        let playlist = Arc::new(Rendered::new("#EXTM3U\n".repeat(100)));
        let handler = move |request: Request<Incoming>| {
            let (source, playlist) = (source.clone(), playlist.clone());
            async move {
                let (parts, _) = request.into_parts();
                answer(&parts, source, &playlist).await
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { serve(listener, &ServerConfig::default(), handler, std::future::pending()).await });
        Origin { folder, address, client }
    }

    async fn ask(&self, method: Method, path: &str, change: impl Fn(Builder) -> Builder) -> Response<Incoming> {
        let request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        self.client.request(change(request).body(Empty::new()).unwrap()).await.unwrap()
    }

    async fn get(&self, path: &str) -> Response<Incoming> {
        self.ask(Method::GET, path, |request| request).await
    }
}

async fn answer(request: &Parts, source: Source, playlist: &Rendered) -> Response<Body> {
    if let Some(answer) = response::other_method(request) {
        return answer;
    }
    let labels = |media_type, caching| Labels { media_type, caching, purge: PurgeTag::new("harbour") };
    match decode_path(request.uri.path()).as_deref().map_err(|error| *error).and_then(Route::parse) {
        Ok(Route::Health) => response::state(request, StatusCode::OK, "ok"),
        Ok(Route::Multivariant { .. }) => {
            let caching = Caching::manifest(Duration::from_secs(2), Duration::from_secs(10));
            response::text(request, playlist, &labels(MediaType::HlsPlaylist, caching))
        }
        Ok(Route::Segment { .. }) => {
            let pieces = vec![Piece::Bytes(Bytes::from_static(b"moof")), Piece::Source(0..FILE_SIZE)];
            let labels = labels(MediaType::VideoMp4, Caching::immutable());
            let answer = response::media(request, source, pieces, &EntityTag::new("rev-0"), &labels).await;
            answer.unwrap_or_else(|error: StoreError| response::store_error(request, &error))
        }
        Ok(_) => response::error(request, StatusCode::NOT_FOUND, "no such asset"),
        Err(error) => response::route_error(request, error),
    }
}

fn header<'a>(response: &'a Response<Incoming>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

async fn text(response: Response<Incoming>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

const SEGMENT: &str = "/harbour/media/video/r/0.m4s";

#[tokio::test]
async fn every_answer_may_be_read_by_any_page() {
    let origin = Origin::start().await;
    for (method, path, status) in [
        (Method::GET, "/healthz", 200),
        (Method::GET, "/harbour/master.m3u8", 200),
        (Method::HEAD, SEGMENT, 200),
        (Method::OPTIONS, SEGMENT, 204),
        (Method::POST, "/harbour/master.m3u8", 405),
        (Method::GET, "/harbour/%2e%2e/master.m3u8", 403),
        (Method::GET, "/harbour/a%00b.m3u8", 400),
        (Method::GET, "/harbour/lost.m3u8", 404),
        (Method::GET, "/", 404),
    ] {
        let response = origin.ask(method.clone(), path, |request| request.header("origin", "https://a.example")).await;
        assert_eq!(response.status(), status, "{method} {path}");
        assert_eq!(header(&response, "access-control-allow-origin"), "*", "{method} {path}");
        assert!(!header(&response, "date").is_empty() && header(&response, "server").starts_with("signalbox/"));
        if status >= 400 {
            assert_eq!(header(&response, "cache-control"), "max-age=1");
            assert_eq!(text(response).await.lines().count(), 1);
        }
    }
}

#[tokio::test]
async fn a_head_says_the_length_and_sends_nothing() {
    for origin in [Origin::start().await, Origin::http2().await] {
        for (path, length) in [(SEGMENT, FILE_SIZE + 4), ("/harbour/master.m3u8", 800), ("/harbour/lost.m3u8", 14)] {
            let response = origin.ask(Method::HEAD, path, |request| request).await;
            assert_eq!(header(&response, "content-length"), length.to_string(), "{path}");
            assert_eq!(text(response).await, "", "{path}");
        }
    }
}

#[tokio::test]
async fn a_playlist_is_compressed_and_then_known() {
    let origin = Origin::start().await;
    let gzip = |request: Builder| request.header("accept-encoding", "gzip");
    let first = origin.ask(Method::GET, "/harbour/master.m3u8", gzip).await;
    assert_eq!((header(&first, "content-encoding"), header(&first, "vary")), ("gzip", "Accept-Encoding"));
    let tag = header(&first, "etag").to_owned();
    let length: usize = header(&first, "content-length").parse().unwrap();
    assert_eq!(first.into_body().collect().await.unwrap().to_bytes().len(), length);
    let again = |request: Builder| gzip(request).header("if-none-match", &tag);
    assert_eq!(origin.ask(Method::GET, "/harbour/master.m3u8", again).await.status(), 304);
}

#[tokio::test]
async fn a_segment_comes_whole_or_in_part() {
    for origin in [Origin::start().await, Origin::http2().await] {
        let whole = origin.get(SEGMENT).await;
        assert_eq!(header(&whole, "content-length"), (FILE_SIZE + 4).to_string());
        assert_eq!(whole.into_body().collect().await.unwrap().to_bytes().len() as u64, FILE_SIZE + 4);
        let part = origin.ask(Method::GET, SEGMENT, |request| request.header("range", "bytes=0-4")).await;
        assert_eq!((part.status().as_u16(), header(&part, "content-length")), (206, "5"));
        assert_eq!(text(part).await, "moof\0");
        let beyond = origin.ask(Method::GET, SEGMENT, |request| request.header("range", "bytes=99999999-")).await;
        assert_eq!((beyond.status().as_u16(), header(&beyond, "content-range")), (416, "bytes */67108868"));
    }
}

#[tokio::test]
async fn a_file_that_is_replaced_while_it_is_sent_never_looks_whole() {
    for origin in [Origin::start().await, Origin::http2().await] {
        let response = origin.get(SEGMENT).await;
        assert_eq!(response.status(), 200);
        let other = origin.folder.path().join("other.mp4");
        std::fs::File::create(&other).unwrap().set_len(FILE_SIZE).unwrap();
        std::fs::rename(other, origin.folder.path().join("video.mp4")).unwrap();
        assert!(response.into_body().collect().await.is_err(), "the client must notice");

        let next = origin.get(SEGMENT).await;
        assert_eq!((next.status().as_u16(), header(&next, "cache-control")), (503, "max-age=1"));
    }
}
