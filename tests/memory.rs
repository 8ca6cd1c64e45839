//! Memory, counted where it is handed out.

#![expect(unsafe_code, reason = "an allocator is unsafe to write")]

#[path = "../benches/scenarios/movie.rs"]
mod movie;

use movie::{Film, Tracks, film};
use signalbox::isobmff::Movie;
use signalbox::manifest::{OwnAddresses, TextForm, dash, hls};
use signalbox::presentation::{Media, Presentation, Source};
use signalbox::track::{Language, Track};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// The system's allocator, with a count of the bytes that are in use.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: all is done by the system's allocator; only numbers are kept beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let in_use = IN_USE.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(in_use, Relaxed);
        // SAFETY: as asked of this one.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as asked of this one.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// One measurement at a time: what others allocate meanwhile would count.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// What `make` leaves in use, and the most that it used on the way, in bytes.
fn measured<T>(make: impl FnOnce() -> T) -> (T, usize, usize) {
    let before = IN_USE.load(Relaxed);
    MOST.store(before, Relaxed);
    let made = make();
    (made, IN_USE.load(Relaxed) - before, MOST.load(Relaxed) - before)
}

/// What a track costs that has no samples: its facts, names and signals, and the rounding of what grows.
const SHARED_HEADER: usize = 8 << 10;

/// The asset of a file, presented, after all manifests have been written once.
fn opened(film: &Film) -> (Vec<Source>, Presentation) {
    let movie = Movie::parse(&film.moov, film.file_size, film.file_size + film.moov.len() as u64).unwrap().finish();
    let source = |track: signalbox::isobmff::MediaTrack| Source {
        track: Track::new(track.track_type.as_str(), track.track_type, "film.mp4"),
        file_language: Language::und(),
        file_tag: "1".to_owned(),
        file_size: film.file_size,
        media: track.into(),
        on_file_clock: true,
    };
    let sources: Vec<Source> = movie.tracks.into_iter().map(source).collect();
    let presentation = Presentation::new(&sources, Duration::from_secs(6)).unwrap();
    hls::multivariant_playlist(&presentation, TextForm::WebVtt).unwrap();
    dash::mpd(&presentation, TextForm::WebVtt);
    for rendition in &presentation.renditions {
        hls::media_playlist(&presentation, rendition, TextForm::WebVtt);
        hls::iframe_playlist(rendition, &OwnAddresses);
    }
    (sources, presentation)
}

fn samples(media: &Media) -> usize {
    media.coded().map_or(0, |track| track.samples.len() as usize)
}

/// Two hours of 1080p at 6 Mbit/s with B-frames, and AAC: 180,000 and 337,500 samples.
#[test]
fn an_open_asset_takes_at_most_four_bytes_a_sample() {
    let _alone = alone();
    for (layout, what) in [
        (Tracks::Video, "video in a file of its own"),
        (Tracks::Audio, "audio in a file of its own"),
        (Tracks::Both, "both, interleaved picture by picture"),
    ] {
        let film = film(6_000_000, layout);
        let ((sources, _presentation), held, _) = measured(|| opened(&film));
        let count: usize = sources.iter().map(|source| samples(&source.media)).sum();
        let bound = 4 * count + sources.len() * SHARED_HEADER;
        println!("{what}: {held} bytes, {:.2} a sample", held as f64 / count as f64);
        assert!(held <= bound, "{what}: {held} bytes for {count} samples");
        for source in &sources {
            let (index, count) = (source.media.coded().unwrap().samples.heap_bytes(), samples(&source.media));
            println!("  {}: index {:.2} bytes a sample", source.track.name, index as f64 / count as f64);
            assert!(index <= 4 * count, "{what}: {index} bytes for the {count} samples of {}", source.track.name);
        }
    }
}

/// What opening takes on the way is bounded by what it reads.
#[test]
fn opening_takes_no_more_than_the_tables_that_are_read() {
    let _alone = alone();
    let film = film(6_000_000, Tracks::Both);
    let (_opened, _, most) = measured(|| opened(&film));
    assert!(most <= film.moov.len() + (1 << 20), "{most} bytes for tables of {}", film.moov.len());
}
