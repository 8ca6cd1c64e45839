//! The sample tables of a progressive file (ISO/IEC 14496-12 8.5 to 8.7), read in place and side by side: each sample
//! takes its duration, composition offset, size, place and sync flag from five cursors that move on together.

use super::{Limits, Refusal};
use crate::isobmff::boxes::BoxSlice;
use crate::isobmff::{BoxError, Sample, SampleIndexBuilder};

/// Reads the tables of `stbl` into `samples`; gives the sample description that they use, `None` without samples.
pub(super) fn read(
    stbl: &BoxSlice,
    track: u32,
    limits: &mut Limits,
    samples: &mut SampleIndexBuilder,
) -> Result<Option<u32>, Refusal> {
    let tables = Tables::read(stbl)?;
    let sizes = tables.sizes(limits.file_size)?;
    let count = sizes.len();
    if count == 0 {
        return Ok(None);
    }
    limits.take(count)?;
    let mut durations = Runs::read(tables.required(&tables.durations, "stts")?)?;
    let mut offsets = tables.composition_offsets.as_ref().map(Runs::read).transpose()?;
    let mut syncs = tables.sync.as_ref().map(SyncNumbers::read).transpose()?;
    let mut chunks = Chunks::read(&tables)?;
    let mut decode_time = 0u64;
    for number in 0..count {
        let size = sizes.get(number);
        let offset = chunks.next(number)?;
        let end = limits.check(track, number, offset, size)?;
        chunks.position = end;
        let Some(duration) = durations.next() else {
            return Err(stbl.error(format!("'stts' times only {number} of the {count} samples")).into());
        };
        samples.push(Sample {
            offset,
            size,
            decode_time,
            duration,
            // Version 0 is unsigned by the book, but writers put negative offsets there too, and none above 2^31.
            composition_offset: offsets.as_mut().and_then(Runs::next).unwrap_or(0) as i32,
            sync: match &mut syncs {
                Some(syncs) => syncs.contains(number)?,
                None => true,
            },
        });
        decode_time += u64::from(duration);
    }
    Ok(chunks.description)
}

/// The boxes of a sample table.
struct Tables<'a> {
    stbl: &'a BoxSlice,
    durations: Option<BoxSlice>,
    composition_offsets: Option<BoxSlice>,
    sync: Option<BoxSlice>,
    sizes: Option<BoxSlice>,
    compact_sizes: Option<BoxSlice>,
    chunks: Option<BoxSlice>,
    offsets: Option<BoxSlice>,
    large_offsets: Option<BoxSlice>,
}

impl<'a> Tables<'a> {
    fn read(stbl: &'a BoxSlice) -> Result<Tables<'a>, BoxError> {
        let mut tables = Tables {
            stbl,
            durations: None,
            composition_offsets: None,
            sync: None,
            sizes: None,
            compact_sizes: None,
            chunks: None,
            offsets: None,
            large_offsets: None,
        };
        for child in stbl.children() {
            let child = child?;
            let table = match &child.kind().0 {
                b"stts" => &mut tables.durations,
                b"ctts" => &mut tables.composition_offsets,
                b"stss" => &mut tables.sync,
                b"stsz" => &mut tables.sizes,
                b"stz2" => &mut tables.compact_sizes,
                b"stsc" => &mut tables.chunks,
                b"stco" => &mut tables.offsets,
                b"co64" => &mut tables.large_offsets,
                _ => continue,
            };
            table.get_or_insert(child);
        }
        Ok(tables)
    }

    fn required<'t>(&self, table: &'t Option<BoxSlice>, kind: &str) -> Result<&'t BoxSlice, BoxError> {
        table.as_ref().ok_or_else(|| self.stbl.error(format!("box '{kind}' is missing")))
    }

    fn sizes(&self, file_size: u64) -> Result<Sizes<'_>, BoxError> {
        match (&self.sizes, &self.compact_sizes) {
            (Some(stsz), _) => Sizes::read(stsz, file_size),
            (None, Some(stz2)) => Sizes::read_compact(stz2),
            (None, None) => Err(self.stbl.error("box 'stsz' is missing")),
        }
    }
}

/// Entries of `N` bytes, of which the box claims to have `count` after `skip` bytes.
fn entries<const N: usize>(table: &BoxSlice, skip: usize, count: u32) -> Result<&[[u8; N]], BoxError> {
    let (all, _) = table.body().get(skip..).unwrap_or_default().as_chunks::<N>();
    all.get(..count as usize).ok_or_else(|| {
        table.error(format!("the box claims {count} entries and has room for {}; the file is damaged", all.len()))
    })
}

/// The entries of a table that starts with their count.
fn counted_entries<const N: usize>(table: &BoxSlice) -> Result<&[[u8; N]], BoxError> {
    let mut fields = table.fields();
    fields.version_and_flags()?;
    let count = fields.u32()?;
    entries(table, 8, count)
}

/// The `at`-th 32-bit field of an entry.
fn field<const N: usize>(entry: &[u8; N], at: usize) -> u32 {
    entry.as_chunks::<4>().0.get(at).map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

/// `stts` and `ctts`: a value for a number of samples each (8.6.1).
struct Runs<'a> {
    entries: std::slice::Iter<'a, [u8; 8]>,
    left: u32,
    value: u32,
}

