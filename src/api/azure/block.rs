//! Blobs that come in blocks: each is kept in the store's own folder until the list of them is committed.

use super::answer::{Answer, nothing};
use super::blob::Blobs;
use super::fault::Fault;
use crate::api::incoming::{Incoming, Reader};
use crate::store::{FileEntry, FileVersion, Store, StoreError, StorePath};
use hyper::StatusCode;
use quick_xml::Reader as XmlReader;
use quick_xml::events::Event;
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};

const FOLDER: &str = "ams/blocks";
/// Blocks of a blob.
const MOST_BLOCKS: usize = 50_000;
/// What was not committed by then is taken away.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// Bytes that are read at one go.
const STEP: u64 = 1 << 20;

/// The blocks of a blob that wait.
struct Waiting {
    folder: StorePath,
    /// What the names of their files begin with.
    prefix: String,
}

impl Waiting {
    fn of(blobs: &Blobs<'_>, blob: &str) -> Result<Waiting, Fault> {
        let folder = folder().ok_or_else(|| Fault::bad("There is no room for blocks."))?;
        Ok(Waiting { folder, prefix: hash(&format!("{}\0{blob}", blobs.path)) })
    }

    fn file(&self, id: &str) -> Option<StorePath> {
        self.folder.join(&format!("{}-{}", self.prefix, hash(id)))
    }

