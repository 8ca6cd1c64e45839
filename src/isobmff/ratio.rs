//! Whole numbers in proportion.

/// The greatest number that divides both; the other where one is 0.
pub(crate) fn common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// `a` to `b` in the smallest numbers.
pub(crate) fn reduced(a: u64, b: u64) -> (u64, u64) {
    let divisor = common_divisor(a, b).max(1);
    (a / divisor, b / divisor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proportions_are_reduced() {
        assert_eq!(reduced(1920, 1080), (16, 9));
        assert_eq!(reduced(7, 5), (7, 5));
        assert_eq!(reduced(0, 9), (0, 1));
        assert_eq!(reduced(0, 0), (0, 0));
        assert_eq!(reduced(u64::MAX, u64::MAX), (1, 1));
    }
}
