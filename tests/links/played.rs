//! What a player does with a link: it follows every URL that it finds.

use super::support::{GUID, Server, attributes, resolve};
use signalbox::track::Dialect;

/// All URLs of a playlist.
fn urls(playlist: &str) -> Vec<&str> {
    let lines = playlist.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    attributes(playlist, "URI").into_iter().chain(lines).collect()
}

/// Follows HLS down to the segments; gives how many playlists and segments there were.
async fn follow_hls(server: &Server, path: &str) -> (usize, usize) {
    let multivariant = server.get(path).await.ok();
    assert_eq!(multivariant.header("content-type"), "application/vnd.apple.mpegurl");
    let (mut playlists, mut segments) = (0, 0);
    for url in urls(&multivariant.text()) {
        let url = resolve(path, url);
        assert!(url.contains("/QualityLevels(") && url.contains(")/Manifest("), "{url}");
        let playlist = server.get(&url).await.ok().text();
        assert!(playlist.ends_with("#EXT-X-ENDLIST\n"), "{playlist}");
        playlists += 1;
        for segment in urls(&playlist) {
            let segment = server.get(&resolve(&url, segment)).await.ok();
            assert!(!segment.body.is_empty());
            segments += 1;
        }
    }
    (playlists, segments)
}

/// Follows an MPD; gives how many representations and segments there were.
async fn follow_dash(server: &Server, path: &str) -> (usize, usize) {
    let mpd = server.get(path).await.ok();
    assert_eq!(mpd.header("content-type"), "application/dash+xml");
    let (mut representations, mut segments) = (0, 0);
    for set in mpd.text().split("<AdaptationSet").skip(1) {
        let ids = set.split("<Representation").skip(1).count();
        let rates = attributes(set, "bandwidth");
        let templates: Vec<&str> = set.split("<SegmentTemplate").skip(1).collect();
        for (place, rate) in rates.iter().enumerate() {
            // One for all of the set, or one for each.
            let template = templates[if templates.len() == 1 { 0 } else { place }];
            let fill =
                |template: &str, time: u64| template.replace("$Bandwidth$", rate).replace("$Time$", &time.to_string());
            let (initialization, media) = (attributes(template, "initialization")[0], attributes(template, "media")[0]);
            server.get(&resolve(path, &fill(initialization, 0))).await.ok();
            let mut time = 0;
            for run in template.split("<S ").skip(1) {
                let number =
                    |name| attributes(run.split('>').next().unwrap(), name).first().map(|n| n.parse().unwrap());
                time = number("t").unwrap_or(time);
                for _ in 0..=number("r").unwrap_or(0u64) {
                    server.get(&resolve(path, &fill(media, time))).await.ok();
                    time += number("d").unwrap();
                    segments += 1;
                }
            }
            representations += 1;
        }
        assert_eq!(rates.len(), ids);
    }
    (representations, segments)
}

#[tokio::test]
async fn every_url_that_a_link_leads_to_works() {
    for dialect in Dialect::ALL {
        let server = Server::of(&["legacy", "harbour", "talk"], dialect).await;
        server.locate("harbour", &[]).await;
        for (target, videos, audios, texts) in [(GUID, 3, 4, 3), ("legacy", 3, 2, 1), (&GUID.to_uppercase(), 3, 4, 3)] {
            let path = format!("/{target}/any.ism/manifest(format=m3u8-cmaf)");
            let (playlists, segments) = follow_hls(&server, &path).await;
            // Each video has a playlist of key frames, too; sound may be listed for several variants.
            assert!(playlists >= 2 * videos + audios + texts, "{playlists} of {target}, {dialect}");
            assert!(segments > 20, "{segments}");
            for format in ["mpd-time-cmaf", "mpd-time-csf"] {
                let path = format!("/{target}/any.ism/manifest(format={format})");
                let (representations, segments) = follow_dash(&server, &path).await;
                assert_eq!(representations, videos + audios + texts, "{target}, {dialect}");
                assert!(segments > 10, "{segments}");
            }
        }
    }
}

