//! Good and bad documents, each judged by the reader and by the schema.

use super::*;
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
        "title": "Night \"one\"", "segment_duration": 4.5,
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
    assert_eq!(asset.segment_duration, Some(Duration::from_millis(4500)));
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
fn bad_documents_are_refused_with_the_field_and_the_reason() {
    for (document, field_and_words) in [
        ("[]".to_owned(), "expected an object, found a list"),
        ("{}".to_owned(), "tracks: is missing"),
        (r#"{"tracks": {}}"#.to_owned(), "tracks: expected a list, found an object"),
        (r#"{"tracks": [1]}"#.to_owned(), "tracks[0]: expected an object, found a number"),
        (r#"{"tracks": [], "titel": "x"}"#.to_owned(), "titel: unknown field, did you mean \"title\"?"),
        (r#"{"tracks": [], "title": ""}"#.to_owned(), "title: is empty"),
        (r#"{"tracks": [], "segment_duration": 0.5}"#.to_owned(), "segment_duration: 0.5 is not between 1 and 60"),
        (
            r#"{"tracks": [], "segment_duration": "6"}"#.to_owned(),
            "segment_duration: expected a number, found a string",
        ),
        (r#"{"tracks": [{}]}"#.to_owned(), "tracks[0].name: is missing"),
        (with(r#", "lable": "x""#), "tracks[0].lable: unknown field, did you mean \"label\"?"),
        (with(r#", "colour": 1"#), "tracks[0].colour: unknown field; the fields are name, type"),
        (with(r#", "label": null"#), "tracks[0].label: expected a string, found null (leave the field out"),
        (with(r#", "label": " ""#), "tracks[0].label: is empty"),
        (with(r#", "label": "\u00a0\ufeff""#), "tracks[0].label: is empty"),
        (with(r#", "label": "a\nb""#), "tracks[0].label: has the control character"),
        (with(r#", "label": "a\ufffe""#), "tracks[0].label: has '\\u{fffe}', which is no character"),
        (with(r#", "label": "\uffff""#), "tracks[0].label: has '\\u{ffff}', which is no character"),
        (with(r#", "track_id": 0"#), "tracks[0].track_id: 0 is not an MP4 track id"),
        (with(r#", "track_id": 1.5"#), "tracks[0].track_id: 1.5 is not"),
        (with(r#", "track_id": 4294967296"#), "tracks[0].track_id: 4294967296 is not"),
        (with(r#", "language": """#), "tracks[0].language: \"\" is not a language tag"),
        (with(r#", "language": "en US""#), "tracks[0].language: \"en US\" is not a language tag"),
        (with(r#", "visibility": "hiden""#), "tracks[0].visibility: unknown word \"hiden\", did you mean \"hidden\"?"),
        (with(r#", "default": "yes""#), "tracks[0].default: expected true or false, found a string"),
        (with(r#", "forced": 1"#), "tracks[0].forced: expected true or false, found a number"),
        (with(r#", "roles": "dub""#), "tracks[0].roles: expected a list, found a string"),
        (with(r#", "roles": ["dub", "captions"]"#), "tracks[0].roles[1]: \"captions\" is not a DASH role"),
        (with(r#", "roles": ["dub", "dub"]"#), "tracks[0].roles[1]: \"dub\" is there already"),
        (with(r#", "roles": [[]]"#), "tracks[0].roles[0]: expected a string, found a list"),
        (
            with(r#", "characteristics": ["a,b"]"#),
            "tracks[0].characteristics[0]: \"a,b\" is not a media characteristic",
        ),
        (with(r#", "status": "done""#), "tracks[0].status: unknown word \"done\", expected ready, preparing, error"),
        (with(r#", "status": "error""#), "tracks[0].reason: is missing"),
        (with(r#", "reason": "x""#), "tracks[0].reason: belongs to the status \"error\""),
        (
            with("").replace("text", "audio").replace("}]", r#", "forced": true}]"#),
            "tracks[0].forced: only a text track",
        ),
        (with("").replace("text", "image"), "tracks[0].type: unknown word \"image\""),
        (with("").replace("\"t\"", "\"master\""), "tracks[0].name: \"master\" is a word of the URL grammar"),
        (with("").replace("\"t\"", "\"a b\""), "tracks[0].name: \"a b\" cannot be a name"),
        (with("").replace("\"t\"", "\"a.iframes\""), "tracks[0].name: \"a.iframes\" cannot be a name"),
    ] {
        assert!(problems(&document).contains(field_and_words), "{document}\n{}", problems(&document));
        assert!(!allowed_by_schema(&document), "the schema allows {document}");
    }
}

#[test]
fn lists_are_bounded() {
    let tags = |count: usize| (0..count).map(|n| format!("\"a.b{n}\"")).collect::<Vec<_>>().join(",");
    let characteristics = |count| with(&format!(r#", "characteristics": [{}]"#, tags(count)));
    assert!(read(characteristics(64).as_bytes()).is_ok() && allowed_by_schema(&characteristics(64)));
    assert!(problems(&characteristics(65)).contains("tracks[0].characteristics: has more than 64 elements"));
    assert!(!allowed_by_schema(&characteristics(65)));

    let track = |n| format!(r#"{{"name": "t{n}", "type": "text", "file": "t.vtt"}}"#);
    let document = |count: usize| format!(r#"{{"tracks": [{}]}}"#, (0..count).map(track).collect::<Vec<_>>().join(","));
    assert!(read(document(2000).as_bytes()).is_ok());
    assert_eq!(problems(&document(2001)), "tracks: 2001 are more tracks than an asset may have (2000)");
    assert!(!allowed_by_schema(&document(2001)));
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
        let document = with("").replace("t.vtt", path);
        assert!(problems(&document).starts_with("tracks[0].file: "), "{path} {}", problems(&document));
        assert!(!allowed_by_schema(&document), "{path}");
    }
    let below = problems(&with("").replace("t.vtt", "sub/t.vtt"));
    assert!(below.contains("\"sub/t.vtt\"") && below.contains("directly in the asset's folder"), "{below}");
}

#[test]
fn defaults_and_names_are_judged_across_tracks() {
    let two = |second: &str| {
        format!(
            r#"{{"tracks": [{{"name": "a", "type": "audio", "file": "a.m4a", "default": true}}, {{"file": "b.m4a", {second}}}]}}"#
        )
    };
    let both_default = two(r#""name": "b", "type": "audio", "default": true"#);
    assert_eq!(problems(&both_default), "tracks[1].default: tracks[0] is the default audio track already");
    assert!(!allowed_by_schema(&both_default));
    let other_type = two(r#""name": "b", "type": "text", "default": true"#);
    assert!(read(other_type.as_bytes()).is_ok() && allowed_by_schema(&other_type));
    let namesake = two(r#""name": "a", "type": "text""#);
    assert_eq!(problems(&namesake), "tracks[1].name: tracks[0] has the name \"a\" already");
}

#[test]
fn what_only_the_reader_can_judge() {
    assert!(problems(&with(r#", "label": "a", "label": "b""#)).contains("tracks[0].label: is given twice"));
    assert!(problems(&with(r#", "language": "english""#)).contains("English is \"en\""));
    assert!(problems("{\"tracks\": [}").contains("line 1"));
    assert!(read(b"{\"title\": \"\xff\"}").unwrap_err().to_string().contains("not UTF-8 at byte 11"));
    assert!(read(&vec![b' '; MAX_BYTES + 1]).is_err());
}

#[test]
fn all_problems_are_told_at_once() {
    let document = r#"{"titel": "x", "tracks": [
        {"name": "a", "type": "audio", "file": "a.m4a"},
        {"name": "a b", "type": "audio", "file": "../a.m4a", "language": "english"},
        {"name": "a", "type": "tex", "lable": "x"}]}"#;
    let error = read(document.as_bytes()).unwrap_err();
    let fields: BTreeSet<&str> = error.problems.iter().map(|problem| problem.field.as_str()).collect();
    let expected = [
        "titel",
        "tracks[1].file",
        "tracks[1].language",
        "tracks[1].name",
        "tracks[2].file",
        "tracks[2].lable",
        "tracks[2].type",
    ];
    assert_eq!(fields, BTreeSet::from(expected));
    assert_eq!(error.to_string().lines().count(), expected.len());
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
    ) {
        let kind = if live { AssetKind::LiveArchive } else { AssetKind::Vod };
        let asset = Asset { title, kind, segment_duration: milliseconds.map(Duration::from_millis), tracks };
        let bytes = write(&asset);
        prop_assert_eq!(asset_from_value(&asset_value(&asset)), Ok(asset.clone()));
        prop_assert_eq!(read(&bytes), Ok(Document { asset, ignored: Vec::new() }));
        prop_assert!(allowed_by_schema(std::str::from_utf8(&bytes).unwrap()));
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
