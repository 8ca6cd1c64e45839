//! The timeline of one rendition: its segments, exact in its own timescale.

use super::{Grid, Time, Timing};
use crate::isobmff::MediaTrack;
use std::ops::Range;

/// One segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Earliest presentation time, in the timeline's timescale; it names the segment in URLs.
    pub time: u64,
    /// To the start of the next segment, or to the end of the last sample.
    pub duration: u64,
    /// Number of its first sample; 0 for text.
    pub first_sample: u32,
    /// 0 for text.
    pub sample_count: u32,
}

impl Segment {
    /// Numbers of its samples.
    pub fn samples(&self) -> Range<u32> {
        self.first_sample..self.first_sample + self.sample_count
    }

    /// Where it ends, in the timeline's timescale.
    pub fn end(&self) -> u64 {
        self.time + self.duration
    }
}

/// The segments of a rendition, without gap or overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// Ticks per second.
    pub timescale: u32,
    pub segments: Vec<Segment>,
    /// Some segment holds pictures that are shown before its first key frame (open GOP; SAP type 2).
    pub leading_pictures: bool,
}

/// Bytes of the `styp` box that opens every segment.
pub const SEGMENT_TYPE_SIZE: u64 = 24;

impl Timeline {
    /// A timeline without segments.
    pub fn empty() -> Timeline {
        Timeline { timescale: 1, segments: Vec::new(), leading_pictures: false }
    }

    /// Cuts a track of coded media on the grid: at the first sync sample at or after each cut.
    pub fn of_media(track: &MediaTrack, timing: &Timing, grid: &Grid) -> Timeline {
        let Some(first) = timing.next_sync(track, timing.first_sample, i64::MIN) else { return Timeline::empty() };
        let mut starts = vec![first];
        let (mut last, mut shown) = first;
        for threshold in grid.cuts(timing.end).map(|cut| Grid::threshold(cut, track.timescale)) {
            // One start stands for all cuts up to it.
            if threshold <= shown {
                continue;
            }
            let Some(next) = timing.next_sync(track, last + 1, threshold) else { break };
            starts.push(next);
            (last, shown) = next;
        }
        let ends = starts.iter().skip(1).map(|(number, _)| *number).chain([timing.end_sample]);
        let mut leading_pictures = false;
        let drafts = starts.iter().zip(ends).map(|(&(number, shown), end)| {
            let earliest = timing.earliest(track, number..end);
            leading_pictures |= earliest < shown;
            (earliest, number..end)
        });
        let segments = joined(drafts, timing.end.ticks);
        Timeline { timescale: track.timescale, segments, leading_pictures }
    }

    /// Cuts text at every boundary of the grid up to `end`. The timescale is a multiple of the grid's, so that the
    /// boundaries are exact, and fine enough that rounding a cue's time is not seen; milliseconds where a segment has
    /// more ticks of it than the duration of a sample can say.
    pub fn of_text(grid: &Grid, end: Time) -> Timeline {
        let factor = 10_000u32.div_ceil(grid.timescale()).max(1);
        let exact = Timeline::of_text_in(grid, end, grid.timescale().saturating_mul(factor));
        if exact.longest().ticks <= u64::from(u32::MAX) { exact } else { Timeline::of_text_in(grid, end, 1000) }
    }

    fn of_text_in(grid: &Grid, end: Time, timescale: u32) -> Timeline {
        let end = end.in_timescale_up(timescale);
        let mut starts: Vec<u64> = std::iter::once(0)
            .chain(grid.cuts(Time::new(end, timescale)).map(|cut| cut.in_timescale(timescale)))
            .take_while(|&start| start < end)
            .collect();
        // Cuts within a millisecond of each other are one.
        starts.dedup();
        let ends = starts.iter().skip(1).copied().chain([end]);
        let segment =
            |(&time, end): (&u64, u64)| Segment { time, duration: end - time, first_sample: 0, sample_count: 0 };
        Timeline { timescale, segments: starts.iter().zip(ends).map(segment).collect(), leading_pictures: false }
    }

    /// The segment that starts at `time`.
    pub fn at(&self, time: u64) -> Option<&Segment> {
        let place = self.segments.binary_search_by_key(&time, |segment| segment.time).ok()?;
        self.segments.get(place)
    }

    pub fn start(&self) -> Time {
        Time::new(self.segments.first().map_or(0, |first| first.time), self.timescale)
    }

    pub fn end(&self) -> Time {
        Time::new(self.segments.last().map_or(0, |last| last.time + last.duration), self.timescale)
    }

    pub fn longest(&self) -> Time {
        Time::new(self.segments.iter().map(|segment| segment.duration).max().unwrap_or(0), self.timescale)
    }
}

