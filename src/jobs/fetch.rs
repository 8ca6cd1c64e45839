//! The job that brings a track's file from a URL.

use super::convert::{Trouble, bring, refused, trouble};
use super::here::{Here, Placed};
use super::record::{Record, Work};
use super::tools::Tools;
use crate::catalog::{Catalog, Expected, FileUpload, Holds, UploadError};
use crate::fetch::{FetchError, Step};
use crate::sound::Sound;
use crate::store::StoreError;
use crate::track::{Track, TrackType};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

/// Bytes that are handed on at a time.
const BLOCK: u64 = 256 << 10;
/// Percent that the transfer is of the whole.
const FETCHED: u64 = 90;

impl From<FetchError> for Trouble {
    fn from(error: FetchError) -> Trouble {
        match error {
            FetchError::Refused(problem) => Trouble::Final(problem),
            FetchError::Failed(problem) => Trouble::Again(problem),
        }
    }
}

/// Puts the file of the job's track in its place, unless it is there: what another attempt brought, or a person, is
/// never written over.
pub(super) async fn fetch(catalog: &Catalog, tools: &Tools, record: &Record, here: &Here) -> Result<(), Trouble> {
    let Work::Fetch { url, target } = &record.work else { return Ok(()) };
    let Some(track) = track_of(catalog, record).await? else { return Ok(()) };
    if let Ok(looked) = catalog.look_into(&record.asset, target).await {
        return is_of_use(target, &looked.holds, track.track_type);
    }
    let begin = || async {
        let upload = catalog.upload(&record.asset, target, &Expected::Absent, u64::MAX).await;
        upload.map(|upload| upload.holding(track.track_type)).map_err(|error| refused(target, error))
    };
    let url = tools.fetcher.check(url).map_err(FetchError::from)?;
    let mut transfer = tools.fetcher.begin(&url).await?;
    let (mut upload, mut at) = (begin().await?, 0u64);
    while let Some(step) = transfer.next().await? {
        match step {
            Step::Anew => (upload, at) = (begin().await?, 0),
            Step::Bytes(bytes) => {
                at = at.saturating_add(bytes.len() as u64);
                upload.append(bytes).await.map_err(|error| refused(target, error))?;
                let whole = transfer.size().unwrap_or(u64::MAX).max(1);
                here.progress.set((at.saturating_mul(FETCHED) / whole).min(FETCHED) as u8);
            }
        }
    }
    match upload.sound().await? {
        Some(sound) if track.track_type == TrackType::Audio => {
            convert(catalog, tools, record, &track, upload, sound, &here.placed).await
        }
        _ => match here.placed.put(upload).await {
            // A person was faster.
            Err(UploadError::Stale { .. }) => Ok(()),
            done => done.map_err(|error| refused(&url.to_string(), error)),
        },
    }
}

async fn track_of(catalog: &Catalog, record: &Record) -> Result<Option<Track>, Trouble> {
    let asset = catalog.newest(&record.asset).await.map_err(|error| Trouble::Again(error.to_string()))?;
    Ok(asset.asset.tracks.iter().find(|track| track.file == record.work.target()).cloned())
}

/// Whether a file that lies there already is what the track needs.
fn is_of_use(target: &str, holds: &Holds, wanted: TrackType) -> Result<(), Trouble> {
    match holds {
        Holds::Tracks(file) if file.tracks.iter().any(|track| track.track_type == wanted) => Ok(()),
        _ => Err(Trouble::Final(format!("{target} lies in the folder already, and holds no {wanted}; remove it"))),
    }
}

/// Makes AAC in MP4 of audio that was brought and is no MP4.
async fn convert(
    catalog: &Catalog,
    tools: &Tools,
    record: &Record,
    track: &Track,
    upload: FileUpload,
    sound: Sound,
    placed: &Placed,
) -> Result<(), Trouble> {
    let converter = tools.converter.as_ref().map_err(|reason| {
        Trouble::Final(format!("it is {} audio, which players do not take as it is: {reason}", sound.format.name()))
    })?;
    let language = track.language.as_ref().map(|language| language.iso639_2t());
    let language = language.map(|word| String::from_utf8_lossy(&word).into_owned());
    let turn = tools.turn().await;
    let made = converter.convert(&sound, language.as_deref(), &mut Brought { upload: &upload, at: 0 }).await;
    let file = made.map_err(|error| trouble("the file from the URL", error))?;
    drop((turn, upload));
    bring(catalog, &record.asset, record.work.target(), file, placed).await
}

/// A file that was brought and is in no place yet, from its beginning to its end.
struct Brought<'a> {
    upload: &'a FileUpload,
    at: u64,
}

impl super::Input<StoreError> for Brought<'_> {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, StoreError>> {
        async move {
            let end = (self.at + BLOCK).min(self.upload.size());
            if self.at == end {
                return Ok(None);
            }
            let bytes = self.upload.read(self.at..end).await?;
            self.at = end;
            Ok(Some(bytes))
        }
        .boxed()
    }
}
