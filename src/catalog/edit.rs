//! Edits of an asset's track list: read, change, check against the rules, write if nobody else has written meanwhile.
//!
//! Whoever edits (the API, the command line, a facade of another platform, a job) comes through here, so that the rules
//! hold for all, no edit loses another's, and each is in the history. Edits of one asset on this node take turns; what
//! other processes write meanwhile is noticed by the store, and the edit is made again on top of it.

use super::batch::{Batch, Checked, written};
use super::history::Moment;
use super::loaded::{DocumentFile, join, list_revision, read_files, wanted_files};
use super::standing::Standing;
use super::turns::Turn;
use super::{Catalog, LoadError, LoadedAsset, Shared};
use crate::document::{self, ASSET_JSON, Document, DocumentError};
use crate::store::StoreError;
use crate::track::rules::{Breach, Rule, settle};
use crate::track::{Asset, Track};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

/// An edit is made anew so often on top of what other processes write. Each time somebody else was faster, so it is
/// never a standstill.
const ATTEMPTS: u32 = 100;

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

/// Told to whoever follows the edits of this node: see [`Catalog::edits`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetEdited {
    pub asset: String,
    /// Names of tracks that are in the list no more.
    pub removed: Vec<String>,
}

/// Why an edit was not made. Nothing was changed.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    #[error("there is no asset {asset:?}")]
    UnknownAsset { asset: String },
    #[error(
        "{name:?} cannot be the name of an asset: no part of it may be empty, begin with a dot or have a backslash"
    )]
    Name { name: String },
    #[error("{asset:?} has no track {track:?}")]
    UnknownTrack { asset: String, track: String },
    #[error("{asset:?} has no file {file:?}")]
    UnknownFile { asset: String, file: String },
    #[error("{file:?} is the file of the track {track:?}; remove the track first")]
    FileInUse { file: String, track: String },
    #[error("the history of {asset:?} has no revision {revision:?}")]
    UnknownRevision { asset: String, revision: String },
    /// The track list, or the file, is another than the one that the edit was made for.
    #[error("the present revision is {current}")]
    Stale { current: String },
    /// Rules that the edit would break.
    #[error("{}", .0.iter().map(|breach| breach.problem.as_str()).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Breach>),
    /// The document holds what cannot be kept by an edit; it must be mended by hand or replaced as a whole.
    #[error("{asset}/{file} must be mended first:\n{problem}")]
    Unreadable { asset: String, file: String, problem: DocumentError },
    /// What the document says beside its tracks has no other place, so it is removed by hand only.
    #[error("{asset}/{file} was brought from elsewhere and is not removed by an edit; remove the file by hand")]
    Foreign { asset: String, file: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<LoadError> for EditError {
    fn from(error: LoadError) -> EditError {
        match error {
            LoadError::Unknown { asset } => EditError::UnknownAsset { asset },
            LoadError::Document { asset, file, problem } => EditError::Unreadable { asset, file, problem },
            LoadError::Store(error) => EditError::Store(error),
        }
    }
}

impl EditError {
    /// Whether somebody else was faster.
    fn is_lost_race(&self) -> bool {
        matches!(self, EditError::Store(StoreError::Changed { .. }))
    }
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
        self.shared.replace(name, edit, changed(&change)).await
    }

    /// The same where the change is made of what somebody said, and not by those who put jobs down: `preparing` is a
    /// word of jobs, and where no track waits for one it becomes what is so.
    pub async fn edit_as_said<T>(
        &self,
        name: &str,
        edit: &EditOf,
        change: impl Fn(&mut Asset) -> Result<T, EditError> + Send + Sync,
    ) -> Result<Edited<T>, EditError> {
        let changed = changed(&change);
        self.shared.replace(name, edit, |standing| Ok(changed(standing)?.settled(standing))).await
    }

    /// Gives an asset `asset` as its track list, whatever it had; makes the asset where there is none.
    pub async fn put_asset(&self, name: &str, edit: &EditOf, asset: Asset) -> Result<Edited<()>, EditError> {
        self.shared.replace(name, edit, given(&asset)).await
    }

    /// The same of a list that somebody said: see [`Catalog::edit_as_said`].
    pub async fn put_asset_as_said(&self, name: &str, edit: &EditOf, asset: Asset) -> Result<Edited<()>, EditError> {
        let given = given(&asset);
        self.shared.replace(name, edit, |standing| Ok(given(standing)?.settled(standing))).await
    }

    /// Removes the track document of the house, and nothing else. A server manifest beside it counts again.
    pub async fn delete_document(&self, name: &str, edit: &EditOf) -> Result<(), EditError> {
        let mut attempt = 0;
        loop {
            let turn = self.shared.clear_turn(name).await;
            let standing = Standing::of(&self.shared, name).await?;
            standing.meets(&edit.expected)?;
            match (standing.document(), standing.loaded()) {
                (None, None) => return Err(EditError::UnknownAsset { asset: name.to_owned() }),
                (None, Some(_)) => return Ok(()),
                (Some(_), _) => {}
            }
            if let Some(file) = standing.foreign() {
                return Err(EditError::Foreign { asset: name.to_owned(), file: file.to_owned() });
            }
            let work = Arc::clone(&self.shared).withdraw(standing, edit.by.clone());
            match to_its_end(turn, work).await {
                Err(error) if error.is_lost_race() && attempt < ATTEMPTS => pause(attempt).await,
                done => return done,
            }
            attempt += 1;
        }
    }

    /// The asset that `draft` would give; nothing is stored. The rules are kept to as in an edit.
    pub async fn preview(&self, name: &str, draft: Asset) -> Result<LoadedAsset, EditError> {
        let standing = Standing::of(&self.shared, name).await?;
        if standing.loaded().is_none() && standing.document().is_none() {
            return Err(EditError::UnknownAsset { asset: name.to_owned() });
        }
        let checked = self.shared.check(&standing, draft).await?;
        Ok(self.shared.joined(&standing, checked, None).await?)
    }

    /// The asset as it is now, however short ago the last look was.
    pub async fn newest(&self, name: &str) -> Result<Arc<LoadedAsset>, LoadError> {
        self.shared.newest(name).await
    }
}

