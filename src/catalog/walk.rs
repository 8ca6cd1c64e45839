//! Finds the assets of a store: every folder that holds a track document or media.

use super::loaded::DOCUMENT;
use crate::document::is_media_file;
use crate::store::{Listing, Store, StorePath};

/// Folders deeper than this are not looked into.
const DEEPEST: usize = 16;

/// Names of all assets, in order. A folder that cannot be listed is passed over with a warning.
pub async fn find_assets(store: &dyn Store, root_name: Option<&str>) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![(StorePath::root(), 0)];
    while let Some((folder, depth)) = folders.pop() {
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
        if depth < DEEPEST {
            folders.extend(listing.folders.iter().filter_map(|name| Some((folder.join(name)?, depth + 1))));
        }
    }
    names.sort();
    names
}

fn is_asset(listing: &Listing) -> bool {
    listing.files.iter().any(|file| file.name == DOCUMENT || is_media_file(&file.name))
}
