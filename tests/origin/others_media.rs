//! Media made by others, where `SIGNALBOX_MEDIA` says: which plays and which is refused, and
//! in what words. The files are no part of this project; without them there is nothing to test.

use super::skipped::skipped;
use super::support::{Server, boxes};
use std::path::{Path, PathBuf};
use std::process::Command;

enum Outcome {
    /// Plays. The rules of streamcheck that the file itself breaks, with the reason, are left out.
    Plays(&'static [&'static str]),
    /// Is refused with a line that has these words.
    Refused(&'static [&'static str]),
}

use Outcome::{Plays, Refused};

const FILES: [(&str, Outcome); 15] = [
    ("real/BBB_fixedres_B_180x320_80.mp4", Plays(&[])),
    ("real/BBB_fixedres_B_180x320_120.mp4", Plays(&[])),
    ("real/BBB_fixedres_B_180x320_200.mp4", Plays(&[])),
    ("real/ac3-sample.mp4", Plays(&[])),
    // Its pixels are not square: the I-frame rendition is measured by coded pixels only.
    ("real/bbb_prog_10s.mp4", Plays(&["HLS-M-RES"])),
    ("real/count-deutsch-audio.mp4", Plays(&[])),
    ("real/count-english-audio.mp4", Plays(&[])),
    // Of variable frame rate: its decode durations add up to 0.147 s more than what is shown.
    ("real/count-video.mp4", Plays(&["HLS-SEG-DUR"])),
    // Open GOPs: pictures shown before a key frame follow it, and the rule takes the first of those for it.
    ("real/foreman-hevc-384.mp4", Plays(&["HLS-IF-TIME"])),
    ("real/output_audio-2ch-20s.mp4", Plays(&[])),
    // The movie header has no timescale, which only edits would need; some pictures are damaged in the file.
    ("malformed/no_timescale.mp4", Plays(&["DECODE"])),
    ("malformed/bipbop_nonfragment_header.mp4", Refused(&["cut short", "sample 1 of track 1", "8745"])),
    ("malformed/chunk_out_of_range.mp4", Refused(&["stsc at byte 8501", "damaged"])),
    ("malformed/invalid_userdata.mp4", Refused(&["cut short", "sample 1 of track 2", "135418"])),
    ("malformed/test_case_1185230.mp4", Refused(&["cut short", "sample 4 of track 1", "3250"])),
];

/// Audio a little shorter than the video it goes with is shown as it is.
const SHORTER_AUDIO: [&str; 3] = ["HLS-DUR-SAME", "DASH-COVER", "HLS-SEG-DUR"];

fn media() -> Option<PathBuf> {
    let folder = std::env::var_os("SIGNALBOX_MEDIA").map(PathBuf::from);
    if folder.is_none() {
        skipped("media made by others: SIGNALBOX_MEDIA names no folder of them");
    }
    folder
}

/// An asset of copies of `files` in a new folder.
fn asset(media: &Path, files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("asset")).unwrap();
    for file in files {
        let name = Path::new(file).file_name().unwrap();
        std::fs::write(folder.path().join("asset").join(name), std::fs::read(media.join(file)).unwrap()).unwrap();
    }
    folder
}

/// Fetches all there is, then lets streamcheck judge it.
async fn plays(server: &Server, name: &str, skip: &[&str]) {
    let (_, mut media) = server.hls("asset").await;
    media.extend(server.dash("asset").await);
    assert!(media.len() > 1, "{name}");
    for path in media {
        let answer = server.get(&path).await.ok();
        assert!(!boxes(answer.bytes()).is_empty(), "{name} {path}");
    }
    let (address, skip, name) = (server.address, skip.join(","), name.to_owned());
    tokio::task::spawn_blocking(move || streamcheck(&format!("http://{address}/asset"), &skip, &name)).await.unwrap();
}

