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
    fn a_stream_shorter_than_half_a_target_still_has_a_peak() {
        let rate = measure(&[(1000, 10)]);
        assert_eq!((rate.peak, rate.average, rate.bandwidth), (8000, 8000, 8000));
    }
}
