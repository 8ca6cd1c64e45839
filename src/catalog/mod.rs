//! The assets of a store: found, loaded, kept while they are current.
//!
//! An asset's document and indexes are loaded once for all who ask at the same time, and kept in a cache bounded by
//! bytes. Whether the folder has changed is asked by one for all, beside the requests once half of `max_staleness` is
//! over, so that of an asset that is played nobody waits for the look; a change reloads the document and the files that
//! changed, no others.

mod batch;
mod byte_cache;
mod byte_window;
mod convert;
mod draft;
mod edit;
mod files;
mod folder;
mod history;
mod in_flight;
mod judged;
mod loaded;
mod look;
mod media_file;
mod page;
mod parts;
mod standing;
mod turns;
mod walk;

pub(crate) use byte_cache::byte_cache;
pub use convert::{Conversion, ConvertError};
pub use edit::{AssetEdited, EditError, EditOf, Edited, Expected};
pub use files::{FileUpload, UploadError};
pub use history::HistoryEntry;
pub use in_flight::InFlight;
pub use loaded::{DocumentFile, LoadError, LoadedAsset};
pub use look::{Holds, Looked};
pub use page::Page;
pub use parts::Parts;
pub use walk::find_assets;

use crate::ams::Shelf;
use crate::metrics::{Kept, Metrics};
use crate::store::{Listing, Store, StoreError, StorePath};
use futures_util::FutureExt;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::broadcast;
use turns::Turns;

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
    shelf: Shelf,
    /// The asset that the store's top folder itself is, where it holds media.
    root_name: Option<String>,
    options: CatalogOptions,
    cache: Cache<String, Arc<Entry>, ByWeight>,
    loads: InFlight<String, Arc<LoadedAsset>, LoadError>,
    /// Counts the looks at folders, in the order in which they begin.
    looks: AtomicU64,
    /// Held while an asset is put into the cache.
    keeping: Mutex<()>,
    turns: Turns,
    edits: broadcast::Sender<Arc<AssetEdited>>,
    metrics: Arc<Metrics>,
}

/// Edits that nobody has taken note of yet; who is slower than that is told how many were missed.
const EDITS_TOLD: usize = 1024;

/// A look at an asset's folder.
#[derive(Debug, Clone, Copy)]
struct Look {
    /// Of two looks that were under way together, the later one knows better.
    number: u64,
    at: Instant,
}

