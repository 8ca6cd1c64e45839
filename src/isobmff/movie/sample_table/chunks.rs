//! Where samples lie: in chunks, of which one table says how many samples each has, and another where each starts.

use super::Tables;
use super::columns::{counted_entries, field};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;
use crate::isobmff::index::{BLOCK, Chunk, Columns};
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
    /// What the samples so far use.
    pub(super) description: Option<u32>,
}

/// Where the chunks lie that have not begun.
enum Offsets<'a> {
    Small(&'a [[u8; 4]]),
    Large(&'a [[u8; 8]]),
}

/// The chunks of a block: so many places as there are samples, and room to go on beyond the last.
struct Batch {
    chunks: [Chunk; BLOCK + TOGETHER],
    len: usize,
    /// Those of which it is known where they lie.
    located: usize,
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
        Ok(Chunks { table, runs, offsets, chunks_left: 0, per_chunk: 0, left: 0, position: 0, description: None })
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
        // Bytes of all samples before each.
        let mut before = [0u64; BLOCK + 1];
        let mut sum = 0;
        for (before, size) in before[1..].iter_mut().zip(&block.sizes) {
            sum += u64::from(*size);
            *before = sum;
        }
        let mut batch = Batch { chunks: [Chunk::default(); BLOCK + TOGETHER], len: 0, located: 0 };
        self.begin(first, count, &mut batch)?;
        let Batch { chunks, len, .. } = &mut batch;
        let mut farthest = 0;
        for at in 0..*len {
            let next = if at + 1 < *len { chunks[at + 1].first as usize } else { count };
            let chunk = &mut chunks[at];
            let bytes = before[next.min(BLOCK)] - before[(chunk.first as usize).min(BLOCK)];
            chunk.end = chunk.offset.saturating_add(bytes);
            farthest = farthest.max(chunk.end);
        }
        let chunks = &chunks[..*len];
        if farthest > limits.file_size {
            return Err(cut_short(first, &block.sizes, chunks, track, limits));
        }
        self.position = chunks.last().map_or(0, |last| last.end);
        block.place(chunks);
        Ok(())
    }

    /// Finds the chunks in which the next `count` samples lie: in each the first of those samples, and where it is.
    fn begin(&mut self, first: u32, count: usize, batch: &mut Batch) -> Result<(), Refusal> {
        // What is left of the chunk before.
        let carried = usize::from(self.left > 0);
        batch.chunks[0].offset = self.position;
        (batch.len, batch.located) = (carried, carried);
        let mut at = self.left.min(count as u64) as u32;
        self.left -= u64::from(at);
        while (at as usize) < count {
            if self.chunks_left == 0 {
                self.begin_run(first, at, batch)?;
            }
            // More than a block is as much as a block.
            let step = self.per_chunk.min(BLOCK as u32);
            for (number, chunk) in (0..).zip(&mut batch.chunks[batch.len..batch.len + TOGETHER]) {
                chunk.first = at + number * step;
            }
            let begun = self.chunks_left.min(TOGETHER as u32);
            batch.len += begun as usize;
            at += begun * step;
            self.chunks_left -= begun;
        }
        if batch.len > carried {
            // Of those begun last, some may lie beyond the block.
            while batch.last_begun() as usize >= count {
                batch.len -= 1;
                self.chunks_left += 1;
            }
            self.left = u64::from(batch.last_begun()) + u64::from(self.per_chunk) - count as u64;
        }
        self.locate(first, batch)
    }

    /// Goes on to the next run that has samples, of which the first is number `at` of the block; the chunks of others are
    /// passed over.
    fn begin_run(&mut self, first: u32, at: u32, batch: &mut Batch) -> Result<(), Refusal> {
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
                self.locate(first, batch)?;
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
    fn locate(&mut self, first: u32, batch: &mut Batch) -> Result<(), Refusal> {
        let new = &mut batch.chunks[batch.located..batch.len];
        let located = self.offsets.take(new);
        if let Some(chunk) = new.get(located) {
            return Err(self.too_few(first + chunk.first));
        }
        batch.located = batch.len;
        Ok(())
    }

    fn too_few(&self, number: u32) -> Refusal {
        self.table.error(format!("the chunks hold only {number} samples; the file is damaged")).into()
    }
}

impl Offsets<'_> {
    /// Tells the next `chunks` where they lie; gives how many there were.
    fn take(&mut self, chunks: &mut [Chunk]) -> usize {
        fn part<'t, T>(entries: &mut &'t [T], count: usize) -> &'t [T] {
            let (part, rest) = entries.split_at(count.min(entries.len()));
            *entries = rest;
            part
        }
        match self {
            Offsets::Small(entries) => {
                let entries = part(entries, chunks.len());
                chunks.iter_mut().zip(entries).for_each(|(c, e)| c.offset = u64::from(u32::from_be_bytes(*e)));
                entries.len()
            }
            Offsets::Large(entries) => {
                let entries = part(entries, chunks.len());
                chunks.iter_mut().zip(entries).for_each(|(c, e)| c.offset = u64::from_be_bytes(*e));
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
        self.chunks[self.len - 1].first
    }
}

/// Names the first sample that does not lie in the file. `first` is the number of the first in `sizes`.
fn cut_short(first: u32, sizes: &[u32], chunks: &[Chunk], track: u32, limits: &Limits) -> Refusal {
    let mut chunks = chunks.iter().peekable();
    let mut position = 0;
    for (number, size) in (0..).zip(sizes) {
        if let Some(chunk) = chunks.next_if(|chunk| chunk.first == number) {
            position = chunk.offset;
        }
        match limits.check(track, first + number, position, *size) {
            Ok(end) => position = end,
            Err(refusal) => return refusal,
        }
    }
    Refusal(format!("track {track} ends after the file does; bring the whole file"))
}
