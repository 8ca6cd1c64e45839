//! A server of players in this process with locators and filters, and a client that says what it got.

use super::samples::samples;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use signalbox::ams::{Filter, Guid, Locator, Owner, Shelf, Timestamp};
use signalbox::catalog::{Catalog, CatalogOptions};
use signalbox::origin::{Origin, OriginOptions};
use signalbox::server::{ServerConfig, serve};
use signalbox::store::LocalStore;
use signalbox::track::Dialect;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Longer than anything here takes; a test that reaches it has failed.
const LONG: Duration = Duration::from_secs(120);
/// The locator that the tests use.
pub const GUID: &str = "571544ac-e084-40ea-b436-b7792f1495d2";

/// Copies of sample assets, served.
pub struct Server {
    pub folder: TempDir,
    pub shelf: Shelf,
    address: SocketAddr,
    client: Client<HttpConnector, Empty<Bytes>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// A header, empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn ok(self) -> Answer {
        assert_eq!(self.status, 200, "{}", self.text());
        self
    }

    /// A refusal with the published code, in a header that pages may read and in the text.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> String {
        let text = self.text();
        assert_eq!((self.status.as_u16(), self.header("x-ms-error-code")), (status, code), "{text}");
        assert!(self.header("access-control-expose-headers").contains("x-ms-error-code"));
        assert!(
            text.starts_with(&format!("{code}: ")) && text.ends_with('\n') && text.lines().count() == 1,
            "{text:?}"
        );
        text
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Server {
    /// Serves copies of sample assets; each is looked at for every request.
    pub async fn of(assets: &[&str], dialect: Dialect) -> Server {
        let folder = tempfile::tempdir().unwrap();
        for asset in assets {
            std::fs::create_dir_all(folder.path().join(asset)).unwrap();
            for entry in std::fs::read_dir(samples().join(asset.rsplit('/').next().unwrap())).unwrap() {
                let entry = entry.unwrap();
                std::fs::copy(entry.path(), folder.path().join(asset).join(entry.file_name())).unwrap();
            }
        }
        let options = CatalogOptions {
            cache_bytes: 64 << 20,
            max_staleness: Duration::ZERO,
            segment_duration: Duration::from_secs(6),
        };
        let catalog = Arc::new(Catalog::new(Arc::new(LocalStore::open(folder.path()).unwrap()), None, options));
        let shelf = catalog.shelf().clone();
        let options = OriginOptions { dialect, ..OriginOptions::default() };
        let origin = Arc::new(Origin::new(catalog, &options).sending_unseen());
        let handler = move |request| {
            let origin = Arc::clone(&origin);
            async move { origin.respond(request).await }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { serve(listener, &ServerConfig::default(), handler, std::future::pending()).await });
        Server { folder, shelf, address, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    /// The sample with a server manifest, in the dialect of today.
    pub async fn legacy() -> Server {
        Server::of(&["legacy"], Dialect::Standard).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[]).await
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let asked = async {
            let response = self.client.request(request.body(Empty::new()).unwrap()).await.unwrap();
            let (head, body) = response.into_parts();
            Answer { status: head.status, headers: head.headers, body: body.collect().await.unwrap().to_bytes() }
        };
        tokio::time::timeout(LONG, asked).await.expect("took too long")
    }

    /// Makes the locator [`GUID`] of an asset.
    pub async fn locate(&self, asset: &str, filters: &[&str]) {
        let locator = Locator {
            name: format!("of {asset}"),
            id: GUID.parse::<Guid>().unwrap(),
            asset: asset.to_owned(),
            policy: "Predefined_ClearStreamingOnly".to_owned(),
            created: Timestamp::now(),
            start: None,
            end: Timestamp::MAX,
            filters: filters.iter().map(|name| (*name).to_owned()).collect(),
        };
        self.shelf.add_locator(&locator).await.unwrap();
    }

    pub async fn filter(&self, owner: Owner<'_>, name: &str, filter: Value) {
        let filter: Filter = serde_json::from_value(filter).unwrap();
        self.shelf.filters(owner).put::<()>(name, |_| Ok(filter.clone())).await.unwrap();
    }
}

/// A relative URL where it is met.
pub fn resolve(base: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = base.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Values of an attribute in lines of a playlist, or elements of an MPD.
pub fn attributes<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let begin = format!("{name}=\"");
    text.match_indices(&begin)
        .filter(|(at, _)| !text[..*at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-'))
        .map(|(at, _)| {
            let rest = &text[at + begin.len()..];
            &rest[..rest.find('"').unwrap()]
        })
        .collect()
}
