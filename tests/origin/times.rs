//! Files whose times are wrong: each plays or is refused in words, soon and in little memory.

use super::samples::samples;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use signalbox::catalog::LoadedAsset;
use signalbox::store::{LocalStore, StorePath};
use std::path::Path;
use std::time::{Duration, Instant};

const SOON: Duration = Duration::from_secs(10);
/// What an asset may take beside its bytes: the segments of a month of text.
const MEMORY: usize = 8 << 20;
const MEMORY_PER_BYTE: usize = 64;

/// Boxes that say when, and how many bytes of each, its header included, do not.
const CLOCKS: [(&[u8; 4], usize); 8] = [
    (b"tfdt", 12),
    (b"stts", 16),
    (b"ctts", 16),
    (b"elst", 16),
    (b"mdhd", 20),
    (b"mvhd", 20),
    (b"trun", 20),
    (b"stss", 12),
];

fn word() -> impl Strategy<Value = u32> {
    prop_oneof![
        prop::sample::select(vec![0, 1, 0xff, 0x1000, 0x1000_0000, 0x3fff_ffff, 0x7fff_ffff, 0x8000_0000, u32::MAX]),
        any::<u32>(),
    ]
}

/// Of the boxes that tell times, which; of its words, which; and what it says then.
fn damage() -> impl Strategy<Value = Vec<(prop::sample::Index, prop::sample::Index, u32)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), word()), 1..5)
}

/// A caption file whose cues start late and stay long.
fn cues() -> impl Strategy<Value = String> {
    let hours = || prop_oneof![0u32..3, prop::sample::select(vec![23, 720, 99_999, 999_999])];
    let cue = (hours(), hours(), 0u32..60).prop_map(|(start, length, minute)| {
        let end = (start + length).min(999_999);
        format!("{start:02}:{minute:02}:00.000 --> {end:02}:{minute:02}:07.000\nWords\n\n")
    });
    prop::collection::vec(cue, 0..6).prop_map(|cues| format!("WEBVTT\n\n{}", cues.concat()))
}

fn damaged(good: &[u8], damage: &[(prop::sample::Index, prop::sample::Index, u32)]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    let mut words = Vec::new();
    for (kind, skip) in CLOCKS {
        for at in (4..good.len()).filter(|&at| good[at..].starts_with(kind)) {
            let size = u32::from_be_bytes(good[at - 4..at].try_into().unwrap()) as usize;
            words.push((at - 4 + skip..(at - 4 + size).min(good.len() - 3)).step_by(4).collect::<Vec<_>>());
        }
    }
    words.retain(|words| !words.is_empty());
    for (place, which, word) in damage {
        let words: &Vec<usize> = place.get(&words);
        let at = *which.get(words);
        bytes[at..at + 4].copy_from_slice(&word.to_be_bytes());
    }
    bytes
}

fn load(folder: &Path) -> LoadedAsset {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let store = LocalStore::open(folder).unwrap();
    let root = StorePath::root();
    let loaded = runtime.block_on(LoadedAsset::load(&store, "asset", &root, Duration::from_secs(1), None));
    loaded.unwrap()
}

fn survive(file: &Path) {
    let good = std::fs::read(file).unwrap();
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let whole = runner.run(&(damage(), cues()), |(damage, cues)| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("media.mp4"), damaged(&good, &damage)).unwrap();
        std::fs::write(folder.path().join("media.vtt"), cues).unwrap();
        let begin = Instant::now();
        let asset = load(folder.path());
        prop_assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
        prop_assert!(asset.heap_bytes() < MEMORY + good.len() * MEMORY_PER_BYTE, "{} bytes", asset.heap_bytes());
        for track in &asset.tracks {
            let shown = asset.presentation.as_ref().is_ok_and(|shown| shown.rendition(&track.track.name).is_some());
            prop_assert_eq!(shown, track.source.is_ok(), "{} is shown, or says why not", track.track.name);
        }
        Ok(())
    });
    whole.unwrap();
}

#[test]
fn a_progressive_file() {
    survive(&samples().join("talk/talk.mp4"));
}

#[test]
fn a_fragmented_file() {
    survive(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/media/sources/fragmented-sidx.mp4"));
}

#[test]
fn a_file_with_edits() {
    survive(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/media/sources/late-audio.mp4"));
}
