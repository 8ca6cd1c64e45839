//! Bit fields and Exp-Golomb codes of codec configuration; nothing is read past the end.

/// Reads bits from the high end of each byte.
#[derive(Debug, Clone)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// In bits.
    position: usize,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Bits { bytes, position: 0 }
    }

    /// Bits not read yet.
    pub(super) fn left(&self) -> usize {
        self.bytes.len() * 8 - self.position
    }

    /// The next `count` bits, at most 32; `None` where fewer are left.
    pub(super) fn read(&mut self, count: usize) -> Option<u32> {
        if count > 32 || count > self.left() {
            return None;
        }
        let mut value = 0u64;
        for byte in &self.bytes[self.position / 8..(self.position + count).div_ceil(8)] {
            value = value << 8 | u64::from(*byte);
        }
        let unused = (8 - (self.position + count) % 8) % 8;
        self.position += count;
        Some((value >> unused & ((1 << count) - 1)) as u32)
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        self.read(1).map(|bit| bit == 1)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.read(8).map(|byte| byte as u8)
    }

    pub(super) fn skip(&mut self, count: usize) -> Option<()> {
        (count <= self.left()).then(|| self.position += count)
    }

    pub(super) fn align(&mut self) {
        self.position = self.position.next_multiple_of(8);
    }

    /// An unsigned Exp-Golomb code of at most 32 bits of value (ITU-T H.264 9.1).
    pub(super) fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.read(zeros)?)
    }

    /// A signed Exp-Golomb code (ITU-T H.264 9.1.1).
    pub(super) fn se(&mut self) -> Option<i32> {
        let code = i64::from(self.ue()?);
        let value = if code % 2 == 1 { (code + 1) / 2 } else { -(code / 2) };
        i32::try_from(value).ok()
    }
}

/// A NAL unit without its emulation prevention bytes (ITU-T H.264 7.4.1, H.265 7.4.2).
pub(super) fn unescape(nal: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(nal.len());
    let mut zeros = 0;
    for byte in nal {
        if zeros >= 2 && *byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
        plain.push(*byte);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_cross_bytes_and_stop_at_the_end() {
        let mut bits = Bits::new(&[0b1010_0101, 0xff, 0x80, 0, 1]);
        assert_eq!((bits.read(3), bits.read(7), bits.flag()), (Some(0b101), Some(0b0010111), Some(true)));
        assert_eq!(bits.left(), 29);
        assert_eq!(bits.read(30), None);
        assert_eq!((bits.read(0), bits.left()), (Some(0), 29), "a failed read takes nothing");
        bits.align();
        assert_eq!((bits.read(24), bits.flag()), (Some(0x800001), None));
        assert_eq!(Bits::new(&[0xff; 5]).read(32), Some(u32::MAX));
    }

    #[test]
    fn exp_golomb_codes_follow_table_9_2() {
        // 1, 010, 011, 00100, 00101
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_0010, 0b1000_0000]);
        let codes: Vec<_> = (0..5).map(|_| bits.ue()).collect();
        assert_eq!(codes, [Some(0), Some(1), Some(2), Some(3), Some(4)]);
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_0010, 0b1000_0000]);
        let codes: Vec<_> = (0..5).map(|_| bits.se()).collect();
        assert_eq!(codes, [Some(0), Some(1), Some(-1), Some(2), Some(-2)]);
        assert_eq!(Bits::new(&[0; 64]).ue(), None, "a code that never ends");
    }

    #[test]
    fn emulation_prevention_is_undone() {
        assert_eq!(unescape(&[0, 0, 3, 1, 0, 0, 3, 0, 0, 3, 3, 0, 3]), [0, 0, 1, 0, 0, 0, 0, 3, 0, 3]);
    }

    proptest! {
        #[test]
        fn reads_agree_with_single_bits(bytes in proptest::collection::vec(any::<u8>(), 0..16), at in 0..64usize, count in 0..33usize) {
            let (mut whole, mut single) = (Bits::new(&bytes), Bits::new(&bytes));
            if whole.skip(at).is_some() && single.skip(at).is_some() {
                let one_by_one = (0..count).try_fold(0u64, |value, _| Some(value << 1 | u64::from(single.read(1)?)));
                prop_assert_eq!(whole.read(count).map(u64::from), one_by_one);
            }
        }
    }
}
