//! Audio for access and text beside the plain audio: does each serve somebody?

use super::finding::{Finding, Findings};
use super::rules::{CAPTIONS_WITHOUT_AUDIO, DESCRIPTION_WITHOUT_MAIN, FORCED_NOT_IN_SUBTITLES, FORCED_WITHOUT_AUDIO};
use super::view::{Shown, TOLD_TIMES, View, counted, first_times, names_language, same_language};
use crate::text::Cue;
use crate::track::{Characteristic, Kind, TrackType};
use serde_json::json;

pub(super) fn check(view: &View, findings: &mut Findings) {
    for forced in view.of_type(TrackType::Text).filter(|text| text.kind() == Kind::Forced) {
        missing_in_subtitles(view, &forced, findings);
    }
    // Beside audio of unknown language nobody can tell; that is a finding of its own.
    if view.plain_audio().all(|audio| names_language(audio.language())) {
        without_plain_audio(view, findings);
    }
}

/// Tracks that stand beside the plain audio of their language, where there is none.
fn without_plain_audio(view: &View, findings: &mut Findings) {
    let has_audio = view.plain_audio().next().is_some();
    for shown in view.shown.iter().filter(|shown| names_language(shown.language())) {
        let language = shown.language();
        if view.plain_audio().any(|audio| same_language(audio.language(), language)) {
            continue;
        }
        match (shown.track.track_type, shown.kind()) {
            (TrackType::Audio, kind @ (Kind::Description | Kind::Narration | Kind::EnhancedIntelligibility)) => {
                let message = format!("it is {kind} audio in {language}, and there is no plain audio in it");
                let remedy = "make the plain audio visible, or add it";
                findings.of_track(&DESCRIPTION_WITHOUT_MAIN, shown.name(), message, remedy);
            }
            (TrackType::Text, Kind::Forced) if has_audio => {
                let message = format!("it is in {language}, and forced subtitles follow the language of the audio");
                let remedy = "say the language of the audio that it belongs to, or add that audio";
                findings.of_track(&FORCED_WITHOUT_AUDIO, shown.name(), message, remedy);
            }
            (TrackType::Text, Kind::Captions) if has_audio => findings.add(captions_without_audio(shown)),
            _ => {}
        }
    }
}

fn captions_without_audio(text: &Shown) -> Finding {
    let message = format!("it captions sound in {}, and no audio is in it", text.language());
    let remedy = "if it is a translation, say \"subtitle\" instead of \"caption\"";
    let mut finding = Finding::new(&CAPTIONS_WITHOUT_AUDIO, Some(text.name()), message, remedy);
    let of_captions = [Characteristic::TRANSCRIBES_DIALOG, Characteristic::DESCRIBES_MUSIC];
    let kept = text.track.characteristics.iter().map(Characteristic::as_str).filter(|tag| !of_captions.contains(tag));
    let characteristics = json!(kept.collect::<Vec<_>>());
    finding.fix(text.name(), [("roles", json!(["subtitle"])), ("characteristics", characteristics)]);
    finding
}

/// A player shows forced subtitles or regular ones, not both, so the regular ones need a cue wherever a forced one is.
fn missing_in_subtitles(view: &View, forced: &Shown, findings: &mut Findings) {
    let regular: Vec<Covered> = view
        .of_type(TrackType::Text)
        .filter(|text| matches!(text.kind(), Kind::Subtitles | Kind::Captions | Kind::EasyReader))
        .filter(|text| same_language(text.language(), forced.language()))
        .filter_map(|text| text.rendition.media.captions())
        .filter(|captions| !captions.cues.is_empty())
        .map(|captions| Covered::by(&captions.cues))
        .collect();
    let Some(cues) = forced.rendition.media.captions().map(|captions| &captions.cues) else { return };
    if regular.is_empty() {
        return;
    }
    let covered = |cue: &&Cue| regular.iter().any(|covered| covered.touches(cue));
    let missing: Vec<u64> = cues.iter().filter(|cue| !covered(cue)).map(|cue| cue.start).collect();
    if !missing.is_empty() {
        let told = &missing[..missing.len().min(TOLD_TIMES)];
        let message = format!(
            "{} of it have no counterpart in the regular subtitles of the language: {}",
            counted(missing.len(), "cue", "cues"),
            first_times(told, missing.len())
        );
        let remedy = "put the forced cues into the regular subtitles, too";
        findings.of_track(&FORCED_NOT_IN_SUBTITLES, forced.name(), message, remedy);
    }
}

/// When cues are shown: for each, in order of starts, when all up to it have ended.
struct Covered<'a> {
    cues: &'a [Cue],
    ended: Vec<u64>,
}

impl Covered<'_> {
    fn by(cues: &[Cue]) -> Covered<'_> {
        let latest = |latest: &mut u64, cue: &Cue| {
            *latest = cue.end.max(*latest);
            Some(*latest)
        };
        Covered { cues, ended: cues.iter().scan(0, latest).collect() }
    }

    /// Whether one of the cues is shown at some moment of `other`.
    fn touches(&self, other: &Cue) -> bool {
        let begun = self.cues.partition_point(|cue| cue.start < other.end);
        begun.checked_sub(1).and_then(|last| self.ended.get(last)).is_some_and(|ended| *ended > other.start)
    }
}
