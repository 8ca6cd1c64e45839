//! The sample index of one track: where each sample lies, how large it is, when it is decoded and shown.
//!
//! Kept as packed columns in blocks of 256 samples, a few bytes per sample; a checkpoint per block gives the decode time
//! and file position of any sample without walking from the start (see [`block`]).

mod bits;
mod block;
mod builder;
mod columns;

pub(in crate::isobmff) use block::BLOCK;
use block::{Block, Cursor};
pub use builder::SampleIndexBuilder;
pub(in crate::isobmff) use columns::{Columns, Flags};
use std::ops::Range;

/// One sample (ISO/IEC 14496-12 8.6, 8.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Byte offset in the file.
    pub offset: u64,
    /// Bytes.
    pub size: u32,
    /// Decode time in the track's timescale, before the edit list; the first sample of a progressive file is at 0.
    pub decode_time: u64,
    /// In the track's timescale.
    pub duration: u32,
    /// Composition time less decode time.
    pub composition_offset: i32,
    /// A random access point.
    pub sync: bool,
}

/// When a sample is decoded and shown: what of a [`Sample`] can be told without walking to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleTime {
    /// As in [`Sample`].
    pub decode_time: u64,
    /// To the decode time of the next sample; may exceed what [`Sample::duration`] can say.
    pub duration: u64,
    pub composition_offset: i32,
    pub sync: bool,
}

impl SampleTime {
    /// In the track's timescale, before the edit list.
    pub fn composition_time(&self) -> i64 {
        (self.decode_time as i64).saturating_add(i64::from(self.composition_offset))
    }
}

/// All samples of one track.
#[derive(Debug, Clone, Default)]
pub struct SampleIndex {
    blocks: Vec<Block>,
    /// The packed columns of all blocks.
    words: Vec<u64>,
    totals: Totals,
}

/// What is known of all samples together.
#[derive(Debug, Clone, Default)]
struct Totals {
    samples: u32,
    end_time: u64,
    composition_end: u64,
    longest: Longest,
    bytes: u64,
    constant_duration: Option<u32>,
    composition_offsets: (i32, i32),
    has_non_sync: bool,
}

/// The sample that lasts longest, the first of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Longest {
    /// Counted from 0.
    pub number: u32,
    /// To the decode time of the next sample, in the track's timescale; may exceed what [`Sample::duration`] can say.
    pub duration: u64,
}

impl SampleIndex {
    /// Number of samples.
    pub fn len(&self) -> u32 {
        self.totals.samples
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sample `number`, counted from 0; `None` past the end. Cost: one block.
    pub fn get(&self, number: u32) -> Option<Sample> {
        self.iter_from(number).next()
    }

    /// The samples from `number` on, in decode order. Cost: one block to start, then constant per sample.
    pub fn iter_from(&self, number: u32) -> impl Iterator<Item = Sample> + '_ {
        let (block, skip) = (number as usize / BLOCK, number as usize % BLOCK);
        Samples { index: self, block, cursor: self.cursor(block, skip) }
    }

