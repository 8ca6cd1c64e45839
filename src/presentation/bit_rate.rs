//! Bit rates of a rendition, measured over its segments, container included.

use super::Time;

/// Bits per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BitRate {
    /// HLS peak segment bit rate (RFC 8216bis 4.1): the largest over every run of contiguous segments that lasts
    /// 0.5 to 1.5 target durations.
    pub peak: u64,
    /// Over the whole rendition.
    pub average: u64,
    /// DASH `@bandwidth` (ISO/IEC 23009-1 5.3.5.2): at this rate, with `minBufferTime` of data in hand, play never stops.
    pub bandwidth: u64,
}

/// The bit rates of a rendition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rates {
    pub segments: BitRate,
    /// Of the key frames alone; 0 where they are not addressed.
    pub iframes: BitRate,
}

impl BitRate {
    /// `parts` are the bytes and the length of each segment (or key frame, for an I-frame playlist); `target` is the
    /// playlists' target duration and `buffer` the `minBufferTime`, both in seconds.
    pub fn measure(parts: impl Iterator<Item = (u64, Time)>, target: u32, buffer: f64) -> BitRate {
        let segments: Vec<(f64, f64)> = parts.map(|(bytes, length)| (bytes as f64 * 8.0, length.seconds())).collect();
        let (bits, seconds) = segments.iter().fold((0.0, 0.0), |sum, segment| (sum.0 + segment.0, sum.1 + segment.1));
        let average = if seconds > 0.0 { bits / seconds } else { 0.0 };
        BitRate {
            peak: peak(&segments, f64::from(target)).max(average).ceil() as u64,
            average: average.ceil() as u64,
            bandwidth: sufficient(&segments, buffer).max(average).ceil() as u64,
        }
    }
}

fn peak(segments: &[(f64, f64)], target: f64) -> f64 {
    let segments = coarse(segments, target / 200.0);
    let mut peak: f64 = 0.0;
    for start in 0..segments.len() {
        let (mut bits, mut seconds) = (0.0, 0.0);
        for segment in &segments[start..] {
            bits += segment.0;
            seconds += segment.1;
            if seconds > 1.5 * target {
                break;
            }
            if seconds >= 0.5 * target {
                peak = peak.max(bits / seconds);
            }
        }
    }
    peak
}

/// Joins neighbours until each lasts `shortest`, so that a run has only so many however short they are; what is left over
/// at the end stands for itself.
fn coarse(segments: &[(f64, f64)], shortest: f64) -> Vec<(f64, f64)> {
    let mut joined: Vec<(f64, f64)> = Vec::with_capacity(segments.len());
    for &(bits, seconds) in segments {
        match joined.last_mut() {
            Some(last) if last.1 < shortest => *last = (last.0 + bits, last.1 + seconds),
            _ => joined.push((bits, seconds)),
        }
    }
    joined
}

/// Each segment arrives while it would play; one shorter than the buffer may take the buffer's time.
fn sufficient(segments: &[(f64, f64)], buffer: f64) -> f64 {
    let long_enough = |seconds: f64| if seconds < 0.5 { buffer.max(seconds) } else { seconds };
    segments.iter().map(|&(bits, seconds)| bits / long_enough(seconds).max(0.001)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(parts: &[(u64, u64)]) -> BitRate {
        BitRate::measure(parts.iter().map(|&(bytes, tenths)| (bytes, Time::new(tenths, 10))), 6, 6.0)
    }

    #[test]
    fn the_peak_is_over_runs_near_the_target_duration() {
        // 6 s, 6 s, 0.5 s: the short last one alone is no run, 6.5 s together are.
        let rate = measure(&[(6000, 60), (9000, 60), (3000, 5)]);
        assert_eq!(rate.peak, 14_770, "12,000 bytes in 6.5 s, rounded up");
        assert_eq!(rate.average, 11_520);
    }

    #[test]
    fn a_hundred_thousand_short_parts_are_measured_in_a_moment() {
        // Five minutes of a key frame every 3 ms, with twice the bytes in the middle ten seconds, and one that stands long.
        let bytes = |place: u64| if (50_000..53_334).contains(&place) { 600 } else { 300 };
        let parts = (0..100_000).map(|place| (bytes(place), Time::new(3, 1000))).chain([(300, Time::new(3600, 1))]);
        let begin = std::time::Instant::now();
        let rate = BitRate::measure(parts.clone(), 3600, 6.0);
        assert_eq!(rate.average, ((100_001 + 3334) * 300 * 8u64).div_ceil(3900), "all of it");
        let rate = BitRate::measure(parts, 10, 6.0);
        assert!((1_590_000..=1_600_000).contains(&rate.peak), "{}", rate.peak);
        assert!(begin.elapsed().as_secs() < 5, "{:?}", begin.elapsed());
    }

    #[test]
    fn a_stream_shorter_than_half_a_target_still_has_a_peak() {
        let rate = measure(&[(1000, 10)]);
        assert_eq!((rate.peak, rate.average, rate.bandwidth), (8000, 8000, 8000));
    }
}
