//! What an edit begins from: the asset as it stands, whether it can be served or not, or is not there yet.

use super::batch::Checked;
use super::history::{HistoryEntry, Moment};
use super::loaded::{DocumentFile, LoadError, LoadedAsset, document_files};
use super::media_file::MediaFile;
use super::{EditError, Expected, Shared};
use crate::document::{ASSET_JSON, DocumentError, Form, Problem};
use crate::store::{FileEntry, FileVersion, Listing, StoreError, StorePath};
use crate::track::{Asset, Status, Track};
use std::sync::Arc;

/// An asset as an edit meets it.
pub(super) struct Standing {
    pub(super) name: String,
    pub(super) folder: StorePath,
    pub(super) listing: Listing,
    pub(super) list: List,
    /// The list that edits made of it which are not written yet.
    pub(super) pending: Option<Checked>,
}

/// Of a track that no job prepares, and whose file is not there.
const NO_JOB: &str = "its job has ended; add it again";

/// The track list of an asset.
pub(super) enum List {
    /// There is no asset.
    None,
    /// The document, a file of that name, cannot be read.
    Unreadable(String, DocumentError),
    Loaded(Arc<LoadedAsset>),
}

impl Standing {
    /// Looks at the asset `name`.
    pub(super) async fn of(shared: &Arc<Shared>, name: &str) -> Result<Standing, EditError> {
        let list = match shared.newest(name).await {
            Ok(loaded) => {
                let (folder, listing) = (loaded.folder.clone(), loaded.listing().clone());
                return Ok(Standing {
                    name: name.to_owned(),
                    folder,
                    listing,
                    list: List::Loaded(loaded),
                    pending: None,
                });
            }
            Err(LoadError::Store(error)) => return Err(error.into()),
            Err(LoadError::Unknown { .. }) => List::None,
            Err(LoadError::Document { file, problem, .. }) => List::Unreadable(file, problem),
        };
        let Some(folder) = StorePath::parse(name) else { return Err(EditError::Name { name: name.to_owned() }) };
        let (folder, listing) = match shared.store.list(&folder).await {
            Ok(listing) => (folder, listing),
            Err(StoreError::NotFound { .. }) if shared.root_name.as_deref() == Some(name) => {
                (StorePath::root(), shared.store.list(&StorePath::root()).await?)
            }
            Err(StoreError::NotFound { .. }) => (folder, Listing::default()),
            Err(error) => return Err(error.into()),
        };
        Ok(Standing { name: name.to_owned(), folder, listing, list, pending: None })
    }

    /// The list, as far as it can be read.
    pub(super) fn before(&self) -> Option<&Asset> {
        let pending = self.pending.as_ref().map(Checked::asset);
        pending.or_else(|| self.loaded().map(|loaded| &loaded.asset))
    }

    /// The list, where an edit of it drops nothing.
    pub(super) fn editable(&self) -> Result<&Asset, EditError> {
        if let Some(checked) = &self.pending {
            return Ok(checked.asset());
        }
        let unreadable =
            |file: &str, problem| EditError::Unreadable { asset: self.name.clone(), file: file.to_owned(), problem };
        match &self.list {
            List::None => Err(EditError::UnknownAsset { asset: self.name.clone() }),
            List::Unreadable(file, problem) => Err(unreadable(file, problem.clone())),
            List::Loaded(loaded) if loaded.unkeepable().is_empty() => Ok(&loaded.asset),
            List::Loaded(loaded) => {
                let told = loaded.unkeepable().iter();
                let problem = |breach: &crate::track::rules::Breach| Problem {
                    field: breach.path.clone(),
                    problem: breach.problem.clone(),
                };
                let problem = DocumentError { problems: told.map(problem).collect() };
                Err(unreadable(loaded.document_file(), problem))
            }
        }
    }

    /// Takes the word `preparing` from the tracks of a list that no job gave it to, such as one of an earlier day: they
    /// have the status that the track of their file has now. Of one that is not in the list now no job is left; it is
    /// ready where its file is there, and in error otherwise.
    pub(super) fn settle_preparing(&self, list: &mut Asset) {
        let present = self.before().map(|before| before.tracks.as_slice()).unwrap_or_default();
        let status = |track: &Track| match present.iter().find(|other| other.file == track.file) {
            Some(other) => other.status.clone(),
            None if self.version(&track.file).is_some() => Status::Ready,
            None => Status::Error(NO_JOB.to_owned()),
        };
        for track in list.tracks.iter_mut().filter(|track| track.status == Status::Preparing) {
            track.status = status(track);
        }
    }

