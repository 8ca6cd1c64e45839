//! A server of players and editors in this process, a client that says what it got, and a judge that knows the
//! description.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use signalbox::api::{Api, ApiOptions};
use signalbox::catalog::{Catalog, CatalogOptions};
use signalbox::jobs::{Jobs, JobsOptions};
use signalbox::origin::{Origin, OriginOptions};
use signalbox::server::{ServerConfig, serve};
use signalbox::store::LocalStore;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;

pub use super::description::Description;
pub use super::editing::{Answer, JSON, LONG, copy, token};

/// Copies of sample assets, served.
pub struct Server {
    pub folder: TempDir,
    pub address: SocketAddr,
    description: Arc<Description>,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Answer {
    /// A problem of that kind.
    #[track_caller]
    pub fn refused(self, status: u16, kind: &str) -> Value {
        let problem = self.is(status);
        assert_eq!(problem.header("content-type"), "application/problem+json");
        let problem = problem.json();
        assert_eq!(problem["type"], format!("/api/v1/problems/{kind}"), "{problem:#}");
        assert_eq!(problem["status"], status);
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        problem
    }

    pub fn tag(&self) -> &str {
        self.header("etag")
    }
}

/// A folder with copies of sample assets.
pub fn copies(assets: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    assets.iter().for_each(|asset| copy(asset, &folder.path().join(asset)));
    folder
}

impl Server {
    /// Serves copies of sample assets without tokens.
    pub async fn of(assets: &[&str]) -> Server {
        Server::over(copies(assets), ApiOptions::default()).await
    }

    /// Serves a folder. An edit made elsewhere may stay unseen for an hour, so that what is seen at once was told.
    pub async fn over(folder: TempDir, options: ApiOptions) -> Server {
        let catalog_options = CatalogOptions {
            cache_bytes: 64 << 20,
            max_staleness: Duration::from_secs(3600),
            segment_duration: Duration::from_secs(6),
        };
        let store = Arc::new(LocalStore::open(folder.path()).unwrap());
        let catalog = Arc::new(Catalog::new(store, None, catalog_options));
        let jobs = Jobs::new(Arc::clone(&catalog), JobsOptions::default());
        let api = Arc::new(Api::new(Arc::clone(&catalog), jobs, None, options));
        let origin = Arc::new(Origin::new(Arc::clone(&catalog), &OriginOptions::default()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let handler = move |request: Request<hyper::body::Incoming>| {
            let (api, origin) = (Arc::clone(&api), Arc::clone(&origin));
            async move {
                let response: Response<_> = match api.has(request.uri().path()) {
                    true => api.respond(request).await,
                    false => origin.respond(request).await,
                };
                response
            }
        };
        tokio::spawn(async move { serve(listener, &ServerConfig::default(), handler, std::future::pending()).await });
        let client = Client::builder(TokioExecutor::new()).build_http();
        let description = Arc::new(Description::default());
        let server = Server { folder, address, description, client };
        let text = server.send(Method::GET, "/api/v1/openapi.json", &[], Bytes::new()).await;
        Server { description: Arc::new(Description::read(&text.is(200).json())), ..server }
    }

    /// The same server, asked with a token.
    pub fn with(&self, secret: &str) -> Bearer<'_> {
        Bearer { server: self, token: secret.to_owned() }
    }

    /// Sends one request, and holds the answer against the description.
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        let answer = self.send(method.parse().unwrap(), path, headers, body.into()).await;
        self.description.judge(method, path, &answer);
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", &full(path), &[], "").await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.ask("PUT", &full(path), &[JSON], body.to_string()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", &full(path), &[JSON], body.to_string()).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.ask("PATCH", &full(path), &[("content-type", "application/merge-patch+json")], body.to_string()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", &full(path), &[], "").await
    }

    /// What players get at a path of theirs.
    pub async fn play(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Bytes::new()).await
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Bytes) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let asked = async {
            let response = self.client.request(request.body(Full::from(body)).unwrap()).await.unwrap();
            let (head, body) = response.into_parts();
            Answer { status: head.status, headers: head.headers, body: body.collect().await.unwrap().to_bytes() }
        };
        tokio::time::timeout(LONG, asked).await.expect("took too long")
    }
}

/// Paths of the API are written without what they all begin with.
pub fn full(path: &str) -> String {
    if path.starts_with("/api") { path.to_owned() } else { format!("/api/v1{path}") }
}

/// A client with a token.
pub struct Bearer<'a> {
    server: &'a Server,
    token: String,
}

impl Bearer<'_> {
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [headers, &[("authorization", bearer.as_str())]].concat();
        self.server.ask(method, &full(path), &headers, body).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").await
    }
}
