//! A job as it is kept: a small document in the store's own folder, so that another process can take it up.

use crate::fetch::FetchUrl;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::{SystemTime, UNIX_EPOCH};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Work {
    /// Makes AAC in MP4 of an audio file that cannot be served as it is.
    Convert {
        /// The file in the asset's folder; it is kept.
        source: String,
        /// The file that is made, and the track's.
        target: String,
        /// Written into the file, where it is known.
        language: Option<String>,
    },
    /// Brings a file from a URL; audio that is no MP4 is converted on the way.
    Fetch {
        /// Without its query when the job has ended: that is often a secret.
        url: String,
        /// The file that is made, and the track's.
        target: String,
    },
    /// Recognises what is spoken.
    Transcribe {
        /// The audio track that is listened to; the default one where it is absent.
        source: Option<String>,
        /// The file that is made, and the track's.
        target: String,
        language: String,
    },
}

/// The kinds of work.
pub const WORK_KINDS: &[&str] = &["convert", "fetch", "transcribe"];

impl Work {
    pub fn kind(&self) -> &'static str {
        match self {
            Work::Convert { .. } => "convert",
            Work::Fetch { .. } => "fetch",
            Work::Transcribe { .. } => "transcribe",
        }
    }

    /// The file that is made.
    pub fn target(&self) -> &str {
        match self {
            Work::Convert { target, .. } | Work::Fetch { target, .. } | Work::Transcribe { target, .. } => target,
        }
    }

    /// What it begins from, as it may be told.
    fn source(&self) -> &str {
        match self {
            Work::Convert { source, .. } => source,
            Work::Fetch { url, .. } => FetchUrl::told(url),
            Work::Transcribe { source, .. } => source.as_deref().unwrap_or_default(),
        }
    }

    /// Forgets what only the work needs.
    pub(super) fn forget_secrets(&mut self) {
        if let Work::Fetch { url, .. } = self {
            url.truncate(FetchUrl::told(url).len());
        }
    }
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    Waiting,
    Running,
    Done,
    Failed,
    /// By a person, or because its track is there no more.
    Cancelled,
}

impl JobState {
    pub fn has_ended(self) -> bool {
        self.outcome().is_some()
    }

    /// What came of it; `None` where it has not ended.
    pub fn outcome(self) -> Option<&'static str> {
        match self {
            JobState::Waiting | JobState::Running => None,
            JobState::Done => Some("done"),
            JobState::Failed => Some("failed"),
            JobState::Cancelled => Some("cancelled"),
        }
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub asset: String,
    /// The track's name when the job was made; its file tells which it is.
    pub track: String,
    pub work: Work,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Where it fails its track goes, in place of telling why: whoever asked is told by the job.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub takes_track: bool,
    pub state: JobState,
    /// How often it was begun.
    pub attempts: u32,
    /// Percent.
    pub progress: u8,
    /// Why it failed, or is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What is worth knowing of what it made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub made: u64,
    pub changed: u64,
    /// It is not begun before.
    pub not_before: u64,
    /// The revision of the file that it put in its place itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placed: Option<String>,
    /// The process that runs it. It writes the document anew again and again; when it has not for a while it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Counts the times that it was written, so that no two writings are alike.
    pub beats: u64,
}

impl Record {
    pub(super) fn new(asset: &str, track: &str, work: Work) -> Record {
        let now = now();
        Record {
            asset: asset.to_owned(),
            track: track.to_owned(),
            work,
            by: None,
            takes_track: false,
            state: JobState::Waiting,
            attempts: 0,
            progress: 0,
            reason: None,
            note: None,
            made: now,
            changed: now,
            not_before: 0,
            placed: None,
            owner: None,
            beats: 0,
        }
    }
}

impl Record {
    /// Nobody runs it any more, for now or for good.
    pub(super) fn end(&mut self, state: JobState, reason: Option<String>) {
        (self.state, self.reason, self.owner) = (state, reason, None);
        if state.has_ended() {
            self.work.forget_secrets();
        }
    }
}

/// Seconds since 1970-01-01T00:00:00Z.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A job, for people and programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JobStatus {
    pub id: String,
    /// `convert`, `fetch` or `transcribe`.
    pub kind: &'static str,
    pub asset: String,
    pub track: String,
    /// Who asked for it; of a conversion, the history tells.
    pub by: Option<String>,
    /// The file, URL (without its query) or audio track that it begins from; of a transcription of the default audio,
    /// empty.
    pub source: String,
    /// The file that it makes.
    pub file: String,
    pub state: JobState,
    /// Percent.
    pub progress: u8,
    /// How often it was begun.
    pub attempts: u32,
    /// Why it failed, or is tried again.
    pub reason: Option<String>,
    /// What is worth knowing of what it made, such as that it is longer than the video.
    pub note: Option<String>,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub made: u64,
    pub changed: u64,
}

impl JobStatus {
    pub(super) fn of(id: &str, record: &Record) -> JobStatus {
        JobStatus {
            id: id.to_owned(),
            kind: record.work.kind(),
            asset: record.asset.clone(),
            track: record.track.clone(),
            by: record.by.clone(),
            source: record.work.source().to_owned(),
            file: record.work.target().to_owned(),
            state: record.state,
            progress: record.progress,
            attempts: record.attempts,
            reason: record.reason.clone(),
            note: record.note.clone(),
            made: record.made,
            changed: record.changed,
        }
    }
}