/// A loaded asset and when it was last known to be current; `None` where that is in doubt.
struct Entry {
    asset: Arc<LoadedAsset>,
    look: Look,
    checked: Mutex<Option<Instant>>,
    /// Somebody looks again, before it is stale.
    looking: AtomicBool,
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
        let cache = byte_cache(1024, options.cache_bytes, ByWeight);
        let shared = Shared {
            shelf: Shelf::new(Arc::clone(&store)),
            store,
            root_name,
            options,
            cache,
            loads: InFlight::default(),
            looks: AtomicU64::new(0),
            keeping: Mutex::new(()),
            turns: Turns::new(),
            edits: broadcast::channel(EDITS_TOLD).0,
            metrics: Arc::default(),
        };
        Catalog { shared: Arc::new(shared) }
    }

    pub fn store(&self) -> &Arc<dyn Store> {
        &self.shared.store
    }

    /// The locators and filters of the store.
    pub fn shelf(&self) -> &Shelf {
        &self.shared.shelf
    }

    /// How old what is told may be.
    pub fn max_staleness(&self) -> Duration {
        self.shared.options.max_staleness
    }

    /// What is counted of all that is done with the store.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.shared.metrics
    }

    /// The asset as it is now, or was within `max_staleness`.
    pub async fn asset(&self, name: &str) -> Result<Arc<LoadedAsset>, LoadError> {
        let max_staleness = self.shared.options.max_staleness;
        if let Some(entry) = self.shared.cache.get(name)
            && entry.is_fresh(max_staleness)
        {
            // Looked at beside the requests while it holds, an asset that is played has nobody wait for the look.
            if !entry.is_fresh(max_staleness / 2) && entry.is_first_to_look() {
                let renewed = Arc::clone(&self.shared).renewed(name.to_owned(), max_staleness / 2);
                tokio::spawn(async move { drop(renewed.await) });
            }
            self.shared.metrics.hit(Kept::Index);
            return Ok(Arc::clone(&entry.asset));
        }
        let loaded = Arc::clone(&self.shared).renewed(name.to_owned(), max_staleness).await;
        loaded.unwrap_or_else(|| {
            let reason = "its load broke off; the log says why".to_owned();
            Err(StoreError::Failed { path: name.to_owned(), reason }.into())
        })
    }

    /// The asset as [`Catalog::asset`] gives it, with all that a manifest says of it: its pictures have been looked at for
    /// closed captions.
    pub async fn described(&self, name: &str) -> Result<Arc<LoadedAsset>, LoadError> {
        let store = self.store().as_ref();
        let asset = self.asset(name).await?;
        match asset.look_at_pictures(store).await {
            // A file was replaced since; the folder as it is now may be whole.
            Err(StoreError::Changed { .. }) => {
                self.doubt(name);
                let asset = self.asset(name).await?;
                asset.look_at_pictures(store).await?;
                Ok(asset)
            }
            looked => Ok(looked.map(|()| asset)?),
        }
    }

    /// Forgets when an asset was last looked at: the next to ask looks again.
    pub fn doubt(&self, name: &str) {
        if let Some(entry) = self.shared.cache.get(name) {
            entry.set_checked(None);
        }
    }

    /// The next `limit` assets after the folder `after` whose name begins with `prefix`: see [`Page`].
    pub async fn page(&self, prefix: &str, after: Option<&StorePath>, limit: usize) -> Result<Page, StoreError> {
        let (store, root_name) = (self.shared.store.as_ref(), self.shared.root_name.as_deref());
        let root_is_asset = root_name.is_some_and(|name| name.starts_with(prefix));
        page::page(store, root_is_asset, prefix, after, limit).await
    }

    /// The name of the asset that a folder is.
    pub fn name_of<'a>(&'a self, folder: &'a StorePath) -> &'a str {
        match &self.shared.root_name {
            Some(name) if folder.is_root() => name,
            _ => folder.as_str(),
        }
    }

    /// The title of an asset, of which nothing but the document is read; `None` where it has none that can be read.
    pub async fn title(&self, folder: &StorePath) -> Option<String> {
        let (store, name) = (self.shared.store.as_ref(), self.name_of(folder));
        if let Some(entry) = self.shared.cache.get(name)
            && entry.is_fresh(self.shared.options.max_staleness)
        {
            return entry.asset.asset.title.clone();
        }
        let listing = store.list(folder).await.ok()?;
        let found = loaded::read_document(store, name, folder, &listing).await.ok()??;
        found.document.asset.title
    }

    /// Tells of each edit that is made on this node from now on.
    pub fn edits(&self) -> broadcast::Receiver<Arc<AssetEdited>> {
        self.shared.edits.subscribe()
    }

    /// The names of all assets, in order.
    pub async fn names(&self) -> Vec<String> {
        find_assets(self.shared.store.as_ref(), self.shared.root_name.as_deref()).await
    }
}

/// When the folder is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    /// Where the last look is so long ago.
    After(Duration),
    Always,
}

impl Entry {
    fn is_fresh(&self, max_staleness: Duration) -> bool {
        self.checked.lock().is_ok_and(|checked| checked.is_some_and(|at| at.elapsed() < max_staleness))
    }

    /// Whether nobody else looks again before it is stale; true once for each time it was looked at.
    fn is_first_to_look(&self) -> bool {
        !self.looking.swap(true, Ordering::Relaxed)
    }

