//! A histogram of durations that many players fill at once: 32 buckets for each power of two of nanoseconds, so every
//! value is known to 3 %.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Values below are their own bucket.
const LINEAR: u64 = 64;
/// Buckets for each power of two, as a power of two.
const STEP_BITS: u32 = 5;
const STEPS: usize = 1 << STEP_BITS;
const BUCKETS: usize = LINEAR as usize + (64 - LINEAR.ilog2() as usize) * STEPS;

/// Counts of durations.
#[derive(Debug)]
pub struct Histogram {
    counts: Box<[AtomicU64]>,
    longest: AtomicU64,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram { counts: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect(), longest: AtomicU64::new(0) }
    }
}

impl Histogram {
    pub fn record(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        if let Some(count) = self.counts.get(bucket(nanos)) {
            count.fetch_add(1, Relaxed);
        }
        self.longest.fetch_max(nanos, Relaxed);
    }

    /// How many durations were recorded.
    pub fn count(&self) -> u64 {
        self.counts.iter().map(|count| count.load(Relaxed)).sum()
    }

    /// The duration that `share` (0 to 1) of all do not exceed; zero where there are none.
    pub fn quantile(&self, share: f64) -> Duration {
        let rank = ((self.count() as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (place, count) in self.counts.iter().enumerate() {
            seen += count.load(Relaxed);
            if seen >= rank {
                return Duration::from_nanos(middle(place)).min(self.max());
            }
        }
        self.max()
    }

    pub fn max(&self) -> Duration {
        Duration::from_nanos(self.longest.load(Relaxed))
    }
}

/// The bucket of a value.
fn bucket(value: u64) -> usize {
    if value < LINEAR {
        return value as usize;
    }
    let power = value.ilog2();
    let step = (value >> (power - STEP_BITS)) as usize & (STEPS - 1);
    LINEAR as usize + (power - LINEAR.ilog2()) as usize * STEPS + step
}

/// The value in the middle of a bucket.
fn middle(place: usize) -> u64 {
    let Some(above) = place.checked_sub(LINEAR as usize) else { return place as u64 };
    let power = (above / STEPS) as u32 + LINEAR.ilog2();
    let width = 1_u64 << (power - STEP_BITS);
    (1_u64 << power) + (above % STEPS) as u64 * width + width / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantiles_of_a_thousand_milliseconds() {
        let histogram = Histogram::default();
        assert_eq!((histogram.quantile(0.5), histogram.count()), (Duration::ZERO, 0));
        (1..=1000).for_each(|milliseconds| histogram.record(Duration::from_millis(milliseconds)));
        for (share, milliseconds) in [(0.5, 500.0), (0.9, 900.0), (0.99, 990.0), (0.0, 1.0)] {
            let found = histogram.quantile(share).as_secs_f64() * 1000.0;
            assert!((found / milliseconds - 1.0).abs() < 0.032, "{share}: {found}");
        }
        assert_eq!((histogram.max(), histogram.count()), (Duration::from_secs(1), 1000));
        assert!(histogram.quantile(1.0) <= histogram.max());
    }

    proptest! {
        #[test]
        fn a_value_is_near_the_middle_of_its_bucket(value: u64) {
            let place = bucket(value);
            prop_assert!(place < BUCKETS);
            prop_assert!(middle(place).abs_diff(value) <= value / 32);
        }

        #[test]
        fn larger_values_lie_in_later_buckets(one: u64, other: u64) {
            prop_assert!(bucket(one.min(other)) <= bucket(one.max(other)));
        }
    }
}
