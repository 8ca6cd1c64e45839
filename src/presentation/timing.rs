//! How the times of a source file become times of the presentation.
//!
//! Presentation time of a sample (ISO/IEC 14496-12 8.6.6): decode time + composition offset − media time of the edit +
//! the delay of leading empty edits − the asset's origin. What is written in CMAF says the same in the form that players
//! agree on (ISO/IEC 23000-19 9.2.1): the first picture has composition offset 0, later offsets are signed, and decode
//! times are never negative. What lies before time zero (an encoder's priming, a trimmed start) is kept, because
//! decoders need it, and skipped by one edit in the init segment.

use super::{Time, Unplayable};
use crate::isobmff::{MediaTrack, Sample};
use crate::track::TrackType;
use std::ops::Range;

/// Sound before time zero that is kept for the decoder to warm up: more than any codec's priming.
const AUDIO_PREROLL_MILLIS: u64 = 250;

/// The mapping of one track, in its timescale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// First sample that is served.
    pub first_sample: u32,
    /// One past the last sample that is served.
    pub end_sample: u32,
    /// Added to the source's decode time.
    decode_shift: i64,
    /// Subtracted from the source's composition offset.
    pub composition_shift: i64,
    /// Media time at which the presentation starts: the edit of the init segment.
    pub skip: u64,
    /// The moment at which the last picture or sound ends.
    pub end: Time,
}

impl Timing {
    /// Where the track's first decodable sample is shown, in ticks from the file's own zero; negative where the edit
    /// list skips the start. `None` without a sync sample.
    pub fn start_in_file(track: &MediaTrack) -> Option<i64> {
        let first = track.samples.get(track.samples.next_sync(0)?)?;
        Some(shown_in_file(track, &first))
    }

    /// `origin` is the moment of the files' timeline at which the presentation starts.
    pub fn new(track: &MediaTrack, origin: Time) -> Result<Timing, Unplayable> {
        let origin = origin.in_timescale(track.timescale) as i64;
        let (first_sample, first) = first_needed(track, origin).ok_or(Unplayable::NoSyncSample)?;
        let shown = shown_in_file(track, &first) - origin;
        let start = shown.max(0);
        let mut timing = Timing {
            first_sample,
            end_sample: end_of_edit(track, first_sample),
            decode_shift: start - first.decode_time as i64,
            composition_shift: i64::from(first.composition_offset),
            skip: (start - shown) as u64,
            end: Time::ZERO,
        };
        if timing.end_sample <= timing.first_sample {
            return Err(Unplayable::NothingShown);
        }
        timing.end = timing.last_end(track);
        timing.end.in_bounds()?;
        Ok(timing)
    }

    fn last_end(&self, track: &MediaTrack) -> Time {
        // Reordering spans a few pictures at most, so the end is found among the last ones.
        let from = self.end_sample.saturating_sub(64).max(self.first_sample);
        let last = track.samples.iter_from(from).take((self.end_sample - from) as usize);
        let end = last.map(|sample| self.presentation_time(&sample) + i64::from(sample.duration)).max();
        Time::new(end.unwrap_or(0).max(0) as u64, track.timescale)
    }

    /// Decode time in the CMAF track.
    pub fn decode_time(&self, sample: &Sample) -> u64 {
        (sample.decode_time as i64 + self.decode_shift).max(0) as u64
    }

    /// Presentation time; negative for what is decoded but not presented.
    pub fn presentation_time(&self, sample: &Sample) -> i64 {
        sample.decode_time as i64 + i64::from(sample.composition_offset) + self.shown_shift()
    }

    /// The first sync sample, at or after sample `from`, that is shown at `time` or later: its number and when.
    pub fn next_sync(&self, track: &MediaTrack, from: u32, time: i64) -> Option<(u32, i64)> {
        let (number, composed) = track.samples.next_sync_at(from, time.saturating_sub(self.shown_shift()))?;
        (number < self.end_sample).then(|| (number, composed.saturating_add(self.shown_shift())))
    }

    /// Presentation time of sample `number`.
    pub fn shown(&self, track: &MediaTrack, number: u32) -> i64 {
        let composed = track.samples.times_from(number).next().map_or(0, |sample| sample.composition_time());
        composed.saturating_add(self.shown_shift())
    }

    /// The earliest presentation time of some samples.
    pub fn earliest(&self, track: &MediaTrack, samples: Range<u32>) -> i64 {
        let least_offset = i64::from(track.samples.least_composition_offset());
        let mut earliest = i64::MAX;
        for sample in track.samples.times_from(samples.start).take(samples.len()) {
            // None that is decoded then or later is shown earlier.
            if (sample.decode_time as i64).saturating_add(least_offset) >= earliest {
                break;
            }
            earliest = earliest.min(sample.composition_time());
        }
        earliest.saturating_add(self.shown_shift())
    }

    /// Added to the source's composition time.
    fn shown_shift(&self) -> i64 {
        self.decode_shift - self.composition_shift - self.skip as i64
    }
}

/// Presentation time on the file's own timeline.
fn shown_in_file(track: &MediaTrack, sample: &Sample) -> i64 {
    sample.decode_time as i64 + i64::from(sample.composition_offset) - track.edits.media_time as i64
        + track.edits.delay as i64
}

/// The sync sample from which decoding must start so that everything from `origin` on can be shown.
fn first_needed(track: &MediaTrack, origin: i64) -> Option<(u32, Sample)> {
    let preroll = match track.track_type {
        TrackType::Audio => Time::from_millis(AUDIO_PREROLL_MILLIS).in_timescale(track.timescale) as i64,
        _ => 0,
    };
    let first = track.samples.next_sync(0)?;
    let mut syncs = (first..).zip(track.samples.iter_from(first)).filter(|(_, sample)| sample.sync);
    let needed = syncs.next()?;
    let in_time = syncs.take_while(|(_, sample)| shown_in_file(track, sample) + preroll <= origin);
    Some(in_time.last().unwrap_or(needed))
}

/// One past the last sample, in decode order, that is shown before the edit ends.
fn end_of_edit(track: &MediaTrack, first_sample: u32) -> u32 {
    let Some(duration) = track.edits.duration else { return track.samples.len() };
    let end = track.edits.delay.saturating_add(duration) as i64;
    let composed = end.saturating_sub(track.edits.delay as i64).saturating_add(track.edits.media_time as i64);
    track.samples.last_before(composed).map_or(first_sample, |number| first_sample.max(number + 1))
}
