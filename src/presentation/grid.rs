//! The grid: where an asset's segments start.
//!
//! It is laid on the sync samples of the asset's reference track, so that every rung of a ladder made with aligned key
//! frames cuts at the same moments, and audio and text follow the picture. Each boundary is the first sync sample at or
//! after the next multiple of the target duration. The reference is the first video track of the document, shown or
//! hidden (without video: the first audio track), so that hiding a track moves no segment.

use super::{Time, Timing};
use crate::isobmff::MediaTrack;
use std::time::Duration;

/// A sync sample this little before a boundary is meant to be on it: timescales round differently.
const TOLERANCE_MILLIS: u64 = 1;

/// Less than this after the reference's end is no segment of its own, in milliseconds.
const SHORTEST_TAIL_MILLIS: u64 = 500;

/// Segment boundaries on the presentation timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// Ticks per second of the boundaries.
    timescale: u32,
    /// Start of every segment; the first is 0.
    boundaries: Vec<u64>,
    /// End of the reference track.
    end: u64,
    /// Target duration.
    target: Duration,
}

impl Grid {
    /// Lays the grid on `reference`.
    pub fn on(reference: &MediaTrack, timing: &Timing, target: Duration) -> Grid {
        let timescale = reference.timescale;
        let step = Time::from_millis(target.as_millis().max(1) as u64);
        let tolerance = Time::from_millis(TOLERANCE_MILLIS).in_timescale(timescale) as i64;
        let multiple = |k: u64| Time::new(step.ticks.saturating_mul(k), step.timescale).in_timescale(timescale) as i64;
        let (mut boundaries, mut k, mut next, mut end) = (vec![0], 1, multiple(1), 0);
        let samples = reference.samples.iter_from(timing.first_sample);
        for sample in samples.take((timing.end_sample - timing.first_sample) as usize) {
            let shown = timing.presentation_time(&sample);
            end = end.max(shown + i64::from(sample.duration));
            if sample.sync && shown + tolerance >= next {
                boundaries.push(shown as u64);
                while next <= shown + tolerance {
                    k += 1;
                    next = multiple(k);
                }
            }
        }
        Grid { timescale, boundaries, end: end.max(0) as u64, target }
    }

    /// A grid of even steps, for an asset that has only text.
    pub fn even(length: Time, target: Duration) -> Grid {
        let target_millis = target.as_millis().max(1) as u64;
        let end = length.in_timescale_up(1000);
        let boundaries = (0..end.max(1)).step_by(target_millis as usize).collect();
        Grid { timescale: 1000, boundaries, end, target }
    }

    pub fn timescale(&self) -> u32 {
        self.timescale
    }

    /// End of the reference track.
    pub fn end(&self) -> Time {
        Time::new(self.end, self.timescale)
    }

    pub fn target(&self) -> Duration {
        self.target
    }

    /// The boundaries after the first at which a track that ends at `track_end` is cut: those of the reference and,
    /// where the track goes on past it, its end and even steps from there.
    pub fn cuts(&self, track_end: Time) -> impl Iterator<Item = Time> + '_ {
        let step = Time::from_millis(self.target.as_millis() as u64).in_timescale(self.timescale).max(1);
        let last = Time::new(track_end.in_timescale(self.timescale), self.timescale).ticks;
        let tail = Time::from_millis(SHORTEST_TAIL_MILLIS).in_timescale(self.timescale);
        let past_end = (0..).map(move |k| self.end.saturating_add(step.saturating_mul(k)));
        let past_end = past_end.take_while(move |&cut| cut.saturating_add(tail) <= last);
        let timescale = self.timescale;
        self.boundaries[1..].iter().copied().chain(past_end).map(move |ticks| Time::new(ticks, timescale))
    }

    /// The boundary `cut` in ticks of `timescale`: a sync sample shown then or later starts the segment.
    pub fn threshold(cut: Time, timescale: u32) -> i64 {
        let tolerance = Time::from_millis(TOLERANCE_MILLIS).in_timescale(timescale);
        cut.in_timescale_up(timescale).saturating_sub(tolerance) as i64
    }

    /// What segment bytes depend upon, for the revision of segment URLs.
    pub fn fingerprint(&self) -> impl Iterator<Item = u64> + '_ {
        [u64::from(self.timescale), self.end, self.target.as_millis() as u64]
            .into_iter()
            .chain(self.boundaries.iter().copied())
    }
}
