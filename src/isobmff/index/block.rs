//! 256 samples in packed columns.
//!
//! Each column of a block is a frame of reference: its least value, the step that all its values share, and for each
//! sample how many steps, in as few bits as the block needs (none where all are equal). File offsets are not kept:
//! samples follow one another, so a bit says where they do not, and only those jumps have a value.

use super::{Sample, SampleTime};
use crate::isobmff::ratio::common_divisor;

/// Samples per block.
pub(super) const BLOCK: usize = 256;

/// A sample on its way into a block, with the width that decode times need inside a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) offset: u64,
    pub(super) size: u32,
    pub(super) decode_time: u64,
    /// May exceed what [`Sample::duration`] can say, so that decode times stay exact over long gaps.
    pub(super) duration: u64,
    pub(super) composition_offset: i32,
    pub(super) sync: bool,
}

/// The heads of a block's columns, and its checkpoint.
#[derive(Debug, Clone)]
pub(super) struct Block {
    decode_time: u64,
    offset: u64,
    /// Where its columns start in the words of the index, in bits.
    first_bit: u64,
    count: u16,
    sync: Flags,
    jumps: Flags,
    size: Column,
    duration: Column,
    composition_offset: Column,
    /// From the end of the sample before to the start of this one, of the samples that jump.
    jump: Column,
}

/// A column of yes and no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flags {
    Never,
    Always,
    Bits,
}

/// A column of numbers: `base + step * packed`, wrapping.
#[derive(Debug, Clone, Copy, Default)]
struct Column {
    base: i64,
    step: u32,
    /// Bits per packed number.
    width: u8,
}

impl Block {
    /// Packs 1 to 256 samples; their columns are appended to `bits`.
    pub(super) fn pack(entries: &[Entry], bits: &mut BitSink) -> Block {
        let first_bit = bits.length;
        // The first sample of a block lies at the checkpoint.
        let mut jumps = [0; BLOCK];
        for (jump, pair) in jumps.iter_mut().skip(1).zip(entries.windows(2)) {
            if let [before, after] = pair {
                *jump = after.offset.wrapping_sub(before.offset.wrapping_add(u64::from(before.size))) as i64;
            }
        }
        let jumps = &jumps[..entries.len().min(BLOCK)];
        let mut values = [0; BLOCK];
        let first = entries.first();
        Block {
            decode_time: first.map_or(0, |entry| entry.decode_time),
            offset: first.map_or(0, |entry| entry.offset),
            first_bit,
            count: entries.len() as u16,
            sync: Flags::pack(entries.iter().map(|entry| entry.sync), bits),
            jumps: Flags::pack(jumps.iter().map(|jump| *jump != 0), bits),
            size: Column::pack(fill(&mut values, entries.iter().map(|entry| i64::from(entry.size))), bits),
            duration: Column::pack(fill(&mut values, entries.iter().map(|entry| entry.duration as i64)), bits),
            composition_offset: Column::pack(
                fill(&mut values, entries.iter().map(|entry| i64::from(entry.composition_offset))),
                bits,
            ),
            jump: Column::pack(fill(&mut values, jumps.iter().copied().filter(|jump| *jump != 0)), bits),
        }
    }

    /// The samples of this block, in order.
    pub(super) fn samples<'a>(&'a self, words: &'a [u64]) -> Cursor<'a> {
        let count = u64::from(self.count);
        let mut bit = self.first_bit;
        let mut column = |width: u64| {
            let start = bit;
            bit += width * count;
            start
        };
        Cursor {
            block: self,
            words,
            sync_bit: column(self.sync.width()),
            jumps_bit: column(self.jumps.width()),
            size_bit: column(u64::from(self.size.width)),
            duration_bit: column(u64::from(self.duration.width)),
            composition_bit: column(u64::from(self.composition_offset.width)),
            jump_bit: column(u64::from(self.jump.width)),
            number: 0,
            decode_time: self.decode_time,
            offset: self.offset,
        }
    }

    pub(super) fn decode_time(&self) -> u64 {
        self.decode_time
    }

    /// The times of its samples from sample `from` on. Where all last equally long, it costs nothing to start late.
    pub(super) fn times<'a>(&'a self, words: &'a [u64], from: usize) -> Times<'a> {
        let Cursor { sync_bit, duration_bit, composition_bit, .. } = self.samples(words);
        let mut times = Times {
            block: self,
            words,
            sync_bit,
            duration_bit,
            composition_bit,
            number: 0,
            decode_time: self.decode_time,
        };
        match self.duration.width {
            0 => times.skip_equal(from as u64),
            _ => times.by_ref().take(from).for_each(drop),
        }
        times
    }

