//! Every row of the truth table, written out once more as text, from roles, from characteristics and from both.

use super::*;
use proptest::prelude::*;

const DV: &str = "public.accessibility.describes-video";
const SI: &str = "public.accessibility.enhances-speech-intelligibility";
const SD: &str = "public.accessibility.transcribes-spoken-dialog";
const MS: &str = "public.accessibility.describes-music-and-sound";
const ER: &str = "public.easy-to-read";
const FO: &str = "public.subtitles.forced-only";
const MG: &str = "public.machine-generated";

fn track(track_type: TrackType, roles: &str, tags: &[&str]) -> Track {
    let mut track = Track::new("t", track_type, "t.mp4");
    track.roles = roles.split_whitespace().map(|role| role.parse().unwrap()).collect();
    track.characteristics = tags.iter().map(|tag| Characteristic::parse(tag).unwrap()).collect();
    track
}

/// `AUTOSELECT DEFAULT FORCED` as Y or N, then the characteristics; `-` for a track that HLS does not offer.
fn hls_words(signals: &Signals) -> String {
    let Some(hls) = &signals.hls else { return "-".to_owned() };
    let flags = [hls.autoselect, hls.may_be_default, hls.forced].map(|flag| if flag { "Y" } else { "N" }).concat();
    std::iter::once(flags).chain(hls.characteristics.clone()).collect::<Vec<_>>().join(" ")
}

/// `R:role`, `A:role`, `TVA:n`, in order.
fn dash_words(signals: &Signals) -> String {
    let roles = signals.dash.roles.iter().map(|role| format!("R:{role}"));
    let accessibility = signals.dash.accessibility.iter().map(|descriptor| match descriptor.scheme_and_value() {
        ("urn:mpeg:dash:role:2011", value) => format!("A:{value}"),
        ("urn:tva:metadata:cs:AudioPurposeCS:2007", value) => format!("TVA:{value}"),
        (other, _) => panic!("scheme {other}"),
    });
    roles.chain(accessibility).collect::<Vec<_>>().join(" ")
}

fn assert_says(track: &Track, kind: &str, hls: &str, dash: &str) {
    let signals = Signals::of(track);
    let said = (signals.kind.as_str(), hls_words(&signals), dash_words(&signals));
    assert_eq!(said, (kind, hls.to_owned(), dash.to_owned()), "{track:?}");
}

/// Type, roles that say it, characteristics that say it, then kind, HLS, DASH.
type Case<'a> = (TrackType, &'a str, &'a [&'a str], &'a str, String, &'a str);

fn rows() -> Vec<Case<'static>> {
    use TrackType::{Audio, Text, Video};
    let sdh = format!("YYN {SD} {MS}");
    let describes = format!("YNN {DV}");
    let enhances = format!("YNN {SI}");
    let easy = format!("YNN {ER}");
    let none: &[&str] = &[];
    let words = |word: &str| word.to_owned();
    vec![
        (Video, "main", none, "main", words("YYN"), "R:main"),
        (Video, "sign", none, "sign", words("-"), "R:sign A:sign"),
        (Video, "caption", none, "captions", words("-"), "R:caption A:caption"),
        (Video, "alternate", none, "alternate", words("-"), "R:alternate"),
        (Audio, "main", none, "main", words("YYN"), "R:main"),
        (Audio, "dub", none, "dub", words("YYN"), "R:dub"),
        (Audio, "alternate", none, "alternate", words("NNN"), "R:alternate"),
        (Audio, "commentary", none, "commentary", words("NNN"), "R:commentary"),
        (Audio, "description", &[DV], "description", describes, "R:alternate A:description TVA:1"),
        (Audio, "description commentary", none, "narration", words("-"), "R:commentary A:description TVA:1"),
        (
            Audio,
            "enhanced-audio-intelligibility",
            &[SI],
            "enhanced-audio-intelligibility",
            enhances,
            "R:alternate A:enhanced-audio-intelligibility TVA:2",
        ),
        (Audio, "supplementary", none, "supplementary", words("NNN"), "R:supplementary"),
        (Audio, "karaoke", none, "karaoke", words("NNN"), "R:karaoke"),
        (Audio, "emergency", none, "emergency", words("NNN"), "R:emergency"),
        (Text, "subtitle", none, "subtitles", words("YYN"), "R:subtitle"),
        (Text, "caption", &[SD, MS], "captions", sdh.clone(), "R:caption A:caption"),
        (Text, "caption", &[SD], "captions", sdh.clone(), "R:caption A:caption"),
        (Text, "caption", &[MS], "captions", sdh, "R:caption A:caption"),
        (Text, "easyreader", &[ER], "easyreader", easy, "R:easyreader R:subtitle"),
        (Text, "commentary", none, "commentary", words("NNN"), "R:commentary R:subtitle"),
        (Text, "karaoke", none, "karaoke", words("NNN"), "R:karaoke"),
        (Text, "description", none, "description", words("-"), "R:description"),
        (Text, "metadata", none, "metadata", words("-"), "R:metadata"),
        (Text, "alternate", none, "alternate", words("NNN"), "R:alternate R:subtitle"),
        (Text, "supplementary", none, "supplementary", words("NNN"), "R:supplementary R:subtitle"),
        (Text, "dub", none, "dub", words("NNN"), "R:dub R:subtitle"),
        (Text, "emergency", none, "emergency", words("NNN"), "R:emergency R:subtitle"),
        (Text, "sign", none, "sign", words("NNN"), "R:sign R:subtitle"),
    ]
}

