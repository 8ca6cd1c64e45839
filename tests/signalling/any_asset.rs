//! Whatever an asset holds, its manifests keep the rules that bind all of them.

use super::playlist;
use super::shelf::Shelf;
use super::shown::{Shown, bare, dash_words, hls_words};
use m3u8_rs::{AlternativeMedia, AlternativeMediaType};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const FILES: [(&str, &[&str]); 3] = [
    (
        "video",
        &[
            "modern/video-180.mp4",
            "modern/video-360.mp4",
            "media/hevc-pq.mp4",
            "media/hevc-hlg.mp4",
            "media/anamorphic.mp4",
        ],
    ),
    (
        "audio",
        &[
            "radio/radio-48.m4a",
            "radio/radio-96.m4a",
            "modern/audio-en.mp4",
            "media/surround.mp4",
            "media/surround.m4a",
        ],
    ),
    ("text", &["harbour/captions-en.vtt", "harbour/forced-en.vtt", "harbour/subtitles-de.ttml"]),
];

const ROLES: [&str; 15] = [
    "main",
    "alternate",
    "supplementary",
    "commentary",
    "dub",
    "description",
    "sign",
    "caption",
    "subtitle",
    "forced-subtitle",
    "easyreader",
    "enhanced-audio-intelligibility",
    "emergency",
    "karaoke",
    "metadata",
];

const CHARACTERISTICS: [&str; 7] = [
    "public.accessibility.describes-video",
    "public.accessibility.enhances-speech-intelligibility",
    "public.accessibility.transcribes-spoken-dialog",
    "public.accessibility.describes-music-and-sound",
    "public.easy-to-read",
    "public.machine-generated",
    "com.example.own",
];

/// A track without its name; `default` is a wish.
fn any_track() -> impl Strategy<Value = Value> {
    let languages = vec![None, Some("en"), Some("en"), Some("de"), Some("pt-BR")];
    let labels = vec![None, None, Some("English"), Some("English 2"), Some("The \"one\""), Some("The ”one”")];
    (
        prop::sample::select(vec![0usize, 1, 1, 1, 2, 2]),
        any::<prop::sample::Index>(),
        prop::sample::select(languages),
        prop::sample::select(labels),
        prop::collection::btree_set(prop::sample::select(ROLES.to_vec()), 0..3),
        prop::collection::btree_set(prop::sample::select(CHARACTERISTICS.to_vec()), 0..2),
        (prop::bool::weighted(0.3), prop::bool::weighted(0.1), prop::bool::weighted(0.15)),
    )
        .prop_map(|(track_type, file, language, label, roles, characteristics, (default, forced, hidden))| {
            let (track_type, files) = FILES[track_type];
            let visibility = if hidden { "hidden" } else { "visible" };
            let mut track = json!({
                "type": track_type, "file": files[file.index(files.len())], "visibility": visibility, "default": default,
                "roles": roles, "characteristics": characteristics, "forced": forced && track_type == "text",
            });
            let said = [("language", language), ("label", label)];
            said.iter().filter_map(|(name, value)| Some((name, (*value)?))).for_each(|(name, value)| {
                track[*name] = value.into();
            });
            track
        })
}

/// Names are given, and a type keeps its first default alone.
fn any_asset() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(any_track(), 1..12).prop_map(|mut tracks| {
        let mut with_default = BTreeSet::new();
        for (number, track) in tracks.iter_mut().enumerate() {
            track["name"] = format!("track-{number}-").into();
            let wished = track["default"] == true;
            track["default"] = (wished && with_default.insert(track["type"].to_string())).into();
        }
        tracks
    })
}

/// What all members of a group must agree upon with those of other groups (RFC 8216bis 4.4.6.1.1).
fn member(media: &AlternativeMedia) -> (String, Option<String>, String) {
    (media.name.clone(), media.language.clone(), hls_words(media))
}

fn assert_groups(shown: &Shown) {
    let mut groups: BTreeMap<(String, &str), Vec<&AlternativeMedia>> = BTreeMap::new();
    for media in &shown.master.alternatives {
        groups.entry((media.media_type.to_string(), &media.group_id)).or_default().push(media);
    }
    let mut members: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for ((track_type, group), media) in &groups {
        let names: BTreeSet<&str> = media.iter().map(|media| media.name.as_str()).collect();
        assert_eq!(names.len(), media.len(), "{group}: each NAME once");
        let defaults = media.iter().filter(|media| media.default).count();
        assert!(defaults == 1 || (track_type == "SUBTITLES" && defaults == 0), "{group} has {defaults} defaults");
        for media in media {
            assert!(media.autoselect || !(media.default || media.forced), "{group}: {}", media.name);
            assert!(media.language.is_some() && !media.name.is_empty());
        }
        // What is there for access or forced is always chosen from (Apple authoring specification 2.13, 4.6, 5.11).
        let always = |media: &AlternativeMedia| media.forced || hls_words(media).contains("public.accessibility.");
        assert!(media.iter().all(|media| media.autoselect || !always(media)), "{group}");
        let chosen = media.iter().filter(|media| media.autoselect && !always(media));
        let chosen: Vec<_> = chosen.map(|media| (&media.language, &media.characteristics)).collect();
        let told: BTreeSet<_> = chosen.iter().collect();
        assert_eq!(told.len(), chosen.len(), "{group}: a player can tell what it may choose");
        let said = media.iter().map(|media| member(media)).collect();
        assert_eq!(*members.entry(track_type).or_insert_with(|| Vec::clone(&said)), said, "{group}");
    }
    let named = shown.master.variants.iter().flat_map(|v| [("AUDIO", &v.audio), ("SUBTITLES", &v.subtitles)]);
    let used: BTreeSet<_> = named.filter_map(|(of, group)| Some((of.to_owned(), group.as_deref()?))).collect();
    assert_eq!(used, groups.keys().cloned().collect(), "every group is there and used");
}

