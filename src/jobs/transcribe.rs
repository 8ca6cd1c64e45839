//! The job that makes captions of what is spoken.

use super::convert::{Trouble, refused, trouble};
use super::ffmpeg::{Converter, Input};
use super::here::{Here, Progress};
use super::record::{Record, Work};
use super::tools::Tools;
use super::transcriber::{TranscribeError, Transcriber};
use crate::catalog::{Catalog, Expected, LoadedAsset, UploadError};
use crate::presentation::{Presentation, Rendition};
use crate::segment::{Piece, media_init, media_segment};
use crate::store::{FileVersion, Store, StoreError, StorePath};
use crate::track::{Language, TrackType};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::collections::VecDeque;
use std::sync::Arc;

/// Percent that decoding is of the whole; the program that listens tells nothing of how far it is.
const DECODED: u64 = 30;

impl From<TranscribeError> for Trouble {
    fn from(error: TranscribeError) -> Trouble {
        match error {
            TranscribeError::Final(problem) => Trouble::Final(problem),
            TranscribeError::Machine(problem) => Trouble::Again(problem),
        }
    }
}

/// Puts the file of the job's track in its place, unless it is there.
pub(super) async fn transcribe(
    catalog: &Catalog,
    tools: &Tools,
    converter: &Converter,
    transcriber: &Transcriber,
    record: &Record,
    here: &Here,
) -> Result<(), Trouble> {
    let Work::Transcribe { source, target, language } = &record.work else { return Ok(()) };
    if catalog.look_into(&record.asset, target).await.is_ok() {
        return Ok(());
    }
    let asset = catalog.newest(&record.asset).await.map_err(|error| Trouble::Again(error.to_string()))?;
    let mut heard = Heard::new(catalog.store(), &asset, source.as_deref(), language, &here.progress)?;
    let _turn = tools.turn().await;
    let sound = converter.decode(&mut heard).await.map_err(|error| trouble(&heard.name, error))?;
    here.progress.set(DECODED as u8);
    let captions = transcriber.transcribe(sound, language).await?;
    let upload = catalog.upload(&record.asset, target, &Expected::Absent, u64::MAX).await;
    let brought = async {
        let mut upload = upload?.holding(TrackType::Text);
        upload.append(Bytes::from(captions)).await?;
        here.placed.put(upload).await
    };
    match brought.await {
        // A person was faster.
        Err(UploadError::Stale { .. }) => Ok(()),
        done => done.map_err(|error| refused(target, error)),
    }
}

/// An audio track as players get it, from its beginning to its end: on the clock of the presentation, as captions are.
struct Heard<'a> {
    asset: Arc<LoadedAsset>,
    store: Arc<dyn Store>,
    name: String,
    path: StorePath,
    version: FileVersion,
    /// Of the next segment.
    next: usize,
    ready: VecDeque<Piece>,
    progress: &'a Progress,
}

impl<'a> Heard<'a> {
    fn new(
        store: &Arc<dyn Store>,
        asset: &Arc<LoadedAsset>,
        source: Option<&str>,
        language: &str,
        progress: &'a Progress,
    ) -> Result<Heard<'a>, Trouble> {
        let rendition = choose(asset, source, language).map_err(Trouble::Final)?;
        let place = asset.folder.join(&rendition.file).zip(asset.file_version(&rendition.file).cloned());
        let (path, version) = place.ok_or_else(|| Trouble::Again(format!("{} went away", rendition.file)))?;
        Ok(Heard {
            asset: Arc::clone(asset),
            store: Arc::clone(store),
            name: rendition.name.clone(),
            path,
            version,
            next: 0,
            ready: media_init(rendition).map(Piece::Bytes).into_iter().collect(),
            progress,
        })
    }

    /// The pieces of the next segment; `None` at the end.
    fn segment(&mut self) -> Option<Vec<Piece>> {
        let rendition = presentation(&self.asset)?.rendition(&self.name)?;
        let segments = &rendition.timeline.segments;
        let segment = segments.get(self.next)?;
        self.next += 1;
        self.progress.set((self.next as u64 * DECODED / segments.len().max(1) as u64) as u8);
        media_segment(rendition, segment)
    }
}

impl Input<StoreError> for Heard<'_> {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, StoreError>> {
        async move {
            loop {
                match self.ready.pop_front() {
                    Some(piece) if piece.is_empty() => {}
                    Some(Piece::Bytes(bytes)) => return Ok(Some(bytes)),
                    Some(Piece::Source(range)) => {
                        return self.store.read(&self.path, &self.version, range).await.map(Some);
                    }
                    None => match self.segment() {
                        Some(pieces) => self.ready = pieces.into(),
                        None => return Ok(None),
                    },
                }
            }
        }
        .boxed()
    }
}

fn presentation(asset: &LoadedAsset) -> Option<&Presentation> {
    asset.presentation.as_ref().ok()
}

/// The audio track that is listened to: the one that is named, else the default, else one in the language that is asked
/// for, where the default is in another.
fn choose<'a>(asset: &'a LoadedAsset, source: Option<&str>, language: &str) -> Result<&'a Rendition, String> {
    let renditions = presentation(asset).map(|shown| shown.renditions.as_slice()).unwrap_or_default();
    let audio = || renditions.iter().filter(|rendition| rendition.track_type == TrackType::Audio);
    if let Some(name) = source {
        let named = audio().find(|rendition| rendition.name == name);
        return named.ok_or_else(|| format!("there is no audio track {name:?} that is shown; name another one"));
    }
    let default = audio().find(|rendition| rendition.flagged_default).or_else(|| audio().next());
    let is_spoken = |rendition: &&Rendition| {
        let wanted = Language::parse(language).ok();
        wanted.is_some_and(|wanted| wanted.iso639_2t() == rendition.language.iso639_2t())
    };
    let spoken = default.filter(is_spoken).or_else(|| audio().find(is_spoken));
    spoken.or(default).ok_or_else(|| "it has no audio that could be listened to; add some, or show it".to_owned())
}
