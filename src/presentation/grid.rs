//! The grid: where an asset's segments start.
//!
//! It is laid on the sync samples of the asset's reference track, so that every rung of a ladder made with aligned key
//! frames cuts at the same moments, and audio and text follow the picture. Each boundary is the first sync sample at or
//! after the next multiple of the target duration. The reference is the first video track of the document, shown or
//! hidden (without video: the first audio track), so that hiding a track moves no segment.

use super::kept::Kept;
use super::{Time, Timeline, Timing};
use crate::isobmff::MediaTrack;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;

/// A sync sample this little before a boundary is meant to be on it: timescales round differently.
const TOLERANCE_MILLIS: u64 = 1;

/// Less than this after the reference's end is no segment of its own, in milliseconds.
const SHORTEST_TAIL_MILLIS: u64 = 500;

/// More even steps than this, a week of six seconds each, are made fewer and longer: text may end a month after all else.
pub(super) const MOST_STEPS: u64 = 100_000;

/// Segment boundaries on the presentation timeline.
#[derive(Debug)]
pub struct Grid {
    /// Ticks per second of the boundaries.
    timescale: u32,
    /// Start of every segment; the first is 0.
    boundaries: Vec<u64>,
    /// End of the reference track.
    end: u64,
    /// Target duration.
    target: Duration,
    fingerprint: [u8; 32],
    /// By where text and the presentation end.
    text: Kept<(Time, Time), Arc<Timeline>>,
}

impl Grid {
    /// Lays the grid on `reference`.
    pub fn on(reference: &MediaTrack, timing: &Timing, target: Duration) -> Grid {
        let timescale = reference.timescale;
        let step = Time::from_millis(target.as_millis() as u64);
        let tolerance = Time::from_millis(TOLERANCE_MILLIS).in_timescale(timescale) as i64;
        let (mut boundaries, mut reached, mut from) = (vec![0], 0u64, timing.first_sample);
        let next = |from, reached: u64| {
            let due = Time::new(step.ticks.saturating_mul(reached.saturating_add(1)), step.timescale);
            timing.next_sync(reference, from, Grid::threshold(due, timescale))
        };
        while let Some((number, shown)) = next(from, reached) {
            boundaries.push(shown.max(0) as u64);
            reached = Time::new((shown + tolerance).max(0) as u64, timescale).multiples_of(step);
            from = number + 1;
        }
        let last = boundaries.last().copied().unwrap_or(0);
        Grid::of(timescale, boundaries, timing.end.ticks.max(last), target)
    }

    /// A grid of even steps, for an asset that has only text.
    pub fn even(length: Time, target: Duration) -> Grid {
        let end = length.in_timescale_up(1000);
        let step = (target.as_millis() as u64).max(end.div_ceil(MOST_STEPS)).max(1);
        let boundaries = (0..end.max(1)).step_by(step as usize).collect();
        Grid::of(1000, boundaries, end, target)
    }

    fn of(timescale: u32, boundaries: Vec<u64>, end: u64, target: Duration) -> Grid {
        let mut hash = Sha256::new();
        for value in [u64::from(timescale), end, target.as_millis() as u64].iter().chain(&boundaries) {
            hash.update(value.to_be_bytes());
        }
        let fingerprint = hash.finalize().into();
        Grid { timescale, boundaries, end, target, fingerprint, text: Kept::default() }
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
        let last = track_end.in_timescale(self.timescale);
        let target = Time::from_millis(self.target.as_millis() as u64).in_timescale(self.timescale);
        let step = target.max(last.saturating_sub(self.end).div_ceil(MOST_STEPS)).max(1);
        let tail = Time::from_millis(SHORTEST_TAIL_MILLIS).in_timescale(self.timescale);
        let past_end = (0..).map(move |k| self.end.saturating_add(step.saturating_mul(k)));
        let past_end = past_end.take_while(move |&cut| cut.saturating_add(tail) <= last);
        let timescale = self.timescale;
        self.boundaries[1..].iter().copied().chain(past_end).map(move |ticks| Time::new(ticks, timescale))
    }

