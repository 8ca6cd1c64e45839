//! An edit of the track document publishes: manifests change at once, no segment does.

use super::support::{Server, copies, replace};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

fn edit(folder: &Path, change: impl Fn(&mut Value)) {
    let path = folder.join("harbour/asset.json");
    let mut document: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut document);
    replace(&path, &serde_json::to_vec(&document).unwrap());
}

fn track<'a>(document: &'a mut Value, name: &str) -> &'a mut Value {
    document["tracks"].as_array_mut().unwrap().iter_mut().find(|track| track["name"] == name).unwrap()
}

/// Every segment of the asset with its bytes.
async fn segments(server: &Server) -> BTreeMap<String, bytes::Bytes> {
    let (_, mut paths) = server.hls("harbour").await;
    paths.extend(server.dash("harbour").await);
    let mut segments = BTreeMap::new();
    for path in paths {
        let bytes = server.get(&path).await.ok().bytes().clone();
        segments.insert(path, bytes);
    }
    segments
}

/// A word that manifests have after an edit of the document, and the edit.
type Edit = (&'static str, fn(&mut Value));

#[tokio::test]
async fn labels_roles_languages_and_visibility_change_manifests_and_no_segment() {
    let folder = copies(&["harbour"]);
    let server = Server::of(folder.path()).await;
    let before = segments(&server).await;
    let edits: [Edit; 5] = [
        ("Grand port", |document| track(document, "en")["label"] = json!("Grand port")),
        ("enhanced-audio-intelligibility", |document| {
            track(document, "de")["characteristics"] = json!(["public.accessibility.enhances-speech-intelligibility"]);
        }),
        ("\"sv\"", |document| track(document, "de")["language"] = json!("sv")),
        ("auto.m3u8", |document| track(document, "auto")["visibility"] = json!("visible")),
        ("supplementary", |document| track(document, "fr-commentary")["roles"] = json!(["supplementary"])),
    ];
    let mut tags = Vec::new();
    for (word, change) in edits {
        edit(folder.path(), change);
        let master = server.get("/harbour/master.m3u8").await.ok();
        let mpd = server.get("/harbour/manifest.mpd").await.ok();
        assert!(master.text().contains(word) || mpd.text().contains(word), "{word}");
        tags.push(mpd.header("etag").to_owned());
        let after = segments(&server).await;
        for (path, bytes) in &before {
            assert!(after.get(path) == Some(bytes), "{word}: {path} changed");
        }
        let new: Vec<&String> = after.keys().filter(|path| !before.contains_key(*path)).collect();
        assert!(new.iter().all(|path| path.contains("/media/auto/")), "{word}: {new:?}");
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 5, "each state has its tag");
}

#[tokio::test]
async fn a_track_that_is_hidden_leaves_and_the_others_stay() {
    let folder = copies(&["harbour"]);
    let server = Server::of(folder.path()).await;
    let before = segments(&server).await;
    let of_german = |path: &str| path.contains("/media/de/");
    let segment = before.keys().find(|path| of_german(path)).unwrap();
    edit(folder.path(), |document| track(document, "de")["visibility"] = json!("hidden"));
    server.get("/harbour/de.m3u8").await.refused(404);
    server.get(segment).await.refused(404);
    let after = segments(&server).await;
    assert!(before.iter().filter(|(path, _)| !of_german(path)).all(|(path, bytes)| after.get(path) == Some(bytes)));
    assert!(after.keys().all(|path| !of_german(path)));
    // The reference of the grid may be hidden too: the grid stays.
    edit(folder.path(), |document| track(document, "video-240")["visibility"] = json!("hidden"));
    let after = segments(&server).await;
    assert!(after.iter().all(|(path, bytes)| before.get(path) == Some(bytes)));
}

#[tokio::test]
async fn a_broken_document_is_500_with_the_field_and_mends() {
    let folder = copies(&["harbour"]);
    let server = Server::of(folder.path()).await;
    let path = folder.path().join("harbour/asset.json");
    let good = std::fs::read(&path).unwrap();
    let master = server.get("/harbour/master.m3u8").await.ok();
    let init = server.links("/harbour/en.m3u8").await.remove(0);
    for (from, to, words) in [
        ("\"label\": \"English\"", "\"lable\": \"English\"", &["tracks[3]", "lable"][..]),
        ("\"type\": \"audio\"", "\"type\": \"sound\"", &["tracks[3].type", "sound", "audio"]),
        ("\"language\": \"en\"", "\"language\": 7", &["tracks[3].language", "string"]),
        ("\"visibility\": \"hidden\"", "\"visibility\": \"no\"", &["visibility", "hidden", "visible"]),
        ("\"tracks\": [", "\"tracks\": [,", &["line"]),
    ] {
        let text = String::from_utf8(good.clone()).unwrap();
        assert!(text.contains(from), "{from}");
        replace(&path, text.replacen(from, to, 1).as_bytes());
        for url in ["/harbour/master.m3u8", "/harbour/manifest.mpd", "/harbour/en.m3u8", &init] {
            let line = server.get(url).await.refused(500).to_owned();
            assert!(line.contains("harbour/asset.json"), "{line}");
            assert!(words.iter().all(|word| line.contains(word)), "{to}: {line}");
        }
        replace(&path, &good);
        let mended = server.get("/harbour/master.m3u8").await.ok();
        assert_eq!(mended.header("etag"), master.header("etag"));
        server.get(&init).await.ok();
    }
    replace(&path, b"");
    server.get("/harbour/master.m3u8").await.refused(500);
    std::fs::remove_file(&path).unwrap();
    assert!(server.get("/harbour/master.m3u8").await.ok().text().contains("#EXT-X-STREAM-INF"), "discovered");
}
