//! The codecs and bit rates of audio.

use super::finding::Findings;
use super::rules::{AUDIO_BIT_RATE, NO_AC_3, NO_STEREO_AAC};
use super::view::{Shown, View, kilobits};
use crate::isobmff::Codec;
use crate::presentation::AudioClass;
use std::collections::BTreeMap;

/// Less than this part of another language's bit rate is another quality, not another content.
const WORSE: u64 = 2;
/// Apple HLS Authoring Specification 2.3.
const STEREO: u16 = 2;

pub(super) fn check(view: &View, findings: &mut Findings) {
    let classes: Vec<AudioClass> = view.plain_audio().filter_map(|audio| AudioClass::of(audio.rendition)).collect();
    if classes.is_empty() {
        return;
    }
    if !classes.iter().any(|class| class.codec == Codec::Aac && class.channels <= STEREO) {
        let mut forms: Vec<String> = classes
            .iter()
            .map(|class| format!("{} with {} channels", class.codec.family_name(), class.channels))
            .collect();
        forms.sort();
        forms.dedup();
        let message = format!("all plain audio is {}", forms.join(", "));
        findings.of_asset(&NO_STEREO_AAC, message, "add the audio as AAC in stereo");
    }
    let has = |codec| classes.iter().any(|class| class.codec == codec);
    if has(Codec::Eac3) && !has(Codec::Ac3) {
        findings.of_asset(&NO_AC_3, "there is E-AC-3 audio alone", "add the audio as AC-3");
    }
    bit_rates(view, findings);
}

/// The best rung of each language, within each codec and layout.
fn bit_rates(view: &View, findings: &mut Findings) {
    let rate = |audio: &Shown| audio.bit_rate().average;
    let mut best: BTreeMap<AudioClass, BTreeMap<&str, Shown>> = BTreeMap::new();
    for audio in view.plain_audio() {
        let Some(class) = AudioClass::of(audio.rendition) else { continue };
        let of_language = best.entry(class).or_default().entry(audio.language().as_str()).or_insert(audio);
        if rate(&audio) > rate(of_language) {
            *of_language = audio;
        }
    }
    for languages in best.values() {
        let Some(top) = languages.values().max_by_key(|audio| rate(audio)) else { continue };
        for audio in view.plain_audio() {
            let is_best = languages.get(audio.language().as_str()).is_some_and(|best| best.name() == audio.name());
            if is_best && rate(&audio).saturating_mul(WORSE) < rate(top) {
                let message =
                    format!("it has {}, and {:?} has {}", kilobits(rate(&audio)), top.name(), kilobits(rate(top)));
                let remedy = "encode all languages alike, or viewers of this one hear worse sound";
                findings.of_track(&AUDIO_BIT_RATE, audio.name(), message, remedy);
            }
        }
    }
}