    /// The boundary `cut` in ticks of `timescale`: a sync sample shown then or later starts the segment.
    pub fn threshold(cut: Time, timescale: u32) -> i64 {
        let tolerance = Time::from_millis(TOLERANCE_MILLIS).in_timescale(timescale);
        i64::try_from(cut.in_timescale_up(timescale).saturating_sub(tolerance)).unwrap_or(i64::MAX)
    }

    /// What segment bytes depend upon, for the revision of segment URLs.
    pub fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// The segments of all text: up to `text_end`, those that start before the presentation ends.
    pub(super) fn text_timeline(&self, text_end: Time, duration: Time) -> Arc<Timeline> {
        self.text.of((text_end, duration), || {
            let mut timeline = Timeline::of_text(self, text_end);
            let end = duration.in_timescale_up(timeline.timescale);
            timeline.segments.retain(|segment| segment.time < end);
            Arc::new(timeline)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Timing;
    use super::super::testing::{SIX_SECONDS, aac, media, seconds, video_with_b_frames};
    use super::*;
    use crate::isobmff::EditList;
    use crate::track::TrackType;

    fn grid(media: &MediaTrack) -> Grid {
        Grid::on(media, &Timing::new(media, Time::ZERO).unwrap(), SIX_SECONDS)
    }

    #[test]
    fn boundaries_are_the_first_key_frames_at_or_after_multiples_of_the_target() {
        // 25 fps, a key frame every 2.4 s: 7.2 is the first after 6, 12 is on a multiple, 19.2 the first after 18.
        let media = video_with_b_frames(12_800, 512, 60, 25 * 20);
        assert_eq!(seconds(&grid(&media), 20_000), [7.2, 12.0, 19.2]);
    }

    #[test]
    fn rounding_of_timescales_moves_no_boundary() {
        // 29.97 fps in a timescale of 1,000: frames last 33 ticks, the key frame of second 6 lies at 5.94 and 7.92.
        let media = video_with_b_frames(1000, 33, 60, 600);
        assert_eq!(seconds(&grid(&media), 19_800), [7.92, 13.86]);
        // 30 fps in milliseconds, rounded up: a key frame 1 ms before the multiple is meant to be on it.
        let media = video_with_b_frames(90_000, 2997, 60, 600);
        assert!((seconds(&grid(&media), 19_000)[0] - 7.992).abs() < 1e-9);
    }

    #[test]
    fn audio_alone_is_cut_at_its_first_frame_after_each_multiple() {
        let cuts = seconds(&grid(&aac(1000)), 21_000);
        assert_eq!(cuts.len(), 3);
        assert!(cuts.iter().zip([6.0, 12.0, 18.0]).all(|(cut, due)| (0.0..0.0214).contains(&(cut - due))), "{cuts:?}");
    }

    #[test]
    fn a_track_that_goes_on_past_the_reference_is_cut_in_even_steps() {
        let media = video_with_b_frames(12_800, 512, 50, 250);
        assert_eq!(seconds(&grid(&media), 10_300), [6.0], "a tail under half a second is no segment");
        assert_eq!(seconds(&grid(&media), 25_000), [6.0, 10.0, 16.0, 22.0]);
    }

    #[test]
    fn one_boundary_stands_for_all_multiples_in_a_gap() {
        let days = 20 * 86_400;
        let samples = [(100, 2, 0, true), (100, days, 0, true), (100, 1, 0, true), (100, 1, 0, true)];
        let media = media(TrackType::Video, 1, EditList::default(), &samples);
        assert_eq!(grid(&media).boundaries, [0, 2 + u64::from(days)]);
    }

    #[test]
    fn even_steps_grow_longer_where_they_would_be_too_many() {
        let year = Time::new(365 * 86_400, 1);
        let even = Grid::even(year, SIX_SECONDS);
        assert!((MOST_STEPS / 2..=MOST_STEPS + 1).contains(&(even.boundaries.len() as u64)));
        let past_the_end = grid(&aac(1000)).cuts(year).count() as u64;
        assert!((MOST_STEPS / 2..=MOST_STEPS + 4).contains(&past_the_end), "{past_the_end}");
    }
}