impl<'a> Runs<'a> {
    fn read(table: &'a BoxSlice) -> Result<Runs<'a>, BoxError> {
        Ok(Runs { entries: counted_entries(table)?.iter(), left: 0, value: 0 })
    }

    fn next(&mut self) -> Option<u32> {
        while self.left == 0 {
            let entry = self.entries.next()?;
            (self.left, self.value) = (field(entry, 0), field(entry, 1));
        }
        self.left -= 1;
        Some(self.value)
    }
}

/// `stsz` and `stz2` (8.7.3).
enum Sizes<'a> {
    Constant {
        size: u32,
        count: u32,
    },
    Words(&'a [[u8; 4]]),
    Halves(&'a [[u8; 2]]),
    Bytes(&'a [u8]),
    /// Two to a byte, the high half first.
    Nibbles {
        bytes: &'a [u8],
        count: u32,
    },
}

impl<'a> Sizes<'a> {
    fn read(stsz: &'a BoxSlice, file_size: u64) -> Result<Sizes<'a>, BoxError> {
        let mut fields = stsz.fields();
        fields.version_and_flags()?;
        let (size, count) = (fields.u32()?, fields.u32()?);
        if size == 0 {
            return entries(stsz, 12, count).map(Sizes::Words);
        }
        if u64::from(size) * u64::from(count) > file_size {
            return Err(stsz.error(format!(
                "the box claims {count} samples of {size} bytes, the file has {file_size} bytes: it is cut short or \
                 damaged"
            )));
        }
        Ok(Sizes::Constant { size, count })
    }

    fn read_compact(stz2: &'a BoxSlice) -> Result<Sizes<'a>, BoxError> {
        let mut fields = stz2.fields();
        fields.version_and_flags()?;
        let (width, count) = (fields.u32()? & 0xff, fields.u32()?);
        match width {
            4 => {
                let bytes = entries::<1>(stz2, 12, count.div_ceil(2))?.as_flattened();
                Ok(Sizes::Nibbles { bytes, count })
            }
            8 => Ok(Sizes::Bytes(entries::<1>(stz2, 12, count)?.as_flattened())),
            16 => entries(stz2, 12, count).map(Sizes::Halves),
            _ => Err(stz2.error(format!("sizes have {width} bits; 4, 8 and 16 are known"))),
        }
    }

    fn len(&self) -> u32 {
        match self {
            Sizes::Constant { count, .. } | Sizes::Nibbles { count, .. } => *count,
            Sizes::Words(entries) => entries.len() as u32,
            Sizes::Halves(entries) => entries.len() as u32,
            Sizes::Bytes(entries) => entries.len() as u32,
        }
    }

    fn get(&self, number: u32) -> u32 {
        let at = number as usize;
        match self {
            Sizes::Constant { size, .. } => *size,
            Sizes::Words(entries) => entries.get(at).map_or(0, |entry| u32::from_be_bytes(*entry)),
            Sizes::Halves(entries) => entries.get(at).map_or(0, |entry| u32::from(u16::from_be_bytes(*entry))),
            Sizes::Bytes(entries) => entries.get(at).map_or(0, |entry| u32::from(*entry)),
            Sizes::Nibbles { bytes, .. } => {
                let byte = bytes.get(at / 2).copied().unwrap_or(0);
                u32::from(if at % 2 == 0 { byte >> 4 } else { byte & 0xf })
            }
        }
    }
}

/// `stss`: the numbers of sync samples, counted from 1, ascending (8.6.2).
struct SyncNumbers<'a> {
    table: &'a BoxSlice,
    entries: std::slice::Iter<'a, [u8; 4]>,
    next: u32,
}

impl<'a> SyncNumbers<'a> {
    fn read(table: &'a BoxSlice) -> Result<SyncNumbers<'a>, BoxError> {
        Ok(SyncNumbers { table, entries: counted_entries(table)?.iter(), next: 0 })
    }

    /// Whether sample `number`, counted from 0, is in the table; asked in order.
    fn contains(&mut self, number: u32) -> Result<bool, BoxError> {
        while self.next <= number {
            let Some(entry) = self.entries.next() else { return Ok(false) };
            let next = u32::from_be_bytes(*entry);
            if next < self.next || next == 0 {
                return Err(self.table.error("the sync sample numbers do not ascend; the file is damaged"));
            }
            self.next = next;
        }
        Ok(self.next == number + 1)
    }
}

/// `stsc` with `stco` or `co64`: which samples lie together, and where (8.7.4, 8.7.5).
struct Chunks<'a> {
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
    position: u64,
    /// What the samples so far use.
    description: Option<u32>,
}

enum Offsets<'a> {
    Small(std::slice::Iter<'a, [u8; 4]>),
    Large(std::slice::Iter<'a, [u8; 8]>),
}

impl<'a> Chunks<'a> {
    fn read(tables: &'a Tables<'_>) -> Result<Chunks<'a>, BoxError> {
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
    fn next(&mut self, number: u32) -> Result<u64, Refusal> {
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
