//! 256 samples in packed columns.
//!
//! Each column of a block is a frame of reference: its least value, where it helps the step that all its values share,
//! and for each sample how much more, in as few bits as the block needs (none where all are equal). Key frames, ten times
//! as large as others, have a column of sizes of their own. File offsets are not kept: samples follow one another, so a
//! bit says where they do not (none where each does not), and only those jumps have a value.

use super::bits::{BitSink, count_ones, next_one, read};
use super::columns::{self, Columns};
use super::{Sample, SampleTime};
use crate::isobmff::ratio::common_divisor;
use std::ops::Range;

/// Samples per block.
pub(in crate::isobmff) const BLOCK: usize = 256;

/// The heads of a block's columns, and its checkpoint: 64 bytes.
#[derive(Debug, Clone)]
pub(super) struct Block {
    decode_time: u64,
    offset: u64,
    duration: u64,
    jump: i64,
    /// The word in which its columns start. They follow one another as in [`Block::columns`].
    first_word: u32,
    duration_step: u32,
    composition_offset: i32,
    composition_step: u32,
    size: u32,
    key_size: u32,
    duration_width: u8,
    composition_width: u8,
    size_width: u8,
    key_size_width: u8,
    jump_width: u8,
    sync: Flags,
    jumps: Flags,
    /// Number of its last sample.
    last: u8,
}

/// A column of yes and no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flags {
    Never,
    Always,
    Bits,
}

/// The head of a column of numbers: `base + step * packed`, wrapping.
#[derive(Debug, Clone, Copy, Default)]
struct Head {
    base: i64,
    step: u32,
    /// Bits per packed number.
    width: u8,
}

impl Block {
    /// Packs 1 to 256 samples, with the least and the most of their composition offsets; their columns are appended to
    /// `bits`.
    pub(super) fn pack(columns: &Columns, offsets: (i32, i32), bits: &mut BitSink) -> Block {
        let count = columns.len();
        let first_word = bits.align();
        let sync = Flags::pack(columns.sync.count(count), count, &columns.sync, count, bits);
        // Of the first sample nothing is asked: it lies at the checkpoint.
        let jumps = Flags::pack(columns.jump_lengths.len(), count - 1, &columns.jumps, count, bits);
        let duration = Head::pack_wide(&columns.durations, bits);
        let composition_offset = Head::pack_steps(&columns.composition_offsets, offsets, bits);
        let (size, key_size) = match sync {
            Flags::Bits => {
                let (mut others, mut keys) = ([0; BLOCK], [0; BLOCK]);
                let (others, keys) = divided(&columns.sizes, &columns.sync, &mut others, &mut keys);
                (Head::pack(others, bits), Head::pack(keys, bits))
            }
            _ => (Head::pack(&columns.sizes, bits), Head::default()),
        };
        let jump = Head::pack_jumps(&columns.jump_lengths, bits);
        Block {
            decode_time: columns.decode_time,
            offset: columns.offset,
            duration: duration.base as u64,
            jump: jump.base,
            first_word: first_word as u32,
            duration_step: duration.step,
            composition_offset: composition_offset.base as i32,
            composition_step: composition_offset.step,
            size: size.base as u32,
            key_size: key_size.base as u32,
            duration_width: duration.width,
            composition_width: composition_offset.width,
            size_width: size.width,
            key_size_width: key_size.width,
            jump_width: jump.width,
            sync,
            jumps,
            last: (count - 1) as u8,
        }
    }

    pub(super) fn decode_time(&self) -> u64 {
        self.decode_time
    }

    fn count(&self) -> u64 {
        u64::from(self.last) + 1
    }

