//! The CMAF header of one track: `ftyp` and a `moov` without samples (ISO/IEC 23000-19 7.3.1).

use super::write::{boxed, full_box};
use super::write_fragment::SampleDefaults;
use crate::track::{Language, TrackType};
use bytes::BufMut;

/// What a CMAF header says.
#[derive(Debug, Clone)]
pub struct InitSegment<'a> {
    pub track_id: u32,
    pub handler: Handler,
    pub timescale: u32,
    /// The language that the source names; an edit of the track's language does not make a new init segment.
    pub language: &'a Language,
    /// The whole sample entry box.
    pub sample_entry: &'a [u8],
    /// Picture size for `tkhd`; 0 for others.
    pub width: u32,
    pub height: u32,
    /// Ticks at the start of the media that are decoded but not presented, such as an encoder's priming.
    pub skip: u64,
    pub defaults: SampleDefaults,
}

/// Handler and media header pairs (ISO/IEC 14496-12 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handler {
    Video,
    Audio,
    /// WebVTT in MP4: `text` with `nmhd`.
    Text,
    /// TTML in MP4: `subt` with `sthd`.
    Subtitle,
}

impl Handler {
    /// The handler of coded media of a type.
    pub fn of(track_type: TrackType) -> Handler {
        match track_type {
            TrackType::Video => Handler::Video,
            TrackType::Audio => Handler::Audio,
            TrackType::Text => Handler::Text,
        }
    }

    fn fourcc(self) -> &'static [u8; 4] {
        match self {
            Handler::Video => b"vide",
            Handler::Audio => b"soun",
            Handler::Text => b"text",
            Handler::Subtitle => b"subt",
        }
    }
}

const UNITY_MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

impl InitSegment<'_> {
    /// The bytes.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(640 + self.sample_entry.len());
        self.write_ftyp(&mut out);
        boxed(&mut out, b"moov", |out| {
            self.write_mvhd(out);
            self.write_trak(out);
            boxed(out, b"mvex", |out| {
                full_box(out, b"trex", 0, 0, |out| {
                    out.put_u32(self.track_id);
                    out.put_u32(1); // sample description
                    out.put_u32(self.defaults.duration);
                    out.put_u32(0); // size
                    out.put_u32(self.defaults.flags());
                });
            });
        });
        out
    }

    /// `cmf2` promises video without an edit list (ISO/IEC 23000-19 7.7).
    fn write_ftyp(&self, out: &mut Vec<u8>) {
        boxed(out, b"ftyp", |out| {
            out.put_slice(b"iso6");
            out.put_u32(0);
            out.put_slice(b"iso6cmfc");
            if self.skip == 0 {
                out.put_slice(b"cmf2");
            }
            out.put_slice(b"mp41");
        });
    }

    fn write_mvhd(&self, out: &mut Vec<u8>) {
        full_box(out, b"mvhd", 0, 0, |out| {
            out.put_u64(0); // creation and modification time
            out.put_u32(self.timescale);
            out.put_u32(0); // duration: in the fragments
            out.put_u32(0x1_0000); // rate
            out.put_u16(0x0100); // volume
            out.put_bytes(0, 10);
            UNITY_MATRIX.iter().for_each(|&value| out.put_u32(value));
            out.put_bytes(0, 24);
            out.put_u32(self.track_id.saturating_add(1)); // next track id
        });
    }

    fn write_trak(&self, out: &mut Vec<u8>) {
        boxed(out, b"trak", |out| {
            self.write_tkhd(out);
            if self.skip > 0 {
                boxed(out, b"edts", |out| self.write_elst(out));
            }
            boxed(out, b"mdia", |out| self.write_mdia(out));
        });
    }

    fn write_tkhd(&self, out: &mut Vec<u8>) {
        // track_enabled, track_in_movie, track_in_preview (ISO/IEC 14496-12 8.3.2)
        full_box(out, b"tkhd", 0, 7, |out| {
            out.put_u64(0); // creation and modification time
            out.put_u32(self.track_id);
            out.put_bytes(0, 4 + 4 + 8); // reserved, duration, reserved
            out.put_u16(0); // layer
            out.put_u16(0); // alternate group
            out.put_u16(if self.handler == Handler::Audio { 0x0100 } else { 0 }); // volume
            out.put_u16(0);
            UNITY_MATRIX.iter().for_each(|&value| out.put_u32(value));
            out.put_u32(self.width << 16);
            out.put_u32(self.height << 16);
        });
    }

    /// One edit that skips what is not presented; duration 0 means all that follows (ISO/IEC 23000-19 7.5.13).
    fn write_elst(&self, out: &mut Vec<u8>) {
        full_box(out, b"elst", 1, 0, |out| {
            out.put_u32(1);
            out.put_u64(0);
            out.put_u64(self.skip);
            out.put_u32(0x1_0000); // rate
        });
    }

    fn write_mdia(&self, out: &mut Vec<u8>) {
        let code = self.language.iso639_2t();
        full_box(out, b"mdhd", 0, 0, |out| {
            out.put_u64(0); // creation and modification time
            out.put_u32(self.timescale);
            out.put_u32(0); // duration
            out.put_u16(pack_language(code));
            out.put_u16(0);
        });
        full_box(out, b"hdlr", 0, 0, |out| {
            out.put_u32(0);
            out.put_slice(self.handler.fourcc());
            out.put_bytes(0, 13); // reserved, empty name
        });
        if Language::parse(&String::from_utf8_lossy(&code)).as_ref() != Ok(self.language) {
            full_box(out, b"elng", 0, 0, |out| {
                out.put_slice(self.language.as_str().as_bytes());
                out.push(0);
            });
        }
        boxed(out, b"minf", |out| self.write_minf(out));
    }

    fn write_minf(&self, out: &mut Vec<u8>) {
        match self.handler {
            Handler::Video => full_box(out, b"vmhd", 0, 1, |out| out.put_u64(0)),
            Handler::Audio => full_box(out, b"smhd", 0, 0, |out| out.put_u32(0)),
            Handler::Text => full_box(out, b"nmhd", 0, 0, |_| ()),
            Handler::Subtitle => full_box(out, b"sthd", 0, 0, |_| ()),
        }
        boxed(out, b"dinf", |out| {
            full_box(out, b"dref", 0, 0, |out| {
                out.put_u32(1);
                full_box(out, b"url ", 0, 1, |_| ()); // in this file
            });
        });
        boxed(out, b"stbl", |out| {
            full_box(out, b"stsd", 0, 0, |out| {
                out.put_u32(1);
                out.put_slice(self.sample_entry);
            });
            full_box(out, b"stts", 0, 0, |out| out.put_u32(0));
            full_box(out, b"stsc", 0, 0, |out| out.put_u32(0));
            full_box(out, b"stsz", 0, 0, |out| out.put_u64(0));
            full_box(out, b"stco", 0, 0, |out| out.put_u32(0));
        });
    }
}

/// Three letters of five bits each (ISO/IEC 14496-12 8.4.2.3).
fn pack_language(code: [u8; 3]) -> u16 {
    code.iter().fold(0, |packed, &letter| packed << 5 | u16::from(letter.wrapping_sub(0x60) & 0x1f))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_pack_into_fifteen_bits() {
        assert_eq!(pack_language(*b"und"), 0x55c4);
        assert_eq!(pack_language(*b"eng"), 0x15c7);
    }
}
