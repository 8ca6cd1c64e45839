//! The body of a response.
//!
//! Media is read from the store in blocks while the client takes them, so a slow client costs a block and not a segment.
//! A store that answers at once is asked for a block when the client wants it, one that takes its time a block ahead. The
//! length is exact from the start; where a later block cannot be read the body ends in an error and the connection is
//! cut, so that no cache keeps half a segment.
//!
//! To a connection whose bodies go to the kernel unseen, long stretches of media are lent (see [`Mapped`]): they cost no
//! memory at all.
//!
//! [`Mapped`]: crate::store::Mapped

use super::block::{BLOCK, Block, Lender, Rest};
use crate::metrics::{Answer, Metrics};
use crate::segment::{Piece, total_len};
use crate::store::{FileVersion, Store, StoreError, StorePath};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http_body::{Frame, SizeHint};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// A file in a store, as it was indexed.
#[derive(Clone)]
pub struct Source {
    pub store: Arc<dyn Store>,
    pub file: StorePath,
    pub version: FileVersion,
}

/// The body of a response.
#[derive(Default)]
pub enum Body {
    #[default]
    Empty,
    Full(Bytes),
    Pieces(Box<Pieces>),
}

/// Pieces on their way to the client.
pub struct Pieces {
    source: Arc<Source>,
    lender: Option<Lender>,
    /// Not yet asked of the store.
    rest: Rest,
    /// Asked of the store.
    reading: Option<BoxFuture<'static, Result<Vec<Bytes>, StoreError>>>,
    /// Read, or made here, and next to go.
    ready: VecDeque<Bytes>,
    /// Bytes of the body that are still to go.
    remaining: u64,
    /// The store took its time.
    slow: bool,
    counted: Option<Counted>,
}

/// Counts what a client took of a body, when that is over.
struct Counted {
    metrics: Arc<Metrics>,
    answer: Answer,
    /// Bytes of the whole body.
    whole: u64,
}

impl Body {
    /// A body of `pieces`, of which the first block is read, and `source` has proved to have its version: what goes
    /// wrong up to here can still become a status. `unseen` says that the body goes to the kernel without being looked at.
    pub async fn prepared(source: Source, pieces: Arc<[Piece]>, unseen: bool) -> Result<Body, StoreError> {
        let remaining = total_len(&pieces);
        let mapped = if unseen { source.store.map(&source.file, &source.version) } else { None };
        let mut body = Pieces {
            source: Arc::new(source),
            lender: mapped.map(|mapped| Lender { mapped, lending: Arc::default() }),
            rest: Rest::of(pieces),
            reading: None,
            ready: VecDeque::new(),
            remaining,
            slow: false,
            counted: None,
        };
        let first = Block::take(&mut body.rest, body.lender.is_some());
        if first.is_made() {
            body.source.verify().await?;
        }
        body.ready = first.fetch(&body.source, body.lender.as_ref()).await?.into();
        Ok(if remaining == 0 { Body::Empty } else { Body::Pieces(Box::new(body)) })
    }
}

impl Body {
    /// The same body, which counts what is taken of it.
    pub(crate) fn counted(mut self, metrics: &Arc<Metrics>, answer: Answer) -> Body {
        match &mut self {
            Body::Empty => {}
            Body::Full(bytes) => metrics.sent(answer, bytes.len() as u64),
            Body::Pieces(pieces) => {
                let counted = Counted { metrics: Arc::clone(metrics), answer, whole: pieces.remaining };
                pieces.counted = Some(counted);
            }
        }
        self
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        if let Some(Counted { metrics, answer, whole }) = &self.counted {
            metrics.sent(*answer, whole.saturating_sub(self.remaining));
        }
    }
}

/// Whether a body of `pieces` is read at one go.
pub(super) fn is_short(pieces: &Arc<[Piece]>) -> bool {
    Rest::of(Arc::clone(pieces)).media_within(2 * BLOCK)
}

/// All bytes of a short body.
pub(super) async fn gathered(source: &Source, pieces: &Arc<[Piece]>) -> Result<Bytes, StoreError> {
    let parts = Block::take(&mut Rest::of(Arc::clone(pieces)), false).fetch(source, None).await?;
    Ok(parts.concat().into())
}

impl Source {
    /// Errs unless the file has its version now.
    async fn verify(&self) -> Result<(), StoreError> {
        self.store.read(&self.file, &self.version, 0..0).await.map(drop)
    }
}

impl Pieces {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, StoreError>>> {
        if self.ready.is_empty()
            && let Err(error) = ready!(self.poll_read(cx))
        {
            return Poll::Ready(Some(Err(self.fail(error))));
        }
        let Some(bytes) = self.ready.pop_front() else { return Poll::Ready(None) };
        // Sets the store to work on the next block while the client takes this one.
        if self.slow
            && self.lender.is_none()
            && self.ready.is_empty()
            && let Poll::Ready(Err(error)) = self.poll_read(cx)
        {
            return Poll::Ready(Some(Err(self.fail(error))));
        }
        self.remaining -= bytes.len() as u64;
        Poll::Ready(Some(Ok(bytes)))
    }