    /// Its columns in the words of the index, in their order: first those of times, then those of places.
    fn times_columns<'a>(&self, words: &'a [u64]) -> (TimeColumns<'a>, FlagColumn, Layout) {
        let mut layout = Layout { bit: 0 };
        let count = self.count();
        let (sync, jumps) = (layout.flags(self.sync, count), layout.flags(self.jumps, count));
        let times = TimeColumns {
            words: words.get(self.first_word as usize..).unwrap_or_default(),
            sync,
            duration: layout.column(self.duration as i64, self.duration_step, self.duration_width, count),
            composition: layout.column(
                i64::from(self.composition_offset),
                self.composition_step,
                self.composition_width,
                count,
            ),
        };
        (times, jumps, layout)
    }

    fn columns<'a>(&self, words: &'a [u64]) -> Packed<'a> {
        let (times, jumps, mut layout) = self.times_columns(words);
        let count = self.count();
        let keys = if self.sync == Flags::Bits { times.sync.count(times.words, 0, count) } else { 0 };
        Packed {
            times,
            jumps,
            size: layout.column(i64::from(self.size), 1, self.size_width, count - keys),
            key_size: layout.column(i64::from(self.key_size), 1, self.key_size_width, keys),
            jump: layout.column(self.jump, 1, self.jump_width, 0),
        }
    }

    /// The samples of this block from sample `from` on, in order.
    pub(super) fn samples<'a>(&self, words: &'a [u64], from: usize) -> Cursor<'a> {
        let columns = self.columns(words);
        let (decode_time, offset) = (self.decode_time, self.offset);
        let mut cursor = Cursor { columns, number: 0, count: self.count(), decode_time, offset };
        cursor.pass(from as u64);
        cursor
    }

    /// The times of its samples from sample `from` on. Where all last equally long, it costs nothing to start late.
    pub(super) fn times<'a>(&self, words: &'a [u64], from: usize) -> Times<'a> {
        let (columns, ..) = self.times_columns(words);
        let mut times = Times { columns, number: 0, count: self.count(), decode_time: self.decode_time };
        times.pass(from as u64);
        times
    }

    /// The first sync sample of this block, at or after sample `from` of it, that is composed at `time` or later.
    /// `most_offset` is the most that composition times are later than decode times. Gives its composition time, too.
    pub(super) fn next_sync_at(&self, words: &[u64], from: usize, time: i64, most_offset: i32) -> Option<(usize, i64)> {
        let mut times = self.times(words, from);
        if self.duration_width == 0 && self.duration > 0 {
            // None that is decoded earlier is composed in time.
            let early = time.saturating_sub(i64::from(most_offset)).saturating_sub(times.decode_time as i64);
            times.pass((early.max(0) as u64).div_ceil(self.duration));
        }
        while let Some(number) = times.columns.sync.next(times.columns.words, times.number, times.count) {
            times.pass(number - times.number);
            let composed = times.next()?.composition_time();
            if composed >= time {
                return Some((number as usize, composed));
            }
        }
        None
    }

    /// The first sync sample of this block at or after sample `from` of it.
    pub(super) fn next_sync(&self, words: &[u64], from: usize) -> Option<usize> {
        let (TimeColumns { words, sync, .. }, ..) = self.times_columns(words);
        sync.next(words, from as u64, self.count()).map(|found| found as usize)
    }

    /// Bytes of some of its samples together, and whether each of them lasts `duration`.
    pub(super) fn measure(&self, words: &[u64], samples: Range<usize>, duration: u32) -> (u64, bool) {
        let mut columns = self.columns(words);
        let (before, count) = (samples.start as u64, samples.len() as u64);
        let keys = columns.keys(0, before);
        columns.size.skip(before - keys);
        columns.key_size.skip(keys);
        let keys = columns.keys(before, count);
        let TimeColumns { words, duration: mut durations, .. } = columns.times;
        let bytes = columns.size.sum(words, count - keys).wrapping_add(columns.key_size.sum(words, keys));
        durations.skip(before);
        let equal = match durations.head.width {
            0 => count == 0 || durations.head.base == i64::from(duration),
            _ => (0..count).all(|_| durations.next(words) == i64::from(duration)),
        };
        (bytes as u64, equal)
    }
}

