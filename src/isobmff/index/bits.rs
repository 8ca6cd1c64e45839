//! Numbers of a few bits each, one after another.

/// Bits, written from the low end of each word.
#[derive(Debug, Default)]
pub(super) struct BitSink {
    /// Full words.
    words: Vec<u64>,
    /// The word being filled, and how much of it is.
    partial: u64,
    used: u32,
}

impl BitSink {
    /// Goes on at the start of a word, and gives its number.
    pub(super) fn align(&mut self) -> usize {
        if self.used > 0 {
            self.words.push(self.partial);
            (self.partial, self.used) = (0, 0);
        }
        self.words.len()
    }

    /// Makes room for what is known to come.
    pub(super) fn reserve(&mut self, words: usize) {
        self.words.reserve(words);
    }

    /// Writes the low `width` bits, at most 64, of `value`, which has no others.
    pub(super) fn put(&mut self, value: u64, width: u8) {
        self.partial |= value << self.used;
        let after = self.used + u32::from(width);
        if after < 64 {
            self.used = after;
            return;
        }
        self.words.push(self.partial);
        self.partial = value.checked_shr(64 - self.used).unwrap_or(0);
        self.used = after - 64;
    }

    /// Writes the low `width` bits, at most 32, of each of `values`: small ones four at a time.
    pub(super) fn put_all(&mut self, values: &[u32], width: u8) {
        match width {
            0 => {}
            1..=16 => self.put_groups::<4>(values, width),
            17..=32 => self.put_groups::<2>(values, width),
            _ => values.iter().for_each(|value| self.put(u64::from(*value), width)),
        }
    }

    fn put_groups<const N: usize>(&mut self, values: &[u32], width: u8) {
        let (groups, rest) = values.as_chunks::<N>();
        let (start, together) = (self.words.len(), u32::from(width) * N as u32);
        // One word too many, as each is written while it is being filled: without a branch, which would follow no pattern.
        self.words.resize(start + (groups.len() * together as usize).div_ceil(64) + 1, 0);
        let (mut partial, mut used, mut full) = (self.partial, self.used, 0);
        for group in groups {
            let value = group.iter().rev().fold(0, |word, value| word << width | u64::from(*value));
            partial |= value << used;
            self.words[start + full] = partial;
            let after = used + together;
            if after >= 64 {
                // Shifted in two steps, as 64 at once would be none.
                partial = (value >> 1) >> (63 - used);
                full += 1;
            }
            used = after % 64;
        }
        self.words.truncate(start + full);
        (self.partial, self.used) = (partial, used);
        rest.iter().for_each(|value| self.put(u64::from(*value), width));
    }

    pub(super) fn finish(mut self) -> Vec<u64> {
        self.align();
        self.words.shrink_to_fit();
        self.words
    }
}

/// Reads 1 to 64 bits.
pub(super) fn read(words: &[u64], bit: u64, width: u8) -> u64 {
    let (word, used) = ((bit / 64) as usize, (bit % 64) as u32);
    let at = |word: usize| words.get(word).copied().unwrap_or(0);
    let mut value = at(word) >> used;
    if used + u32::from(width) > 64 {
        value |= at(word + 1) << (64 - used);
    }
    value & (u64::MAX >> (64 - u32::from(width)))
}

/// How many of `count` bits are set.
pub(super) fn count_ones(words: &[u64], mut bit: u64, mut count: u64) -> u64 {
    let mut ones = 0;
    while count > 0 {
        let width = count.min(64);
        ones += u64::from(read(words, bit, width as u8).count_ones());
        bit += width;
        count -= width;
    }
    ones
}

/// The first of the bits `from..end` that is set, counted from `start`.
pub(super) fn next_one(words: &[u64], start: u64, mut from: u64, end: u64) -> Option<u64> {
    while from < end {
        let width = (end - from).min(64);
        match read(words, start + from, width as u8).trailing_zeros() {
            64 => from += width,
            zeros => return Some(from + u64::from(zeros)),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn many_at_a_time_are_one_after_another(width in 1u8..=32, values: Vec<u32>, before in 0u8..64) {
            let values: Vec<u32> = values.into_iter().map(|value| value >> (32 - width)).collect();
            let (mut one, mut many) = (BitSink::default(), BitSink::default());
            for sink in [&mut one, &mut many] {
                sink.put(0, before);
            }
            values.iter().for_each(|value| one.put(u64::from(*value), width));
            many.put_all(&values, width);
            prop_assert_eq!(one.finish(), many.finish());
        }

        #[test]
        fn ones_are_found_and_counted(words in prop::collection::vec(any::<u64>(), 1..4), start in 0u64..40, from in 0u64..100, count in 0u64..150) {
            let set: Vec<u64> = (from..from + count).filter(|bit| read(&words, start + bit, 1) == 1).collect();
            prop_assert_eq!(count_ones(&words, start + from, count), set.len() as u64);
            prop_assert_eq!(next_one(&words, start, from, from + count), set.first().copied());
        }
    }
}
