//! A server in this process, and a client that says what it got.

pub use super::editing::{Answer, JSON, LONG, copy, token};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use signalbox::api::{Api, ApiOptions};
use signalbox::catalog::{Catalog, CatalogOptions};
use signalbox::jobs::{Jobs, JobsOptions};
use signalbox::server::{ServerConfig, serve};
use signalbox::store::LocalStore;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;

pub const ACCOUNT: &str =
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Media/mediaServices/acc";

/// Copies of sample assets, served.
pub struct Server {
    pub folder: Arc<TempDir>,
    pub address: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
    /// What requests show; nothing where there are no tokens.
    secret: Option<String>,
}

impl Answer {
    /// A fault of that code, and its message.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> String {
        let answer = self.is(status);
        assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
        let error = &answer.json()["error"];
        assert_eq!(error["code"], code, "{error}");
        assert!(!answer.headers.contains_key("retry-after"), "clients would ask again");
        error["message"].as_str().filter(|message| !message.is_empty()).unwrap().to_owned()
    }

    /// A fault of the storage.
    #[track_caller]
    pub fn blob_refused(self, status: u16, code: &str) {
        let answer = self.is(status);
        assert_eq!(answer.header("x-ms-error-code"), code, "{}", answer.text());
        if !answer.body.is_empty() {
            let text = answer.text();
            assert!(text.contains(&format!("<Code>{code}</Code><Message>")) && !text.contains("<Message></"), "{text}");
        }
    }
}

/// A folder with copies of sample assets, each under a name.
pub fn copies(assets: &[(&str, &str)]) -> Arc<TempDir> {
    let folder = tempfile::tempdir().unwrap();
    assets.iter().for_each(|(asset, name)| copy(asset, &folder.path().join(name)));
    Arc::new(folder)
}

pub fn fixture(name: &str) -> Bytes {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/azure/fixtures").join(name)).unwrap().into()
}

impl Server {
    /// Serves a copy of `harbour` without tokens.
    pub async fn harbour() -> Server {
        Server::over(copies(&[("harbour", "harbour")]), ApiOptions::default()).await
    }

    pub async fn over(folder: Arc<TempDir>, options: ApiOptions) -> Server {
        let catalog_options = CatalogOptions {
            cache_bytes: 64 << 20,
            max_staleness: Duration::ZERO,
            segment_duration: Duration::from_secs(6),
        };
        let store = Arc::new(LocalStore::open(folder.path()).unwrap());
        let catalog = Arc::new(Catalog::new(store, None, catalog_options));
        let jobs = Jobs::new(Arc::clone(&catalog), JobsOptions::default());
        let api = Arc::new(Api::new(catalog, jobs, None, options));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let handler = move |request: Request<hyper::body::Incoming>| {
            let api = Arc::clone(&api);
            assert!(api.has(request.uri().path()));
            async move { api.respond(request).await }
        };
        tokio::spawn(async move { serve(listener, &ServerConfig::default(), handler, std::future::pending()).await });
        let client = Client::builder(TokioExecutor::new()).build_http();
        Server { folder, address, client, secret: None }
    }

    /// The same server, asked with a token.
    pub fn with(&self, secret: &str) -> Server {
        let secret = Some(secret.to_owned());
        Server { folder: Arc::clone(&self.folder), client: self.client.clone(), address: self.address, secret }
    }

    /// Sends one request. A path that is none begins below the account, and has an api-version.
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        let url = match path {
            url if url.starts_with("http") => url.to_owned(),
            path if path.starts_with('/') => format!("http://{}{path}", self.address),
            path => {
                let mark = if path.contains('?') { '&' } else { '?' };
                format!("http://{}{ACCOUNT}/{path}{mark}api-version=2022-08-01", self.address)
            }
        };
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(secret) = &self.secret {
            request = request.header("authorization", format!("Bearer {secret}"));
        }
        let body: Bytes = body.into();
        let asked = async {
            let response = self.client.request(request.body(Full::from(body)).unwrap()).await.unwrap();
            let (head, body) = response.into_parts();
            Answer { status: head.status, headers: head.headers, body: body.collect().await.unwrap().to_bytes() }
        };
        tokio::time::timeout(LONG, asked).await.expect("took too long")
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask("PUT", path, &[JSON], body.to_string()).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask("PATCH", path, &[JSON], body.to_string()).await
    }

    /// Without a body and without a type, as the SDKs send it.
    pub async fn post(&self, path: &str) -> Answer {
        self.ask("POST", path, &[], "").await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path, &[], "").await
    }

    /// A SAS URL of an asset, taken apart: what comes before and after the place of a blob's name.
    pub async fn sas(&self, asset: &str, permissions: &str) -> Sas<'_> {
        let body = json!({ "permissions": permissions, "expiryTime": in_an_hour() });
        let path = format!("assets/{asset}/listContainerSas");
        let urls = self.ask("POST", &path, &[JSON], body.to_string()).await.is(200).json();
        let url = urls["assetContainerSasUrls"][0].as_str().unwrap();
        let (container, query) = url.split_once('?').unwrap();
        Sas { server: self, container: container.to_owned(), query: query.to_owned() }
    }

    /// Brings a file by a SAS URL.
    pub async fn bring(&self, asset: &str, file: &str, bytes: impl Into<Bytes>) {
        self.sas(asset, "ReadWrite").await.put(file, bytes).await.is(201);
    }

    /// The track as it is listed.
    pub async fn track(&self, asset: &str, name: &str) -> Value {
        self.get(&format!("assets/{asset}/tracks/{name}")).await.is(200).json()
    }
}

pub fn in_an_hour() -> String {
    signalbox::ams::Timestamp::now().plus_seconds(3600).to_string()
}

/// A way to the files of an asset.
pub struct Sas<'a> {
    pub server: &'a Server,
    pub container: String,
    pub query: String,
}

impl Sas<'_> {
    /// `more` is of the query.
    pub fn url(&self, blob: &str, more: &str) -> String {
        let blob = if blob.is_empty() { String::new() } else { format!("/{blob}") };
        format!("{}{blob}?{more}{}{}", self.container, if more.is_empty() { "" } else { "&" }, self.query)
    }

    pub async fn ask(&self, method: &str, blob: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        self.server.ask(method, &self.url(blob, ""), headers, body).await
    }

    pub async fn put(&self, blob: &str, body: impl Into<Bytes>) -> Answer {
        self.ask("PUT", blob, &[("x-ms-blob-type", "BlockBlob")], body).await
    }

    pub async fn get(&self, blob: &str) -> Answer {
        self.ask("GET", blob, &[], "").await
    }

    /// The names of blobs that begin with `prefix`.
    pub async fn names(&self, prefix: &str) -> Vec<String> {
        let url = self.url("", &format!("restype=container&comp=list&prefix={prefix}"));
        let text = self.server.ask("GET", &url, &[], "").await.is(200).text();
        text.split("<Name>").skip(1).map(|rest| rest.split("</Name>").next().unwrap().to_owned()).collect()
    }
}

/// The body of a track.
pub fn audio(fields: Value) -> Value {
    typed(fields, "AudioTrack")
}

pub fn text(fields: Value) -> Value {
    typed(fields, "TextTrack")
}

fn typed(mut fields: Value, kind: &str) -> Value {
    fields["@odata.type"] = format!("#Microsoft.Media.{kind}").into();
    json!({ "properties": { "track": fields } })
}