    fn cursor(&self, block: usize, from: usize) -> Option<Cursor<'_>> {
        self.blocks.get(block).map(|block| block.samples(&self.words, from))
    }

    /// Bytes of `samples` together, and whether each of them lasts `duration`.
    pub fn measure(&self, samples: Range<u32>, duration: u32) -> (u64, bool) {
        let (start, end) = (samples.start as usize, samples.end.min(self.len()) as usize);
        let (mut bytes, mut equal) = (0u64, true);
        for (at, block) in self.blocks.iter().enumerate().take(end.div_ceil(BLOCK)).skip(start / BLOCK) {
            let first = at * BLOCK;
            let part = start.saturating_sub(first)..(end - first).min(BLOCK);
            let measured = block.measure(&self.words, part, duration);
            bytes = bytes.saturating_add(measured.0);
            equal &= measured.1;
        }
        (bytes, equal)
    }

    /// The number of the first sync sample at or after sample `number`.
    pub fn next_sync(&self, number: u32) -> Option<u32> {
        let first = number as usize / BLOCK;
        self.blocks.iter().enumerate().skip(first).find_map(|(at, block)| {
            let from = if at == first { number as usize % BLOCK } else { 0 };
            block.next_sync(&self.words, from).map(|found| (at * BLOCK + found) as u32)
        })
    }

    /// The number of the first sync sample, at or after sample `number`, that is composed at `time` (see
    /// [`SampleTime::composition_time`]) or later, and that time. Cost: a block at most, wherever it is.
    pub fn next_sync_at(&self, number: u32, time: i64) -> Option<(u32, i64)> {
        let most_offset = self.totals.composition_offsets.1;
        // Samples are in order of their decode times: what is composed in time lies in the last block that starts
        // before then, or later.
        let decoded = time.saturating_sub(i64::from(most_offset));
        let (asked, from) = (number as usize / BLOCK, number as usize % BLOCK);
        let first = asked.max(self.first_block_at(asked, decoded).saturating_sub(1));
        self.blocks.iter().enumerate().skip(first).find_map(|(at, block)| {
            let from = if at == asked { from } else { 0 };
            let (found, composed) = block.next_sync_at(&self.words, from, time, most_offset)?;
            Some(((at * BLOCK + found) as u32, composed))
        })
    }

    /// The first block, from block `near` on, that starts at decode time `time` or later. Mostly it is one of the next.
    fn first_block_at(&self, near: usize, time: i64) -> usize {
        const NEXT: usize = 4;
        let is_early = |block: &Block| (block.decode_time() as i64) < time;
        let rest = self.blocks.get(near..).unwrap_or_default();
        let found = rest.iter().take(NEXT).position(|block| !is_early(block));
        near + found.unwrap_or_else(|| rest.partition_point(is_early))
    }

    /// The number of the last sample, in decode order, that is composed before `time`. Looks from the end.
    pub fn last_before(&self, time: i64) -> Option<u32> {
        self.blocks.iter().enumerate().rev().find_map(|(at, block)| {
            let numbers = (at * BLOCK..).zip(block.times(&self.words, 0));
            let before = numbers.filter(|(_, sample)| sample.composition_time() < time);
            before.last().map(|(number, _)| number as u32)
        })
    }

    /// The times of the samples from `number` on, in decode order.
    pub fn times_from(&self, number: u32) -> impl Iterator<Item = SampleTime> + '_ {
        let (first, from) = (number as usize / BLOCK, number as usize % BLOCK);
        let blocks = self.blocks.iter().enumerate().skip(first);
        blocks.flat_map(move |(at, block)| block.times(&self.words, if at == first { from } else { 0 }))
    }

    /// When the sample shown last ends: looks from the end, as far as composition offsets reach.
    fn find_composition_end(&self) -> u64 {
        let most_offset = i64::from(self.totals.composition_offsets.1);
        let (mut latest, mut block_end) = (0, self.totals.end_time);
        for block in self.blocks.iter().rev() {
            if block_end.saturating_add_signed(most_offset) <= latest {
                break;
            }
            let ends = block.times(&self.words, 0).map(|sample| {
                let end = sample.decode_time.saturating_add(sample.duration);
                end.saturating_add_signed(i64::from(sample.composition_offset))
            });
            latest = ends.max().unwrap_or(0).max(latest);
            block_end = block.decode_time();
        }
        latest
    }

    /// Decode time of the end of the last sample.
    pub fn end_time(&self) -> u64 {
        self.totals.end_time
    }

    /// Composition time at which the sample shown last ends, before the edit list.
    pub fn composition_end(&self) -> u64 {
        self.totals.composition_end
    }

    /// The sample that lasts longest.
    pub fn longest(&self) -> Longest {
        self.totals.longest
    }

    /// Sum of all sample sizes, in bytes.
    pub fn total_bytes(&self) -> u64 {
        self.totals.bytes
    }

    /// The duration that every sample has (the last may differ), where there is one.
    pub fn constant_duration(&self) -> Option<u32> {
        self.totals.constant_duration
    }

    /// Whether any sample is shown at another time than it is decoded.
    pub fn has_composition_offsets(&self) -> bool {
        self.totals.composition_offsets != (0, 0)
    }

    /// The least that a sample is shown later than it is decoded, negative where one is shown earlier.
    pub fn least_composition_offset(&self) -> i32 {
        self.totals.composition_offsets.0
    }

    /// Whether every sample is a sync sample.
    pub fn all_sync(&self) -> bool {
        !self.totals.has_non_sync
    }

    /// Memory held beyond `size_of::<SampleIndex>()`, in bytes.
    pub fn heap_bytes(&self) -> usize {
        self.blocks.capacity() * size_of::<Block>() + self.words.capacity() * size_of::<u64>()
    }
}

