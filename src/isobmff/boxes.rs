//! Boxes as slices: iteration, and a reader of fields that cannot run past its box (ISO/IEC 14496-12 4.2).
//!
//! Forward progress is guaranteed (a box is never smaller than its header), depth is bounded, and every error names the
//! boxes around it and the byte in the file.

mod fields;
mod header;

pub use fields::Fields;
use header::parse_header;
pub use header::{BoxHeader, FourCc};

use super::BoxError;
use bytes::Bytes;

/// How deep boxes may nest. Real files stay under ten.
const MAX_DEPTH: u8 = 16;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::write::boxed;
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

    proptest! {
        #[test]
        fn any_bytes_are_walked_in_at_most_one_step_per_eight(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
            let length = bytes.len();
            prop_assert!(parent_of(&bytes).children().count() <= length / 8 + 1);
        }
    }
}
