use super::*;
use crate::isobmff::{ClosedCaptions, EditList};
use crate::presentation::testing::{self, SIX_SECONDS};
use crate::presentation::{Media, Source};
use crate::track::{Characteristic, Language, Role, Visibility};
use serde_json::json;

fn source(name: &str, track_type: TrackType, language: &str, roles: &[Role]) -> Source {
    let edits = EditList { delay: 0, media_time: 0, duration: None };
    let mut source = match track_type {
        TrackType::Text => testing::text_source(name, &[(0, 1000, "x")]),
        _ => testing::source(name, testing::media(track_type, 1000, edits, &[(100, 1000, 0, true); 10])),
    };
    source.track.language = Language::parse(language).ok();
    source.track.roles = roles.to_vec();
    source
}

fn video() -> Source {
    source("video", TrackType::Video, "", &[])
}

fn audio(name: &str, language: &str, roles: &[Role]) -> Source {
    source(name, TrackType::Audio, language, roles)
}

fn text(name: &str, language: &str, roles: &[Role]) -> Source {
    source(name, TrackType::Text, language, roles)
}

fn report(sources: &[Source]) -> AssetReport {
    AssetReport::of("harbour", Some("Harbour"), Presentation::new(sources, SIX_SECONDS).ok().as_ref())
}

/// What is missing, as `feature language`.
fn missing(sources: &[Source]) -> Vec<String> {
    report(sources).missing.iter().map(|m| format!("{} {}", m.feature.as_str(), m.language)).collect()
}

#[test]
fn each_language_lists_what_it_has() {
    let forced = {
        let mut forced = text("en-forced", "en", &[]);
        forced.track.forced = true;
        forced
    };
    let sources = [
        video(),
        audio("en", "en", &[]),
        audio("en-description", "en", &[Role::Description]),
        audio("en-clear", "en", &[Role::EnhancedAudioIntelligibility]),
        audio("fr-commentary", "fr", &[Role::Commentary]),
        text("en-captions", "en", &[Role::Caption]),
        text("en-easy", "en", &[Role::EasyReader]),
        text("en-subtitles", "en", &[]),
        forced,
        source("sign", TrackType::Video, "ase", &[Role::Sign]),
    ];
    let report = report(&sources);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["asset"], "harbour");
    assert_eq!(
        json["languages"][0],
        json!({
            "language": "en", "audio": ["en"], "audio_description": ["en-description"], "captions": ["en-captions"],
            "closed_captions": [], "automatic_captions": [], "subtitles": ["en-subtitles"],
            "forced_subtitles": ["en-forced"], "clear_dialogue": ["en-clear"], "easy_reader": ["en-easy"],
        })
    );
    assert_eq!(json["languages"][1]["language"], "fr");
    assert_eq!(json["sign_language"], json!(["sign"]));
    // Nobody listens to a film by its commentary alone.
    assert_eq!(json["missing"], json!([]));
}

#[test]
fn description_and_captions_are_missed_in_each_language_with_their_clause() {
    let sources = [video(), audio("en", "en", &[]), audio("de", "de", &[Role::Dub])];
    assert_eq!(missing(&sources), ["audio_description en", "captions en", "audio_description de", "captions de"]);
    let clauses: Vec<&str> = report(&sources).missing.iter().map(|missing| missing.clause).take(2).collect();
    assert_eq!(clauses, ["EN 301 549 7.2, WCAG 1.2.5", "EN 301 549 7.1, WCAG 1.2.2"]);
}

#[test]
fn a_region_does_not_part_a_listener_from_what_is_meant_for_them() {
    let sources = [
        video(),
        audio("en", "en-GB", &[]),
        audio("ad", "en", &[Role::Description]),
        text("cc", "en-US", &[Role::Caption]),
    ];
    assert_eq!(missing(&sources), Vec::<String>::new());
}

#[test]
fn without_pictures_nothing_is_missed() {
    assert_eq!(missing(&[audio("en", "en", &[])]), Vec::<String>::new());
    assert_eq!(missing(&[video()]), Vec::<String>::new(), "a silent film");
}

#[test]
fn subtitles_of_dialogue_alone_and_captions_of_a_machine_are_no_captions() {
    let description = audio("ad", "en", &[Role::Description]);
    let mut automatic = text("auto", "en", &[Role::Caption]);
    automatic.track.characteristics = vec![Characteristic::parse(Characteristic::MACHINE_GENERATED).unwrap()];
    let sources = [video(), audio("en", "en", &[]), description, text("sub", "en", &[]), automatic];
    assert_eq!(missing(&sources), ["captions en"]);
    let language = &report(&sources).languages[0];
    assert_eq!(
        (language.subtitles.as_slice(), language.automatic_captions.as_slice()),
        (&["sub".to_owned()][..], &["auto".to_owned()][..])
    );
}

#[test]
fn captions_inside_the_pictures_count_for_the_default_language() {
    let pictures = video();
    let Media::Coded(coded) = &pictures.media else { panic!("it is video") };
    coded.set_closed_captions(ClosedCaptions { field_1: true, ..ClosedCaptions::default() });
    let sources = [pictures, audio("en", "en", &[]), audio("de", "de", &[Role::Dub])];
    assert_eq!(missing(&sources), ["audio_description en", "audio_description de", "captions de"]);
    assert_eq!(report(&sources).languages[0].closed_captions, ["CC1"]);
}

#[test]
fn what_is_hidden_or_for_the_receiver_to_mix_does_not_count() {
    let mut captions = text("cc", "en", &[Role::Caption]);
    captions.track.visibility = Visibility::Hidden;
    let narration = audio("ad", "en", &[Role::Description, Role::Commentary]);
    let sources = [video(), audio("en", "en", &[]), narration, captions];
    assert_eq!(missing(&sources), ["audio_description en", "captions en"]);
}

#[test]
fn a_catalogue_is_summed_asset_by_asset() {
    let complete =
        [video(), audio("en", "en", &[]), audio("ad", "en", &[Role::Description]), text("cc", "en", &[Role::Caption])];
    let poor = [video(), audio("en", "en", &[]), audio("de", "de", &[Role::Dub]), text("cc", "de", &[Role::Caption])];
    let mut catalogue = Catalogue::default();
    for report in
        [report(&complete), report(&poor), report(&[audio("en", "en", &[])]), AssetReport::failed("x", "gone")]
    {
        catalogue.add(&report);
    }
    let totals = catalogue.totals;
    assert_eq!((totals.assets, totals.unreadable, totals.video, totals.complete, totals.languages), (4, 1, 2, 1, 4));
    assert_eq!(totals.counts.audio_description, Count { assets: 1, languages: 1, missing: 2 });
    assert_eq!(totals.counts.captions, Count { assets: 2, languages: 2, missing: 1 });
    let gaps = serde_json::to_value(&catalogue.missing).unwrap();
    assert_eq!(gaps.as_array().unwrap().len(), 3);
    assert_eq!(
        gaps[0],
        json!({ "asset": "harbour", "feature": "audio_description", "language": "en",
                "clause": "EN 301 549 7.2, WCAG 1.2.5" })
    );
}