    /// Fills `ready` with the next block; leaves it empty at the end.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), StoreError>> {
        if self.reading.is_none() {
            let lends = self.lender.is_some();
            // A look at the version tells nothing of bytes that the kernel takes later.
            if let Some(lender) = &self.lender {
                ready!(lender.lending.poll_returned(cx));
            }
            let block = Block::take(&mut self.rest, lends);
            if block.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let (source, lender) = (Arc::clone(&self.source), self.lender.clone());
            self.reading = Some(async move { block.fetch(&source, lender.as_ref()).await }.boxed());
        }
        if let Some(reading) = &mut self.reading {
            let polled = reading.as_mut().poll(cx);
            self.slow |= polled.is_pending();
            let read = ready!(polled);
            self.reading = None;
            self.ready = read?.into();
        }
        Poll::Ready(Ok(()))
    }

    /// Ends the body: nothing may follow a hole.
    fn fail(&mut self, error: StoreError) -> StoreError {
        tracing::warn!(missing = self.remaining, "response cut off: {error}");
        self.rest = Rest::default();
        self.ready.clear();
        error
    }
}

impl Body {
    fn remaining(&self) -> u64 {
        match self {
            Body::Empty => 0,
            Body::Full(bytes) => bytes.len() as u64,
            Body::Pieces(pieces) => pieces.remaining,
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = StoreError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, StoreError>>> {
        let next = match &mut *self {
            Body::Empty => None,
            Body::Full(bytes) if bytes.is_empty() => None,
            Body::Full(bytes) => Some(Ok(std::mem::take(bytes))),
            Body::Pieces(pieces) => ready!(pieces.poll_next(cx)),
        };
        Poll::Ready(next.map(|bytes| bytes.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.remaining() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining())
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        if bytes.is_empty() { Body::Empty } else { Body::Full(bytes) }
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Body({} bytes)", self.remaining())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Listing;
    use http_body_util::BodyExt;
    use std::ops::Range;
    use std::sync::Mutex;

    /// A store of one file, which remembers what was read and can be made to fail.
    struct Memory {
        content: Vec<u8>,
        version: Mutex<FileVersion>,
        reads: Mutex<Vec<u64>>,
        short: bool,
        slow: bool,
    }

    impl Memory {
        fn new(len: u64) -> Arc<Memory> {
            Arc::new(Memory {
                content: (0..len).map(|n| (n % 253) as u8).collect(),
                version: Mutex::new(FileVersion { size: len, tag: "first".to_owned(), instance: 0 }),
                reads: Mutex::new(Vec::new()),
                short: false,
                slow: false,
            })
        }

        fn source(self: &Arc<Self>) -> Source {
            let version = self.version.lock().unwrap().clone();
            Source { store: self.clone(), file: StorePath::parse("harbour/video.mp4").unwrap(), version }
        }

        fn replace(&self) {
            self.version.lock().unwrap().tag = "second".to_owned();
        }

        fn reads(&self) -> Vec<u64> {
            self.reads.lock().unwrap().clone()
        }

        fn bytes(&self, pieces: &[Piece]) -> Vec<u8> {
            let bytes = |piece: &Piece| match piece {
                Piece::Bytes(bytes) => bytes.to_vec(),
                Piece::Source(range) => self.content[range.start as usize..range.end as usize].to_vec(),
            };
            pieces.iter().flat_map(bytes).collect()
        }
    }

    impl Store for Memory {
        fn list<'a>(&'a self, _: &'a StorePath) -> BoxFuture<'a, Result<Listing, StoreError>> {
            unimplemented!("a body lists nothing")
        }

        fn stat<'a>(&'a self, _: &'a StorePath) -> BoxFuture<'a, Result<FileVersion, StoreError>> {
            async { Ok(self.version.lock().unwrap().clone()) }.boxed()
        }

        fn read<'a>(
            &'a self,
            file: &'a StorePath,
            version: &'a FileVersion,
            range: Range<u64>,
        ) -> BoxFuture<'a, Result<Bytes, StoreError>> {
            async move {
                if self.slow {
                    tokio::task::yield_now().await;
                }
                if *version != *self.version.lock().unwrap() {
                    return Err(StoreError::Changed { path: file.to_string() });
                }
                self.reads.lock().unwrap().push(range.end - range.start);
                let range = range.start as usize..range.end as usize - usize::from(self.short);
                Ok(Bytes::copy_from_slice(&self.content[range]))
            }
            .boxed()
        }
    }

    fn made(bytes: &'static [u8]) -> Piece {
        Piece::Bytes(Bytes::from_static(bytes))
    }

    async fn collect(body: Body) -> Result<Vec<u8>, StoreError> {
        Ok(body.collect().await?.to_bytes().to_vec())
    }

    #[tokio::test]
    async fn gives_all_pieces_in_order_with_the_length_known() {
        let store = Memory::new(2_000_000);
        let pieces = vec![made(b"moof"), Piece::Source(5..1_000_005), made(b""), made(b"free"), Piece::Source(3..4)];
        let body = Body::prepared(store.source(), pieces.clone().into(), false).await.unwrap();
        assert_eq!(http_body::Body::size_hint(&body).exact(), Some(4 + 1_000_000 + 4 + 1));
        assert!(collect(body).await.unwrap() == store.bytes(&pieces));
        assert!(store.reads().iter().all(|&len| len <= 2 * BLOCK), "{:?}", store.reads());
    }

    #[tokio::test]
    async fn a_small_body_is_read_whole_before_the_head_goes() {
        let store = Memory::new(1000);
        let pieces = vec![made(b"moof"), Piece::Source(5..10), made(b"x"), Piece::Source(500..900)];
        let body = Body::prepared(store.source(), pieces.clone().into(), false).await.unwrap();
        store.replace();
        assert_eq!(collect(body).await.unwrap(), store.bytes(&pieces));
    }

    #[tokio::test]
    async fn a_block_is_read_when_it_is_wanted_and_of_a_slow_store_one_ahead() {
        for slow in [false, true] {
            let store = Arc::new(Memory { slow, ..Arc::into_inner(Memory::new(10 * BLOCK)).unwrap() });
            let mut body =
                Body::prepared(store.source(), vec![Piece::Source(0..10 * BLOCK)].into(), false).await.unwrap();
            assert_eq!(store.reads().len(), 1, "before the head");
            for taken in 1..=7 {
                assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap().len() as u64, BLOCK);
                // What is asked of a slow store is not there yet; until it was slow once, nobody knows.
                assert_eq!(store.reads().len(), taken, "slow: {slow}");
                let Body::Pieces(pieces) = &body else { panic!("there is more") };
                assert_eq!(pieces.reading.is_some(), slow && taken > 1);
            }
        }
    }

    #[tokio::test]
    async fn the_end_of_a_body_is_no_small_block() {
        let store = Memory::new(10 * BLOCK);
        let body = Body::prepared(store.source(), vec![Piece::Source(0..4 * BLOCK - 1)].into(), false).await.unwrap();
        collect(body).await.unwrap();
        assert_eq!(store.reads(), [BLOCK, BLOCK, 2 * BLOCK - 1]);
    }

    #[tokio::test]
    async fn neighbouring_samples_are_one_read() {
        let store = Memory::new(1000);
        let samples: Vec<Piece> = (0..100).map(|n| Piece::Source(n * 10..n * 10 + 10)).collect();
        let mut body = Body::prepared(store.source(), samples.into(), false).await.unwrap();
        assert_eq!(store.reads(), [1000]);
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap().len(), 1000);
        assert!(body.frame().await.is_none());
    }

