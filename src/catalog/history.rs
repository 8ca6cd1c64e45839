//! Who changed which track list when, from what to what: kept beside the assets, bounded.

use super::{Catalog, EditError, EditOf, Edited};
use crate::store::StoreError;
use crate::track::Asset;

/// One edit.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub at: u64,
    pub by: String,
    /// Revisions; `None` where there was, or is, no document.
    pub revision_before: Option<String>,
    pub revision: Option<String>,
    pub before: Option<Asset>,
    pub after: Option<Asset>,
}

impl Catalog {
    /// The edits of an asset, the newest first. An edit by hand shows as a gap between two revisions.
    pub async fn history(&self, name: &str) -> Result<Vec<HistoryEntry>, StoreError> {
        let _ = name;
        todo!()
    }

    /// Makes the track list again what it was at `revision`, as a new edit.
    pub async fn revert(&self, name: &str, edit: &EditOf, revision: &str) -> Result<Edited<()>, EditError> {
        let _ = (name, edit, revision);
        todo!()
    }
}
