//! What of a body is fetched together: some blocks of media are read, long stretches may be lent by the store.

use super::body::Source;
use crate::segment::Piece;
use crate::store::{Lending, Mapped, StoreError};
use bytes::Bytes;
use std::ops::Range;
use std::sync::Arc;

/// Bytes of media read at once. The last block of a body may have up to twice as many.
pub(super) const BLOCK: u64 = 64 * 1024;
/// Most bytes of media lent at once.
const LOAN: u64 = 512 * 1024;

/// The pieces of a body that are not yet asked of the store.
#[derive(Debug, Default)]
pub(super) struct Rest {
    pieces: Arc<[Piece]>,
    next: usize,
    /// Bytes of the next piece that are done with.
    sent: u64,
}

/// The next pieces of a body: either with [`BLOCK`] bytes of media to be read, or all where those are no more than two
/// such blocks; or with a stretch of media to be lent.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Block {
    parts: Vec<Part>,
    /// What the media parts consist of, in order.
    ranges: Vec<Range<u64>>,
    media: u64,
}

#[derive(Debug, PartialEq)]
enum Part {
    Made(Bytes),
    /// So many bytes of what was read.
    Media(usize),
    Lent(Range<u64>),
}

/// Who lends what is not read.
#[derive(Debug, Clone)]
pub(super) struct Lender {
    pub(super) mapped: Mapped,
    pub(super) lending: Arc<Lending>,
}

impl Block {
    /// Takes the next pieces off `rest`. Where the store `lends`, long stretches are lent; the end of a body is not.
    pub(super) fn take(rest: &mut Rest, lends: bool) -> Block {
        let mut block = Block::default();
        let is_end = rest.media_within(2 * BLOCK);
        let most = if is_end { 2 * BLOCK } else { BLOCK };
        while let Some(piece) = rest.peek() {
            let taken = match piece {
                Piece::Bytes(bytes) => {
                    let len = bytes.len() as u64;
                    block.parts.push(Part::Made(bytes));
                    len
                }
                Piece::Source(range) if lends && !is_end && is_long(&range) => {
                    if block.media == 0 {
                        let loan = rest.loan(&range);
                        rest.advance(loan.end - loan.start);
                        block.parts.push(Part::Lent(loan));
                    }
                    break;
                }
                Piece::Source(range) => {
                    let end = range.end.min(range.start.saturating_add(most - block.media));
                    if end == range.start {
                        break;
                    }
                    block.add(range.start..end);
                    end - range.start
                }
            };
            rest.advance(taken);
        }
        block
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether nothing of it comes from the store.
    pub(super) fn is_made(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Made(_)))
    }

    fn add(&mut self, range: Range<u64>) {
        let len = range.end - range.start;
        self.media += len;
        match self.parts.last_mut() {
            Some(Part::Media(sum)) => *sum += len as usize,
            _ => self.parts.push(Part::Media(len as usize)),
        }
        match self.ranges.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.ranges.push(range),
        }
    }

    /// The bytes of all parts, in order.
    pub(super) async fn fetch(self, source: &Source, lender: Option<&Lender>) -> Result<Vec<Bytes>, StoreError> {
        let Source { store, file, version } = source;
        let failed = |reason| StoreError::Failed { path: file.to_string(), reason };
        let mut media = match self.ranges.as_slice() {
            [] => Bytes::new(),
            [range] => store.read(file, version, range.clone()).await?,
            ranges => store.gather(file, version, ranges).await?,
        };
        if media.len() as u64 != self.media {
            return Err(failed(format!("the store gave {} bytes, {} were asked", media.len(), self.media)));
        }
        let mut fetched = Vec::with_capacity(self.parts.len());
        for part in self.parts {
            fetched.push(match (part, lender) {
                (Part::Made(bytes), _) => bytes,
                (Part::Media(len), _) => media.split_to(len),
                (Part::Lent(range), Some(lender)) => lender.lend(source, range).await?,
                (Part::Lent(_), None) => return Err(failed("the store lends nothing".to_owned())),
            });
        }
        Ok(fetched)
    }
}

impl Lender {
    async fn lend(&self, source: &Source, range: Range<u64>) -> Result<Bytes, StoreError> {
        let changed = || StoreError::Changed { path: source.file.to_string() };
        if !self.mapped.is_current() {
            return Err(changed());
        }
        if !self.mapped.is_in_memory(&range) {
            self.mapped.load(range.clone()).await;
        }
        let len = range.end - range.start;
        Some(self.mapped.lend(range, &self.lending)).filter(|lent| lent.len() as u64 == len).ok_or_else(changed)
    }
}