    /// The first sync sample of this block, at or after sample `from` of it, that is composed at `time` or later.
    /// `most_offset` is the most that composition times are later than decode times.
    pub(super) fn next_sync_at(&self, words: &[u64], from: usize, time: i64, most_offset: i32) -> Option<usize> {
        let mut times = self.times(words, from);
        if self.duration.width == 0 && self.duration.base > 0 {
            // None that is decoded earlier is composed in time.
            let early = time.saturating_sub(i64::from(most_offset)).saturating_sub(times.decode_time as i64);
            times.skip_equal((early.max(0) as u64).div_ceil(self.duration.base as u64));
        }
        let first = times.number;
        times.position(|sample| sample.sync && sample.composition_time() >= time).map(|at| first + at)
    }

    /// The first sync sample of this block at or after sample `from` of it.
    pub(super) fn next_sync(&self, words: &[u64], from: usize) -> Option<usize> {
        let mut numbers = from..usize::from(self.count);
        match self.sync {
            Flags::Never => None,
            Flags::Always => numbers.next(),
            Flags::Bits => numbers.find(|number| read(words, self.first_bit + *number as u64, 1) == 1),
        }
    }
}

/// A place in a block.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    block: &'a Block,
    words: &'a [u64],
    sync_bit: u64,
    jumps_bit: u64,
    size_bit: u64,
    duration_bit: u64,
    composition_bit: u64,
    jump_bit: u64,
    number: u16,
    decode_time: u64,
    offset: u64,
}

impl Iterator for Cursor<'_> {
    type Item = Sample;

    fn next(&mut self) -> Option<Sample> {
        let block = self.block;
        if self.number >= block.count {
            return None;
        }
        self.number += 1;
        if block.jumps.next(self.words, &mut self.jumps_bit) {
            self.offset = self.offset.wrapping_add(block.jump.next(self.words, &mut self.jump_bit) as u64);
        }
        let size = block.size.next(self.words, &mut self.size_bit) as u32;
        let duration = block.duration.next(self.words, &mut self.duration_bit) as u64;
        let sample = Sample {
            offset: self.offset,
            size,
            decode_time: self.decode_time,
            duration: u32::try_from(duration).unwrap_or(u32::MAX),
            composition_offset: block.composition_offset.next(self.words, &mut self.composition_bit) as i32,
            sync: block.sync.next(self.words, &mut self.sync_bit),
        };
        self.offset = self.offset.wrapping_add(u64::from(size));
        self.decode_time = self.decode_time.wrapping_add(duration);
        Some(sample)
    }
}

/// The times of a block's samples, without their places.
#[derive(Debug)]
pub(super) struct Times<'a> {
    block: &'a Block,
    words: &'a [u64],
    sync_bit: u64,
    duration_bit: u64,
    composition_bit: u64,
    number: usize,
    decode_time: u64,
}

impl Times<'_> {
    /// Passes over `count` samples of a block whose samples last equally long.
    fn skip_equal(&mut self, count: u64) {
        let count = count.min(u64::from(self.block.count).saturating_sub(self.number as u64));
        self.number += count as usize;
        self.sync_bit += count * self.block.sync.width();
        self.composition_bit += count * u64::from(self.block.composition_offset.width);
        self.decode_time = self.decode_time.wrapping_add(count.wrapping_mul(self.block.duration.base as u64));
    }
}

impl Iterator for Times<'_> {
    type Item = SampleTime;

    fn next(&mut self) -> Option<SampleTime> {
        let block = self.block;
        if self.number >= usize::from(block.count) {
            return None;
        }
        self.number += 1;
        let time = SampleTime {
            decode_time: self.decode_time,
            composition_offset: block.composition_offset.next(self.words, &mut self.composition_bit) as i32,
            sync: block.sync.next(self.words, &mut self.sync_bit),
        };
        let duration = block.duration.next(self.words, &mut self.duration_bit) as u64;
        self.decode_time = self.decode_time.wrapping_add(duration);
        Some(time)
    }
}

impl Flags {
    fn pack(values: impl Iterator<Item = bool> + Clone, bits: &mut BitSink) -> Flags {
        if !values.clone().any(|value| value) {
            return Flags::Never;
        }
        if values.clone().all(|value| value) {
            return Flags::Always;
        }
        values.for_each(|value| bits.put(u64::from(value), 1));
        Flags::Bits
    }

    fn width(self) -> u64 {
        u64::from(self == Flags::Bits)
    }

    fn next(self, words: &[u64], bit: &mut u64) -> bool {
        match self {
            Flags::Never => false,
            Flags::Always => true,
            Flags::Bits => {
                *bit += 1;
                read(words, *bit - 1, 1) == 1
            }
        }
    }
}

