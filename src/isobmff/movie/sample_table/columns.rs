//! Tables of fixed-size entries, and the cursors over those that say something of each sample in turn.

use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;

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

    pub(super) fn next(&mut self) -> Option<u32> {
        while self.left == 0 {
            let entry = self.entries.next()?;
            (self.left, self.value) = (field(entry, 0), field(entry, 1));
        }
        self.left -= 1;
        Some(self.value)
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

    /// Whether sample `number`, counted from 0, is in the table; asked in order.
    pub(super) fn contains(&mut self, number: u32) -> Result<bool, BoxError> {
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
