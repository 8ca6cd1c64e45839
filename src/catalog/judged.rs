//! A loaded asset as lint and the accessibility report judge it.

use super::{LoadError, LoadedAsset};
use crate::document::{is_caption_file, is_media_file};
use crate::lint::{Finding, Subject, lint, unreadable};
use crate::report::AssetReport;
use crate::track::Track;
use std::collections::HashMap;

impl LoadedAsset {
    /// What its viewers would stumble over.
    pub fn lint(&self) -> Vec<Finding> {
        lint(&Subject {
            asset: &self.asset,
            segment_duration: self.segment_duration,
            tracks: &self.tracks,
            presentation: self.presentation.as_ref().ok(),
            document: self.document_file(),
            passed_over: &self.passed_over,
            ignored: &self.ignored,
            unusable: &self.unusable,
            unused: &self.unused(),
        })
    }

    /// What it offers to those who do not see or hear all of it.
    pub fn accessibility(&self) -> AssetReport {
        AssetReport::of(&self.name, self.asset.title.as_deref(), self.presentation.as_ref().ok())
    }

    /// Media and caption files that its document does not name, and tracks of the files that it does name. Without a
    /// document every file is looked at, and what is in no track is unusable, with the reason.
    fn unused(&self) -> Vec<String> {
        if !self.has_document {
            return Vec::new();
        }
        let mut named: HashMap<&str, Vec<&Track>> = HashMap::new();
        for track in &self.asset.tracks {
            named.entry(&track.file).or_default().push(track);
        }
        let of_transcript = |name: &str| {
            let streams = self.document().and_then(|found| found.document.streams());
            streams.is_some_and(|streams| streams.all().any(|stream| stream.transcript.as_deref() == Some(name)))
        };
        let files = self.file_names().filter(|name| is_media_file(name) || is_caption_file(name));
        let mut unused: Vec<String> =
            files.filter(|name| !named.contains_key(name) && !of_transcript(name)).map(str::to_owned).collect();
        for (file, found) in self.found_tracks() {
            let is_named = named.get(file).into_iter().flatten().any(|track| {
                track.track_type == found.track_type && track.track_id.is_none_or(|id| found.track_id == Some(id))
            });
            if let (false, Some(id)) = (is_named, found.track_id) {
                unused.push(format!("{} track {id} of {file}", found.track_type));
            }
        }
        unused
    }
}

impl LoadError {
    /// The finding that this error is, where the asset's editor can mend it.
    pub fn finding(&self) -> Option<Finding> {
        match self {
            LoadError::Document { file, problem, .. } => Some(unreadable(file, &problem.to_string())),
            LoadError::Unknown { .. } | LoadError::Store(_) => None,
        }
    }
}
