//! What is written is read back, by m3u8-rs and dash-mpd-core, and the numbers of the two protocols agree.

#[path = "support/durations.rs"]
mod durations;
#[path = "support/player.rs"]
mod player;

use dash_mpd_core::{MPD, Representation};
use durations::durations;
use m3u8_rs::{MediaPlaylist, MediaPlaylistType};
use player::Player;
use std::path::Path;

const ASSETS: [&str; 5] = ["harbour", "legacy", "modern", "radio", "talk"];

fn samples() -> Player {
    Player::over(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets-sample"))
}

async fn read_mpd(player: &Player, asset: &str, query: &str) -> MPD {
    let text = player.text(&format!("/{asset}/manifest.mpd{query}")).await;
    let mpd = dash_mpd_core::parse(&text).unwrap();
    assert_eq!(dash_mpd_core::check_conformity(&mpd), Vec::<String>::new(), "{asset}");
    mpd
}

fn representations(mpd: &MPD) -> impl Iterator<Item = (&str, &Representation)> {
    let sets = mpd.periods[0].adaptations.iter().filter(|set| set.essential_property.is_empty());
    sets.flat_map(|set| &set.representations).map(|r| (r.id.as_deref().unwrap(), r))
}

/// A media or I-frame playlist, with its text.
async fn read_playlist(player: &Player, path: &str) -> (String, MediaPlaylist) {
    let text = player.text(path).await;
    let (rest, read) = m3u8_rs::parse_media_playlist(text.as_bytes()).unwrap();
    assert!(rest.is_empty() && read.unknown_tags.is_empty(), "{path}: {text}");
    assert!(read.segments.iter().all(|segment| segment.unknown_tags.is_empty()), "{path}: {text}");
    assert_eq!((read.playlist_type.as_ref(), read.end_list), (Some(&MediaPlaylistType::Vod), true), "{path}");
    assert_eq!(read.segments.len(), durations(&text).len(), "{path}");
    (text, read)
}

/// Start and duration of every segment, in ticks.
fn timeline(representation: &Representation) -> Vec<(u64, u64)> {
    let template = representation.SegmentTemplate.as_ref().unwrap();
    let mut segments = Vec::new();
    let mut time = 0;
    for run in &template.SegmentTimeline.as_ref().unwrap().segments {
        time = run.t.unwrap_or(time);
        for _ in 0..=run.r.unwrap_or(0) {
            segments.push((time, run.d));
            time += run.d;
        }
    }
    segments
}

fn timescale(representation: &Representation) -> u64 {
    representation.SegmentTemplate.as_ref().unwrap().timescale.unwrap()
}

/// Rounded to the nearest.
fn micros(ticks: u64, timescale: u64) -> u64 {
    (ticks * 1_000_000 + timescale / 2) / timescale
}

/// Both protocols name the same segments, in HLS of captions in their own form, and say the same of their times.
#[tokio::test]
async fn hls_and_dash_have_the_same_segments() {
    let player = samples();
    for asset in ASSETS {
        for (query, imsc) in [("", false), ("?text=imsc", true)] {
            let mpd = read_mpd(&player, asset, query).await;
            let presentation = mpd.mediaPresentationDuration.unwrap().as_micros() as u64;
            for (id, representation) in representations(&mpd) {
                let is_text = representation.mimeType.as_deref() == Some("application/mp4");
                let name = if is_text && imsc { format!("{id}.imsc") } else { id.to_owned() };
                let path = format!("/{asset}/{name}.m3u8");
                let (text, read) = read_playlist(&player, &path).await;
                let (segments, timescale) = (timeline(representation), timescale(representation));
                assert_eq!(read.segments.len(), segments.len(), "{path}");
                let template = representation.SegmentTemplate.as_ref().unwrap();
                let web_vtt = is_text && !imsc;
                for ((segment, micros_said), (start, length)) in
                    read.segments.iter().zip(durations(&text)).zip(&segments)
                {
                    let expected = template.media.as_ref().unwrap().replace("$Time$", &start.to_string());
                    let expected = if web_vtt { expected.replace(".m4s", ".vtt") } else { expected };
                    assert_eq!(segment.uri, expected, "{path}");
                    assert!(micros_said.abs_diff(micros(*length, timescale)) <= 1, "{path} at {start}");
                }
                let map = read.segments[0].map.as_ref().map(|map| map.uri.as_str());
                assert_eq!(map, if web_vtt { None } else { template.initialization.as_deref() }, "{path}");

                // To the microsecond: nothing drifts, however many segments there are.
                let (start, end) = (segments[0].0, segments.iter().map(|(time, length)| time + length).max().unwrap());
                let total: u64 = durations(&text).iter().sum();
                assert_eq!(total, micros(end, timescale) - micros(start, timescale), "{path}");
                assert_eq!(start, 0, "{path}");
                // A rendition ends with the presentation, or less than one of its frames or segments before.
                assert!(total <= presentation, "{path}: {total} of {presentation}");
                assert!(presentation - total < 50_000, "{path}: {total} of {presentation}");
                let target = read.target_duration;
                let longest = durations(&text).into_iter().max().unwrap();
                assert!((longest + 500_000) / 1_000_000 <= target, "{path}: {longest} of {target}");
            }
        }
    }
}

/// The presentation lasts as long as its longest sound or picture, and the limits hold for every segment.
#[tokio::test]
async fn the_mpds_durations_bound_its_segments() {
    let player = samples();
    for asset in ASSETS {
        let mpd = read_mpd(&player, asset, "").await;
        let presentation = mpd.mediaPresentationDuration.unwrap().as_micros() as u64;
        let limit = mpd.maxSegmentDuration.unwrap().as_micros() as u64;
        let mut longest = 0;
        for (id, representation) in representations(&mpd) {
            let timescale = timescale(representation);
            for (start, length) in timeline(representation) {
                longest = longest.max(micros(start + length, timescale));
                assert!(length * 1_000_000 <= limit * timescale, "{asset} {id} at {start}");
            }
        }
        assert_eq!(longest, presentation, "{asset}");
        assert_eq!(mpd.minBufferTime.unwrap().as_micros() as u64, limit, "{asset}");
    }
}

/// All media playlists of a presentation have one target duration (Apple authoring specification 8.2), and a version
/// that has EXT-X-MAP.
#[tokio::test]
async fn playlists_agree_on_target_duration_and_version() {
    let player = samples();
    for asset in ASSETS {
        let mut targets = Vec::new();
        for (id, _) in representations(&read_mpd(&player, asset, "").await) {
            let (_, read) = read_playlist(&player, &format!("/{asset}/{id}.m3u8")).await;
            targets.push((read.target_duration, read.version));
        }
        targets.dedup();
        assert_eq!(targets, [(6, Some(6))], "{asset}");
    }
}

/// An I-frame playlist (RFC 8216bis 4.4.3.6): every entry is a range of one of the rendition's segments that opens with
/// a `moof`, and the entries last as long as the rendition.
#[tokio::test]
async fn iframe_playlists_name_key_frames_of_the_segments() {
    let player = samples();
    for asset in ASSETS {
        let mpd = read_mpd(&player, asset, "").await;
        for (id, representation) in representations(&mpd).filter(|(_, r)| r.mimeType.as_deref() == Some("video/mp4")) {
            let path = format!("/{asset}/{id}.iframes.m3u8");
            let (text, read) = read_playlist(&player, &path).await;
            assert!(read.i_frames_only, "{path}");
            let map = read.segments[0].map.as_ref().map(|map| map.uri.as_str());
            assert_eq!(map, representation.SegmentTemplate.as_ref().unwrap().initialization.as_deref());
            let (_, media) = read_playlist(&player, &format!("/{asset}/{id}.m3u8")).await;
            for entry in &read.segments {
                assert!(media.segments.iter().any(|segment| segment.uri == entry.uri), "{path}: {}", entry.uri);
                let range = entry.byte_range.as_ref().unwrap();
                let (start, length) = (range.offset.unwrap() as usize, range.length as usize);
                let (_, segment) = player.get(&format!("/{asset}/{}", entry.uri)).await;
                let frame = segment.get(start..start + length).unwrap();
                assert_eq!(frame.get(4..8), Some(b"moof".as_slice()), "{path}: {}", entry.uri);
            }
            let end = timeline(representation).iter().map(|(time, length)| time + length).max().unwrap();
            let total: u64 = durations(&text).iter().sum();
            assert_eq!(total, micros(end, timescale(representation)), "{path}");
        }
    }
}
