//! Text segments: WebVTT for HLS, the same cues as `wvtt` or IMSC1 in MP4 for DASH and for HLS players that ask.

use super::write_segment_type;
use crate::isobmff::{FragmentHeader, FragmentShape, Handler, InitSegment, Sample, SampleDefaults, write_fragment};
use crate::presentation::{Rendition, Segment, Time};
use crate::text;
use bytes::Bytes;
use std::ops::Range;

/// The one track of a text init segment.
const TRACK_ID: u32 = 1;

/// A WebVTT segment; `None` for coded media.
pub fn webvtt_segment(rendition: &Rendition, segment: &Segment) -> Option<Bytes> {
    let window = window_millis(rendition, segment);
    Some(text::webvtt_segment(rendition.media.captions()?, window.start, window.end).into())
}

/// The CMAF header of a rendition as `wvtt`; `None` for coded media.
pub fn wvtt_init(rendition: &Rendition) -> Option<Bytes> {
    let entry = text::wvtt_sample_entry(rendition.media.captions()?);
    Some(init(rendition, Handler::Text, &entry))
}

/// A CMAF segment of `wvtt` samples; `None` for coded media.
pub fn wvtt_segment(rendition: &Rendition, segment: &Segment) -> Option<Bytes> {
    let window = segment.time..segment.end();
    let samples = text::wvtt_samples(rendition.media.captions()?, window, rendition.timeline.timescale);
    let samples = samples.into_iter().map(|sample| (sample.duration, sample.data));
    Some(fragment(rendition, segment, samples.collect()))
}

/// The CMAF header of a rendition as IMSC1; `None` for coded media.
pub fn imsc_init(rendition: &Rendition) -> Option<Bytes> {
    rendition.media.captions()?;
    Some(init(rendition, Handler::Subtitle, &text::stpp_sample_entry()))
}

/// A CMAF segment with one IMSC1 document; `None` for coded media.
pub fn imsc_segment(rendition: &Rendition, segment: &Segment) -> Option<Bytes> {
    let window = window_millis(rendition, segment);
    let document = text::imsc_document(rendition.media.captions()?, &rendition.file_language, window);
    let duration = u32::try_from(segment.duration).unwrap_or(u32::MAX);
    Some(fragment(rendition, segment, vec![(duration, document.into_bytes())]))
}

fn init(rendition: &Rendition, handler: Handler, sample_entry: &[u8]) -> Bytes {
    let init = InitSegment {
        track_id: TRACK_ID,
        handler,
        timescale: rendition.timeline.timescale,
        language: &rendition.file_language,
        sample_entry,
        width: 0,
        height: 0,
        skip: 0,
        defaults: SAMPLE_DEFAULTS,
    };
    init.write().into()
}

/// Text samples last as long as they are shown; each can be read alone.
const SAMPLE_DEFAULTS: SampleDefaults = SampleDefaults { duration: 0, all_sync: true, composition: false };

fn fragment(rendition: &Rendition, segment: &Segment, samples: Vec<(u32, Vec<u8>)>) -> Bytes {
    let described = samples.iter().map(|(duration, data)| Sample {
        offset: 0,
        size: data.len() as u32,
        decode_time: 0,
        duration: *duration,
        composition_offset: 0,
        sync: true,
    });
    let mut shape = FragmentShape::default();
    described.clone().for_each(|sample| shape.add(&sample, &SAMPLE_DEFAULTS));
    let place = rendition.timeline.segments.partition_point(|other| other.time < segment.time);
    let header = FragmentHeader {
        track_id: TRACK_ID,
        sequence_number: place as u32 + 1,
        decode_time: segment.time,
        composition_shift: 0,
    };
    let mut out = Vec::with_capacity(128 + shape.total_size(&SAMPLE_DEFAULTS) as usize);
    write_segment_type(&mut out);
    write_fragment(&mut out, &header, &SAMPLE_DEFAULTS, &shape, described);
    samples.iter().for_each(|(_, data)| out.extend_from_slice(data));
    out.into()
}

/// The segment's time in milliseconds, widened to whole ones, so that no cue falls between two segments.
fn window_millis(rendition: &Rendition, segment: &Segment) -> Range<u64> {
    let timescale = rendition.timeline.timescale;
    let end = Time::new(segment.end(), timescale).in_timescale_up(1000);
    Time::new(segment.time, timescale).millis()..end
}
