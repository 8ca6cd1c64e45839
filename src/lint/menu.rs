//! The menus: lines that can be told apart, and what plays when the viewer says nothing.

use super::finding::{Finding, Findings};
use super::rules::{
    DEFAULT_AUDIO_MISSING, DEFAULT_UNFIT, DESCRIPTION_AS_DEFAULT, INDISTINCT_TO_PLAYERS, INDISTINCT_TRACKS, NO_AUDIO,
    NOT_IN_HLS, TEXT_AS_DEFAULT,
};
use super::view::{Shown, View};
use crate::presentation::{AudioClass, Choice, Presentation};
use crate::track::{Kind, TrackType};
use serde_json::json;
use std::collections::HashMap;

pub(super) fn check(view: &View, findings: &mut Findings) {
    let Some(presentation) = view.presentation else { return };
    for menu in [&presentation.audio, &presentation.text] {
        indistinct(presentation, menu, findings);
    }
    default_audio(view, presentation, findings);
    for shown in &view.shown {
        default_text(shown, findings);
        if shown.rendition.signals.hls.is_none() {
            let message =
                format!("HLS has no way to offer a {} track of kind {}", shown.track.track_type, shown.kind());
            let remedy = "nothing to do, if viewers of HLS can do without it";
            findings.of_track(&NOT_IN_HLS, shown.name(), message, remedy);
        }
    }
    if presentation.audio.is_empty() && view.rungs().next().is_some() {
        findings.of_asset(&NO_AUDIO, "no audio can be heard", "make an audio track visible, unless the film is silent");
    }
}

fn indistinct(presentation: &Presentation, menu: &[Choice], findings: &mut Findings) {
    let (mut by_label, mut by_words) = (HashMap::new(), HashMap::new());
    for choice in menu {
        let lead = presentation.lead(choice);
        let namesake = *by_label.entry(as_read(&lead.label)).or_insert(lead.name.as_str());
        // What a player could choose by: language, meaning, codec and channels.
        let words = format!("{} {:?} {:?}", lead.language, lead.signals, AudioClass::of(lead));
        let twin = *by_words.entry(words).or_insert(lead.name.as_str());
        if namesake != lead.name {
            let message = format!("{:?} is also the label of the track {namesake:?}", lead.label);
            let remedy = "give each a label that says what it is, or the role that tells them apart";
            findings.of_track(&INDISTINCT_TRACKS, &lead.name, message, remedy);
        } else if twin != lead.name {
            let message = format!("it differs from the track {twin:?} in its label alone");
            let remedy = "give it the role or characteristic that says what it is";
            findings.of_track(&INDISTINCT_TO_PLAYERS, &lead.name, message, remedy);
        }
    }
}

/// A label as the eye takes it: without regard to case and spaces.
fn as_read(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn default_audio(view: &View, presentation: &Presentation, findings: &mut Findings) {
    let Some(chosen) = presentation.audio.iter().find(|choice| choice.default) else { return };
    let first = presentation.lead(chosen);
    let flagged: Vec<Shown> = view.of_type(TrackType::Audio).filter(|shown| shown.track.default).collect();
    for shown in &flagged {
        if !may_be_default(shown) {
            let is_chosen = chosen.members.iter().any(|&place| presentation.renditions[place].name == shown.name());
            findings.add(unfit(shown, (!is_chosen).then_some(first.name.as_str())));
        }
    }
    if flagged.is_empty() && presentation.audio.len() > 1 {
        let loaded = view.subject.tracks.iter().map(|loaded| &loaded.track);
        let absent = loaded.filter(|track| track.track_type == TrackType::Audio && track.default).map(|track| {
            let why = if track.is_visible() { "cannot be played" } else { "is hidden" };
            format!("; {:?}, which is flagged, {why}", track.name)
        });
        let absent = absent.collect::<String>();
        let message = format!("no audio is flagged as default{absent}; players start with {:?}", first.name);
        let remedy = "set \"default\" on the track that players should start with";
        let mut finding = Finding::new(&DEFAULT_AUDIO_MISSING, None, message, remedy);
        finding.fix(&first.name, [("default", json!(true))]);
        findings.add(finding);
    }
}

fn may_be_default(shown: &Shown) -> bool {
    shown.rendition.signals.hls.as_ref().is_some_and(|hls| hls.may_be_default)
}

/// A flagged audio track that should not be the default; `instead` is what players start with, unless it is all there
/// is.
fn unfit(shown: &Shown, instead: Option<&str>) -> Finding {
    let rule = match shown.kind() {
        Kind::Description | Kind::Narration => &DESCRIPTION_AS_DEFAULT,
        _ => &DEFAULT_UNFIT,
    };
    let what = shown.kind();
    match instead {
        Some(instead) => {
            let message = format!("it is {what} audio and flagged as default; players start with {instead:?} instead");
            let mut finding = Finding::new(rule, Some(shown.name()), message, format!("make {instead:?} the default"));
            finding.fix(instead, [("default", json!(true))]);
            finding
        }
        None => {
            let message = format!("it is {what} audio, and every player starts with it, as there is no plain audio");
            Finding::new(rule, Some(shown.name()), message, "add the plain audio, or take the role from this track")
        }
    }
}

fn default_text(shown: &Shown, findings: &mut Findings) {
    if shown.track.track_type != TrackType::Text || !shown.track.default {
        return;
    }
    let (rule, message) = match may_be_default(shown) {
        true => (&TEXT_AS_DEFAULT, "players show it to viewers who did not ask for text".to_owned()),
        false => (&DEFAULT_UNFIT, format!("text of kind {} cannot be the default, and is not", shown.kind())),
    };
    let mut finding = Finding::new(rule, Some(shown.name()), message, "set \"default\" to false, unless it is meant");
    finding.fix(shown.name(), [("default", json!(false))]);
    findings.add(finding);
}
