//! Small reads of a file, served from one larger read while they stay near each other.

use crate::store::{FileVersion, Store, StoreError, StorePath};
use bytes::Bytes;

/// The first read takes in the start of the file, where `ftyp`, `moov` and `sidx` mostly are.
const FIRST: u64 = 64 << 10;
/// Later reads hop over sample data to the next box.
const LATER: u64 = 8 << 10;

/// A view of one version of a file.
pub(super) struct ByteWindow<'a> {
    store: &'a dyn Store,
    path: &'a StorePath,
    version: &'a FileVersion,
    start: u64,
    held: Bytes,
}

impl<'a> ByteWindow<'a> {
    pub(super) fn new(store: &'a dyn Store, path: &'a StorePath, version: &'a FileVersion) -> Self {
        ByteWindow { store, path, version, start: 0, held: Bytes::new() }
    }

    pub(super) fn file_size(&self) -> u64 {
        self.version.size
    }

    /// Up to `length` bytes from `offset`; fewer only at the end of the file.
    pub(super) async fn bytes(&mut self, offset: u64, length: u64) -> Result<Bytes, StoreError> {
        let end = offset.saturating_add(length).min(self.version.size);
        let offset = offset.min(end);
        if offset < self.start || end > self.start + self.held.len() as u64 {
            let ahead = if self.held.is_empty() { FIRST } else { LATER };
            let read_to = end.max(offset.saturating_add(ahead)).min(self.version.size);
            self.held = self.store.read(self.path, self.version, offset..read_to).await?;
            self.start = offset;
        }
        let from = (offset - self.start) as usize;
        Ok(self.held.slice(from..from + (end - offset) as usize))
    }
}
