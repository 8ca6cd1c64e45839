//! A server in this process that does its jobs, and a client that says what it got.

use super::samples::samples;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use signalbox::api::{Api, ApiOptions, DatoOptions, NewToken, Scope, Token, TokenPrefix};
use signalbox::catalog::{Catalog, CatalogOptions};
use signalbox::fetch::FetchOptions;
use signalbox::jobs::{ConvertOptions, Jobs, JobsOptions, TranscribeOptions};
use signalbox::server::{ServerConfig, serve};
use signalbox::store::LocalStore;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Longer than anything here takes; a test that reaches it has failed.
const LONG: Duration = Duration::from_secs(120);
const TRANSCRIPT: &str = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nla nave arriva\n";

/// Copies of sample assets, served.
pub struct Server {
    pub folder: Arc<TempDir>,
    pub address: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
    /// What requests show; nothing where there are no tokens.
    secret: Option<String>,
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
    pub fn is(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What is in Cloudflare's envelope.
    #[track_caller]
    pub fn result(self) -> Value {
        let value = self.is(200).json();
        assert_eq!((&value["success"], &value["errors"]), (&true.into(), &Value::Array(Vec::new())));
        value["result"].clone()
    }

    /// A refusal in Cloudflare's envelope, and its message.
    #[track_caller]
    pub fn fails(self, status: u16, code: u32) -> String {
        let answer = self.is(status);
        assert_eq!(answer.header("content-type"), "application/json");
        assert!(!answer.headers.contains_key("retry-after"), "clients would ask again");
        let value = answer.json();
        assert_eq!((&value["success"], &value["result"]), (&false.into(), &Value::Null));
        assert_eq!(value["errors"][0]["code"], code, "{value}");
        value["errors"][0]["message"].as_str().filter(|message| !message.is_empty()).unwrap().to_owned()
    }

    /// A refusal in the words of DatoCMS, and its details.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        let answer = self.is(status);
        assert_eq!(answer.header("content-type"), "application/json");
        error(&answer.json(), code)
    }
}

/// The details of an error document of DatoCMS.
#[track_caller]
pub fn error(document: &Value, code: &str) -> Value {
    let error = &document["data"][0];
    assert_eq!((&error["type"], &error["attributes"]["code"]), (&"api_error".into(), &code.into()), "{document}");
    assert!(error["id"].is_string() && error["attributes"].get("transient").is_none());
    error["attributes"]["details"].clone()
}

