//! Languages: said, known, and the same as the file's.

use super::finding::Findings;
use super::rules::{LANGUAGE_DIFFERS, LANGUAGE_MISSING, LANGUAGE_UNDETERMINED};
use super::view::{Shown, View, names_language, same_language};
use crate::track::{Kind, TrackType};

const REMEDY: &str = "set \"language\", such as \"en\" or \"pt-BR\"; \"zxx\" is for sound or text without words";

pub(super) fn check(view: &View, findings: &mut Findings) {
    let spoken = |shown: &&Shown| shown.track.track_type != TrackType::Video && shown.kind() != Kind::Metadata;
    for shown in view.shown.iter().filter(spoken) {
        match &shown.track.language {
            None => {
                let message = format!("neither the document nor {} says its language", shown.track.file);
                findings.of_track(&LANGUAGE_MISSING, shown.name(), message, REMEDY);
            }
            Some(language) if language.is_und() => {
                findings.of_track(&LANGUAGE_UNDETERMINED, shown.name(), "its language is given as \"und\"", REMEDY);
            }
            Some(language) => {
                let in_file = &shown.rendition.file_language;
                let both_known = names_language(language) && names_language(in_file);
                if both_known && !same_language(language, in_file) {
                    let message = format!("the document says {language}, and {} says {in_file}", shown.track.file);
                    let remedy = "make sure that it is the right file; players are told what the document says";
                    findings.of_track(&LANGUAGE_DIFFERS, shown.name(), message, remedy);
                }
            }
        }
    }
}
