//! Colour as files describe it (ISO/IEC 14496-12 12.1.5).

use super::Colour;
use crate::isobmff::boxes::BoxSlice;

/// The code point that says nothing (ISO/IEC 23091-2).
const UNSPECIFIED: u8 = 2;

impl Colour {
    /// Whether any of the three code points says something.
    pub(super) fn is_specified(&self) -> bool {
        [self.primaries, self.transfer, self.matrix].iter().any(|point| *point != UNSPECIFIED)
    }
}

/// Reads a `colr` box: `nclx`, or QuickTime's `nclc`, which says nothing of the range. ICC profiles are not for video.
pub(super) fn read(colr: &BoxSlice) -> Option<Colour> {
    let mut fields = colr.fields();
    let form = fields.take(4).ok()?;
    let mut point = || fields.u16().ok().and_then(|point| u8::try_from(point).ok());
    let (primaries, transfer, matrix) = (point()?, point()?, point()?);
    let full_range = match form {
        b"nclx" => fields.u8().ok()? & 0x80 != 0,
        b"nclc" => false,
        _ => return None,
    };
    Some(Colour { primaries, transfer, matrix, full_range }).filter(Colour::is_specified)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::write::boxed;

    fn read_colr(content: &[u8]) -> Option<Colour> {
        let mut bytes = Vec::new();
        boxed(&mut bytes, b"colr", |out| out.extend_from_slice(content));
        read(&BoxSlice::root(&bytes.into(), 0).unwrap())
    }

    #[test]
    fn both_forms_are_read() {
        let pq = Colour { primaries: 9, transfer: 16, matrix: 9, full_range: true };
        assert_eq!(read_colr(b"nclx\0\x09\0\x10\0\x09\x80"), Some(pq));
        assert_eq!(read_colr(b"nclc\0\x09\0\x10\0\x09"), Some(Colour { full_range: false, ..pq }));
    }

    #[test]
    fn what_says_nothing_is_nothing() {
        assert_eq!(read_colr(b"nclx\0\x02\0\x02\0\x02\0"), None);
        assert_eq!(read_colr(b"prof\0\x09\0\x10\0\x09\x80"), None);
        assert_eq!(read_colr(b"nclx\0\x09\0\x10\0\x09"), None, "cut short");
        assert_eq!(read_colr(b"ncl"), None);
    }
}
