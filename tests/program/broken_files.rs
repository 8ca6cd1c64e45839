//! `signalbox inspect` of files that are no good: one clear line, exit code 1, and little memory.
//!
//! The memory is bounded from outside, by the shell's `ulimit -v` before it becomes the program: every Linux has it, it
//! needs no tool beside the shell, and an allocation beyond it fails at once instead of being seen too late. It counts
//! address space, of which a program maps more than it uses (its own code, stacks of as many threads as there are
//! processors). So what a small good file needs is measured first, in the same way, some 25 MB, and a bad one may have
//! no more than as much again: less than 50 MB.

use super::samples::samples;
use super::support::{Said, clean};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// KiB that a bad file may take beyond a good one.
const MORE: u64 = 25 * 1024;

fn inspect_within(folder: &Path, kib: u64) -> Said {
    let mut command = Command::new("sh");
    clean(&mut command);
    // Arenas of the allocator are mapped by chance, as threads meet, and would blur the measure.
    command.env("MALLOC_ARENA_MAX", "1").args(["-c", "ulimit -v $1; exec \"$2\" inspect \"$3\"", "sh"]);
    Said::of(command.arg(kib.to_string()).arg(env!("CARGO_BIN_EXE_signalbox")).arg(folder))
}

/// KiB with which a small good file can be inspected, to within 4 MiB.
fn enough() -> u64 {
    static ENOUGH: OnceLock<u64> = OnceLock::new();
    *ENOUGH.get_or_init(|| {
        let folder = asset(&std::fs::read(samples().join("radio/radio-48.m4a")).unwrap());
        let (mut too_little, mut enough) = (0, 4 << 20);
        while enough - too_little > 4096 {
            let middle = (enough + too_little) / 2;
            match inspect_within(folder.path(), middle).code {
                Some(0) => enough = middle,
                _ => too_little = middle,
            }
        }
        enough
    })
}

/// A store with one asset, `asset`, of one file, `video.mp4`.
fn asset(bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("asset")).unwrap();
    std::fs::write(folder.path().join("asset/video.mp4"), bytes).unwrap();
    folder
}

/// The line that is said of a file.
#[track_caller]
fn refusal(bytes: &[u8]) -> String {
    let folder = asset(bytes);
    let said = inspect_within(folder.path(), enough() + MORE);
    let line = said.failure();
    let reason = line.strip_prefix("asset/video.mp4: ").unwrap_or_else(|| panic!("it does not name the file: {line}"));
    assert!(reason.len() < 400 && reason.chars().all(|c| !c.is_control()), "{reason}");
    reason.to_owned()
}

fn good() -> Vec<u8> {
    std::fs::read(samples().join("harbour/video-240.mp4")).unwrap()
}

/// Where the first box of a type starts, by its name.
fn find(bytes: &[u8], kind: &[u8; 4]) -> usize {
    bytes.windows(4).position(|window| window == kind).unwrap() - 4
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}

/// The box at `at`, with its header.
fn whole(bytes: &[u8], at: usize) -> &[u8] {
    &bytes[at..at + word(bytes, at) as usize]
}

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = (content.len() as u32 + 8).to_be_bytes();
    [&size[..], kind, content].concat()
}

#[track_caller]
fn says(bytes: &[u8], words: &[&str]) {
    let line = refusal(bytes);
    for word in words {
        assert!(line.contains(word), "{word} is not in: {line}");
    }
}

#[test]
fn cut_short_in_the_sample_data() {
    let (good, size) = (good(), 200_000);
    assert!(find(&good, b"moov") < find(&good, b"mdat"), "its index comes first");
    says(&good[..size], &["cut short", "bytes ", "the file has 200000", "bring the whole file"]);
}

#[test]
fn cut_short_in_the_index() {
    let good = good();
    let moov = find(&good, b"moov");
    says(&good[..moov + 2000], &["moov", &format!("byte {moov}"), "cut short"]);
    says(&good[..moov + 6], &[&format!("byte {moov}"), "6 stray bytes", "cut short"]);
}

#[test]
fn an_index_at_the_end_that_was_cut_off() {
    let good = good();
    let (ftyp, mdat) = (whole(&good, 0), whole(&good, find(&good, b"mdat")));
    says(&[ftyp, mdat].concat(), &["moov", "cut short"]);
    says(&[ftyp, &mdat[..100_000]].concat(), &["mdat", "cut short", &mdat.len().to_string()]);
}

#[test]
fn nothing_and_things_that_are_no_mp4() {
    says(b"", &["the file is empty"]);
    says(b"A letter to whom it may concern: this is no video.\n".repeat(40).as_slice(), &["no MP4"]);
    says(b"Hi\n", &["no MP4"]);
    says(&[0; 4096], &["MP4"]);
    let mut state = 0x2545_f491_4f6c_dd1du64;
    for _ in 0..20 {
        let random: Vec<u8> = (0..4096)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            })
            .collect();
        says(&random, &["MP4"]);
    }
}

#[test]
fn a_table_that_lies_of_its_length() {
    for (kind, count_at) in [(b"stsz", 16), (b"stts", 12), (b"stsc", 12), (b"stco", 12), (b"ctts", 12), (b"stss", 12)] {
        let mut bytes = good();
        let at = find(&bytes, kind);
        bytes[at + count_at..at + count_at + 4].copy_from_slice(&[0xff; 4]);
        let name = std::str::from_utf8(kind).unwrap();
        says(&bytes, &[name, &format!("byte {at}"), "4294967295", "damaged"]);
    }
}

