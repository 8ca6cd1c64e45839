//! Packing samples as they come, one block at a time.

use super::bits::BitSink;
use super::block::{BLOCK, Block, extremes};
use super::columns::Columns;
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
    pending: Columns,
    totals: Totals,
    /// The duration all packed samples have had.
    duration: Option<u64>,
    durations_differ: bool,
    /// Decode time and duration of the last sample added.
    last: (u64, u64),
}

impl SampleIndexBuilder {
    /// Adds the next sample.
    pub fn push(&mut self, sample: Sample) {
        let mut decode_time = sample.decode_time;
        if self.pending.len() > 0 {
            let (last_start, _) = self.last;
            decode_time = decode_time.max(last_start);
            self.pending.set_last_duration(decode_time - last_start);
        }
        if self.pending.len() == BLOCK {
            self.flush(BLOCK);
        }
        self.pending.push(&sample, decode_time);
        self.last = (decode_time, u64::from(sample.duration));
    }

    /// Makes room for as many samples.
    pub(in crate::isobmff) fn reserve(&mut self, samples: u32) {
        self.blocks.reserve((samples as usize).div_ceil(BLOCK));
        // Three bytes a sample.
        self.bits.reserve(samples as usize * 3 / 8);
    }

    /// Adds 1 to 256 samples at once, which `fill` puts into empty columns; each lasts until the next starts.
    pub(in crate::isobmff) fn add_block<E>(
        &mut self,
        fill: impl FnOnce(&mut Columns) -> Result<(), E>,
    ) -> Result<(), E> {
        let decode_time = self.end_time();
        self.flush(self.pending.len());
        self.pending.decode_time = decode_time;
        fill(&mut self.pending)?;
        self.last = self.pending.last();
        Ok(())
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
        self.last.0
    }

    /// Decode time of the end of the last sample added.
    pub fn end_time(&self) -> u64 {
        let (start, duration) = self.last;
        start.saturating_add(duration)
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
        let mut index = SampleIndex { blocks: self.blocks, words: self.bits.finish(), totals: self.totals };
        index.totals.composition_end = index.find_composition_end();
        index
    }

    /// Packs the pending samples, and takes them into the totals, the first `settled` also for their duration.
    fn flush(&mut self, settled: usize) {
        if self.pending.len() == 0 {
            return;
        }
        self.settle(settled);
        let offsets = extremes(&self.pending.composition_offsets).unwrap_or_default();
        self.totals.add(&self.pending, offsets);
        self.blocks.push(Block::pack(&self.pending, offsets, &mut self.bits));
        self.pending.clear();
    }

    fn settle(&mut self, settled: usize) {
        let durations = match self.pending.durations[..] {
            // One that all have.
            [ref one] => std::slice::from_ref(one),
            ref each => each.get(..settled.max(1)).unwrap_or(each),
        };
        if settled > 0 || self.duration.is_none() {
            for duration in durations {
                self.durations_differ |= *self.duration.get_or_insert(*duration) != *duration;
            }
        }
    }
}

impl Totals {
    /// `(least, most)` are the composition offsets.
    fn add(&mut self, columns: &Columns, (least, most): (i32, i32)) {
        let count = columns.len();
        let longest = extremes(&columns.durations).map_or(0, |(_, most)| most);
        if longest > self.longest.duration {
            let at = columns.durations.iter().position(|duration| *duration == longest).unwrap_or(0);
            self.longest = Longest { number: self.samples + at as u32, duration: longest };
        }
        self.composition_offsets = match self.samples {
            0 => (least, most),
            _ => (least.min(self.composition_offsets.0), most.max(self.composition_offsets.1)),
        };
        self.has_non_sync |= columns.sync.count(count) < count;
        self.bytes = self.bytes.saturating_add(columns.sizes.iter().map(|size| u64::from(*size)).sum());
        self.samples += count as u32;
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