/// Segments of samples whose earliest is shown at a time, each up to the next. What does not advance (all of it before
/// time zero, or times that run backwards) is served with what comes before it.
fn joined(drafts: impl Iterator<Item = (i64, Range<u32>)>, end: u64) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for (earliest, samples) in drafts {
        let (time, sample_count) = (earliest.max(0) as u64, samples.len() as u32);
        match segments.last_mut() {
            Some(last) if time <= last.time => last.sample_count += sample_count,
            _ => segments.push(Segment { time, duration: 0, first_sample: samples.start, sample_count }),
        }
    }
    // A last sample without a duration still takes a tick: a segment must last (RFC 8216bis 4.4.4.1).
    let mut next = segments.last().map_or(0, |last| end.max(last.time + 1));
    for segment in segments.iter_mut().rev() {
        segment.duration = next - segment.time;
        next = segment.time;
    }
    segments.shrink_to_fit();
    segments
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Described, SIX_SECONDS, aac, media, media_from, video_with_b_frames};
    use super::*;
    use crate::isobmff::EditList;
    use crate::track::TrackType;
    use proptest::prelude::*;
    use std::time::Duration;

    fn cut(media: &MediaTrack, grid: &Grid) -> Timeline {
        Timeline::of_media(media, &Timing::new(media, Time::ZERO).unwrap(), grid)
    }

    fn grid(media: &MediaTrack, target: Duration) -> Grid {
        Grid::on(media, &Timing::new(media, Time::ZERO).unwrap(), target)
    }

    #[test]
    fn video_with_b_frames_starts_at_zero_and_is_cut_on_its_key_frames() {
        let video = video_with_b_frames(12_800, 512, 50, 900);
        let timeline = cut(&video, &grid(&video, SIX_SECONDS));
        let times: Vec<u64> = timeline.segments.iter().map(|segment| segment.time / 12_800).collect();
        assert_eq!(times, [0, 6, 12, 18, 24, 30]);
        assert!(timeline.segments.iter().all(|segment| segment.duration == 6 * 12_800));
        assert!(!timeline.leading_pictures);
    }

    #[test]
    fn primed_audio_starts_at_zero_and_follows_the_picture_within_a_frame() {
        let video = video_with_b_frames(12_800, 512, 50, 900);
        let audio = cut(&aac(1690), &grid(&video, SIX_SECONDS));
        assert_eq!(audio.segments[0].time, 0);
        for (place, segment) in audio.segments.iter().enumerate().skip(1) {
            let late = segment.time - place as u64 * 6 * 48_000;
            assert!(late < 1024, "segment {place} starts {late} ticks after the boundary");
        }
        assert_eq!(audio.end().ticks, 1689 * 1024, "all but the priming is presented");
    }

    #[test]
    fn aligned_rungs_of_different_timescales_have_equal_boundaries() {
        let one = video_with_b_frames(30_000, 1001, 60, 1800);
        let other = video_with_b_frames(90_000, 3003, 60, 1800);
        let grid = grid(&one, SIX_SECONDS);
        let starts = |timeline: Timeline| -> Vec<u64> {
            timeline.segments.iter().map(|s| Time::new(s.time, timeline.timescale).micros()).collect()
        };
        assert_eq!(starts(cut(&one, &grid)), starts(cut(&other, &grid)));
    }

    #[test]
    fn a_recording_whose_clock_starts_late_starts_at_zero() {
        let samples: Vec<Described> = (0..500).map(|place| (100, 512, 0, place % 50 == 0)).collect();
        let video = media_from(TrackType::Video, 12_800, EditList::default(), 128_000, &samples);
        let timing = Timing::new(&video, Time::new(10, 1)).unwrap();
        let grid = Grid::on(&video, &timing, SIX_SECONDS);
        let timeline = Timeline::of_media(&video, &timing, &grid);
        assert_eq!((timeline.start().ticks, timeline.end().ticks), (0, 20 * 12_800));
    }

    #[test]
    fn a_delayed_track_keeps_its_delay() {
        let samples: Vec<Described> = (0..470).map(|_| (100, 1024, 0, true)).collect();
        let audio =
            media(TrackType::Audio, 48_000, EditList { delay: 24_000, media_time: 0, duration: None }, &samples);
        let video = video_with_b_frames(12_800, 512, 50, 250);
        assert_eq!(cut(&audio, &grid(&video, SIX_SECONDS)).start().ticks, 24_000);
    }

    #[test]
    fn text_tiles_the_whole_grid_exactly() {
        let video = video_with_b_frames(30_000, 1001, 60, 900);
        let grid = grid(&video, SIX_SECONDS);
        let text = Timeline::of_text(&grid, grid.end());
        assert_eq!(text.timescale % 30_000, 0);
        let ends = text.segments.iter().map(Segment::end);
        assert!(text.segments.iter().skip(1).map(|segment| segment.time).eq(ends.take(text.segments.len() - 1)));
        assert_eq!(text.end(), grid.end());
    }

    #[test]
    fn text_samples_can_say_how_long_they_last() {
        // Nanoseconds, and one key frame at the start: a segment of an hour.
        let samples: Vec<Described> = (0..3600).map(|place| (100, 1_000_000_000, 0, place == 0)).collect();
        let video = media(TrackType::Video, 1_000_000_000, EditList::default(), &samples);
        let grid = grid(&video, SIX_SECONDS);
        let text = Timeline::of_text(&grid, grid.end());
        assert_eq!((text.timescale, text.segments.len(), text.end()), (1000, 1, grid.end()));
    }

    fn any_samples() -> impl Strategy<Value = Vec<Described>> {
        prop::collection::vec((0u32..5000, 1u32..4000, -3000i32..6000, prop::bool::weighted(0.2)), 1..400)
    }

    /// The rule as it is told: sample by sample. First samples of segments with the earliest time in each.
    fn walked(video: &MediaTrack, timing: &Timing, cuts: &[i64]) -> Vec<(u32, i64)> {
        let (mut cuts, mut starts) = (cuts.iter().peekable(), Vec::new());
        let samples = video.samples.iter_from(timing.first_sample);
        for (number, sample) in (timing.first_sample..timing.end_sample).zip(samples) {
            let shown = timing.presentation_time(&sample);
            let mut starts_here = starts.is_empty();
            while sample.sync && cuts.next_if(|cut| **cut <= shown).is_some() {
                starts_here = true;
            }
            match starts.last_mut() {
                Some((_, earliest)) if !starts_here => *earliest = shown.min(*earliest),
                _ => starts.push((number, shown)),
            }
        }
        // What does not advance goes with what comes before it.
        starts.dedup_by(|one, before| one.1.max(0) <= before.1.max(0));
        starts
    }

    proptest! {
        #[test]
        fn cuts_are_those_that_a_walk_finds(
            samples in any_samples(),
            timescale in prop::sample::select(vec![600u32, 12_800, 48_000]),
            (delay, media_time) in (0u64..5000, 0u64..9000),
            target in 1u64..8,
        ) {
            let edits = EditList { delay, media_time, duration: None };
            let video = media(TrackType::Video, timescale, edits, &samples);
            prop_assume!(Timing::new(&video, Time::ZERO).is_ok());
            let timing = Timing::new(&video, Time::ZERO).unwrap();
            let grid = grid(&video, Duration::from_secs(target));
            let cuts: Vec<i64> = grid.cuts(timing.end).map(|cut| Grid::threshold(cut, timescale)).collect();
            let found = cut(&video, &grid).segments.into_iter().map(|s| (s.first_sample, s.time as i64));
            let walked = walked(&video, &timing, &cuts).into_iter().map(|(number, time)| (number, time.max(0)));
            prop_assert_eq!(found.collect::<Vec<_>>(), walked.collect::<Vec<_>>());
        }

        /// Whatever the samples: no gap, no overlap, every sample in one segment, times that only grow.
        #[test]
        fn segments_tile_the_track(
            samples in any_samples(),
            timescale in prop::sample::select(vec![600u32, 1000, 12_800, 30_000, 48_000]),
            (delay, media_time) in (0u64..5000, 0u64..9000),
            target in 1u64..8,
        ) {
            let edits = EditList { delay, media_time, duration: None };
            let video = media(TrackType::Video, timescale, edits, &samples);
            prop_assume!(Timing::new(&video, Time::ZERO).is_ok());
            let timing = Timing::new(&video, Time::ZERO).unwrap();
            let timeline = cut(&video, &grid(&video, Duration::from_secs(target)));
            prop_assert!(!timeline.segments.is_empty());
            let mut number = timing.first_sample;
            for pair in timeline.segments.windows(2) {
                prop_assert_eq!(pair[0].end(), pair[1].time);
            }
            for segment in &timeline.segments {
                prop_assert_eq!(segment.first_sample, number);
                prop_assert!(segment.duration > 0);
                prop_assert!(segment.sample_count > 0);
                prop_assert!(video.samples.get(number).unwrap().sync, "a segment starts with a sync sample");
                number += segment.sample_count;
            }
            prop_assert_eq!(number, timing.end_sample);
        }
    }
}
