//! The cues of a text track: there, in time, one after the other.

use super::finding::{Finding, Findings};
use super::rules::{
    CAPTION_FAULTS, CAPTIONS_END_EARLY, CAPTIONS_WITHOUT_CUES, CUES_BACKWARDS, CUES_OVERLAP, CUES_PAST_END,
    FORCED_WITHOUT_CUES,
};
use super::view::{Shown, TOLD_TIMES, View, clock, counted, first_times};
use crate::text::{Captions, Cue};
use crate::track::{Kind, TrackType};
use serde_json::json;
use std::collections::HashMap;

/// The end of a film without a word: credits take up to a tenth of it.
const SILENT_END: u64 = 10;
/// In a short film the same, in milliseconds.
const SHORTEST_SILENT_END: u64 = 30_000;
/// Cues made from frame numbers touch by a frame of 24 a second, in milliseconds.
const TOUCH: u64 = 42;
/// Warnings of a reader that a finding repeats; the first say what went wrong.
const TOLD_FAULTS: usize = 5;

pub(super) fn check(view: &View, findings: &mut Findings) {
    let end = view.presentation.map_or(0, |presentation| presentation.duration.millis());
    let has_picture_or_sound = view.shown.iter().any(|shown| shown.rendition.coded.is_some());
    for text in view.of_type(TrackType::Text).filter(|text| text.kind() != Kind::Metadata) {
        let Some(captions) = text.rendition.media.captions() else { continue };
        faults(&text, captions, findings);
        if captions.cues.is_empty() {
            findings.add(without_cues(&text));
            continue;
        }
        overlap(&text, &captions.cues, findings);
        if has_picture_or_sound {
            past_end(&text, &captions.cues, end, findings);
            end_early(&text, captions, end, findings);
        }
    }
}

fn faults(text: &Shown, captions: &Captions, findings: &mut Findings) {
    let file = &text.track.file;
    if let Some(first) = captions.warnings.first() {
        let told = captions.warnings.iter().take(TOLD_FAULTS).map(String::as_str).collect::<Vec<_>>().join("; ");
        let more = captions.warnings.len().saturating_sub(TOLD_FAULTS);
        let message = match (captions.warnings.len(), more) {
            (1, _) => format!("{file}, {first}"),
            (_, 0) => format!("{file}, {told}"),
            (_, more) => format!("{file}, {told}; and {more} more"),
        };
        findings.of_track(&CAPTION_FAULTS, text.name(), message, format!("correct {file}"));
    }
    if let Some(backwards) = captions.backwards {
        let count = counted(backwards.count as usize, "cue begins", "cues begin");
        let message = format!("{file}: {count} before the one above, the first at {}", clock(backwards.first));
        let remedy = "sort the file by time, and look whether times are mistaken";
        findings.of_track(&CUES_BACKWARDS, text.name(), message, remedy);
    }
}

fn without_cues(text: &Shown) -> Finding {
    let rule = if text.kind() == Kind::Forced { &FORCED_WITHOUT_CUES } else { &CAPTIONS_WITHOUT_CUES };
    let message = format!("{} has no cue", text.track.file);
    let mut finding = Finding::new(rule, Some(text.name()), message, "hide the track, or give it the right file");
    finding.fix(text.name(), [("visibility", json!("hidden"))]);
    finding
}

/// Cues that stand in different places are meant to be seen together, and so are those with the same times.
fn overlap(text: &Shown, cues: &[Cue], findings: &mut Findings) {
    let mut last: HashMap<&str, (u64, u64)> = HashMap::new();
    let (mut count, mut first) = (0, Vec::new());
    for cue in cues {
        let before = last.entry(&cue.settings).or_default();
        if cue.start + TOUCH < before.1 && *before != (cue.start, cue.end) {
            count += 1;
            if first.len() < TOLD_TIMES {
                first.push(cue.start);
            }
        }
        if cue.end > before.1 {
            *before = (cue.start, cue.end);
        }
    }
    if count > 0 {
        let begin = counted(count, "cue begins", "cues begin");
        let message =
            format!("{begin} while the one before in the same place is shown: {}", first_times(&first, count));
        findings.of_track(
            &CUES_OVERLAP,
            text.name(),
            message,
            "end each cue where the next begins, or place them apart",
        );
    }
}

fn past_end(text: &Shown, cues: &[Cue], end: u64, findings: &mut Findings) {
    let lost = cues.get(cues.partition_point(|cue| cue.start < end)..).unwrap_or_default();
    let Some(first) = lost.first() else { return };
    let message = format!(
        "{} of {} begin after the end of picture and sound at {}, the first at {}",
        lost.len(),
        counted(cues.len(), "cue", "cues"),
        clock(end),
        clock(first.start)
    );
    let remedy = "make sure that the captions belong to this version of the film";
    findings.of_track(&CUES_PAST_END, text.name(), message, remedy);
}

fn end_early(text: &Shown, captions: &Captions, end: u64, findings: &mut Findings) {
    let covers_all = matches!(text.kind(), Kind::Subtitles | Kind::Captions | Kind::EasyReader | Kind::Dub);
    let (last, allowed) = (captions.end(), (end / SILENT_END).max(SHORTEST_SILENT_END));
    if covers_all && last + allowed < end {
        let message =
            format!("its last cue ends at {}, {} s before picture and sound", clock(last), (end - last).div_ceil(1000));
        let remedy = "make sure that the file is whole and belongs to this version of the film";
        findings.of_track(&CAPTIONS_END_EARLY, text.name(), message, remedy);
    }
}
