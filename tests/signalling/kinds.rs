//! What a track is for: each kind, from its roles alone, from its characteristics alone, and from both.

use super::shelf::{Shelf, base, track, with};
use super::shown::{Shown, dash_words, hls_words};
use serde_json::{Value, json};

const DESCRIBES: &str = "public.accessibility.describes-video";
const ENHANCES: &str = "public.accessibility.enhances-speech-intelligibility";
const DIALOG: &str = "public.accessibility.transcribes-spoken-dialog";
const SOUNDS: &str = "public.accessibility.describes-music-and-sound";
const EASY: &str = "public.easy-to-read";
const MACHINE: &str = "public.machine-generated";

/// One kind of one type.
struct Row {
    track_type: &'static str,
    /// Roles and characteristics that say it, each pair by itself.
    spellings: Vec<(Vec<&'static str>, Vec<&'static str>)>,
    hls: Option<Hls>,
    dash: &'static str,
}

/// EXT-X-MEDIA, of a video track EXT-X-STREAM-INF.
#[derive(Clone, Copy)]
struct Hls {
    autoselect: bool,
    may_be_default: bool,
    forced: bool,
    characteristics: &'static [&'static str],
}

const NOT_OFFERED: Option<Hls> = None;
/// The player may choose it, and it may play by default.
const CHOSEN: Option<Hls> = Some(Hls { autoselect: true, may_be_default: true, forced: false, characteristics: &[] });
/// Only the viewer chooses it.
const BY_HAND: Option<Hls> =
    Some(Hls { autoselect: false, may_be_default: false, forced: false, characteristics: &[] });

const fn marked(characteristics: &'static [&'static str], may_be_default: bool) -> Option<Hls> {
    Some(Hls { autoselect: true, may_be_default, forced: false, characteristics })
}

