//! Samples on their way into a block, column by column: the tables of a file are columns, too, and are taken over in runs.

use super::Sample;
use super::block::BLOCK;

/// Up to [`BLOCK`] samples in decode order.
#[derive(Debug, Default)]
pub(in crate::isobmff) struct Columns {
    /// Of the first sample.
    pub(in crate::isobmff) decode_time: u64,
    /// As many as there are samples.
    pub(in crate::isobmff) sizes: Vec<u32>,
    /// As many as there are samples, or one that all have. May exceed what [`Sample::duration`] can say, so that decode
    /// times stay exact over long gaps.
    pub(in crate::isobmff) durations: Vec<u64>,
    /// As many as there are samples, or one that all have.
    pub(in crate::isobmff) composition_offsets: Vec<i32>,
    pub(in crate::isobmff) sync: Flags,
    /// Where the first sample lies.
    pub(super) offset: u64,
    /// The samples that do not lie right behind the one before, and how far from its end.
    pub(super) jumps: Flags,
    pub(super) jump_lengths: Vec<i64>,
    /// Where the last sample placed ends.
    end: u64,
}

/// Yes or no of each sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::isobmff) struct Flags([u64; BLOCK / 64]);

impl Flags {
    pub(in crate::isobmff) const ALL: Flags = Flags([u64::MAX; BLOCK / 64]);

    /// Sets that of sample `number`, which is less than [`BLOCK`].
    pub(in crate::isobmff) fn set(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// The numbers of those of the first `count` samples that are set.
    pub(super) fn numbers(&self, count: usize) -> impl Iterator<Item = usize> + '_ {
        self.words(count).enumerate().flat_map(|(at, (mut word, _))| {
            std::iter::from_fn(move || {
                let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
                word &= word - 1;
                Some(at * 64 + bit)
            })
        })
    }

    /// Those of the first `count` samples: words, and how many bits of each count.
    pub(super) fn words(&self, count: usize) -> impl Iterator<Item = (u64, u8)> + '_ {
        self.0.iter().enumerate().filter_map(move |(at, word)| {
            let width = count.saturating_sub(at * 64).min(64);
            (width > 0).then(|| (word & (u64::MAX >> (64 - width)), width as u8))
        })
    }

    pub(super) fn count(&self, count: usize) -> usize {
        self.words(count).map(|(word, _)| word.count_ones() as usize).sum()
    }
}

impl Columns {
    pub(super) fn len(&self) -> usize {
        self.sizes.len()
    }

    /// Adds a sample.
    pub(super) fn push(&mut self, sample: &Sample, decode_time: u64) {
        let number = self.len();
        if number == 0 {
            self.decode_time = decode_time;
        }
        self.spread();
        self.place(number, sample.offset);
        self.extend(u64::from(sample.size));
        self.sizes.push(sample.size);
        self.durations.push(u64::from(sample.duration));
        self.composition_offsets.push(sample.composition_offset);
        if sample.sync {
            self.sync.set(number);
        }
    }

    /// Sample `number` lies at `offset`. Not needed of one that lies right behind the one before.
    pub(in crate::isobmff) fn place(&mut self, number: usize, offset: u64) {
        if number == 0 {
            self.offset = offset;
        } else if offset != self.end {
            self.jumps.set(number);
            self.jump_lengths.push(offset.wrapping_sub(self.end) as i64);
        }
        self.end = offset;
    }

    /// Samples of `bytes` lie one after another from where the last was placed, or ended.
    pub(in crate::isobmff) fn extend(&mut self, bytes: u64) {
        self.end = self.end.wrapping_add(bytes);
    }

    pub(super) fn set_last_duration(&mut self, duration: u64) {
        self.spread();
        if let Some(last) = self.durations.last_mut() {
            *last = duration;
        }
    }

    /// A value for each sample where one stood for all.
    fn spread(&mut self) {
        let count = self.len();
        if let [duration] = self.durations[..] {
            self.durations.resize(count, duration);
        }
        if let [offset] = self.composition_offsets[..] {
            self.composition_offsets.resize(count, offset);
        }
    }

    /// Decode time of the last sample, and how long it lasts.
    pub(super) fn last(&self) -> (u64, u64) {
        let last = self.durations.last().copied().unwrap_or(0);
        let before: u64 = match self.durations[..] {
            [duration] => duration.wrapping_mul(self.len() as u64 - 1),
            [ref before @ .., _] => before.iter().fold(0, |sum: u64, duration| sum.wrapping_add(*duration)),
            [] => 0,
        };
        (self.decode_time.wrapping_add(before), last)
    }

    pub(super) fn clear(&mut self) {
        self.sizes.clear();
        self.durations.clear();
        self.composition_offsets.clear();
        self.jump_lengths.clear();
        (self.sync, self.jumps) = Default::default();
    }
}
