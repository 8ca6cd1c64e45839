//! Tables of fixed-size entries, and the cursors over those that say something of each sample in turn.

use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;
use crate::isobmff::index::Flags;

/// Entries of `N` bytes, of which the box claims to have `count` after `skip` bytes.
pub(super) fn entries<const N: usize>(table: &BoxSlice, skip: usize, count: u32) -> Result<&[[u8; N]], BoxError> {
    let (all, _) = table.body().get(skip..).unwrap_or_default().as_chunks::<N>();
    all.get(..count as usize).ok_or_else(|| {
        table.error(format!("the box claims {count} entries and has room for {}; the file is damaged", all.len()))
    })
}

/// The entries of a table that starts with their count.
pub(super) fn counted_entries<const N: usize>(table: &BoxSlice) -> Result<&[[u8; N]], BoxError> {
    let mut fields = table.fields();
    fields.version_and_flags()?;
    let count = fields.u32()?;
    entries(table, 8, count)
}

/// The `at`-th 32-bit field of an entry.
pub(super) fn field<const N: usize>(entry: &[u8; N], at: usize) -> u32 {
    entry.as_chunks::<4>().0.get(at).map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

/// `stts` and `ctts`: a value for a number of samples each (8.6.1).
pub(super) struct Runs<'a> {
    entries: std::slice::Iter<'a, [u8; 8]>,
    left: u32,
    value: u32,
}

impl<'a> Runs<'a> {
    pub(super) fn read(table: &'a BoxSlice) -> Result<Runs<'a>, BoxError> {
        Ok(Runs { entries: counted_entries(table)?.iter(), left: 0, value: 0 })
    }

    /// The values of the next `count` samples, or one where all have the same; gives how many there were.
    pub(super) fn fill<T: Copy + Default>(
        &mut self,
        count: usize,
        out: &mut Vec<T>,
        value: impl Fn(u32) -> T,
    ) -> usize {
        if self.begin() && self.left as usize >= count {
            out.push(value(self.value));
            self.left -= count as u32;
            return count;
        }
        // Of pictures most runs are of one or two, as it comes. So many are written each time, and those beyond the run are
        // written again: a loop that ends with the run would be guessed wrongly by the processor each time.
        const TOGETHER: usize = 4;
        out.resize(count + TOGETHER, T::default());
        let mut filled = 0;
        while filled < count && self.begin() {
            let run = (count - filled).min(self.left as usize);
            let value = value(self.value);
            match run <= TOGETHER {
                true => out[filled..filled + TOGETHER].fill(value),
                false => out[filled..filled + run].fill(value),
            }
            self.left -= run as u32;
            filled += run;
        }
        out.truncate(count);
        filled
    }

    /// Goes on to the next run where the present one is used up; false at the end.
    fn begin(&mut self) -> bool {
        while self.left == 0 {
            let Some(entry) = self.entries.next() else { return false };
            (self.left, self.value) = (field(entry, 0), field(entry, 1));
        }
        true
    }
}

/// `stss`: the numbers of sync samples, counted from 1, ascending (8.6.2).
pub(super) struct SyncNumbers<'a> {
    table: &'a BoxSlice,
    entries: std::slice::Iter<'a, [u8; 4]>,
    next: u32,
}

impl<'a> SyncNumbers<'a> {
    pub(super) fn read(table: &'a BoxSlice) -> Result<SyncNumbers<'a>, BoxError> {
        Ok(SyncNumbers { table, entries: counted_entries(table)?.iter(), next: 0 })
    }

    /// Sets the flags of those of `count` samples from `first`, counted from 0, that are in the table; asked in order.
    pub(super) fn fill(&mut self, first: u32, count: usize, flags: &mut Flags) -> Result<(), BoxError> {
        let end = first + count as u32;
        let mut set = |number: u32| {
            if number > first && number <= end {
                flags.set((number - first - 1) as usize);
            }
        };
        set(self.next);
        while self.next < end {
            let Some(entry) = self.entries.next() else { break };
            let next = u32::from_be_bytes(*entry);
            if next < self.next || next == 0 {
                return Err(self.table.error("the sync sample numbers do not ascend; the file is damaged"));
            }
            self.next = next;
            set(next);
        }
        Ok(())
    }
}
