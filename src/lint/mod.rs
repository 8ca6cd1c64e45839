//! Lint: what an asset's viewers would stumble over, said to its editor.
//!
//! Each rule looks at the track list as it is served and at what the files say; none reads a file. What is hidden is
//! judged only for whether it could be played. The rules are a table ([`RULES`]); each is checked in the file that is
//! named after what it looks at.

mod captions;
mod cues;
mod finding;
mod ladder;
mod language;
mod menu;
mod rules;
mod sound;
mod sources;
#[cfg(test)]
mod tests;
mod timing;
mod view;
mod words;

pub use finding::{Finding, Fix};
pub use rules::{RULES, RuleInfo, Severity};

use crate::presentation::{LoadedTrack, Presentation};
use crate::track::Asset;
use crate::track::rules::Breach;
use finding::Findings;
use std::time::Duration;
use view::View;

/// What is judged: one asset, loaded.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The document, or what was discovered without one.
    pub asset: &'a Asset,
    /// Segment duration that is wanted: the asset's own, or that of the configuration.
    pub segment_duration: Duration,
    /// Its tracks as they are served, in its order, with what became of them.
    pub tracks: &'a [LoadedTrack],
    /// `None` where nothing can be shown.
    pub presentation: Option<&'a Presentation>,
    /// The name of the document's file.
    pub document: &'a str,
    /// Documents beside it, which are not read.
    pub passed_over: &'a [String],
    /// What the document says and players are not told.
    pub ignored: &'a [Breach],
    /// Files that are of no use, with the reason.
    pub unusable: &'a [(String, String)],
    /// Media and caption files of the folder, and tracks of files, that the document does not name.
    pub unused: &'a [String],
}

/// All findings, the worst first, then in the order of the tracks; those of the asset as a whole before those of a
/// track.
pub fn lint(subject: &Subject) -> Vec<Finding> {
    let view = View::of(subject);
    let mut findings = Findings::default();
    sources::check(&view, &mut findings);
    language::check(&view, &mut findings);
    menu::check(&view, &mut findings);
    words::check(&view, &mut findings);
    captions::check(&view, &mut findings);
    cues::check(&view, &mut findings);
    timing::check(&view, &mut findings);
    ladder::check(&view, &mut findings);
    sound::check(&view, &mut findings);
    findings.in_order(subject.tracks)
}

/// The finding that stands for an asset whose document cannot be used.
pub fn unreadable(document: &str, problem: &str) -> Finding {
    let remedy = format!("correct {document}; until then the asset is not served");
    Finding::new(&rules::DOCUMENT_UNREADABLE, None, problem, remedy)
}