/// A folder with copies of sample assets, each under a name, and with files to be fetched, in the asset `web`.
pub fn copies(assets: &[(&str, &str)]) -> Arc<TempDir> {
    let folder = tempfile::tempdir().unwrap();
    assets.iter().for_each(|(asset, name)| copy(&samples().join(asset), &folder.path().join(name)));
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/azure/fixtures"), &folder.path().join("web"));
    Arc::new(folder)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

pub fn fixture(name: &str) -> Bytes {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/azure/fixtures").join(name)).unwrap().into()
}

pub fn token(name: &str, scope: Scope, prefix: &str) -> (String, Token) {
    let made = NewToken::make(name, scope, TokenPrefix::parse(prefix).unwrap()).unwrap();
    (made.secret, made.token)
}

/// As many requests as a test likes.
pub fn options() -> ApiOptions {
    ApiOptions { dato: DatoOptions { rate: 0, ..DatoOptions::default() }, ..ApiOptions::default() }
}

/// A program in the folder, beside the assets.
fn program(folder: &Path, name: &str, script: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\ncat >/dev/null\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

impl Server {
    /// Serves copies of `harbour`, `talk` and `radio` without tokens.
    pub async fn start() -> Server {
        let folder = copies(&[("harbour", "harbour"), ("talk", "shows/talk"), ("radio", "radio")]);
        Server::over(folder, options()).await
    }

    /// Programs stand for ffmpeg and a transcriber: one hands out the samples of a good file whatever it is given, unless
    /// there is a file `.broken`; the other waits while there is a file `.wait`, and hears the same in all there is.
    pub async fn over(folder: Arc<TempDir>, options: ApiOptions) -> Server {
        let good = samples().join("radio/radio-48.m4a").display().to_string();
        let path = folder.path();
        let broken = path.join(".broken").display().to_string();
        let hand_out = format!("[ -e '{broken}' ] && exit 1\ncat '{good}' >/dev/fd/1; echo out_time_us=1000000 >&2");
        let ffmpeg = program(path, ".ffmpeg", &hand_out);
        let wait = path.join(".wait").display().to_string();
        let hear = format!("while [ -e '{wait}' ]; do sleep 0.02; done\nprintf '{}'", TRANSCRIPT.replace('\n', "\\n"));
        let jobs = JobsOptions {
            convert: ConvertOptions { ffmpeg: Some(ffmpeg.into()), ..ConvertOptions::default() },
            transcribe: TranscribeOptions {
                command: vec![program(path, ".transcriber", &hear), "{language}".to_owned()],
                ..TranscribeOptions::default()
            },
            fetch: FetchOptions { allow: vec!["127.0.0.0/8".parse().unwrap()], ..FetchOptions::default() },
            ..JobsOptions::default()
        };
        Server::with_jobs(folder, options, jobs).await
    }

    pub async fn with_jobs(folder: Arc<TempDir>, options: ApiOptions, jobs: JobsOptions) -> Server {
        let catalog_options = CatalogOptions {
            cache_bytes: 64 << 20,
            max_staleness: Duration::ZERO,
            segment_duration: Duration::from_secs(6),
        };
        let store = Arc::new(LocalStore::open(folder.path()).unwrap());
        let catalog = Arc::new(Catalog::new(store, None, catalog_options));
        let jobs = Jobs::new(Arc::clone(&catalog), jobs);
        drop(jobs.start());
        let api = Arc::new(Api::new(catalog, jobs, None, options));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let handler = move |request: Request<hyper::body::Incoming>| {
            let api = Arc::clone(&api);
            assert!(api.has(request.uri().path()), "{}", request.uri());
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

    /// Where a file lies that may be fetched.
    pub fn url(&self, file: &str) -> String {
        format!("http://{}/api/v1/assets/web/files/{file}", self.address)
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("http://{}{path}", self.address) };
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

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path, &[JSON], "").await
    }

    pub async fn send(&self, method: &str, path: &str, body: Value) -> Answer {
        self.ask(method, path, &[JSON], body.to_string()).await
    }

    /// A form, as the SDKs write it.
    pub async fn form(&self, method: &str, path: &str, parts: &[Part<'_>]) -> Answer {
        let mut body = Vec::new();
        for Part { name, file, bytes } in parts {
            let file = file.map(|file| format!("; filename=\"{file}\"\r\nContent-Type: audio/mp4")).unwrap_or_default();
            body.extend(format!("--xx\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes());
            body.extend(bytes.iter().chain(b"\r\n"));
        }
        body.extend(b"--xx--\r\n");
        self.ask(method, path, &[("content-type", "multipart/form-data; boundary=xx")], body).await
    }

    /// The files of an asset.
    pub fn files(&self, asset: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path().join(asset)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Sound that must be converted.
pub fn wav() -> Vec<u8> {
    let head = b"RIFF\x24\x10\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\xbb\0\0\0\x77\x01\0\x02\0\x10\0data\0\x10\0\0";
    [head.as_slice(), &[0; 4096]].concat()
}

/// A part of a form.
pub struct Part<'a> {
    pub name: &'a str,
    pub file: Option<&'a str>,
    pub bytes: &'a [u8],
}

pub const JSON: (&str, &str) = ("content-type", "application/json");

/// Asks until there is an answer.
pub async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(begun.elapsed() < LONG, "it does not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
