//! Our sample index beside those of two other readers, on files that are known to be sound: every offset, size, time and
//! sync flag must agree. The files are those of `tests/media`, and of `assets-sample` where it is there.

use bytes::Bytes;
use shiguredo_mp4::demux::{DemuxError, Fmp4FileDemuxer, Input, Mp4FileDemuxer};
use signalbox::isobmff::{BoxHeader, Codec, MediaTrack, Movie, Sample};
use signalbox::track::TrackType;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// Reads a file as the catalog does: hops from box to box, parses `moov`, adds each `moof`.
fn read(file: &Bytes) -> (Movie, bool) {
    let (mut reader, mut fragments) = (None, Vec::new());
    let (mut offset, size) = (0, file.len() as u64);
    while offset < size {
        let header = BoxHeader::read(&file[offset as usize..], offset, size).unwrap();
        let bytes = file.slice(offset as usize..header.end().min(size) as usize);
        match &header.kind.0 {
            b"moov" => reader = Some(Movie::parse(&bytes, offset, size).unwrap()),
            b"moof" => fragments.push((bytes, offset)),
            _ => (),
        }
        offset = header.end();
    }
    let mut reader = reader.expect("a moov");
    for (moof, offset) in &fragments {
        reader.add_fragment(moof, *offset).unwrap();
    }
    (reader.finish(), !fragments.is_empty())
}

fn media_files() -> Vec<PathBuf> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "mp4" || extension == "m4a") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    for folder in ["tests/media", "assets-sample"] {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    found.sort();
    found
}

/// What both sides say of a sample. Durations are not compared: where the decode times of fragments jump, ours is the one
/// that keeps them exact.
#[derive(Debug, PartialEq)]
struct Row {
    offset: u64,
    size: u32,
    decode_time: u64,
    presentation_time: i64,
    sync: bool,
}

fn rows(track: &MediaTrack) -> Vec<Row> {
    let row = |sample: Sample| Row {
        offset: sample.offset,
        size: sample.size,
        decode_time: sample.decode_time,
        presentation_time: sample.decode_time as i64 + i64::from(sample.composition_offset),
        sync: sample.sync,
    };
    track.samples.iter_from(0).map(row).collect()
}

fn shiguredo_row(sample: &shiguredo_mp4::demux::Sample<'_>) -> Row {
    Row {
        offset: sample.data_offset,
        size: sample.data_size as u32,
        decode_time: sample.timestamp,
        presentation_time: sample.timestamp as i64 + sample.composition_time_offset.unwrap_or(0),
        sync: sample.keyframe,
    }
}

fn shiguredo(file: &Bytes, fragmented: bool) -> BTreeMap<u32, Vec<Row>> {
    let mut rows: BTreeMap<u32, Vec<Row>> = BTreeMap::new();
    if fragmented {
        let mut demuxer = Fmp4FileDemuxer::new();
        loop {
            match demuxer.next_sample() {
                Ok(Some(sample)) => rows.entry(sample.track.track_id).or_default().push(shiguredo_row(&sample)),
                Ok(None) => return rows,
                Err(DemuxError::InputRequired(required)) => {
                    let position = (required.position as usize).min(file.len());
                    let end = required.size.map_or(file.len(), |size| (position + size).min(file.len()));
                    demuxer.handle_input(Input { position: required.position, data: &file[position..end] });
                }
                Err(error) => panic!("shiguredo_mp4: {error:?}"),
            }
        }
    }
    let mut demuxer = Mp4FileDemuxer::new();
    demuxer.handle_input(Input { position: 0, data: file });
    while let Some(sample) = demuxer.next_sample().expect("shiguredo_mp4") {
        rows.entry(sample.track.track_id).or_default().push(shiguredo_row(&sample));
    }
    rows
}

/// Tables and fragments in one file (see `samples_in_tables_come_before_those_in_fragments`), compact sample sizes.
const NOT_FOR_SHIGUREDO: [&str; 2] = ["fragmented-after-tables-avc.mp4", "stz2.mp4"];

/// Compact sample sizes.
const NOT_FOR_MP4: [&str; 1] = ["stz2.mp4"];

