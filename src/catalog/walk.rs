//! Finds the assets of a store: every folder that holds a track document, media or captions.

use super::loaded::DOCUMENT;
use crate::document::{is_caption_file, is_media_file};
use crate::store::{Listing, Store, StorePath};
use std::collections::VecDeque;

/// Folders deeper than this are not looked into.
pub(super) const DEEPEST: usize = 16;
/// Nor are more than these, such as a mount of the store inside itself would give.
pub(super) const MOST_FOLDERS: usize = 100_000;

/// Names of all assets, in order. A folder that cannot be listed is passed over with a warning.
pub async fn find_assets(store: &dyn Store, root_name: Option<&str>) -> Vec<String> {
    let mut names = Vec::new();
    let mut looked_into = 0;
    // Level by level: where there are too many, those at the top are found.
    let mut folders = VecDeque::from([(StorePath::root(), 0)]);
    while let Some((folder, depth)) = folders.pop_front() {
        if looked_into == MOST_FOLDERS {
            tracing::warn!("assets were looked for in {MOST_FOLDERS} folders; those in others are served all the same");
            break;
        }
        looked_into += 1;
        let listing = match store.list(&folder).await {
            Ok(listing) => listing,
            Err(error) => {
                tracing::warn!("{error}");
                continue;
            }
        };
        if is_asset(&listing) {
            match (folder.is_root(), root_name) {
                (true, Some(name)) => names.push(name.to_owned()),
                (true, None) => {}
                (false, _) => names.push(folder.as_str().to_owned()),
            }
        }
        // What waits is bounded as well.
        if depth < DEEPEST && folders.len() < MOST_FOLDERS {
            folders.extend(listing.folders.iter().filter_map(|name| Some((folder.join(name)?, depth + 1))));
        }
    }
    names.sort();
    names
}

pub(super) fn is_asset(listing: &Listing) -> bool {
    listing.files.iter().any(|file| file.name == DOCUMENT || is_media_file(&file.name) || is_caption_file(&file.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::LoadedAsset;
    use crate::store::{FileVersion, LocalStore, StoreError};
    use bytes::Bytes;
    use futures_util::FutureExt;
    use futures_util::future::BoxFuture;
    use std::ops::Range;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[tokio::test]
    async fn an_asset_is_what_can_be_loaded() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["captions/en.vtt", "document/asset.json", "deep/er/en.srt", "neither/notes.txt", "hidden/.en.vtt"]
        {
            std::fs::create_dir_all(folder.path().join(file).parent().unwrap()).unwrap();
            let content =
                if file.ends_with("json") { "{\"tracks\": []}" } else { "WEBVTT\n\n00:00.000 --> 00:01.000\nHm\n" };
            std::fs::write(folder.path().join(file), content).unwrap();
        }
        let store = LocalStore::open(folder.path()).unwrap();
        let found = find_assets(&store, None).await;
        assert_eq!(found, ["captions", "deep/er", "document"]);
        for name in ["captions", "deep", "deep/er", "document", "hidden", "neither"] {
            let path = StorePath::parse(name).unwrap();
            let loaded = LoadedAsset::load(&store, name, &path, Duration::from_secs(6), None).await;
            assert_eq!(loaded.is_ok(), found.iter().any(|found| found == name), "{name}");
        }
    }

    #[tokio::test]
    async fn links_that_lead_upwards_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("asset")).unwrap();
        std::fs::write(folder.path().join("asset/en.vtt"), "WEBVTT\n").unwrap();
        for link in ["one", "two", "asset/three"] {
            std::os::unix::fs::symlink(folder.path(), folder.path().join(link)).unwrap();
        }
        assert_eq!(find_assets(&LocalStore::open(folder.path()).unwrap(), None).await, ["asset"]);
    }

    /// A store in which every folder has three folders, without end.
    #[derive(Default)]
    struct Endless {
        listed: AtomicUsize,
    }

    impl Store for Endless {
        fn list<'a>(&'a self, _: &'a StorePath) -> BoxFuture<'a, Result<Listing, StoreError>> {
            self.listed.fetch_add(1, Ordering::Relaxed);
            let folders = ["a", "b", "c"].map(str::to_owned).to_vec();
            async { Ok(Listing { files: Vec::new(), folders }) }.boxed()
        }

        fn stat<'a>(&'a self, _: &'a StorePath) -> BoxFuture<'a, Result<FileVersion, StoreError>> {
            unimplemented!("only folders are looked at")
        }

        fn read<'a>(
            &'a self,
            _: &'a StorePath,
            _: &'a FileVersion,
            _: Range<u64>,
        ) -> BoxFuture<'a, Result<Bytes, StoreError>> {
            unimplemented!("only folders are looked at")
        }
    }

    #[tokio::test]
    async fn a_store_without_end_comes_to_one() {
        let store = Endless::default();
        assert!(find_assets(&store, None).await.is_empty());
        assert_eq!(store.listed.into_inner(), MOST_FOLDERS);
    }
}
