//! Where samples lie: in chunks, of which one table says how many samples each has, and another where each starts.

use super::Tables;
use super::columns::{counted_entries, field};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;
use crate::isobmff::index::{BLOCK, Columns};
use crate::isobmff::movie::{Limits, Refusal};

/// `stsc` with `stco` or `co64`: which samples lie together, and where (8.7.4, 8.7.5).
pub(super) struct Chunks<'a> {
    table: &'a BoxSlice,
    /// `first_chunk`, `samples_per_chunk`, `sample_description_index`.
    runs: std::slice::Iter<'a, [u8; 12]>,
    /// The chunk with which the next run starts.
    next_run: u32,
    offsets: Offsets<'a>,
    /// Chunks begun so far, which is also the number of the present one.
    chunk: u32,
    per_chunk: u32,
    left: u32,
    run_description: u32,
    /// Where the next sample of the chunk lies.
    position: u64,
    /// What the samples so far use.
    pub(super) description: Option<u32>,
}

enum Offsets<'a> {
    Small(std::slice::Iter<'a, [u8; 4]>),
    Large(std::slice::Iter<'a, [u8; 8]>),
}

impl<'a> Chunks<'a> {
    pub(super) fn read(tables: &'a Tables<'_>) -> Result<Chunks<'a>, BoxError> {
        let table = tables.required(&tables.chunks, "stsc")?;
        let offsets = match (&tables.offsets, &tables.large_offsets) {
            (Some(stco), _) => Offsets::Small(counted_entries(stco)?.iter()),
            (None, Some(co64)) => Offsets::Large(counted_entries(co64)?.iter()),
            (None, None) => return Err(tables.stbl.error("box 'stco' is missing")),
        };
        let runs = counted_entries(table)?;
        if runs.first().is_none_or(|run| field(run, 0) != 1) {
            return Err(table.error("the chunk runs do not start at the first chunk; the file is damaged"));
        }
        let (runs, next_run) = (runs.iter(), 1);
        let (chunk, per_chunk, left, run_description, position) = (0, 0, 0, 0, 0);
        Ok(Chunks {
            table,
            runs,
            next_run,
            offsets,
            chunk,
            per_chunk,
            left,
            run_description,
            position,
            description: None,
        })
    }

    /// Places the samples of `block`, of which the first is sample `first` of the track and whose sizes are known.
    pub(super) fn place(
        &mut self,
        first: u32,
        block: &mut Columns,
        track: u32,
        limits: &Limits,
    ) -> Result<(), Refusal> {
        let sizes = std::mem::take(&mut block.sizes);
        // Bytes of all samples before each: chunks of one, two or three samples, as they come where tracks are interleaved,
        // are added up without a loop that ends where nobody expects it.
        let mut before = [0u64; BLOCK + 1];
        let mut sum = 0;
        for (before, size) in before[1..].iter_mut().zip(&sizes) {
            sum += u64::from(*size);
            *before = sum;
        }
        let mut at = 0;
        while at < sizes.len() {
            let number = first + at as u32;
            if self.left == 0 || at == 0 {
                while self.left == 0 {
                    self.begin_chunk(number)?;
                }
                block.place(at, self.position);
            }
            let run = (self.left as usize).min(sizes.len() - at);
            let bytes = before[at + run] - before[at];
            let end = self.position.saturating_add(bytes);
            if end > limits.file_size {
                return Err(self.cut_short(number, &sizes[at..at + run], track, limits));
            }
            block.extend(bytes);
            self.position = end;
            self.left -= run as u32;
            at += run;
        }
        block.sizes = sizes;
        Ok(())
    }

    /// Names the first of the samples of a chunk, from `number` on, that does not lie in the file.
    fn cut_short(&self, number: u32, chunk: &[u32], track: u32, limits: &Limits) -> Refusal {
        let mut position = self.position;
        for (number, size) in (number..).zip(chunk) {
            match limits.check(track, number, position, *size) {
                Ok(end) => position = end,
                Err(refusal) => return refusal,
            }
        }
        Refusal(format!("track {track} ends after the file does; bring the whole file"))
    }

    fn begin_chunk(&mut self, number: u32) -> Result<(), Refusal> {
        let offset = match &mut self.offsets {
            Offsets::Small(entries) => entries.next().map(|entry| u64::from(u32::from_be_bytes(*entry))),
            Offsets::Large(entries) => entries.next().map(|entry| u64::from_be_bytes(*entry)),
        };
        self.position = offset
            .ok_or_else(|| self.table.error(format!("the chunks hold only {number} samples; the file is damaged")))?;
        self.chunk += 1;
        if self.chunk < self.next_run {
            self.left = self.per_chunk;
            return Ok(());
        }
        self.begin_run()
    }

    /// Goes on to the run that starts with the present chunk.
    fn begin_run(&mut self) -> Result<(), Refusal> {
        while self.next_run <= self.chunk {
            if self.next_run != self.chunk {
                return Err(self.table.error("the chunk runs do not ascend; the file is damaged").into());
            }
            let Some(run) = self.runs.next() else { break };
            (self.per_chunk, self.run_description) = (field(run, 1), field(run, 2));
            self.next_run = self.runs.as_slice().first().map_or(u32::MAX, |next| field(next, 0));
        }
        self.left = self.per_chunk;
        if self.left == 0 {
            return Ok(());
        }
        let (used, wanted) = (*self.description.get_or_insert(self.run_description), self.run_description);
        if used == wanted {
            return Ok(());
        }
        let problem = format!(
            "the samples use the sample descriptions {used} and {wanted}, and only one is supported; encode the track \
             in one go"
        );
        Err(self.table.error(problem).into())
    }
}
