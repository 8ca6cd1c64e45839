//! An MP4 file: its boxes, movie and fragments, and all that is made of the tracks that can be played.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use signalbox::isobmff::{BoxHeader, MediaTrack, Movie, MovieReader};
use signalbox::manifest::{OwnAddresses, TextForm, dash, hls};
use signalbox::presentation::{Presentation, Source};
use signalbox::segment::{media_init, media_segment, total_len};
use signalbox::track::{Language, Track, TrackType};
use std::time::Duration;

fuzz_target!(|data: &[u8]| {
    let Some(movie) = read(&Bytes::copy_from_slice(data)) else { return };
    let size = data.len() as u64;
    let sources: Vec<Source> = movie
        .tracks
        .into_iter()
        .inspect(|track| check(track, size))
        .filter(|track| track.track_type != TrackType::Text)
        .enumerate()
        .map(|(number, track)| Source {
            track: Track::new(format!("track-{number}"), track.track_type, "media.mp4"),
            file_language: Language::und(),
            file_tag: "1".to_owned(),
            file_size: size,
            media: track.into(),
            on_file_clock: true,
        })
        .collect();
    if let Ok(presentation) = Presentation::new(&sources, Duration::from_secs(6)) {
        play(&presentation);
    }
});

/// Hops from box to box as a reader of a file does.
fn read(file: &Bytes) -> Option<Movie> {
    let size = file.len() as u64;
    let (mut offset, mut reader) = (0u64, None::<MovieReader>);
    while offset < size {
        let header = BoxHeader::read(&file[offset as usize..], offset, size).ok()?;
        let slice = file.slice(offset as usize..header.end().min(size) as usize);
        match (&header.kind.0, &mut reader) {
            (b"moov", None) => reader = Some(Movie::parse(&slice, offset, size).ok()?),
            (b"moof", Some(reader)) => reader.add_fragment(&slice, offset).ok()?,
            _ => {}
        }
        offset = header.end();
    }
    reader.map(MovieReader::finish)
}

/// What an index promises: samples in the file, in order of time.
fn check(track: &MediaTrack, size: u64) {
    assert!(track.timescale > 0 && !track.samples.is_empty());
    let mut time = 0;
    for sample in track.samples.iter_from(0) {
        assert!(sample.offset + u64::from(sample.size) <= size);
        assert!(sample.decode_time >= time);
        time = sample.decode_time;
    }
}

fn play(presentation: &Presentation) {
    let _ = hls::multivariant_playlist(presentation, TextForm::WebVtt);
    dash::mpd(presentation, TextForm::WebVtt);
    for rendition in &presentation.renditions {
        hls::media_playlist(presentation, rendition, TextForm::WebVtt);
        hls::iframe_playlist(rendition, &OwnAddresses);
        assert!(media_init(rendition).is_some());
        for (segment, size) in rendition.timeline.segments.iter().zip(rendition.layout().segments) {
            let pieces = media_segment(rendition, segment).expect("coded media has segments");
            assert_eq!(total_len(&pieces), size);
        }
    }
}