    async fn files(&self, store: &dyn Store) -> Result<Vec<FileEntry>, StoreError> {
        match store.list(&self.folder).await {
            Err(StoreError::NotFound { .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
            Ok(listing) => Ok(listing.files.into_iter().filter(|file| file.name.starts_with(&self.prefix)).collect()),
        }
    }
}

fn folder() -> Option<StorePath> {
    StorePath::own(FOLDER)
}

fn hash(text: &str) -> String {
    Sha256::digest(text)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Keeps one block.
pub(super) async fn put(blobs: &Blobs<'_>, blob: &str, body: Incoming) -> Answer {
    blobs.folder().await?;
    let id = blobs.parameter("blockid").filter(|id| !id.is_empty() && id.len() <= 128);
    let id = id.ok_or_else(|| {
        Fault::new(StatusCode::BAD_REQUEST, "InvalidQueryParameterValue", "blockid is missing, or too long.")
    })?;
    let store = blobs.api.catalog.store().as_ref();
    let waiting = Waiting::of(blobs, blob)?;
    let path = waiting.file(id).ok_or_else(|| Fault::bad("The block has no name."))?;
    let files = waiting.files(store).await?;
    let (same, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| path.as_str().ends_with(&file.name));
    let too_many = || {
        let message = "The blocks of the blob are more than a file may have; commit them, or bring fewer.";
        Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestBodyTooLarge", message)
    };
    let taken: u64 = others.iter().map(|file| file.version.size).sum();
    let room = blobs.api.options.max_upload.checked_sub(taken).filter(|_| others.len() < MOST_BLOCKS);
    let mut body = Reader::new(body, room.ok_or_else(too_many)?, blobs.api.options.stall)?;
    let mut writing = store.write(&path, same.first().map(|file| &file.version)).await?;
    while let Some(bytes) = body.next().await? {
        let begun = Instant::now();
        writing.append(bytes).await?;
        body.waited(begun.elapsed());
    }
    match writing.commit().await {
        // The same block came twice at a time: either is it.
        Ok(_) | Err(StoreError::Changed { .. }) => nothing(StatusCode::CREATED),
        Err(error) => Err(error.into()),
    }
}

/// Makes a blob of the blocks that a list names.
pub(super) async fn commit(blobs: &Blobs<'_>, blob: &str, body: Incoming) -> Answer {
    // An id is at most 128 characters, and its element some more.
    let limit = blobs.api.options.max_body.max(MOST_BLOCKS as u64 * 200);
    let body = Reader::new(body, limit, blobs.api.options.stall)?.whole().await?;
    let invalid = |problem: &str| Fault::new(StatusCode::BAD_REQUEST, "InvalidBlockList", problem);
    let text = std::str::from_utf8(&body).map_err(|_| invalid("The block list is not UTF-8."))?;
    let ids = ids(text).map_err(|problem| invalid(&problem))?;
    let store = blobs.api.catalog.store().as_ref();
    let waiting = Waiting::of(blobs, blob)?;
    let files = waiting.files(store).await?;
    let mut upload = blobs.begin(blob).await?;
    for id in &ids {
        let path = waiting.file(id).ok_or_else(|| invalid("A block has no name."))?;
        let file = files.iter().find(|file| path.as_str().ends_with(&file.name));
        let file = file.ok_or_else(|| invalid(&format!("There is no block {id:?}.")))?;
        let mut from = 0;
        while from < file.version.size {
            let to = from.saturating_add(STEP).min(file.version.size);
            upload.append(read(store, &path, &file.version, from..to).await?).await?;
            from = to;
        }
    }
    let answer = blobs.finish(blob, upload).await?;
    for file in &files {
        remove(store, &waiting.folder, file).await;
    }
    Ok(answer)
}

async fn read(
    store: &dyn Store,
    path: &StorePath,
    version: &FileVersion,
    range: std::ops::Range<u64>,
) -> Result<bytes::Bytes, Fault> {
    match store.read(path, version, range).await {
        Err(StoreError::Changed { .. } | StoreError::NotFound { .. }) => {
            let message = "A block was brought anew while the list was committed.";
            Err(Fault::new(StatusCode::BAD_REQUEST, "InvalidBlockList", message))
        }
        bytes => Ok(bytes?),
    }
}

/// What is not taken away now is swept later.
async fn remove(store: &dyn Store, folder: &StorePath, file: &FileEntry) {
    let Some(path) = folder.join(&file.name) else { return };
    if let Err(error) = store.remove(&path, &file.version).await {
        tracing::debug!(%error, "a block stays for now");
    }
}

/// Takes away what was never committed.
pub(super) async fn sweep(store: &dyn Store) {
    let Some(folder) = folder() else { return };
    let Ok(listing) = store.list(&folder).await else { return };
    for file in &listing.files {
        let age = file.version.modified().and_then(|modified| modified.elapsed().ok());
        if age.is_some_and(|age| age > KEPT) {
            remove(store, &folder, file).await;
        }
    }
}

/// The ids that a block list names, in its order.
fn ids(text: &str) -> Result<Vec<String>, String> {
    let mut reader = XmlReader::from_str(text);
    let (mut ids, mut open) = (Vec::new(), Vec::<String>::new());
    let mut is_list = false;
    loop {
        let event = reader.read_event().map_err(|error| format!("The block list is no XML: {error}."))?;
        match event {
            Event::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                let is_known = match open.len() {
                    0 => name == "BlockList",
                    1 => ["Latest", "Uncommitted"].contains(&name.as_str()),
                    _ => false,
                };
                if !is_known {
                    return Err(format!("The block list has <{name}>, which is not taken here."));
                }
                is_list = true;
                open.push(name);
                if open.len() == 2 {
                    ids.push(String::new());
                }
            }
            Event::End(_) => drop(open.pop()),
            Event::Text(part) if open.len() == 2 => {
                if let Some(id) = ids.last_mut() {
                    id.push_str(part.trim());
                }
            }
            Event::Eof if open.is_empty() && is_list => break,
            Event::Eof => return Err("There is no whole block list.".to_owned()),
            _ => {}
        }
        if ids.len() > MOST_BLOCKS {
            return Err(format!("The block list has more than {MOST_BLOCKS} blocks."));
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_list_names_blocks_in_order() {
        let text = "<?xml version='1.0' encoding='utf-8'?>\n<BlockList><Latest>MDA=</Latest>\n<Uncommitted>MDE=</Uncommitted><Latest>MDA=</Latest></BlockList>";
        assert_eq!(ids(text).unwrap(), ["MDA=", "MDE=", "MDA="]);
        assert_eq!(ids("<BlockList></BlockList>").unwrap(), [""; 0]);
        for text in [
            "<BlockList><Committed>a</Committed></BlockList>",
            "<Blocks/><x>",
            "<BlockList><Latest>a",
            "<a></a>",
            "a",
            "",
        ] {
            assert!(ids(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_list_is_read_or_refused(text in "(<|>|/|BlockList|Latest|a|&|\\PC){0,30}") {
            let _ = ids(&text);
        }
    }
}