/// Where the next column starts.
struct Layout {
    bit: u64,
}

impl Layout {
    fn flags(&mut self, flags: Flags, count: u64) -> FlagColumn {
        let start = self.bit;
        self.bit += if flags == Flags::Bits { count } else { 0 };
        FlagColumn { flags, start }
    }

    fn column(&mut self, base: i64, step: u32, width: u8, count: u64) -> Column {
        let bit = self.bit;
        self.bit += u64::from(width) * count;
        Column { head: Head { base, step, width }, bit }
    }
}

/// A block's columns of times, where they lie.
#[derive(Debug, Clone)]
struct TimeColumns<'a> {
    /// From the block's first on.
    words: &'a [u64],
    sync: FlagColumn,
    duration: Column,
    composition: Column,
}

/// All of a block's columns.
#[derive(Debug, Clone)]
struct Packed<'a> {
    times: TimeColumns<'a>,
    jumps: FlagColumn,
    /// Of all samples; of those that are no sync sample, where some are.
    size: Column,
    key_size: Column,
    jump: Column,
}

impl Packed<'_> {
    /// How many of `count` samples from sample `from` on have their size in the column of key frames.
    fn keys(&self, from: u64, count: u64) -> u64 {
        match self.times.sync.flags {
            Flags::Bits => self.times.sync.count(self.times.words, from, count),
            _ => 0,
        }
    }

    fn next_size(&mut self, sync: bool) -> i64 {
        match self.times.sync.flags {
            Flags::Bits if sync => self.key_size.next(self.times.words),
            _ => self.size.next(self.times.words),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct FlagColumn {
    flags: Flags,
    /// In bits.
    start: u64,
}

impl FlagColumn {
    fn get(self, words: &[u64], number: u64) -> bool {
        match self.flags {
            Flags::Never => false,
            Flags::Always => true,
            Flags::Bits => read(words, self.start + number, 1) == 1,
        }
    }

    /// The first that is set of those from `from` up to `end`.
    fn next(self, words: &[u64], from: u64, end: u64) -> Option<u64> {
        match self.flags {
            Flags::Never => None,
            Flags::Always => (from < end).then_some(from),
            Flags::Bits => next_one(words, self.start, from, end),
        }
    }

    /// How many are set of `count` from `from` on.
    fn count(self, words: &[u64], from: u64, count: u64) -> u64 {
        match self.flags {
            Flags::Never => 0,
            Flags::Always => count,
            Flags::Bits => count_ones(words, self.start + from, count),
        }
    }
}

/// A column of numbers, read from its start.
#[derive(Debug, Clone, Copy)]
struct Column {
    head: Head,
    /// Where the next number is.
    bit: u64,
}

impl Column {
    fn next(&mut self, words: &[u64]) -> i64 {
        let Head { base, step, width } = self.head;
        if width == 0 {
            return base;
        }
        let packed = read(words, self.bit, width);
        self.bit += u64::from(width);
        base.wrapping_add(packed.wrapping_mul(u64::from(step)) as i64)
    }

    fn skip(&mut self, count: u64) {
        self.bit += count * u64::from(self.head.width);
    }

    /// The next `count` numbers together, passing over them.
    fn sum(&mut self, words: &[u64], count: u64) -> i64 {
        match self.head.width {
            0 => self.head.base.wrapping_mul(count as i64),
            _ => (0..count).fold(0i64, |sum, _| sum.wrapping_add(self.next(words))),
        }
    }
}

/// A place in a block.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    columns: Packed<'a>,
    number: u64,
    count: u64,
    decode_time: u64,
    offset: u64,
}

impl Cursor<'_> {
    /// Passes over `count` samples, at most to the end. Only what changes from sample to sample costs anything.
    fn pass(&mut self, count: u64) {
        let count = count.min(self.count - self.number);
        let (words, jumps) = (self.columns.times.words, self.columns.jumps);
        let keys = self.columns.keys(self.number, count);
        let from = self.number.max(1);
        let jumps = jumps.count(words, from, (self.number + count).saturating_sub(from));
        let bytes = self.columns.size.sum(words, count - keys).wrapping_add(self.columns.key_size.sum(words, keys));
        let bytes = bytes.wrapping_add(self.columns.jump.sum(words, jumps));
        self.offset = self.offset.wrapping_add(bytes as u64);
        let times = &mut self.columns.times;
        self.decode_time = self.decode_time.wrapping_add(times.duration.sum(words, count) as u64);
        times.composition.skip(count);
        self.number += count;
    }
}

