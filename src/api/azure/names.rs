//! What an asset is called here, and what it is.
//!
//! An asset's name is its path in the store, written as [`crate::ams::name_of`] does. A client that sends the slash encoded
//! is understood too. Case does not count, unless two assets differ in nothing else.

use super::call::Call;
use super::fault::Fault;
use crate::ams::{AssetNote, path_of};
use crate::store::{Listing, Store, StoreError, StorePath};

/// An asset, or what is to become one.
#[derive(Debug)]
pub(super) struct Found {
    /// Its path in the store.
    pub(super) path: String,
    /// Its folder, and what lies in it; `None` as long as there is nothing.
    pub(super) folder: Option<(StorePath, Listing)>,
    /// What was said of it.
    pub(super) note: Option<AssetNote>,
}

/// What Azure asks of the name of a resource.
pub(super) fn check(name: &str) -> Result<(), Fault> {
    const NOT_IN_NAMES: &[char] = &['<', '>', '%', '&', ':', '\\', '?', '/', '*', '+', '.', '\''];
    if name.is_empty() || name.chars().count() > 260 {
        return Err(Fault::bad("A name has from 1 to 260 characters."));
    }
    match name.chars().find(|c| NOT_IN_NAMES.contains(c) || c.is_control()) {
        Some(c) => Err(Fault::bad(format!("{name:?} cannot be a name: it may not hold {c:?}."))),
        None => Ok(()),
    }
}

impl Call<'_> {
    /// The asset of that name, which the caller must have to do with.
    pub(super) async fn asset(&self, name: &str) -> Result<Found, Fault> {
        let path = path_of(name);
        self.sees(&path)?;
        let found = self.find(&path).await?.ok_or_else(|| Fault::unknown(&format!("there is no asset {name:?}")))?;
        self.sees(&found.path)?;
        Ok(found)
    }

    /// The asset at that path, whatever the case.
    pub(super) async fn find(&self, path: &str) -> Result<Option<Found>, Fault> {
        if StorePath::parse(path).is_none() {
            return Ok(None);
        }
        let notes = self.azure.shelf.notes();
        let (exact, note) = tokio::join!(self.api.catalog.folder(path), notes.get(path));
        let note = note?;
        if let Some(folder) = exact? {
            return Ok(Some(Found { path: path.to_owned(), folder: Some(folder), note: note.map(|(_, note)| note) }));
        }
        let same = match in_any_case(self.api.catalog.store().as_ref(), path).await? {
            Some(same) => self.api.catalog.folder(&same).await?.map(|folder| (same, folder)),
            None => None,
        };
        Ok(match (same, note) {
            (Some((path, folder)), note) => {
                Some(Found { path, folder: Some(folder), note: note.map(|(_, note)| note) })
            }
            (None, Some((path, note))) => Some(Found { path, folder: None, note: Some(note) }),
            (None, None) => None,
        })
    }
}

/// The path that folders have which differ from `path` in case alone, part by part; the first where there are several.
async fn in_any_case(store: &dyn Store, path: &str) -> Result<Option<String>, StoreError> {
    let mut folder = StorePath::root();
    for part in path.split('/') {
        let folders = match store.list(&folder).await {
            Err(StoreError::NotFound { .. }) => return Ok(None),
            listing => listing?.folders,
        };
        let wanted = part.to_lowercase();
        let exact = folders.iter().find(|name| *name == part);
        let Some(name) = exact.or_else(|| folders.iter().find(|name| name.to_lowercase() == wanted)) else {
            return Ok(None);
        };
        let Some(next) = folder.join(name) else { return Ok(None) };
        folder = next;
    }
    Ok(Some(folder.as_str().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::LocalStore;

    #[test]
    fn names_are_what_azure_takes() {
        for name in ["harbour", "Español 1", "字幕", "a~1b", "a-b_c(d)"] {
            assert!(check(name).is_ok(), "{name}");
        }
        for name in ["", "a/b", "a.b", "it's", "a%20b", "a\nb", &"a".repeat(261)] {
            assert!(check(name).is_err(), "{name}");
        }
    }

    #[tokio::test]
    async fn case_counts_only_where_nothing_else_differs() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["Shows/S01", "shows/s02", "one", "ONE"] {
            std::fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        let store = LocalStore::open(folder.path()).unwrap();
        for (asked, found) in [
            ("Shows/s01", Some("Shows/S01")),
            ("shows/S02", Some("shows/s02")),
            ("one", Some("one")),
            ("ONE", Some("ONE")),
            ("One", Some("ONE")),
            ("two", None),
            ("one/two", None),
        ] {
            assert_eq!(in_any_case(&store, asked).await.unwrap().as_deref(), found, "{asked}");
        }
    }
}
