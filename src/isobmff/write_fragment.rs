//! Movie fragments: the `moof` box and `mdat` header of one CMAF fragment (ISO/IEC 23000-19 7.3.2).
//!
//! One `traf`, one `trun`, default-base-is-moof. A column of the `trun` is written only where the samples differ from
//! the track's default, so the size of a fragment follows from its shape alone and manifests can state exact sizes
//! without making it.

use super::write::{boxed, full_box};
use super::{Sample, SampleIndex};
use bytes::BufMut;
use std::ops::Range;

/// Flags of a sample that others do not depend upon: sample_depends_on = 2 (ISO/IEC 14496-12 8.8.3.1).
pub const SYNC_FLAGS: u32 = 0x0200_0000;
/// sample_depends_on = 1 and sample_is_non_sync_sample.
pub const NON_SYNC_FLAGS: u32 = 0x0101_0000;

const MFHD: usize = 16;
const TFHD: usize = 24;
const TFDT: usize = 20;
const TRUN: usize = 20;
const BOX: usize = 8;

/// What of a track's samples never changes from fragment to fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleDefaults {
    /// In the track's timescale.
    pub duration: u32,
    /// Every sample is a sync sample, as in audio.
    pub all_sync: bool,
    /// Composition offsets are written.
    pub composition: bool,
}

impl SampleDefaults {
    /// Flags of every sample but the first of a fragment.
    pub fn flags(&self) -> u32 {
        if self.all_sync { SYNC_FLAGS } else { NON_SYNC_FLAGS }
    }
}

/// What the size of a fragment depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FragmentShape {
    pub samples: u32,
    /// Bytes of sample data.
    pub data: u64,
    /// Some sample lasts longer or shorter than the default.
    pub durations: bool,
}

impl FragmentShape {
    /// Of some of a track's samples.
    pub fn of(index: &SampleIndex, samples: Range<u32>, defaults: &SampleDefaults) -> FragmentShape {
        let (data, all_last_as_long) = index.measure(samples.clone(), defaults.duration);
        FragmentShape { samples: samples.len() as u32, data, durations: !all_last_as_long }
    }

    /// Adds the next sample.
    pub fn add(&mut self, sample: &Sample, defaults: &SampleDefaults) {
        self.samples += 1;
        self.data += u64::from(sample.size);
        self.durations |= sample.duration != defaults.duration;
    }

    /// Bytes from the start of the `moof` to the first byte of sample data.
    pub fn header_size(&self, defaults: &SampleDefaults) -> u64 {
        (self.moof_size(defaults) + self.mdat_header_size()) as u64
    }

    /// Bytes of the `moof` and its `mdat`.
    pub fn total_size(&self, defaults: &SampleDefaults) -> u64 {
        self.header_size(defaults) + self.data
    }

    fn moof_size(&self, defaults: &SampleDefaults) -> usize {
        let columns = 1 + usize::from(self.durations) + usize::from(defaults.composition);
        BOX + MFHD + BOX + TFHD + TFDT + self.trun_header_size(defaults) + self.samples as usize * 4 * columns
    }

    /// The first sample's own flags take four bytes more where it is the only sync sample.
    fn trun_header_size(&self, defaults: &SampleDefaults) -> usize {
        if defaults.all_sync { TRUN } else { TRUN + 4 }
    }

    /// A box of 4 GiB or more has a 64-bit size.
    fn mdat_header_size(&self) -> usize {
        if self.data + BOX as u64 > u64::from(u32::MAX) { 16 } else { BOX }
    }
}

/// What one `moof` says besides its samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FragmentHeader {
    pub track_id: u32,
    /// Grows from fragment to fragment.
    pub sequence_number: u32,
    /// Decode time of the first sample, in the track's timescale.
    pub decode_time: u64,
    /// Subtracted from every composition offset.
    pub composition_shift: i64,
}

/// Appends the `moof` and the `mdat` header of a fragment whose samples, in decode order, are `samples`.
pub fn write_fragment(
    out: &mut Vec<u8>,
    header: &FragmentHeader,
    defaults: &SampleDefaults,
    shape: &FragmentShape,
    samples: impl Iterator<Item = Sample>,
) {
    boxed(out, b"moof", |out| {
        full_box(out, b"mfhd", 0, 0, |out| out.put_u32(header.sequence_number));
        boxed(out, b"traf", |out| {
            // default-base-is-moof, default duration and flags present (ISO/IEC 14496-12 8.8.7)
            full_box(out, b"tfhd", 0, 0x02_0028, |out| {
                out.put_u32(header.track_id);
                out.put_u32(defaults.duration);
                out.put_u32(defaults.flags());
            });
            full_box(out, b"tfdt", 1, 0, |out| out.put_u64(header.decode_time));
            write_run(out, header, defaults, shape, samples);
        });
    });
    write_mdat_header(out, shape);
}

