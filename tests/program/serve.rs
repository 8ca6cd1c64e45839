//! `signalbox serve`.

use super::samples::samples;
use super::support::{LONG, Said, Serving, program};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;

fn serve(folder: &Path) -> Serving {
    Serving::start(program().arg("serve").arg(folder).args(["--listen", "127.0.0.1:0"]))
}

fn ask(address: SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    stream
}

/// Head and body of an answer.
fn get(address: SocketAddr, path: &str) -> (String, Vec<u8>) {
    let mut answer = Vec::new();
    ask(address, path).read_to_end(&mut answer).unwrap();
    split(answer)
}

fn split(answer: Vec<u8>) -> (String, Vec<u8>) {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end..].to_vec())
}

fn link_in(playlist: &[u8], suffix: &str) -> String {
    let text = String::from_utf8_lossy(playlist);
    text.split(['"', '\n']).find(|word| word.ends_with(suffix)).unwrap().to_owned()
}

#[test]
fn it_says_what_it_found_with_a_link_that_works() {
    let mut serving = serve(&samples());
    assert!(serving.line().starts_with("a page for people at http://"));
    assert_eq!(serving.line(), "5 assets");
    for (asset, what) in [
        ("harbour", "3 video, 4 audio, 4 text (1 hidden)"),
        ("legacy", "3 video, 2 audio, 2 text (1 hidden)"),
        ("modern", "2 video, 1 audio, 1 text"),
        ("radio", "2 audio"),
        ("talk", "1 video, 1 audio, 1 text"),
    ] {
        let link = format!("http://{}/{asset}/master.m3u8", serving.address);
        assert_eq!(serving.line(), format!("  {asset}  {what}  {link}"));
        let (head, body) = get(serving.address, &format!("/{asset}/master.m3u8"));
        assert!(head.starts_with("HTTP/1.1 200 ") && body.starts_with(b"#EXTM3U\n"), "{head}");
    }
}

#[test]
fn one_assets_own_folder_is_served_under_its_name() {
    let mut serving = serve(&samples().join("radio"));
    assert!(serving.line().starts_with("a page for people at http://"));
    assert_eq!(serving.line(), "1 asset");
    assert!(serving.line().starts_with("  radio  2 audio  http://"));
    let (head, _) = get(serving.address, "/radio/manifest.mpd");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
}

#[test]
fn every_link_can_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    for (asset, file) in [("Köln & 100% näher #1", "radio/radio-48.m4a"), ("text", "talk/talk.en.vtt")] {
        std::fs::create_dir(folder.path().join(asset)).unwrap();
        let source = samples().join(file);
        std::fs::copy(&source, folder.path().join(asset).join(source.file_name().unwrap())).unwrap();
    }
    let mut serving = serve(folder.path());
    assert!(serving.line().starts_with("a page for people at http://"));
    assert_eq!(serving.line(), "2 assets");
    for (told, manifest) in
        [("  Köln & 100% näher #1  1 audio  http", "master.m3u8"), ("  text  1 text  http", "manifest.mpd")]
    {
        let line = serving.line();
        assert!(line.starts_with(told), "{line}");
        let path = line.rsplit_once(&serving.address.to_string()).unwrap().1;
        assert!(path.ends_with(manifest) && path.is_ascii() && !path.contains([' ', '#']), "{path}");
        let (head, _) = get(serving.address, path);
        assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {head}");
    }
}

#[test]
fn an_asset_with_a_bad_file_is_told_and_the_others_are_served() {
    let folder = tempfile::tempdir().unwrap();
    for asset in ["good", "bad"] {
        std::fs::create_dir(folder.path().join(asset)).unwrap();
    }
    std::fs::copy(samples().join("radio/radio-48.m4a"), folder.path().join("good/radio.m4a")).unwrap();
    std::fs::write(folder.path().join("bad/video.mp4"), "").unwrap();
    let mut serving = serve(folder.path());
    assert!(serving.line().starts_with("a page for people at http://"));
    assert_eq!(serving.line(), "2 assets");
    while !serving.line().contains("good") {}
    assert!(get(serving.address, "/good/master.m3u8").0.starts_with("HTTP/1.1 200 "));
    serving.signal("TERM");
    let (code, err) = serving.end();
    assert_eq!(code, Some(0));
    assert!(err.contains("bad/video.mp4: the file is empty"), "{err}");
}

