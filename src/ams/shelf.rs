//! Where locators, filters and what is said of assets are kept: `.signalbox/ams/` in the store, so that all nodes on one
//! store have the same.
//!
//! | folder | holds |
//! |---|---|
//! | `locators/` | locators by name |
//! | `locator-ids/` | the name of each locator, by its GUID |
//! | `filters/account/` | the account's filters |
//! | `filters/{hash}/` | those of an asset, by a hash of its path |
//! | `assets/` | what is said of assets, by path |

use super::drawer::{Drawer, PutError, key};
use super::{AssetNote, Filter, Guid, Locator};
use crate::store::{Store, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Who has a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'a> {
    Account,
    /// The asset of that path.
    Asset(&'a str),
}

/// All that is kept.
#[derive(Clone)]
pub struct Shelf {
    store: Arc<dyn Store>,
    /// Counts what is changed through this shelf and those that were cloned of it.
    changes: Arc<AtomicU64>,
}

/// Why a locator was not added.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AddError {
    #[error("there is a streaming locator {0:?} already")]
    Name(String),
    #[error("another streaming locator has the id {0} already")]
    Id(Guid),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Shelf {
    pub fn new(store: Arc<dyn Store>) -> Shelf {
        Shelf { store, changes: Arc::default() }
    }

    /// How many changes were made through this shelf, or what was cloned of it.
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    fn drawer<T: Serialize + DeserializeOwned + Send>(&self, folder: &str) -> Drawer<T> {
        Drawer::new(&self.store, folder, &self.changes)
    }

    fn locators_by_name(&self) -> Drawer<Locator> {
        self.drawer("ams/locators")
    }

    fn locator_names(&self) -> Drawer<String> {
        self.drawer("ams/locator-ids")
    }

    /// The filters of an owner, by name.
    pub fn filters(&self, owner: Owner<'_>) -> Drawer<Filter> {
        let folder = match owner {
            Owner::Account => "ams/filters/account".to_owned(),
            Owner::Asset(asset) => format!("ams/filters/{}", path_key(asset)),
        };
        self.drawer(&folder)
    }

    /// What is said of assets, by path.
    pub fn notes(&self) -> Drawer<AssetNote> {
        self.drawer("ams/assets")
    }

    /// The filter that a streaming URL of an asset names: the asset's own goes before the account's.
    pub async fn filter(&self, asset: &str, name: &str) -> Result<Option<Filter>, StoreError> {
        if let Some((_, filter)) = self.filters(Owner::Asset(asset)).get(name).await? {
            return Ok(Some(filter));
        }
        Ok(self.filters(Owner::Account).get(name).await?.map(|(_, filter)| filter))
    }

    /// The locator that a streaming URL names.
    pub async fn locator(&self, id: Guid) -> Result<Option<Locator>, StoreError> {
        let Some((_, name)) = self.locator_names().get(&id.to_string()).await? else { return Ok(None) };
        Ok(self.locator_named(&name).await?.filter(|locator| locator.id == id))
    }

    pub async fn locator_named(&self, name: &str) -> Result<Option<Locator>, StoreError> {
        Ok(self.locators_by_name().get(name).await?.map(|(_, locator)| locator))
    }

    /// All locators, by name.
    pub async fn locators(&self) -> Result<Vec<Locator>, StoreError> {
        Ok(self.locators_by_name().all().await?.into_iter().map(|(_, locator)| locator).collect())
    }

    /// Adds a locator whose name and id nobody has.
    pub async fn add_locator(&self, locator: &Locator) -> Result<(), AddError> {
        if self.locator_named(&locator.name).await?.is_some() {
            return Err(AddError::Name(locator.name.clone()));
        }
        if self.locator(locator.id).await?.is_some() {
            return Err(AddError::Id(locator.id));
        }
        // The way to it first: one that leads nowhere, as after a crash, is none.
        let ids = self.locator_names();
        put(ids.put(&locator.id.to_string(), |_| Ok(locator.name.clone())).await)?;
        let absent = |old: Option<Locator>| match old {
            Some(_) => Err(AddError::Name(locator.name.clone())),
            None => Ok(locator.clone()),
        };
        put(self.locators_by_name().put(&locator.name, absent).await)
    }

    /// Whether there was one that went.
    pub async fn remove_locator(&self, locator: &Locator) -> Result<bool, StoreError> {
        let is_it = |found: &Locator| found.id == locator.id;
        let removed = self.locators_by_name().remove(&locator.name, is_it).await?;
        self.locator_names().remove(&locator.id.to_string(), |name| *name == locator.name).await?;
        Ok(removed.is_some())
    }
}

fn put<T>(result: Result<T, PutError<AddError>>) -> Result<(), AddError> {
    match result {
        Ok(_) => Ok(()),
        Err(PutError::Refused(error)) => Err(error),
        Err(PutError::Store(error)) => Err(error.into()),
    }
}

/// Paths, other than names, differ by case.
fn path_key(path: &str) -> String {
    let hex: String = path.bytes().map(|byte| format!("{byte:02x}")).collect();
    key(&hex)
}

#[cfg(test)]
mod tests {
    use super::super::Timestamp;
    use super::*;
    use crate::store::LocalStore;
    use futures_util::future::join_all;

    fn shelf() -> (tempfile::TempDir, Shelf) {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(LocalStore::open(folder.path()).unwrap());
        (folder, Shelf::new(store))
    }

    fn locator(name: &str, id: &str) -> Locator {
        Locator {
            name: name.to_owned(),
            id: Guid::of_name(id),
            asset: "harbour".to_owned(),
            policy: "Predefined_ClearStreamingOnly".to_owned(),
            created: Timestamp::now(),
            start: None,
            end: Timestamp::MAX,
            filters: vec!["short".to_owned()],
        }
    }

    #[tokio::test]
    async fn a_locator_is_found_by_name_and_by_id() {
        let (_folder, shelf) = shelf();
        let one = locator("Première", "1");
        shelf.add_locator(&one).await.unwrap();
        assert_eq!(shelf.locator(one.id).await.unwrap(), Some(one.clone()));
        assert_eq!(shelf.locator_named("PREMIÈRE").await.unwrap(), Some(one.clone()));
        assert_eq!(shelf.locators().await.unwrap(), std::slice::from_ref(&one));
        assert!(matches!(shelf.add_locator(&locator("première", "2")).await, Err(AddError::Name(_))));
        assert!(matches!(shelf.add_locator(&locator("second", "1")).await, Err(AddError::Id(_))));
        assert!(shelf.remove_locator(&one).await.unwrap());
        assert!(!shelf.remove_locator(&one).await.unwrap());
        assert_eq!(shelf.locator(one.id).await.unwrap(), None);
        shelf.add_locator(&locator("second", "1")).await.unwrap();
    }

    #[tokio::test]
    async fn of_many_who_want_one_name_one_gets_it() {
        let (_folder, shelf) = shelf();
        let locators: Vec<Locator> = (0..20).map(|number| locator("wanted", &number.to_string())).collect();
        let added = join_all(locators.iter().map(|locator| shelf.add_locator(locator))).await;
        assert_eq!(added.iter().filter(|added| added.is_ok()).count(), 1);
        let winner = shelf.locator_named("wanted").await.unwrap().unwrap();
        for locator in &locators {
            let found = shelf.locator(locator.id).await.unwrap();
            assert_eq!(found.is_some(), locator.id == winner.id);
        }
    }

    #[tokio::test]
    async fn an_assets_filter_goes_before_the_accounts() {
        let (_folder, shelf) = shelf();
        let rated =
            |bitrate| Filter { first_quality: Some(super::super::FirstQuality { bitrate }), ..Filter::default() };
        let account = shelf.filters(Owner::Account);
        let own = shelf.filters(Owner::Asset("shows/s01"));
        account.put::<()>("mobile", |_| Ok(rated(1))).await.unwrap();
        assert_eq!(shelf.filter("shows/s01", "Mobile").await.unwrap(), Some(rated(1)));
        let (name, _, is_new) = own.put::<()>("mobile", |_| Ok(rated(2))).await.unwrap();
        assert_eq!((name.as_str(), is_new), ("mobile", true));
        let (name, _, is_new) = own.put::<()>("MOBILE", |_| Ok(rated(3))).await.unwrap();
        assert_eq!((name.as_str(), is_new), ("mobile", false), "the name stays as it was given first");
        assert_eq!(shelf.filter("shows/s01", "mobile").await.unwrap(), Some(rated(3)));
        assert_eq!(shelf.filter("Shows/S01", "mobile").await.unwrap(), Some(rated(1)), "paths differ by case");
        assert_eq!(shelf.filter("shows/s01", "tv").await.unwrap(), None);
        assert!(own.remove("mobile", |_| true).await.unwrap().is_some());
        assert_eq!(shelf.filter("shows/s01", "mobile").await.unwrap(), Some(rated(1)));
    }

    #[tokio::test]
    async fn no_change_is_lost_among_many() {
        let (_folder, shelf) = shelf();
        let filters = shelf.filters(Owner::Account);
        let more = |old: Option<Filter>| {
            let bitrate = old.and_then(|old| old.first_quality).map_or(0, |quality| quality.bitrate) + 1;
            Ok::<_, ()>(Filter { first_quality: Some(super::super::FirstQuality { bitrate }), ..Filter::default() })
        };
        let puts = join_all((0..20).map(|_| filters.put("count", &more))).await;
        assert!(puts.iter().all(Result::is_ok));
        let (_, filter) = filters.get("count").await.unwrap().unwrap();
        assert_eq!(filter.first_quality.unwrap().bitrate, 20);
    }

    #[tokio::test]
    async fn a_store_that_has_none_has_none() {
        let (_folder, shelf) = shelf();
        assert_eq!(shelf.locators().await.unwrap(), []);
        assert_eq!(shelf.locator(Guid::of_name("x")).await.unwrap(), None);
        assert_eq!(shelf.filter("a", "b").await.unwrap(), None);
        assert_eq!(shelf.notes().all().await.unwrap(), []);
    }
}