fn assert_variants(shown: &Shown) {
    let lines = playlist::lines(&shown.master_text);
    let variants: Vec<_> = lines.windows(2).filter(|pair| pair[0].starts_with("#EXT-X-STREAM-INF")).collect();
    assert_eq!(variants.iter().collect::<BTreeSet<_>>().len(), variants.len(), "no variant twice");
    for variant in &shown.master.variants {
        assert!(variant.average_bandwidth.is_some_and(|average| average <= variant.bandwidth));
        let codecs: BTreeSet<&str> = variant.codecs.as_deref().unwrap().split(',').collect();
        let members = shown.master.alternatives.iter().filter(|m| variant.audio.as_ref() == Some(&m.group_id));
        for uri in members.filter_map(|media| media.uri.as_deref()) {
            let representation = shown.sets().flat_map(|set| &set.representations);
            let of_uri = |id: &str| uri.strip_suffix(".m3u8") == Some(id);
            let codec =
                representation.filter(|r| r.id.as_deref().is_some_and(of_uri)).find_map(|r| r.codecs.as_deref());
            assert!(codecs.contains(codec.unwrap()), "{codecs:?} must have what {uri} has");
        }
        if variant.resolution.is_some() {
            assert!(bare(&variant.other_attributes, "VIDEO-RANGE").is_some());
        }
    }
}

fn assert_sets(shown: &Shown, visible: &BTreeSet<&str>) {
    let ids: Vec<&str> = shown.sets().flat_map(|set| &set.representations).map(|r| r.id.as_deref().unwrap()).collect();
    assert_eq!((ids.len(), ids.into_iter().collect()), (visible.len(), visible.clone()), "each visible track once");
    let numbers: BTreeSet<_> = shown.sets().map(|set| set.id.as_deref()).collect();
    assert_eq!(numbers.len(), shown.sets().count());
    let mut told = BTreeSet::new();
    let mut labels = BTreeSet::new();
    for set in shown.sets() {
        let words = dash_words(set);
        let is_text = set.contentType.as_deref() == Some("text");
        assert!(words.contains("R:"), "a set without Role counts as main");
        assert!(!(is_text && words.contains("R:main")), "players would show it unasked");
        assert!(!words.contains("forced") || words == "R:forced-subtitle", "{words}");
        let first = &set.representations[0];
        let codec = first.codecs.as_deref().unwrap().split('.').next().unwrap();
        let channels = set.AudioChannelConfiguration.first().map(|channels| channels.value.clone());
        let colour: Vec<_> = set.essential_property.iter().map(|property| property.value.clone()).collect();
        let priority = set.selectionPriority.unwrap_or(1);
        let kind = set.contentType.clone();
        let what = (kind.clone(), set.lang.clone(), words, codec.to_owned(), channels.clone(), colour, priority);
        assert!(told.insert(what), "set {:?} is another again", set.id);
        if let Some(label) = set.Label.first() {
            let form = (codec.to_owned(), channels, first.audioSamplingRate.clone());
            assert!(labels.insert((kind, label.content.clone(), form)), "label {:?} twice", label.content);
        }
        assert!(set.representations.is_sorted_by_key(|r| r.bandwidth), "from low to high");
    }
    let audio = shown.sets_of("audio");
    assert!(audio.is_empty() || audio.iter().any(|set| dash_words(set).contains("R:main")), "one sound is main");
}

/// What plays by default is the same in both protocols.
fn assert_default(shown: &Shown) {
    let audio = shown.sets_of("audio");
    let highest = audio.iter().map(|set| set.selectionPriority.unwrap_or(1)).max();
    let first = audio.iter().find(|set| Some(set.selectionPriority.unwrap_or(1)) == highest);
    let label = first.map(|set| set.Label[0].content.replace('"', "”"));
    let is_audio = |media: &&AlternativeMedia| media.media_type == AlternativeMediaType::Audio;
    if let Some(default) = shown.master.alternatives.iter().filter(is_audio).find(|media| media.default) {
        assert_eq!(label.as_deref(), Some(default.name.as_str()));
    }
}

fn assert_rules(tracks: &[Value]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let shelf = Shelf::new();
        shelf.put("asset", tracks);
        let name = |track: &Value| track["name"].as_str().unwrap().to_owned();
        let (hidden, visible): (Vec<_>, Vec<_>) = tracks.iter().partition(|track| track["visibility"] == "hidden");
        let (status, master) = shelf.player.get("/asset/master.m3u8").await;
        if visible.is_empty() {
            assert_eq!((status, shelf.player.get("/asset/manifest.mpd").await.0), (404, 404));
            return;
        }
        let mpd = shelf.player.text("/asset/manifest.mpd").await;
        let names: Vec<String> = visible.iter().map(|track| name(track)).collect();
        let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        if status == 404 {
            assert!(visible.iter().all(|track| track["type"] != "video"), "HLS has a variant for any picture");
            return;
        }
        let shown = Shown::read(String::from_utf8(master.to_vec()).unwrap(), mpd);
        for track in hidden {
            assert!(!shown.master_text.contains(&name(track)) && !shown.mpd_text.contains(&name(track)));
        }
        assert_groups(&shown);
        assert_variants(&shown);
        assert_sets(&shown, &names);
        assert_default(&shown);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_asset_keeps_the_rules(tracks in any_asset()) {
        assert_rules(&tracks);
    }
}