#[test]
fn what_of_a_document_is_not_served_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for asset in ["asset", "next"] {
        std::fs::create_dir(folder.path().join(asset)).unwrap();
        std::fs::copy(samples().join("radio/radio-48.m4a"), folder.path().join(asset).join("radio.m4a")).unwrap();
    }
    let track = r#"{"name": "radio", "type": "audio", "file": "radio.m4a", "roles": ["mian"], "forced": true}"#;
    std::fs::write(folder.path().join("asset/asset.json"), format!(r#"{{"tracks": [{track}]}}"#)).unwrap();
    let mut serving = serve(folder.path());
    while !serving.line().contains("/next/master.m3u8") {}
    serving.signal("TERM");
    let (code, err) = serving.end();
    assert_eq!(code, Some(0));
    for path in ["roles[0]", "forced"] {
        let told = format!("asset/asset.json: tracks[0].{path}: ");
        assert!(err.lines().any(|line| line.contains("WARN") && line.contains(&told)), "{err}");
    }
}

#[test]
fn sigterm_lets_an_open_response_end_and_exits_with_0() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("asset")).unwrap();
    let video = folder.path().join("asset/video.mp4");
    std::fs::copy(samples().join("harbour/video-720.mp4"), &video).unwrap();
    let config = folder.path().join("config.toml");
    // All of the video in one segment: more than the sockets hold of a client that does not read.
    std::fs::write(&config, "[playback]\nsegment_duration = \"60s\"\n").unwrap();
    let mut command = program();
    command.arg("serve").arg(folder.path()).args(["--listen", "127.0.0.1:0", "--config"]).arg(&config);
    let serving = Serving::start(&mut command);
    let (_, playlist) = get(serving.address, "/asset/video.m3u8");
    let segment = format!("/asset/{}", link_in(&playlist, "0.m4s"));
    let mut open = ask(serving.address, &segment);
    let mut start = [0; 1];
    open.read_exact(&mut start).unwrap();
    serving.signal("TERM");
    // It refuses what is new, and still sends what is open.
    while TcpStream::connect(serving.address).is_ok() {}
    let mut answer = start.to_vec();
    open.read_to_end(&mut answer).unwrap();
    let (head, body) = split(answer);
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert_eq!(body.len(), length.parse::<usize>().unwrap());
    assert!(body.len() > 3_500_000, "the segment holds the video");
    let (code, err) = serving.end();
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("SIGTERM"), "{err}");
}

#[test]
fn it_serves_on_when_nobody_reads_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    for (asset, document) in [("a", "{"), ("b", "{")] {
        std::fs::create_dir(folder.path().join(asset)).unwrap();
        std::fs::write(folder.path().join(asset).join("asset.json"), document).unwrap();
    }
    let mut command = program();
    command.arg("serve").arg(folder.path()).args(["--listen", "127.0.0.1:0"]).env("SIGNALBOX_LOG", "debug");
    let mut serving = Serving::start(&mut command);
    drop(serving.child.stderr.take());
    for _ in 0..3 {
        // A refusal is logged, to nobody.
        assert!(get(serving.address, "/a/master.m3u8").0.starts_with("HTTP/1.1 500 "));
    }
    assert!(get(serving.address, "/healthz").0.starts_with("HTTP/1.1 200 "));
    serving.signal("INT");
    assert_eq!(serving.end().0, Some(0));
}

#[test]
fn a_port_in_use_is_said() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = Said::of(program().arg("serve").arg(samples()).args(["--listen", &address]));
    let line = said.failure();
    assert!(line.contains(&address) && line.contains("in use") && line.contains("--listen"), "{line}");
    assert_eq!(said.out, "");
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let said = Said::of(program().args(["serve", "/no/such/folder"]));
    assert_eq!(said.failure(), "/no/such/folder does not exist");
    let file = samples().join("radio/asset.json");
    let said = Said::of(program().arg("serve").arg(&file));
    assert!(said.failure().contains("not a folder"), "{said:?}");
}

#[test]
fn a_wrong_configuration_is_said_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    for (text, words) in [
        ("[server]\nlistn = \"127.0.0.1:0\"\n", &["listn", "listen", "2"][..]),
        ("[sever]\n", &["sever", "server"]),
        ("[playback]\nsegment_duration = \"6 parsecs\"\n", &["segment_duration", "6 parsecs"]),
        ("[playback]\nsegment_duration = \"1ms\"\n", &["playback.segment_duration", "1s"]),
        ("[server\n", &["config.toml"]),
    ] {
        std::fs::write(&file, text).unwrap();
        let said = Said::of(program().arg("serve").arg(samples()).arg("--config").arg(&file));
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.err.lines().all(|line| line.starts_with("signalbox: ")), "{}", said.err);
        assert!(said.err.contains("config.toml"), "{}", said.err);
        assert!(words.iter().all(|word| said.err.contains(word)), "{words:?}:\n{}", said.err);
    }
    let said = Said::of(program().arg("serve").arg(samples()).args(["--config", "/no/such.toml"]));
    assert!(said.failure().starts_with("/no/such.toml cannot be read: "), "{said:?}");
}