    fn set_checked(&self, at: Option<Instant>) {
        self.looking.store(false, Ordering::Relaxed);
        if let Ok(mut checked) = self.checked.lock() {
            *checked = at;
        }
    }
}

impl Shared {
    fn look(&self) -> Look {
        Look { number: self.looks.fetch_add(1, Ordering::SeqCst), at: Instant::now() }
    }

    /// The asset, looked at together with all who ask, unless its last look is less than `age` ago.
    async fn renewed(self: Arc<Self>, name: String, age: Duration) -> Option<Result<Arc<LoadedAsset>, LoadError>> {
        let (shared, key) = (Arc::clone(&self), name.clone());
        self.loads.join(name, move || shared.renew(key, Ask::After(age)).boxed()).await
    }

    /// The asset as it is now: the one that is kept, where its folder has not changed, or loaded.
    async fn renew(self: Arc<Self>, name: String, ask: Ask) -> Result<Arc<LoadedAsset>, LoadError> {
        let kept = self.cache.get(&name);
        let look = self.look();
        let mut listed = None;
        if let Some(entry) = &kept {
            // Another may have looked since this was asked.
            if let Ask::After(age) = ask
                && entry.is_fresh(age)
            {
                return Ok(Arc::clone(&entry.asset));
            }
            listed = self.store.list(&entry.asset.folder).await.ok();
            if listed.as_ref().is_some_and(|listing| entry.asset.is_of(listing)) {
                self.metrics.hit(Kept::Index);
                entry.set_checked(Some(look.at));
                return Ok(Arc::clone(&entry.asset));
            }
        }
        self.metrics.missed(Kept::Index);
        match self.read(&name, kept.as_ref().map(|entry| entry.asset.as_ref()), listed).await {
            Ok(asset) => {
                let asset = Arc::new(asset);
                self.keep(name, &asset, look);
                Ok(asset)
            }
            Err(error) => {
                // Of a store that fails and a document that is being mended, the indexes will be of use again.
                if matches!(error, LoadError::Unknown { .. }) {
                    self.cache.remove(&name);
                }
                Err(error)
            }
        }
    }

    /// Keeps what was found, unless a later look was faster.
    fn keep(&self, name: String, asset: &Arc<LoadedAsset>, look: Look) {
        let _one_at_a_time = self.keeping.lock().unwrap_or_else(PoisonError::into_inner);
        if self.cache.get(&name).is_none_or(|entry| entry.look.number < look.number) {
            let entry = Entry {
                asset: Arc::clone(asset),
                look,
                checked: Mutex::new(Some(look.at)),
                looking: AtomicBool::new(false),
            };
            self.cache.insert(name, Arc::new(entry));
        }
    }

    /// The asset as it is now, looked at by nobody else's eyes.
    async fn newest(self: &Arc<Self>, name: &str) -> Result<Arc<LoadedAsset>, LoadError> {
        Arc::clone(self).renew(name.to_owned(), Ask::Always).await
    }

