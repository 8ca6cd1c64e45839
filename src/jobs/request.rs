//! Jobs for what others ask: a file from a URL, captions that are recognised.

use super::record::{Record, Work};
use super::{JobError, JobId, Jobs, Prepared};
use crate::track::Language;

/// A file is to be fetched for a track that is in the list, `preparing`, or will be when the job is released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchRequest {
    pub asset: String,
    /// The track's name. It may be renamed meanwhile: its file is what tells it from others.
    pub track: String,
    pub url: String,
    /// The track's file, which is made: of the type of the track, such as `.m4a` or `.vtt`. Audio that is no MP4 is
    /// converted.
    pub file: String,
    /// Who asks, as the history has it.
    pub by: String,
}

/// Captions are to be recognised for a track that is in the list, `preparing`, or will be when the job is released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscribeRequest {
    pub asset: String,
    /// The text track's name.
    pub track: String,
    /// The text track's file, which is made: `.vtt`.
    pub file: String,
    /// The name of the audio track that is listened to; the default one where it is `None`.
    pub source: Option<String>,
    /// That is spoken.
    pub language: Language,
    /// Who asks, as the history has it.
    pub by: String,
}

impl Jobs {
    /// Fetches the file of a track that is in the list already. Where the process might die between the two, see
    /// [`Jobs::prepare_fetch`].
    pub async fn fetch(&self, request: FetchRequest) -> Result<JobId, JobError> {
        self.add(self.record_of_fetch(request)?).await
    }

    /// Recognises the captions of a track that is in the list already. Where the process might die between the two, see
    /// [`Jobs::prepare_transcription`].
    pub async fn transcribe(&self, request: TranscribeRequest) -> Result<JobId, JobError> {
        self.add(self.record_of_transcription(request)?).await
    }

    /// Puts the job down before its track is in the list, so that no crash leaves a track that prepares for ever:
    /// [`Jobs::release`] it when the track is there, or [`Jobs::withdraw`] it.
    pub async fn prepare_fetch(&self, request: FetchRequest) -> Result<Prepared, JobError> {
        self.prepare(self.record_of_fetch(request)?).await
    }

    /// As [`Jobs::prepare_fetch`].
    pub async fn prepare_transcription(&self, request: TranscribeRequest) -> Result<Prepared, JobError> {
        self.prepare(self.record_of_transcription(request)?).await
    }

    fn record_of_fetch(&self, request: FetchRequest) -> Result<Record, JobError> {
        let FetchRequest { asset, track, url, file, by } = request;
        self.shared.tools.fetcher.check(&url)?;
        Ok(Record { by: Some(by), ..Record::new(&asset, &track, Work::Fetch { url, target: file }) })
    }

    fn record_of_transcription(&self, request: TranscribeRequest) -> Result<Record, JobError> {
        self.can_transcribe()?;
        let TranscribeRequest { asset, track, file, source, language, by } = request;
        let work = Work::Transcribe { source, target: file, language: language.to_string() };
        Ok(Record { by: Some(by), ..Record::new(&asset, &track, work) })
    }
}
