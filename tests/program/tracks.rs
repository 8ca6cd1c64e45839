//! `signalbox tracks`.

use super::samples::samples;
use super::support::{LONG, Said, Serving, program};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A copy of `harbour` in a folder of its own.
struct House(tempfile::TempDir);

impl House {
    fn new() -> House {
        let folder = tempfile::tempdir().unwrap();
        let asset = folder.path().join("harbour");
        std::fs::create_dir(&asset).unwrap();
        for entry in std::fs::read_dir(samples().join("harbour")).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), asset.join(entry.file_name())).unwrap();
        }
        House(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join("harbour").join(name)
    }

    fn document(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.file("asset.json")).unwrap()).unwrap()
    }

    fn track(&self, name: &str) -> Value {
        let document = self.document();
        let tracks = document["tracks"].as_array().unwrap();
        tracks.iter().find(|track| track["name"] == name).cloned().unwrap_or(Value::Null)
    }

    fn say(&self, arguments: &[&str]) -> Said {
        Said::of(program().arg("tracks").arg(self.0.path()).arg("harbour").args(arguments))
    }

    #[track_caller]
    fn done(&self, arguments: &[&str]) -> String {
        let said = self.say(arguments);
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{arguments:?}: {said:?}");
        said.out
    }

    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.done(&[arguments, &["--json"]].concat())).unwrap()
    }

    /// The lines of a refusal, which must change nothing.
    #[track_caller]
    fn refused(&self, arguments: &[&str]) -> String {
        let before = std::fs::read(self.file("asset.json")).unwrap();
        let said = self.say(arguments);
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{arguments:?}: {said:?}");
        assert_eq!(std::fs::read(self.file("asset.json")).unwrap(), before, "{arguments:?}");
        assert!(said.err.lines().all(|line| line.starts_with("signalbox: ")), "{}", said.err);
        said.err
    }
}

#[test]
fn the_list_is_a_table_or_json() {
    let house = House::new();
    let table = house.done(&[]);
    assert_eq!(house.done(&["list"]), table);
    let line = table.lines().find(|line| line.starts_with("en-description ")).unwrap();
    for word in ["audio", " en ", "description", "audio-en-description.m4a"] {
        assert!(line.contains(word), "{line}");
    }
    assert!(table.lines().any(|line| line.starts_with("auto ") && line.contains("hidden")), "{table}");
    let list = house.json(&["list"]);
    assert_eq!((&list["asset"], &list["document"]), (&json!("harbour"), &json!(true)));
    assert!(table.ends_with(&format!("asset.json, revision {}\n", list["revision"].as_str().unwrap())));
    let names: Vec<&Value> = list["tracks"].as_array().unwrap().iter().map(|track| &track["name"]).collect();
    assert_eq!(names.len(), 11);
    let said = Said::of(program().arg("tracks").arg(house.0.path()).arg("none"));
    assert!(said.failure().contains("no asset \"none\""), "{said:?}");
}

#[test]
fn properties_are_set_and_taken_back() {
    let house = House::new();
    house.done(&["set", "de", "label=Deutsch (Fassung)", "language=de-AT", "default=true", "roles=dub"]);
    let track = house.track("de");
    assert_eq!(track["label"], "Deutsch (Fassung)");
    assert_eq!(
        (&track["language"], &track["default"], &track["roles"]),
        (&json!("de-AT"), &json!(true), &json!(["dub"]))
    );
    assert_eq!(house.track("en")["default"], Value::Null, "one default");
    house.done(&["set", "de", "label=", "roles="]);
    assert_eq!((&house.track("de")["label"], &house.track("de")["roles"]), (&Value::Null, &Value::Null));
    let again = house.json(&["set", "de", "label="]);
    assert_eq!(again["changed"], false);
}

#[test]
fn tracks_are_hidden_shown_and_removed() {
    let house = House::new();
    house.done(&["hide", "fr-commentary"]);
    assert_eq!(house.track("fr-commentary")["visibility"], "hidden");
    assert!(house.done(&["hide", "fr-commentary"]).contains("already"));
    house.done(&["show", "fr-commentary"]);
    assert_eq!(house.track("fr-commentary")["visibility"], Value::Null);
    house.done(&["remove", "fr-commentary"]);
    assert!(house.track("fr-commentary").is_null() && house.file("audio-fr-commentary.m4a").exists());
    let removed = house.json(&["remove", "auto", "--delete-file"]);
    assert_eq!(removed["track"]["file"], "auto-en.vtt");
    assert!(house.track("auto").is_null() && !house.file("auto-en.vtt").exists());
}

#[test]
fn a_refusal_says_every_reason_and_changes_nothing() {
    let house = House::new();
    let both = house.refused(&["set", "en", "forced=true", "default="]);
    assert!(both.lines().count() >= 2 && both.contains("forced") && both.contains("default"), "{both}");
    for (arguments, words) in [
        (&["hide", "en"][..], &["default"][..]),
        (&["set", "en", "lable=x"], &["lable", "label"]),
        (&["set", "en", "language=german"], &["language", "\"de\""]),
        (&["set", "en", "default=yes"], &["default"]),
        (&["hide", "none"], &["no track \"none\""]),
        (&["add", "nothing.vtt"], &["nothing.vtt"]),
        (&["revert", "0123"], &["0123"]),
        (&["hide", "de", "--if-match", "0123"], &["revision"]),
    ] {
        let refusal = house.refused(arguments);
        assert!(words.iter().all(|word| refusal.contains(word)), "{arguments:?}: {refusal}");
    }
}

