//! Fetching a file from a URL that somebody else chose, without being led astray.
//!
//! Only http and https, only the public internet and what the configuration allows; judged on the very address that is
//! connected to, again after each redirect. Size and time are bounded. Where the connection is cut and the server can
//! give the rest of the same file, only the rest is fetched.

mod address;
mod resolve;
mod transfer;
mod url;

pub use address::Network;
pub use transfer::{Step, Transfer};
pub use url::{FetchUrl, UrlError};

use crate::client::{http_client_over, reason};
use bytes::Bytes;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue, LOCATION, USER_AGENT};
use hyper::{Method, Request, Response};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use resolve::{ResolveError, Resolver};
use std::error::Error;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Redirects that are followed, one after the other.
const REDIRECTS: usize = 5;

/// What a fetch may do and take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchOptions {
    /// Networks that may be asked besides the public internet.
    pub allow: Vec<Network>,
    /// The largest file, in bytes.
    pub max_size: u64,
    /// For the whole.
    pub timeout: Duration,
    /// A connection that brings next to nothing for so long is given up.
    pub stall: Duration,
}

impl Default for FetchOptions {
    fn default() -> Self {
        FetchOptions {
            allow: Vec::new(),
            max_size: 2_000_000_000,
            timeout: Duration::from_secs(1800),
            stall: Duration::from_secs(30),
        }
    }
}

/// Why there is no file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Another attempt would end in the same way.
    #[error("{0}")]
    Refused(String),
    /// The network or the other server failed.
    #[error("{0}")]
    Failed(String),
}

impl From<UrlError> for FetchError {
    fn from(error: UrlError) -> FetchError {
        FetchError::Refused(error.to_string())
    }
}

/// Fetches files. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Fetcher {
    client: Client<HttpsConnector<HttpConnector<Resolver>>, Empty<Bytes>>,
    options: FetchOptions,
}

impl Fetcher {
    pub fn new(options: FetchOptions) -> Fetcher {
        let client = http_client_over(Resolver::new(&options.allow), options.stall);
        Fetcher { client, options }
    }

    /// Reads a URL and says whether it may be fetched, as far as its text tells.
    pub fn check(&self, url: &str) -> Result<FetchUrl, UrlError> {
        FetchUrl::parse(url, &self.options.allow)
    }

    /// Begins to fetch: asks what there is, and for its bytes.
    pub async fn begin(&self, url: &FetchUrl) -> Result<Transfer<'_>, FetchError> {
        Transfer::begin(self, url).await
    }

    /// Asks, and follows redirects. Gives the answer that is none, and where it came from.
    async fn ask(
        &self,
        method: &Method,
        url: &FetchUrl,
        headers: &HeaderMap,
        deadline: Instant,
    ) -> Result<Response<Incoming>, FetchError> {
        let mut url = url.clone();
        for _ in 0..=REDIRECTS {
            let response = self.ask_once(method, &url, headers, deadline).await?;
            let location = response.headers().get(LOCATION).filter(|_| is_redirect(&response));
            let Some(location) = location else { return Ok(response) };
            let location = String::from_utf8_lossy(location.as_bytes());
            let next = url.joined(&location, &self.options.allow);
            url = next.map_err(|error| {
                FetchError::Refused(format!("{url} leads to {}: {error}", FetchUrl::told(&shortened(&location))))
            })?;
        }
        Err(FetchError::Refused(format!("it leads on and on; more than {REDIRECTS} redirects are not followed")))
    }

    async fn ask_once(
        &self,
        method: &Method,
        url: &FetchUrl,
        headers: &HeaderMap,
        deadline: Instant,
    ) -> Result<Response<Incoming>, FetchError> {
        let mut request = Request::new(Empty::new());
        (*request.method_mut(), *request.uri_mut()) = (method.clone(), url.uri().clone());
        *request.headers_mut() = headers.clone();
        let own: [(HeaderName, &'static str); 3] = [
            (USER_AGENT, concat!("signalbox/", env!("CARGO_PKG_VERSION"))),
            (ACCEPT, "*/*"),
            // Its length and its parts shall be those of the file.
            (ACCEPT_ENCODING, "identity"),
        ];
        for (name, value) in own {
            request.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        let until = deadline.min(Instant::now() + self.options.stall);
        match timeout_at(until, self.client.request(request)).await {
            Ok(answer) => answer.map_err(|error| told(&error, url)),
            Err(_) => Err(FetchError::Failed(format!("{url} did not answer in time"))),
        }
    }
}

fn is_redirect(response: &Response<Incoming>) -> bool {
    matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// What others say is told in part.
fn shortened(text: &str) -> String {
    const TOLD: usize = 200;
    text.chars().filter(|c| !c.is_control()).take(TOLD).collect()
}

fn told(error: &(dyn Error + 'static), url: &FetchUrl) -> FetchError {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(ResolveError::Closed(closed)) = error.downcast_ref() {
            return FetchError::Refused(format!("{url}: {closed}"));
        }
        cause = error.source();
    }
    FetchError::Failed(format!("{url} cannot be fetched: {}", shortened(&reason(error))))
}
