//! HTTP for editors: who may do what, what a request may cost, and the APIs themselves.
//!
//! An API is thin: it translates a request, calls the catalog, and translates what came of it. What all of them share
//! lies here: tokens, what protects a server without tokens, bodies with their bounds, and conditions on revisions.
//! `native` is the API of the house, `azure`, `cloudflare` and `dato` are those of Azure Media Services, Cloudflare
//! Stream and DatoCMS; `platform` has what the last two share.

mod access;
mod azure;
mod cloudflare;
mod condition;
mod counts;
mod dato;
mod incoming;
mod local_only;
mod native;
mod platform;
mod reach;
mod seal;
mod strict_json;
mod token;

pub use azure::AzureOptions;
pub use native::BASE;
pub use platform::{CloudflareOptions, DatoOptions, Uid};
pub use reach::without_secrets;
pub use token::{NewToken, Scope, Token, TokenPrefix};

use crate::catalog::Catalog;
use crate::jobs::Jobs;
use crate::metrics::Answer;
use crate::origin::Body;
use crate::purge::Purger;
use access::Access;
use bytes::Bytes;
use hyper::{Request, Response};
use seal::Seal;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// What the APIs allow.
#[derive(Debug, Clone)]
pub struct ApiOptions {
    /// Who may do what. Without any, whoever can connect may do all, and only this machine may connect.
    pub tokens: Vec<Token>,
    /// Largest body of a request that is no upload, in bytes.
    pub max_body: u64,
    /// Largest upload, in bytes.
    pub max_upload: u64,
    /// A body that brings next to nothing for so long is given up.
    pub stall: Duration,
    /// The API of Azure Media Services.
    pub azure: AzureOptions,
    /// The API of Cloudflare Stream.
    pub cloudflare: CloudflareOptions,
    /// The API of DatoCMS.
    pub dato: DatoOptions,
}

impl Default for ApiOptions {
    fn default() -> Self {
        ApiOptions {
            tokens: Vec::new(),
            max_body: 2_000_000,
            max_upload: 2_000_000_000,
            stall: Duration::from_secs(60),
            azure: AzureOptions::default(),
            cloudflare: CloudflareOptions::default(),
            dato: DatoOptions::default(),
        }
    }
}

/// The editors' side of the server.
pub struct Api {
    catalog: Arc<Catalog>,
    jobs: Jobs,
    /// Where a CDN is told of edits.
    purger: Option<Purger>,
    access: Access,
    azure: azure::Azure,
    dato: dato::Dato,
    /// Finds assets by the identifiers of other platforms.
    index: platform::Index,
    seal: Arc<Seal>,
    options: ApiOptions,
}

impl Api {
    pub fn new(catalog: Arc<Catalog>, jobs: Jobs, purger: Option<Purger>, options: ApiOptions) -> Api {
        let seal = Arc::new(Seal::new(Arc::clone(catalog.store())));
        let azure = azure::Azure::new(&catalog, Arc::clone(&seal), options.azure.clone());
        let dato = dato::Dato::new(options.dato.rate);
        let index = platform::Index::new(Arc::clone(&catalog));
        let access = Access::new(options.tokens.clone());
        Api { catalog, jobs, purger, access, azure, dato, index, seal, options }
    }

    /// Whether a path is one of the APIs'. An asset of such a name cannot be played from a listener that has them.
    pub fn has(&self, path: &str) -> bool {
        let is_native = path.strip_prefix("/api").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let is_own = is_native || path == counts::METRICS;
        is_own || azure::has(path) || self.is_cloudflares(path) || self.is_datos(path)
    }

    fn is_cloudflares(&self, path: &str) -> bool {
        self.options.cloudflare.enabled && cloudflare::has(path)
    }

    fn is_datos(&self, path: &str) -> bool {
        self.options.dato.enabled && dato::has(path)
    }

