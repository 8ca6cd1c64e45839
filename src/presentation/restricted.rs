//! A part of a presentation: some of its renditions, and of these the segments of a stretch of time.
//!
//! Segments stay what they are, with their times and their URLs; what is made anew is what depends on neighbours: the
//! menu, the default, the target duration, the bit rates.

use super::{Media, NothingToShow, Presentation, Rendition, Segment, Time, Timeline};
use crate::track::TrackType;
use std::sync::{Arc, OnceLock};

/// Segments of two renditions that begin within this many milliseconds of each other begin together: so much rounding of
/// timescales is between them.
const TOLERANCE_MILLIS: u64 = 1;

impl Presentation {
    /// The renditions that `keep` wants, from `from` to `to`. Both are rounded up to the next key frame of the reference
    /// track; a segment that lies across is kept whole.
    pub fn restricted(
        &self,
        keep: impl Fn(&Rendition) -> bool,
        from: Option<Time>,
        to: Option<Time>,
    ) -> Result<Presentation, NothingToShow> {
        let kept = self.renditions.iter().filter(|rendition| keep(rendition)).cloned();
        if from.is_none() && to.is_none() {
            let duration = self.duration;
            return Presentation::of(kept.collect(), self.start, duration, self.left_out.clone());
        }
        let (start, end) = self.stretch(from, to);
        let cut = kept.filter_map(|rendition| rendition.cut(start, end)).collect();
        let ticks = end.min(self.end()).micros().saturating_sub(start.micros());
        Presentation::of(cut, start, Time::new(ticks, 1_000_000), self.left_out.clone())
    }

    fn end(&self) -> Time {
        Time::new(self.start.micros() + self.duration.micros(), 1_000_000)
    }

    /// Where the stretch begins and ends, on boundaries of segments.
    fn stretch(&self, from: Option<Time>, to: Option<Time>) -> (Time, Time) {
        let of_type = |track_type| self.renditions.iter().find(move |r| r.track_type == track_type);
        let reference = [TrackType::Video, TrackType::Audio, TrackType::Text].into_iter().find_map(of_type);
        let Some(reference) = reference else { return (self.start, self.end()) };
        let Timeline { timescale, segments, .. } = reference.timeline.as_ref();
        let starts_at = |segment: &Segment| Time::new(segment.time, *timescale);
        let start = match from.map(|from| reference.key_frame_from(from)) {
            // What comes first begins with the presentation, also where another track begins before the reference.
            Some(from) if from < reference.end() => {
                let place = segments.partition_point(|segment| starts_at(segment) <= from);
                segments.get(place.saturating_sub(1)).filter(|_| place > 1).map_or(self.start, starts_at)
            }
            Some(_) => reference.end().max(self.end()),
            None => self.start,
        };
        let end = to.map(|to| reference.key_frame_from(to)).and_then(|to| {
            let place = segments.partition_point(|segment| starts_at(segment) < to);
            segments.get(place).map(starts_at)
        });
        (start, end.unwrap_or(Time::LONGEST))
    }
}

impl Rendition {
    /// The first key frame that is shown then or later; the moment itself where there is none, and of text.
    fn key_frame_from(&self, moment: Time) -> Time {
        let (Media::Coded(media), Some(coded)) = (&self.media, &self.coded) else { return moment };
        let media = media.media();
        let ticks = i64::try_from(moment.in_timescale_up(media.timescale)).unwrap_or(i64::MAX);
        match coded.timing.next_sync(media, coded.timing.first_sample, ticks) {
            Some((_, shown)) => Time::new(shown.max(0) as u64, media.timescale),
            None => moment,
        }
    }

