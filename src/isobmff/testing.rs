//! Movies for tests, written box by box.

use super::Sample;
use super::write::{boxed, full_box};
use bytes::{BufMut, Bytes};

/// `avcC` of a 64x36 stream, High profile, level 1.0, with its parameter sets.
pub(crate) const AVCC: &[u8] = &[
    0x01, 0x64, 0x00, 0x0a, 0xff, 0xe1, 0x00, 0x19, 0x67, 0x64, 0x00, 0x0a, 0xac, 0xd9, 0x44, 0x7f, 0x9f, 0x01, 0x10,
    0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0x20, 0xf1, 0x22, 0x59, 0x60, 0x01, 0x00, 0x06, 0x68, 0xeb,
    0xe0, 0xe4, 0xb2, 0x2c, 0xfd, 0xf8, 0xf8, 0x00,
];

/// `hvcC` of a 64x36 stream, Main 10 profile, level 1.0, PQ in BT.2020, with its sequence parameter set.
pub(crate) const HVCC: &[u8] = &[
    0x01, 0x02, 0x20, 0x00, 0x00, 0x00, 0x90, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1e, 0xf0, 0x00, 0xfc, 0xfd, 0xfa, 0xfa,
    0x00, 0x00, 0x0f, 0x01, 0xa1, 0x00, 0x01, 0x00, 0x2d, 0x42, 0x01, 0x01, 0x02, 0x20, 0x00, 0x00, 0x03, 0x00, 0x90,
    0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x1e, 0xa0, 0x20, 0x82, 0x9f, 0x6d, 0x96, 0x56, 0x6b, 0x93, 0x2b, 0xc0,
    0x5a, 0x84, 0x88, 0x04, 0x82, 0x00, 0x00, 0x03, 0x00, 0x02, 0x00, 0x00, 0x03, 0x00, 0x32, 0x10,
];

/// Bytes from hexadecimal digits.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.as_bytes().chunks(2).map(byte).collect()
}

/// A visual sample entry with `boxes` after its fields.
pub(crate) fn video_entry(kind: &[u8; 4], width: u16, height: u16, boxes: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    boxed(&mut out, kind, |out| {
        out.put_slice(&[0, 0, 0, 0, 0, 0, 0, 1]);
        out.put_slice(&[0; 16]);
        out.put_u16(width);
        out.put_u16(height);
        out.put_slice(&[0, 0x48, 0, 0, 0, 0x48, 0, 0, 0, 0, 0, 0, 0, 1]);
        out.put_slice(&[0; 32]);
        out.put_slice(&[0, 0x18, 0xff, 0xff]);
        boxes(out);
    });
    out
}

/// An audio sample entry with `boxes` after its fields.
pub(crate) fn audio_entry(kind: &[u8; 4], channels: u16, rate: u16, boxes: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    boxed(&mut out, kind, |out| {
        out.put_slice(&[0, 0, 0, 0, 0, 0, 0, 1]);
        out.put_slice(&[0; 8]);
        out.put_u16(channels);
        out.put_u16(16);
        out.put_u32(0);
        out.put_u32(u32::from(rate) << 16);
        boxes(out);
    });
    out
}

/// A text sample entry with `content` after its fields.
pub(crate) fn text_entry(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    boxed(&mut out, kind, |out| {
        out.put_slice(&[0, 0, 0, 0, 0, 0, 0, 1]);
        out.put_slice(content);
    });
    out
}

/// An `esds` box with an AAC configuration.
pub(crate) fn aac_esds(out: &mut Vec<u8>, config: &[u8]) {
    full_box(out, b"esds", 0, 0, |out| {
        let size = config.len() as u8;
        out.put_slice(&[3, 23 + size, 0, 1, 0, 4, 15 + size, 0x40, 0x15]);
        out.put_slice(&[0; 11]);
        out.put_slice(&[5, size]);
        out.put_slice(config);
        out.put_slice(&[6, 1, 2]);
    });
}

/// A `trak` box to be.
pub(crate) struct Trak {
    pub(crate) id: u32,
    pub(crate) flags: u32,
    pub(crate) handler: [u8; 4],
    pub(crate) name: &'static str,
    pub(crate) timescale: u32,
    pub(crate) language: u16,
    pub(crate) entries: Vec<Vec<u8>>,
    /// The boxes of `stbl` besides `stsd`.
    pub(crate) tables: Vec<u8>,
    /// `segment_duration`, `media_time`.
    pub(crate) edits: Vec<(u32, i32)>,
    /// The boxes of `udta`.
    pub(crate) user_data: Vec<u8>,
    /// The entry of `dref`, whole.
    pub(crate) reference: Vec<u8>,
}

impl Trak {
    /// An H.264 track at 12,800 ticks per second.
    pub(crate) fn video(id: u32, samples: &[Sample]) -> Trak {
        let entry = video_entry(b"avc1", 64, 36, |out| boxed(out, b"avcC", |out| out.put_slice(AVCC)));
        Trak::new(id, *b"vide", 12_800, entry, samples)
    }

    /// An AAC track at 48,000 ticks per second.
    pub(crate) fn audio(id: u32, samples: &[Sample]) -> Trak {
        let entry = audio_entry(b"mp4a", 2, 48_000, |out| aac_esds(out, &[0x11, 0x90]));
        Trak::new(id, *b"soun", 48_000, entry, samples)
    }