    pub(super) fn loaded(&self) -> Option<&Arc<LoadedAsset>> {
        match &self.list {
            List::Loaded(loaded) => Some(loaded),
            _ => None,
        }
    }

    /// The document's version; `None` where there is no document.
    pub(super) fn document(&self) -> Option<&FileVersion> {
        self.version(document_files(&self.listing).counts?)
    }

    /// A file of the folder.
    pub(super) fn version(&self, file: &str) -> Option<&FileVersion> {
        self.listing.files.iter().find(|entry| entry.name == file).map(|entry| &entry.version)
    }

    /// The document as it was read, or will be written.
    pub(super) fn read(&self) -> Option<&DocumentFile> {
        let pending = self.pending.as_ref().map(|checked| &checked.document);
        pending.or_else(|| self.loaded().and_then(|loaded| loaded.document()))
    }

    /// The name of a document that is not ours to remove: what a server manifest says beside its tracks would be lost.
    pub(super) fn foreign(&self) -> Option<&str> {
        document_files(&self.listing).counts.filter(|file| Form::of(file) == Some(Form::Ism))
    }

    /// The file that an edit writes, and the version that it replaces. A server manifest that cannot be read is left as
    /// it is; the document of the house beside it counts.
    pub(super) fn target(&self) -> (&str, Option<&FileVersion>) {
        let file = match &self.list {
            List::Loaded(loaded) => loaded.document_file(),
            List::None | List::Unreadable(..) => ASSET_JSON,
        };
        (file, self.version(file))
    }

    /// Whether there is a document, or is about to be.
    fn has_document(&self) -> bool {
        self.pending.is_some() || self.document().is_some()
    }

    /// Whether the document says what was read of it and nothing else.
    pub(super) fn says_all(&self) -> bool {
        self.has_document() && self.editable().is_ok()
    }

    /// The revision of the list; `None` where there is none.
    fn revision(&self) -> Option<String> {
        match (&self.pending, self.loaded()) {
            (Some(checked), _) => Some(checked.revision()),
            (None, Some(loaded)) => Some(loaded.list_revision.clone()),
            (None, None) => self.document().map(FileVersion::revision),
        }
    }

    /// Whether the track list is what the edit was made for.
    pub(super) fn meets(&self, expected: &Expected) -> Result<(), EditError> {
        let current = self.revision();
        let is_met = match expected {
            Expected::Any => true,
            Expected::Absent => !self.has_document(),
            Expected::OneOf(revisions) => current.as_ref().is_some_and(|current| revisions.contains(current)),
        };
        match (is_met, current) {
            (true, _) => Ok(()),
            (false, Some(current)) => Err(EditError::Stale { current }),
            (false, None) => Err(EditError::UnknownAsset { asset: self.name.clone() }),
        }
    }

    /// What the history will say of an edit that ends with `after`, a revision and a list.
    pub(super) fn entry(&self, by: String, after: Option<(String, Asset)>) -> HistoryEntry {
        let (revision, after) = after.unzip();
        let has_document = self.has_document();
        HistoryEntry {
            at: Moment::now().seconds(),
            by,
            revision_before: self.revision().filter(|_| has_document),
            revision,
            before: self.before().filter(|_| has_document).cloned(),
            after,
        }
    }

    /// A file that was read already, with its version.
    pub(super) fn known_file(&self, file: &str) -> Option<&(FileVersion, Arc<MediaFile>)> {
        let pending = self.pending.as_ref().and_then(|checked| checked.files.get(file));
        pending.or_else(|| self.loaded()?.known_file(file))
    }

    /// Where a file of the asset lies, or will.
    pub(super) fn path(&self, file: &str) -> Result<StorePath, EditError> {
        self.folder.join(file).ok_or_else(|| EditError::Name { name: self.name.clone() })
    }

    /// What lies in the folder when the document `name` has `version`; as it was, where that is `None`.
    pub(super) fn listing_with(&self, name: &str, version: Option<FileVersion>) -> Listing {
        let mut listing = self.listing.clone();
        let Some(version) = version else { return listing };
        let place = listing.files.partition_point(|file| file.name.as_str() < name);
        match listing.files.get_mut(place).filter(|file| file.name == name) {
            Some(file) => file.version = version,
            None => listing.files.insert(place, FileEntry { name: name.to_owned(), version }),
        }
        listing
    }
}
