//! Rules among several tracks: groups, adaptation sets, defaults, the order and the names of what a viewer may choose.

use super::shelf::{Shelf, base, track, with};
use super::shown::{Shown, dash_words, hls_words, quoted};
use m3u8_rs::{AlternativeMedia, AlternativeMediaType};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

// Forms of one content: equally long.
const AAC_48: &str = "media/stereo-48.m4a";
const AAC_96: &str = "media/stereo-96.m4a";
const OPUS: &str = "media/stereo.mp4";
const DOLBY: &str = "media/surround.mp4";

fn audio(name: &str, file: &str, language: &str, more: Value) -> Value {
    with(track(name, "audio", file, language), more)
}

fn text(name: &str, language: &str, more: Value) -> Value {
    with(track(name, "text", "harbour/captions-en.vtt", language), more)
}

fn picture() -> Value {
    base().remove(0)
}

/// A ladder of sound as an asset has it: two languages in two bit rates of AAC and in a second codec, description and
/// commentary in one form only.
fn rich(second_codec: &str) -> Vec<Value> {
    vec![
        picture(),
        audio("en-48", AAC_48, "en", json!({ "label": "English" })),
        audio("en-96", AAC_96, "en", json!({ "label": "English", "default": true })),
        audio("en-x", second_codec, "en", json!({ "label": "English" })),
        audio("de-48", AAC_48, "de", json!({ "label": "Deutsch", "roles": ["dub"] })),
        audio("de-96", AAC_96, "de", json!({ "label": "Deutsch", "roles": ["dub"] })),
        audio("de-x", second_codec, "de", json!({ "label": "Deutsch", "roles": ["dub"] })),
        audio("talk", AAC_48, "en", json!({ "label": "Talk", "roles": ["commentary"] })),
        audio("seen", AAC_48, "en", json!({ "label": "Described", "roles": ["description"] })),
    ]
}

fn groups(shown: &Shown) -> BTreeMap<&str, Vec<&AlternativeMedia>> {
    let mut groups: BTreeMap<&str, Vec<&AlternativeMedia>> = BTreeMap::new();
    for media in shown.master.alternatives.iter().filter(|m| m.media_type == AlternativeMediaType::Audio) {
        groups.entry(&media.group_id).or_default().push(media);
    }
    groups
}

fn names(shown: &Shown, track_type: AlternativeMediaType) -> Vec<&str> {
    let media = shown.master.alternatives.iter().filter(|media| media.media_type == track_type);
    media.map(|media| media.name.as_str()).collect()
}

fn labels<'a>(shown: &'a Shown, track_type: &str) -> Vec<&'a str> {
    shown.sets_of(track_type).iter().map(|set| set.Label[0].content.as_str()).collect()
}

/// RFC 8216bis 4.4.6.1.1: the same members with the same attributes, but URI, CHANNELS and STABLE-RENDITION-ID.
#[tokio::test]
async fn every_audio_group_has_the_same_members() {
    let shelf = Shelf::new();
    for (codec, group, string) in [(OPUS, "opus-2", "Opus"), (DOLBY, "ec3-6", "ec-3")] {
        let shown = shelf.show(group, &rich(codec)).await;
        let groups = groups(&shown);
        assert_eq!(groups.keys().copied().collect::<Vec<_>>(), ["aac-2-1", "aac-2-2", group]);
        let members = |group: &str| -> Vec<(String, String, String)> {
            let words = |media: &&AlternativeMedia| {
                (media.name.clone(), media.language.clone().unwrap_or_default(), hls_words(media))
            };
            groups[group].iter().map(words).collect()
        };
        let expected = [
            ("English", "en", "DEFAULT AUTOSELECT"),
            ("Described", "en", "AUTOSELECT public.accessibility.describes-video"),
            ("Talk", "en", ""),
            ("Deutsch", "de", "AUTOSELECT"),
        ];
        for name in groups.keys() {
            let found = members(name);
            let found: Vec<_> = found.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
            assert_eq!(found, expected, "{name}");
        }
        let uris =
            |group: &str| -> Vec<&str> { groups[group].iter().filter_map(|media| media.uri.as_deref()).collect() };
        assert_eq!(uris("aac-2-1"), ["en-48.m3u8", "seen.m3u8", "talk.m3u8", "de-48.m3u8"]);
        assert_eq!(uris("aac-2-2"), ["en-96.m3u8", "seen.m3u8", "talk.m3u8", "de-96.m3u8"]);
        assert_eq!(uris(group), ["en-x.m3u8", "seen.m3u8", "talk.m3u8", "de-x.m3u8"]);

        // One variant for each group, and CODECS of all that the group holds.
        let variants = shown.variants("picture");
        let used: BTreeSet<&str> = variants.iter().filter_map(|variant| variant.audio.as_deref()).collect();
        assert_eq!((variants.len(), used), (3, groups.keys().copied().collect()));
        for variant in variants {
            let codecs: BTreeSet<&str> = variant.codecs.as_deref().unwrap().split(',').collect();
            let mixed = variant.audio.as_deref() == Some(group);
            let expected =
                if mixed { vec!["av01.0.00M.08", string, "mp4a.40.2"] } else { vec!["av01.0.00M.08", "mp4a.40.2"] };
            assert_eq!(codecs, expected.into_iter().collect(), "{:?}", variant.audio);
        }
    }
}

