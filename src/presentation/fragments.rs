//! How a segment is divided into fragments, and where its key frames lie.
//!
//! A video segment holds one fragment per sync sample, so that every key frame, not only the first of a segment, can be
//! fetched as a byte range for trick play.

use super::{CodedFacts, SEGMENT_TYPE_SIZE, Timeline};
use crate::isobmff::{FragmentShape, MediaTrack, SampleDefaults};
use std::ops::Range;

/// One `moof` and `mdat` of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fragment {
    pub first_sample: u32,
    pub shape: FragmentShape,
}

/// Splits `samples` at sync samples, unless every sample is one.
pub fn fragments(media: &MediaTrack, defaults: &SampleDefaults, samples: Range<u32>) -> Vec<Fragment> {
    let mut fragments: Vec<Fragment> = Vec::new();
    for (number, sample) in samples.clone().zip(media.samples.iter_from(samples.start)) {
        let starts = sample.sync && !defaults.all_sync;
        if starts || fragments.is_empty() {
            fragments.push(Fragment { first_sample: number, shape: FragmentShape::default() });
        }
        if let Some(fragment) = fragments.last_mut() {
            fragment.shape.add(&sample, defaults);
        }
    }
    fragments
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

/// The key frames of a video rendition, in presentation order.
pub(super) fn iframes(media: &MediaTrack, coded: &CodedFacts, timeline: &Timeline) -> Vec<IFrame> {
    let mut iframes: Vec<IFrame> = Vec::new();
    for segment in &timeline.segments {
        let mut offset = SEGMENT_TYPE_SIZE;
        for fragment in fragments(media, &coded.defaults, segment.samples()) {
            if let Some(first) = media.samples.get(fragment.first_sample) {
                let time = coded.timing.presentation_time(&first).max(0) as u64;
                let end = offset + fragment.shape.header_size(&coded.defaults) + u64::from(first.size);
                if iframes.last().is_none_or(|last| last.time < time) {
                    iframes.push(IFrame { segment: segment.time, time, duration: 0, range: offset..end });
                }
            }
            offset += fragment.shape.total_size(&coded.defaults);
        }
    }
    let mut next = timeline.end().ticks;
    for iframe in iframes.iter_mut().rev() {
        iframe.duration = next.saturating_sub(iframe.time).max(1);
        next = iframe.time;
    }
    iframes
}
