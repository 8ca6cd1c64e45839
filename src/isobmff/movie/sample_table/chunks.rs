//! Where samples lie: in chunks, of which one table says how many samples each has, and another where each starts.

use super::Tables;
use super::columns::{counted_entries, field};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;
use crate::isobmff::index::{BLOCK, Columns};
use crate::isobmff::movie::{Limits, Refusal};

/// Chunks whose first samples are worked out together; most runs of interleaved tracks are not longer.
const TOGETHER: usize = 8;

/// `stsc` with `stco` or `co64`: which samples lie together, and where (8.7.4, 8.7.5).
pub(super) struct Chunks<'a> {
    table: &'a BoxSlice,
    /// `first_chunk`, `samples_per_chunk`, `sample_description_index`; those that have not begun.
    runs: &'a [[u8; 12]],
    offsets: Offsets<'a>,
    /// Chunks of the present run that have not begun.
    chunks_left: u32,
    per_chunk: u32,
    /// Samples of the present chunk that are not placed yet, and where they lie.
    left: u64,
    position: u64,
    batch: Box<Batch>,
    /// What the samples so far use.
    pub(super) description: Option<u32>,
}

/// Where the chunks lie that have not begun.
enum Offsets<'a> {
    Small(&'a [[u8; 4]]),
    Large(&'a [[u8; 8]]),
}

/// The chunks of a block: at most as many as it has samples, and room to go on beyond the last.
struct Batch {
    /// The first sample of each, from that of the block on.
    firsts: [u32; BLOCK + TOGETHER],
    /// Where each lies, as far as that is known: of so many of them.
    offsets: [u64; BLOCK + TOGETHER],
    located: usize,
    len: usize,
}

impl<'a> Chunks<'a> {
    pub(super) fn read(tables: &'a Tables<'_>) -> Result<Chunks<'a>, BoxError> {
        let table = tables.required(&tables.chunks, "stsc")?;
        let offsets = match (&tables.offsets, &tables.large_offsets) {
            (Some(stco), _) => Offsets::Small(counted_entries(stco)?),
            (None, Some(co64)) => Offsets::Large(counted_entries(co64)?),
            (None, None) => return Err(tables.stbl.error("box 'stco' is missing")),
        };
        let runs = counted_entries(table)?;
        if runs.first().is_none_or(|run| field(run, 0) != 1) {
            return Err(table.error("the chunk runs do not start at the first chunk; the file is damaged"));
        }
        let (chunks_left, per_chunk, left, position) = (0, 0, 0, 0);
        let batch = Batch { firsts: [0; BLOCK + TOGETHER], offsets: [0; BLOCK + TOGETHER], located: 0, len: 0 };
        let batch = Box::new(batch);
        Ok(Chunks { table, runs, offsets, chunks_left, per_chunk, left, position, batch, description: None })
    }

    /// Places the samples of `block`, of which the first is sample `first` of the track and whose sizes are known.
    ///
    /// Where tracks are interleaved a chunk has one, two or three samples, as it comes, and a run few chunks: no loop here
    /// ends with a chunk or a run, as the processor would guess each end wrongly.
    pub(super) fn place(
        &mut self,
        first: u32,
        block: &mut Columns,
        track: u32,
        limits: &Limits,
    ) -> Result<(), Refusal> {
        let count = block.sizes.len();
        self.begin(first, count)?;
        let Batch { firsts, offsets, len, .. } = &mut *self.batch;
        firsts[*len] = count as u32;
        let (firsts, offsets) = (&firsts[..=*len], &offsets[..*len]);
        let (end, farthest) = block.place(firsts, offsets);
        if farthest > limits.file_size {
            return Err(cut_short(first, &block.sizes, firsts, offsets, track, limits));
        }
        self.position = end;
        Ok(())
    }

    /// Finds the chunks in which the next `count` samples lie: in each the first of those samples, and where it is.
    fn begin(&mut self, first: u32, count: usize) -> Result<(), Refusal> {
        // What is left of the chunk before.
        let carried = usize::from(self.left > 0);
        (self.batch.firsts[0], self.batch.offsets[0]) = (0, self.position);
        (self.batch.len, self.batch.located) = (carried, carried);
        let mut at = self.left.min(count as u64) as u32;
        self.left -= u64::from(at);
        while (at as usize) < count {
            if self.chunks_left == 0 {
                self.begin_run(first, at)?;
            }
            let batch = &mut *self.batch;
            // More than a block is as much as a block.
            let step = self.per_chunk.min(BLOCK as u32);
            for (number, first) in (0..).zip(&mut batch.firsts[batch.len..batch.len + TOGETHER]) {
                *first = at + number * step;
            }
            let begun = self.chunks_left.min(TOGETHER as u32);
            batch.len += begun as usize;
            at += begun * step;
            self.chunks_left -= begun;
        }
        let batch = &mut *self.batch;
        if batch.len > carried {
            // Of those begun last, some may lie beyond the block.
            while batch.last_begun() as usize >= count {
                batch.len -= 1;
                self.chunks_left += 1;
            }
            self.left = u64::from(batch.last_begun()) + u64::from(self.per_chunk) - count as u64;
        }
        self.locate(first)
    }

    /// Goes on to the next run that has samples, of which the first is number `at` of the block; the chunks of others are
    /// passed over.
    fn begin_run(&mut self, first: u32, at: u32) -> Result<(), Refusal> {
        while self.chunks_left == 0 {
            let [run, rest @ ..] = self.runs else { return Err(self.too_few(first + at)) };
            let start = field(run, 0);
            // The last goes on to the last chunk.
            let end = rest.first().map_or(u32::MAX, |next| field(next, 0));
            if end < start {
                return Err(self.table.error("the chunk runs do not ascend; the file is damaged").into());
            }
            self.runs = rest;
            self.per_chunk = field(run, 1);
            if self.per_chunk == 0 {
                self.locate(first)?;
                self.offsets.skip(end - start);
                continue;
            }
            self.chunks_left = end - start;
            if self.chunks_left > 0 {
                self.use_description(field(run, 2))?;
            }
        }
        Ok(())
    }

    fn use_description(&mut self, wanted: u32) -> Result<(), Refusal> {
        let used = *self.description.get_or_insert(wanted);
        if used == wanted {
            return Ok(());
        }
        let problem = format!(
            "the samples use the sample descriptions {used} and {wanted}, and only one is supported; encode the track \
             in one go"
        );
        Err(self.table.error(problem).into())
    }

    /// Tells where those chunks of the batch lie of which it is not known yet.
    fn locate(&mut self, first: u32) -> Result<(), Refusal> {
        let Batch { firsts, offsets, located, len } = &mut *self.batch;
        *located += self.offsets.take(&mut offsets[*located..*len]);
        match firsts[..*len].get(*located).copied() {
            Some(missing) => Err(self.too_few(first + missing)),
            None => Ok(()),
        }
    }

    fn too_few(&self, number: u32) -> Refusal {
        self.table.error(format!("the chunks hold only {number} samples; the file is damaged")).into()
    }
}