fn row(
    track_type: &'static str,
    roles: &[&'static str],
    characteristics: &[&'static str],
    hls: Option<Hls>,
    dash: &'static str,
) -> Row {
    let mut spellings = vec![(roles.to_vec(), vec![])];
    if !characteristics.is_empty() {
        spellings.push((vec![], characteristics.to_vec()));
        spellings.push((roles.to_vec(), characteristics.to_vec()));
    }
    Row { track_type, spellings, hls, dash }
}

/// Type, roles, characteristics; then what HLS says, then what DASH says.
#[rustfmt::skip]
fn rows() -> Vec<Row> {
    const FORCED: Option<Hls> = Some(Hls { autoselect: true, may_be_default: false, forced: true, characteristics: &[] });
    vec![
        row("video", &["main"],          &[], CHOSEN,      "R:main"),
        row("video", &["sign"],          &[], NOT_OFFERED, "A:sign R:sign"),
        row("video", &["caption"],       &[], NOT_OFFERED, "A:caption R:caption"),
        row("video", &["subtitle"],      &[], NOT_OFFERED, "R:subtitle"),
        row("video", &["alternate"],     &[], NOT_OFFERED, "R:alternate"),
        row("video", &["supplementary"], &[], NOT_OFFERED, "R:supplementary"),
        row("video", &["commentary"],    &[], NOT_OFFERED, "R:commentary"),
        row("video", &["dub"],           &[], NOT_OFFERED, "R:dub"),
        row("video", &["description"],   &[], NOT_OFFERED, "R:description"),
        row("video", &["easyreader"],    &[], NOT_OFFERED, "R:easyreader"),
        row("video", &["emergency"],     &[], NOT_OFFERED, "R:emergency"),
        row("video", &["karaoke"],       &[], NOT_OFFERED, "R:karaoke"),

        row("audio", &["main"],          &[], CHOSEN,      "R:main"),
        row("audio", &["dub"],           &[], CHOSEN,      "R:dub"),
        row("audio", &["alternate"],     &[], BY_HAND,     "R:alternate"),
        row("audio", &["commentary"],    &[], BY_HAND,     "R:commentary"),
        row("audio", &["supplementary"], &[], BY_HAND,     "R:supplementary"),
        row("audio", &["karaoke"],       &[], BY_HAND,     "R:karaoke"),
        row("audio", &["emergency"],     &[], BY_HAND,     "R:emergency"),
        // Narration for the receiver to mix.
        row("audio", &["description", "commentary"], &[], NOT_OFFERED, "A:description R:commentary TVA:1"),
        row("audio", &["description"], &[DESCRIBES], marked(&[DESCRIBES], false), "A:description R:alternate TVA:1"),
        row("audio", &["enhanced-audio-intelligibility"], &[ENHANCES], marked(&[ENHANCES], false),
            "A:enhanced-audio-intelligibility R:alternate TVA:2"),

        row("text", &["subtitle"],        &[], CHOSEN,  "R:subtitle"),
        row("text", &[],                  &[], CHOSEN,  "R:subtitle"),
        row("text", &["caption"], &[DIALOG, SOUNDS], marked(&[SOUNDS, DIALOG], true), "A:caption R:caption"),
        row("text", &["caption"], &[DIALOG],         marked(&[SOUNDS, DIALOG], true), "A:caption R:caption"),
        row("text", &["caption"], &[SOUNDS],         marked(&[SOUNDS, DIALOG], true), "A:caption R:caption"),
        row("text", &["forced-subtitle"], &[], FORCED,  "R:forced-subtitle"),
        row("text", &["easyreader"], &[EASY], marked(&[EASY], false), "R:easyreader R:subtitle"),
        row("text", &["commentary"],      &[], BY_HAND, "R:commentary R:subtitle"),
        row("text", &["karaoke"],         &[], BY_HAND, "R:karaoke"),
        row("text", &["description"],     &[], NOT_OFFERED, "R:description"),
        row("text", &["metadata"],        &[], NOT_OFFERED, "R:metadata"),
    ]
}

/// The track of a row, in a language that no other track has.
fn tested(row: &Row, (roles, characteristics): &(Vec<&str>, Vec<&str>)) -> Value {
    let file = match row.track_type {
        "video" => "modern/video-360.mp4",
        "audio" => "radio/radio-96.m4a",
        _ => "harbour/captions-en.vtt",
    };
    let mut tested = track("tested", row.track_type, file, "fr");
    if !roles.is_empty() {
        tested["roles"] = json!(roles);
    }
    if !characteristics.is_empty() {
        tested["characteristics"] = json!(characteristics);
    }
    tested
}

fn beside_the_base(tested: Value) -> Vec<Value> {
    let mut tracks = base();
    tracks.push(tested);
    tracks
}

/// What HLS must say of the row, in the words of [`hls_words`].
fn expected_hls(hls: Hls, default: bool, more: &[&str]) -> String {
    let flags = [(default, "DEFAULT"), (hls.autoselect || default, "AUTOSELECT"), (hls.forced, "FORCED")];
    let mut tags: Vec<&str> = hls.characteristics.iter().chain(more).copied().collect();
    tags.sort_unstable();
    flags.iter().filter(|(yes, _)| *yes).map(|(_, flag)| *flag).chain(tags).collect::<Vec<_>>().join(" ")
}

fn assert_hls(shown: &Shown, row: &Row, default: bool, more: &[&str], case: &str) {
    let media = shown.media("tested");
    match row.hls {
        None => {
            assert!(media.is_empty() && shown.variants("tested").is_empty(), "{case}: {}", shown.master_text);
            assert!(shown.iframes("tested").is_none() && !shown.master_text.contains("tested"), "{case}");
        }
        Some(_) if row.track_type == "video" => {
            assert!(media.is_empty(), "{case}");
            assert!(!shown.variants("tested").is_empty() && shown.iframes("tested").is_some(), "{case}");
        }
        Some(hls) => {
            assert_eq!(media.len(), 1, "{case}: {}", shown.master_text);
            assert_eq!(hls_words(media[0]), expected_hls(hls, default, more), "{case}");
        }
    }
}

#[tokio::test]
async fn every_kind_says_what_its_row_says_and_nothing_more() {
    let shelf = Shelf::new();
    for (number, row) in rows().iter().enumerate() {
        for (way, spelling) in row.spellings.iter().enumerate() {
            let case = format!("{} {spelling:?}", row.track_type);
            let shown = shelf.show(&format!("kind-{number}-{way}"), &beside_the_base(tested(row, spelling))).await;
            assert_hls(&shown, row, false, &[], &case);
            assert_eq!(dash_words(shown.set("tested").unwrap()), row.dash, "{case}");
        }
    }
}

#[tokio::test]
async fn a_text_that_is_forced_says_so_and_nothing_else() {
    let shelf = Shelf::new();
    for (number, (properties, hls)) in [
        (json!({ "forced": true }), "AUTOSELECT FORCED"),
        (json!({ "forced": true, "roles": ["forced-subtitle"] }), "AUTOSELECT FORCED"),
        (json!({ "forced": true, "roles": ["subtitle", "main"] }), "AUTOSELECT FORCED"),
        (
            json!({ "characteristics": ["public.subtitles.forced-only"] }),
            "AUTOSELECT FORCED public.subtitles.forced-only",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let forced = with(track("tested", "text", "harbour/forced-en.vtt", "fr"), properties.clone());
        let shown = shelf.show(&format!("forced-{number}"), &beside_the_base(forced)).await;
        assert_eq!(hls_words(shown.media("tested")[0]), hls, "{properties}");
        assert_eq!(dash_words(shown.set("tested").unwrap()), "R:forced-subtitle", "{properties}");
    }
}

/// What an editor flags as default is so in HLS where its kind may be, and then comes first in DASH; audio has one
/// default in any case.
#[tokio::test]
async fn a_kind_is_the_default_only_where_its_row_lets_it_be() {
    let shelf = Shelf::new();
    for (number, row) in rows().iter().enumerate().filter(|(_, row)| row.track_type != "video") {
        let case = format!("{} {:?}", row.track_type, row.spellings[0]);
        let flagged = with(tested(row, &row.spellings[0]), json!({ "default": true }));
        let shown = shelf.show(&format!("default-{number}"), &beside_the_base(flagged)).await;
        let default = row.hls.is_some_and(|hls| hls.may_be_default);
        assert_hls(&shown, row, default, &[], &case);
        let priority = |track: &str| shown.set(track).unwrap().selectionPriority.unwrap_or(1);
        if row.track_type == "audio" {
            assert_eq!(shown.media("sound")[0].default, !default, "{case}");
            assert_eq!(priority("tested") > priority("sound"), default, "{case}");
            let main = |track: &str| dash_words(shown.set(track).unwrap()).contains("R:main");
            assert_eq!((main("tested"), main("sound")), (default, !default), "{case}");
        } else {
            assert_eq!(priority("tested") > 1, default, "{case}");
            assert_eq!(dash_words(shown.set("tested").unwrap()), row.dash, "{case}");
        }
    }
}

#[tokio::test]
async fn what_a_machine_made_says_so_in_hls_alone() {
    let shelf = Shelf::new();
    for (number, row) in rows().iter().enumerate() {
        let spelling = &row.spellings[row.spellings.len() - 1];
        let mut machine = tested(row, spelling);
        let tags: Vec<&str> = spelling.1.iter().copied().chain([MACHINE]).collect();
        machine["characteristics"] = json!(tags);
        let shown = shelf.show(&format!("machine-{number}"), &beside_the_base(machine)).await;
        let case = format!("{} {spelling:?}", row.track_type);
        assert_hls(&shown, row, false, &[MACHINE], &case);
        assert_eq!(dash_words(shown.set("tested").unwrap()), row.dash, "{case}");
    }
}

/// ISO/IEC 23009-1 5.8.5.5: a role is said where its type may have it, and nowhere else. What Accessibility says
/// instead, and `main` of text, which players would show unasked, are the exceptions.
#[tokio::test]
async fn roles_are_said_of_the_types_that_may_have_them() {
    const VIDEO: &str =
        "main alternate supplementary sign caption subtitle dub commentary emergency karaoke easyreader description";
    const AUDIO: &str = "main alternate supplementary commentary dub emergency karaoke";
    const TEXT: &str = "alternate supplementary commentary dub description sign caption subtitle metadata emergency \
                        forced-subtitle easyreader karaoke";
    let shelf = Shelf::new();
    let all: std::collections::BTreeSet<&str> =
        [VIDEO, AUDIO, TEXT].iter().flat_map(|roles| roles.split(' ')).collect();
    for (track_type, legal) in [("video", VIDEO), ("audio", AUDIO), ("text", TEXT)] {
        for role in all.iter().copied().chain(["enhanced-audio-intelligibility"]) {
            let row = row(track_type, &[], &[], None, "");
            let track = with(tested(&row, &row.spellings[0]), json!({ "roles": [role] }));
            let shown = shelf.show(&format!("{track_type}-{role}"), &beside_the_base(track)).await;
            let words = dash_words(shown.set("tested").unwrap());
            let said = words.split(' ').any(|word| word.strip_prefix("R:") == Some(role));
            assert_eq!(said, legal.split(' ').any(|word| word == role), "{track_type} {role}: {words}");
        }
    }
}

/// Tags of one's own and those of Apple's players are handed on as they were given.
#[tokio::test]
async fn further_characteristics_are_handed_on() {
    let shelf = Shelf::new();
    let tags = ["public.translation", "public.translation.dubbed", "com.example.mix"];
    let dub = track("tested", "audio", "radio/radio-96.m4a", "fr");
    let dub = with(dub, json!({ "roles": ["dub"], "characteristics": tags }));
    let shown = shelf.show("dub", &beside_the_base(dub)).await;
    let list = shown.media("tested")[0].characteristics.as_deref();
    assert_eq!(list, Some("public.translation,public.translation.dubbed,com.example.mix"));
    assert_eq!(dash_words(shown.set("tested").unwrap()), "R:dub");
}

/// Where no picture has captions inside, none are promised (RFC 8216bis 4.4.6.2: NONE on one variant means NONE on all).
#[tokio::test]
async fn no_variant_promises_captions_that_no_picture_has() {
    let shelf = Shelf::new();
    let shown = shelf.show("plain", &base()).await;
    assert_eq!(shown.variants("picture").len(), 1);
    let none = Some(m3u8_rs::ClosedCaptionGroupId::None);
    assert!(shown.variants("picture").iter().all(|variant| variant.closed_captions == none));
    assert!(!shown.mpd_text.contains("cea-608") && !shown.mpd_text.contains("cea-708"));
}