    /// Answers one request.
    pub async fn respond<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        let body = incoming::boxed(body);
        let response = match head.uri.path() {
            counts::METRICS => native::scrape(self, &head).await,
            path if azure::has(path) => azure::respond(self, head, body).await,
            path if azure::has_blob(path) => azure::respond_blob(self, head, body).await,
            path if self.is_cloudflares(path) => cloudflare::respond(self, head, body).await,
            path if self.is_datos(path) => dato::respond(self, head, body).await,
            _ => native::respond(self, head, body).await,
        };
        self.counted(response)
    }

    /// Counts what an editor was answered, by the API or by the page.
    pub fn counted(&self, response: Response<Body>) -> Response<Body> {
        let metrics = self.catalog.metrics();
        metrics.answered(Answer::Api, response.status().as_u16());
        response.map(|body| body.counted(metrics, Answer::Api))
    }
}

/// Why the API may not be reached at `address` with these tokens; `None` where it may. Without tokens whoever connects
/// may do all, so it must be somebody on this machine.
pub fn open_to_others(tokens: &[Token], address: SocketAddr) -> Option<String> {
    if !tokens.is_empty() || address.ip().to_canonical().is_loopback() {
        return None;
    }
    Some(format!(
        "without tokens everyone who reaches {address} could edit. Make a token with `signalbox token` and put it into \
         the configuration, or give the API a listener of this machine alone (api.listen = \"127.0.0.1:8081\"), or switch \
         it off (api.enabled = false)"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_tokens_only_this_machine_may_connect() {
        for (address, refused) in [
            ("127.0.0.1:80", false),
            ("127.8.9.1:80", false),
            ("[::1]:80", false),
            ("[::ffff:127.0.0.1]:80", false),
            ("0.0.0.0:80", true),
            ("[::]:80", true),
            ("192.168.1.4:80", true),
        ] {
            let reason = open_to_others(&[], address.parse().unwrap());
            assert_eq!(reason.is_some(), refused, "{address}");
            if let Some(reason) = reason {
                assert!(["signalbox token", "api.listen", "api.enabled"].iter().all(|way| reason.contains(way)));
            }
        }
        let token = NewToken::make("desk", Scope::Write, TokenPrefix::default()).unwrap().token;
        assert_eq!(open_to_others(&[token], "0.0.0.0:80".parse().unwrap()), None);
    }

    #[tokio::test]
    async fn the_paths_of_the_apis() {
        let folder = tempfile::tempdir().unwrap();
        let api = |options: ApiOptions| {
            let store = Arc::new(crate::store::LocalStore::open(folder.path()).unwrap());
            let catalog_options = crate::catalog::CatalogOptions {
                cache_bytes: 1 << 20,
                max_staleness: Duration::ZERO,
                segment_duration: Duration::from_secs(6),
            };
            let catalog = Arc::new(Catalog::new(store, None, catalog_options));
            Api::new(Arc::clone(&catalog), Jobs::new(catalog, Default::default()), None, options)
        };
        let all = api(ApiOptions::default());
        let facades = ["/client/v4/accounts/a", "/uploads", "/upload-requests/1/a", "/job-results/5"];
        let own = ["/api", "/api/", "/api/v1/assets", "/api/other", "/subscriptions/s", "/SUBSCRIPTIONS", "/metrics"];
        for path in own.iter().chain(&facades) {
            assert!(all.has(path), "{path}");
        }
        for path in [
            "/",
            "/apis/master.m3u8",
            "/harbour/api",
            "/api.mpd",
            "/metrics/master.m3u8",
            "",
            "/subscriptionsé",
            "/client/a.mpd",
        ] {
            assert!(!all.has(path), "{path}");
        }
        let cloudflare = CloudflareOptions { enabled: false, ..CloudflareOptions::default() };
        let dato = DatoOptions { enabled: false, ..DatoOptions::default() };
        let own_alone = api(ApiOptions { cloudflare, dato, ..ApiOptions::default() });
        assert!(own.iter().all(|path| own_alone.has(path)) && !facades.iter().any(|path| own_alone.has(path)));
    }
}