/// A label that an editor gave is a line of the menu, whatever codecs the tracks are in.
#[tokio::test]
async fn different_labels_are_different_choices() {
    let shelf = Shelf::new();
    let tracks = vec![
        picture(),
        audio("en", AAC_96, "en", json!({ "label": "English" })),
        audio("score", DOLBY, "en", json!({ "label": "Isolated score" })),
    ];
    let shown = shelf.show("labels", &tracks).await;
    let groups = groups(&shown);
    let members: Vec<_> = groups["aac-2"].iter().map(|media| (media.name.as_str(), media.default)).collect();
    assert_eq!((groups.len(), members), (1, vec![("English", true), ("Isolated score", false)]));
    assert_eq!(labels(&shown, "audio"), ["English", "Isolated score"]);
}

/// Sound of another length is another content, although it is of another codec and nobody labelled it.
#[tokio::test]
async fn sound_of_another_length_is_another_choice() {
    let shelf = Shelf::new();
    let tracks =
        vec![picture(), audio("long", "radio/radio-96.m4a", "en", json!({})), audio("short", DOLBY, "en", json!({}))];
    let shown = shelf.show("lengths", &tracks).await;
    assert_eq!(labels(&shown, "audio"), ["English", "English 2"]);
}

/// One set for each codec, language and meaning; in it the bit rates, from low to high.
#[tokio::test]
async fn an_adaptation_set_holds_what_a_player_may_switch_between() {
    let shelf = Shelf::new();
    let shown = shelf.show("rich", &rich(OPUS)).await;
    let sets: Vec<(Vec<&str>, &str, String)> = shown
        .sets_of("audio")
        .into_iter()
        .map(|set| {
            let members = set.representations.iter().filter_map(|r| r.id.as_deref()).collect();
            (members, set.lang.as_deref().unwrap(), dash_words(set))
        })
        .collect();
    let set = |members: &[&'static str], language, words: &str| (members.to_vec(), language, words.to_owned());
    assert_eq!(
        sets,
        [
            set(&["en-48", "en-96"], "en", "R:main"),
            set(&["en-x"], "en", "R:main"),
            set(&["seen"], "en", "A:description R:alternate TVA:1"),
            set(&["talk"], "en", "R:commentary"),
            set(&["de-48", "de-96"], "de", "R:dub"),
            set(&["de-x"], "de", "R:dub"),
        ]
    );
    let first: Vec<bool> = shown.sets_of("audio").iter().map(|set| set.selectionPriority.unwrap_or(1) > 1).collect();
    assert_eq!(first, [true, true, false, false, false, false], "the default, in each of its codecs");
}

/// Every `@id` is a number of its own, and every Representation has its track's name.
#[tokio::test]
async fn identifiers_are_distinct_and_stay() {
    let shelf = Shelf::new();
    let tracks = [rich(DOLBY), vec![text("words", "en", json!({})), text("worte", "de", json!({}))]].concat();
    let shown = shelf.show("rich", &tracks).await;
    let sets: Vec<u32> = shown.sets().map(|set| set.id.as_ref().unwrap().parse().unwrap()).collect();
    assert_eq!(sets.iter().collect::<BTreeSet<_>>().len(), sets.len());
    let expected: BTreeSet<&str> = tracks.iter().map(|track| track["name"].as_str().unwrap()).collect();
    let ids: Vec<&str> = shown.sets().flat_map(|set| &set.representations).filter_map(|r| r.id.as_deref()).collect();
    assert_eq!((ids.len(), ids.into_iter().collect()), (expected.len(), expected));

    // RFC 8216bis 4.4.6: the same URI has the same id, in every group and variant; on all or on none.
    let mut uris: BTreeMap<String, String> = BTreeMap::new();
    let media = shown
        .master
        .alternatives
        .iter()
        .map(|media| (media.uri.clone().unwrap(), quoted(&media.other_attributes, "STABLE-RENDITION-ID").unwrap()));
    let variants = shown
        .master
        .variants
        .iter()
        .map(|variant| (variant.uri.clone(), quoted(&variant.other_attributes, "STABLE-VARIANT-ID").unwrap()));
    for (uri, id) in media.chain(variants) {
        assert!(id.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=.-_".contains(&b)), "{id}");
        assert_eq!(*uris.entry(uri.clone()).or_insert_with(|| id.clone()), id, "{uri}");
    }
    assert_eq!(uris.values().collect::<BTreeSet<_>>().len(), uris.len(), "{uris:?}");
    assert_eq!(shelf.shown("rich").await.master_text, shown.master_text);
}

/// Bit rates in two sample rates are one line of the menu, but their segments do not start at the same times: two sets,
/// told apart by their priorities alone, and both before what is not the default.
#[tokio::test]
async fn rungs_that_do_not_align_are_sets_of_their_own() {
    let shelf = Shelf::new();
    let tracks = [
        picture(),
        audio("de", AAC_48, "de", json!({ "label": "Deutsch" })),
        audio("en-48", "radio/radio-48.m4a", "en", json!({ "label": "English", "default": true })),
        audio("en-96", "radio/radio-96.m4a", "en", json!({ "label": "English" })),
        audio("en-44", "media/silence-44.m4a", "en", json!({ "label": "English" })),
    ];
    let shown = shelf.show("asset", &tracks).await;
    let members = |track: &str| shown.set(track).unwrap().representations.len();
    assert_eq!((members("en-48"), members("en-44"), members("de")), (2, 1, 1));
    assert_eq!(dash_words(shown.set("en-48").unwrap()), dash_words(shown.set("en-44").unwrap()));
    assert_eq!(labels(&shown, "audio"), ["English", "English", "Deutsch"]);
    let priority = |track: &str| shown.set(track).unwrap().selectionPriority.unwrap_or(1);
    assert!(priority("en-48") > priority("en-44") && priority("en-44") > priority("de"));
}

/// Pictures in two codecs: a variant for each, and sets of their own that both are main.
#[tokio::test]
async fn pictures_in_two_codecs_are_offered_in_both() {
    let shelf = Shelf::new();
    let video = |name: &str, file: &str| json!({ "name": name, "type": "video", "file": file });
    let tracks = [
        video("avc", "harbour/video-240.mp4"),
        video("av1-180", "modern/video-180.mp4"),
        video("av1-360", "modern/video-360.mp4"),
        audio("en", AAC_48, "en", json!({})),
    ];
    let shown = shelf.show("asset", &tracks).await;
    for (name, codecs) in [
        ("avc", "avc1.4d4015,mp4a.40.2"),
        ("av1-180", "av01.0.00M.08,mp4a.40.2"),
        ("av1-360", "av01.0.01M.08,mp4a.40.2"),
    ] {
        assert_eq!(shown.variants(name).len(), 1);
        assert_eq!(shown.variants(name)[0].codecs.as_deref(), Some(codecs));
    }
    let sets = shown.sets_of("video");
    let members: Vec<usize> = sets.iter().map(|set| set.representations.len()).collect();
    assert_eq!(members, [1, 2]);
    assert!(sets.iter().all(|set| dash_words(set) == "R:main" && set.selectionPriority.is_none()));
}

/// RFC 8216bis 4.4.6.2: a variant is a picture or a sound. Without a picture the default sound is in the variants
/// themselves (4.4.6.2.1); with text alone there is DASH only.
#[tokio::test]
async fn an_asset_without_picture_is_its_sound() {
    let shelf = Shelf::new();
    let tracks = [
        audio("de", AAC_48, "de", json!({ "label": "Deutsch" })),
        audio("en-48", AAC_48, "en", json!({ "label": "English", "default": true })),
        audio("en-96", AAC_96, "en", json!({ "label": "English" })),
    ];
    let shown = shelf.show("sound", &tracks).await;
    let uris: BTreeSet<&str> = shown.master.variants.iter().map(|variant| variant.uri.as_str()).collect();
    assert_eq!(uris, ["en-48.m3u8", "en-96.m3u8"].into());
    for variant in &shown.master.variants {
        assert_eq!((variant.codecs.as_deref(), variant.resolution), (Some("mp4a.40.2"), None));
        assert!(!variant.is_i_frame && variant.closed_captions.is_none());
    }
    for media in &shown.master.alternatives {
        assert_eq!(media.uri.is_none(), media.default, "{}", media.name);
    }
    shelf.put("words", &[text("words", "en", json!({}))]);
    let (status, said) = shelf.player.get("/words/master.m3u8").await;
    assert_eq!(status, 404);
    assert!(String::from_utf8_lossy(&said).contains("DASH"));
    assert!(shelf.player.text("/words/manifest.mpd").await.contains("id=\"words\""));
}

/// Names and flags of an audio menu, and which of its lines plays by default.
async fn default_of(shelf: &Shelf, name: &str, tracks: &[Value]) -> (Vec<String>, Vec<String>) {
    let shown = shelf.show(name, &[vec![picture()], tracks.to_vec()].concat()).await;
    let of = |media: &&AlternativeMedia| quoted(&media.other_attributes, "STABLE-RENDITION-ID").unwrap();
    let hls: Vec<String> = shown.master.alternatives.iter().filter(|m| m.default).map(|m| of(&m)).collect();
    let sets = shown.sets_of("audio");
    let highest = sets.iter().map(|set| set.selectionPriority.unwrap_or(1)).max().unwrap();
    let first = sets.iter().filter(|set| set.selectionPriority.unwrap_or(1) == highest);
    (hls, first.filter_map(|set| set.representations[0].id.clone()).collect())
}

#[tokio::test]
async fn one_sound_plays_by_default() {
    let shelf = Shelf::new();
    let main = |name: &str, language| audio(name, AAC_96, language, json!({}));
    let said = |name: &str, language, role: &str| audio(name, AAC_96, language, json!({ "roles": [role] }));
    let flagged = |track: Value| with(track, json!({ "default": true }));
    let cases: Vec<(&str, Vec<Value>, &str)> = vec![
        ("the flagged one", vec![main("en", "en"), flagged(main("de", "de"))], "de"),
        ("a flagged dub", vec![main("en", "en"), flagged(said("de", "de", "dub"))], "de"),
        ("not a description", vec![flagged(said("ad", "en", "description")), main("en", "en")], "en"),
        ("the first main", vec![said("talk", "en", "commentary"), main("en", "en"), main("de", "de")], "en"),
        ("no main: no description", vec![said("ad", "en", "description"), said("de", "de", "dub")], "de"),
        ("no main: no commentary", vec![said("talk", "en", "commentary"), said("alt", "en", "alternate")], "alt"),
        ("nothing better", vec![said("talk", "en", "commentary")], "talk"),
        (
            "no narration, which HLS does not offer",
            vec![
                audio("bare", AAC_96, "en", json!({ "roles": ["description", "commentary"] })),
                said("ad", "en", "description"),
            ],
            "ad",
        ),
        (
            "no narration where there is a sound to narrate on",
            vec![
                audio("bare", AAC_96, "en", json!({ "roles": ["description", "commentary"] })),
                said("talk", "de", "commentary"),
            ],
            "talk",
        ),
    ];
    for (number, (case, tracks, expected)) in cases.into_iter().enumerate() {
        let (hls, dash) = default_of(&shelf, &format!("asset-{number}"), &tracks).await;
        assert_eq!((hls, dash), (vec![expected.to_owned()], vec![expected.to_owned()]), "{case}");
    }
}

/// Players show a default text unasked, so only an editor makes one, and never of what is forced.
#[tokio::test]
async fn no_text_shows_by_default_unless_an_editor_says_so() {
    let shelf = Shelf::new();
    let words = |default| text("words", "en", json!({ "default": default }));
    for (number, (tracks, expected)) in [
        (vec![text("first", "de", json!({})), words(false)], None),
        (vec![text("first", "de", json!({})), words(true)], Some("words")),
        (vec![text("first", "de", json!({ "default": true, "forced": true })), words(false)], None),
    ]
    .into_iter()
    .enumerate()
    {
        let shown = shelf.show(&format!("asset-{number}"), &[base(), tracks].concat()).await;
        let texts = shown.master.alternatives.iter().filter(|m| m.media_type == AlternativeMediaType::Subtitles);
        let defaults: Vec<_> = texts.filter(|media| media.default).filter_map(|media| media.uri.clone()).collect();
        assert_eq!(defaults, expected.map(|name| format!("{name}.m3u8")).into_iter().collect::<Vec<_>>());
    }
}

/// ISO/IEC 23009-1 5.8.5.5: main is what plays when nothing else is known, so it is said of one language; any other
/// content of the same type is alternate, and dub only what is known to be a translation. What an editor calls main stays
/// so.
#[tokio::test]
async fn main_is_said_of_one_language() {
    let shelf = Shelf::new();
    let plain = |name: &str, language, role: Option<&str>| {
        let roles: Vec<&str> = role.into_iter().collect();
        audio(name, AAC_96, language, if roles.is_empty() { json!({}) } else { json!({ "roles": roles }) })
    };
    let words = |shown: &Shown| shown.sets_of("audio").iter().map(|set| dash_words(set)).collect::<Vec<_>>();
    let unsaid = [picture(), plain("en", "en", None), plain("de", "de", None), plain("fr", "fr", Some("dub"))];
    assert_eq!(words(&shelf.show("unsaid", &unsaid).await), ["R:main", "R:alternate", "R:dub"]);
    let said = [picture(), plain("en", "en", Some("main")), plain("de", "de", Some("main"))];
    assert_eq!(words(&shelf.show("said", &said).await), ["R:main", "R:main"]);
    let dubs = [picture(), plain("en", "en", Some("dub")), plain("de", "de", Some("dub"))];
    assert_eq!(words(&shelf.show("dubs", &dubs).await), ["R:dub R:main", "R:dub"]);
}

/// The default first, then language by language as the document has them, in each from the general to the specific
/// (Apple authoring specification 9.17).
#[tokio::test]
async fn menus_run_from_the_general_to_the_specific() {
    let shelf = Shelf::new();
    let sound = |name: &str, language, roles: &[&str]| {
        let label = format!("{language} {name}");
        audio(name, AAC_96, language, json!({ "label": label, "roles": roles }))
    };
    let words = |name: &str, language, roles: &[&str]| {
        text(name, language, json!({ "label": format!("{language} {name}"), "roles": roles }))
    };
    let tracks = [
        picture(),
        sound("de-talk", "de", &["commentary"]),
        sound("de-main", "de", &["main"]),
        sound("en-talk", "en", &["commentary"]),
        sound("en-seen", "en", &["description"]),
        sound("en-clear", "en", &["enhanced-audio-intelligibility"]),
        with(sound("en-main", "en", &["main"]), json!({ "default": true })),
        words("fr-sdh", "fr", &["caption"]),
        words("fr-sub", "fr", &["subtitle"]),
        words("en-talk-text", "en", &["commentary"]),
        words("en-sdh", "en", &["caption"]),
        words("en-sub", "en", &["subtitle"]),
    ];
    let shown = shelf.show("asset", &tracks).await;
    let audio = ["en en-main", "de de-main", "de de-talk", "en en-clear", "en en-seen", "en en-talk"];
    assert_eq!(names(&shown, AlternativeMediaType::Audio), audio);
    assert_eq!(labels(&shown, "audio"), audio);
    let text = ["fr fr-sub", "fr fr-sdh", "en en-sub", "en en-sdh", "en en-talk-text"];
    assert_eq!(names(&shown, AlternativeMediaType::Subtitles), text);
    assert_eq!(labels(&shown, "text"), text);
}

/// RFC 8216bis 4.4.6.1.1: NAME is unique in its group; DASH-IF IOP 50: labels are distinct. What cannot stand in a
/// quoted string must not make two names one.
#[tokio::test]
async fn no_two_lines_of_a_menu_read_the_same() {
    let shelf = Shelf::new();
    let named = |name: &str, label: Value| {
        text(name, "en", if label.is_null() { json!({}) } else { json!({ "label": label }) })
    };
    let tracks = [
        named("a", json!("English")),
        named("b", json!("English")),
        named("c", Value::Null),
        named("d", json!("English 2")),
        named("e", json!("The \"long\" one")),
        named("f", json!("The ”long” one")),
    ];
    let shown = shelf.show("asset", &[base(), tracks.to_vec()].concat()).await;
    let names = names(&shown, AlternativeMediaType::Subtitles);
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), tracks.len(), "{names:?}");
    assert!(names.contains(&"English") && names.contains(&"English 2") && names.contains(&"English 3"));
    let labels = labels(&shown, "text");
    assert_eq!(labels.iter().collect::<BTreeSet<_>>().len(), tracks.len(), "{labels:?}");
}

