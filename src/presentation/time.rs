//! Moments and lengths on the presentation timeline, exact: integer ticks of a timescale, never floating point until
//! the last step of writing.

use super::Unplayable;
use crate::isobmff::LONGEST;
use std::cmp::Ordering;

/// A moment on the presentation timeline, or a length.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    pub ticks: u64,
    /// Ticks per second, never 0.
    pub timescale: u32,
}

impl Time {
    pub const ZERO: Time = Time { ticks: 0, timescale: 1 };

    /// No presentation goes on for longer.
    pub const LONGEST: Time = Time { ticks: LONGEST.as_secs(), timescale: 1 };

    pub fn new(ticks: u64, timescale: u32) -> Self {
        debug_assert!(timescale > 0);
        Time { ticks, timescale }
    }

    pub fn from_millis(milliseconds: u64) -> Self {
        Time::new(milliseconds, 1000)
    }

    /// In ticks of another timescale, rounded to the nearest.
    pub fn in_timescale(self, timescale: u32) -> u64 {
        let half = self.timescale / 2;
        // Division of 64 bits is several times as fast, and enough for hours of the finest usual timescales.
        if let Some(scaled) =
            self.ticks.checked_mul(timescale.into()).and_then(|scaled| scaled.checked_add(half.into()))
        {
            return scaled / u64::from(self.timescale);
        }
        let scaled = u128::from(self.ticks) * u128::from(timescale);
        saturate((scaled + u128::from(half)) / u128::from(self.timescale))
    }

    /// In ticks of another timescale, rounded up.
    pub fn in_timescale_up(self, timescale: u32) -> u64 {
        if let Some(scaled) = self.ticks.checked_mul(timescale.into()) {
            return scaled.div_ceil(self.timescale.into());
        }
        let scaled = u128::from(self.ticks) * u128::from(timescale);
        saturate(scaled.div_ceil(u128::from(self.timescale)))
    }

    /// Whether a presentation may go on until then.
    pub(super) fn in_bounds(self) -> Result<(), Unplayable> {
        const DAY: Time = Time { ticks: 86_400, timescale: 1 };
        if self <= Time::LONGEST { Ok(()) } else { Err(Unplayable::TooLate(self.multiples_of(DAY))) }
    }

    /// How many whole lengths of `step` it holds; `step` is longer than nothing.
    pub fn multiples_of(self, step: Time) -> u64 {
        let (ticks, step_ticks) = (u128::from(self.ticks), u128::from(step.ticks.max(1)));
        saturate(ticks * u128::from(step.timescale) / (step_ticks * u128::from(self.timescale)))
    }

    pub fn seconds(self) -> f64 {
        self.ticks as f64 / f64::from(self.timescale)
    }

    /// Rounded down.
    pub fn millis(self) -> u64 {
        saturate(u128::from(self.ticks) * 1000 / u128::from(self.timescale))
    }

    /// Rounded to the nearest.
    pub fn micros(self) -> u64 {
        self.in_timescale(1_000_000)
    }

    /// EXT-X-TARGETDURATION over segments none of which is longer (RFC 8216bis 4.4.3.1): seconds, rounded to the
    /// nearest, at least 1. EXTINF, in whole microseconds, is at most the length rounded up.
    pub fn target_duration(self) -> u32 {
        let seconds = self.in_timescale_up(1_000_000).saturating_add(500_000) / 1_000_000;
        u32::try_from(seconds).unwrap_or(u32::MAX).max(1)
    }
}

fn saturate(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

impl PartialEq for Time {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Time {}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = u128::from(self.ticks) * u128::from(other.timescale);
        left.cmp(&(u128::from(other.ticks) * u128::from(self.timescale)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_different_timescales_compare_exactly() {
        assert_eq!(Time::new(540_540, 90_000), Time::new(6006, 1000));
        assert!(Time::new(u64::MAX, 90_000) > Time::new(u64::MAX - 1, 90_000));
        assert!(Time::new(1001, 30_000) > Time::new(1, 30));
    }

    #[test]
    fn target_durations_bound_what_extinf_may_say() {
        for (ticks, timescale, seconds) in
            [(6, 1, 6), (288_768, 48_000, 6), (649, 100, 6), (65, 10, 7), (64_999_999, 10_000_000, 7), (0, 1, 1)]
        {
            assert_eq!(Time::new(ticks, timescale).target_duration(), seconds, "{ticks}/{timescale}");
        }
    }

    #[test]
    fn multiples_are_counted_exactly() {
        let step = Time::from_millis(6000);
        let counted = [5999, 6000, 11_999, 12_000].map(|millis| Time::from_millis(millis).multiples_of(step));
        assert_eq!(counted, [0, 1, 1, 2]);
        assert_eq!(Time::new(180_180, 30_000).multiples_of(Time::new(1001, 1000)), 6);
        assert_eq!(Time::new(u64::MAX, 1).multiples_of(Time::from_millis(1000)), u64::MAX);
    }

    #[test]
    fn conversion_rounds_to_the_nearest_or_up() {
        assert_eq!(Time::new(1, 3).in_timescale(1000), 333);
        assert_eq!(Time::new(2, 3).in_timescale(1000), 667);
        assert_eq!(Time::new(1, 3).in_timescale_up(1000), 334);
        assert_eq!(Time::new(3003, 90_000).in_timescale(30_000), 1001);
    }
}
