//! Movies that lie: whatever the bytes say, reading them ends soon, does not panic, and holds little memory.

use super::*;
use crate::isobmff::Sample;
use crate::isobmff::testing::{Trak, moov, table};
use crate::isobmff::write::{boxed, full_box};
use bytes::BufMut;
use proptest::prelude::*;

const FILE_SIZE: u64 = 20_000;

/// Two tracks of ordinary samples, and `mvex`.
fn honest_moov() -> Bytes {
    let samples = |count: u64, duration: u32| -> Vec<Sample> {
        let sample = |number| Sample {
            offset: 1000 + number * 30 + number / 5 * 100,
            size: 20 + number as u32 % 10,
            decode_time: number * u64::from(duration),
            duration,
            composition_offset: (number % 3) as i32 * 512,
            sync: number % 10 == 0,
        };
        (0..count).map(sample).collect()
    };
    let mut video = Trak::video(1, &samples(15, 512));
    video.edits = vec![(20, -1), (1000, 1024)];
    let mut mvex = Vec::new();
    boxed(&mut mvex, b"mvex", |out| {
        full_box(out, b"trex", 0, 0, |out| [1, 1, 512, 20, 0].into_iter().for_each(|field| out.put_u32(field)));
    });
    moov(&[video, Trak::audio(2, &samples(20, 1024))], &mvex)
}

fn honest_moof() -> Bytes {
    let mut out = Vec::new();
    boxed(&mut out, b"moof", |out| {
        for id in [1, 2] {
            boxed(out, b"traf", |out| {
                full_box(out, b"tfhd", 0, 0x2_0008, |out| out.put_slice(&[0, 0, 0, id, 0, 0, 2, 0]));
                full_box(out, b"tfdt", 1, 0, |out| out.put_u64(200_000));
                table(out, b"trun", 2, &[]);
                full_box(out, b"trun", 0, 0x201, |out| {
                    [3, 100, 10, 11, 12].into_iter().for_each(|field| out.put_u32(field));
                });
            });
        }
    });
    out.into()
}

/// Reads `moov` and `moof`, and checks what every answer must hold to.
fn read(moov: &Bytes, moof: &Bytes) -> Option<Movie> {
    let mut reader = Movie::parse(moov, 0, FILE_SIZE).ok()?;
    let _ = reader.add_fragment(moof, 15_000);
    let movie = reader.finish();
    let held: usize = movie.tracks.iter().map(|track| track.samples.heap_bytes()).sum();
    let present = moov.len() + moof.len() + FILE_SIZE as usize;
    assert!(held <= 4 * present, "{held} bytes held for {present}");
    for track in &movie.tracks {
        let end = |sample: crate::isobmff::Sample| sample.offset + u64::from(sample.size);
        assert!(track.samples.iter_from(0).all(|sample| end(sample) <= FILE_SIZE), "samples lie in the file");
        assert!(track.samples.iter_from(0).is_sorted_by_key(|sample| sample.decode_time));
    }
    Some(movie)
}

#[test]
fn the_honest_movie_plays() {
    let movie = read(&honest_moov(), &honest_moof()).unwrap();
    assert_eq!(movie.refused, []);
    let lengths: Vec<_> = movie.tracks.iter().map(|track| track.samples.len()).collect();
    assert_eq!(lengths, [20, 25]);
}

#[test]
fn a_thousand_tracks_that_claim_the_whole_file_share_one_limit() {
    let mut traks = Vec::new();
    for id in 1..=1000 {
        let mut trak = Trak::audio(id, &[]);
        trak.tables.clear();
        table(&mut trak.tables, b"stsz", 1, &[FILE_SIZE as u32 / 8]);
        table(&mut trak.tables, b"stts", 1, &[u32::MAX, 1]);
        table(&mut trak.tables, b"stsc", 1, &[1, u32::MAX, 1]);
        table(&mut trak.tables, b"stco", 1, &[0]);
        traks.push(trak);
    }
    let movie = read(&moov(&traks, &[]), &Bytes::new()).unwrap();
    assert_eq!(movie.tracks.len(), 2, "a sample in four bytes of the file");
    assert!(movie.refused[0].reason.contains("more than a file of 20000 bytes can hold"));
}

#[test]
fn chunks_without_samples_are_not_walked_forever() {
    let mut trak = Trak::audio(1, &[]);
    trak.tables.clear();
    table(&mut trak.tables, b"stsz", 1, &[1000]);
    table(&mut trak.tables, b"stts", 2, &[0, 0, 1000, 1]);
    table(&mut trak.tables, b"stsc", 1, &[1, 0, 1]);
    table(&mut trak.tables, b"stco", 3, &[0, 0, 0]);
    let movie = read(&moov(&[trak], &[]), &honest_moof()).unwrap();
    assert!(movie.refused[0].reason.contains("the chunks hold only 0 samples"));
}

#[test]
fn nested_boxes_are_not_followed_down() {
    fn nest(out: &mut Vec<u8>, levels: u32) {
        boxed(out, b"trak", |out| {
            if levels > 0 {
                nest(out, levels - 1)
            }
        });
    }
    let mut nested = Vec::new();
    nest(&mut nested, 400);
    let movie = read(&moov(&[], &nested), &honest_moof()).unwrap();
    assert!(movie.tracks.is_empty());
    assert!(movie.refused[0].reason.contains("'tkhd' is missing"), "{}", movie.refused[0].reason);
}

#[test]
fn every_cut_is_survived() {
    let (moov, moof) = (honest_moov(), honest_moof());
    for length in 0..moov.len() {
        // As it is, and with a size that owns up to the cut.
        read(&moov.slice(..length), &moof);
        let mut cut = moov[..length].to_vec();
        if let Some(size) = cut.first_chunk_mut::<4>() {
            *size = (length as u32).to_be_bytes();
        }
        read(&cut.into(), &moof);
    }
    for length in 0..moof.len() {
        read(&moov, &moof.slice(..length));
    }
}

#[test]
fn every_field_may_hold_extremes() {
    let (moov, moof) = (honest_moov(), honest_moof());
    for value in [0, 1, 7, 0x7fff_ffff, u32::MAX] {
        for at in 0..moov.len() - 3 {
            let mut mutated = moov.to_vec();
            mutated[at..at + 4].copy_from_slice(&u32::to_be_bytes(value));
            read(&mutated.into(), &moof);
        }
        for at in 0..moof.len() - 3 {
            let mut mutated = moof.to_vec();
            mutated[at..at + 4].copy_from_slice(&u32::to_be_bytes(value));
            read(&moov, &mutated.into());
        }
    }
}

proptest! {
    #[test]
    fn mutations_are_survived(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        in_fragment in any::<bool>(),
    ) {
        let (mut moov, mut moof) = (honest_moov().to_vec(), honest_moof().to_vec());
        let target = if in_fragment { &mut moof } else { &mut moov };
        for (at, value) in changes {
            let at = at.index(target.len());
            target[at] = value;
        }
        read(&moov.into(), &moof.into());
    }

    #[test]
    fn noise_is_survived(noise in proptest::collection::vec(any::<u8>(), 0..512)) {
        let mut out = Vec::new();
        boxed(&mut out, b"moov", |out| out.extend_from_slice(&noise));
        read(&out.into(), &Bytes::from(noise));
    }
}