impl Column {
    fn pack(values: &[i64], bits: &mut BitSink) -> Column {
        let (Some(&base), Some(&most)) = (values.iter().min(), values.iter().max()) else { return Column::default() };
        if most == base {
            return Column { base, step: 1, width: 0 };
        }
        let above = values.iter().map(|value| value.wrapping_sub(base) as u64);
        let mut step = 0;
        for value in above.clone() {
            if step == 0 || value % step != 0 {
                step = common_divisor(step, value);
            }
            if step == 1 {
                break;
            }
        }
        // A step that needs more than 32 bits is rare, and such columns stay as they are.
        let step = u32::try_from(step).unwrap_or(1);
        let most = most.wrapping_sub(base) as u64 / u64::from(step);
        let width = (u64::BITS - most.leading_zeros()) as u8;
        match step {
            1 => above.for_each(|value| bits.put(value, width)),
            _ => above.for_each(|value| bits.put(value / u64::from(step), width)),
        }
        Column { base, step, width }
    }

    fn next(&self, words: &[u64], bit: &mut u64) -> i64 {
        if self.width == 0 {
            return self.base;
        }
        let packed = read(words, *bit, self.width);
        *bit += u64::from(self.width);
        self.base.wrapping_add(packed.wrapping_mul(u64::from(self.step)) as i64)
    }
}

/// The values in an array, so that a column can be looked through more than once at no cost.
fn fill(array: &mut [i64; BLOCK], values: impl Iterator<Item = i64>) -> &[i64] {
    let mut count = 0;
    for (slot, value) in array.iter_mut().zip(values) {
        *slot = value;
        count += 1;
    }
    &array[..count]
}

/// Bits, written from the low end of each word.
#[derive(Debug, Default)]
pub(super) struct BitSink {
    /// Full words.
    words: Vec<u64>,
    /// The word being filled.
    partial: u64,
    /// In bits.
    length: u64,
}

impl BitSink {
    /// Writes the low `width` bits, at most 64, of `value`, which has no others.
    fn put(&mut self, value: u64, width: u8) {
        let used = (self.length % 64) as u32;
        self.length += u64::from(width);
        self.partial |= value << used;
        if used + u32::from(width) >= 64 {
            self.words.push(self.partial);
            self.partial = value.checked_shr(64 - used).unwrap_or(0);
        }
    }

    pub(super) fn finish(mut self) -> Vec<u64> {
        if !self.length.is_multiple_of(64) {
            self.words.push(self.partial);
        }
        self.words.shrink_to_fit();
        self.words
    }
}

/// Reads 1 to 64 bits.
fn read(words: &[u64], bit: u64, width: u8) -> u64 {
    let (word, used) = ((bit / 64) as usize, (bit % 64) as u32);
    let at = |word: usize| words.get(word).copied().unwrap_or(0);
    let mut value = at(word) >> used;
    if used + u32::from(width) > 64 {
        value |= at(word + 1) << (64 - used);
    }
    value & (u64::MAX >> (64 - u32::from(width)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_back_across_words() {
        let mut bits = BitSink::default();
        let values = [(1, 1), (u64::MAX, 64), (5, 3), (0, 7), ((1 << 40) - 3, 40), (2, 2)];
        values.iter().for_each(|(value, width)| bits.put(*value, *width));
        let words = bits.finish();
        let mut at = 0;
        for (value, width) in values {
            assert_eq!(read(&words, at, width), value);
            at += u64::from(width);
        }
        assert_eq!(words.len(), 2);
    }

    #[test]
    fn a_column_takes_as_many_bits_as_its_steps_need() {
        let mut bits = BitSink::default();
        let width = |values: &[i64], bits: &mut BitSink| Column::pack(values, bits).width;
        assert_eq!(width(&[512; 9], &mut bits), 0);
        assert_eq!(width(&[1024, 2560, 0, 512], &mut bits), 3, "0 to 5 steps of 512");
        assert_eq!(width(&[1001, 1002], &mut bits), 1);
        assert_eq!(width(&[i64::MIN, i64::MAX], &mut bits), 64);
    }

    #[test]
    fn a_block_of_equal_samples_that_follow_one_another_holds_no_bits() {
        let mut bits = BitSink::default();
        let entry = |number: u64| Entry {
            offset: 1000 + number * 384,
            size: 384,
            decode_time: number * 1536,
            duration: 1536,
            composition_offset: 0,
            sync: true,
        };
        let entries: Vec<_> = (0..256).map(entry).collect();
        let block = Block::pack(&entries, &mut bits);
        let words = bits.finish();
        assert!(words.is_empty());
        let last = block.samples(&words).last().unwrap();
        assert_eq!((last.offset, last.decode_time), (1000 + 255 * 384, 255 * 1536));
    }
}