impl Iterator for Cursor<'_> {
    type Item = Sample;

    fn next(&mut self) -> Option<Sample> {
        if self.number >= self.count {
            return None;
        }
        let (number, words) = (self.number, self.columns.times.words);
        self.number += 1;
        if number > 0 && self.columns.jumps.get(words, number) {
            self.offset = self.offset.wrapping_add(self.columns.jump.next(words) as u64);
        }
        let sync = self.columns.times.sync.get(words, number);
        let size = self.columns.next_size(sync) as u32;
        let duration = self.columns.times.duration.next(words) as u64;
        let sample = Sample {
            offset: self.offset,
            size,
            decode_time: self.decode_time,
            duration: u32::try_from(duration).unwrap_or(u32::MAX),
            composition_offset: self.columns.times.composition.next(words) as i32,
            sync,
        };
        self.offset = self.offset.wrapping_add(u64::from(size));
        self.decode_time = self.decode_time.wrapping_add(duration);
        Some(sample)
    }
}

/// The times of a block's samples, without their places.
#[derive(Debug)]
pub(super) struct Times<'a> {
    columns: TimeColumns<'a>,
    number: u64,
    count: u64,
    decode_time: u64,
}

impl Times<'_> {
    /// Passes over `count` samples, at most to the end.
    fn pass(&mut self, count: u64) {
        let count = count.min(self.count - self.number);
        let duration = self.columns.duration.sum(self.columns.words, count);
        self.decode_time = self.decode_time.wrapping_add(duration as u64);
        self.columns.composition.skip(count);
        self.number += count;
    }
}

impl Iterator for Times<'_> {
    type Item = SampleTime;

    fn next(&mut self) -> Option<SampleTime> {
        if self.number >= self.count {
            return None;
        }
        let words = self.columns.words;
        let time = SampleTime {
            decode_time: self.decode_time,
            duration: self.columns.duration.next(words) as u64,
            composition_offset: self.columns.composition.next(words) as i32,
            sync: self.columns.sync.get(words, self.number),
        };
        self.number += 1;
        self.decode_time = self.decode_time.wrapping_add(time.duration);
        Some(time)
    }
}

impl Flags {
    /// Flags of `count` samples, of which `set` are set where `all` would be every one that matters.
    fn pack(set: usize, all: usize, flags: &columns::Flags, count: usize, bits: &mut BitSink) -> Flags {
        if set == 0 {
            return Flags::Never;
        }
        if set == all {
            return Flags::Always;
        }
        flags.words(count).for_each(|(word, width)| bits.put(word, width));
        Flags::Bits
    }
}

impl Head {
    fn constant(base: i64) -> Head {
        Head { base, step: 1, width: 0 }
    }

    /// Sizes, which share no step.
    fn pack(values: &[u32], bits: &mut BitSink) -> Head {
        let Some((base, most)) = extremes(values) else { return Head::default() };
        let mut above = [0; BLOCK];
        let above = fill(&mut above, values.iter().map(|value| value - base));
        let width = (u32::BITS - (most - base).leading_zeros()) as u8;
        bits.put_all(above, width);
        Head { base: i64::from(base), step: 1, width }
    }