#[test]
fn a_file_is_added_from_the_folder_or_from_elsewhere() {
    let house = House::new();
    let text = "WEBVTT\nLanguage: sv\n\n00:01.000 --> 00:02.000\nHej\n";
    std::fs::write(house.file("svenska.vtt"), text).unwrap();
    let added = house.json(&["add", "svenska.vtt", "--role", "caption", "--label", "Svenska", "--hidden"]);
    assert_eq!(added["track"], house.track("svenska"));
    assert_eq!(added["track"]["language"], "sv");
    assert_eq!((&added["track"]["roles"], &added["track"]["visibility"]), (&json!(["caption"]), &json!("hidden")));
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("suomi.fi.vtt");
    std::fs::write(&path, "WEBVTT\n\n00:01.000 --> 00:02.000\nHei\n").unwrap();
    let out = house.done(&["add", path.to_str().unwrap()]);
    assert!(out.starts_with("suomi.fi is added\nrevision "), "{out}");
    assert_eq!(std::fs::read(house.file("suomi.fi.vtt")).unwrap(), std::fs::read(&path).unwrap());
    // The same name, and another file.
    let refusal = house.refused(&["add", path.to_str().unwrap()]);
    assert!(refusal.contains("another suomi.fi.vtt already"), "{refusal}");
    // A path into the folder itself.
    house.done(&["add", house.file("suomi.fi.vtt").to_str().unwrap(), "--name", "more", "--label", "More"]);
    let bad = elsewhere.path().join("bad.vtt");
    std::fs::write(&bad, "<html>").unwrap();
    house.refused(&["add", bad.to_str().unwrap()]);
    assert!(!house.file("bad.vtt").exists());
}

#[test]
fn history_is_told_and_reverted() {
    let house = House::new();
    let first = house.json(&["hide", "de"])["revision"].as_str().unwrap().to_owned();
    house.done(&["hide", "fr-commentary", "--if-match", &first]);
    let history = house.json(&["history"]);
    assert_eq!(history.as_array().unwrap().len(), 2);
    assert_eq!((&history[0]["by"], &history[1]["revision"]), (&json!("command line"), &json!(first)));
    let table = house.done(&["history"]);
    assert!(table.lines().nth(1).unwrap().ends_with("~fr-commentary"), "{table}");
    house.done(&["revert", &first]);
    assert_eq!(house.track("fr-commentary")["visibility"], Value::Null);
    assert_eq!(house.track("de")["visibility"], "hidden");
}

#[test]
fn an_asset_that_is_named_as_an_action() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("show")).unwrap();
    std::fs::copy(samples().join("radio/radio-48.m4a"), folder.path().join("show/radio.m4a")).unwrap();
    let said = Said::of(program().arg("tracks").arg(folder.path()).args(["show/", "set", "radio", "label=Radio"]));
    assert_eq!(said.code, Some(0), "{said:?}");
}

#[test]
fn a_conversion_runs_in_the_foreground() {
    if std::process::Command::new("ffmpeg").arg("-version").output().is_err() {
        super::skipped::skipped("a conversion needs ffmpeg");
        return;
    }
    let house = House::new();
    let mut wav = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\xbb\0\0\0\x77\x01\0\x02\0\x10\0data".to_vec();
    wav.extend(192_000u32.to_le_bytes());
    wav.extend([0; 192_000]);
    std::fs::write(house.file("narration-de.wav"), &wav).unwrap();
    let added = house.json(&["add", "narration-de.wav", "--role", "description"]);
    assert_eq!((&added["track"]["file"], &added["track"]["language"]), (&json!("narration-de.m4a"), &json!("de")));
    assert_eq!(house.track("narration-de")["status"], Value::Null, "ready");
    assert!(house.done(&[]).contains("narration-de.m4a") && house.file("narration-de.wav").exists());
    // What fails is told, and the track says it, too.
    std::fs::write(house.file("cut.wav"), &wav[..50_000]).unwrap();
    let said = house.say(&["add", "cut.wav"]);
    assert!(said.failure().contains("cut short"), "{said:?}");
    assert_eq!(house.track("cut")["status"], "error");
    assert_eq!(house.json(&["remove", "cut", "--delete-file"])["changed"], true);
}

fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn until(what: impl Fn() -> bool) {
    let begin = Instant::now();
    while !what() {
        assert!(begin.elapsed() < LONG, "it does not happen");
        std::thread::yield_now();
    }
}

fn serve(folder: &Path) -> Serving {
    Serving::start(program().arg("serve").arg(folder).args(["--listen", "127.0.0.1:0"]))
}

#[test]
fn a_running_server_sees_the_edit() {
    let house = House::new();
    let serving = serve(house.0.path());
    let playlist = || get(serving.address, "/harbour/master.m3u8");
    assert!(playlist().contains("fr-commentary"));
    house.done(&["hide", "fr-commentary"]);
    until(|| !playlist().contains("fr-commentary"));
}