/// What an edit wants.
struct Proposal<T> {
    list: Asset,
    /// For the caller.
    value: T,
    /// To be written also where the list is as it was.
    is_new: bool,
}

impl<T> Proposal<T> {
    /// The same, without what only jobs say.
    fn settled(mut self, standing: &Standing) -> Proposal<T> {
        standing.settle_preparing(&mut self.list);
        self
    }
}

/// Proposes what `change` makes of the list.
fn changed<T>(
    change: &(impl Fn(&mut Asset) -> Result<T, EditError> + Send + Sync),
) -> impl Fn(&Standing) -> Result<Proposal<T>, EditError> + Send + Sync {
    |standing| {
        let mut list = standing.editable()?.clone();
        let value = change(&mut list)?;
        Ok(Proposal { list, value, is_new: false })
    }
}

/// Proposes `asset`, whatever the list was.
fn given(asset: &Asset) -> impl Fn(&Standing) -> Result<Proposal<()>, EditError> + Send + Sync {
    |standing| Ok(Proposal { list: asset.clone(), value: (), is_new: !standing.says_all() })
}

impl Shared {
    /// Makes the edit that `propose` wants.
    async fn replace<T>(
        self: &Arc<Self>,
        name: &str,
        edit: &EditOf,
        propose: impl Fn(&Standing) -> Result<Proposal<T>, EditError> + Send + Sync,
    ) -> Result<Edited<T>, EditError> {
        let mut attempt = 0;
        loop {
            match self.replace_once(name, edit, &propose).await {
                Err(error) if error.is_lost_race() && attempt < ATTEMPTS => pause(attempt).await,
                done => return done,
            }
            attempt += 1;
        }
    }