    /// Composition offsets, which mostly are so many times the duration of a picture.
    fn pack_steps(values: &[i32], (base, most): (i32, i32), bits: &mut BitSink) -> Head {
        if most == base {
            return Head::constant(i64::from(base));
        }
        let mut above = [0; BLOCK];
        let above = fill(&mut above, values.iter().map(|value| value.wrapping_sub(base) as u32));
        // A few tell the step, and then all are divided by it, which shows whether they do.
        let guess = shared_step(above.iter().take(16));
        let mut steps = [0; BLOCK];
        let (step, steps) = match Division::by(guess).apply(above, &mut steps) {
            true => (guess, &steps[..above.len()]),
            false => {
                let step = shared_step(above.iter());
                Division::by(step).apply(above, &mut steps);
                (step, &steps[..above.len()])
            }
        };
        let width = (u32::BITS - (most.wrapping_sub(base) as u32 / step).leading_zeros()) as u8;
        bits.put_all(steps, width);
        Head { base: i64::from(base), step, width }
    }

    /// Durations, of any width; mostly one for all.
    fn pack_wide(values: &[u64], bits: &mut BitSink) -> Head {
        let Some((base, most)) = extremes(values) else { return Head::default() };
        if most == base {
            return Head::constant(base as i64);
        }
        let above = values.iter().map(|value| value - base);
        let mut step = 0;
        for value in above.clone() {
            step = common_divisor(step, value);
            if step == 1 {
                break;
            }
        }
        // A step that needs more than 32 bits is rare, and such columns stay as they are.
        let step = u32::try_from(step).unwrap_or(1);
        let width = (u64::BITS - ((most - base) / u64::from(step)).leading_zeros()) as u8;
        above.for_each(|value| bits.put(value / u64::from(step), width));
        Head { base: base as i64, step, width }
    }

    /// Distances in the file, mostly short ones.
    fn pack_jumps(values: &[i64], bits: &mut BitSink) -> Head {
        let mut short = [0i32; BLOCK];
        let mut lost = 0;
        for (short, value) in short.iter_mut().zip(values) {
            *short = *value as i32;
            lost |= i64::from(*short) ^ value;
        }
        let short = &short[..values.len().min(BLOCK)];
        if lost != 0 {
            return Head::pack_far_jumps(values, bits);
        }
        let Some((base, most)) = extremes(short) else { return Head::default() };
        let width = (u32::BITS - (most.wrapping_sub(base) as u32).leading_zeros()) as u8;
        let mut above = [0; BLOCK];
        bits.put_all(fill(&mut above, short.iter().map(|value| value.wrapping_sub(base) as u32)), width);
        Head { base: i64::from(base), step: 1, width }
    }

    fn pack_far_jumps(values: &[i64], bits: &mut BitSink) -> Head {
        let Some((base, most)) = extremes(values) else { return Head::default() };
        let width = (u64::BITS - (most.wrapping_sub(base) as u64).leading_zeros()) as u8;
        values.iter().for_each(|value| bits.put(value.wrapping_sub(base) as u64, width));
        Head { base, step: 1, width }
    }
}

/// The least and the most. Of values, not of references to them: that vectorises.
pub(super) fn extremes<T: Copy + Ord>(values: &[T]) -> Option<(T, T)> {
    let first = *values.first()?;
    Some(values.iter().fold((first, first), |(least, most), value| (least.min(*value), most.max(*value))))
}

/// The greatest number that divides all.
fn shared_step<'a>(values: impl Iterator<Item = &'a u32>) -> u32 {
    let mut step = 0;
    for &value in values {
        if step == 0 || value % step != 0 {
            step = common_divisor(u64::from(step), u64::from(value)) as u32;
        }
        if step == 1 {
            break;
        }
    }
    step.max(1)
}

/// Division that leaves no remainder, as multiplication with the inverse modulo 2^32: many times as fast.
struct Division {
    /// The divisor is an odd number times 2 to this power.
    shift: u32,
    inverse: u32,
    /// The largest quotient of the odd part.
    most: u32,
}

