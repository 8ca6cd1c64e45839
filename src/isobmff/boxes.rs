//! Boxes as slices: headers, iteration, and a reader of fields that cannot run past its box (ISO/IEC 14496-12 4.2).
//!
//! Forward progress is guaranteed (a box is never smaller than its header), depth is bounded, and every error names the
//! boxes around it and the byte in the file.

use super::BoxError;
use bytes::Bytes;
use std::fmt;

/// How deep boxes may nest. Real files stay under ten.
const MAX_DEPTH: u8 = 16;

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
struct RawHeader {
    kind: FourCc,
    header_size: u64,
    size: u64,
}

impl RawHeader {
    fn sized(mut self, to_the_end: u64) -> Self {
        if self.size == 0 {
            self.size = to_the_end;
        }
        self
    }
}

/// Reads a box header; a size of 0 is handed on.
fn parse_header(bytes: &[u8], left: u64) -> Result<RawHeader, String> {
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

/// One box with its bytes, which are shared with whatever it was cut from.
#[derive(Debug, Clone)]
pub struct BoxSlice {
    kind: FourCc,
    offset: u64,
    header_size: usize,
    bytes: Bytes,
    path: String,
    depth: u8,
}

impl BoxSlice {
    /// The box that `bytes` hold, header included; it lies at `offset` of the file. Bytes after it are left out.
    pub fn root(bytes: &Bytes, offset: u64) -> Result<BoxSlice, BoxError> {
        let all = bytes.len() as u64;
        let at_file = |problem| BoxError { path: "file".to_owned(), offset, problem };
        let header = parse_header(bytes, all).map_err(at_file)?.sized(all);
        if header.size > all || header.header_size > all {
            return Err(at_file(format!(
                "box '{}' claims {} bytes, {all} are there: the file is cut short",
                header.kind, header.size
            )));
        }
        Ok(BoxSlice {
            kind: header.kind,
            offset,
            header_size: header.header_size as usize,
            bytes: bytes.slice(..header.size as usize),
            path: header.kind.to_string(),
            depth: 0,
        })
    }

    pub fn kind(&self) -> FourCc {
        self.kind
    }

    /// Whether this is a box of type `kind`.
    pub fn is(&self, kind: &[u8; 4]) -> bool {
        self.kind.0 == *kind
    }

    /// Byte offset of the box in the file.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The whole box, header included.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// What follows the header.
    pub fn body(&self) -> &[u8] {
        self.bytes.get(self.header_size..).unwrap_or_default()
    }

    /// A reader of the fields after the header.
    pub fn fields(&self) -> Fields<'_> {
        Fields { owner: self, position: self.header_size }
    }

    /// The boxes in this one, where they start right after the header.
    pub fn children(&self) -> Children {
        self.children_after(0)
    }

    /// The boxes in this one, where they follow `skip` bytes of fields.
    pub fn children_after(&self, skip: usize) -> Children {
        Children {
            parent: self.clone(),
            position: self.header_size.saturating_add(skip).min(self.bytes.len()),
            numbered: [0; NUMBERED.len()],
        }
    }

    /// The first child of type `kind`, where children start right after the header.
    pub fn child(&self, kind: &[u8; 4]) -> Result<Option<BoxSlice>, BoxError> {
        self.children().find_kind(kind)
    }

    /// As [`BoxSlice::child`], where the child must be there.
    pub fn require(&self, kind: &[u8; 4]) -> Result<BoxSlice, BoxError> {
        self.child(kind)?.ok_or_else(|| self.error(format!("box '{}' is missing", FourCc(*kind))))
    }

    /// An error about this box as a whole.
    pub fn error(&self, problem: impl Into<String>) -> BoxError {
        self.error_at(0, problem)
    }

    fn error_at(&self, position: usize, problem: impl Into<String>) -> BoxError {
        let offset = self.offset.saturating_add(position as u64);
        BoxError { path: self.path.clone(), offset, problem: problem.into() }
    }
}

/// Boxes of which a parent has several, so that a path must say which, counted from 1.
const NUMBERED: [&[u8; 4]; 3] = [b"trak", b"traf", b"trun"];

/// The boxes in a box, in file order. Ends after the first error.
///
/// Fewer than eight trailing bytes, and a box of size and type zero, end the list: QuickTime closes its lists with
/// four zero bytes, and some writers pad with zeros.
#[derive(Debug)]
pub struct Children {
    parent: BoxSlice,
    position: usize,
    numbered: [u32; NUMBERED.len()],
}