    #[tokio::test]
    async fn a_changed_file_is_found_before_the_head_goes() {
        let store = Memory::new(1000);
        let source = store.source();
        store.replace();
        for pieces in [vec![made(b"moof"), Piece::Source(0..10)], vec![made(b"init segment only")], vec![]] {
            let body = Body::prepared(source.clone(), pieces.into(), false).await;
            assert!(matches!(body, Err(StoreError::Changed { .. })), "{body:?}");
        }
    }

    #[tokio::test]
    async fn a_file_that_changes_midway_ends_the_body_in_an_error() {
        let store = Memory::new(4 * BLOCK);
        let mut body = Body::prepared(store.source(), vec![Piece::Source(0..4 * BLOCK)].into(), false).await.unwrap();
        body.frame().await.unwrap().unwrap();
        store.replace();
        let error = loop {
            match body.frame().await.expect("an error, not an end that looks complete") {
                Ok(_) => assert!(!http_body::Body::is_end_stream(&body)),
                Err(error) => break error,
            }
        };
        assert!(error.to_string().contains("harbour/video.mp4"), "{error}");
        assert!(body.frame().await.is_none(), "nothing follows the hole");
    }

    #[tokio::test]
    async fn a_store_that_gives_too_little_is_an_error() {
        let store = Arc::new(Memory { short: true, ..Arc::into_inner(Memory::new(100)).unwrap() });
        let body = Body::prepared(store.source(), vec![Piece::Source(0..10)].into(), false).await;
        assert!(matches!(body, Err(StoreError::Failed { .. })), "{body:?}");
    }

    #[tokio::test]
    async fn whole_and_empty_bodies() {
        assert_eq!(collect(Body::from(Bytes::from_static(b"ok"))).await.unwrap(), b"ok");
        for empty in [Body::Empty, Body::from(Bytes::new()), Body::Full(Bytes::new())] {
            assert!(http_body::Body::is_end_stream(&empty));
            assert!(collect(empty).await.unwrap().is_empty());
        }
    }
}