impl Division {
    /// `divisor` is not 0.
    fn by(divisor: u32) -> Division {
        let shift = divisor.trailing_zeros();
        let odd = divisor >> shift;
        // Newton's method: each step doubles the bits that are right, from three.
        let inverse = (0..4).fold(odd, |inverse, _| inverse.wrapping_mul(2u32.wrapping_sub(odd.wrapping_mul(inverse))));
        Division { shift, inverse, most: u32::MAX / odd }
    }

    /// Divides all `values`; false where a remainder would be left.
    fn apply(&self, values: &[u32], quotients: &mut [u32; BLOCK]) -> bool {
        let (mut low_bits, mut most) = (0, 0);
        for (quotient, value) in quotients.iter_mut().zip(values) {
            *quotient = (value >> self.shift).wrapping_mul(self.inverse);
            low_bits |= value;
            most = most.max(*quotient);
        }
        low_bits.trailing_zeros() >= self.shift && most <= self.most
    }
}

/// The sizes of samples that are not flagged, and of those that are: few, so that what lies between is copied whole.
fn divided<'a>(
    sizes: &[u32],
    flags: &columns::Flags,
    others: &'a mut [u32; BLOCK],
    flagged: &'a mut [u32; BLOCK],
) -> (&'a [u32], &'a [u32]) {
    let (mut from, mut found) = (0, 0);
    let numbers = flags.numbers(sizes.len()).map(Some).chain([None]);
    for number in numbers {
        let between = sizes.get(from..number.unwrap_or(sizes.len())).unwrap_or_default();
        others[from - found..][..between.len()].copy_from_slice(between);
        if let Some(number) = number {
            flagged[found] = sizes[number];
            found += 1;
            from = number + 1;
        }
    }
    (&others[..sizes.len() - found], &flagged[..found])
}

/// The values in an array, so that a column can be looked through more than once at no cost.
fn fill(array: &mut [u32; BLOCK], values: impl Iterator<Item = u32>) -> &[u32] {
    let mut count = 0;
    for (slot, value) in array.iter_mut().zip(values) {
        *slot = value;
        count += 1;
    }
    &array[..count]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_takes_as_many_bits_as_its_steps_need() {
        let mut bits = BitSink::default();
        assert_eq!(Head::pack(&[512; 9], &mut bits).width, 0);
        let mut width_of = |values: &[i32]| Head::pack_steps(values, extremes(values).unwrap(), &mut bits).width;
        assert_eq!(width_of(&[1024, 2560, 0, 512]), 3, "0 to 5 steps of 512");
        assert_eq!(width_of(&[3003, 0, 1001, -1001]), 3, "0 to 4 steps of 1001");
        let late = [&[0, 6006].repeat(20)[..], &[3003, 1]].concat();
        assert_eq!(width_of(&late), 13, "what shows late that the step is 1");
        assert_eq!(width_of(&[i32::MIN, i32::MAX]), 1);
        assert_eq!(Head::pack_wide(&[1001, 1002], &mut bits).width, 1);
        assert_eq!(Head::pack_jumps(&[i64::MIN, i64::MAX], &mut bits).width, 64);
    }

    #[test]
    fn a_block_of_equal_samples_that_follow_one_another_holds_no_bits() {
        let mut bits = BitSink::default();
        let mut columns = Columns::default();
        for number in 0..256 {
            let sample = Sample {
                offset: 1000 + number * 384,
                size: 384,
                decode_time: number * 1536,
                duration: 1536,
                composition_offset: 0,
                sync: true,
            };
            columns.push(&sample, sample.decode_time);
        }
        let block = Block::pack(&columns, (0, 0), &mut bits);
        let words = bits.finish();
        assert!(words.is_empty());
        let last = block.samples(&words, 0).last().unwrap();
        assert_eq!((last.offset, last.decode_time), (1000 + 255 * 384, 255 * 1536));
        assert_eq!(size_of::<Block>(), 64);
    }
}
