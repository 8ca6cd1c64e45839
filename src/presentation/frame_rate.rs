//! The frame rate of a video track, as the exact fraction that its makers meant.

use super::Timing;
use crate::isobmff::{MediaTrack, reduced};

/// Frames per second as a reduced fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameRate {
    pub frames: u32,
    pub seconds: u32,
}

/// A measured rate this near to n/1 or n·1000/1001 is that rate.
const SNAP: f64 = 0.0005;

impl FrameRate {
    /// From the sample durations.
    pub fn of(track: &MediaTrack, timing: &Timing) -> Option<FrameRate> {
        let exact = track.samples.constant_duration().filter(|&duration| duration > 0);
        let rate = match exact {
            Some(duration) => f64::from(track.timescale) / f64::from(duration),
            None => measured(track, timing)?,
        };
        if let Some(snapped) = snap(rate) {
            return Some(snapped);
        }
        match exact {
            Some(duration) => Some(exactly(u64::from(track.timescale), u64::from(duration))),
            None => Some(exactly((rate * 1000.0).round() as u64, 1000)),
        }
    }

    pub fn per_second(self) -> f64 {
        f64::from(self.frames) / f64::from(self.seconds)
    }
}

/// DASH `@frameRate` (ISO/IEC 23009-1 5.3.7.2): a whole number or a fraction.
impl std::fmt::Display for FrameRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.seconds {
            1 => write!(f, "{}", self.frames),
            seconds => write!(f, "{}/{seconds}", self.frames),
        }
    }
}

fn measured(track: &MediaTrack, timing: &Timing) -> Option<f64> {
    let first = track.samples.get(timing.first_sample)?;
    let last = track.samples.get(timing.end_sample.checked_sub(1)?)?;
    let ticks = last.decode_time + u64::from(last.duration) - first.decode_time;
    let frames = f64::from(timing.end_sample - timing.first_sample);
    (ticks > 0).then(|| frames * f64::from(track.timescale) / ticks as f64)
}

fn snap(rate: f64) -> Option<FrameRate> {
    let near = |value: f64| (rate / value - 1.0).abs() < SNAP;
    let whole = rate.round();
    if !(1.0..=10_000.0).contains(&whole) {
        return None;
    }
    // 24000/1001 is nearer to 23.976 than 24 is, by twice the tolerance: the order of the tests does not matter.
    if near(whole) {
        return Some(FrameRate { frames: whole as u32, seconds: 1 });
    }
    let whole = (rate * 1.001).round();
    near(whole / 1.001).then_some(FrameRate { frames: whole as u32 * 1000, seconds: 1001 })
}

fn exactly(frames: u64, seconds: u64) -> FrameRate {
    let (frames, seconds) = reduced(frames.max(1), seconds.max(1));
    FrameRate { frames: frames as u32, seconds: seconds as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_snap_to_what_was_meant() {
        let shown = |rate: f64| snap(rate).map(|rate| rate.to_string());
        assert_eq!(shown(25.0).as_deref(), Some("25"));
        assert_eq!(shown(23.976).as_deref(), Some("24000/1001"));
        assert_eq!(shown(29.97).as_deref(), Some("30000/1001"));
        assert_eq!(shown(59.9401).as_deref(), Some("60000/1001"));
        assert_eq!(shown(12.5), None);
        assert_eq!(exactly(12_500, 1000).to_string(), "25/2");
    }
}
