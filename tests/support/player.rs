//! A player's side of the origin, with no network between: catalog, store and answers are the product's own.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::Request;
use signalbox::catalog::{Catalog, CatalogOptions};
use signalbox::origin::{Origin, OriginOptions};
use signalbox::store::LocalStore;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Asks for what a folder of assets holds now.
pub struct Player {
    origin: Origin,
}

impl Player {
    pub fn over(folder: &Path) -> Player {
        let catalog_options = CatalogOptions {
            cache_bytes: 64 << 20,
            max_staleness: Duration::ZERO,
            segment_duration: Duration::from_secs(6),
        };
        let options = OriginOptions {
            manifest_cache_bytes: 64 << 20,
            manifest_max_age: Duration::from_secs(2),
            stale_while_revalidate: Duration::from_secs(10),
            ..OriginOptions::default()
        };
        let store = Arc::new(LocalStore::open(folder).unwrap());
        Player { origin: Origin::new(Arc::new(Catalog::new(store, None, catalog_options)), &options) }
    }

    /// Status and body.
    pub async fn get(&self, path: &str) -> (u16, Bytes) {
        let response = self.origin.respond(Request::get(path).body(()).unwrap()).await;
        let status = response.status().as_u16();
        (status, response.into_body().collect().await.unwrap().to_bytes())
    }

    /// The text of what must be there.
    pub async fn text(&self, path: &str) -> String {
        let (status, body) = self.get(path).await;
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert_eq!(status, 200, "{path}: {text}");
        text
    }
}
