//! Good and bad documents, each judged by the reader and by the schema.

mod programs;

use super::*;
use crate::track::rules::{Breach, as_served, settle};
use proptest::prelude::*;
use std::collections::BTreeSet;

const HARBOUR: &str = r#"{
  "title": "Harbour at night",
  "tracks": [
    { "name": "video-720", "type": "video", "file": "video-720.mp4" },
    { "name": "en", "type": "audio", "file": "audio-en.m4a", "language": "en", "label": "English", "default": true },
    { "name": "en-description", "type": "audio", "file": "audio-en-description.m4a", "language": "en", "label": "English (audio description)", "roles": ["description"] },
    { "name": "en-captions", "type": "text", "file": "captions-en.vtt", "language": "en", "label": "English (captions)", "roles": ["caption"] },
    { "name": "auto", "type": "text", "file": "auto-generated-best_1.vtt", "visibility": "hidden" }
  ]
}
"#;

fn schema() -> serde_json::Value {
    serde_json::from_str(include_str!("../asset.schema.json")).unwrap()
}

fn allowed_by_schema(document: &str) -> bool {
    let document = serde_json::from_str(document).unwrap();
    jsonschema::validator_for(&schema()).unwrap().is_valid(&document)
}

/// A document with one text track that has these further fields.
fn with(fields: &str) -> String {
    format!(r#"{{"tracks": [{{"name": "t", "type": "text", "file": "t.vtt"{fields}}}]}}"#)
}

/// The problems of a document that refuse it, one a line.
fn problems(document: &str) -> String {
    read(document.as_bytes()).map_or_else(|e| e.to_string(), |document| format!("read as {document:?}"))
}

/// The asset of a document in which nothing is ignored.
#[track_caller]
fn asset_of(document: &str) -> Asset {
    let document = read(document.as_bytes()).unwrap();
    assert_eq!(document.ignored, []);
    document.asset
}

#[test]
fn reads_every_property() {
    let document = r#"{
        "title": "Night \"one\"", "kind": "live-archive", "segment_duration": 4.5,
        "tracks": [
            {"name": "v", "type": "video", "file": "v.mp4", "track_id": 1, "default": true},
            {"name": "a", "type": "audio", "file": "v.mp4", "track_id": 4294967295, "language": "ger", "label": "Ton",
             "visibility": "visible", "default": true, "roles": ["dub", "main"], "status": "ready"},
            {"name": "t", "type": "text", "file": "t.vtt", "language": "pt_BR", "visibility": "hidden", "forced": true,
             "characteristics": ["public.machine-generated", "com.example.x"], "status": "preparing"},
            {"name": "x", "type": "text", "file": "x.vtt", "status": "error", "reason": "no cue could be read"}
        ]}"#;
    assert!(allowed_by_schema(document));
    let asset = asset_of(document);
    assert_eq!(asset.title.as_deref(), Some("Night \"one\""));
    assert_eq!((asset.kind, asset.segment_duration), (AssetKind::LiveArchive, Some(Duration::from_millis(4500))));
    let [video, audio, text, broken] = asset.tracks.as_slice() else { panic!("{asset:?}") };
    assert_eq!((video.track_type, video.track_id, video.default), (TrackType::Video, Some(1), true));
    assert_eq!((audio.file.as_str(), audio.track_id), ("v.mp4", Some(u32::MAX)));
    assert_eq!(audio.language, Language::parse("de").ok());
    assert_eq!(audio.label.as_deref(), Some("Ton"));
    assert_eq!(audio.roles, [Role::Dub, Role::Main]);
    assert_eq!(text.language, Language::parse("pt-BR").ok());
    assert!(text.forced && !text.is_visible());
    assert_eq!(
        text.characteristics.iter().map(Characteristic::as_str).collect::<Vec<_>>(),
        ["public.machine-generated", "com.example.x"]
    );
    assert_eq!(text.status, Status::Preparing);
    assert_eq!(broken.status, Status::Error("no cue could be read".to_owned()));
}

#[test]
fn what_is_not_said_is_not_assumed() {
    let asset = asset_of(&with(""));
    assert_eq!(asset.tracks, [Track::new("t", TrackType::Text, "t.vtt")]);
    assert_eq!((asset.title, asset.segment_duration), (None, None));
}

