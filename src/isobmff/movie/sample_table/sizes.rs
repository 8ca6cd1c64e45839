//! The sizes of samples.

use super::columns::entries;
use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;

/// `stsz` and `stz2` (8.7.3).
pub(super) enum Sizes<'a> {
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
    pub(super) fn read(stsz: &'a BoxSlice, file_size: u64) -> Result<Sizes<'a>, BoxError> {
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

    pub(super) fn read_compact(stz2: &'a BoxSlice) -> Result<Sizes<'a>, BoxError> {
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

    pub(super) fn len(&self) -> u32 {
        match self {
            Sizes::Constant { count, .. } | Sizes::Nibbles { count, .. } => *count,
            Sizes::Words(entries) => entries.len() as u32,
            Sizes::Halves(entries) => entries.len() as u32,
            Sizes::Bytes(entries) => entries.len() as u32,
        }
    }

    /// The sizes of `count` samples from `first` on, of which there are so many.
    pub(super) fn fill(&self, first: u32, count: usize, out: &mut Vec<u32>) {
        fn part<T>(entries: &[T], first: u32, count: usize) -> &[T] {
            entries.get(first as usize..).and_then(|rest| rest.get(..count)).unwrap_or_default()
        }
        match self {
            Sizes::Constant { size, .. } => out.resize(count, *size),
            Sizes::Words(entries) => out.extend(part(entries, first, count).iter().map(|e| u32::from_be_bytes(*e))),
            Sizes::Halves(entries) => {
                out.extend(part(entries, first, count).iter().map(|entry| u32::from(u16::from_be_bytes(*entry))));
            }
            Sizes::Bytes(entries) => out.extend(part(entries, first, count).iter().map(|entry| u32::from(*entry))),
            Sizes::Nibbles { bytes, .. } => out.extend((first as usize..first as usize + count).map(|at| {
                let byte = bytes.get(at / 2).copied().unwrap_or(0);
                u32::from(if at.is_multiple_of(2) { byte >> 4 } else { byte & 0xf })
            })),
        }
    }
}
