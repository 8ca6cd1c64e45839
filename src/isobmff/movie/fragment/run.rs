//! A run of samples in a fragment.

use crate::isobmff::BoxError;
use crate::isobmff::boxes::{BoxSlice, Fields};

/// `trun` (8.8.8).
pub(super) struct Run<'a> {
    flags: u32,
    pub(super) count: u32,
    pub(super) data_offset: Option<i32>,
    first_flags: Option<u32>,
    /// As many entries as samples, of as many 32-bit fields as the flags say.
    entries: &'a [u8],
}

/// A field per sample, where the run has it.
pub(super) struct RunEntry {
    pub(super) duration: Option<u32>,
    pub(super) size: Option<u32>,
    pub(super) flags: Option<u32>,
    pub(super) composition_offset: i32,
}

impl<'a> Run<'a> {
    const DATA_OFFSET: u32 = 0x1;
    const FIRST_FLAGS: u32 = 0x4;
    const DURATION: u32 = 0x100;
    const SIZE: u32 = 0x200;
    const FLAGS: u32 = 0x400;
    const COMPOSITION_OFFSET: u32 = 0x800;

    pub(super) fn read(trun: &'a BoxSlice) -> Result<Run<'a>, BoxError> {
        let mut fields = trun.fields();
        let (_, flags) = fields.version_and_flags()?;
        let count = fields.u32()?;
        let field = |fields: &mut Fields<'_>, flag: u32| {
            if flags & flag != 0 { fields.u32().map(Some) } else { Ok(None) }
        };
        let data_offset = field(&mut fields, Self::DATA_OFFSET)?.map(|offset| offset as i32);
        let first_flags = field(&mut fields, Self::FIRST_FLAGS)?;
        let mut run = Run { flags, count, data_offset, first_flags, entries: &[] };
        let (claimed, left) = (run.entry_size() as u64 * u64::from(count), fields.left() as u64);
        if claimed > left {
            return Err(fields.error(format!(
                "the box claims {count} samples, {claimed} bytes of entries, and has {left}; the file is damaged"
            )));
        }
        run.entries = fields.rest();
        Ok(run)
    }

    /// Bytes per entry.
    fn entry_size(&self) -> usize {
        let present = self.flags & (Self::DURATION | Self::SIZE | Self::FLAGS | Self::COMPOSITION_OFFSET);
        present.count_ones() as usize * 4
    }

    /// Bytes of all samples together, where those that do not say have `default_size`.
    pub(super) fn bytes(&self, default_size: u32) -> u64 {
        if self.flags & Self::SIZE == 0 {
            return u64::from(default_size) * u64::from(self.count);
        }
        (0..self.count).map(|number| u64::from(self.entry(number).size.unwrap_or(0))).sum()
    }

    pub(super) fn entry(&self, number: u32) -> RunEntry {
        let mut rest = self.entries.get(number as usize * self.entry_size()..).unwrap_or_default();
        let mut field = |flag: u32| {
            if self.flags & flag == 0 {
                return None;
            }
            let (bytes, after) = rest.split_first_chunk::<4>()?;
            rest = after;
            Some(u32::from_be_bytes(*bytes))
        };
        let (duration, size, flags) = (field(Self::DURATION), field(Self::SIZE), field(Self::FLAGS));
        // As with `ctts`: unsigned in version 0 by the book, signed in practice.
        let composition_offset = field(Self::COMPOSITION_OFFSET).unwrap_or(0) as i32;
        let first_flags = self.first_flags.filter(|_| number == 0);
        RunEntry { duration, size, flags: first_flags.or(flags), composition_offset }
    }
}