fn is_long(range: &Range<u64>) -> bool {
    range.end.saturating_sub(range.start) >= 2 * BLOCK
}

impl Rest {
    pub(super) fn of(pieces: Arc<[Piece]>) -> Rest {
        Rest { pieces, next: 0, sent: 0 }
    }

    /// What comes next, never empty.
    fn peek(&mut self) -> Option<Piece> {
        loop {
            let piece = self.pieces.get(self.next)?;
            if piece.len() > self.sent {
                return Some(piece.part(self.sent..u64::MAX));
            }
            (self.next, self.sent) = (self.next + 1, 0);
        }
    }

    /// Takes off bytes of the next piece.
    fn advance(&mut self, len: u64) {
        self.sent += len;
    }

    /// The media that comes after the next piece or what is left of it, and that piece.
    fn media(&self) -> impl Iterator<Item = u64> {
        let pieces = self.pieces.iter().skip(self.next).enumerate();
        pieces.filter(|(_, piece)| matches!(piece, Piece::Source(_))).map(|(place, piece)| match place {
            0 => piece.len() - self.sent,
            _ => piece.len(),
        })
    }

    /// Whether it has no more than `most` bytes of media; looks no further than it must.
    pub(super) fn media_within(&self, most: u64) -> bool {
        let mut media = 0u64;
        self.media().all(|len| {
            media = media.saturating_add(len);
            media <= most
        })
    }

    /// The start of `range`, which comes next: so much that some of the media stays to be read at the end.
    fn loan(&self, range: &Range<u64>) -> Range<u64> {
        let is_last = self.media().filter(|len| *len > 0).nth(1).is_none();
        let most = if is_last { range.end - BLOCK } else { range.end };
        range.start..most.min(range.start.saturating_add(LOAN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(bytes: &'static [u8]) -> Piece {
        Piece::Bytes(Bytes::from_static(bytes))
    }

    fn rest(pieces: impl Into<Arc<[Piece]>>) -> Rest {
        Rest::of(pieces.into())
    }

    #[test]
    fn absurd_ranges_do_no_harm() {
        for lends in [false, true] {
            #[expect(clippy::reversed_empty_ranges)]
            let mut rest = rest([Piece::Source(9..3), Piece::Source(u64::MAX - 1..u64::MAX)]);
            assert_eq!(Block::take(&mut rest, lends).media, 1);
        }
        let mut rest = rest([Piece::Source(0..u64::MAX), Piece::Source(0..u64::MAX)]);
        assert_eq!(Block::take(&mut rest, false).media, BLOCK);
        assert_eq!(rest.peek(), Some(Piece::Source(BLOCK..u64::MAX)));
        assert_eq!(Block::take(&mut rest, true).parts, [Part::Lent(BLOCK..BLOCK + LOAN)]);
        assert_eq!(rest.peek(), Some(Piece::Source(BLOCK + LOAN..u64::MAX)));
    }

    #[test]
    fn blocks_cut_at_their_size_and_keep_the_order() {
        let mut rest = rest([made(b"a"), Piece::Source(0..BLOCK - 1), Piece::Source(BLOCK..3 * BLOCK)]);
        let first = Block::take(&mut rest, false);
        assert_eq!(first.ranges, [0..BLOCK - 1, BLOCK..BLOCK + 1]);
        assert_eq!(first.parts, [Part::Made(Bytes::from_static(b"a")), Part::Media(BLOCK as usize)]);
        assert_eq!(Block::take(&mut rest, false).ranges.first(), Some(&(BLOCK + 1..3 * BLOCK)));
        assert!(Block::take(&mut rest, false).is_empty());
    }

    #[test]
    fn long_stretches_are_lent_and_the_end_is_read() {
        let far = 10 * LOAN;
        let mut rest = rest([
            made(b"moof"),
            Piece::Source(0..LOAN + 5),
            made(b"free"),
            Piece::Source(far..far + 100),
            Piece::Source(2 * far..2 * far + LOAN),
            made(b"tail"),
        ]);
        let mut parts = Vec::new();
        while rest.peek().is_some() {
            parts.push(Block::take(&mut rest, true).parts);
        }
        let made = |bytes: &'static [u8]| Part::Made(Bytes::from_static(bytes));
        let expected: [&[Part]; 4] = [
            &[made(b"moof"), Part::Lent(0..LOAN)],
            &[Part::Media(5), made(b"free"), Part::Media(100)],
            &[Part::Lent(2 * far..2 * far + LOAN - BLOCK)],
            &[Part::Media(BLOCK as usize), made(b"tail")],
        ];
        assert_eq!(parts, expected);
    }
}