    /// `listed` is what the folder of `previous` holds now, where that is known.
    async fn read(
        &self,
        name: &str,
        previous: Option<&LoadedAsset>,
        listed: Option<Listing>,
    ) -> Result<LoadedAsset, LoadError> {
        let (store, duration) = (self.store.as_ref(), self.options.segment_duration);
        let load = |folder: StorePath| async move { LoadedAsset::load(store, name, &folder, duration, previous).await };
        let unknown = LoadError::Unknown { asset: name.to_owned() };
        let folder = StorePath::parse(name).ok_or_else(|| unknown.clone())?;
        let mut result = match listed.filter(|_| previous.is_some_and(|previous| previous.folder == folder)) {
            Some(listing) => LoadedAsset::load_listed(store, name, &folder, listing, duration, previous).await,
            None => load(folder.clone()).await,
        };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{FileVersion, LocalStore, Writing};
    use bytes::Bytes;
    use futures_util::future::{BoxFuture, join_all};
    use std::ops::Range;
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
    use tokio::sync::{Semaphore, oneshot};

    /// A local folder that keeps count, fails when told to, and lists only who has a permit.
    struct Watched {
        inner: LocalStore,
        lists: AtomicUsize,
        reads: AtomicUsize,
        fails: AtomicBool,
        permits: Semaphore,
        /// The next to read captions waits for this.
        hold: Mutex<Option<oneshot::Receiver<()>>>,
    }

    impl Store for Watched {
        fn list<'a>(&'a self, folder: &'a StorePath) -> BoxFuture<'a, Result<Listing, StoreError>> {
            async move {
                let _permit = self.permits.acquire().await.unwrap();
                self.lists.fetch_add(1, SeqCst);
                match self.fails.load(SeqCst) {
                    true => Err(StoreError::Failed { path: folder.to_string(), reason: "out of order".to_owned() }),
                    false => self.inner.list(folder).await,
                }
            }
            .boxed()
        }

        fn stat<'a>(&'a self, file: &'a StorePath) -> BoxFuture<'a, Result<FileVersion, StoreError>> {
            self.inner.stat(file)
        }

        fn read<'a>(
            &'a self,
            file: &'a StorePath,
            version: &'a FileVersion,
            range: Range<u64>,
        ) -> BoxFuture<'a, Result<Bytes, StoreError>> {
            async move {
                if file.as_str().ends_with(".vtt") {
                    self.reads.fetch_add(1, SeqCst);
                    let held = self.hold.lock().unwrap().take();
                    if let Some(held) = held {
                        held.await.unwrap();
                    }
                }
                self.inner.read(file, version, range).await
            }
            .boxed()
        }