#[test]
fn writes_one_line_a_track_and_reads_it_back() {
    let asset = asset_of(HARBOUR);
    assert_eq!(String::from_utf8(write(&asset)).unwrap(), HARBOUR);
    assert_eq!(write(&Asset::default()), b"{\n  \"tracks\": []\n}\n");
}

#[test]
fn good_documents_are_good_to_the_schema_too() {
    for document in [
        HARBOUR.to_owned(),
        r#"{"tracks": []}"#.to_owned(),
        r#"{"segment_duration": 1, "tracks": []}"#.to_owned(),
        with(r#", "track_id": 1.0"#),
        with(r#", "label": "the \"best\" „ひとつ“""#),
        with(r#", "file": "t.vtt""#).replacen(r#""file": "t.vtt", "#, "", 1),
        with(r#", "roles": [], "characteristics": []"#),
    ] {
        asset_of(&document);
        assert!(allowed_by_schema(&document), "{document}");
    }
    let with_mark = [b"\xef\xbb\xbf", HARBOUR.as_bytes()].concat();
    assert_eq!(read(&with_mark), read(HARBOUR.as_bytes()));
}

#[test]
fn what_could_expose_or_hide_a_track_refuses_the_document() {
    for (document, field_and_words) in [
        ("[]".to_owned(), "expected an object, found a list"),
        ("{}".to_owned(), "tracks: is missing"),
        (r#"{"tracks": {}}"#.to_owned(), "tracks: expected a list, found an object"),
        (r#"{"tracks": [1]}"#.to_owned(), "tracks[0]: expected an object, found a number"),
        (r#"{"tracks": [], "titel": "x"}"#.to_owned(), "titel: unknown field, did you mean \"title\"?"),
        (
            r#"{"tracks": [], "segment_duration": "6"}"#.to_owned(),
            "segment_duration: expected a number, found a string",
        ),
        (r#"{"tracks": [{}]}"#.to_owned(), "tracks[0].name: is missing"),
        (with(r#", "lable": "x""#), "tracks[0].lable: unknown field, did you mean \"label\"?"),
        (with(r#", "colour": 1"#), "tracks[0].colour: unknown field; the fields are name, type"),
        (with(r#", "visiblity": "hidden""#), "tracks[0].visiblity: unknown field, did you mean \"visibility\"?"),
        (with(r#", "label": null"#), "tracks[0].label: expected a string, found null (leave the field out"),
        (with(r#", "visibility": "hiden""#), "tracks[0].visibility: unknown word \"hiden\", did you mean \"hidden\"?"),
        (with(r#", "default": "yes""#), "tracks[0].default: expected true or false, found a string"),
        (with(r#", "forced": 1"#), "tracks[0].forced: expected true or false, found a number"),
        (with(r#", "roles": "dub""#), "tracks[0].roles: expected a list, found a string"),
        (with(r#", "roles": [[]]"#), "tracks[0].roles[0]: expected a string, found a list"),
        (with(r#", "status": "done""#), "tracks[0].status: unknown word \"done\", expected ready, preparing, error"),
        (with("").replace("text", "image"), "tracks[0].type: unknown word \"image\""),
    ] {
        assert!(problems(&document).contains(field_and_words), "{document}\n{}", problems(&document));
        assert!(!allowed_by_schema(&document), "the schema allows {document}");
    }
}

/// What the only track is as far as it can be read: what is ignored, and the track.
fn read_one(document: &str) -> (String, Option<Track>) {
    let mut document = read(document.as_bytes()).unwrap();
    let ignored: Vec<String> = document.ignored.iter().map(Breach::to_string).collect();
    (ignored.join("\n"), document.asset.tracks.pop())
}

/// The document is read as if it were `plain`, and what is ignored of it is told; the schema and a program's way in
/// know no leniency.
#[track_caller]
fn assert_ignored(document: &str, told: &str, rule: Rule, plain: &Track) {
    let (ignored, track) = read_one(document);
    assert!(ignored.starts_with(told) && !ignored.contains('\n'), "{document}\n{ignored}");
    assert_eq!(track.as_ref(), Some(plain), "{document}");
    let breach = read(document.as_bytes()).unwrap().ignored.remove(0);
    assert_eq!((breach.rule, breach.track.as_deref()), (rule, Some("t")), "{document}");
    assert!(!allowed_by_schema(document), "the schema allows {document}");
    let refused = asset_from_value(&serde_json::from_str(document).unwrap()).unwrap_err();
    assert_eq!(refused.to_string(), ignored);
}

#[test]
fn what_is_wrong_in_one_place_is_ignored_there() {
    let plain = Track::new("t", TrackType::Text, "t.vtt");
    for (fields, told, rule) in [
        (r#", "label": " ""#, "tracks[0].label: is empty", Rule::Label),
        (r#", "label": "\u00a0\ufeff""#, "tracks[0].label: is empty", Rule::Label),
        (r#", "label": "a\nb""#, "tracks[0].label: has the control character", Rule::Label),
        (r#", "label": "a\ufffe""#, "tracks[0].label: has '\\u{fffe}', which is no character", Rule::Label),
        (r#", "label": "\uffff""#, "tracks[0].label: has '\\u{ffff}', which is no character", Rule::Label),
        (r#", "roles": ["captions"]"#, "tracks[0].roles[0]: \"captions\" is not a DASH role", Rule::Role),
        (
            r#", "characteristics": ["a,b"]"#,
            "tracks[0].characteristics[0]: \"a,b\" is not a media characteristic",
            Rule::Characteristic,
        ),
        (r#", "reason": "x""#, "tracks[0].reason: belongs to the status \"error\"", Rule::Status),
    ] {
        assert_ignored(&with(fields), told, rule, &plain);
    }
    for (fields, told) in [
        (r#", "language": """#, "tracks[0].language: \"\" is not a language tag"),
        (r#", "language": "en US""#, "tracks[0].language: \"en US\" is not a language tag"),
    ] {
        let unknown = Track { language: Some(Language::und()), ..plain.clone() };
        assert_ignored(&with(fields), told, Rule::LanguageTag, &unknown);
    }
    let in_error = Track { status: Status::Error("no reason is given".to_owned()), ..plain.clone() };
    assert_ignored(&with(r#", "status": "error""#), "tracks[0].reason: is missing", Rule::Status, &in_error);
    let empty = with(r#", "status": "error", "reason": """#);
    assert_ignored(&empty, "tracks[0].reason: is empty", Rule::Status, &in_error);
}

#[test]
fn what_is_right_of_a_list_stays() {
    let (ignored, track) = read_one(&with(r#", "roles": ["dub", "captions", "dub", "main"]"#));
    assert_eq!(track.unwrap().roles, [Role::Dub, Role::Main]);
    let paths: Vec<&str> = ignored.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(paths, ["tracks[0].roles[1]", "tracks[0].roles[2]"]);
    assert!(ignored.ends_with("\"dub\" is there already; say it once"), "{ignored}");
}

#[test]
fn what_is_wrong_with_the_asset_is_ignored() {
    for (fields, told, rule) in [
        (r#""title": """#, "title: is empty", Rule::Title),
        (r#""kind": "live-archiv""#, "kind: unknown word \"live-archiv\", did you mean", Rule::AssetKind),
        (r#""segment_duration": 0.5"#, "segment_duration: 0.5 is not between 1 and 60", Rule::SegmentDuration),
        (r#""segment_duration": 1e300"#, "segment_duration: 1", Rule::SegmentDuration),
    ] {
        let text = format!(r#"{{{fields}, "tracks": []}}"#);
        let document = read(text.as_bytes()).unwrap();
        assert_eq!(document.asset, Asset::default());
        let [breach] = document.ignored.as_slice() else { panic!("{document:?}") };
        assert!(breach.to_string().starts_with(told), "{breach}");
        assert_eq!((breach.rule, breach.track.as_deref()), (rule, None));
        assert!(!allowed_by_schema(&text));
    }
}

/// A document without its only track, and what is told.
#[track_caller]
fn left_out(document: &str) -> String {
    let (told, track) = read_one(document);
    assert_eq!(track, None, "{document}");
    assert!(!allowed_by_schema(document), "the schema allows {document}");
    told
}

#[test]
fn a_track_that_cannot_be_named_or_found_is_left_out() {
    for (from, to, told) in [
        ("\"t\"", "\"master\"", "tracks[0].name: \"master\" is a word of the URL grammar"),
        ("\"t\"", "\"a b\"", "tracks[0].name: \"a b\" cannot be a name"),
        ("\"t\"", "\"a.iframes\"", "tracks[0].name: \"a.iframes\" cannot be a name"),
        ("\"file\"", "\"track_id\": 0, \"file\"", "tracks[0].track_id: 0 is not an MP4 track id"),
        ("\"file\"", "\"track_id\": 1.5, \"file\"", "tracks[0].track_id: 1.5 is not"),
        ("\"file\"", "\"track_id\": 4294967296, \"file\"", "tracks[0].track_id: 4294967296 is not"),
    ] {
        let line = left_out(&with("").replace(from, to));
        assert!(line.starts_with(told), "{line}");
    }
    let both = r#"{"tracks": [{"name": "a b", "type": "text", "file": "a.vtt"}, {"name": "t", "type": "text", "file": "t.vtt"}]}"#;
    assert_eq!(read(both.as_bytes()).unwrap().asset.tracks, [Track::new("t", TrackType::Text, "t.vtt")]);
}

#[test]
fn what_is_ignored_is_found_where_it_is_written() {
    let document = r#"{"tracks": [
        {"name": "a b", "type": "text", "file": "a.vtt"},
        {"name": "v", "type": "video", "file": "v.mp4", "roles": ["mian"]},
        {"name": "w", "type": "video", "file": "w.mp4", "track_id": 0},
        {"name": "a", "type": "audio", "file": "a.m4a", "forced": true},
        {"name": "v", "type": "video", "file": "v.mp4"}]}"#;
    let (served, ignored) = read(document.as_bytes()).unwrap().served();
    assert_eq!(served.tracks.iter().map(|track| track.name.as_str()).collect::<Vec<_>>(), ["v", "a"]);
    let paths: Vec<&str> = ignored.iter().map(|breach| breach.path.as_str()).collect();
    let names: Vec<Option<&str>> = ignored.iter().map(|breach| breach.track.as_deref()).collect();
    let expected = ["tracks[0].name", "tracks[1].roles[0]", "tracks[2].track_id", "tracks[3].forced", "tracks[4].name"];
    assert_eq!(paths, expected);
    assert_eq!(names, [None, Some("v"), Some("w"), Some("a"), Some("v")]);
}

#[test]
fn lists_are_bounded() {
    let tags = |count: usize| (0..count).map(|n| format!("\"a.b{n}\"")).collect::<Vec<_>>().join(",");
    let characteristics = |count| with(&format!(r#", "characteristics": [{}]"#, tags(count)));
    assert!(allowed_by_schema(&characteristics(64)));
    assert_eq!(asset_of(&characteristics(64)).tracks[0].characteristics.len(), 64);
    let (ignored, track) = read_one(&characteristics(65));
    assert!(ignored.starts_with("tracks[0].characteristics: has more than 64 elements"), "{ignored}");
    assert_eq!(track.unwrap().characteristics.len(), 64);
    assert!(!allowed_by_schema(&characteristics(65)));

    let track = |n| format!(r#"{{"name": "t{n}", "type": "text", "file": "t.vtt"}}"#);
    let document = |count: usize| format!(r#"{{"tracks": [{}]}}"#, (0..count).map(track).collect::<Vec<_>>().join(","));
    assert_eq!(asset_of(&document(2000)).tracks.len(), 2000);
    let many = read(document(2001).as_bytes()).unwrap();
    assert_eq!(many.asset.tracks.len(), 2000);
    assert!(many.ignored[0].to_string().starts_with("tracks: 2001 are more tracks than an asset may have (2000)"));
    assert!(!allowed_by_schema(&document(2001)));
}

#[test]
fn what_is_ignored_is_bounded() {
    let roles = vec!["\"x\""; 50].join(",");
    let track = format!(r#"{{"name": "t", "type": "text", "file": "t.vtt", "roles": [{roles}]}}"#);
    let document = format!(r#"{{"tracks": [{}]}}"#, vec![track; 100].join(","));
    let ignored = read(document.as_bytes()).unwrap().ignored;
    assert_eq!(ignored.len(), 101);
    assert_eq!(ignored[100].problem, "4900 more things are ignored");
    let refused = asset_from_value(&serde_json::from_str(&document).unwrap()).unwrap_err();
    assert_eq!((refused.problems.len(), refused.problems[100].problem.as_str()), (101, "and 4900 more problems"));
}

#[test]
fn a_file_lies_directly_in_the_folder() {
    for path in [
        "",
        "/a.mp4",
        "../a.mp4",
        "a/../b.mp4",
        "sub/x.mp4",
        "a//b.mp4",
        "a/",
        "./a.mp4",
        ".a.mp4",
        "a\\\\b.mp4",
        "a\\u0000",
        "s3://b/a",
    ] {
        let told = left_out(&with("").replace("t.vtt", path));
        assert!(told.starts_with("tracks[0].file: "), "{path} {told}");
    }
    let below = left_out(&with("").replace("t.vtt", "sub/t.vtt"));
    assert!(below.contains("\"sub/t.vtt\"") && below.contains("directly in the asset's folder"), "{below}");
}

#[test]
fn what_an_asset_can_hold_is_kept_as_it_is_written() {
    let two = |second: &str| {
        format!(
            r#"{{"tracks": [{{"name": "a", "type": "audio", "file": "a.m4a", "default": true}}, {{"file": "b.m4a", {second}}}]}}"#
        )
    };
    for (second, in_schema) in [
        (r#""name": "b", "type": "audio", "default": true"#, false),
        (r#""name": "b", "type": "text", "default": true"#, true),
        (r#""name": "b", "type": "audio", "forced": true"#, false),
        (r#""name": "a", "type": "text""#, true),
    ] {
        assert_eq!(asset_of(&two(second)).tracks.len(), 2);
        assert_eq!(allowed_by_schema(&two(second)), in_schema, "{second}");
    }
}

#[test]
fn what_only_the_reader_can_judge() {
    assert!(problems(&with(r#", "label": "a", "label": "b""#)).contains("tracks[0].label: is given twice"));
    assert!(read_one(&with(r#", "language": "english""#)).0.contains("English is \"en\""));
    assert!(problems("{\"tracks\": [}").contains("line 1"));
    assert!(read(b"{\"title\": \"\xff\"}").unwrap_err().to_string().contains("not UTF-8 at byte 11"));
    assert!(read(&vec![b' '; MAX_BYTES + 1]).is_err());
}

#[test]
fn all_problems_are_told_at_once() {
    let document = r#"{"titel": "x", "tracks": [
        {"name": "a", "type": "audio", "file": "a.m4a"},
        {"name": "a b", "type": "audio", "file": "../a.m4a", "language": "english", "default": 1},
        {"name": "a", "type": "tex", "lable": "x"}]}"#;
    let refusing = ["titel", "tracks[1].default", "tracks[2].file", "tracks[2].lable", "tracks[2].type"];
    let error = read(document.as_bytes()).unwrap_err();
    let fields: BTreeSet<&str> = error.problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, BTreeSet::from(refusing));
    assert_eq!(error.to_string().lines().count(), refusing.len());
    let to_a_program = asset_from_value(&serde_json::from_str(document).unwrap()).unwrap_err();
    let fields: BTreeSet<&str> = to_a_program.problems.iter().map(|problem| problem.field.as_str()).collect();
    let ignored = ["tracks[1].file", "tracks[1].language", "tracks[1].name"];
    assert_eq!(fields, refusing.into_iter().chain(ignored).collect());
}

#[test]
fn the_schema_lists_the_words_of_the_code() {
    let schema = schema();
    let keys = |pointer: &str| -> BTreeSet<String> {
        schema.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect()
    };
    let words = |pointer: &str| -> Vec<&str> {
        schema.pointer(pointer).unwrap().as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
    };
    let set = |names: &[&str]| -> BTreeSet<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    assert_eq!(keys("/properties"), set(ASSET_FIELDS));
    assert_eq!(keys("/$defs/track/properties"), set(TRACK_FIELDS));
    let track = "/$defs/track/properties";
    assert_eq!(words(&format!("{track}/type/enum")), TYPES.iter().map(|(word, _)| *word).collect::<Vec<_>>());
    let visibilities: Vec<_> = VISIBILITIES.iter().map(|(word, _)| *word).collect();
    assert_eq!(words(&format!("{track}/visibility/enum")), visibilities);
    assert_eq!(words("/properties/kind/enum"), KINDS.iter().map(|(word, _)| *word).collect::<Vec<_>>());
    assert_eq!(words(&format!("{track}/status/enum")), [READY, PREPARING, ERROR]);
    let roles: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
    assert_eq!(words(&format!("{track}/roles/items/enum")), roles);
    for field in schema.pointer(track).unwrap().as_object().unwrap().values() {
        assert!(field.get("description").is_some(), "{field} is described");
    }
}

prop_compose! {
    fn any_track(number: usize)(
        track_type in prop::sample::select(vec![TrackType::Video, TrackType::Audio, TrackType::Text]),
        file in "[a-zé 0-9_-]{1,8}(\\.[a-z0-9]{1,4})?",
        track_id in prop::option::of(1..u32::MAX),
        language in prop::option::of(prop::sample::select(vec!["en", "pt-BR", "und", "zh-Hant-HK"])),
        label in prop::option::of("[^\\p{Cc}\\s\u{feff}\u{fffe}\u{ffff}][^\\p{Cc}\u{fffe}\u{ffff}]{0,12}"),
        hidden: bool,
        forced: bool,
        roles in prop::sample::subsequence(Role::ALL.to_vec(), 0..3),
        tags in prop::sample::subsequence(vec!["public.machine-generated", "com.example.x", "a.b"], 0..3),
        status in prop::sample::select(vec![Status::Ready, Status::Preparing, Status::Error("why \"so\"".to_owned())]),
    ) -> Track {
        Track {
            track_id,
            language: language.map(|tag| Language::parse(tag).unwrap()),
            label,
            visibility: if hidden { Visibility::Hidden } else { Visibility::Visible },
            forced: forced && track_type == TrackType::Text,
            roles,
            characteristics: tags.into_iter().map(|tag| Characteristic::parse(tag).unwrap()).collect(),
            status,
            ..Track::new(format!("track-{number}"), track_type, file)
        }
    }
}

proptest! {
    #[test]
    fn a_written_document_is_read_as_the_same_asset(
        tracks in (0..5_usize).prop_flat_map(|count| (0..count).map(any_track).collect::<Vec<_>>()),
        title in prop::option::of("[^\\p{Cc}\\s\u{feff}\u{fffe}\u{ffff}]{1,12}"),
        milliseconds in prop::option::of(1000..60_000_u64),
        live: bool,
        dialect in prop::option::of(prop::sample::select(Dialect::ALL.to_vec())),
    ) {
        let kind = if live { AssetKind::LiveArchive } else { AssetKind::Vod };
        let asset = Asset { title, kind, segment_duration: milliseconds.map(Duration::from_millis), dialect, tracks };
        let bytes = write(&asset);
        prop_assert_eq!(asset_from_value(&asset_value(&asset)), Ok(asset.clone()));
        let document = read(&bytes).unwrap();
        prop_assert_eq!((document.asset, document.ignored), (asset, Vec::new()));
        prop_assert!(allowed_by_schema(std::str::from_utf8(&bytes).unwrap()));
    }

    /// Whatever comes in another way than a document, what the rules take can be written and is read as the same.
    #[test]
    fn what_the_rules_take_can_be_written(
        mut track in any_track(0),
        name in "[a-z./ ]{0,4}",
        file in "[a-z./\\x00\\\\]{0,4}",
        line in prop::option::of("[a\u{feff} \n\u{ffff}\"]{0,3}"),
        id in prop::option::of(0..3_u32),
        seconds in prop::option::of(0.0..70_f64),
    ) {
        (track.name, track.file, track.label, track.track_id) = (name, file, line.clone(), id);
        track.roles.extend(track.roles.first().copied().filter(|_| id == Some(2)));
        if let (Status::Error(reason), Some(line)) = (&mut track.status, &line) {
            *reason = line.clone();
        }
        let segment_duration = seconds.map(Duration::from_secs_f64);
        let asset = Asset { title: line, segment_duration, tracks: vec![track], ..Asset::default() };
        let served = as_served(&asset).0;
        for asset in [settle(None, asset, &|_| Ok(())).unwrap_or_default(), served] {
            let document = read(&write(&asset)).unwrap();
            prop_assert_eq!((document.asset, document.ignored), (asset, Vec::new()));
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    #[test]
    fn a_damaged_document_is_answered(cut in 0..HARBOUR.len() - 1, byte: u8) {
        let mut bytes = HARBOUR.as_bytes().to_vec();
        bytes[cut] = byte;
        let _ = read(&bytes);
        bytes.truncate(cut);
        prop_assert!(read(&bytes).is_err());
    }
}
