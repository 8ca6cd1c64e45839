//! A two-hour film as an encoder writes it, without its media: 25 pictures a second with two B-frames between
//! references, AAC, both interleaved in chunks of a few samples.

use bytes::{BufMut, Bytes};
use signalbox::isobmff::boxed;

pub const SECONDS: u32 = 7200;
const FRAMES: u32 = SECONDS * 25;
/// 1,024 PCM samples each, at 48 kHz.
const AUDIO_FRAMES: u32 = SECONDS * 48_000 / 1024;
/// Ticks per second and per picture.
const TIMESCALE: u32 = 12_800;
const TICKS: u32 = 512;
/// Pictures from one key frame to the next: two seconds.
const GOP: u32 = 50;
/// Where the first sample lies.
const DATA: u64 = 4096;

/// `avcC` of a 64x36 stream, High profile; the sample tables, not the picture, are what is measured.
const AVCC: &[u8] = &[
    0x01, 0x64, 0x00, 0x0a, 0xff, 0xe1, 0x00, 0x19, 0x67, 0x64, 0x00, 0x0a, 0xac, 0xd9, 0x44, 0x7f, 0x9f, 0x01, 0x10,
    0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0x20, 0xf1, 0x22, 0x59, 0x60, 0x01, 0x00, 0x06, 0x68, 0xeb,
    0xe0, 0xe4, 0xb2, 0x2c, 0xfd, 0xf8, 0xf8, 0x00,
];

/// What the file holds.
#[derive(Clone, Copy, PartialEq)]
pub enum Tracks {
    Video,
    Audio,
    Both,
}

/// A `moov` and the size of the file that it speaks of, up to the end of the last sample.
pub struct Film {
    pub moov: Bytes,
    pub file_size: u64,
}

/// A film of `bit_rate` bits of video a second, with the tracks that are asked for.
pub fn film(bit_rate: u32, tracks: Tracks) -> Film {
    film_from(bit_rate, tracks, DATA)
}

/// The same with its first sample at `data`.
pub fn film_from(bit_rate: u32, tracks: Tracks, data: u64) -> Film {
    let video = if tracks == Tracks::Audio { Vec::new() } else { picture_sizes(bit_rate / 200) };
    let audio = if tracks == Tracks::Video { Vec::new() } else { sound_sizes() };
    let layout = Layout::interleaved(&video, &audio, data);
    let mut moov = Vec::new();
    boxed(&mut moov, b"moov", |out| {
        full_box(out, b"mvhd", |out| {
            out.put_u64(0);
            out.put_u32(1000);
            out.put_slice(&[0; 84]);
        });
        if !video.is_empty() {
            trak(out, 1, b"vide", TIMESCALE, 1024, |out| video_tables(out, &video, &layout.video));
        }
        if !audio.is_empty() {
            trak(out, 2, b"soun", 48_000, 1024, |out| audio_tables(out, &audio, &layout.audio));
        }
    });
    Film { moov: moov.into(), file_size: layout.end }
}

/// Sizes of pictures that are `mean` bytes on average: large at key frames, small where a picture refers to two others.
fn picture_sizes(mean: u32) -> Vec<u32> {
    let size = |number: u32| {
        let sixteenths = match number % GOP {
            0 => 160,
            place if place % 3 == 1 => 21,
            _ => 9,
        };
        mean * sixteenths / 16 + number * 7919 % (mean / 4 + 61)
    };
    (0..FRAMES).map(size).collect()
}

/// About 64 kbit/s: 170 bytes, more or less.
fn sound_sizes() -> Vec<u32> {
    (0..AUDIO_FRAMES).map(|number| 140 + number * 7919 % 61).collect()
}

/// Chunks of both tracks: file offset and number of samples.
struct Layout {
    video: Vec<(u64, u32)>,
    audio: Vec<(u64, u32)>,
    end: u64,
}

impl Layout {
    /// A chunk of video, then the audio of the same time, as muxers write them: one or two samples each.
    fn interleaved(video: &[u32], audio: &[u32], data: u64) -> Layout {
        let mut layout = Layout { video: Vec::new(), audio: Vec::new(), end: data };
        let mut done = 0;
        for frame in 0..FRAMES as usize {
            if let Some(size) = video.get(frame) {
                layout.video.push((layout.end, 1));
                layout.end += u64::from(*size);
            }
            let until = ((frame as u64 + 1) * 48_000 / 25).div_ceil(1024) as usize;
            let samples = &audio[done.min(audio.len())..until.min(audio.len())];
            if !samples.is_empty() {
                layout.audio.push((layout.end, samples.len() as u32));
                layout.end += samples.iter().map(|size| u64::from(*size)).sum::<u64>();
                done += samples.len();
            }
        }
        layout
    }
}