#[test]
fn samples_of_one_size_beyond_number() {
    for size in [1u32, 100] {
        let mut bytes = good();
        let at = find(&bytes, b"stsz");
        bytes[at + 12..at + 16].copy_from_slice(&size.to_be_bytes());
        bytes[at + 16..at + 20].copy_from_slice(&[0xff; 4]);
        says(&bytes, &["4294967295 samples"]);
    }
}

#[test]
fn chunks_beyond_the_file() {
    let mut bytes = good();
    let at = find(&bytes, b"stco");
    bytes[at + 16..at + 20].copy_from_slice(&[0xff, 0xff, 0xff, 0]);
    says(&bytes, &["4294967040", &format!("the file has {}", bytes.len())]);
}

#[test]
fn boxes_in_boxes_without_end() {
    let mut nested = Vec::new();
    for _ in 0..20_000 {
        nested = boxed(b"trak", &nested);
    }
    says(&[boxed(b"ftyp", b"isom\0\0\0\0"), boxed(b"moov", &nested)].concat(), &["moov"]);
    let many = boxed(b"trak", &[]).repeat(2_000_000);
    says(&[boxed(b"ftyp", b"isom\0\0\0\0"), boxed(b"moov", &many)].concat(), &["moov/trak[1001]", "1000 tracks"]);
}

#[test]
fn a_sample_that_lasts_for_ages() {
    let mut bytes = good();
    let (mdhd, stts) = (find(&bytes, b"mdhd"), find(&bytes, b"stts"));
    assert_eq!(bytes[mdhd + 8], 0, "version 0, whose timescale lies 20 bytes into the box");
    bytes[mdhd + 20..mdhd + 24].copy_from_slice(&1u32.to_be_bytes());
    bytes[stts + 20..stts + 24].copy_from_slice(&[0xff; 4]);
    says(&bytes, &["track 1", "days", "30"]);
}

#[test]
fn a_cue_that_never_ends() {
    let folder = asset(&good());
    std::fs::write(folder.path().join("asset/en.vtt"), "WEBVTT\n\n00:00.000 --> 999999:00:00.000\nHi\n").unwrap();
    let said = inspect_within(folder.path(), enough() + MORE);
    assert!(said.failure().starts_with("asset/en.vtt: a cue ends after 999999 hours"), "{said:?}");
}

#[test]
fn a_file_that_is_mostly_a_hole() {
    let folder = asset(&boxed(b"ftyp", b"isom\0\0\0\0"));
    let file = std::fs::File::options().write(true).open(folder.path().join("asset/video.mp4")).unwrap();
    file.set_len(1 << 40).unwrap();
    let said = inspect_within(folder.path(), enough() + MORE);
    assert!(said.failure().starts_with("asset/video.mp4: "), "{said:?}");
}

/// A file of the test media, with some bytes after the last box of a type replaced.
fn changed(file: &str, kind: &[u8; 4], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/media/sources").join(file)).unwrap();
    let start = file.windows(4).rposition(|window| window == kind).unwrap() - 4 + at;
    file[start..start + bytes.len()].copy_from_slice(bytes);
    file
}

#[test]
fn a_fragment_that_starts_in_another_age() {
    let bytes = changed("fragmented-sidx.mp4", b"tfdt", 12, &(1u64 << 60).to_be_bytes());
    says(&bytes, &["the media of track 2 is ", "days long", "at most 30", "damaged"]);
}

#[test]
fn a_gap_of_days() {
    let bytes = changed("fragmented-sidx.mp4", b"tfdt", 12, &(10 * 86_400 * 48_000u64).to_be_bytes());
    says(&bytes, &["track 2", "from sample ", " to the next ", "damaged"]);
}

#[test]
fn a_start_that_never_comes() {
    // The first entry of the edit list: so many milliseconds, nothing.
    let bytes = changed("late-audio.mp4", b"elst", 16, &[0xff; 4]);
    says(&bytes, &["the empty edit at the start of track 2 is 49 days long", "at most 30", "damaged"]);
}

#[test]
fn a_video_without_a_place_to_start() {
    let folder = asset(&changed("avc-aac.mp4", b"stss", 12, &[0; 4]));
    let said = inspect_within(folder.path(), enough() + MORE);
    let line = said.failure();
    assert!(line.starts_with("asset: track video-video: video.mp4: ") && line.contains("sync sample"), "{line}");
    assert!(!said.out.contains("hidden") && said.out.contains("cannot be played"), "{}", said.out);
}

#[test]
fn captions_for_a_month() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("asset")).unwrap();
    let document = r#"{"segment_duration": 1, "tracks": [{"name": "text", "type": "text", "file": "text.vtt"}]}"#;
    std::fs::write(folder.path().join("asset/asset.json"), document).unwrap();
    let captions = "WEBVTT\n\n00:01.000 --> 00:02.000\nEarly\n\n719:59:59.000 --> 720:00:00.000\nLate\n";
    std::fs::write(folder.path().join("asset/text.vtt"), captions).unwrap();
    let said = inspect_within(folder.path(), enough() + MORE);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.starts_with("asset  2592000.000 s"), "{}", said.out);
}
