//! A server of a folder in this process, and a client that says what it got.

use super::samples::samples;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{HeaderMap, Method, Request, StatusCode, Version};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use signalbox::catalog::{Catalog, CatalogOptions};
use signalbox::origin::{Origin, OriginOptions};
use signalbox::server::{ServerConfig, serve};
use signalbox::store::{LocalStore, Store};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;

/// Longer than anything here takes; a test that reaches it has failed.
const LONG: Duration = Duration::from_secs(60);

/// A folder with copies of sample assets, to be changed at will.
pub fn copies(assets: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for asset in assets {
        std::fs::create_dir(folder.path().join(asset)).unwrap();
        for entry in std::fs::read_dir(samples().join(asset)).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), folder.path().join(asset).join(entry.file_name())).unwrap();
        }
    }
    folder
}

/// Puts `bytes` at `path` as a careful writer does: written aside, then renamed. The time of the file is set apart from
/// all others, since a coarse clock could give two files of one moment the same.
pub fn replace(path: &Path, bytes: &[u8]) {
    let aside = path.with_extension("new");
    std::fs::write(&aside, bytes).unwrap();
    let later = SystemTime::now() + Duration::from_secs(1 + u64::from(bytes.len() as u16));
    std::fs::File::options().write(true).open(&aside).unwrap().set_modified(later).unwrap();
    std::fs::rename(aside, path).unwrap();
}

/// A running server.
pub struct Server {
    pub address: SocketAddr,
    http1: Client<HttpConnector, Empty<Bytes>>,
    http2: Client<HttpConnector, Empty<Bytes>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub version: Version,
    pub headers: HeaderMap,
    /// The body, or why it broke off.
    pub body: Result<Bytes, String>,
}

impl Answer {
    /// A header, empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn bytes(&self) -> &Bytes {
        self.body.as_ref().unwrap()
    }

    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(self.bytes()).unwrap()
    }

    #[track_caller]
    pub fn ok(self) -> Answer {
        assert_eq!(self.status, 200, "{:?}", self.body);
        let length: usize = self.header("content-length").parse().unwrap();
        assert_eq!(self.bytes().len(), length);
        self
    }

    /// A refusal as players get it: a status, one line, soon forgotten.
    #[track_caller]
    pub fn refused(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{:?}", self.body);
        assert_eq!(self.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(self.header("access-control-allow-origin"), "*", "a page may read why");
        assert!(["max-age=1", "no-store"].contains(&self.header("cache-control")), "{:?}", self.headers);
        let line = self.text().strip_suffix('\n').unwrap();
        assert!(!line.is_empty() && !line.contains('\n'), "{line:?}");
        line
    }
}

impl Server {
    /// The sample assets.
    pub async fn of_samples() -> Server {
        Server::of(&samples()).await
    }

    /// A folder, looked at for every request.
    pub async fn of(folder: &Path) -> Server {
        Server::over(Arc::new(LocalStore::open(folder).unwrap()), Duration::ZERO).await
    }

    pub async fn over(store: Arc<dyn Store>, max_staleness: Duration) -> Server {
        let options = CatalogOptions { cache_bytes: 1 << 28, max_staleness, segment_duration: Duration::from_secs(6) };
        let catalog = Arc::new(Catalog::new(store, None, options));
        let origin = Arc::new(Origin::new(catalog, &OriginOptions::default()).sending_unseen());
        let handler = move |request| {
            let origin = Arc::clone(&origin);
            async move { origin.respond(request).await }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { serve(listener, &ServerConfig::default(), handler, std::future::pending()).await });
        Server {
            address,
            http1: Client::builder(TokioExecutor::new()).build_http(),
            http2: Client::builder(TokioExecutor::new()).http2_only(true).build_http(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[]).await
    }

    pub async fn get_with(&self, path: &str, header: &str, value: &str) -> Answer {
        self.ask(Method::GET, path, &[(header, value)]).await
    }

    pub async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask_over(&self.http1, method, path, headers).await
    }

