//! The manifests of the sample assets, word for word.
//!
//! `UPDATE=1 cargo test --test golden` writes the files anew; what then changed is for a person to read. Revisions stand
//! as `REV`: they depend on the times of the files.

#[path = "support/player.rs"]
mod player;
#[path = "support/playlist.rs"]
mod playlist;

use player::Player;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const ASSETS: [&str; 5] = ["harbour", "legacy", "modern", "radio", "talk"];

fn house(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

/// Every manifest that players find from the two entrances, by its file name here.
async fn manifests(player: &Player, asset: &str) -> BTreeMap<String, String> {
    let mut manifests = BTreeMap::new();
    for (name, path) in [
        ("master.m3u8", "master.m3u8"),
        ("master.imsc.m3u8", "master.m3u8?text=imsc"),
        ("manifest.mpd", "manifest.mpd"),
        ("manifest.imsc.mpd", "manifest.mpd?text=imsc"),
    ] {
        manifests.insert(name.to_owned(), player.text(&format!("/{asset}/{path}")).await);
    }
    let masters = [&manifests["master.m3u8"], &manifests["master.imsc.m3u8"]];
    let playlists: BTreeSet<String> = masters.into_iter().flat_map(|master| playlists_of(master)).collect();
    for name in playlists {
        let text = player.text(&format!("/{asset}/{name}")).await;
        manifests.insert(name, text);
    }
    manifests
}

/// The URIs of a multivariant playlist: those of lines of their own and those of attributes.
fn playlists_of(master: &str) -> Vec<String> {
    let lines = playlist::lines(master).into_iter().filter(|line| !line.starts_with('#')).map(str::to_owned);
    let tags = ["EXT-X-MEDIA", "EXT-X-I-FRAME-STREAM-INF"];
    let attributes = tags.iter().flat_map(|tag| playlist::attribute_lists(master, tag));
    let uris = attributes.filter_map(|mut attributes| Some(attributes.remove("URI")?.trim_matches('"').to_owned()));
    lines.chain(uris).collect()
}

/// `media/{track}/{12 hex}/` with `REV` for the hexadecimal digits.
fn without_revisions(text: &str) -> String {
    let is_revision = |part: &str| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts = text.split('/').map(|part| if is_revision(part) { "REV" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The lines that differ, each with its number; a line that only one text has is shown alone.
fn differences(expected: &str, found: &str) -> String {
    let (mut expected_lines, mut found_lines) = (expected.lines(), found.lines());
    let mut differences = String::new();
    for number in 1.. {
        let (old, new) = (expected_lines.next(), found_lines.next());
        if old.is_none() && new.is_none() {
            break;
        }
        if old != new {
            let line = |sign, line: Option<&str>| line.map(|line| format!("  {number:4} {sign} {line}\n"));
            differences.extend(line('-', old).into_iter().chain(line('+', new)));
        }
    }
    differences
}

#[tokio::test]
async fn manifests_are_as_they_were() {
    let update = std::env::var_os("UPDATE").is_some();
    let player = Player::over(&house("assets-sample"));
    let mut problems = String::new();
    for asset in ASSETS {
        let folder = house("tests/golden").join(asset);
        let manifests = manifests(&player, asset).await;
        if update {
            let _ = std::fs::remove_dir_all(&folder);
            std::fs::create_dir_all(&folder).unwrap();
        }
        for (name, text) in &manifests {
            let (file, text) = (folder.join(name), without_revisions(text));
            if update {
                std::fs::write(file, text).unwrap();
                continue;
            }
            match std::fs::read_to_string(&file) {
                Ok(expected) if expected == text => {}
                Ok(expected) => problems += &format!("{asset}/{name}:\n{}", differences(&expected, &text)),
                Err(_) => problems += &format!("{asset}/{name}: new\n"),
            }
        }
        for entry in std::fs::read_dir(&folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if !manifests.contains_key(&name) {
                problems += &format!("{asset}/{name}: gone\n");
            }
        }
    }
    assert!(problems.is_empty(), "\n{problems}\nIf this is meant: UPDATE=1 cargo test --test golden\n");
}

/// A strong ETag needs it, and so do two nodes that serve one store.
#[tokio::test]
async fn two_loads_give_the_same_bytes() {
    for asset in ASSETS {
        let one = manifests(&Player::over(&house("assets-sample")), asset).await;
        let other = manifests(&Player::over(&house("assets-sample")), asset).await;
        assert_eq!(one, other, "{asset}");
    }
}

#[test]
fn a_difference_is_told_by_its_lines() {
    assert_eq!(differences("a\nb\nc\n", "a\nx\nc\nd\n"), "     2 - b\n     2 + x\n     4 + d\n");
    assert_eq!(differences("a\n", "a\n"), "");
    assert_eq!(without_revisions("media/en/0a9df0f1f203/0.m4s"), "media/en/REV/0.m4s");
}
