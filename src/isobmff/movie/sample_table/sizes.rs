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

    pub(super) fn get(&self, number: u32) -> u32 {
        let at = number as usize;
        match self {
            Sizes::Constant { size, .. } => *size,
            Sizes::Words(entries) => entries.get(at).map_or(0, |entry| u32::from_be_bytes(*entry)),
            Sizes::Halves(entries) => entries.get(at).map_or(0, |entry| u32::from(u16::from_be_bytes(*entry))),
            Sizes::Bytes(entries) => entries.get(at).map_or(0, |entry| u32::from(*entry)),
            Sizes::Nibbles { bytes, .. } => {
                let byte = bytes.get(at / 2).copied().unwrap_or(0);
                u32::from(if at.is_multiple_of(2) { byte >> 4 } else { byte & 0xf })
            }
        }
    }
}