    async fn replace_once<T>(
        self: &Arc<Self>,
        name: &str,
        edit: &EditOf,
        propose: &(impl Fn(&Standing) -> Result<Proposal<T>, EditError> + Send + Sync),
    ) -> Result<Edited<T>, EditError> {
        let mut turn = self.turns.take(name).await;
        // A batch is begun by an edit that is made: until then it is not the asset's.
        let mut begun = None;
        let standing = match turn.get(name) {
            Some(batch) => &batch.standing,
            None => &begun.insert(Batch::new(Standing::of(self, name).await?)).standing,
        };
        standing.meets(&edit.expected)?;
        let Proposal { list, value, is_new } = propose(standing)?;
        let checked = self.check(standing, list).await?;
        if !is_new && standing.before() == Some(checked.asset()) {
            let asset = match (turn.get(name).map(Batch::outcome), standing.loaded()) {
                (None, Some(loaded)) => Arc::clone(loaded),
                (outcome, _) => {
                    drop(turn);
                    written(outcome.ok_or_else(|| EditError::UnknownAsset { asset: name.to_owned() })?).await?
                }
            };
            return Ok(Edited { asset, value, changed: false });
        }
        if let Some(batch) = begun {
            turn.insert(name.to_owned(), batch);
            let (shared, name) = (Arc::clone(self), name.to_owned());
            tokio::spawn(async move { drop(shared.clear_turn(&name).await) });
        }
        let outcome = turn.get_mut(name).map(|batch| batch.add(edit.by.clone(), checked));
        drop(turn);
        let outcome = outcome.ok_or_else(|| EditError::UnknownAsset { asset: name.to_owned() })?;
        Ok(Edited { asset: written(outcome).await?, value, changed: true })
    }

    /// Draws the consequences of the rules from `list`, or tells what it breaks.
    async fn check(&self, standing: &Standing, list: Asset) -> Result<Checked, EditError> {
        let wanted = wanted_files(&standing.listing, Some(&list));
        let known = |file: &str| standing.known_file(file);
        let (files, failed) =
            read_files(self.store.as_ref(), &standing.folder, &standing.listing, wanted, known).await?;
        let none = Document::default();
        let before = standing.read().map_or(&none, |found| &found.document);
        let file = |track: &Track| join(track, before.form(), &files, &failed).source.map(drop);
        let asset = settle(standing.before(), list, &file).map_err(EditError::Refused)?;
        let file = standing.target().0.to_owned();
        let (document, bytes) = before.edited(&asset).map_err(|problem| EditError::Unreadable {
            asset: standing.name.clone(),
            file: file.clone(),
            problem,
        })?;
        if bytes.len() > document::MAX_BYTES {
            return Err(EditError::Refused(vec![too_large(bytes.len())]));
        }
        let document = DocumentFile { revision: list_revision(&bytes), file, document };
        Ok(Checked { document, bytes: bytes.into(), files, failed })
    }

    /// Removes the document, and lets everybody know.
    async fn withdraw(self: Arc<Self>, standing: Standing, by: String) -> Result<(), EditError> {
        let moment = Moment::now();
        if let Some(version) = standing.document() {
            self.store.remove(&standing.path(ASSET_JSON)?, version).await?;
        }
        self.loads.leave(&standing.name);
        // Without a document the list is what is discovered, if that is anything.
        let found = self.newest(&standing.name).await.map(|loaded| loaded.asset.clone()).unwrap_or_default();
        self.record(&standing.name, moment, &[standing.entry(by, None)]).await;
        let before = standing.before().map(|before| before.tracks.as_slice()).unwrap_or_default();
        let is_gone = |track: &&Track| found.tracks.iter().all(|other| other.name != track.name);
        self.tell(&standing.name, before.iter().filter(is_gone).map(|track| track.name.clone()).collect());
        Ok(())
    }
}

fn too_large(bytes: usize) -> Breach {
    let most = document::MAX_BYTES;
    let problem = format!("the track document would have {bytes} bytes, and {most} are allowed; remove tracks");
    Breach { rule: Rule::TrackLimit, track: None, field: "tracks", path: "tracks".to_owned(), problem }
}

/// Does what must not stop half way, also where nobody waits for it any more. The next turn begins when it has ended.
pub(super) async fn to_its_end<T: Send + 'static, E: From<StoreError> + Send + 'static>(
    turn: Turn,
    work: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, E> {
    let running = tokio::spawn(async move {
        let done = work.await;
        drop(turn);
        done
    });
    running.await.unwrap_or_else(|error| {
        let reason = format!("it broke off; the log says why: {error}");
        Err(StoreError::Unwritten { path: "the asset".to_owned(), reason }.into())
    })
}

/// Lets others go ahead; each waits for a time of its own.
async fn pause(attempt: u32) {
    const LONGEST_MICROS: u64 = 20_000;
    let most = (u64::from(attempt) + 1).saturating_mul(500).min(LONGEST_MICROS);
    tokio::time::sleep(Duration::from_micros(RandomState::new().hash_one(attempt) % most)).await;
}