#[test]
fn shiguredo_mp4_agrees() {
    for path in media_files() {
        let file = Bytes::from(std::fs::read(&path).unwrap());
        let (movie, fragmented) = read(&file);
        if NOT_FOR_SHIGUREDO.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        let mut theirs = shiguredo(&file, fragmented);
        assert!(!movie.tracks.is_empty(), "{}", path.display());
        // The oracle passes over text.
        for track in movie.tracks.iter().filter(|track| track.track_type != TrackType::Text) {
            let theirs = theirs.remove(&track.id).unwrap_or_default();
            for (number, (ours, theirs)) in rows(track).iter().zip(&theirs).enumerate() {
                assert_eq!(ours, theirs, "sample {number} of track {} of {}", track.id, path.display());
            }
            assert_eq!(track.samples.len() as usize, theirs.len(), "track {} of {}", track.id, path.display());
        }
    }
}

#[test]
fn mp4_agrees() {
    for path in media_files() {
        let file = Bytes::from(std::fs::read(&path).unwrap());
        let (movie, fragmented) = read(&file);
        let known = |track: &MediaTrack| matches!(track.codec.codec, Codec::Avc | Codec::Aac);
        let unread = NOT_FOR_MP4.iter().any(|name| path.ends_with(name));
        if fragmented || unread || !movie.tracks.iter().all(known) {
            continue;
        }
        let mut theirs = mp4::Mp4Reader::read_header(Cursor::new(&file), file.len() as u64).expect("mp4");
        for track in &movie.tracks {
            assert_eq!(theirs.sample_count(track.id).expect("mp4"), track.samples.len());
            for (number, ours) in (1..).zip(track.samples.iter_from(0)) {
                let theirs = theirs.read_sample(track.id, number).expect("mp4").expect("a sample");
                let context = format!("sample {number} of track {} of {}", track.id, path.display());
                let bytes = &file[ours.offset as usize..][..ours.size as usize];
                assert_eq!(bytes, &theirs.bytes[..], "{context}");
                assert_eq!(
                    (ours.decode_time, ours.duration, ours.composition_offset, ours.sync),
                    (theirs.start_time, theirs.duration, theirs.rendering_offset, theirs.is_sync),
                    "{context}"
                );
            }
        }
    }
}

/// What a packaging may not change, by track: the samples themselves, and when they are shown after the edit list.
fn content(name: &str) -> Vec<(Vec<Bytes>, Vec<i64>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/media").join(name);
    let file = Bytes::from(std::fs::read(path).unwrap());
    let (movie, _) = read(&file);
    assert_eq!(movie.refused, [], "{name}");
    let of_track = |track: &MediaTrack| {
        let start = track.edits.media_time as i64 - track.edits.delay as i64;
        let samples = || track.samples.iter_from(0);
        let bytes = samples().map(|s| file.slice(s.offset as usize..s.offset as usize + s.size as usize)).collect();
        let times = samples().map(|s| s.decode_time as i64 + i64::from(s.composition_offset) - start).collect();
        (bytes, times)
    };
    movie.tracks.iter().map(of_track).collect()
}

#[test]
fn every_packaging_holds_the_same_samples() {
    let expected = content("progressive-avc.mp4");
    assert_eq!(expected.iter().map(|(samples, _)| samples.len()).collect::<Vec<_>>(), [50, 95]);
    for name in ["fragmented-avc.mp4", "fragmented-avc-sidx.mp4", "quicktime-avc.mov"] {
        assert!(content(name) == expected, "{name}");
    }
}

#[test]
fn samples_in_tables_come_before_those_in_fragments() {
    // The times are not those of the other files: without room for an edit list the muxer stretches the first samples.
    let samples = |name| -> Vec<Vec<Bytes>> { content(name).into_iter().map(|(samples, _)| samples).collect() };
    assert!(samples("fragmented-after-tables-avc.mp4") == samples("progressive-avc.mp4"));
}

#[test]
fn codec_facts_are_those_the_encoders_were_told() {
    let file = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/media/progressive-hevc.mp4")).unwrap();
    let (movie, _) = read(&file.into());
    let [video, audio] = &movie.tracks[..] else { panic!("two tracks") };
    let picture = video.codec.video.as_ref().unwrap();
    assert_eq!((video.codec.string.as_str(), picture.width, picture.height), ("hvc1.1.6.L30.90", 64, 36));
    let sound = audio.codec.audio.as_ref().unwrap();
    assert_eq!((audio.codec.string.as_str(), sound.channels, sound.sample_rate), ("mp4a.40.2", 1, 48_000));
}
