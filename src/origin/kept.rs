//! What an origin keeps of what it made: written texts with their codings, the heads of segments, and of short segments
//! that are asked for again and again, all.

use super::conditional::EntityTag;
use super::rendered::Rendered;
use crate::catalog::byte_cache;
use crate::manifest::TextForm;
use crate::metrics::{Kept as Counted, Metrics};
use crate::segment::Piece;
use bytes::Bytes;
use hyper::HeaderMap;
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bound of the heads of segments, in bytes: those of some thousands.
const HEADS_BYTES: u64 = 16_000_000;
/// Bound of the segments that are kept as a whole, in bytes.
const WHOLE_BYTES: u64 = 64_000_000;

pub(super) struct Kept {
    metrics: Arc<Metrics>,
    texts: Cache<Key, Arc<Rendered>, Weight>,
    segments: Cache<Key, Arc<Segment>, Weight>,
    whole: Cache<Key, Arc<Whole>, Weight>,
}

/// A segment that was made.
pub(super) struct Segment {
    pub(super) pieces: Arc<[Piece]>,
    repeated: AtomicBool,
}

/// A short segment that is asked for again and again: all that an answer needs. Its `headers` say that it may be asked for in
/// parts.
pub(super) struct Whole {
    pub(super) bytes: Bytes,
    pub(super) tag: EntityTag,
    pub(super) headers: HeaderMap,
}

/// What was made: of which state of which asset, of which track, and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Name<'a> {
    pub(super) asset: &'a str,
    /// Of the asset, or of the track, on which what was made depends.
    pub(super) revision: &'a str,
    /// Empty where the asset as a whole is meant.
    pub(super) track: &'a str,
    pub(super) made: Made,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Made {
    Multivariant(TextForm),
    Mpd(TextForm),
    /// The target duration is that of the whole asset.
    Media(TextForm, u32),
    Iframes,
    /// A manifest behind a link of Azure Media Services, by its whole name.
    Link,
    Captions(u64),
    Segment(u64),
}

/// A name that is kept. It hashes as the name does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    asset: String,
    revision: String,
    track: String,
    made: Made,
}

#[derive(Clone)]
struct Weight;

impl Kept {
    /// Keeps no more than `text_bytes` of texts.
    pub(super) fn new(text_bytes: u64, metrics: Arc<Metrics>) -> Kept {
        Kept {
            metrics,
            texts: byte_cache(4096, text_bytes, Weight),
            segments: byte_cache(4096, HEADS_BYTES, Weight),
            whole: byte_cache(1024, WHOLE_BYTES, Weight),
        }
    }

    /// A text, or written now: once, however many ask for it at the same time.
    pub(super) async fn text<E>(
        &self,
        name: Name<'_>,
        write: impl FnOnce() -> Result<Rendered, E>,
    ) -> Result<Arc<Rendered>, E> {
        if let Some(text) = self.texts.get(&name) {
            self.metrics.hit(Counted::Manifest);
            return Ok(text);
        }
        self.metrics.missed(Counted::Manifest);
        self.texts.get_or_insert_async(&name.to_key(), async { write().map(Arc::new) }).await
    }

    /// A segment, or made now.
    pub(super) fn segment<E>(
        &self,
        name: Name<'_>,
        make: impl FnOnce() -> Result<Vec<Piece>, E>,
    ) -> Result<Arc<Segment>, E> {
        if let Some(segment) = self.segments.get(&name) {
            self.metrics.hit(Counted::Segment);
            return Ok(segment);
        }
        self.metrics.missed(Counted::Segment);
        let made = Arc::new(Segment { pieces: make()?.into(), repeated: AtomicBool::new(false) });
        self.segments.insert(name.to_key(), Arc::clone(&made));
        Ok(made)
    }

    /// A segment as a whole.
    pub(super) fn whole(&self, name: Name<'_>) -> Option<Arc<Whole>> {
        let whole = self.whole.get(&name)?;
        self.metrics.hit(Counted::Segment);
        Some(whole)
    }

    /// A segment as a whole, or put together now: once, however many ask for it at the same time.
    pub(super) async fn gathered<E>(
        &self,
        name: Name<'_>,
        gather: impl Future<Output = Result<Whole, E>>,
    ) -> Result<Arc<Whole>, E> {
        self.whole.get_or_insert_async(&name.to_key(), async { gather.await.map(Arc::new) }).await
    }
}

impl Segment {
    /// Whether this was asked before: who reads a title from end to end asks for each segment once.
    pub(super) fn is_repeated(&self) -> bool {
        self.repeated.swap(true, Ordering::Relaxed)
    }
}

impl Name<'_> {
    fn to_key(self) -> Key {
        let Name { asset, revision, track, made } = self;
        Key { asset: asset.to_owned(), revision: revision.to_owned(), track: track.to_owned(), made }
    }
}

impl Equivalent<Key> for Name<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self == Name { asset: &key.asset, revision: &key.revision, track: &key.track, made: key.made }
    }
}

impl Key {
    fn weight(&self) -> usize {
        self.asset.len() + self.revision.len() + self.track.len() + 256
    }
}