fn trak(
    out: &mut Vec<u8>,
    id: u32,
    handler: &[u8; 4],
    timescale: u32,
    media_time: u32,
    tables: impl FnOnce(&mut Vec<u8>),
) {
    boxed(out, b"trak", |out| {
        boxed(out, b"tkhd", |out| {
            out.put_u32(3);
            out.put_u64(0);
            out.put_u32(id);
            out.put_slice(&[0; 68]);
        });
        boxed(out, b"edts", |out| {
            full_box(out, b"elst", |out| [1, SECONDS * 1000, media_time, 0x1_0000].map(|field| out.put_u32(field)));
        });
        boxed(out, b"mdia", |out| {
            full_box(out, b"mdhd", |out| {
                out.put_u64(0);
                out.put_u32(timescale);
                out.put_u32(0);
                out.put_u32(0x55c4_0000);
            });
            full_box(out, b"hdlr", |out| {
                out.put_u32(0);
                out.put_slice(handler);
                out.put_slice(&[0; 13]);
            });
            boxed(out, b"minf", |out| {
                boxed(out, b"dinf", |out| {
                    full_box(out, b"dref", |out| {
                        out.put_u32(1);
                        boxed(out, b"url ", |out| out.put_u32(1));
                    });
                });
                boxed(out, b"stbl", tables);
            });
        });
    });
}

fn video_tables(out: &mut Vec<u8>, sizes: &[u32], chunks: &[(u64, u32)]) {
    entry(out, |out| {
        boxed(out, b"avc1", |out| {
            out.put_slice(&[0, 0, 0, 0, 0, 0, 0, 1]);
            out.put_slice(&[0; 16]);
            out.put_slice(&[0x07, 0x80, 0x04, 0x38]);
            out.put_slice(&[0, 0x48, 0, 0, 0, 0x48, 0, 0, 0, 0, 0, 0, 0, 1]);
            out.put_slice(&[0; 32]);
            out.put_slice(&[0, 0x18, 0xff, 0xff]);
            boxed(out, b"avcC", |out| out.put_slice(AVCC));
        });
    });
    table(out, b"stts", [[FRAMES, TICKS]]);
    table(out, b"ctts", (0..FRAMES).map(|number| [1, composition_offset(number)]));
    table(out, b"stss", (0..FRAMES).step_by(GOP as usize).map(|number| [number + 1]));
    sample_sizes(out, sizes);
    chunk_tables(out, chunks);
}

/// In decode order I P B B P B B …: a reference is shown after the two pictures that follow it.
fn composition_offset(number: u32) -> u32 {
    match number % GOP {
        0 => 2 * TICKS,
        place if place % 3 == 1 && place + 2 < GOP => 4 * TICKS,
        place if place % 3 == 1 => 2 * TICKS,
        _ => TICKS,
    }
}

fn audio_tables(out: &mut Vec<u8>, sizes: &[u32], chunks: &[(u64, u32)]) {
    entry(out, |out| {
        boxed(out, b"mp4a", |out| {
            out.put_slice(&[0, 0, 0, 0, 0, 0, 0, 1]);
            out.put_slice(&[0; 8]);
            out.put_slice(&[0, 2, 0, 16, 0, 0, 0, 0]);
            out.put_u32(48_000 << 16);
            full_box(out, b"esds", |out| {
                out.put_slice(&[3, 25, 0, 1, 0, 4, 17, 0x40, 0x15]);
                out.put_slice(&[0; 11]);
                out.put_slice(&[5, 2, 0x11, 0x90, 6, 1, 2]);
            });
        });
    });
    table(out, b"stts", [[AUDIO_FRAMES, 1024]]);
    sample_sizes(out, sizes);
    chunk_tables(out, chunks);
}

fn entry(out: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    full_box(out, b"stsd", |out| {
        out.put_u32(1);
        content(out);
    });
}

fn sample_sizes(out: &mut Vec<u8>, sizes: &[u32]) {
    full_box(out, b"stsz", |out| {
        out.put_u32(0);
        out.put_u32(sizes.len() as u32);
        sizes.iter().for_each(|size| out.put_u32(*size));
    });
}

/// `stsc`, with an entry wherever the number of samples changes, and `co64`.
fn chunk_tables(out: &mut Vec<u8>, chunks: &[(u64, u32)]) {
    let mut runs: Vec<[u32; 3]> = Vec::new();
    for (number, (_, samples)) in (1..).zip(chunks) {
        if runs.last().is_none_or(|[_, last, _]| last != samples) {
            runs.push([number, *samples, 1]);
        }
    }
    table(out, b"stsc", runs);
    table(out, b"co64", chunks.iter().map(|(offset, _)| [(offset >> 32) as u32, *offset as u32]));
}

/// A table with a count and entries of 32-bit fields.
fn table<const FIELDS: usize>(out: &mut Vec<u8>, kind: &[u8; 4], entries: impl IntoIterator<Item = [u32; FIELDS]>) {
    full_box(out, kind, |out| {
        let start = out.len();
        out.put_u32(0);
        let mut count = 0_u32;
        for entry in entries {
            entry.iter().for_each(|field| out.put_u32(*field));
            count += 1;
        }
        out[start..start + 4].copy_from_slice(&count.to_be_bytes());
    });
}

/// A box of version 0 without flags.
fn full_box<T>(out: &mut Vec<u8>, kind: &[u8; 4], content: impl FnOnce(&mut Vec<u8>) -> T) {
    boxed(out, kind, |out| {
        out.put_u32(0);
        content(out);
    });
}
