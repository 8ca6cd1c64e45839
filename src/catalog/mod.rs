//! The assets of a store: found, loaded, kept while they are current.
//!
//! An asset's document and indexes are loaded once for all who ask at the same time, and kept in a cache bounded by
//! bytes. Whether the folder has changed is asked at most once per `max_staleness`; a change reloads the document and
//! the files that changed, no others.

mod byte_window;
mod in_flight;
mod loaded;
mod media_file;
mod walk;

pub use in_flight::InFlight;
pub use loaded::{DOCUMENT, LoadError, LoadedAsset, LoadedTrack};
pub use walk::find_assets;

use crate::store::{Store, StoreError, StorePath};
use futures_util::FutureExt;
use quick_cache::sync::Cache;
use quick_cache::{OptionsBuilder, Weighter};
use std::sync::Arc;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How a catalog keeps assets.
#[derive(Debug, Clone)]
pub struct CatalogOptions {
    /// Bound of the cache, in bytes.
    pub cache_bytes: u64,
    /// An edit of the folder is seen after this time at the latest.
    pub max_staleness: Duration,
    /// Target segment duration of assets that do not set their own.
    pub segment_duration: Duration,
}

/// The assets of one store.
pub struct Catalog {
    shared: Arc<Shared>,
}

struct Shared {
    store: Arc<dyn Store>,
    /// The asset that the store's top folder itself is, where it holds media.
    root_name: Option<String>,
    options: CatalogOptions,
    cache: Cache<String, Arc<Entry>, ByWeight>,
    loads: InFlight<String, Arc<LoadedAsset>, LoadError>,
}

/// A loaded asset and when it was last known to be current; `None` where that is in doubt.
struct Entry {
    asset: Arc<LoadedAsset>,
    checked: Mutex<Option<Instant>>,
}

#[derive(Clone)]
struct ByWeight;

impl Weighter<String, Arc<Entry>> for ByWeight {
    fn weight(&self, name: &String, entry: &Arc<Entry>) -> u64 {
        (name.len() + entry.asset.heap_bytes()) as u64
    }
}

impl Catalog {
    /// `root_name` names the asset that the top folder itself is, for a store that is one asset.
    pub fn new(store: Arc<dyn Store>, root_name: Option<String>, options: CatalogOptions) -> Catalog {
        // One shard: a bound split over shards would refuse an asset larger than its share.
        let cache = OptionsBuilder::new()
            .shards(1)
            .estimated_items_capacity(1024)
            .weight_capacity(options.cache_bytes.max(1))
            .build()
            .map(|cache_options| Cache::with_options(cache_options, ByWeight, Default::default(), Default::default()))
            .unwrap_or_else(|_| Cache::with_weighter(1024, options.cache_bytes.max(1), ByWeight));
        let loads = InFlight::default();
        Catalog { shared: Arc::new(Shared { store, root_name, options, cache, loads }) }
    }

    pub fn store(&self) -> &Arc<dyn Store> {
        &self.shared.store
    }

    /// The asset as it is now, or was within `max_staleness`.
    pub async fn asset(&self, name: &str) -> Result<Arc<LoadedAsset>, LoadError> {
        if let Some(entry) = self.shared.cache.get(name)
            && self.shared.is_fresh(&entry).await
        {
            return Ok(Arc::clone(&entry.asset));
        }
        let shared = Arc::clone(&self.shared);
        let key = name.to_owned();
        let loaded = self.shared.loads.join(name.to_owned(), move || shared.load(key).boxed()).await;
        loaded.unwrap_or_else(|| {
            let reason = "its load broke off; the log says why".to_owned();
            Err(StoreError::Failed { path: name.to_owned(), reason }.into())
        })
    }

    /// Forgets when an asset was last looked at: the next to ask looks again.
    pub fn doubt(&self, name: &str) {
        if let Some(entry) = self.shared.cache.get(name)
            && let Ok(mut checked) = entry.checked.lock()
        {
            *checked = None;
        }
    }

    /// The names of all assets, in order.
    pub async fn names(&self) -> Vec<String> {
        find_assets(self.shared.store.as_ref(), self.shared.root_name.as_deref()).await
    }
}

impl Shared {
    /// Looks at the folder where the last look is too long ago.
    async fn is_fresh(&self, entry: &Entry) -> bool {
        let due = |checked: Option<Instant>| checked.is_none_or(|at| at.elapsed() >= self.options.max_staleness);
        if !entry.checked.lock().is_ok_and(|checked| due(*checked)) {
            return true;
        }
        let now = Instant::now();
        let current = entry.asset.is_current(self.store.as_ref()).await;
        if current && let Ok(mut checked) = entry.checked.lock() {
            *checked = Some(now);
        }
        current
    }

    async fn load(self: Arc<Self>, name: String) -> Result<Arc<LoadedAsset>, LoadError> {
        let previous = self.cache.get(&name);
        let now = Instant::now();
        let asset = self.read(&name, previous.as_ref().map(|entry| entry.asset.as_ref())).await;
        let asset = match asset {
            Ok(asset) => Arc::new(asset),
            Err(error) => {
                self.cache.remove(&name);
                return Err(error);
            }
        };
        self.cache.insert(name, Arc::new(Entry { asset: Arc::clone(&asset), checked: Mutex::new(Some(now)) }));
        Ok(asset)
    }

    async fn read(&self, name: &str, previous: Option<&LoadedAsset>) -> Result<LoadedAsset, LoadError> {
        let load = |folder: StorePath| async move {
            LoadedAsset::load(self.store.as_ref(), name, &folder, self.options.segment_duration, previous).await
        };
        let unknown = LoadError::Unknown { asset: name.to_owned() };
        let folder = StorePath::parse(name).ok_or_else(|| unknown.clone())?;
        let mut result = load(folder.clone()).await;
        if matches!(result, Err(LoadError::Store(StoreError::Changed { .. }))) {
            // A file was replaced while it was read; the folder as it is now may be whole.
            result = load(folder).await;
        }
        match result {
            Err(LoadError::Unknown { .. }) if self.root_name.as_deref() == Some(name) => load(StorePath::root()).await,
            result => result,
        }
    }
}
