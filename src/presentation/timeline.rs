//! The timeline of one rendition: its segments, exact in its own timescale.

use super::{Grid, Time, Timing, fragments};
use crate::isobmff::{FragmentShape, MediaTrack, SampleDefaults};

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
    /// Bytes of the segment as it is sent; 0 for text, which is measured when it is made.
    pub bytes: u64,
}

impl Segment {
    /// Numbers of its samples.
    pub fn samples(&self) -> std::ops::Range<u32> {
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

/// Stands for the bytes of a segment that was joined of several, which may have fewer fragments than they: it is
/// measured anew.
const JOINED: u64 = 0;

/// Bytes of the `styp` box that opens every segment.
pub const SEGMENT_TYPE_SIZE: u64 = 24;

impl Timeline {
    /// A timeline without segments.
    pub fn empty() -> Timeline {
        Timeline { timescale: 1, segments: Vec::new(), leading_pictures: false }
    }

    /// Cuts a track of coded media on the grid.
    pub fn of_media(track: &MediaTrack, timing: &Timing, defaults: &SampleDefaults, grid: &Grid) -> Timeline {
        let end = timing.end(track);
        let mut cuts = grid.cuts(end);
        let mut next_threshold = || cuts.next().map(|cut| Grid::threshold(cut, track.timescale));
        let mut threshold = next_threshold();
        let mut open = Draft::default();
        let mut drafts: Vec<Draft> = Vec::new();
        let samples = track.samples.iter_from(timing.first_sample);
        for (number, sample) in (timing.first_sample..timing.end_sample).zip(samples) {
            let shown = timing.presentation_time(&sample);
            let mut starts = false;
            while sample.sync && threshold.is_some_and(|threshold| shown >= threshold) {
                starts = true;
                threshold = next_threshold();
            }
            if open.samples == 0 {
                open = Draft::starting(number, shown);
            } else if starts {
                drafts.push(open.closed(defaults));
                open = Draft::starting(number, shown);
            } else if sample.sync && !defaults.all_sync {
                open.close_fragment(defaults);
            }
            open.samples += 1;
            open.earliest = open.earliest.min(shown);
            open.fragment.add(&sample, defaults);
        }
        drafts.push(open.closed(defaults));
        let leading_pictures = drafts.iter().any(|draft| draft.earliest < draft.first_shown);
        let mut segments = joined(drafts, end.ticks);
        for segment in segments.iter_mut().filter(|segment| segment.bytes == JOINED) {
            let fragments = fragments(track, defaults, segment.samples());
            let size: u64 = fragments.iter().map(|fragment| fragment.shape.total_size(defaults)).sum();
            segment.bytes = SEGMENT_TYPE_SIZE + size;
        }
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
        let segment = |(&time, end): (&u64, u64)| Segment {
            time,
            duration: end - time,
            first_sample: 0,
            sample_count: 0,
            bytes: 0,
        };
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

/// A segment being collected.
#[derive(Debug, Clone, Copy, Default)]
struct Draft {
    first_sample: u32,
    samples: u32,
    /// Presentation time of the first sample.
    first_shown: i64,
    /// Earliest presentation time of any sample.
    earliest: i64,
    bytes: u64,
    fragment: FragmentShape,
}

impl Draft {
    fn starting(first_sample: u32, shown: i64) -> Draft {
        Draft { first_sample, first_shown: shown, earliest: shown, bytes: SEGMENT_TYPE_SIZE, ..Draft::default() }
    }

    fn close_fragment(&mut self, defaults: &SampleDefaults) {
        self.bytes += self.fragment.total_size(defaults);
        self.fragment = FragmentShape::default();
    }

    fn closed(mut self, defaults: &SampleDefaults) -> Draft {
        self.close_fragment(defaults);
        self
    }
}

/// Gives each draft the duration up to the next. A draft that does not advance (all of it before time zero, or times
/// that run backwards) is served with its neighbour.
fn joined(drafts: Vec<Draft>, end: u64) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let time = draft.earliest.max(0) as u64;
        match segments.last_mut() {
            Some(last) if time <= last.time => {
                last.sample_count += draft.samples;
                last.bytes = JOINED;
            }
            _ => segments.push(Segment {
                time,
                duration: 0,
                first_sample: draft.first_sample,
                sample_count: draft.samples,
                bytes: draft.bytes,
            }),
        }
    }
    // A last sample without a duration still takes a tick: a segment must last (RFC 8216bis 4.4.4.1).
    let mut next = segments.last().map_or(0, |last| end.max(last.time + 1));
    for segment in segments.iter_mut().rev() {
        segment.duration = next - segment.time;
        next = segment.time;
    }
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

    fn defaults(media: &MediaTrack) -> SampleDefaults {
        SampleDefaults {
            duration: media.samples.constant_duration().unwrap_or(0),
            all_sync: media.samples.all_sync(),
            composition: media.samples.has_composition_offsets(),
        }
    }

    fn cut(media: &MediaTrack, grid: &Grid) -> Timeline {
        Timeline::of_media(media, &Timing::new(media, Time::ZERO).unwrap(), &defaults(media), grid)
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
        let timeline = Timeline::of_media(&video, &timing, &defaults(&video), &grid);
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

    proptest! {
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
