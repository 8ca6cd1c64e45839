//! Chance that is the same in every run: each player throws dice of its own, seeded with its number.

use std::time::Duration;

/// SplitMix64 (Steele, Lea, Flood 2014): enough for whims of players.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to but not including 1.
    pub(super) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `count`; 0 where there is none.
    pub(super) fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    /// `mean`, give or take half of it.
    pub(super) fn about(&mut self, mean: Duration) -> Duration {
        mean.mul_f64(0.5 + self.share())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throws_stay_in_bounds_and_differ_between_players() {
        let (mut one, mut two) = (Dice::new(1), Dice::new(2));
        let throws = |dice: &mut Dice| (0..1000).map(|_| dice.below(7)).collect::<Vec<_>>();
        let (first, second) = (throws(&mut one), throws(&mut two));
        assert_ne!(first, second);
        assert!((0..7).all(|side| first.contains(&side)) && first.iter().all(|side| *side < 7));
        assert_eq!(throws(&mut Dice::new(1)), first, "the same in every run");
        let second = Duration::from_secs(1);
        assert!((0..1000).map(|_| one.about(second)).all(|wait| wait >= second / 2 && wait < second * 3 / 2));
        assert_eq!(one.below(0), 0);
    }
}
