//! Where assets lie: folders and files by name, bytes by range.
//!
//! The trait is asynchronous and range-based, so that a bucket fits as well as a local folder. A read names the
//! version of the file it expects: bytes of another version are never returned.

mod blocks;
#[cfg(test)]
mod conformance;
mod handles;
mod local;
mod mapped;
mod open_file;
mod path;

pub use local::LocalStore;
pub use mapped::{Lending, Mapped};
pub use path::StorePath;

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use std::ops::Range;

/// A store of assets.
pub trait Store: Send + Sync + 'static {
    /// The files and folders directly in `folder`, sorted by name. Names starting with `.` are left out, and so are links
    /// to folders: whoever goes down from folder to folder comes to an end, and meets each once.
    fn list<'a>(&'a self, folder: &'a StorePath) -> BoxFuture<'a, Result<Listing, StoreError>>;

    /// The present version of `file`.
    fn stat<'a>(&'a self, file: &'a StorePath) -> BoxFuture<'a, Result<FileVersion, StoreError>>;

    /// The bytes `range` of `file`, all of them, if the file still has `version`; [`StoreError::Changed`] otherwise, also
    /// where the range is empty.
    fn read<'a>(
        &'a self,
        file: &'a StorePath,
        version: &'a FileVersion,
        range: Range<u64>,
    ) -> BoxFuture<'a, Result<Bytes, StoreError>>;

    /// The bytes of all `ranges`, one after the other in one piece, under the same promise as [`Store::read`]. The
    /// samples of an interleaved track lie scattered: a store that can fetch them at one go should.
    fn gather<'a>(
        &'a self,
        file: &'a StorePath,
        version: &'a FileVersion,
        ranges: &'a [Range<u64>],
    ) -> BoxFuture<'a, Result<Bytes, StoreError>> {
        Box::pin(async move {
            let mut bytes = BytesMut::new();
            for range in ranges {
                bytes.extend_from_slice(&self.read(file, version, range.clone()).await?);
            }
            Ok(bytes.freeze())
        })
    }

    /// `file` in `version` as memory that can be sent without being looked at; `None` where there is none, or not yet.
    /// Never waits.
    fn map(&self, file: &StorePath, version: &FileVersion) -> Option<Mapped> {
        let _ = (file, version);
        None
    }
}

/// What lies directly in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    pub files: Vec<FileEntry>,
    /// Names of sub-folders.
    pub folders: Vec<String>,
}

/// A file in a [`Listing`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    pub name: String,
    pub version: FileVersion,
}

/// Which bytes a file holds: two equal versions are the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileVersion {
    /// Bytes.
    pub size: u64,
    /// The store's word for the content: an ETag, or the modification time of a local file. A faithful copy in another
    /// store has the same, so that two servers give a segment one URL.
    pub tag: String,
    /// Tells files apart that agree in size and tag, in this store alone: the inode of a local file, 0 where the tag
    /// says all.
    pub instance: u64,
}

/// Why the store did not answer, by what the caller can do.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No such file or folder.
    #[error("{path} does not exist")]
    NotFound { path: String },
    /// The file is not the one that was indexed: it was replaced, cut short or removed. Index it again.
    #[error("{path} has changed since it was read")]
    Changed { path: String },
    /// The store failed; trying again may help.
    #[error("{path} cannot be read: {reason}")]
    Failed { path: String, reason: String },
}