#[tokio::test]
async fn a_link_is_known_however_it_is_written() {
    let server = Server::of(&["shows/legacy"], Dialect::Standard).await;
    server.locate("shows/legacy", &[]).await;
    let expected = server.get(&format!("/{GUID}/legacy.ism/manifest(format=m3u8-cmaf)")).await.ok();
    for path in [
        format!("/{GUID}/legacy.ism/Manifest(format=m3u8-cmaf)"),
        format!("/{GUID}/legacy.ism/manifest(format=m3u8-cmaf).m3u8"),
        format!("/{GUID}/legacy.ism/manifest%28format%3Dm3u8-cmaf%29"),
        format!("/{GUID}/legacy.ism/manifest%28format%3dm3u8-cmaf%29.m3u8?token=a(b)&text=imsc"),
        format!("/{GUID}/Other%20name.ISM/manifest(FORMAT=M3U8-CMAF,unknown=1)"),
        "/shows/legacy/x.ism/manifest(format=m3u8-cmaf)".to_owned(),
        "/shows%2Flegacy/x.ism/manifest(format=m3u8-cmaf)".to_owned(),
        "/shows~1legacy/x.ism/manifest(format=m3u8-cmaf)".to_owned(),
    ] {
        let answer = server.get(&path).await.ok();
        assert_eq!(answer.text(), expected.text(), "{path}");
        assert_eq!(answer.header("cache-tag"), "shows/legacy");
        let head = server.ask("HEAD", &path, &[]).await.ok();
        assert_eq!(head.header("content-length"), answer.body.len().to_string());
    }
}

/// The media is the same, whoever names it and however.
#[tokio::test]
async fn fragments_are_the_assets_own_segments() {
    let server = Server::legacy().await;
    let own = server.get("/legacy/video-82917.m3u8").await.ok().text();
    let segments = own.lines().filter(|line| line.ends_with(".m4s"));
    for segment in segments {
        let expected = server.get(&format!("/legacy/{segment}")).await.ok();
        let (folder, time) = segment.strip_suffix(".m4s").unwrap().rsplit_once('/').unwrap();
        let ours = format!("/legacy/x.ism/{}/{time}.m4s", folder.replacen("media", "segments", 1));
        let ours = server.get(&ours).await.ok();
        assert_eq!(ours.body, expected.body);
        assert!(ours.header("cache-control").contains("immutable"));
        // HLS counts in the track's own ticks, DASH in 100 nanoseconds.
        let ticks: u64 = time.parse::<u64>().unwrap() * 10_000_000 / 12_800;
        for (time, format) in [(time.to_owned(), "m3u8-cmaf"), (ticks.to_string(), "mpd-time-csf")] {
            let path = format!("/legacy/x.ism/QualityLevels(82917)/Fragments(video={time},format={format})");
            let theirs = server.get(&path).await.ok();
            assert_eq!(theirs.body, expected.body, "{path}");
            assert_eq!(theirs.header("content-type"), "video/mp4");
            assert!(!theirs.header("cache-control").contains("immutable"), "the URL does not name its bytes");
            let known = server.ask("GET", &path, &[("if-none-match", theirs.header("etag"))]).await;
            assert_eq!(known.status, 304);
        }
    }
    let init = attributes(&own, "URI")[0];
    let expected = server.get(&format!("/legacy/{init}")).await.ok().body;
    let path = "/legacy/x.ism/QualityLevels(82917)/Fragments(video=i,format=m3u8-cmaf)";
    assert_eq!(server.get(path).await.ok().body, expected);
}

/// A key frame alone: what is fetched is a whole fragment of one sample.
#[tokio::test]
async fn key_frames_are_fragments_of_one_picture() {
    let server = Server::legacy().await;
    let path = "/legacy/x.ism/QualityLevels(31139)/KeyFrames(video=0,format=m3u8-cmaf)";
    let frame = server.get(path).await.ok().body;
    let segment = server.get("/legacy/x.ism/QualityLevels(31139)/Fragments(video=0,format=m3u8-cmaf)").await.ok().body;
    assert!(frame.len() < segment.len());
    let (mut at, mut boxes) = (0, Vec::new());
    while at < frame.len() {
        boxes.push(String::from_utf8_lossy(&frame[at + 4..at + 8]).into_owned());
        at += u32::from_be_bytes(frame[at..at + 4].try_into().unwrap()) as usize;
    }
    assert_eq!((boxes.join(" ").as_str(), at), ("styp moof mdat", frame.len()));
}

#[tokio::test]
async fn sound_alone_is_offered_to_who_asks() {
    let server = Server::legacy().await;
    let variants = async |options: &str| {
        let path = format!("/legacy/x.ism/manifest(format=m3u8-cmaf{options})");
        let playlist = server.get(&path).await.ok().text();
        playlist.lines().filter(|line| line.starts_with("#EXT-X-STREAM-INF")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(variants("").await.len(), 3);
    let with = variants(",audio-only=true").await;
    assert_eq!(with.len(), 4);
    assert_eq!(with.iter().filter(|line| !line.contains("RESOLUTION")).count(), 1);
    assert!(with[0].contains("RESOLUTION"), "players begin with a picture");
}
