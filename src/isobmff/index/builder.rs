//! Packing samples as they come, one block at a time.

use super::block::{BLOCK, BitSink, Block, Entry};
use super::{Longest, Sample, SampleIndex, Totals};

/// Packs samples, brought in decode order, into a [`SampleIndex`].
///
/// Decode times are exact: where a sample starts later or earlier than the one before it ends, the duration of the one
/// before is made to fit. A sample that would start before the one before it starts with it.
#[derive(Debug, Default)]
pub struct SampleIndexBuilder {
    blocks: Vec<Block>,
    bits: BitSink,
    /// The samples of the block to come; the last sample is always here, so that its duration can still change.
    pending: Vec<Entry>,
    totals: Totals,
    /// The duration all packed samples have had.
    duration: Option<u64>,
    durations_differ: bool,
}

impl SampleIndexBuilder {
    /// Adds the next sample.
    pub fn push(&mut self, sample: Sample) {
        let mut decode_time = sample.decode_time;
        if let Some(last) = self.pending.last_mut() {
            decode_time = decode_time.max(last.decode_time);
            last.duration = decode_time - last.decode_time;
        }
        if self.pending.len() == BLOCK {
            self.flush(BLOCK);
        }
        self.pending.push(Entry {
            offset: sample.offset,
            size: sample.size,
            decode_time,
            duration: u64::from(sample.duration),
            composition_offset: sample.composition_offset,
            sync: sample.sync,
        });
    }

    /// Samples added so far.
    pub fn len(&self) -> u32 {
        self.totals.samples + self.pending.len() as u32
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Decode time of the last sample added.
    pub(in crate::isobmff) fn last_start(&self) -> u64 {
        self.pending.last().map_or(0, |last| last.decode_time)
    }

    /// Decode time of the end of the last sample added.
    pub fn end_time(&self) -> u64 {
        self.pending.last().map_or(0, |last| last.decode_time.saturating_add(last.duration))
    }

    pub fn finish(mut self) -> SampleIndex {
        self.totals.end_time = self.end_time();
        // The last sample's duration does not count as another one.
        self.flush(self.pending.len().saturating_sub(1));
        self.totals.constant_duration = match self.duration {
            Some(duration) if !self.durations_differ => u32::try_from(duration).ok(),
            _ => None,
        };
        self.blocks.shrink_to_fit();
        SampleIndex { blocks: self.blocks, words: self.bits.finish(), totals: self.totals }
    }

    /// Packs the pending samples, and takes them into the totals, the first `settled` also for their duration.
    fn flush(&mut self, settled: usize) {
        for (number, entry) in self.pending.iter().enumerate() {
            if number < settled || self.duration.is_none() {
                self.durations_differ |= *self.duration.get_or_insert(entry.duration) != entry.duration;
            }
            self.totals.add(entry);
        }
        if !self.pending.is_empty() {
            self.blocks.push(Block::pack(&self.pending, &mut self.bits));
            self.pending.clear();
        }
    }
}

impl Totals {
    fn add(&mut self, entry: &Entry) {
        let end = entry.decode_time.saturating_add(entry.duration);
        if entry.duration > self.longest.duration {
            self.longest = Longest { number: self.samples, duration: entry.duration };
        }
        self.samples += 1;
        self.bytes = self.bytes.saturating_add(u64::from(entry.size));
        self.end_offset = self.end_offset.max(entry.offset.saturating_add(u64::from(entry.size)));
        self.composition_end = self.composition_end.max(end.saturating_add_signed(i64::from(entry.composition_offset)));
        let (least, most) = match self.samples {
            1 => (entry.composition_offset, entry.composition_offset),
            _ => self.composition_offsets,
        };
        self.composition_offsets = (least.min(entry.composition_offset), most.max(entry.composition_offset));
        self.has_non_sync |= !entry.sync;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(decode_time: u64) -> Sample {
        Sample { offset: 0, size: 1, decode_time, duration: 10, composition_offset: 0, sync: true }
    }

    fn times(starts: &[u64]) -> Vec<(u64, u32)> {
        let mut builder = SampleIndexBuilder::default();
        starts.iter().for_each(|start| builder.push(at(*start)));
        builder.finish().iter_from(0).map(|sample| (sample.decode_time, sample.duration)).collect()
    }

    #[test]
    fn durations_are_made_to_fit_decode_times() {
        assert_eq!(times(&[0, 10, 25, 30]), [(0, 10), (10, 15), (25, 5), (30, 10)]);
    }

    #[test]
    fn time_never_runs_backwards() {
        assert_eq!(times(&[100, 40]), [(100, 0), (100, 10)]);
    }

    #[test]
    fn decode_times_stay_exact_over_gaps_that_no_duration_can_say() {
        let gap = 5_000_000_000;
        assert_eq!(times(&[0, gap, gap + 10]), [(0, u32::MAX), (gap, 10), (gap + 10, 10)]);
        let mut builder = SampleIndexBuilder::default();
        (0..600).for_each(|number| builder.push(at(if number < 500 { number } else { gap + number })));
        assert_eq!(builder.finish().longest(), Longest { number: 499, duration: gap + 1 });
    }

    #[test]
    fn a_gap_at_the_end_of_a_full_block_is_kept() {
        let mut starts: Vec<u64> = (0..256).map(|number| number * 10).collect();
        starts.push(9999);
        assert_eq!(times(&starts)[255..], [(2550, 7449), (9999, 10)]);
    }

    #[test]
    fn the_index_can_start_late() {
        assert_eq!(times(&[1_000_000]), [(1_000_000, 10)]);
    }
}