impl Children {
    /// The next child of type `kind`.
    pub fn find_kind(mut self, kind: &[u8; 4]) -> Result<Option<BoxSlice>, BoxError> {
        self.find(|child| child.as_ref().map_or(true, |child| child.is(kind))).transpose()
    }

    fn read(&mut self) -> Result<Option<BoxSlice>, BoxError> {
        let parent = &self.parent;
        let rest = parent.bytes.get(self.position..).unwrap_or_default();
        if rest.len() < 8 || rest.iter().take(8).all(|byte| *byte == 0) {
            return Ok(None);
        }
        let fail = |problem: String| parent.error_at(self.position, problem);
        let header = parse_header(rest, rest.len() as u64).map_err(fail)?;
        if header.size == 0 {
            return Err(fail(format!("box '{}' has no size, which only the last box of a file may have", header.kind)));
        }
        if header.size > rest.len() as u64 {
            let (kind, size, room) = (header.kind, header.size, rest.len());
            return Err(fail(format!("box '{kind}' claims {size} bytes, its parent has {room} left")));
        }
        if parent.depth + 1 >= MAX_DEPTH {
            return Err(fail(format!("boxes nest deeper than {MAX_DEPTH}")));
        }
        let start = self.position;
        self.position += header.size as usize;
        Ok(Some(BoxSlice {
            kind: header.kind,
            offset: parent.offset.saturating_add(start as u64),
            header_size: header.header_size as usize,
            bytes: parent.bytes.slice(start..self.position),
            path: self.path_of(header.kind),
            depth: self.parent.depth + 1,
        }))
    }

    fn path_of(&mut self, kind: FourCc) -> String {
        let parent = &self.parent.path;
        match NUMBERED.iter().position(|numbered| **numbered == kind.0) {
            Some(which) => {
                self.numbered[which] += 1;
                format!("{parent}/{kind}[{}]", self.numbered[which])
            }
            None => format!("{parent}/{kind}"),
        }
    }
}

impl Iterator for Children {
    type Item = Result<BoxSlice, BoxError>;

    fn next(&mut self) -> Option<Self::Item> {
        let child = self.read().transpose();
        if !matches!(child, Some(Ok(_))) {
            self.position = self.parent.bytes.len();
        }
        child
    }
}

/// Reads big-endian fields of a box, one after the other.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    owner: &'a BoxSlice,
    position: usize,
}

impl<'a> Fields<'a> {
    /// Bytes not read yet.
    pub fn left(&self) -> usize {
        self.owner.bytes.len().saturating_sub(self.position)
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], BoxError> {
        let end = self.position.saturating_add(count);
        let taken = self.owner.bytes.get(self.position..end).ok_or_else(|| {
            let left = self.left();
            self.error(format!("the box is too short: {count} bytes should follow, {left} do"))
        })?;
        self.position = end;
        Ok(taken)
    }

