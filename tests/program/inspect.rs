//! `signalbox inspect` of good assets.

use super::samples::samples;
use super::support::{Said, program};
use serde_json::Value;
use std::io::Read;
use std::process::Stdio;

fn json(arguments: &[&str]) -> Value {
    let said = Said::of(program().arg("inspect").arg(samples()).args(arguments).arg("--json"));
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    serde_json::from_str(&said.out).unwrap()
}

#[test]
fn json_says_of_each_track_what_it_is_and_what_players_are_told() {
    let assets = json(&[]);
    let names: Vec<&str> = assets.as_array().unwrap().iter().map(|asset| asset["asset"].as_str().unwrap()).collect();
    assert_eq!(names, ["harbour", "legacy", "modern", "radio", "talk"]);
    for asset in assets.as_array().unwrap() {
        assert!(asset["duration"].as_f64().unwrap() > 1.0);
        for track in asset["tracks"].as_array().unwrap() {
            let media = &track["media"];
            assert!(media["codec"].as_str().is_some_and(|codec| codec.len() >= 4), "{track}");
            assert!(media["bytes"].as_u64().unwrap() > 0, "{track}");
            assert!(media["duration"].as_f64().unwrap() > 0.5, "{track}");
            assert!(media["average_bit_rate"].as_f64().unwrap() > 0.0, "{track}");
            assert!(track["language"].is_string() || track["language"].is_null());
            let offered = track["visible"] == true;
            assert_eq!(track["hls"].as_array().is_some_and(|lines| !lines.is_empty()), offered, "{track}");
            assert_eq!(track["dash"].is_object(), offered, "{track}");
            assert_eq!(track["peak_bit_rate"].is_u64(), offered, "{track}");
            let spacing = &media["sync_spacing"];
            assert_eq!(spacing["longest"].is_number(), track["type"] == "video", "{track}");
        }
    }
    let tracks = |asset: usize| assets[asset]["tracks"].as_array().unwrap();
    let video = &tracks(0)[2];
    assert_eq!(video["media"]["codec"], "avc1.64001f");
    assert_eq!((&video["media"]["width"], &video["media"]["height"]), (&1280.into(), &720.into()));
    assert_eq!(video["media"]["sync_spacing"]["shortest"], 2.0);
    let description = tracks(0).iter().find(|track| track["name"] == "en-description").unwrap();
    assert!(description["hls"][0].as_str().unwrap().contains("public.accessibility.describes-video"));
    assert!(description["dash"].to_string().contains("AudioPurposeCS"));
    assert_eq!(description["language"], "en");
}

#[test]
fn text_says_the_same_to_a_person() {
    let said = Said::of(program().arg("inspect").arg(samples()).arg("harbour"));
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    for words in [
        "harbour  \"Harbour at night\"  36.000 s, asset.json",
        "  video-720  video  und  video-720.mp4",
        "avc1.64001f, 1280x720 SDR, 36.000 s",
        "sync samples every 2.000 to 2.000 s",
        "    HLS   #EXT-X-MEDIA:TYPE=AUDIO",
        "    DASH  AdaptationSet",
        "    hidden: in no manifest",
    ] {
        assert!(said.out.contains(words), "{words}:\n{}", said.out);
    }
    assert!(!said.out.contains("radio"), "only the asset that was named");
}

#[test]
fn what_is_not_served_as_it_is_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("asset")).unwrap();
    std::fs::copy(samples().join("talk/talk.en.vtt"), folder.path().join("asset/talk.vtt")).unwrap();
    let track = |name: &str, rest: &str| format!(r#"{{"name": "{name}", "type": "text", "file": "talk.vtt", {rest}}}"#);
    let first = track("a", r#""language": "english", "label": "One""#);
    let document = format!(r#"{{"tracks": [{first}, {}]}}"#, track("b", r#""label": "One""#));
    std::fs::write(folder.path().join("asset/asset.json"), document).unwrap();
    let said = Said::of(program().arg("inspect").arg(folder.path()));
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    for told in ["asset/asset.json: tracks[0].language: ", "asset/asset.json: tracks[1].label: "] {
        assert!(said.out.contains(&format!("  ignored: {told}")), "{}", said.out);
    }
    let said = Said::of(program().arg("inspect").arg(folder.path()).arg("--json"));
    let assets: Value = serde_json::from_str(&said.out).unwrap();
    let ignored = &assets[0]["ignored"];
    assert_eq!((&ignored[0]["rule"], &ignored[0]["track"]), (&"language-tag".into(), &"a".into()));
    assert_eq!((&ignored[1]["rule"], &ignored[1]["path"]), (&"unique-label".into(), &"tracks[1].label".into()));
}

#[test]
fn one_assets_own_folder_is_inspected() {
    let said = Said::of(program().arg("inspect").arg(samples().join("talk")));
    assert_eq!(said.code, Some(0));
    assert!(said.out.starts_with("talk  "), "{}", said.out);
}

#[test]
fn what_is_not_there_is_said() {
    let said = Said::of(program().arg("inspect").arg(samples()).arg("nowhere"));
    assert_eq!(said.failure(), "there is no asset \"nowhere\"");
    let empty = tempfile::tempdir().unwrap();
    let said = Said::of(program().arg("inspect").arg(empty.path()));
    assert!(said.failure().contains("no asset found"), "{said:?}");
    let said = Said::of(program().args(["inspect", "/no/such/folder"]));
    assert_eq!(said.failure(), "/no/such/folder does not exist");
}

#[test]
fn whoever_has_read_enough_may_close_the_pipe() {
    for arguments in [&[][..], &["--json"]] {
        let mut command = program();
        command.arg("inspect").arg(samples()).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""));
    }
}