    /// Its segments that begin in the stretch; `None` where there are none.
    fn cut(mut self, start: Time, end: Time) -> Option<Rendition> {
        let micros = |segment: &Segment| Time::new(segment.time, self.timeline.timescale).micros();
        let tolerance = TOLERANCE_MILLIS * 1000;
        let first = self.timeline.segments.partition_point(|segment| micros(segment) + tolerance < start.micros());
        let after = self.timeline.segments.partition_point(|segment| micros(segment) + tolerance < end.micros());
        let segments = self.timeline.segments.get(first..after).filter(|segments| !segments.is_empty())?.to_vec();
        self.timeline = Arc::new(Timeline { segments, ..*self.timeline });
        self.start = start;
        self.rates = OnceLock::new();
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SIX_SECONDS, aac, source, video_with_b_frames};
    use super::*;

    /// 36 seconds of video with a key frame every two seconds, in segments of six, and audio.
    fn presentation() -> Presentation {
        let video = video_with_b_frames(12_800, 512, 50, 900);
        Presentation::new(&[source("video", video), source("sound", aac(1690))], SIX_SECONDS).unwrap()
    }

    fn seconds(presentation: &Presentation, name: &str) -> Vec<u64> {
        let Some(rendition) = presentation.rendition(name) else { return Vec::new() };
        let timeline = &rendition.timeline;
        timeline.segments.iter().map(|s| (s.time as f64 / f64::from(timeline.timescale)).floor() as u64).collect()
    }

    #[test]
    fn a_stretch_has_whole_segments() {
        let whole = presentation();
        // From, to, and the segments by their start, in seconds.
        for (from, to, expected) in [
            (Some(0), Some(6), vec![0]),
            (Some(0), Some(7), vec![0, 6]),
            (None, Some(12), vec![0, 6]),
            (Some(6), None, vec![6, 12, 18, 24, 30]),
            // The next key frame is at 6 s; that of 7 s at 8 s, in the middle of a segment.
            (Some(5), Some(18), vec![6, 12]),
            (Some(7), Some(13), vec![6, 12]),
            (Some(35), None, vec![30]),
            (Some(0), Some(1000), vec![0, 6, 12, 18, 24, 30]),
        ] {
            let time = |seconds: Option<u64>| seconds.map(|seconds| Time::new(seconds, 1));
            let part = whole.restricted(|_| true, time(from), time(to)).unwrap();
            assert_eq!(seconds(&part, "video"), expected, "{from:?}..{to:?}");
            assert_eq!(seconds(&part, "sound"), expected, "{from:?}..{to:?}");
            assert_eq!(part.start, Time::new(expected[0], 1));
            let end = expected.last().unwrap() + 6;
            assert!(part.duration.seconds() - (end - expected[0]) as f64 <= 0.1, "{:?}", part.duration);
        }
    }

    #[test]
    fn segments_keep_their_names() {
        let whole = presentation();
        let part = whole.restricted(|_| true, Some(Time::new(12, 1)), None).unwrap();
        for rendition in &part.renditions {
            let other = whole.rendition(&rendition.name).unwrap();
            assert_eq!(rendition.revision, other.revision);
            assert_eq!(rendition.timeline.segments, other.timeline.segments[2..]);
        }
    }

    #[test]
    fn what_begins_when_all_is_over_is_nothing() {
        let whole = presentation();
        assert!(whole.restricted(|_| true, Some(Time::new(1000, 1)), None).is_err());
        assert!(whole.restricted(|_| false, None, None).is_err());
        let sound = whole.restricted(|r| r.track_type == TrackType::Audio, None, None).unwrap();
        assert_eq!((sound.renditions.len(), sound.audio.len()), (1, 1));
    }

    #[test]
    fn bit_rates_are_those_of_the_stretch() {
        let whole = presentation();
        let before = whole.rendition("video").unwrap().bit_rate();
        let part = whole.restricted(|_| true, None, Some(Time::new(6, 1))).unwrap();
        let layout = part.rendition("video").unwrap().layout();
        assert_eq!(part.rendition("video").unwrap().bit_rate().average, (layout.segments[0] * 8).div_ceil(6));
        assert_eq!(whole.rendition("video").unwrap().bit_rate(), before);
    }
}
