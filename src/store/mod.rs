//! Where assets lie: folders and files by name, bytes by range.
//!
//! The trait is asynchronous and range-based, so that a bucket fits as well as a local folder. A read names the
//! version of the file it expects: bytes of another version are never returned. A write names the version it replaces:
//! what another has written meanwhile is never lost.

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

    /// Begins a new content of `file`, in the place of version `replaces`, or of none. It is seen, whole, when it is
    /// committed; a process that dies before leaves the old content and nothing else. Folders that are missing are made.
    fn write<'a>(
        &'a self,
        file: &'a StorePath,
        replaces: Option<&'a FileVersion>,
    ) -> BoxFuture<'a, Result<Box<dyn Writing>, StoreError>> {
        let _ = replaces;
        Box::pin(async move { Err(StoreError::ReadOnly { path: file.to_string() }) })
    }

    /// Removes `file`, if it still has `version`.
    fn remove<'a>(&'a self, file: &'a StorePath, version: &'a FileVersion) -> BoxFuture<'a, Result<(), StoreError>> {
        let _ = version;
        Box::pin(async move { Err(StoreError::ReadOnly { path: file.to_string() }) })
    }
}

/// The new content of a file, on its way. Dropped before it is committed it leaves nothing.
pub trait Writing: Send + Sync {
    /// Adds bytes at the end. Where it fails or is not awaited to its end, the content is lost.
    fn append(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Bytes added so far.
    fn size(&self) -> u64;

    /// The bytes `range` of what was added so far: who brings a file may want to look at it before it is seen.
    fn read(&self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes, StoreError>>;

    /// Names another version as the one that is replaced.
    fn replace(&mut self, version: Option<FileVersion>);

    /// Makes the content durable and puts it in its place, if what it replaces is still there;
    /// [`StoreError::Changed`] otherwise. The new version differs from every one the file had before.
    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<FileVersion, StoreError>>;
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

impl FileVersion {
    /// Opaque word for the content, for entity tags: equal in all stores that have a faithful copy.
    pub fn revision(&self) -> String {
        format!("{:x}-{}", self.size, self.tag)
    }
}

/// Why the store did not answer, by what the caller can do.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No such file or folder.
    #[error("{path} does not exist")]
    NotFound { path: String },
    /// The file is not the one that was expected: it was made, replaced, cut short or removed. Look at it again.
    #[error("{path} has changed since it was read")]
    Changed { path: String },
    /// The store is only read.
    #[error("{path} cannot be written: the store is read-only")]
    ReadOnly { path: String },
    /// No space is left, or no more is allowed.
    #[error("{path} cannot be written: no space is left in the store")]
    Full { path: String },
    /// A write failed; nothing was changed.
    #[error("{path} cannot be written: {reason}")]
    Unwritten { path: String, reason: String },
    /// The store failed; trying again may help.
    #[error("{path} cannot be read: {reason}")]
    Failed { path: String, reason: String },
}
