//! A day's work on `harbour`, call by call: after each, HLS and DASH show exactly that, and no segment moved.

use super::support::Server;
use serde_json::json;
use std::collections::BTreeMap;

const GERMAN: &str =
    "WEBVTT\nLanguage: de\n\n00:00.500 --> 00:03.000\n[Möwen schreien]\n\n00:04.000 --> 00:07.000\nEin Schiff!\n";

/// The audio and text lines of the multivariant playlist by name of the track.
async fn media_lines(server: &Server) -> BTreeMap<String, String> {
    let playlist = server.play("/harbour/master.m3u8").await.is(200).text();
    let lines = playlist.lines().filter(|line| line.starts_with("#EXT-X-MEDIA:"));
    let id = |line: &str| {
        line.split("STABLE-RENDITION-ID=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned()
    };
    lines.map(|line| (id(line), line.to_owned())).collect()
}

/// The adaptation set of the MPD that holds a track.
async fn adaptation_set(server: &Server, track: &str) -> Option<String> {
    let mpd = server.play("/harbour/manifest.mpd").await.is(200).text();
    let mut sets = mpd.split("<AdaptationSet").skip(1);
    let found = sets.find(|set| set.contains(&format!("media/{track}/")) || set.contains(&format!("id=\"{track}\"")));
    found.map(|set| set.split("</AdaptationSet>").next().unwrap_or_default().to_owned())
}

/// Every segment that players are told of, by track.
async fn segments(server: &Server) -> BTreeMap<String, Vec<String>> {
    let mut segments = BTreeMap::new();
    let playlist = server.play("/harbour/master.m3u8").await.is(200).text();
    let uris = playlist.lines().filter_map(|line| line.split("URI=\"").nth(1)?.split('"').next());
    let uris: Vec<&str> =
        uris.chain(playlist.lines().filter(|line| line.ends_with(".m3u8") && !line.starts_with('#'))).collect();
    for uri in uris {
        let media = server.play(&format!("/harbour/{uri}")).await.is(200).text();
        let lines = media.lines().filter(|line| line.contains("media/")).map(str::to_owned).collect();
        segments.insert(uri.to_owned(), lines);
    }
    segments
}

#[tokio::test]
async fn a_day_of_edits() {
    let server = Server::of(&["harbour"]).await;
    let before = segments(&server).await;
    assert!(before.len() >= 10 && before.values().all(|lines| !lines.is_empty()));

    // A German caption file comes, and becomes a track.
    let upload =
        server.ask("PUT", "/api/v1/assets/harbour/files/deutsch.vtt", &[("content-type", "text/vtt")], GERMAN).await;
    upload.is(201);
    assert!(!media_lines(&server).await.contains_key("de-captions"), "a file is no track yet");
    let made = server
        .post(
            "/assets/harbour/tracks",
            &json!({ "file": "deutsch.vtt", "name": "de-captions", "label": "Deutsch (Untertitel)" }),
        )
        .await
        .is(201);
    assert_eq!(made.header("location"), "/api/v1/assets/harbour/tracks/de-captions");
    let lines = media_lines(&server).await;
    let line = &lines["de-captions"];
    assert!(line.contains("LANGUAGE=\"de\"") && line.contains("NAME=\"Deutsch (Untertitel)\""), "{line}");
    assert!(!line.contains("CHARACTERISTICS"), "{line}");
    assert!(adaptation_set(&server, "de-captions").await.unwrap().contains("lang=\"de\""));

    // It is marked as captions.
    server.patch("/assets/harbour/tracks/de-captions", &json!({ "roles": ["caption"] })).await.is(200);
    let line = media_lines(&server).await["de-captions"].clone();
    assert!(line.contains("public.accessibility.transcribes-spoken-dialog"), "{line}");
    assert!(line.contains("public.accessibility.describes-music-and-sound"), "{line}");
    let set = adaptation_set(&server, "de-captions").await.unwrap();
    assert!(set.contains("urn:mpeg:dash:role:2011\" value=\"caption\""), "{set}");

    // The English description, by its role alone.
    server.patch("/assets/harbour/tracks/en-description", &json!({ "roles": null, "label": null })).await.is(200);
    let line = media_lines(&server).await["en-description"].clone();
    assert!(!line.contains("describes-video"), "{line}");
    server.patch("/assets/harbour/tracks/en-description", &json!({ "roles": ["description"] })).await.is(200);
    let line = media_lines(&server).await["en-description"].clone();
    assert!(line.contains("public.accessibility.describes-video") && line.contains("AUTOSELECT=YES"), "{line}");
    let set = adaptation_set(&server, "en-description").await.unwrap();
    assert!(set.contains("value=\"description\"") && set.contains("urn:tva:metadata:cs:AudioPurposeCS:2007"), "{set}");

    // The commentary is hidden, from players alone.
    server.patch("/assets/harbour/tracks/fr-commentary", &json!({ "visibility": "hidden" })).await.is(200);
    assert!(!media_lines(&server).await.contains_key("fr-commentary"));
    assert_eq!(adaptation_set(&server, "fr-commentary").await, None);
    server.play("/harbour/fr-commentary.m3u8").await.is(404);
    let hidden = server.get("/assets/harbour/tracks/fr-commentary").await.is(200).json();
    assert_eq!((&hidden["visibility"], hidden.get("shown")), (&json!("hidden"), None));
    assert_eq!(hidden["media"]["channels"], 2);

    // German becomes the default, which English then is not.
    server.patch("/assets/harbour/tracks/de", &json!({ "default": true })).await.is(200);
    let lines = media_lines(&server).await;
    assert!(lines["de"].contains(",DEFAULT=YES"), "{}", lines["de"]);
    assert!(!lines["en"].contains(",DEFAULT=YES"), "{}", lines["en"]);
    assert!(adaptation_set(&server, "de").await.unwrap().contains("value=\"main\""));
    let mpd = server.play("/harbour/manifest.mpd").await.text();
    let at =
        |track: &str| mpd.find(&format!("media/{track}/")).or_else(|| mpd.find(&format!("id=\"{track}\""))).unwrap();
    assert!(at("de") < at("en"), "the default comes first");
    assert_eq!(server.get("/assets/harbour/tracks/en").await.json()["default"], false);

    // No segment of what was there has another address.
    let after = segments(&server).await;
    for (playlist, lines) in before.iter().filter(|(playlist, _)| !playlist.contains("fr-commentary")) {
        assert_eq!(&after[playlist], lines, "{playlist}");
    }

    // Who did it, and back to the beginning.
    let history = server.get("/assets/harbour/history").await.is(200).json();
    let edits = history["edits"].as_array().unwrap();
    assert_eq!(edits.len(), 6);
    assert!(edits.iter().all(|edit| edit["by"] == "local"));
    for pair in edits.windows(2) {
        assert_eq!(pair[0]["revision_before"], pair[1]["revision"], "no gap");
    }
    let first = &edits[5]["revision_before"];
    server.post("/assets/harbour/revert", &json!({ "revision": first })).await.is(200);
    assert!(media_lines(&server).await["en"].contains(",DEFAULT=YES"));
    assert_eq!(segments(&server).await, before);
}
