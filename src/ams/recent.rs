//! Locators and filters as players need them: read once, and believed for a moment, since each segment asks again.

use super::filter::Filter;
use super::{Guid, Locator, Shelf};
use crate::store::StoreError;
use quick_cache::sync::Cache;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// So many of each are kept.
const MOST: usize = 4096;

/// What was read of a shelf.
pub struct Recent {
    shelf: Shelf,
    max_age: Duration,
    locators: Cache<Guid, Read<Locator>>,
    /// By asset and name.
    filters: Cache<(String, String), Read<Filter>>,
}

/// What was read, or that there was nothing, and when.
#[derive(Clone)]
struct Read<T> {
    value: Option<Arc<T>>,
    at: Instant,
    /// The changes that this process had made to the shelf by then.
    changes: u64,
}

impl Recent {
    /// What another process changes is seen after `max_age`, what this one does at once.
    pub fn new(shelf: Shelf, max_age: Duration) -> Recent {
        Recent { shelf, max_age, locators: Cache::new(MOST), filters: Cache::new(MOST) }
    }

    /// The locator that a streaming URL names.
    pub async fn locator(&self, id: Guid) -> Result<Option<Arc<Locator>>, StoreError> {
        if let Some(read) = self.locators.get(&id).filter(|read| self.holds(read)) {
            return Ok(read.value);
        }
        let read = self.begun();
        let value = self.shelf.locator(id).await?.map(Arc::new);
        self.locators.insert(id, Read { value: value.clone(), ..read });
        Ok(value)
    }

    /// The filter of that name: the asset's, else the account's.
    pub async fn filter(&self, asset: &str, name: &str) -> Result<Option<Arc<Filter>>, StoreError> {
        let key = (asset.to_owned(), name.to_lowercase());
        if let Some(read) = self.filters.get(&key).filter(|read| self.holds(read)) {
            return Ok(read.value);
        }
        let read = self.begun();
        let value = self.shelf.filter(asset, name).await?.map(Arc::new);
        self.filters.insert(key, Read { value: value.clone(), ..read });
        Ok(value)
    }

    /// A reading that begins now: whatever changes while it goes on is not in it for sure.
    fn begun<T>(&self) -> Read<T> {
        Read { value: None, at: Instant::now(), changes: self.shelf.changes() }
    }

    fn holds<T>(&self, read: &Read<T>) -> bool {
        read.at.elapsed() < self.max_age && read.changes == self.shelf.changes()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FirstQuality, Owner};
    use super::*;
    use crate::store::LocalStore;

    #[tokio::test]
    async fn own_changes_show_at_once_and_those_of_others_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(LocalStore::open(folder.path()).unwrap());
        let (own, others) = (Shelf::new(store.clone()), Shelf::new(store));
        let hour = Recent::new(own.clone(), Duration::from_secs(3600));
        let always = Recent::new(own.clone(), Duration::ZERO);
        let rated = |bitrate| Filter { first_quality: Some(FirstQuality { bitrate }), ..Filter::default() };
        let seen = async |recent: &Recent| {
            let filter = recent.filter("film", "Mobile").await.unwrap();
            filter.and_then(|filter| filter.first_quality).map(|quality| quality.bitrate)
        };
        assert_eq!(seen(&hour).await, None);
        own.filters(Owner::Account).put::<()>("mobile", |_| Ok(rated(1))).await.unwrap();
        assert_eq!(seen(&hour).await, Some(1));
        others.filters(Owner::Account).put::<()>("mobile", |_| Ok(rated(2))).await.unwrap();
        assert_eq!((seen(&hour).await, seen(&always).await), (Some(1), Some(2)));
        own.filters(Owner::Account).remove("mobile", |_| true).await.unwrap();
        assert_eq!(seen(&hour).await, None);
    }
}