/// The `trun` box (ISO/IEC 14496-12 8.8.8), version 1 for signed composition offsets.
fn write_run(
    out: &mut Vec<u8>,
    header: &FragmentHeader,
    defaults: &SampleDefaults,
    shape: &FragmentShape,
    samples: impl Iterator<Item = Sample>,
) {
    let first_flags = !defaults.all_sync;
    let flags = 0x201
        | if first_flags { 0x4 } else { 0 }
        | if shape.durations { 0x100 } else { 0 }
        | if defaults.composition { 0x800 } else { 0 };
    let mut samples = samples.peekable();
    full_box(out, b"trun", 1, flags, |out| {
        out.put_u32(shape.samples);
        out.put_u32(shape.header_size(defaults) as u32);
        if first_flags {
            let sync = samples.peek().is_some_and(|sample| sample.sync);
            out.put_u32(if sync { SYNC_FLAGS } else { NON_SYNC_FLAGS });
        }
        for sample in samples {
            if shape.durations {
                out.put_u32(sample.duration);
            }
            out.put_u32(sample.size);
            if defaults.composition {
                let offset = i64::from(sample.composition_offset) - header.composition_shift;
                out.put_u32(offset as i32 as u32);
            }
        }
    });
}

fn write_mdat_header(out: &mut Vec<u8>, shape: &FragmentShape) {
    if shape.mdat_header_size() == BOX {
        out.put_u32((shape.data + BOX as u64) as u32);
        out.put_slice(b"mdat");
    } else {
        out.put_u32(1);
        out.put_slice(b"mdat");
        out.put_u64(shape.data + 16);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(size: u32, duration: u32, composition_offset: i32, sync: bool) -> Sample {
        Sample { offset: 0, size, decode_time: 0, duration, composition_offset, sync }
    }

    fn write(defaults: SampleDefaults, samples: &[Sample]) -> (Vec<u8>, FragmentShape) {
        let mut shape = FragmentShape::default();
        samples.iter().for_each(|sample| shape.add(sample, &defaults));
        let header = FragmentHeader { track_id: 1, sequence_number: 7, decode_time: 90, composition_shift: 20 };
        let mut out = Vec::new();
        write_fragment(&mut out, &header, &defaults, &shape, samples.iter().copied());
        (out, shape)
    }

    #[test]
    fn the_announced_size_is_the_written_size() {
        let samples =
            [sample(100, 10, 20, true), sample(30, 10, 40, false), sample(20, 10, 10, false), sample(9, 12, 20, false)];
        for (all_sync, composition) in [(false, true), (true, false), (false, false), (true, true)] {
            for count in 1..=samples.len() {
                let defaults = SampleDefaults { duration: 10, all_sync, composition };
                let (bytes, shape) = write(defaults, &samples[..count]);
                assert_eq!(bytes.len() as u64, shape.header_size(&defaults));
            }
        }
    }

    #[test]
    fn offsets_become_signed_and_the_first_sample_is_marked_sync() {
        let defaults = SampleDefaults { duration: 10, all_sync: false, composition: true };
        let (bytes, _) = write(defaults, &[sample(100, 10, 20, true), sample(30, 10, 10, false)]);
        let trun = bytes.windows(4).position(|w| w == b"trun").unwrap() + 4;
        let word = |n: usize| u32::from_be_bytes(bytes[trun + 4 * n..trun + 4 * n + 4].try_into().unwrap());
        assert_eq!(word(0), 0x0100_0a05, "version 1; data offset, first flags, sizes, composition offsets");
        assert_eq!(word(1), 2);
        assert_eq!(word(2) as usize, bytes.len(), "data starts right after the mdat header");
        assert_eq!(word(3), SYNC_FLAGS);
        assert_eq!((word(4), word(5) as i32), (100, 0));
        assert_eq!((word(6), word(7) as i32), (30, -10));
    }
}
