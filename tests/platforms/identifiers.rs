//! What assets are called on other platforms, as `signalbox inspect` tells it.

use super::samples::samples;
use serde_json::Value;
use signalbox::api::Uid;
use std::process::Command;

fn inspect(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_signalbox")).arg("inspect").arg(samples()).args(arguments).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn identifiers_are_told_and_lead_back() {
    let (hex, base64url) = (Uid::of_asset("talk").hex(), Uid::of_asset("talk").base64url());
    let text = inspect(&["talk"]);
    assert!(text.contains(&format!("  also known as {hex} (Cloudflare Stream), {base64url} (DatoCMS)\n")), "{text}");
    let assets: Value = serde_json::from_str(&inspect(&["--json"])).unwrap();
    for asset in assets.as_array().unwrap() {
        let name = asset["asset"].as_str().unwrap();
        assert_eq!(Uid::parse_hex(asset["ids"]["cloudflare"].as_str().unwrap()), Some(Uid::of_asset(name)));
        assert_eq!(Uid::parse_base64url(asset["ids"]["datocms"].as_str().unwrap()), Some(Uid::of_asset(name)));
        for track in asset["tracks"].as_array().unwrap() {
            let uid = Uid::of_track(name, track["name"].as_str().unwrap());
            assert_eq!(
                (&track["ids"]["cloudflare"], &track["ids"]["datocms"]),
                (&uid.hex().into(), &uid.base64url().into())
            );
        }
    }
}

#[test]
fn those_of_the_configuration_go_before() {
    let config = tempfile::NamedTempFile::new().unwrap();
    let text = "[facades.cloudflare]\nuids = { ea95132c15732412d22c1476fa83f27a = \"talk\" }\n\
                [facades.datocms]\nids = { q0VNpiNQSkG6z0lif_O1zg = \"talk\" }\n";
    std::fs::write(config.path(), text).unwrap();
    let text = inspect(&["talk", "--config", config.path().to_str().unwrap()]);
    let line = "ea95132c15732412d22c1476fa83f27a (Cloudflare Stream), q0VNpiNQSkG6z0lif_O1zg (DatoCMS)";
    assert!(text.contains(line), "{text}");
}
