//! How a segment is divided into fragments, and where its key frames lie.
//!
//! Where some pictures of a video are key frames and others are not, a segment holds one fragment per key frame, so that
//! each of them, not only the first, can be fetched as a byte range for trick play. Audio, and video of key frames alone,
//! have one fragment per segment.

use super::{CodedFacts, SEGMENT_TYPE_SIZE, Segment, Time, Timeline};
use crate::isobmff::{FragmentShape, MediaTrack, SampleDefaults};
use crate::track::TrackType;
use std::ops::Range;

/// One `moof` and `mdat` of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// Numbers of its samples.
    pub samples: Range<u32>,
    pub shape: FragmentShape,
}

/// Splits `samples` at sync samples, unless every sample is one.
pub fn fragments<'a>(
    media: &'a MediaTrack,
    defaults: &'a SampleDefaults,
    samples: Range<u32>,
) -> impl Iterator<Item = Fragment> + 'a {
    let (mut first, end) = (samples.start, samples.end);
    std::iter::from_fn(move || {
        if first >= end {
            return None;
        }
        let next_sync = || media.samples.next_sync(first + 1).unwrap_or(end);
        let next = if defaults.all_sync { end } else { next_sync().min(end) };
        let samples = std::mem::replace(&mut first, next)..next;
        Some(Fragment { shape: FragmentShape::of(&media.samples, samples.clone(), defaults), samples })
    })
}

/// A key frame as trick play fetches it: a byte range of a segment, from its `moof` to the end of the picture
/// (RFC 8216bis 4.4.3.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IFrame {
    /// Start time of the segment that holds it, which names the segment.
    pub segment: u64,
    /// Presentation time, in the rendition's timescale.
    pub time: u64,
    /// To the next key frame, or to the end of the rendition.
    pub duration: u64,
    /// Byte range of the segment.
    pub range: Range<u64>,
}

/// Key frames nearer than this to the one before, in milliseconds, are of no use to trick play.
const SHORTEST_IFRAME_MILLIS: u64 = 100;

/// What takes a look at the size of every sample of a rendition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// Bytes of each segment as it is sent.
    pub segments: Vec<u64>,
    /// The key frames of video, in presentation order; none of audio.
    pub iframes: Vec<IFrame>,
}

impl Layout {
    pub(super) fn of(media: &MediaTrack, coded: &CodedFacts, timeline: &Timeline) -> Layout {
        let mut layout = Layout::default();
        for segment in &timeline.segments {
            layout.add(media, coded, segment);
        }
        let mut next = timeline.end().ticks;
        for iframe in layout.iframes.iter_mut().rev() {
            iframe.duration = next.saturating_sub(iframe.time).max(1);
            next = iframe.time;
        }
        layout
    }

    /// Adds a segment; how long its key frames stand shows in what follows.
    fn add(&mut self, media: &MediaTrack, coded: &CodedFacts, segment: &Segment) {
        let apart = Time::from_millis(SHORTEST_IFRAME_MILLIS).in_timescale(media.timescale).max(1);
        let mut offset = SEGMENT_TYPE_SIZE;
        for fragment in fragments(media, &coded.defaults, segment.samples()) {
            let time = coded.timing.shown(media, fragment.samples.start).max(0) as u64;
            let is_video = media.track_type == TrackType::Video;
            if is_video && self.iframes.last().is_none_or(|last| last.time + apart <= time) {
                let first = fragment.samples.start;
                let (picture, _) = media.samples.measure(first..first + 1, 0);
                let end = offset + fragment.shape.header_size(&coded.defaults) + picture;
                self.iframes.push(IFrame { segment: segment.time, time, duration: 0, range: offset..end });
            }
            offset += fragment.shape.total_size(&coded.defaults);
        }
        self.segments.push(offset);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Described, SIX_SECONDS, media, source};
    use super::super::{Presentation, Time};
    use crate::isobmff::EditList;
    use crate::track::TrackType;

    #[test]
    fn key_frames_that_crowd_are_not_all_listed() {
        // Half of 60,000 frames, two to a millisecond.
        let samples: Vec<Described> = (0..60_000).map(|place| (4, 45, 0, place % 2 == 0)).collect();
        let video = media(TrackType::Video, 90_000, EditList::default(), &samples);
        let presentation = Presentation::new(&[source("video", video)], SIX_SECONDS).unwrap();
        let video = &presentation.renditions[0];
        let iframes = video.layout().iframes;
        assert_eq!(iframes.len(), 300, "ten in a second");
        let end = iframes.last().map(|last| last.time + last.duration);
        assert_eq!(end, Some(Time::from_millis(30_000).in_timescale(90_000)));
    }
}
