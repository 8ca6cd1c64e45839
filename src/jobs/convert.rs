//! The job that makes a track's file of audio that cannot be served as it is.

use super::ffmpeg::{ConvertError, Converter, Input};
use super::here::{Here, Placed, Progress};
use super::record::{Record, Work};
use super::tools::Tools;
use crate::catalog::{Catalog, EditError, Expected, Holds, UploadError};
use crate::store::{FileVersion, Store, StoreError, StorePath};
use crate::track::Language;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Bytes that are handed on at a time.
const BLOCK: u64 = 256 << 10;
/// Percent that the conversion is of the whole; what follows brings the file to its place.
const CONVERTED: u64 = 95;

/// Why a job did not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Another attempt would fail as well.
    Final(String),
    /// Another attempt may do better.
    Again(String),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Trouble {
        match error {
            StoreError::NotFound { .. } | StoreError::ReadOnly { .. } => Trouble::Final(error.to_string()),
            // Also where the file was replaced: then the new one is converted.
            _ => Trouble::Again(error.to_string()),
        }
    }
}

/// Puts the file of the job's track in its place, unless it is there. What another attempt brought, or a person, is
/// never written over.
pub(super) async fn convert(
    catalog: &Catalog,
    tools: &Tools,
    converter: &Converter,
    record: &Record,
    here: &Here,
) -> Result<(), Trouble> {
    let Work::Convert { source, target, language } = &record.work else { return Ok(()) };
    if catalog.look_into(&record.asset, target).await.is_ok() {
        return Ok(());
    }
    let looked = catalog.look_into(&record.asset, source).await.map_err(|error| match error {
        EditError::Store(error) => error.into(),
        error => Trouble::Final(error.to_string()),
    })?;
    let sound = match &looked.holds {
        Holds::Sound(sound) => sound,
        Holds::Nothing(reason) => return Err(Trouble::Final(format!("{source}: {reason}"))),
        Holds::Tracks(_) => return Err(Trouble::Final(format!("{source} needs no conversion; add it as it is"))),
    };
    let store = Arc::clone(catalog.store());
    let mut input = Reading { store, path: looked.path, version: looked.version, at: 0, progress: &here.progress };
    let word = language.as_deref().and_then(|tag| Language::parse(tag).ok()).map(|language| language.iso639_2t());
    let word = word.map(|word| String::from_utf8_lossy(&word).into_owned());
    let turn = tools.turn().await;
    let made = converter.convert(sound, word.as_deref(), &mut input).await;
    let file = made.map_err(|error| trouble(source, error))?;
    drop(turn);
    here.progress.set(CONVERTED as u8);
    bring(catalog, &record.asset, target, file, &here.placed).await
}

/// What a failed conversion of `source` means for its job.
pub(super) fn trouble(source: &str, error: ConvertError<StoreError>) -> Trouble {
    match error {
        ConvertError::Source(error) => error.into(),
        ConvertError::Content(problem) => Trouble::Final(format!("{source}: {problem}")),
        ConvertError::Machine(problem) => Trouble::Again(problem),
    }
}

/// A file of the store, from its beginning to its end.
struct Reading<'a> {
    store: Arc<dyn Store>,
    path: StorePath,
    version: FileVersion,
    at: u64,
    progress: &'a Progress,
}

impl Input<StoreError> for Reading<'_> {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, StoreError>> {
        async move {
            let end = (self.at + BLOCK).min(self.version.size);
            if self.at == end {
                return Ok(None);
            }
            let bytes = self.store.read(&self.path, &self.version, self.at..end).await?;
            self.at = end;
            self.progress.set((end.saturating_mul(CONVERTED) / self.version.size.max(1)) as u8);
            Ok(Some(bytes))
        }
        .boxed()
    }
}

/// What a refused upload of `target` means for its job.
pub(super) fn refused(target: &str, error: UploadError) -> Trouble {
    match error {
        UploadError::Store(error) => error.into(),
        error => Trouble::Final(format!("{target}: {error}")),
    }
}

/// Brings the file to its place as any upload is brought.
pub(super) async fn bring(
    catalog: &Catalog,
    asset: &str,
    target: &str,
    file: File,
    placed: &Placed,
) -> Result<(), Trouble> {
    let trouble = |error| refused(target, error);
    let file = Arc::new(file);
    let size = file.metadata().map_err(|error| Trouble::Again(error.to_string()))?.len();
    let mut upload = match catalog.upload(asset, target, &Expected::Absent, size).await {
        Err(UploadError::Stale { .. }) => return Ok(()),
        upload => upload.map_err(trouble)?,
    };
    let mut at = 0;
    while at < size {
        let end = (at + BLOCK).min(size);
        let file = Arc::clone(&file);
        let block = tokio::task::spawn_blocking(move || {
            let mut block = vec![0; (end - at) as usize];
            file.read_exact_at(&mut block, at).map(|()| Bytes::from(block))
        });
        let block = block.await.map_err(|error| Trouble::Again(error.to_string()))?;
        let block =
            block.map_err(|error| Trouble::Again(format!("the converted file cannot be read back: {error}")))?;
        upload.append(block).await.map_err(trouble)?;
        at = end;
    }
    match placed.put(upload).await {
        Err(UploadError::Stale { .. }) => Ok(()),
        done => done.map_err(trouble),
    }
}
