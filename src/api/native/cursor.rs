//! Pages of assets, and the words by which a client asks for the next.

use super::operation::Call;
use super::problem::{Kind, Problem};
use crate::catalog::{LoadError, LoadedAsset};
use crate::store::StorePath;
use futures_util::stream::{self, Stream, StreamExt};
use std::sync::Arc;

/// Assets of a page, unless the client says how many.
const USUAL: usize = 50;
const MOST: usize = 200;
/// Assets that are loaded at the same time.
const AT_ONCE: usize = 8;

/// Some assets, and the folder after which there are more.
pub(super) struct Loaded {
    pub(super) assets: Vec<(String, Result<Arc<LoadedAsset>, LoadError>)>,
    pub(super) next: Option<StorePath>,
}

/// What a request asks for by `prefix`, `limit` and `cursor`.
pub(super) struct Asked {
    pub(super) prefix: String,
    pub(super) limit: usize,
    pub(super) after: Option<StorePath>,
}

impl Asked {
    pub(super) fn of(call: &Call<'_>) -> Result<Asked, Problem> {
        Ok(Asked {
            prefix: call.query.get("prefix").unwrap_or_default().to_owned(),
            limit: limit(call)?.unwrap_or(USUAL),
            after: call.query.get("cursor").map(read).transpose()?,
        })
    }
}

/// How many assets a request asks for.
pub(super) fn limit(call: &Call<'_>) -> Result<Option<usize>, Problem> {
    call.query.number("limit", 1..=MOST)
}

/// The page that a request asks for by `prefix`, `limit` and `cursor`; only what the caller may see.
pub(super) async fn page(call: &Call<'_>) -> Result<Loaded, Problem> {
    let Asked { prefix, limit, after } = Asked::of(call)?;
    after_folder(call, &prefix, after, limit).await
}

/// The assets after a folder.
pub(super) async fn after_folder(
    call: &Call<'_>,
    prefix: &str,
    after: Option<StorePath>,
    limit: usize,
) -> Result<Loaded, Problem> {
    let (folders, next) = folders_after(call, prefix, after, limit).await?;
    let assets = load(call, folders).map(|(_, name, asset)| (name, asset)).collect().await;
    Ok(Loaded { assets, next })
}

/// Folders of assets that the caller may see, and the folder after which there are more.
pub(super) async fn folders_after(
    call: &Call<'_>,
    prefix: &str,
    mut after: Option<StorePath>,
    limit: usize,
) -> Result<(Vec<StorePath>, Option<StorePath>), Problem> {
    let catalog = &call.api.catalog;
    let mut folders: Vec<StorePath> = Vec::new();
    // What is not for the caller fills no page.
    loop {
        let page = catalog.page(prefix, after.as_ref(), limit - folders.len()).await?;
        after = page.folders.last().cloned().or(after);
        folders.extend(page.folders.into_iter().filter(|folder| call.caller.sees(catalog.name_of(folder))));
        if !page.more || folders.len() == limit {
            return Ok((folders, after.filter(|_| page.more)));
        }
    }
}

/// Loads assets, in their order, as they are asked for. What went away meanwhile is left out.
pub(super) fn load<'a>(
    call: &'a Call<'_>,
    folders: Vec<StorePath>,
) -> impl Stream<Item = (StorePath, String, Result<Arc<LoadedAsset>, LoadError>)> + 'a {
    let catalog = &call.api.catalog;
    let load = move |folder: StorePath| async move {
        let name = catalog.name_of(&folder).to_owned();
        let asset = catalog.asset(&name).await;
        (folder, name, asset)
    };
    let assets = stream::iter(folders).map(load).buffered(AT_ONCE);
    assets.filter(|(_, _, asset)| std::future::ready(!matches!(asset, Err(LoadError::Unknown { .. }))))
}

/// A path in hexadecimal digits: there is nothing in it for a client to read.
pub(super) fn write(folder: &StorePath) -> String {
    let digits: String = folder.as_str().bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("a{digits}")
}

fn read(cursor: &str) -> Result<StorePath, Problem> {
    let digits = cursor.strip_prefix('a').filter(|digits| digits.len() % 2 == 0);
    let digits: Option<Vec<u32>> = digits.and_then(|digits| digits.chars().map(|digit| digit.to_digit(16)).collect());
    let bytes =
        digits.map(|digits| digits.chunks(2).map(|pair| pair.iter().fold(0, |n, d| n << 4 | *d as u8)).collect());
    let path = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let folder = path.and_then(|path| if path.is_empty() { Some(StorePath::root()) } else { StorePath::parse(&path) });
    folder.ok_or_else(|| Problem::new(Kind::Malformed, "the cursor is none that this server gave"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        for folder in [StorePath::root(), StorePath::parse("shows/Köln").unwrap()] {
            assert_eq!(read(&write(&folder)).unwrap(), folder);
        }
        for cursor in ["", "x", "a1", "azz", "aff", "a2e2e", "a0a", "harbour"] {
            assert!(read(cursor).is_err(), "{cursor}");
        }
    }
}
