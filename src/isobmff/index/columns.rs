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

    /// Those that are 1, of zeros and ones.
    fn of(flags: &[u8; BLOCK]) -> Flags {
        // Eight at a time: the product has the lowest bit of each byte in its highest byte.
        const GATHER: u64 = 0x0102_0408_1020_4080;
        let mut words = [0; BLOCK / 64];
        for (word, flags) in words.iter_mut().zip(flags.as_chunks::<64>().0) {
            let bytes = flags.as_chunks::<8>().0.iter().rev();
            *word = bytes.fold(0, |word, eight| word << 8 | u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56);
        }
        Flags(words)
    }

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
        self.place_one(number, sample.offset, sample.size);
        self.sizes.push(sample.size);
        self.durations.push(u64::from(sample.duration));
        self.composition_offsets.push(sample.composition_offset);
        if sample.sync {
            self.sync.set(number);
        }
    }

    /// Places the samples, whose sizes are known. They lie in chunks: `firsts` is the first sample of each and, at its end,
    /// the number of samples, `offsets` where each lies. Gives where the last of them ends, and where the farthest.
    pub(in crate::isobmff) fn place(&mut self, firsts: &[u32], offsets: &[u64]) -> (u64, u64) {
        // Bytes of all samples before each.
        let mut before = [0u64; BLOCK + 1];
        let mut sum = 0;
        for (before, size) in before[1..].iter_mut().zip(&self.sizes) {
            sum += u64::from(*size);
            *before = sum;
        }
        self.offset = offsets.first().copied().unwrap_or(0);
        self.jump_lengths.resize(offsets.len(), 0);
        // Without a branch, as chunks that follow one another come as they please.
        let (mut is_jump, mut jumps) = ([0u8; BLOCK], 0);
        let (mut end, mut farthest, mut placed) = (self.offset, 0, 0);
        for ((first, next), offset) in firsts.iter().zip(firsts.iter().skip(1)).zip(offsets) {
            let length = offset.wrapping_sub(end) as i64;
            let jumped = length != 0;
            self.jump_lengths[jumps] = length;
            is_jump[*first as usize % BLOCK] = u8::from(jumped);
            jumps += usize::from(jumped);
            let before_next = before[(*next as usize).min(BLOCK)];
            end = offset.saturating_add(before_next - placed);
            placed = before_next;
            farthest = end.max(farthest);
        }
        self.jump_lengths.truncate(jumps);
        (self.jumps, self.end) = (Flags::of(&is_jump), end);
        (end, farthest)
    }

    /// Places sample `number`, of `size` bytes.
    fn place_one(&mut self, number: usize, offset: u64, size: u32) {
        if number == 0 {
            self.offset = offset;
        } else if offset != self.end {
            self.jumps.set(number);
            self.jump_lengths.push(offset.wrapping_sub(self.end) as i64);
        }
        self.end = offset.wrapping_add(u64::from(size));
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
