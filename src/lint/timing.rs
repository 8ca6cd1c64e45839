//! Tracks that begin and end together.

use super::finding::Findings;
use super::rules::{LENGTH_DIFFERS, SEGMENTS_LONG, START_OFFSET};
use super::view::View;
use crate::presentation::Time;

/// What the ear and the eye forgive at the end of a film, in milliseconds.
const LENGTH_TOLERANCE: u64 = 1000;
/// Two frames of the slowest common audio codec (HE-AAC at 44.1 kHz), and more than a picture, in milliseconds: less is
/// the rounding of encoders.
const START_TOLERANCE: u64 = 100;

pub(super) fn check(view: &View, findings: &mut Findings) {
    let coded = || view.shown.iter().filter(|shown| shown.rendition.coded.is_some());
    let reference = view.rungs().next();
    for shown in coded() {
        let start = shown.rendition.timeline.start();
        if start.millis() > START_TOLERANCE {
            let message = format!("its first {} is at {:.3} s", unit(shown.track.track_type), start.seconds());
            let remedy = "export it with the same start as the other tracks, unless it is meant to begin late";
            findings.of_track(&START_OFFSET, shown.name(), message, remedy);
        }
        let Some(reference) = reference.filter(|reference| reference.name() != shown.name()) else { continue };
        let (end, expected) = (shown.rendition.end(), reference.rendition.end());
        if end.millis().abs_diff(expected.millis()) > LENGTH_TOLERANCE {
            let (apart, word) = apart(end, expected);
            let message =
                format!("it ends at {:.3} s, {apart:.3} s {word} the video {:?}", end.seconds(), reference.name());
            let remedy = "make sure that it belongs to this version of the film, and export it whole";
            findings.of_track(&LENGTH_DIFFERS, shown.name(), message, remedy);
        }
    }
    long_segments(view, findings);
}

fn unit(track_type: crate::track::TrackType) -> &'static str {
    if track_type == crate::track::TrackType::Video { "picture" } else { "sound" }
}

fn apart(end: Time, expected: Time) -> (f64, &'static str) {
    let difference = end.seconds() - expected.seconds();
    (difference.abs(), if difference < 0.0 { "before" } else { "after" })
}

/// Segments begin at key frames; where those are too far apart or fall badly, segments grow.
fn long_segments(view: &View, findings: &mut Findings) {
    let target = view.subject.segment_duration;
    let Some(reference) = view.rungs().next() else { return };
    let longest = reference.rendition.timeline.longest();
    // Half as long again: what RFC 8216bis 4.1 still counts as one target duration when it measures bit rates.
    if u128::from(longest.millis()) > target.as_millis() * 3 / 2 {
        let message =
            format!("segments last up to {:.3} s where {} s are wanted", longest.seconds(), target.as_secs_f64());
        let remedy = "encode with a key frame every two seconds, at moments that divide the segment duration";
        findings.of_track(&SEGMENTS_LONG, reference.name(), message, remedy);
    }
}
