//! The steps of a request, one by one, on a two-hour title: `cargo bench`. The whole server is measured by
//! `benches/compare/run`.
//!
//! | scenario | what happens in it |
//! |---|---|
//! | open_moov_2h | the `moov` of a two-hour file becomes an index: 180,000 pictures, 337,500 audio frames, interleaved |
//! | plan_2h | 3 video, 4 audio and 4 text tracks become a presentation, their indexes known |
//! | plan_again_2h | the same for the next revision of the document |
//! | measure_2h | their bit rates are measured, for the first manifest |
//! | write_master | its multivariant playlist |
//! | write_media_1200 | a media playlist of its 1,200 segments |
//! | write_mpd_2h | its MPD |
//! | mux_segment_1080p | a segment of 6 s of 1080p at 6 Mbit/s becomes a list of pieces |
//! | vtt_segment | 6 s of a caption file of 2,400 cues become a WebVTT segment |

mod movie;

use divan::{Bencher, black_box};
use movie::{Film, SECONDS, Tracks, film};
use signalbox::isobmff::{MediaTrack, Movie};
use signalbox::manifest::{TextForm, dash, hls};
use signalbox::presentation::{Media, Presentation, Rendition, Segment, Source};
use signalbox::segment::{media_segment, total_len, webvtt_segment};
use signalbox::text::read_webvtt;
use signalbox::track::{Language, Track, TrackType};
use std::sync::LazyLock;
use std::time::Duration;

const TARGET: Duration = Duration::from_secs(6);

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(sources);
static PRESENTATION: LazyLock<Presentation> = LazyLock::new(|| Presentation::new(&SOURCES, TARGET).unwrap());

fn main() {
    assert_eq!(PRESENTATION.renditions.len(), 11, "all tracks are shown");
    assert_eq!(rendition("video-1080").timeline.segments.len(), 1200);
    assert_eq!(segment("video-1080").1.samples().len(), 150);
    divan::main();
}

fn open(film: &Film) -> Movie {
    Movie::parse(&film.moov, film.file_size, film.file_size + film.moov.len() as u64).unwrap().finish()
}

fn only_track(film: &Film) -> MediaTrack {
    open(film).tracks.remove(0)
}

/// 3 video, 4 audio and 4 text tracks of two hours.
fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    for (name, bit_rate) in [("video-1080", 6_000_000), ("video-720", 3_000_000), ("video-360", 800_000)] {
        let media = only_track(&film(bit_rate, Tracks::Video));
        sources.push(source(name, TrackType::Video, "und", media.into()));
    }
    for language in ["en", "de", "fr", "es"] {
        let media = only_track(&film(0, Tracks::Audio));
        sources.push(source(&format!("{language}-audio"), TrackType::Audio, language, media.into()));
    }
    for language in ["en", "de", "fr", "es"] {
        let captions = read_webvtt(captions().as_bytes()).unwrap();
        sources.push(source(&format!("{language}-text"), TrackType::Text, language, captions.into()));
    }
    sources
}

fn source(name: &str, track_type: TrackType, language: &str, media: Media) -> Source {
    let language: Language = language.parse().unwrap();
    let mut track = Track::new(name, track_type, format!("{name}.mp4"));
    track.language = Some(language.clone());
    Source { track, file_language: language, file_tag: "1".to_owned(), file_size: 1 << 32, media, on_file_clock: false }
}

/// A cue every three seconds.
fn captions() -> String {
    let time = |seconds: u32| format!("{:02}:{:02}:{:02}.000", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let cue =
        |start| format!("\n{} --> {}\nWhat is said at second {start},\nin two lines\n", time(start), time(start + 2));
    (0..SECONDS).step_by(3).map(cue).fold("WEBVTT\n".to_owned(), |text, cue| text + &cue)
}

fn rendition(name: &str) -> &'static Rendition {
    PRESENTATION.rendition(name).unwrap()
}

/// A segment in the middle.
fn segment(name: &str) -> (&'static Rendition, &'static Segment) {
    (rendition(name), &rendition(name).timeline.segments[600])
}

#[divan::bench]
fn open_moov_2h(bencher: Bencher) {
    let film = film(400_000, Tracks::Both);
    let movie = open(&film);
    assert_eq!((movie.tracks.len(), movie.refused.len()), (2, 0));
    bencher.bench_local(|| open(black_box(&film)));
}

#[divan::bench]
fn plan_2h(bencher: Bencher) {
    bencher.with_inputs(opened).bench_local_values(|sources| Presentation::new(&sources, TARGET).unwrap());
}

#[divan::bench]
fn plan_again_2h(bencher: Bencher) {
    bencher.bench_local(|| Presentation::new(black_box(&SOURCES), TARGET).unwrap());
}

#[divan::bench]
fn measure_2h(bencher: Bencher) {
    let planned = || Presentation::new(&opened(), TARGET).unwrap();
    bencher.with_inputs(planned).bench_local_values(|presentation| {
        presentation.renditions.iter().map(|rendition| rendition.bit_rate().peak).sum::<u64>()
    });
}

/// The sources as they are when their files have just been read.
fn opened() -> Vec<Source> {
    let open = |source: &Source| {
        let media = match &source.media {
            Media::Coded(coded) => coded.media().clone().into(),
            Media::Text(text) => text.captions().clone().into(),
        };
        Source { media, ..source.clone() }
    };
    SOURCES.iter().map(open).collect()
}

#[divan::bench]
fn write_master(bencher: Bencher) {
    bencher.bench_local(|| hls::multivariant_playlist(black_box(&PRESENTATION), TextForm::WebVtt).unwrap());
}

#[divan::bench]
fn write_media_1200(bencher: Bencher) {
    let rendition = rendition("video-1080");
    bencher.bench_local(|| hls::media_playlist(black_box(&PRESENTATION), rendition, TextForm::WebVtt));
}

#[divan::bench]
fn write_mpd_2h(bencher: Bencher) {
    bencher.bench_local(|| dash::mpd(black_box(&PRESENTATION), TextForm::WebVtt));
}

#[divan::bench]
fn mux_segment_1080p(bencher: Bencher) {
    let (rendition, segment) = segment("video-1080");
    let length = total_len(&media_segment(rendition, segment).unwrap());
    assert!((4_000_000..6_000_000).contains(&length), "6 s at 6 Mbit/s: {length} bytes");
    bencher.bench_local(|| media_segment(black_box(rendition), segment).unwrap());
}

#[divan::bench]
fn vtt_segment(bencher: Bencher) {
    let (rendition, segment) = segment("en-text");
    bencher.bench_local(|| webvtt_segment(black_box(rendition), segment).unwrap());
}