fn streamcheck(base: &str, skip: &str, name: &str) {
    let there = |program: &str| Command::new(program).arg("-version").output().is_ok();
    if !there("python3") || !there("ffmpeg") {
        skipped(&format!("streamcheck of media made by others: {name} needs python3 and ffmpeg"));
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/streamcheck/streamcheck.py");
    let mut check = Command::new("python3");
    check.arg("-B").arg(script).arg("--decode");
    check.args(["--skip", skip, &format!("{base}/master.m3u8"), &format!("{base}/manifest.mpd")]);
    let out = check.output().unwrap();
    assert!(out.status.success(), "{name}\n{}", String::from_utf8_lossy(&out.stdout));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_file_plays_or_is_refused_in_words() {
    let Some(media) = media() else { return };
    for (file, outcome) in &FILES {
        let folder = asset(&media, &[file]);
        let server = Server::of(folder.path()).await;
        match outcome {
            Plays(skip) => plays(&server, file, skip).await,
            Refused(words) => {
                for manifest in ["/asset/master.m3u8", "/asset/manifest.mpd"] {
                    server.get(manifest).await.refused(404);
                }
                let line = refusal(folder.path()).await;
                assert!(words.iter().all(|word| line.contains(word)), "{file}: {line}");
            }
        }
    }
}

/// Why the file of an asset cannot be used.
async fn refusal(folder: &Path) -> String {
    let inspect = Command::new(env!("CARGO_BIN_EXE_signalbox")).arg("inspect").arg(folder).output().unwrap();
    assert_eq!(inspect.status.code(), Some(1));
    String::from_utf8(inspect.stderr).unwrap()
}

#[tokio::test]
async fn no_file_is_left_out_of_the_table() {
    let Some(media) = media() else { return };
    for folder in ["real", "malformed"] {
        for entry in std::fs::read_dir(media.join(folder)).unwrap() {
            let name = format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap());
            assert!(FILES.iter().any(|(file, _)| *file == name), "{name} is not in the table");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ladder_is_one_asset() {
    let Some(media) = media() else { return };
    let files = [80, 120, 200].map(|rate| format!("real/BBB_fixedres_B_180x320_{rate}.mp4"));
    let folder = asset(&media, &files.each_ref().map(String::as_str));
    let server = Server::of(folder.path()).await;
    plays(&server, "the ladder", &[]).await;
    let master = server.get("/asset/master.m3u8").await.ok();
    assert_eq!(master.text().lines().filter(|line| line.starts_with("#EXT-X-STREAM-INF:")).count(), 3);
    let mpd = server.get("/asset/manifest.mpd").await.ok();
    assert_eq!((mpd.text().matches("<AdaptationSet ").count(), mpd.text().matches("<Representation ").count()), (1, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_and_its_languages_are_one_asset() {
    let Some(media) = media() else { return };
    let files = ["real/count-video.mp4", "real/count-english-audio.mp4", "real/count-deutsch-audio.mp4"];
    let folder = asset(&media, &files);
    let track = |name: &str, kind: &str, more: &str| {
        format!(r#"{{ "name": "{name}", "type": "{kind}", "file": "count-{name}.mp4"{more} }}"#)
    };
    let tracks = [
        track("video", "video", ""),
        track("english-audio", "audio", r#", "language": "en", "default": true"#),
        track("deutsch-audio", "audio", r#", "language": "de""#),
    ];
    let document = format!(r#"{{ "tracks": [{}] }}"#, tracks.join(", "));
    std::fs::write(folder.path().join("asset/asset.json"), document).unwrap();
    let server = Server::of(folder.path()).await;
    plays(&server, "the count", &SHORTER_AUDIO).await;
    let master = server.get("/asset/master.m3u8").await.ok();
    for words in ["NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES", "NAME=\"Deutsch\",LANGUAGE=\"de\",DEFAULT=NO"] {
        assert!(master.text().contains(words), "{words}:\n{}", master.text());
    }
}