impl Offsets<'_> {
    /// Where the next chunks lie; gives how many there were.
    fn take(&mut self, chunks: &mut [u64]) -> usize {
        fn part<'t, T>(entries: &mut &'t [T], count: usize) -> &'t [T] {
            let (part, rest) = entries.split_at(count.min(entries.len()));
            *entries = rest;
            part
        }
        match self {
            Offsets::Small(entries) => {
                let entries = part(entries, chunks.len());
                chunks
                    .iter_mut()
                    .zip(entries)
                    .for_each(|(offset, entry)| *offset = u64::from(u32::from_be_bytes(*entry)));
                entries.len()
            }
            Offsets::Large(entries) => {
                let entries = part(entries, chunks.len());
                chunks.iter_mut().zip(entries).for_each(|(offset, entry)| *offset = u64::from_be_bytes(*entry));
                entries.len()
            }
        }
    }

    fn skip(&mut self, count: u32) {
        match self {
            Offsets::Small(entries) => *entries = entries.get(count as usize..).unwrap_or_default(),
            Offsets::Large(entries) => *entries = entries.get(count as usize..).unwrap_or_default(),
        }
    }
}

impl Batch {
    /// The first sample of the chunk begun last.
    fn last_begun(&self) -> u32 {
        self.firsts[self.len - 1]
    }
}

/// Names the first sample that does not lie in the file. `first` is the number of the first in `sizes`.
fn cut_short(first: u32, sizes: &[u32], firsts: &[u32], offsets: &[u64], track: u32, limits: &Limits) -> Refusal {
    let mut chunks = firsts.iter().zip(offsets).peekable();
    let mut position = 0;
    for (number, size) in (0..).zip(sizes) {
        if let Some((_, offset)) = chunks.next_if(|(first, _)| **first == number) {
            position = *offset;
        }
        match limits.check(track, first + number, position, *size) {
            Ok(end) => position = end,
            Err(refusal) => return refusal,
        }
    }
    Refusal(format!("track {track} ends after the file does; bring the whole file"))
}
