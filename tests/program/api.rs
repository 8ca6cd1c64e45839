//! The API as the program gives it: on which listener, to whom, and with which tokens.

use super::samples::samples;
use super::support::{LONG, Said, Serving, program};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

/// The status of an answer, and its body.
fn get(address: SocketAddr, path: &str, more: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), body.to_owned())
}

fn config(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("signalbox.toml");
    std::fs::write(&file, text).unwrap();
    (folder, file)
}

fn serve(config: &PathBuf, listen: &str) -> std::process::Command {
    let mut command = program();
    command.arg("serve").arg(samples()).args(["--listen", listen, "--config"]).arg(config);
    command
}

#[test]
fn it_is_beside_the_players_on_this_machine() {
    let (_folder, file) = config("");
    let serving = Serving::start(&mut serve(&file, "127.0.0.1:0"));
    let (status, body) = get(serving.address, "/api/v1/assets", "");
    assert!(status == 200 && body.contains("\"harbour\""), "{body}");
    assert_eq!(get(serving.address, "/radio/master.m3u8", "").0, 200);
}

#[test]
fn it_does_not_start_open_to_others() {
    let (_folder, file) = config("");
    let said = Said::of(&mut serve(&file, "0.0.0.0:0"));
    let line = said.failure();
    assert!(["signalbox token", "api.listen", "api.enabled"].iter().all(|way| line.contains(way)), "{line}");
    let (_folder, file) = config("[api]\nlisten = \"0.0.0.0:0\"");
    assert!(Said::of(&mut serve(&file, "127.0.0.1:0")).failure().contains("0.0.0.0:0"));
}

#[test]
fn each_way_out_is_one() {
    let token = Said::of(program().args(["token", "desk"]));
    let secret = token.out.split_whitespace().find(|word| word.starts_with("sbx_")).unwrap().to_owned();
    let line = token.out.lines().find(|line| line.contains("sha256")).unwrap();
    let (_folder, file) = config(&format!("[api]\ntokens = [\n{line}\n]\n"));
    let serving = Serving::start(&mut serve(&file, "0.0.0.0:0"));
    let local = SocketAddr::from(([127, 0, 0, 1], serving.address.port()));
    assert_eq!(get(local, "/api/v1/assets", "").0, 401);
    assert_eq!(get(local, "/api/v1/assets", &format!("Authorization: Bearer {secret}\r\n")).0, 200);
    let (_folder, file) = config("[api]\nenabled = false\n");
    let serving = Serving::start(&mut serve(&file, "0.0.0.0:0"));
    let local = SocketAddr::from(([127, 0, 0, 1], serving.address.port()));
    let (status, body) = get(local, "/api/v1/assets", "");
    assert!(status == 404 && !body.contains("problems"), "there is no API: {body}");
    let (_folder, file) = config("[api]\nlisten = \"127.0.0.1:0\"\n");
    let mut serving = Serving::start(&mut serve(&file, "0.0.0.0:0"));
    let line = serving.line();
    let own = line.strip_prefix("editing at http://").and_then(|rest| rest.strip_suffix("/api/v1"));
    let own: SocketAddr = own.unwrap_or_else(|| panic!("{line}")).parse().unwrap();
    assert_eq!(get(own, "/api/v1/assets", "").0, 200);
    assert_eq!(get(own, "/radio/master.m3u8", "").0, 404, "nothing else is there");
    assert_eq!(serving.line(), format!("a page for people at http://{own}/"));
    assert!(get(own, "/", "").1.contains("<title>Signalbox</title>"));
    let players = SocketAddr::from(([127, 0, 0, 1], serving.address.port()));
    assert_eq!(get(players, "/", "").0, 404, "the page is where the API is");
    let players = SocketAddr::from(([127, 0, 0, 1], serving.address.port()));
    assert_eq!(get(players, "/api/v1/assets", "").0, 404);
    serving.signal("TERM");
    assert_eq!(serving.end().0, Some(0));
}

#[test]
fn the_page_can_be_switched_off() {
    let (_folder, file) = config("");
    let mut serving = Serving::start(&mut serve(&file, "127.0.0.1:0"));
    assert_eq!(serving.line(), format!("a page for people at http://{}/", serving.address));
    let (status, body) = get(serving.address, "/", "");
    assert!(status == 200 && body.contains("<title>Signalbox</title>"), "{body}");
    assert_eq!(get(serving.address, "/api/page/app.js", "").0, 200);
    let counted = get(serving.address, "/metrics", "").1;
    assert!(counted.contains("signalbox_requests_total{answer=\"api\",status=\"2xx\"} 2\n"), "{counted}");
    let (_folder, off) = config("[api]\npage = false\n");
    for mut command in [serve(&off, "127.0.0.1:0"), serve(&file, "127.0.0.1:0")] {
        let serving = Serving::start(command.arg("--no-page"));
        for path in ["/", "/api/page/app.js"] {
            assert_eq!(get(serving.address, path, "").0, 404, "{path}");
        }
        assert_eq!(get(serving.address, "/api/v1/assets", "").0, 200);
    }
    let serving = Serving::start(&mut serve(&off, "127.0.0.1:0"));
    assert_eq!(get(serving.address, "/", "").0, 404);
}

#[test]
fn a_token_is_printed_once_with_its_line() {
    let said = Said::of(program().args(["token", "desk", "--scope", "read", "--prefix", "shows"]));
    assert_eq!((said.code, said.out.matches("sbx_").count()), (Some(0), 1), "{said:?}");
    assert!(said.out.contains("scope = \"read\", prefix = \"shows/\" }"), "{}", said.out);
    assert!(Said::of(program().args(["token", "desk", "--prefix", "../up"])).failure().contains("shows/"));
    assert!(Said::of(program().args(["token", ""])).failure().contains("cannot name"));
}

#[test]
fn an_asset_that_the_api_hides_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for asset in ["api/show", "uploads/film"] {
        std::fs::create_dir_all(folder.path().join(asset)).unwrap();
        let captions = folder.path().join(asset).join("en.vtt");
        std::fs::write(captions, "WEBVTT\n\n00:00.000 --> 00:01.000\nHm\n").unwrap();
    }
    let told = |config: &Path| {
        let mut serve = program();
        serve.arg("serve").arg(folder.path()).args(["--listen", "127.0.0.1:0", "--no-page", "--config"]).arg(config);
        let mut serving = Serving::start(&mut serve);
        assert_eq!(serving.line(), "2 assets");
        assert!(serving.line().contains("api/show") && serving.line().contains("uploads/film"));
        let (status, _) = get(serving.address, "/uploads/film/manifest.mpd", "");
        serving.signal("TERM");
        (status, serving.end().1)
    };
    let (_folder, file) = config("");
    let (status, err) = told(&file);
    assert!(err.contains("api/show cannot be played (nor can 1 more)") && err.contains("api.listen"), "{err}");
    assert_eq!(status, 404);
    let (_folder, file) = config("[facades.datocms]\nenabled = false\n");
    let (status, err) = told(&file);
    assert!(err.contains("api/show cannot be played:"), "{err}");
    assert_eq!(status, 200);
}