    pub(crate) fn new(id: u32, handler: [u8; 4], timescale: u32, entry: Vec<u8>, samples: &[Sample]) -> Trak {
        let mut reference = Vec::new();
        full_box(&mut reference, b"url ", 0, 1, |_| ());
        Trak {
            id,
            flags: 3,
            handler,
            name: "",
            timescale,
            language: 0x55c4,
            entries: vec![entry],
            tables: tables_of(samples),
            edits: Vec::new(),
            user_data: Vec::new(),
            reference,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        boxed(out, b"trak", |out| {
            full_box(out, b"tkhd", 0, self.flags, |out| {
                out.put_u64(0);
                out.put_u32(self.id);
                out.put_slice(&[0; 68]);
            });
            if !self.edits.is_empty() {
                boxed(out, b"edts", |out| self.write_edits(out));
            }
            boxed(out, b"mdia", |out| self.write_media(out));
            boxed(out, b"udta", |out| out.put_slice(&self.user_data));
        });
    }

    fn write_edits(&self, out: &mut Vec<u8>) {
        full_box(out, b"elst", 0, 0, |out| {
            out.put_u32(self.edits.len() as u32);
            for (duration, media_time) in &self.edits {
                out.put_u32(*duration);
                out.put_i32(*media_time);
                out.put_u32(0x1_0000);
            }
        });
    }

    fn write_media(&self, out: &mut Vec<u8>) {
        full_box(out, b"mdhd", 0, 0, |out| {
            out.put_u64(0);
            out.put_u32(self.timescale);
            out.put_u32(0);
            out.put_u16(self.language);
            out.put_u16(0);
        });
        full_box(out, b"hdlr", 0, 0, |out| {
            out.put_u32(0);
            out.put_slice(&self.handler);
            out.put_slice(&[0; 12]);
            out.put_slice(self.name.as_bytes());
            out.put_u8(0);
        });
        boxed(out, b"minf", |out| {
            boxed(out, b"dinf", |out| {
                full_box(out, b"dref", 0, 0, |out| {
                    out.put_u32(1);
                    out.put_slice(&self.reference);
                });
            });
            boxed(out, b"stbl", |out| {
                full_box(out, b"stsd", 0, 0, |out| {
                    out.put_u32(self.entries.len() as u32);
                    self.entries.iter().for_each(|entry| out.put_slice(entry));
                });
                out.put_slice(&self.tables);
            });
        });
    }
}

/// A table with a count and entries of 32-bit fields.
pub(crate) fn table(out: &mut Vec<u8>, kind: &[u8; 4], count: u32, fields: &[u32]) {
    full_box(out, kind, 0, 0, |out| {
        out.put_u32(count);
        fields.iter().for_each(|field| out.put_u32(*field));
    });
}

/// `stts`, `ctts`, `stss`, `stsz`, `stsc` and `co64` of `samples`; a chunk ends where the next sample does not follow.
pub(crate) fn tables_of(samples: &[Sample]) -> Vec<u8> {
    let mut out = Vec::new();
    let count = samples.len() as u32;
    let durations: Vec<u32> = samples.iter().flat_map(|sample| [1, sample.duration]).collect();
    table(&mut out, b"stts", count, &durations);
    let offsets: Vec<u32> = samples.iter().flat_map(|sample| [1, sample.composition_offset as u32]).collect();
    table(&mut out, b"ctts", count, &offsets);
    let syncs: Vec<u32> = (1..).zip(samples).filter(|(_, sample)| sample.sync).map(|(number, _)| number).collect();
    table(&mut out, b"stss", syncs.len() as u32, &syncs);
    full_box(&mut out, b"stsz", 0, 0, |out| {
        out.put_u32(0);
        out.put_u32(count);
        samples.iter().for_each(|sample| out.put_u32(sample.size));
    });
    let mut chunks: Vec<(u64, u32)> = Vec::new();
    let mut end = None;
    for sample in samples {
        match chunks.last_mut() {
            Some((_, in_chunk)) if end == Some(sample.offset) => *in_chunk += 1,
            _ => chunks.push((sample.offset, 1)),
        }
        end = Some(sample.offset + u64::from(sample.size));
    }
    let runs: Vec<u32> = (1..).zip(&chunks).flat_map(|(number, (_, in_chunk))| [number, *in_chunk, 1]).collect();
    table(&mut out, b"stsc", chunks.len() as u32, &runs);
    full_box(&mut out, b"co64", 0, 0, |out| {
        out.put_u32(chunks.len() as u32);
        chunks.iter().for_each(|(offset, _)| out.put_u64(*offset));
    });
    out
}

/// A `moov` box with a movie timescale of 1,000, the `traks`, and `more` boxes after them.
pub(crate) fn moov(traks: &[Trak], more: &[u8]) -> Bytes {
    let mut out = Vec::new();
    boxed(&mut out, b"moov", |out| {
        full_box(out, b"mvhd", 0, 0, |out| {
            out.put_u64(0);
            out.put_u32(1000);
            out.put_slice(&[0; 84]);
        });
        traks.iter().for_each(|trak| trak.write(out));
        out.put_slice(more);
    });
    out.into()
}