/// RFC 8216bis 4.4.6.1.1: members that a player may choose by itself differ in language, FORCED or characteristics.
/// DASH-IF IOP 50: sets of a type differ in more than the Label.
#[tokio::test]
async fn players_can_tell_all_that_they_may_choose_from() {
    let shelf = Shelf::new();
    let tracks = [
        picture(),
        audio("one", AAC_48, "en", json!({ "label": "One" })),
        audio("two", AAC_48, "en", json!({ "label": "Two" })),
        audio("three", AAC_48, "en", json!({ "label": "Three" })),
        audio("four", AAC_48, "en", json!({ "label": "Four", "roles": ["main"] })),
        audio("five", AAC_48, "en", json!({ "label": "Five", "roles": ["karaoke", "emergency"] })),
        audio("six", AAC_48, "en", json!({ "label": "Six", "roles": ["emergency", "karaoke"] })),
        audio("seen", AAC_48, "en", json!({ "label": "Seen", "roles": ["description"] })),
        text("red", "en", json!({ "label": "Red" })),
        text("green", "en", json!({ "label": "Green" })),
        text("blue", "en", json!({ "label": "Blue" })),
        text("sdh", "en", json!({ "label": "SDH", "roles": ["caption"] })),
        text("forced", "en", json!({ "label": "Forced", "forced": true })),
    ];
    let shown = shelf.show("asset", &tracks).await;
    let mut chosen = BTreeSet::new();
    for media in shown.master.alternatives.iter().filter(|media| media.autoselect) {
        let what = (media.group_id.clone(), media.language.clone(), media.forced, media.characteristics.clone());
        assert!(chosen.insert(what), "{}", shown.master_text);
    }
    assert_eq!(chosen.len(), 5, "one, seen; red, sdh, forced: {}", shown.master_text);

    let mut told = BTreeSet::new();
    for set in shown.sets() {
        let codec = set.representations[0].codecs.as_deref().unwrap().split('.').next().unwrap().to_owned();
        let what =
            (set.contentType.clone(), set.lang.clone(), dash_words(set), codec, set.selectionPriority.unwrap_or(1));
        assert!(told.insert(what), "{}", shown.mpd_text);
    }
    let priority = |track: &str| shown.set(track).unwrap().selectionPriority.unwrap_or(1);
    assert!(priority("one") > priority("two") && priority("two") > priority("three"), "in the menu's order");
    assert!(priority("red") > priority("green") && priority("green") > priority("blue"));
}
