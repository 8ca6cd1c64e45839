//! A file that is on its way, as a store of this one file: what reads files can look at it before anybody sees it.

use crate::store::{FileVersion, Listing, Store, StoreError, StorePath, Writing};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::ops::Range;

pub(super) struct Draft {
    pub(super) writing: Box<dyn Writing>,
}

impl Draft {
    /// It has but one.
    pub(super) fn version(&self) -> FileVersion {
        FileVersion { size: self.writing.size(), tag: "draft".to_owned(), instance: 0 }
    }
}

impl Store for Draft {
    fn list<'a>(&'a self, folder: &'a StorePath) -> BoxFuture<'a, Result<Listing, StoreError>> {
        async move { Err(StoreError::NotFound { path: folder.to_string() }) }.boxed()
    }

    fn stat<'a>(&'a self, _: &'a StorePath) -> BoxFuture<'a, Result<FileVersion, StoreError>> {
        async move { Ok(self.version()) }.boxed()
    }

    fn read<'a>(
        &'a self,
        _: &'a StorePath,
        _: &'a FileVersion,
        range: Range<u64>,
    ) -> BoxFuture<'a, Result<Bytes, StoreError>> {
        self.writing.read(range)
    }
}
