//! Edits of an asset's track list: read, change, check against the rules, write if nobody else has written meanwhile.
//!
//! Whoever edits (the API, the command line, a facade of another platform, a job) comes through here, so that the rules
//! hold for all, no edit loses another's, and each is in the history.

use super::{Catalog, LoadedAsset};
use crate::document::DocumentError;
use crate::store::StoreError;
use crate::track::Asset;
use crate::track::rules::Breach;
use std::sync::Arc;

/// Who edits, and what the edit is made for.
#[derive(Debug, Clone)]
pub struct EditOf {
    /// For the history: the name of a token, `command line`, `job`.
    pub by: String,
    pub expected: Expected,
}

/// The revision of the track list that an edit is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Whatever it is: the edit is tried again on top of the newest.
    Any,
    /// One of these revisions (`If-Match`).
    OneOf(Vec<String>),
    /// None: there is no track document yet (`If-None-Match: *`).
    Absent,
}

/// An edit that was made.
#[derive(Debug)]
pub struct Edited<T> {
    /// The asset as it is now.
    pub asset: Arc<LoadedAsset>,
    /// What the change gave.
    pub value: T,
    /// Whether the edit changed anything; where not, nothing was written.
    pub changed: bool,
}

/// Why an edit was not made. Nothing was changed.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    #[error("there is no asset {asset:?}")]
    UnknownAsset { asset: String },
    #[error("{asset:?} has no track {track:?}")]
    UnknownTrack { asset: String, track: String },
    /// The track list is another than the one that the edit was made for.
    #[error("the track list is at revision {current}")]
    Stale { current: String },
    /// Rules that the edit would break.
    #[error("{}", .0.iter().map(|breach| breach.problem.as_str()).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Breach>),
    /// The document holds what cannot be kept by an edit; it must be mended by hand or replaced as a whole.
    #[error("{asset}/asset.json must be mended first:\n{problem}")]
    Unreadable { asset: String, problem: DocumentError },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Catalog {
    /// Edits the track list of an asset. `change` is given the list as it is and may be called again where another was
    /// faster. An asset without a document gets one, from what was discovered.
    pub async fn edit<T>(
        &self,
        name: &str,
        edit: &EditOf,
        change: impl Fn(&mut Asset) -> Result<T, EditError> + Send + Sync,
    ) -> Result<Edited<T>, EditError> {
        let _ = (name, edit, change);
        todo!()
    }

    /// Gives an asset `asset` as its track list, whatever it had; makes the asset where there is none.
    pub async fn put_asset(&self, name: &str, edit: &EditOf, asset: Asset) -> Result<Edited<()>, EditError> {
        let _ = (name, edit, asset);
        todo!()
    }

    /// Removes the track document, and nothing else.
    pub async fn delete_document(&self, name: &str, edit: &EditOf) -> Result<(), EditError> {
        let _ = (name, edit);
        todo!()
    }

    /// The asset that `draft` would give; nothing is stored. The rules are kept to as in an edit.
    pub async fn preview(&self, name: &str, draft: Asset) -> Result<LoadedAsset, EditError> {
        let _ = (name, draft);
        todo!()
    }

    /// The asset as it is now, however short ago the last look was.
    pub async fn newest(&self, name: &str) -> Result<Arc<LoadedAsset>, super::LoadError> {
        self.doubt(name);
        self.asset(name).await
    }
}