#[test]
fn every_row_follows_from_roles_from_characteristics_and_from_both() {
    for (track_type, roles, tags, kind, hls, dash) in rows() {
        assert_says(&track(track_type, roles, &[]), kind, &hls, dash);
        if !tags.is_empty() {
            assert_says(&track(track_type, "", tags), kind, &hls, dash);
            assert_says(&track(track_type, roles, tags), kind, &hls, dash);
        }
    }
}

#[test]
fn a_track_of_which_nothing_is_said_is_the_plain_one_of_its_type() {
    assert_says(&track(TrackType::Video, "", &[]), "main", "YYN", "R:main");
    assert_says(&track(TrackType::Audio, "", &[]), "main", "YYN", "R:main");
    assert_says(&track(TrackType::Text, "", &[]), "subtitles", "YYN", "R:subtitle");
    assert_says(&track(TrackType::Text, "main", &[]), "subtitles", "YYN", "R:subtitle");
}

#[test]
fn forced_is_forced_however_it_is_said_and_nothing_else() {
    let mut by_property = track(TrackType::Text, "", &[]);
    by_property.forced = true;
    assert_says(&by_property, "forced", "YNY", "R:forced-subtitle");
    assert_says(&track(TrackType::Text, "forced-subtitle", &[]), "forced", "YNY", "R:forced-subtitle");
    assert_says(&track(TrackType::Text, "", &[FO]), "forced", &format!("YNY {FO}"), "R:forced-subtitle");

    let mut with_roles = track(TrackType::Text, "subtitle main caption", &[]);
    with_roles.forced = true;
    assert_says(&with_roles, "forced", "YNY", "R:forced-subtitle");
    let mut with_tag = track(TrackType::Text, "", &[SD]);
    with_tag.forced = true;
    assert_says(&with_tag, "forced", &format!("YNY {SD}"), "R:forced-subtitle");

    let mut sound = track(TrackType::Audio, "", &[]);
    sound.forced = true;
    assert_says(&sound, "main", "YYN", "R:main");
}

#[test]
fn description_keeps_the_other_roles_that_were_given() {
    let dash = "R:dub A:description TVA:1";
    assert_says(&track(TrackType::Audio, "description dub main", &[]), "description", &format!("YNN {DV}"), dash);
    let alternate = "R:alternate A:description TVA:1";
    for roles in ["description main", "alternate description", "alternate"] {
        assert_says(&track(TrackType::Audio, roles, &[DV]), "description", &format!("YNN {DV}"), alternate);
    }
}

#[test]
fn description_that_names_its_hls_characteristic_is_offered_in_hls() {
    let dash = "R:commentary A:description TVA:1";
    assert_says(&track(TrackType::Audio, "commentary", &[DV]), "description", &format!("YNN {DV}"), dash);
    assert_says(&track(TrackType::Audio, "description commentary", &[DV]), "description", &format!("YNN {DV}"), dash);
}

#[test]
fn clear_dialogue_with_description_says_both() {
    let dash = "R:alternate A:description TVA:1 A:enhanced-audio-intelligibility TVA:2";
    assert_says(&track(TrackType::Audio, "", &[SI, DV]), "description", &format!("YNN {DV} {SI}"), dash);
    let roles = "enhanced-audio-intelligibility description";
    assert_says(&track(TrackType::Audio, roles, &[]), "description", &format!("YNN {DV} {SI}"), dash);
}

