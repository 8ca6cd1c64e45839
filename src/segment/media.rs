//! CMAF segments of coded video and audio.
//!
//! A video segment holds one fragment per sync sample (unless every sample is one), so that every key frame can be
//! fetched as a byte range for trick play. Sample data is never copied: it stays byte ranges of the source file.

use super::{Piece, write_segment_type};
use crate::isobmff::{FragmentHeader, FragmentShape, Handler, InitSegment, Sample, write_fragment};
use crate::presentation::{Rendition, Segment, fragments};
use bytes::Bytes;

/// The CMAF header of a coded rendition; `None` for text.
pub fn media_init(rendition: &Rendition) -> Option<Bytes> {
    let (media, coded) = (rendition.media.coded()?, rendition.coded?);
    let (width, height) = rendition.video().map_or((0, 0), |video| (video.width, video.height));
    let init = InitSegment {
        track_id: media.id,
        handler: Handler::of(rendition.track_type),
        timescale: media.timescale,
        language: &rendition.file_language,
        sample_entry: &media.sample_entry,
        width,
        height,
        skip: coded.timing.skip,
        defaults: coded.defaults,
    };
    Some(init.write().into())
}

/// The pieces of one segment; `None` for text.
pub fn media_segment(rendition: &Rendition, segment: &Segment) -> Option<Vec<Piece>> {
    let (media, coded) = (rendition.media.coded()?, rendition.coded?);
    let mut pieces = Pieces::default();
    write_segment_type(&mut pieces.made);
    for fragment in fragments(media, &coded.defaults, segment.samples()) {
        let samples = media.samples.iter_from(fragment.samples.start).take(fragment.samples.len());
        let samples: Vec<Sample> = samples.collect();
        let Some(first) = samples.first() else { continue };
        let header = FragmentHeader {
            track_id: media.id,
            sequence_number: fragment.samples.start + 1,
            decode_time: coded.timing.decode_time(first),
            composition_shift: coded.timing.composition_shift,
        };
        write_fragment(&mut pieces.made, &header, &coded.defaults, &fragment.shape, samples.iter().copied());
        samples.iter().for_each(|sample| pieces.add_data(sample));
    }
    Some(pieces.finish())
}

/// One key frame alone, as a segment of its own, for trick play; `None` where none is shown at `time`.
pub fn key_frame(rendition: &Rendition, time: u64) -> Option<Vec<Piece>> {
    let (media, coded) = (rendition.media.coded()?, rendition.coded?);
    let shown = i64::try_from(time).ok()?;
    let (number, at) = coded.timing.next_sync(media, coded.timing.first_sample, shown)?;
    if at != shown || !rendition.timeline.segments.iter().any(|segment| segment.samples().contains(&number)) {
        return None;
    }
    let sample = media.samples.get(number)?;
    let mut pieces = Pieces::default();
    write_segment_type(&mut pieces.made);
    let header = FragmentHeader {
        track_id: media.id,
        sequence_number: number + 1,
        decode_time: coded.timing.decode_time(&sample),
        composition_shift: coded.timing.composition_shift,
    };
    let shape = FragmentShape::of(&media.samples, number..number + 1, &coded.defaults);
    write_fragment(&mut pieces.made, &header, &coded.defaults, &shape, std::iter::once(sample));
    pieces.add_data(&sample);
    Some(pieces.finish())
}

/// Collects made bytes and source ranges, joining ranges that touch.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    made: Vec<u8>,
}

impl Pieces {
    fn add_data(&mut self, sample: &Sample) {
        let range = sample.offset..sample.offset + u64::from(sample.size);
        if range.is_empty() {
            return;
        }
        if !self.made.is_empty() {
            self.done.push(Piece::Bytes(std::mem::take(&mut self.made).into()));
        }
        match self.done.last_mut() {
            Some(Piece::Source(last)) if last.end == range.start => last.end = range.end,
            _ => self.done.push(Piece::Source(range)),
        }
    }

    fn finish(mut self) -> Vec<Piece> {
        if !self.made.is_empty() {
            self.done.push(Piece::Bytes(self.made.into()));
        }
        self.done
    }
}
