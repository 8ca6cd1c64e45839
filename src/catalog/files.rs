//! The caption and audio files of an asset, brought and taken away by editors.

use super::{Catalog, EditError, EditOf, Expected};
use crate::store::{FileVersion, StoreError};
use bytes::Bytes;

/// A file on its way into an asset's folder. Dropped before it is finished it leaves nothing.
pub struct FileUpload {}

/// Why an upload failed. Nothing is left of it.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum UploadError {
    #[error("there is no asset {asset:?}")]
    UnknownAsset { asset: String },
    /// The name cannot be one, or is not that of a caption or audio file.
    #[error("{0}")]
    Name(String),
    #[error("the file has more than the {limit} bytes that are allowed")]
    TooLarge { limit: u64 },
    /// The bytes are whole and cannot be used.
    #[error("{0}")]
    Content(String),
    /// The file is another than the one that the upload was made for.
    #[error("the file is at {}", current.as_ref().map_or("no version", |version| &version.tag))]
    Stale { current: Option<FileVersion> },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FileUpload {
    pub async fn append(&mut self, bytes: Bytes) -> Result<(), UploadError> {
        let _ = bytes;
        todo!()
    }

    /// Looks whether the file is one that can be read, and puts it in its place.
    pub async fn finish(self) -> Result<FileVersion, UploadError> {
        todo!()
    }
}

impl Catalog {
    /// Begins the upload of `file` into the folder of asset `name`; at most `limit` bytes.
    pub async fn upload(
        &self,
        name: &str,
        file: &str,
        expected: &Expected,
        limit: u64,
    ) -> Result<FileUpload, UploadError> {
        let _ = (name, file, expected, limit);
        todo!()
    }

    /// Removes a file that no track uses.
    pub async fn remove_file(&self, name: &str, file: &str, edit: &EditOf) -> Result<(), EditError> {
        let _ = (name, file, edit);
        todo!()
    }
}
