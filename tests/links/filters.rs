//! Filters over HTTP: by URL, by locator, of the asset and of the account.

use super::support::{GUID, Server, attributes, resolve};
use serde_json::{Value, json};
use signalbox::ams::Owner;

fn only(property: &str, value: &str) -> Value {
    json!({ "tracks": [{ "trackSelections": [{ "property": property, "operation": "Equal", "value": value }] }] })
}

fn range(start: u64, end: u64) -> Value {
    let (start, end) = (start * 10_000_000, end * 10_000_000);
    json!({ "presentationTimeRange": { "startTimestamp": start, "endTimestamp": end } })
}

async fn link(server: &Server, target: &str, options: &str) -> String {
    server.get(&format!("/{target}/x.ism/manifest(format=m3u8-cmaf{options})")).await.ok().text()
}

#[tokio::test]
async fn filters_of_url_and_locator_are_both_applied() {
    let server = Server::legacy().await;
    server.filter(Owner::Account, "small", only("Bitrate", "0-60000")).await;
    server.filter(Owner::Account, "sound", only("Type", "Audio")).await;
    server.filter(Owner::Account, "main", only("Name", "aac_eng_2_40640_2_1")).await;
    server.locate("legacy", &["small"]).await;
    let resolutions = |playlist: &str| playlist.matches("#EXT-X-STREAM-INF").count();
    assert_eq!(resolutions(&link(&server, "legacy", "").await), 3);
    assert_eq!(resolutions(&link(&server, "legacy", ",filter=Small").await), 2);
    assert_eq!(resolutions(&link(&server, GUID, "").await), 2, "the locator's own");
    let sound = link(&server, GUID, ",filter=sound").await;
    assert!(!sound.contains("RESOLUTION") && sound.contains("aac_eng_described"), "{sound}");
    assert!(!link(&server, GUID, ",filter=sound;main").await.contains("aac_eng_described"));
    // Children carry the filters of the URL, so that playlists show the same.
    assert!(sound.contains(",filter=sound)"), "{sound}");
    // What the locator's filter takes away is not there by any name.
    for (target, status) in [("legacy", 200), (GUID, 404)] {
        let path = format!("/{target}/x.ism/QualityLevels(82917)/Fragments(video=0,format=m3u8-cmaf)");
        assert_eq!(server.get(&path).await.status, status, "{path}");
        let own = server.get("/legacy/video-82917.m3u8").await.ok().text();
        let init = attributes(&own, "URI")[0].replacen("media", "segments", 1);
        assert_eq!(server.get(&format!("/{target}/x.ism/{init}")).await.status, status, "{init}");
    }
}

#[tokio::test]
async fn an_assets_filter_goes_before_the_accounts_and_changes_show_at_once() {
    let server = Server::legacy().await;
    server.filter(Owner::Account, "f", only("Type", "Audio")).await;
    assert!(!link(&server, "legacy", ",filter=f").await.contains("RESOLUTION"));
    server.filter(Owner::Asset("legacy"), "f", only("Type", "Video")).await;
    assert!(!link(&server, "legacy", ",filter=f").await.contains("TYPE=AUDIO"));
    server.filter(Owner::Asset("legacy"), "f", only("Type", "Text")).await;
    server.get("/legacy/x.ism/manifest(format=m3u8-cmaf,filter=f)").await;
    let refused = server.get("/legacy/x.ism/manifest(format=m3u8-cmaf,filter=f)").await;
    assert_eq!(refused.status, 404, "HLS has no text alone: {}", refused.text());
    let mpd = server.get("/legacy/x.ism/manifest(format=mpd-time-cmaf,filter=f)").await.ok().text();
    assert_eq!(attributes(&mpd, "contentType"), ["text"]);
    server.filter(Owner::Asset("legacy"), "f", only("Language", "fi")).await;
    let told = server.get("/legacy/x.ism/manifest(format=mpd-time-cmaf,filter=f)").await;
    told.refused(415, "MPE_FILTER_REMOVED_ALL_STREAMS");
}

#[tokio::test]
async fn a_stretch_has_the_segments_of_the_whole() {
    let server = Server::legacy().await;
    server.filter(Owner::Asset("legacy"), "middle", range(6, 18)).await;
    let (whole, part) = (link(&server, "legacy", "").await, link(&server, "legacy", ",filter=middle").await);
    let playlists =
        |text: &str| text.lines().filter(|l| l.starts_with("Quality")).map(str::to_owned).collect::<Vec<_>>();
    let base = "/legacy/x.ism/manifest(format=m3u8-cmaf)";
    for (whole, part) in playlists(&whole).iter().zip(playlists(&part)) {
        let whole = server.get(&resolve(base, whole)).await.ok().text();
        let part = server.get(&resolve(base, &part)).await.ok().text();
        let segments = |text: &str| text.lines().filter(|l| l.ends_with(".m4s")).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(segments(&whole)[1..3], segments(&part)[..], "{part}");
        let seconds = part.lines().filter_map(|line| line.strip_prefix("#EXTINF:")?.strip_suffix(','));
        assert_eq!(seconds.map(|s| s.parse::<f64>().unwrap()).sum::<f64>(), 12.0, "{part}");
    }
    let mpd = server.get("/legacy/x.ism/manifest(format=mpd-time-cmaf,filter=middle)").await.ok().text();
    assert_eq!(attributes(&mpd, "mediaPresentationDuration"), ["PT12S"]);
    let scales: Vec<u64> = attributes(&mpd, "timescale").iter().map(|scale| scale.parse().unwrap()).collect();
    let offsets = attributes(&mpd, "presentationTimeOffset");
    assert_eq!(offsets, scales.iter().map(|scale| (scale * 6).to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_first_quality_comes_first() {
    let server = Server::legacy().await;
    for (bitrate, height) in [(31_139, 180), (50_000, 270), (1_000_000, 360)] {
        server.filter(Owner::Account, "first", json!({ "firstQuality": { "bitrate": bitrate } })).await;
        let playlist = link(&server, "legacy", ",filter=first").await;
        let first = playlist.lines().find(|line| line.starts_with("#EXT-X-STREAM-INF")).unwrap();
        assert!(first.contains(&format!("x{height},")), "{bitrate}: {first}");
        let mpd = server.get("/legacy/x.ism/manifest(format=mpd-time-csf,filter=first)").await.ok().text();
        assert_eq!(attributes(&mpd, "height")[0], height.to_string());
    }
}