    /// All bytes not read yet.
    pub fn rest(&mut self) -> &'a [u8] {
        let rest = self.owner.bytes.get(self.position..).unwrap_or_default();
        self.position = self.owner.bytes.len();
        rest
    }

    pub fn skip(&mut self, count: usize) -> Result<(), BoxError> {
        self.take(count).map(|_| ())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BoxError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub fn u8(&mut self) -> Result<u8, BoxError> {
        self.array().map(u8::from_be_bytes)
    }

    pub fn u16(&mut self) -> Result<u16, BoxError> {
        self.array().map(u16::from_be_bytes)
    }

    pub fn u24(&mut self) -> Result<u32, BoxError> {
        self.array().map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
    }

    pub fn u32(&mut self) -> Result<u32, BoxError> {
        self.array().map(u32::from_be_bytes)
    }

    pub fn u64(&mut self) -> Result<u64, BoxError> {
        self.array().map(u64::from_be_bytes)
    }

    /// The version and flags that a full box starts with.
    pub fn version_and_flags(&mut self) -> Result<(u8, u32), BoxError> {
        Ok((self.u8()?, self.u24()?))
    }

    /// Text up to a zero byte or the end of the box; bytes that are not UTF-8 are replaced.
    pub fn string(&mut self) -> String {
        let rest = self.owner.bytes.get(self.position..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
        self.position = (self.position + length + 1).min(self.owner.bytes.len());
        String::from_utf8_lossy(&rest[..length]).into_owned()
    }

    /// An error about the byte to be read next.
    pub fn error(&self, problem: impl Into<String>) -> BoxError {
        self.owner.error_at(self.position, problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::write::{boxed, full_box};
    use proptest::prelude::*;

    fn parent_of(content: &[u8]) -> BoxSlice {
        let mut bytes = Vec::new();
        boxed(&mut bytes, b"moov", |out| out.extend_from_slice(content));
        BoxSlice::root(&bytes.into(), 100).unwrap()
    }

    #[test]
    fn children_are_found_in_order_with_their_place_and_path() {
        let moov = parent_of(b"\0\0\0\x0ctrakabcd\0\0\0\x08free\0\0\0\x08trak");
        let seen: Vec<_> =
            moov.children().map(|child| child.map(|child| (child.offset(), child.path.clone()))).collect();
        let expected = [(108, "moov/trak[1]"), (120, "moov/free"), (128, "moov/trak[2]")];
        assert_eq!(seen, expected.map(|(offset, path)| Ok((offset, path.to_owned()))));
        assert_eq!(moov.child(b"trak").unwrap().unwrap().body(), b"abcd");
        assert!(moov.child(b"udta").unwrap().is_none());
        assert_eq!(moov.require(b"udta").unwrap_err().to_string(), "moov at byte 100: box 'udta' is missing");
    }

    #[test]
    fn large_sizes_and_user_types_count_as_header() {
        let mut content = b"\0\0\0\x01uuid\0\0\0\0\0\0\0\x21".to_vec();
        content.extend([7; 16]);
        content.push(9);
        let child = parent_of(&content).child(b"uuid").unwrap().unwrap();
        assert_eq!(child.body(), [9]);
    }

    #[test]
    fn sizes_that_make_no_sense_are_errors_not_loops() {
        let cases: [(&[u8], &str); 5] = [
            (b"\0\0\0\x00trak", "moov at byte 108: box 'trak' has no size, which only the last box of a file may have"),
            (b"\0\0\0\x07trak", "moov at byte 108: box 'trak' claims 7 bytes, fewer than its header"),
            (b"\0\0\0\x01trak", "moov at byte 108: 8 stray bytes where a box should be: too few for a box header"),
            (b"\0\0\0\x01trak\0\0\0\0\0\0\0\0", "moov at byte 108: box 'trak' claims 0 bytes, fewer than its header"),
            (b"\0\0\0\x09trak", "moov at byte 108: box 'trak' claims 9 bytes, its parent has 8 left"),
        ];
        for (content, message) in cases {
            let moov = parent_of(content);
            let mut children = moov.children();
            assert_eq!(children.next().unwrap().unwrap_err().to_string(), message);
            assert!(children.next().is_none(), "an error ends the list");
        }
    }

    #[test]
    fn zero_terminators_and_trailing_bytes_end_a_list() {
        assert_eq!(parent_of(b"\0\0\0\x08free\0\0\0\0").children().count(), 1);
        assert_eq!(parent_of(&[0; 4096]).children().count(), 0);
    }

    #[test]
    fn depth_is_bounded() {
        fn nest(out: &mut Vec<u8>, levels: u32) {
            boxed(out, b"moov", |out| {
                if levels > 0 {
                    nest(out, levels - 1)
                }
            });
        }
        let mut bytes = Vec::new();
        nest(&mut bytes, 400);
        let mut here = BoxSlice::root(&bytes.into(), 0).unwrap();
        let mut levels = 0;
        let error = loop {
            match here.child(b"moov") {
                Ok(child) => here = child.unwrap(),
                Err(error) => break error,
            }
            levels += 1;
        };
        assert_eq!((levels, error.problem.as_str()), (15, "boxes nest deeper than 16"));
    }

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

    #[test]
    fn fields_stop_at_the_end_of_their_box() {
        let mut bytes = Vec::new();
        full_box(&mut bytes, b"mdhd", 1, 0x020304, |out| out.extend_from_slice(b"hi\0\x05"));
        let mdhd = BoxSlice::root(&bytes.into(), 10).unwrap();
        let mut fields = mdhd.fields();
        assert_eq!(fields.version_and_flags(), Ok((1, 0x020304)));
        assert_eq!(fields.string(), "hi");
        let error = fields.u32().unwrap_err();
        assert_eq!(error.to_string(), "mdhd at byte 25: the box is too short: 4 bytes should follow, 1 do");
        assert_eq!((fields.u8(), fields.left()), (Ok(5), 0));
    }

    proptest! {
        #[test]
        fn any_bytes_are_walked_in_at_most_one_step_per_eight(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
            let length = bytes.len();
            prop_assert!(parent_of(&bytes).children().count() <= length / 8 + 1);
        }
    }
}
