//! The assets of a store, a page at a time: a catalogue of many thousands is not walked through for fifty of them.
//!
//! Folders come in the order of their paths, part by part, each before what lies in it. A page begins after a folder, by
//! its path: whether that is still there, and what has come before it meanwhile, makes no difference.

use super::walk::{DEEPEST, MOST_FOLDERS, is_asset};
use crate::store::{Store, StoreError, StorePath};

/// Some of the assets of a store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    pub folders: Vec<StorePath>,
    /// Whether there may be more after the last.
    pub more: bool,
}

/// The first `limit` assets whose path begins with `prefix`, after the folder `after`. `root_is_asset` where the top folder
/// is one with a name that fits, if it holds media.
pub(super) async fn page(
    store: &dyn Store,
    root_is_asset: bool,
    prefix: &str,
    after: Option<&StorePath>,
    limit: usize,
) -> Result<Page, StoreError> {
    let mut page = Page::default();
    // The next folder on top.
    let mut folders = vec![(StorePath::root(), 0)];
    let mut looked_into = 0;
    while let Some((folder, depth)) = folders.pop() {
        if page.folders.len() == limit {
            page.more = true;
            break;
        }
        if looked_into == MOST_FOLDERS {
            tracing::warn!("assets were looked for in {MOST_FOLDERS} folders");
            break;
        }
        looked_into += 1;
        let listing = match store.list(&folder).await {
            Ok(listing) => listing,
            Err(error) if folder.is_root() => return Err(error),
            Err(error) => {
                tracing::warn!("{error}");
                continue;
            }
        };
        let is_named = if folder.is_root() { root_is_asset } else { folder.as_str().starts_with(prefix) };
        if is_named && is_asset(&listing) && after.is_none_or(|after| parts(&folder).gt(parts(after))) {
            page.folders.push(folder.clone());
        }
        if depth < DEEPEST {
            let mut names = listing.folders;
            names.sort_unstable();
            let below = names.iter().rev().filter_map(|name| folder.join(name));
            folders.extend(below.filter(|below| may_hold(below, prefix, after)).map(|below| (below, depth + 1)));
        }
    }
    Ok(page)
}

/// Whether `folder`, or what lies in it, can begin with `prefix` and come after `after`.
fn may_hold(folder: &StorePath, prefix: &str, after: Option<&StorePath>) -> bool {
    let inside = format!("{folder}/");
    let named = inside.starts_with(prefix) || prefix.starts_with(&inside);
    let later =
        |after: &StorePath| parts(folder).gt(parts(after)) || after.as_str().starts_with(&inside) || folder == after;
    named && after.is_none_or(later)
}

/// None for the top folder.
fn parts(path: &StorePath) -> impl Iterator<Item = &str> {
    path.as_str().split('/').filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::LocalStore;

    fn store(assets: &[&str]) -> (tempfile::TempDir, LocalStore) {
        let folder = tempfile::tempdir().unwrap();
        for asset in assets {
            std::fs::create_dir_all(folder.path().join(asset)).unwrap();
            std::fs::write(folder.path().join(asset).join("en.vtt"), "WEBVTT\n").unwrap();
        }
        let store = LocalStore::open(folder.path()).unwrap();
        (folder, store)
    }

    async fn names(store: &LocalStore, prefix: &str, after: Option<&str>, limit: usize) -> (Vec<String>, bool) {
        let after = after.map(|after| StorePath::parse(after).unwrap_or(StorePath::root()));
        let page = page(store, prefix.is_empty(), prefix, after.as_ref(), limit).await.unwrap();
        (page.folders.iter().map(ToString::to_string).collect(), page.more)
    }

    #[tokio::test]
    async fn pages_of_any_size_give_every_asset_once_and_in_order() {
        let all = ["", "a", "a/b", "a/b/c", "a-b", "b/d", "b/d/e", "c"];
        let (_folder, store) = store(&all);
        for limit in 1..=all.len() + 1 {
            let (mut seen, mut after): (Vec<String>, Option<String>) = (Vec::new(), None);
            loop {
                let (found, more) = names(&store, "", after.as_deref(), limit).await;
                assert!(found.len() == limit || !more, "{found:?}");
                after = found.last().cloned().or(after);
                seen.extend(found);
                if !more {
                    break;
                }
            }
            assert_eq!(seen, all, "by {limit}");
        }
    }

    #[tokio::test]
    async fn a_prefix_is_of_the_path() {
        let (_folder, store) = store(&["", "show", "shows", "shows/s01", "shows/s02", "shows-old", "other/shows"]);
        let found = |prefix: &'static str| async { names(&store, prefix, None, 100).await.0 };
        assert_eq!(found("show").await, ["show", "shows", "shows/s01", "shows/s02", "shows-old"]);
        assert_eq!(found("shows/").await, ["shows/s01", "shows/s02"]);
        assert_eq!(found("shows/s01").await, ["shows/s01"]);
        assert!(found("nothing").await.is_empty());
    }

    #[tokio::test]
    async fn what_comes_and_goes_moves_nothing() {
        let (folder, store) = store(&["a", "c", "e"]);
        assert_eq!(names(&store, "", None, 2).await, (vec!["a".to_owned(), "c".to_owned()], true));
        std::fs::remove_dir_all(folder.path().join("c")).unwrap();
        std::fs::create_dir(folder.path().join("b")).unwrap();
        std::fs::write(folder.path().join("b/en.vtt"), "WEBVTT\n").unwrap();
        assert_eq!(names(&store, "", Some("c"), 2).await, (vec!["e".to_owned()], false));
    }
}