    pub async fn get_http2(&self, path: &str) -> Answer {
        self.ask_over(&self.http2, Method::GET, path, &[]).await
    }

    async fn ask_over(
        &self,
        client: &Client<HttpConnector, Empty<Bytes>>,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let asked = async {
            let response = client.request(request.body(Empty::new()).unwrap()).await.unwrap();
            let (head, body) = response.into_parts();
            let body = body.collect().await.map(|body| body.to_bytes()).map_err(|error| error.to_string());
            Answer { status: head.status, version: head.version, headers: head.headers, body }
        };
        tokio::time::timeout(LONG, asked).await.expect("took too long")
    }

    /// All URLs that a playlist names, as paths.
    pub async fn links(&self, playlist: &str) -> Vec<String> {
        links(playlist, self.get(playlist).await.ok().text())
    }

    /// All that a player of HLS can fetch of an asset: playlists, then what they name, each once.
    pub async fn hls(&self, asset: &str) -> (Vec<String>, Vec<String>) {
        let master = format!("/{asset}/master.m3u8");
        let mut playlists = self.links(&master).await;
        // A single rendition names its playlist in two tags.
        playlists.sort();
        playlists.dedup();
        let mut media = Vec::new();
        for playlist in &playlists {
            media.extend(self.links(playlist).await);
        }
        media.sort();
        media.dedup();
        playlists.insert(0, master);
        (playlists, media)
    }

    /// Init and media segments of the MPD.
    pub async fn dash(&self, asset: &str) -> Vec<String> {
        let mpd = self.get(&format!("/{asset}/manifest.mpd")).await.ok();
        dash_links(asset, mpd.text())
    }
}

/// Lines that are no tags, and the URI attributes of tags.
fn links(playlist: &str, text: &str) -> Vec<String> {
    assert!(text.starts_with("#EXTM3U\n"), "{text}");
    let folder = &playlist[..=playlist.rfind('/').unwrap()];
    let names = text.lines().filter(|line| !line.is_empty()).filter_map(|line| match line.strip_prefix('#') {
        None => Some(line),
        Some(tag) => tag.split_once("URI=\"")?.1.split('"').next(),
    });
    names.map(|name| format!("{folder}{name}")).collect()
}

/// Expands the templates and timelines of an MPD.
fn dash_links(asset: &str, mpd: &str) -> Vec<String> {
    let attribute = |line: &str, name: &str| {
        let after = line.split_once(&format!(" {name}=\""))?.1;
        Some(after.split('"').next().unwrap_or_default().to_owned())
    };
    let number = |line: &str, name: &str| attribute(line, name).and_then(|value| value.parse::<u64>().ok());
    let (mut links, mut template, mut time) = (Vec::new(), String::new(), 0);
    for line in mpd.lines() {
        if line.starts_with("<SegmentTemplate") {
            template = attribute(line, "media").unwrap();
            time = 0;
            links.push(format!("/{asset}/{}", attribute(line, "initialization").unwrap()));
        } else if line.starts_with("<S ") {
            time = number(line, "t").unwrap_or(time);
            for _ in 0..=number(line, "r").unwrap_or(0) {
                links.push(format!("/{asset}/{}", template.replace("$Time$", &time.to_string())));
                time += number(line, "d").unwrap();
            }
        }
    }
    links
}

/// The boxes of an MP4 file or segment: type, and where it lies.
pub fn boxes(bytes: &[u8]) -> Vec<(String, std::ops::Range<usize>)> {
    let (mut boxes, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let size = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        assert!(size >= 8 && at + size <= bytes.len(), "a box of {size} bytes at {at} of {}", bytes.len());
        boxes.push((String::from_utf8_lossy(&bytes[at + 4..at + 8]).into_owned(), at..at + size));
        at += size;
    }
    boxes
}