        fn write<'a>(
            &'a self,
            file: &'a StorePath,
            replaces: Option<&'a FileVersion>,
        ) -> BoxFuture<'a, Result<Box<dyn Writing>, StoreError>> {
            self.inner.write(file, replaces)
        }
    }

    const CAPTIONS: &str = "WEBVTT\n\n00:00.000 --> 00:01.000\nHm\n";
    const DOCUMENT: &str = r#"{ "tracks": [{ "name": "en", "type": "text", "file": "en.vtt" }] }"#;

    /// The asset `asset`, looked at for every request, loaded once.
    async fn loaded() -> (tempfile::TempDir, Arc<Watched>, Catalog) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("asset")).unwrap();
        std::fs::write(folder.path().join("asset/en.vtt"), CAPTIONS).unwrap();
        write_document(folder.path(), DOCUMENT);
        let store = Arc::new(Watched {
            inner: LocalStore::open(folder.path()).unwrap(),
            lists: AtomicUsize::new(0),
            reads: AtomicUsize::new(0),
            fails: AtomicBool::new(false),
            permits: Semaphore::new(1),
            hold: Mutex::new(None),
        });
        let catalog = catalog(&store, Duration::ZERO);
        catalog.asset("asset").await.unwrap();
        (folder, store, catalog)
    }

    fn catalog(store: &Arc<Watched>, max_staleness: Duration) -> Catalog {
        let segment_duration = Duration::from_secs(6);
        let options = CatalogOptions { cache_bytes: 1 << 20, max_staleness, segment_duration };
        Catalog::new(Arc::clone(store) as Arc<dyn Store>, None, options)
    }

    fn write_document(folder: &Path, text: &str) {
        std::fs::write(folder.join("asset/asset.json"), text).unwrap();
    }

    #[tokio::test]
    async fn a_hundred_at_once_look_at_the_folder_once() {
        let (_folder, store, catalog) = loaded().await;
        let before = store.lists.load(SeqCst);
        let gate = store.permits.acquire().await.unwrap();
        // Polled after the others: all have asked when the look may begin.
        let open_gate = async { drop(gate) };
        let (assets, ()) = tokio::join!(join_all((0..100).map(|_| catalog.asset("asset"))), open_gate);
        assert!(assets.iter().all(Result::is_ok));
        assert_eq!(store.lists.load(SeqCst) - before, 1);
    }

    #[tokio::test]
    async fn an_asset_that_is_played_is_looked_at_beside_the_requests() {
        let (_folder, store, _) = loaded().await;
        let max_staleness = Duration::from_secs(1000);
        let catalog = catalog(&store, max_staleness);
        catalog.asset("asset").await.unwrap();
        let before = store.lists.load(SeqCst);
        let gate = store.permits.acquire().await.unwrap();
        let ask = || catalog.asset("asset").now_or_never().expect("nobody waits").unwrap();
        ask();
        let entry = catalog.shared.cache.get("asset").unwrap();
        assert!(!entry.looking.load(SeqCst), "it was looked at just now");
        entry.set_checked(Instant::now().checked_sub(max_staleness / 4 * 3));
        (0..10).for_each(|_| drop(ask()));
        assert!(entry.looking.load(SeqCst));
        drop(gate);
        // Joins the look that is under way, or finds it done.
        Arc::clone(&catalog.shared).renewed("asset".to_owned(), max_staleness / 2).await.unwrap().unwrap();
        assert_eq!(store.lists.load(SeqCst) - before, 1);
        assert!(entry.is_fresh(max_staleness / 2) && !entry.looking.load(SeqCst));
    }

    #[tokio::test]
    async fn a_store_that_fails_for_a_moment_costs_no_index() {
        let (_folder, store, catalog) = loaded().await;
        store.fails.store(true, SeqCst);
        assert!(matches!(catalog.asset("asset").await, Err(LoadError::Store(_))));
        store.fails.store(false, SeqCst);
        assert!(catalog.asset("asset").await.is_ok());
        assert_eq!(store.reads.load(SeqCst), 1);
    }

    #[tokio::test]
    async fn a_document_that_is_broken_for_a_moment_costs_no_index() {
        let (folder, store, catalog) = loaded().await;
        write_document(folder.path(), "{");
        assert!(matches!(catalog.asset("asset").await, Err(LoadError::Document { .. })));
        write_document(folder.path(), &DOCUMENT.replace("\"en\"", "\"mended\""));
        assert_eq!(catalog.asset("asset").await.unwrap().tracks[0].track.name, "mended");
        assert_eq!(store.reads.load(SeqCst), 1);
    }

    #[tokio::test]
    async fn a_load_that_began_before_an_edit_hides_it_from_nobody() {
        for max_staleness in [Duration::ZERO, Duration::from_secs(3600)] {
            let (_folder, store, _) = loaded().await;
            let catalog = catalog(&store, max_staleness);
            let (release, held) = oneshot::channel();
            *store.hold.lock().unwrap() = Some(held);
            let mut before = Box::pin(catalog.asset("asset"));
            while store.hold.lock().unwrap().is_some() {
                assert!(futures_util::poll!(&mut before).is_pending());
                tokio::task::yield_now().await;
            }
            let edit = EditOf { by: "test".to_owned(), expected: Expected::Any };
            let title = |asset: &mut crate::track::Asset| {
                asset.title = Some("new".to_owned());
                Ok(())
            };
            catalog.edit("asset", &edit, title).await.unwrap();
            // Who asks now must not be given what the load will find, while it is under way or after.
            assert_eq!(catalog.asset("asset").await.unwrap().asset.title.as_deref(), Some("new"));
            release.send(()).unwrap();
            before.await.unwrap();
            assert_eq!(catalog.asset("asset").await.unwrap().asset.title.as_deref(), Some("new"));
        }
    }

    #[tokio::test]
    async fn an_asset_that_is_gone_is_let_go() {
        let (folder, store, catalog) = loaded().await;
        std::fs::remove_dir_all(folder.path().join("asset")).unwrap();
        assert!(matches!(catalog.asset("asset").await, Err(LoadError::Unknown { .. })));
        assert_eq!(catalog.shared.cache.len(), 0);
        assert_eq!(store.reads.load(SeqCst), 1);
    }
}
