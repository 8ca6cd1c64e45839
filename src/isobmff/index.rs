//! The sample index of one track: where each sample lies, how large it is, when it is decoded and shown.
//!
//! Kept as packed columns in blocks, a few bytes per sample; a checkpoint per block gives the decode time and file
//! position of any sample without walking from the start.

/// One sample (ISO/IEC 14496-12 8.6, 8.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Byte offset in the file.
    pub offset: u64,
    /// Bytes.
    pub size: u32,
    /// Decode time in the track's timescale, before the edit list; the first sample of a progressive file is at 0.
    pub decode_time: u64,
    /// In the track's timescale.
    pub duration: u32,
    /// Composition time less decode time.
    pub composition_offset: i32,
    /// A random access point.
    pub sync: bool,
}

/// All samples of one track.
#[derive(Debug, Clone, Default)]
pub struct SampleIndex {}

impl SampleIndex {
    /// Number of samples.
    pub fn len(&self) -> u32 {
        todo!()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sample `number`, counted from 0; `None` past the end. Cost: one block.
    pub fn get(&self, _number: u32) -> Option<Sample> {
        todo!()
    }

    /// The samples from `number` on, in decode order. Cost: one block to start, then constant per sample.
    pub fn iter_from(&self, _number: u32) -> impl Iterator<Item = Sample> + '_ {
        std::iter::empty()
    }

    /// The number of the first sync sample at or after sample `number`.
    pub fn next_sync(&self, _number: u32) -> Option<u32> {
        todo!()
    }

    /// Decode time of the end of the last sample.
    pub fn end_time(&self) -> u64 {
        todo!()
    }

    /// Sum of all sample sizes, in bytes.
    pub fn total_bytes(&self) -> u64 {
        todo!()
    }

    /// The duration that every sample has (the last may differ), where there is one.
    pub fn constant_duration(&self) -> Option<u32> {
        todo!()
    }

    /// Whether any sample is shown at another time than it is decoded.
    pub fn has_composition_offsets(&self) -> bool {
        todo!()
    }

    /// Whether every sample is a sync sample.
    pub fn all_sync(&self) -> bool {
        todo!()
    }

    /// First byte after the sample data that lies furthest back in the file.
    pub fn end_offset(&self) -> u64 {
        todo!()
    }

    /// Memory held beyond `size_of::<SampleIndex>()`, in bytes.
    pub fn heap_bytes(&self) -> usize {
        todo!()
    }
}

/// Packs samples, brought in decode order, into a [`SampleIndex`].
#[derive(Debug, Default)]
pub struct SampleIndexBuilder {}

impl SampleIndexBuilder {
    /// Adds the next sample.
    pub fn push(&mut self, _sample: Sample) {
        todo!()
    }

    pub fn finish(self) -> SampleIndex {
        todo!()
    }
}
