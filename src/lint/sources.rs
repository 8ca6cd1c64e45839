//! The document and the files behind it: what was ignored, what cannot be played, what lies unused.

use super::finding::{Finding, Findings};
use super::rules::{
    DOCUMENT_IGNORED, DOCUMENT_PASSED_OVER, FILE_UNUSABLE, FILE_UNUSED, NOTHING_TO_SHOW, SAME_MEDIA_TWICE,
    TRACK_PREPARING, TRACK_UNPLAYABLE,
};
use super::view::View;
use crate::track::Status;
use std::collections::HashMap;

pub(super) fn check(view: &View, findings: &mut Findings) {
    ignored(view, findings);
    passed_over(view, findings);
    tracks(view, findings);
    files(view, findings);
    same_media(view, findings);
}

fn ignored(view: &View, findings: &mut Findings) {
    for breach in view.subject.ignored {
        let remedy = format!("correct {} in {}, or take it out", breach.path, view.subject.document);
        findings.add(Finding::new(&DOCUMENT_IGNORED, breach.track.as_deref(), breach.to_string(), remedy));
    }
}

fn passed_over(view: &View, findings: &mut Findings) {
    let document = view.subject.document;
    for other in view.subject.passed_over {
        let message = format!("{other} is not read, since {document} is the track document");
        findings.of_asset(&DOCUMENT_PASSED_OVER, message, format!("take {other} away, or {document}"));
    }
}

fn tracks(view: &View, findings: &mut Findings) {
    for loaded in view.subject.tracks {
        let (name, file) = (&loaded.track.name, &loaded.track.file);
        let Err(reason) = &loaded.source else { continue };
        match loaded.track.status {
            Status::Preparing => findings.of_track(
                &TRACK_PREPARING,
                name,
                "it is being prepared, and in no manifest until then",
                "nothing to do, unless it stays so",
            ),
            _ => {
                let remedy = format!("put {file} right, or take the track out of the list");
                findings.of_track(&TRACK_UNPLAYABLE, name, reason, remedy);
            }
        }
    }
    if view.shown.is_empty() {
        let hidden = view.subject.tracks.iter().filter(|loaded| !loaded.track.is_visible()).count();
        let message = match view.subject.tracks.len() {
            0 => "there are no tracks".to_owned(),
            all => format!("none of the {all} tracks is offered to players ({hidden} hidden)"),
        };
        findings.of_asset(&NOTHING_TO_SHOW, message, "make a track visible that can be played");
    }
}

fn files(view: &View, findings: &mut Findings) {
    for (file, reason) in view.subject.unusable {
        findings.of_asset(&FILE_UNUSABLE, format!("{file}: {reason}"), format!("put {file} right, or take it away"));
    }
    for unused in view.subject.unused {
        let message = format!("{unused} is not in the track list, so nobody sees or hears it");
        findings.of_asset(&FILE_UNUSED, message, "add a track for it, or leave it out of the folder");
    }
}

fn same_media(view: &View, findings: &mut Findings) {
    let mut first_of = HashMap::new();
    for shown in &view.shown {
        let id = shown.rendition.media.coded().map(|media| media.id).or(shown.track.track_id);
        let first = *first_of.entry((&shown.track.file, shown.track.track_type, id)).or_insert(shown.name());
        if first != shown.name() {
            let message = format!("it plays the same stream of {} as the track {first:?}", shown.track.file);
            let remedy = "name the right file, or take one of the two tracks out of the list";
            findings.of_track(&SAME_MEDIA_TWICE, shown.name(), message, remedy);
        }
    }
}