/// See [`SampleIndex::iter_from`].
struct Samples<'a> {
    index: &'a SampleIndex,
    block: usize,
    cursor: Option<Cursor<'a>>,
}

impl Iterator for Samples<'_> {
    type Item = Sample;

    fn next(&mut self) -> Option<Sample> {
        loop {
            if let Some(sample) = self.cursor.as_mut()?.next() {
                return Some(sample);
            }
            self.block += 1;
            self.cursor = self.index.cursor(self.block, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packed(samples: &[Sample]) -> SampleIndex {
        let mut builder = SampleIndexBuilder::default();
        samples.iter().for_each(|sample| builder.push(*sample));
        builder.finish()
    }

    /// A pseudo-random number generator, so that tests need no seed from outside.
    fn xorshift(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    #[test]
    fn an_empty_index_answers() {
        let index = SampleIndexBuilder::default().finish();
        assert!(index.is_empty() && index.all_sync() && !index.has_composition_offsets());
        assert_eq!((index.get(0), index.next_sync(0), index.constant_duration()), (None, None, None));
        assert_eq!((index.end_time(), index.total_bytes(), index.heap_bytes()), (0, 0, 0));
    }

    #[test]
    fn totals_are_those_of_the_samples() {
        let sample = |offset, decode_time, duration, composition_offset, sync| Sample {
            offset,
            size: 10,
            decode_time,
            duration,
            composition_offset,
            sync,
        };
        let index = packed(&[
            sample(500, 0, 40, 80, true),
            sample(100, 40, 40, 0, false),
            sample(110, 80, 40, -40, false),
            sample(120, 120, 7, 0, true),
        ]);
        assert_eq!((index.len(), index.end_time(), index.composition_end()), (4, 127, 127));
        assert_eq!(index.longest(), Longest { number: 0, duration: 40 });
        assert_eq!(index.total_bytes(), 40);
        assert_eq!(index.constant_duration(), Some(40), "the last sample may differ");
        assert!(index.has_composition_offsets() && !index.all_sync());
        let syncs: Vec<_> = (0..5).map(|number| index.next_sync(number)).collect();
        assert_eq!(syncs, [Some(0), Some(3), Some(3), Some(3), None]);
    }

    #[test]
    fn two_durations_are_not_constant() {
        let sample = |decode_time, duration| Sample {
            offset: 0,
            size: 1,
            decode_time,
            duration,
            composition_offset: 0,
            sync: true,
        };
        assert_eq!(packed(&[sample(0, 5), sample(5, 6), sample(11, 5)]).constant_duration(), None);
        assert_eq!(packed(&[sample(0, 5)]).constant_duration(), Some(5));
    }

    #[test]
    fn two_hours_of_film_take_at_most_four_bytes_per_sample() {
        // 25 frames a second with B-frames beside 48 kHz AAC, interleaved frame by frame: the costliest usual layout.
        let (mut state, mut offset) = (0x2545_f491_4f6c_dd1d, 48);
        let (mut video, mut audio) = (SampleIndexBuilder::default(), SampleIndexBuilder::default());
        let mut audio_frames = 0u64;
        for frame in 0..180_000u64 {
            let noise = xorshift(&mut state);
            let size = match frame % 50 {
                0 => 60_000 + noise % 60_000,
                at if at % 4 == 1 => 8_000 + noise % 24_000,
                _ => 1_000 + noise % 8_000,
            } as u32;
            video.push(Sample {
                offset,
                size,
                decode_time: frame * 512,
                duration: 512,
                composition_offset: [1024, 2560, 1024, 0, 512][(frame % 5) as usize],
                sync: frame % 50 == 0,
            });
            offset += u64::from(size);
            while audio_frames * 1024 * 25 < (frame + 1) * 48_000 {
                let size = (300 + xorshift(&mut state) % 200) as u32;
                audio.push(Sample {
                    offset,
                    size,
                    decode_time: audio_frames * 1024,
                    duration: 1024,
                    composition_offset: 0,
                    sync: true,
                });
                offset += u64::from(size);
                audio_frames += 1;
            }
        }
        let (video, audio) = (video.finish(), audio.finish());
        assert_eq!((video.len(), audio.len()), (180_000, 337_500));
        assert_eq!((video.end_time(), audio.end_time()), (7200 * 12_800, 7200 * 48_000));
        for index in [video, audio] {
            let (bytes, samples) = (index.heap_bytes(), index.len() as usize);
            assert!(bytes <= 4 * samples, "{bytes} bytes for {samples} samples");
        }
    }

    prop_compose! {
        fn any_samples()(seed in any::<u64>(), count in 1..900u32, wild in any::<bool>()) -> Vec<Sample> {
            let mut state = seed | 1;
            let mut decode_time = xorshift(&mut state) % 1_000_000;
            (0..count).map(|_| {
                let noise = xorshift(&mut state);
                let sample = if wild {
                    Sample {
                        offset: noise >> 1,
                        size: xorshift(&mut state) as u32,
                        decode_time,
                        duration: (noise >> 40) as u32,
                        composition_offset: xorshift(&mut state) as i32,
                        sync: noise & 1 == 1,
                    }
                } else {
                    Sample {
                        offset: decode_time * 10,
                        size: 4 + (noise % 3) as u32 * 1000,
                        decode_time,
                        duration: 1001 + (noise % 2) as u32,
                        composition_offset: (noise % 4) as i32 * 1001 - 1001,
                        sync: noise.is_multiple_of(12),
                    }
                };
                decode_time += u64::from(sample.duration);
                sample
            }).collect()
        }
    }

    proptest! {
        #[test]
        fn sync_samples_are_found_by_their_time(samples in any_samples(), start in 0..1000u32, at in 0..1000usize, by in -2000i64..2000) {
            let index = packed(&samples);
            let composed = |sample: &Sample| sample.decode_time as i64 + i64::from(sample.composition_offset);
            let time = samples.get(at).or(samples.last()).map_or(0, composed) + by;
            let found = (0..).zip(&samples).skip(start as usize).find(|(_, s)| s.sync && composed(s) >= time);
            prop_assert_eq!(index.next_sync_at(start, time), found.map(|(number, s)| (number, composed(s))));
            let last = samples.iter().rposition(|sample| composed(sample) < time);
            prop_assert_eq!(index.last_before(time), last.map(|at| at as u32));
        }

        #[test]
        fn parts_are_measured(samples in any_samples(), start in 0..1000u32, count in 0..600u32) {
            let index = packed(&samples);
            let part = samples.iter().skip(start as usize).take(count as usize);
            let bytes = part.clone().map(|sample| u64::from(sample.size)).sum::<u64>();
            let equal = part.clone().all(|sample| sample.duration == 1001);
            prop_assert_eq!(index.measure(start..start + count, 1001), (bytes, equal));
        }

        #[test]
        fn what_goes_in_comes_out(samples in any_samples(), start in 0..1000u32) {
            let index = packed(&samples);
            prop_assert_eq!(index.len() as usize, samples.len());
            prop_assert_eq!(index.iter_from(0).collect::<Vec<_>>(), &samples[..]);
            let tail = samples.get(start as usize..).unwrap_or_default();
            prop_assert_eq!(index.iter_from(start).collect::<Vec<_>>(), tail);
            prop_assert_eq!(index.get(start), tail.first().copied());
            prop_assert_eq!(index.next_sync(start), tail.iter().position(|s| s.sync).map(|at| at as u32 + start));
            let times = index.times_from(start).map(|time| (time.decode_time, time.composition_offset, time.sync));
            prop_assert!(times.eq(tail.iter().map(|s| (s.decode_time, s.composition_offset, s.sync))));
            let end = |s: &Sample| (s.decode_time + u64::from(s.duration)).saturating_add_signed(i64::from(s.composition_offset));
            prop_assert_eq!(index.composition_end(), samples.iter().map(end).max().unwrap());
            prop_assert_eq!(index.total_bytes(), samples.iter().map(|s| u64::from(s.size)).sum::<u64>());
            prop_assert_eq!(index.all_sync(), samples.iter().all(|s| s.sync));
        }
    }
}
