//! Files damaged at random: each plays or is refused in words, soon and in little memory.

use super::samples::samples;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::Request;
use signalbox::catalog::{Catalog, CatalogOptions, LoadedAsset};
use signalbox::origin::{Origin, OriginOptions};
use signalbox::store::LocalStore;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Time for each file; where it is not enough for all rounds, those there were must do.
const BUDGET: Duration = Duration::from_secs(4);
const ROUNDS: u64 = 400;
/// What an index may take, for each byte of its file: a sample takes at least a byte of tables or data.
const MEMORY_PER_BYTE: usize = 64;

/// Numbers that are the same in each run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }
}

/// Where the boxes lie that say what the rest is.
fn places(file: &[u8]) -> Vec<usize> {
    let mut places = Vec::new();
    for (kind, range) in super::support::boxes(file) {
        match kind.as_str() {
            "mdat" => places.extend(range.start..range.start + 8),
            _ => places.extend(range),
        }
    }
    places
}

fn damage(good: &[u8], places: &[usize], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..1 + dice.roll(6) {
        let at = places[dice.roll(places.len())].min(bytes.len().saturating_sub(4));
        match dice.roll(8) {
            0 => bytes[at] ^= 1 << dice.roll(8),
            1 => bytes[at] = dice.roll(256) as u8,
            2 => bytes[at..at + 4].copy_from_slice(&[0xff; 4]),
            3 => bytes[at..at + 4].copy_from_slice(&[0; 4]),
            4 => bytes[at..at + 4].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff]),
            // A whole word as tables have it, off by a little.
            5 => {
                let at = at & !3;
                let word = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
                let other = word.wrapping_add(dice.roll(5) as u32).wrapping_sub(2);
                bytes[at..at + 4].copy_from_slice(&other.to_be_bytes());
            }
            6 => {
                let from = places[dice.roll(places.len())].min(bytes.len() - 4);
                bytes.copy_within(from..from + 4, at);
            }
            _ if dice.roll(4) == 0 => bytes.truncate((at + 4).max(8)),
            _ => {}
        }
    }
    bytes
}

async fn fetch(origin: &Origin, path: &str) -> (u16, Result<Bytes, String>) {
    let response = origin.respond(Request::get(path).body(()).unwrap()).await;
    let status = response.status().as_u16();
    let said: usize = response.headers()["content-length"].to_str().unwrap().parse().unwrap();
    let body = response.into_body().collect().await.map(|body| body.to_bytes()).map_err(|error| error.to_string());
    if let Ok(bytes) = &body {
        assert_eq!(bytes.len(), said, "{path}");
    }
    (status, body)
}

/// Every manifest and every segment that one names; how many were good.
async fn play(folder: &Path, size: usize) -> usize {
    let options = CatalogOptions {
        cache_bytes: 1 << 28,
        max_staleness: Duration::ZERO,
        segment_duration: Duration::from_secs(2),
    };
    let catalog = Arc::new(Catalog::new(Arc::new(LocalStore::open(folder).unwrap()), None, options));
    let asset = catalog.asset("asset").await.unwrap();
    are_words(&asset);
    assert!(asset.heap_bytes() < (1 << 20) + size * MEMORY_PER_BYTE, "{} of {size}", asset.heap_bytes());
    let origin = Origin::new(catalog, &OriginOptions::default());
    let mut good = 0;
    let mut paths = vec!["/asset/master.m3u8".to_owned(), "/asset/manifest.mpd".to_owned()];
    let mut seen = std::collections::HashSet::new();
    while let Some(path) = paths.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let (status, body) = fetch(&origin, &path).await;
        match status {
            200 => good += 1,
            404 => assert!(asset.presentation.is_err(), "{path} {body:?}"),
            _ => panic!("{path}: {status} {body:?}"),
        }
        let body = body.unwrap();
        if status == 200 && path.ends_with(".m3u8") {
            paths.extend(links(std::str::from_utf8(&body).unwrap()));
        }
    }
    good
}

/// What a playlist names, in lines and in attributes.
fn links(playlist: &str) -> impl Iterator<Item = String> {
    const SUFFIXES: [&str; 4] = [".m3u8", ".mp4", ".m4s", ".vtt"];
    let words = playlist.split(['"', '\n']).filter(|word| SUFFIXES.iter().any(|suffix| word.ends_with(suffix)));
    words.map(|word| format!("/asset/{word}"))
}

/// Each refusal is a line for a person; a panic inside would be told as one too, and is none.
fn are_words(asset: &LoadedAsset) {
    for (_, reason) in &asset.unusable {
        assert!(reason.len() > 10 && !reason.contains('\n') && !reason.contains("panic"), "{reason:?}");
        assert!(reason.len() < 600, "{reason:?}");
    }
    assert!(asset.presentation.is_ok() || !asset.unusable.is_empty() || asset.tracks.is_empty());
}

async fn survive(name: &str, seed: u64) {
    let good = std::fs::read(samples().join(name)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("asset").join("media.mp4");
    std::fs::create_dir(file.parent().unwrap()).unwrap();
    std::fs::write(&file, &good).unwrap();
    assert!(play(folder.path(), good.len()).await > 3, "whole, it plays");
    let places = places(&good);
    let begin = Instant::now();
    for round in (1..=ROUNDS).take_while(|_| begin.elapsed() < BUDGET) {
        let mut dice = Dice(seed.wrapping_mul(round) | 1);
        let bytes = damage(&good, &places, &mut dice);
        std::fs::write(&file, &bytes).unwrap();
        let last = Instant::now();
        println!("{name} seed {seed} round {round}");
        play(folder.path(), bytes.len()).await;
        assert!(last.elapsed() < Duration::from_secs(20), "round {round} hung for {:?}", last.elapsed());
    }
}

#[tokio::test]
async fn a_damaged_video_file() {
    survive("modern/video-180.mp4", 0x9e37_79b9_7f4a_7c15).await;
}

#[tokio::test]
async fn a_damaged_audio_file() {
    survive("radio/radio-48.m4a", 0xbf58_476d_1ce4_e5b9).await;
}

#[tokio::test]
async fn a_damaged_file_of_several_tracks() {
    survive("talk/talk.mp4", 0x94d0_49bb_1331_11eb).await;
}