impl Weighter<Key, Arc<Rendered>> for Weight {
    /// The two codings together are smaller than the text itself.
    fn weight(&self, key: &Key, text: &Arc<Rendered>) -> u64 {
        (key.weight() + 2 * text.plain().len()) as u64
    }
}

impl Weighter<Key, Arc<Segment>> for Weight {
    fn weight(&self, key: &Key, segment: &Arc<Segment>) -> u64 {
        let made = |piece: &Piece| match piece {
            Piece::Bytes(bytes) => bytes.len(),
            Piece::Source(_) => 0,
        };
        let made: usize = segment.pieces.iter().map(made).sum();
        (key.weight() + size_of_val(&*segment.pieces) + made) as u64
    }
}

impl Weighter<Key, Arc<Whole>> for Weight {
    /// The headers take some hundred bytes.
    fn weight(&self, key: &Key, whole: &Arc<Whole>) -> u64 {
        (key.weight() + 1024 + whole.bytes.len()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::super::headers::{Caching, Labels, MediaType, PurgeTag};
    use super::*;
    use futures_util::FutureExt;
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    const PLAYLIST: Made = Made::Multivariant(TextForm::WebVtt);

    fn rendered(text: impl Into<Bytes>) -> Rendered {
        let labels = Labels { media_type: MediaType::HlsPlaylist, caching: Caching::none(), purge: PurgeTag::new("a") };
        Rendered::new(text, labels)
    }

    fn name(made: Made) -> Name<'static> {
        Name { asset: "asset", revision: "0", track: "en", made }
    }

    #[tokio::test]
    async fn a_text_of_nearly_half_the_cache_is_written_once() {
        let (kept, writes) = (Kept::new(1_000_000, Arc::default()), AtomicUsize::new(0));
        for _ in 0..3 {
            let write = || {
                writes.fetch_add(1, SeqCst);
                Ok::<_, Infallible>(rendered(vec![b'a'; 450_000]))
            };
            assert!(kept.text(name(PLAYLIST), write).await.is_ok());
        }
        assert_eq!(writes.into_inner(), 1);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn what_many_ask_for_at_once_is_written_once() {
        const MANY: usize = 4;
        let kept = Arc::new(Kept::new(1_000_000, Arc::default()));
        let (asked, writes) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let ask = || {
            let (kept, asked, writes) = (Arc::clone(&kept), Arc::clone(&asked), Arc::clone(&writes));
            tokio::spawn(async move {
                asked.fetch_add(1, SeqCst);
                let write = || {
                    writes.fetch_add(1, SeqCst);
                    // The others are about to ask, or wait.
                    while asked.load(SeqCst) < MANY {
                        std::thread::yield_now();
                    }
                    Ok::<_, Infallible>(rendered("#EXTM3U\n"))
                };
                let written = kept.text(name(PLAYLIST), write).await;
                assert!(written.is_ok_and(|rendered| rendered.plain() == "#EXTM3U\n"));
            })
        };
        for asking in (0..MANY).map(|_| ask()).collect::<Vec<_>>() {
            asking.await.unwrap();
        }
        assert_eq!(writes.load(SeqCst), 1);
    }

    #[test]
    fn a_segment_is_found_by_its_name_and_by_no_other() {
        let kept = Kept::new(1000, Arc::default());
        let make = |size: u64| move || Ok::<_, Infallible>(vec![Piece::Source(0..size)]);
        let name = name(Made::Segment(0));
        kept.segment(name, make(1)).unwrap();
        assert_eq!(kept.segment(name, make(2)).unwrap().pieces[..], [Piece::Source(0..1)]);
        let others = [
            Name { asset: "other", ..name },
            Name { revision: "1", ..name },
            Name { track: "de", ..name },
            Name { made: Made::Segment(1), ..name },
        ];
        for (number, other) in others.into_iter().enumerate() {
            let size = number as u64 + 2;
            assert_eq!(kept.segment(other, make(size)).unwrap().pieces[..], [Piece::Source(0..size)], "{other:?}");
        }
    }

    #[test]
    fn a_segment_knows_whether_it_was_asked_before() {
        let kept = Kept::new(1000, Arc::default());
        let name = name(Made::Segment(0));
        let ask = || kept.segment(name, || Ok::<_, Infallible>(vec![Piece::Source(0..10)])).unwrap().is_repeated();
        assert_eq!([ask(), ask(), ask()], [false, true, true]);
        assert!(kept.whole(name).is_none());
        let (bytes, tag) = (Bytes::from_static(b"moof"), EntityTag::new("0-0"));
        let gather = async { Ok::<_, Infallible>(Whole { bytes, tag, headers: HeaderMap::new() }) };
        assert!(kept.gathered(name, gather).now_or_never().is_some_and(|gathered| gathered.is_ok()));
        assert_eq!(kept.whole(name).unwrap().bytes, "moof");
    }

    #[test]
    fn heads_weigh_what_they_hold() {
        let kept = Kept::new(0, Arc::default());
        for time in 0..1000 {
            let make = || Ok::<_, Infallible>(vec![Piece::Bytes(Bytes::from(vec![0; 100_000]))]);
            kept.segment(name(Made::Segment(time)), make).unwrap();
        }
        assert!(kept.segments.len() > 100 && kept.segments.weight() <= HEADS_BYTES);
    }
}
