//! `signalbox lint`: real files, exit codes, JSON.

use super::samples::samples;
use super::support::{Said, program};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn lint(folder: &Path, arguments: &[&str]) -> Said {
    Said::of(program().arg("lint").arg(folder).args(arguments))
}

/// Rule and track of each finding of the first asset.
fn found(folder: &Path, code: i32) -> Vec<(String, Option<String>)> {
    let said = lint(folder, &["--json"]);
    assert_eq!((said.code, said.err.as_str()), (Some(code), ""), "{said:?}");
    let assets: Value = serde_json::from_str(&said.out).unwrap();
    let word = |value: &Value| value.as_str().map(str::to_owned);
    let findings = assets[0]["findings"].as_array().unwrap();
    findings.iter().map(|finding| (word(&finding["rule"]).unwrap(), word(&finding["track"]))).collect()
}

/// A folder with the sample asset harbour alone, its track document edited.
fn harbour(edit: impl FnOnce(&mut Value)) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let asset = folder.path().join("harbour");
    fs::create_dir(&asset).unwrap();
    for file in fs::read_dir(samples().join("harbour")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), asset.join(file.file_name())).unwrap();
    }
    let path = asset.join("asset.json");
    let mut document: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    edit(&mut document);
    fs::write(&path, document.to_string()).unwrap();
    folder
}

fn says(found: &[(String, Option<String>)], rule: &str, track: Option<&str>) -> bool {
    found.iter().any(|(r, t)| r == rule && t.as_deref() == track)
}

#[test]
fn the_sample_assets_have_no_error_and_few_findings() {
    let said = lint(&samples(), &[]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    assert!(said.out.ends_with("5 assets: 0 errors, 1 warning, 1 notice\n"), "{}", said.out);
    for words in ["no-stereo-aac  (Apple HLS Authoring Specification 2.3)", "one-bit-rate  talk-video", "→ add"] {
        assert!(said.out.contains(words), "{words}:\n{}", said.out);
    }
    assert_eq!(lint(&samples(), &["--strict"]).code, Some(1));
    assert_eq!(lint(&samples(), &["talk", "--strict"]).code, Some(0));
}

#[test]
fn json_is_one_list_of_assets() {
    let said = lint(&samples(), &["--json"]);
    let assets: Value = serde_json::from_str(&said.out).unwrap();
    let names: Vec<&str> = assets.as_array().unwrap().iter().map(|asset| asset["asset"].as_str().unwrap()).collect();
    assert_eq!(names, ["harbour", "legacy", "modern", "radio", "talk"]);
    assert_eq!(assets[0]["findings"], json!([]));
    assert_eq!(assets[4]["findings"][0]["severity"], "notice");
}

#[test]
fn mistakes_in_a_document_are_found() {
    let folder = harbour(|document| {
        let tracks = document["tracks"].as_array_mut().unwrap();
        tracks[3]["default"] = json!(false);
        tracks[4]["characteristics"] = json!(["public.accessibility.describes-spoken-dialog"]);
        tracks[5]["file"] = json!("audio-xx.m4a");
        tracks[7]["language"] = json!("de");
        tracks[8]["language"] = json!("klingonish");
    });
    fs::write(folder.path().join("harbour/extra-fr.vtt"), "WEBVTT\n").unwrap();
    let found = found(folder.path(), 1);
    assert!(says(&found, "default-audio-missing", None), "{found:?}");
    assert!(says(&found, "unknown-characteristic", Some("en-description")), "{found:?}");
    assert!(says(&found, "track-unplayable", Some("de")), "{found:?}");
    assert!(says(&found, "captions-without-audio", Some("en-captions")), "{found:?}");
    assert!(says(&found, "document-ignored", Some("de-subtitles")), "{found:?}");
    assert_eq!(found.iter().filter(|(rule, _)| rule == "file-unused").count(), 2, "{found:?}");
}

#[test]
fn faults_of_a_caption_file_are_told_with_their_lines() {
    let folder = harbour(|_| {});
    let captions = "WEBVTT\n\n00:09.000 --> 00:11.000\na\n\n00:01.000 --> 00:03.000\nb\n\n00:02.000 --> 00:04.000\nc\n\n\
                    00:05.000 --> 00:04.000\nd\n\n01:00.000 --> 01:01.000\ne\n";
    fs::write(folder.path().join("harbour/captions-en.vtt"), captions).unwrap();
    let said = lint(folder.path(), &[]);
    assert_eq!(said.code, Some(0), "{said:?}");
    for words in [
        "caption-faults  en-captions",
        "line 12: cue left out: it ends before it starts",
        "cues-backwards  en-captions",
        "the first at 00:00:01.000",
        "cues-overlap  en-captions",
        "00:00:02.000",
        "cues-past-end  en-captions",
        "1 of 4 cues",
        "forced-not-in-subtitles  en-forced",
    ] {
        assert!(said.out.contains(words), "{words}:\n{}", said.out);
    }
}

#[test]
fn a_document_that_cannot_be_used_is_an_error_of_its_asset() {
    let folder = harbour(|document| document["tracks"][0]["visibilty"] = json!("hidden"));
    assert_eq!(found(folder.path(), 1), [("document-unreadable".to_owned(), None)]);
    let said = lint(folder.path(), &[]);
    assert!(said.out.contains("visibilty"), "{}", said.out);
}

#[test]
fn a_folder_without_assets_is_a_problem_that_is_said() {
    let empty = tempfile::tempdir().unwrap();
    assert!(lint(empty.path(), &[]).failure().contains("no asset found"));
    assert_eq!(lint(&samples(), &["nowhere"]).failure(), "there is no asset \"nowhere\"");
}

#[test]
fn tracks_of_a_file_that_nobody_named_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let asset = folder.path().join("film");
    fs::create_dir(&asset).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/media/sources/two-languages.mp4");
    fs::copy(source, asset.join("film.mp4")).unwrap();
    let document = json!({ "tracks": [{ "name": "video", "type": "video", "file": "film.mp4" }] });
    fs::write(asset.join("asset.json"), document.to_string()).unwrap();
    let said = lint(folder.path(), &[]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(said.out.matches("file-unused").count(), 2, "{}", said.out);
    assert!(said.out.contains("audio track 2 of film.mp4 is not in the track list"), "{}", said.out);
    assert!(said.out.contains("no-audio"), "{}", said.out);
}
