//! A hidden track is nowhere: not in a manifest, not in a number of one, not behind a URL that someone kept.

use super::shelf::{Shelf, base, track, with};
use serde_json::{Value, json};

/// One track of each type that makes a difference where it is shown.
fn candidates() -> Vec<Value> {
    vec![
        json!({ "name": "tested", "type": "video", "file": "modern/video-360.mp4" }),
        json!({ "name": "tested", "type": "video", "file": "modern/video-360.mp4", "roles": ["sign"] }),
        json!({ "name": "tested", "type": "video", "file": "harbour/video-240.mp4" }),
        track("tested", "audio", "radio/radio-96.m4a", "en"),
        track("tested", "audio", "modern/audio-en.mp4", "en"),
        with(track("tested", "audio", "radio/radio-96.m4a", "fr"), json!({ "roles": ["description"] })),
        with(track("tested", "audio", "radio/radio-96.m4a", "fr"), json!({ "default": true })),
        track("tested", "text", "harbour/captions-en.vtt", "en"),
        with(track("tested", "text", "harbour/forced-en.vtt", "en"), json!({ "forced": true })),
        with(track("tested", "text", "harbour/captions-en.vtt", "en"), json!({ "default": true, "label": "Words" })),
    ]
}

fn hidden(track: Value) -> Value {
    with(track, json!({ "visibility": "hidden" }))
}

#[tokio::test]
async fn manifests_are_as_if_it_were_not_there() {
    let shelf = Shelf::new();
    for (number, candidate) in candidates().into_iter().enumerate() {
        let name = format!("asset-{number}");
        let shown = shelf.show(&name, &[base(), vec![candidate.clone()]].concat()).await;
        assert!(shown.mpd_text.contains("tested"), "{candidate}");
        let with_hidden = shelf.show(&name, &[base(), vec![hidden(candidate.clone())]].concat()).await;
        let without = shelf.show(&name, &base()).await;
        assert_eq!(with_hidden.master_text, without.master_text, "{candidate}");
        assert_eq!(with_hidden.mpd_text, without.mpd_text, "{candidate}");
        assert!(!without.master_text.contains("tested") && !without.mpd_text.contains("tested"));
    }
}

#[tokio::test]
async fn every_url_of_it_answers_as_if_it_had_never_been() {
    let shelf = Shelf::new();
    for (number, candidate) in candidates().into_iter().enumerate() {
        let name = format!("asset-{number}");
        let shown = shelf.show(&name, &[base(), vec![candidate.clone()]].concat()).await;
        let set = shown.set("tested").unwrap();
        let template = set.representations.iter().find(|r| r.id.as_deref() == Some("tested")).unwrap();
        let template = template.SegmentTemplate.as_ref().unwrap();
        let mut paths = vec![
            "tested.m3u8".to_owned(),
            template.initialization.clone().unwrap(),
            template.media.as_ref().unwrap().replace("$Time$", "0"),
        ];
        match candidate["type"].as_str().unwrap() {
            "video" => paths.push("tested.iframes.m3u8".to_owned()),
            "text" => {
                let imsc = shelf.player.text(&format!("/{name}/tested.imsc.m3u8")).await;
                let files = imsc.lines().filter(|line| line.starts_with("media/")).map(str::to_owned);
                let init = imsc.lines().find_map(|line| line.strip_prefix("#EXT-X-MAP:URI=\"")?.strip_suffix('"'));
                paths.extend(files.take(1).chain(init.map(str::to_owned)));
                let captions = shelf.player.text(&format!("/{name}/tested.m3u8")).await;
                paths.extend(captions.lines().find(|line| line.ends_with(".vtt")).map(str::to_owned));
                paths.push("tested.imsc.m3u8".to_owned());
            }
            _ => {}
        }
        for path in &paths {
            assert_eq!(shelf.player.get(&format!("/{name}/{path}")).await.0, 200, "{path} while it is shown");
        }
        shelf.put(&name, &[base(), vec![hidden(candidate)]].concat());
        for path in &paths {
            let (status, said) = shelf.player.get(&format!("/{name}/{path}")).await;
            let never_was = shelf.player.get(&format!("/{name}/{}", path.replace("tested", "never"))).await;
            assert_eq!(status, 404, "{path}");
            assert_eq!(
                String::from_utf8_lossy(&said).replace("tested", "never"),
                String::from_utf8_lossy(&never_was.1)
            );
        }
    }
}

/// What is being made, or cannot be played, is as little there.
#[tokio::test]
async fn a_track_that_is_not_ready_is_not_told_of() {
    let shelf = Shelf::new();
    let without = shelf.show("asset", &base()).await;
    for status in [json!({ "status": "preparing" }), json!({ "status": "error", "reason": "the disk was full" })] {
        for candidate in candidates() {
            let shown = shelf.show("asset", &[base(), vec![with(candidate.clone(), status.clone())]].concat()).await;
            assert_eq!(shown.master_text, without.master_text, "{candidate} {status}");
            assert_eq!(shown.mpd_text, without.mpd_text, "{candidate} {status}");
        }
        assert_eq!(shelf.player.get("/asset/tested.m3u8").await.0, 404);
    }
}

/// Only what is shown can be the default, a main track, or the reason for a number behind a label.
#[tokio::test]
async fn it_takes_no_place_in_a_menu() {
    let shelf = Shelf::new();
    let first = with(track("first", "audio", "radio/radio-96.m4a", "en"), json!({ "label": "English" }));
    let second = with(track("second", "audio", "radio/radio-48.m4a", "en"), json!({ "label": "English" }));
    let picture = base().remove(0);
    let shown = shelf.show("asset", &[picture, hidden(first), second]).await;
    let media = shown.media("second");
    assert_eq!((media[0].name.as_str(), media[0].default), ("English", true));
    assert_eq!(shown.set("second").unwrap().Label[0].content, "English");
}