#[test]
fn captions_keep_the_roles_that_were_given_but_never_main() {
    let hls = format!("YYN {SD} {MS}");
    assert_says(&track(TrackType::Text, "subtitle", &[SD, MS]), "captions", &hls, "R:subtitle A:caption");
    assert_says(&track(TrackType::Text, "caption subtitle", &[]), "captions", &hls, "R:caption R:subtitle A:caption");
    assert_says(&track(TrackType::Text, "main", &[SD]), "captions", &hls, "R:caption A:caption");
    assert_says(&track(TrackType::Text, "main caption", &[]), "captions", &hls, "R:caption A:caption");
    let easy = format!("{hls} {ER}");
    assert_says(&track(TrackType::Text, "", &[ER, MS]), "captions", &easy, "R:caption R:easyreader A:caption");
    let both = track(TrackType::Text, "caption easyreader", &[]);
    assert_says(&both, "captions", &easy, "R:caption R:easyreader A:caption");
}

#[test]
fn several_plain_roles_stay_in_the_order_given() {
    assert_says(&track(TrackType::Audio, "dub main", &[]), "dub", "YYN", "R:dub R:main");
    assert_says(&track(TrackType::Audio, "main alternate", &[]), "alternate", "NNN", "R:main R:alternate");
    assert_says(&track(TrackType::Audio, "dub commentary", &[]), "commentary", "NNN", "R:dub R:commentary");
    assert_says(&track(TrackType::Audio, "dub dub", &[]), "dub", "YYN", "R:dub");
    assert_says(&track(TrackType::Video, "main sign", &[]), "main", "YYN", "R:main R:sign A:sign");
}

#[test]
fn roles_of_another_type_are_dropped() {
    assert_says(&track(TrackType::Audio, "caption subtitle forced-subtitle sign", &[]), "main", "YYN", "R:main");
    assert_says(&track(TrackType::Audio, "caption dub", &[]), "dub", "YYN", "R:dub");
    assert_says(&track(TrackType::Text, "enhanced-audio-intelligibility", &[]), "subtitles", "YYN", "R:subtitle");
    assert_says(&track(TrackType::Video, "metadata forced-subtitle", &[]), "main", "YYN", "R:main");
}

#[test]
fn other_characteristics_follow_the_kinds_own() {
    assert_says(&track(TrackType::Audio, "", &[MG]), "main", &format!("YYN {MG}"), "R:main");
    let tags = ["com.example.mix", DV, MG, MG];
    let hls = format!("YNN {DV} com.example.mix {MG}");
    assert_says(&track(TrackType::Audio, "", &tags), "description", &hls, "R:alternate A:description TVA:1");
    let hls = format!("YYN {SD} {MS} {MG}");
    assert_says(&track(TrackType::Text, "caption", &[MG, MS]), "captions", &hls, "R:caption A:caption");
}

#[test]
fn characteristics_of_another_type_are_not_said() {
    assert_says(&track(TrackType::Audio, "", &[SD, ER]), "main", "YYN", "R:main");
    assert_says(&track(TrackType::Text, "", &[DV]), "subtitles", "YYN", "R:subtitle");
}

#[test]
fn renditions_run_from_the_general_to_the_specific() {
    let ranks = [Kind::Main, Kind::EnhancedIntelligibility, Kind::Description, Kind::Commentary].map(Kind::order);
    assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
    assert!(Kind::Subtitles.order() < Kind::Captions.order());
}

proptest! {
    /// Whatever is said of a track, both protocols say something legal.
    #[test]
    fn any_words_give_legal_signals(
        track_type in prop::sample::select(vec![TrackType::Video, TrackType::Audio, TrackType::Text]),
        roles in prop::collection::vec(prop::sample::select(Role::ALL.to_vec()), 0..5),
        tags in prop::collection::vec(prop::sample::select(vec![DV, SI, SD, MS, ER, FO, MG]), 0..4),
        forced: bool,
    ) {
        let mut track = track(track_type, "", &tags);
        track.roles = roles;
        track.forced = forced;
        let signals = Signals::of(&track);

        prop_assert!(!signals.dash.roles.is_empty(), "a set without Role counts as main");
        prop_assert_eq!(&unique(signals.dash.roles.clone()), &signals.dash.roles);
        prop_assert_eq!(&unique(signals.dash.accessibility.clone()), &signals.dash.accessibility);
        prop_assert!(track_type != TrackType::Text || !signals.dash.roles.contains(&Role::Main));
        if signals.dash.roles.contains(&Role::ForcedSubtitle) {
            prop_assert_eq!(signals.dash.roles.len(), 1);
        }
        if let Some(hls) = &signals.hls {
            prop_assert_eq!(&unique(hls.characteristics.clone()), &hls.characteristics);
            prop_assert_eq!(hls.forced, signals.kind == Kind::Forced);
            prop_assert!(!hls.forced || hls.autoselect);
            for tag in &hls.characteristics {
                prop_assert!(Characteristic::parse(tag).unwrap().fits(track_type));
            }
        }
    }
}
