//! What a response consists of: bytes made here and byte ranges of the source file.
//!
//! A segment is described before any of its media is read, so its length is known for the head of the response, a part
//! of it can be taken for a range request, and its media can be handed on in small blocks.

use bytes::Bytes;
use std::ops::Range;

/// The next bytes of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Made here: a `moof`, an `mdat` header.
    Bytes(Bytes),
    /// Byte range of the source file.
    Source(Range<u64>),
}

impl Piece {
    /// In bytes. A range that ends before it starts has none.
    pub fn len(&self) -> u64 {
        match self {
            Piece::Bytes(bytes) => bytes.len() as u64,
            Piece::Source(range) => range.end.saturating_sub(range.start),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The part of this piece that lies at `range`, counted from its own start and cut at its end.
    pub(crate) fn part(&self, range: Range<u64>) -> Piece {
        let end = range.end.min(self.len());
        let start = range.start.min(end);
        match self {
            Piece::Bytes(bytes) => Piece::Bytes(bytes.slice(start as usize..end as usize)),
            Piece::Source(source) => Piece::Source(source.start + start..source.start + end),
        }
    }
}

/// Length of all `pieces` in bytes.
pub fn total_len(pieces: &[Piece]) -> u64 {
    pieces.iter().fold(0, |sum, piece| sum.saturating_add(piece.len()))
}

/// The part of `pieces` that lies at `range`, counted from the start of the first, cut at the end of the last.
pub fn slice(pieces: &[Piece], range: Range<u64>) -> Vec<Piece> {
    let mut part = Vec::new();
    let mut start = 0u64;
    for piece in pieces {
        let end = start.saturating_add(piece.len());
        if end > range.start && start < range.end {
            part.push(piece.part(range.start.saturating_sub(start)..range.end - start));
        }
        start = end;
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What `pieces` stand for, given the source file.
    fn flatten(pieces: &[Piece], source: &[u8]) -> Vec<u8> {
        let bytes = |piece: &Piece| match piece {
            Piece::Bytes(bytes) => bytes.to_vec(),
            Piece::Source(range) => source[range.start as usize..range.end as usize].to_vec(),
        };
        pieces.iter().flat_map(bytes).collect()
    }

    #[test]
    fn a_slice_keeps_sources_as_ranges() {
        let pieces = [Piece::Bytes(Bytes::from_static(b"moof")), Piece::Source(100..200), Piece::Source(300..310)];
        assert_eq!(total_len(&pieces), 114);
        assert_eq!(slice(&pieces, 0..114), pieces);
        assert_eq!(slice(&pieces, 2..6), [Piece::Bytes(Bytes::from_static(b"of")), Piece::Source(100..102)]);
        assert_eq!(slice(&pieces, 103..105), [Piece::Source(199..200), Piece::Source(300..301)]);
        assert_eq!(slice(&pieces, 113..u64::MAX), [Piece::Source(309..310)]);
        assert_eq!(slice(&pieces, 114..120), []);
    }

    #[test]
    fn absurd_ranges_do_no_harm() {
        #[expect(clippy::reversed_empty_ranges)]
        let pieces = [Piece::Source(5..3), Piece::Source(0..u64::MAX), Piece::Source(0..u64::MAX)];
        assert!(pieces[0].is_empty());
        assert_eq!(total_len(&pieces), u64::MAX);
        assert_eq!(slice(&pieces, 7..9), [Piece::Source(7..9)]);
    }

    fn any_piece() -> impl Strategy<Value = Piece> {
        prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..20).prop_map(|bytes| Piece::Bytes(bytes.into())),
            (0u64..80, 0u64..20).prop_map(|(start, len)| Piece::Source(start..start + len)),
        ]
    }

    proptest! {
        #[test]
        fn a_slice_is_the_same_part_of_the_bytes(
            pieces in proptest::collection::vec(any_piece(), 0..8),
            start in 0u64..150,
            len in 0u64..150,
        ) {
            let source: Vec<u8> = (0..100).collect();
            let whole = flatten(&pieces, &source);
            prop_assert_eq!(total_len(&pieces), whole.len() as u64);
            let part = slice(&pieces, start..start + len);
            let expected: Vec<u8> = whole.iter().copied().skip(start as usize).take(len as usize).collect();
            prop_assert_eq!(flatten(&part, &source), expected);
        }
    }
}
