//! A loaded asset as lint and the accessibility report judge it.

use super::{LoadError, LoadedAsset};
use crate::document::{is_caption_file, is_media_file};
use crate::lint::{Finding, Subject, lint, unreadable};
use crate::report::AssetReport;
use std::collections::HashSet;

impl LoadedAsset {
    /// What its viewers would stumble over.
    pub fn lint(&self) -> Vec<Finding> {
        lint(&Subject {
            asset: &self.asset,
            tracks: &self.tracks,
            presentation: self.presentation.as_ref().ok(),
            ignored: &self.ignored,
            unusable: &self.unusable,
            unused: &self.unused_files(),
        })
    }

    /// What it offers to those who do not see or hear all of it.
    pub fn accessibility(&self) -> AssetReport {
        AssetReport::of(&self.name, self.asset.title.as_deref(), self.presentation.as_ref().ok())
    }

    /// Media and caption files that its document does not name. Without a document every file is looked at, and what is
    /// in no track is unusable, with the reason.
    fn unused_files(&self) -> Vec<String> {
        if !self.has_document {
            return Vec::new();
        }
        let named: HashSet<&str> = self.asset.tracks.iter().map(|track| track.file.as_str()).collect();
        let unused =
            self.file_names().filter(|name| (is_media_file(name) || is_caption_file(name)) && !named.contains(name));
        unused.map(str::to_owned).collect()
    }
}

impl LoadError {
    /// The finding that this error is, where the asset's editor can mend it.
    pub fn finding(&self) -> Option<Finding> {
        match self {
            LoadError::Document { problem, .. } => Some(unreadable(&problem.to_string())),
            LoadError::Unknown { .. } | LoadError::Store(_) => None,
        }
    }
}
