//! Box headers (ISO/IEC 14496-12 4.2.2).

use crate::isobmff::BoxError;
use std::fmt;

/// A four-character code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FourCc(pub [u8; 4]);

impl fmt::Display for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl fmt::Debug for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{self}'")
    }
}

/// The header of a top-level box, for whoever hops through a file with range reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoxHeader {
    pub kind: FourCc,
    /// Byte offset of the box in the file.
    pub offset: u64,
    /// Bytes before the content: 8, 16 with a 64-bit size, 16 more for `uuid`.
    pub header_size: u64,
    /// Bytes of the whole box as it claims them; compare [`BoxHeader::end`] with the file's size.
    pub size: u64,
}

impl BoxHeader {
    /// As many bytes as a header may take.
    pub const MAX_SIZE: usize = 32;

    /// Reads the header of the box at `offset` of a file of `file_size` bytes, from its first bytes: at least
    /// [`BoxHeader::MAX_SIZE`] of them, or all that are left of the file. A size of 0 means "to the end of the file",
    /// which the last top-level box may say (ISO/IEC 14496-12 4.2.2).
    pub fn read(bytes: &[u8], offset: u64, file_size: u64) -> Result<BoxHeader, BoxError> {
        let left = file_size.saturating_sub(offset);
        let header = parse_header(bytes, left)
            .map_err(|problem| BoxError { path: "file".to_owned(), offset, problem })?
            .sized(left);
        Ok(BoxHeader { kind: header.kind, offset, header_size: header.header_size, size: header.size })
    }

    /// First byte after the box.
    pub fn end(&self) -> u64 {
        self.offset.saturating_add(self.size)
    }
}

/// A header before it is decided what a size of 0 means.
pub(super) struct RawHeader {
    pub(super) kind: FourCc,
    pub(super) header_size: u64,
    pub(super) size: u64,
}

impl RawHeader {
    pub(super) fn sized(mut self, to_the_end: u64) -> Self {
        if self.size == 0 {
            self.size = to_the_end;
        }
        self
    }
}

/// Reads a box header; a size of 0 is handed on.
pub(super) fn parse_header(bytes: &[u8], left: u64) -> Result<RawHeader, String> {
    let too_short = || format!("{left} stray bytes where a box should be: too few for a box header");
    let (&size, rest) = bytes.split_first_chunk::<4>().ok_or_else(too_short)?;
    let (&kind, rest) = rest.split_first_chunk::<4>().ok_or_else(too_short)?;
    let kind = FourCc(kind);
    let (mut size, mut header_size) = (u64::from(u32::from_be_bytes(size)), 8);
    if size == 1 {
        let large = rest.first_chunk::<8>().ok_or_else(too_short)?;
        (size, header_size) = (u64::from_be_bytes(*large), 16);
        if size == 0 {
            return Err(format!("box '{kind}' claims 0 bytes, fewer than its header"));
        }
    }
    if kind.0 == *b"uuid" {
        header_size += 16;
    }
    if size != 0 && size < header_size {
        return Err(format!("box '{kind}' claims {size} bytes, fewer than its header"));
    }
    Ok(RawHeader { kind, header_size, size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_top_level_header_says_where_the_next_box_is() {
        let header = BoxHeader::read(b"\0\0\0\x20ftypisom", 0, 5000).unwrap();
        assert_eq!((header.kind, header.header_size, header.end()), (FourCc(*b"ftyp"), 8, 32));
        let header = BoxHeader::read(b"\0\0\0\x01mdat\0\0\0\x02\0\0\0\0", 32, 5000).unwrap();
        assert_eq!((header.header_size, header.end()), (16, 32 + (2 << 32)));
        let last = BoxHeader::read(b"\0\0\0\0mdat", 32, 5000).unwrap();
        assert_eq!((last.size, last.end()), (4968, 5000));
        let error = BoxHeader::read(b"\0\0\0", 4997, 5000).unwrap_err();
        assert_eq!(
            error.to_string(),
            "file at byte 4997: 3 stray bytes where a box should be: too few for a box header"
        );
    }
}
