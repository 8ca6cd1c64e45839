//! Where samples lie: in chunks, of which one table says how many samples each has, and another where each starts.

use super::Tables;
use super::columns::{counted_entries, field};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;
use crate::isobmff::movie::Refusal;

/// `stsc` with `stco` or `co64`: which samples lie together, and where (8.7.4, 8.7.5).
pub(super) struct Chunks<'a> {
    table: &'a BoxSlice,
    /// `first_chunk`, `samples_per_chunk`, `sample_description_index`.
    runs: std::iter::Peekable<std::slice::Iter<'a, [u8; 12]>>,
    offsets: Offsets<'a>,
    /// Chunks begun so far, which is also the number of the present one.
    chunk: u32,
    per_chunk: u32,
    left: u32,
    run_description: u32,
    /// Where the next sample of the chunk lies.
    pub(super) position: u64,
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
        let runs = runs.iter().peekable();
        let (chunk, per_chunk, left, run_description, position) = (0, 0, 0, 0, 0);
        Ok(Chunks { table, runs, offsets, chunk, per_chunk, left, run_description, position, description: None })
    }

    /// Where sample `number` lies; `position` must be moved past it then.
    pub(super) fn next(&mut self, number: u32) -> Result<u64, Refusal> {
        while self.left == 0 {
            self.begin_chunk(number)?;
        }
        self.left -= 1;
        Ok(self.position)
    }

    fn begin_chunk(&mut self, number: u32) -> Result<(), Refusal> {
        let offset = match &mut self.offsets {
            Offsets::Small(entries) => entries.next().map(|entry| u64::from(u32::from_be_bytes(*entry))),
            Offsets::Large(entries) => entries.next().map(|entry| u64::from_be_bytes(*entry)),
        };
        self.position = offset
            .ok_or_else(|| self.table.error(format!("the chunks hold only {number} samples; the file is damaged")))?;
        self.chunk += 1;
        while let Some(run) = self.runs.next_if(|run| field(run, 0) <= self.chunk) {
            if field(run, 0) != self.chunk {
                return Err(self.table.error("the chunk runs do not ascend; the file is damaged").into());
            }
            (self.per_chunk, self.run_description) = (field(run, 1), field(run, 2));
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
