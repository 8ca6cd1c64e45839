//! A manifest or caption segment that was written, with the codings in which clients take it.

use super::conditional::EntityTag;
use super::encoding::Encoding;
use super::headers::{Labels, coded};
use bytes::Bytes;
use hyper::HeaderMap;
use tokio::sync::OnceCell;

/// Coding more than this, in bytes, takes milliseconds: not on a thread that serves others.
const LARGE: usize = 64 << 10;

/// Text as it goes to clients. Each coding is made once, when first asked for, and has a tag of its own: a strong tag
/// stands for the very bytes sent (RFC 9110 8.8.3).
#[derive(Debug)]
pub struct Rendered {
    labels: Labels,
    plain: Variant,
    gzip: OnceCell<Variant>,
    brotli: OnceCell<Variant>,
}

/// One coding of a text, and the headers that it goes with.
#[derive(Debug, Clone)]
pub struct Variant {
    pub bytes: Bytes,
    pub tag: EntityTag,
    pub headers: HeaderMap,
}

impl Rendered {
    pub fn new(plain: impl Into<Bytes>, labels: Labels) -> Rendered {
        let bytes = plain.into();
        let tag = EntityTag::of(&bytes, "");
        let plain = Variant::new(Encoding::Identity, bytes, tag, &labels);
        Rendered { labels, plain, gzip: OnceCell::new(), brotli: OnceCell::new() }
    }

    /// The text itself.
    pub fn plain(&self) -> &Bytes {
        &self.plain.bytes
    }

    /// The text in `encoding`; itself where it cannot be coded, which takes a lack of memory.
    pub async fn variant(&self, encoding: Encoding) -> &Variant {
        match encoding {
            Encoding::Identity => &self.plain,
            Encoding::Gzip => self.gzip.get_or_init(|| self.encode(encoding, "-gzip")).await,
            Encoding::Brotli => self.brotli.get_or_init(|| self.encode(encoding, "-br")).await,
        }
    }

    async fn encode(&self, encoding: Encoding, suffix: &str) -> Variant {
        let plain = self.plain().clone();
        let coded = match plain.len() {
            ..=LARGE => encoding.encode(&plain),
            _ => tokio::task::spawn_blocking(move || encoding.encode(&plain)).await.unwrap_or_else(|e| Err(e.into())),
        };
        match coded {
            Ok(bytes) => Variant::new(encoding, bytes.into(), EntityTag::of(self.plain(), suffix), &self.labels),
            Err(error) => {
                tracing::error!(?encoding, %error, "text could not be coded, sent plain");
                self.plain.clone()
            }
        }
    }
}

impl Variant {
    fn new(encoding: Encoding, bytes: Bytes, tag: EntityTag, labels: &Labels) -> Variant {
        let headers = coded(labels, &tag, encoding);
        Variant { bytes, tag, headers }
    }
}

#[cfg(test)]
mod tests {
    use super::super::headers::{Caching, MediaType, PurgeTag};
    use super::*;
    use futures_util::FutureExt;
    use hyper::header::CONTENT_ENCODING;

    fn rendered(text: impl Into<Bytes>) -> Rendered {
        let labels = Labels { media_type: MediaType::HlsPlaylist, caching: Caching::none(), purge: PurgeTag::new("a") };
        Rendered::new(text, labels)
    }

    #[tokio::test]
    async fn every_coding_has_its_own_tag_and_stays_the_same() {
        for text in ["#EXTM3U\n".repeat(100), "#EXTM3U\n".repeat(LARGE)] {
            let first = rendered(text.clone());
            let mut all: Vec<&Variant> = Vec::new();
            for encoding in [Encoding::Identity, Encoding::Gzip, Encoding::Brotli] {
                let variant = first.variant(encoding).await;
                assert!(all.iter().all(|other| other.tag != variant.tag && other.bytes != variant.bytes));
                assert_eq!(first.variant(encoding).await.bytes.as_ptr(), variant.bytes.as_ptr(), "made once");
                all.push(variant);
            }
            assert!(all[1].bytes.len() < all[0].bytes.len() && all[2].bytes.len() < all[0].bytes.len());
            let again = rendered(text);
            assert_eq!(again.variant(Encoding::Gzip).await.tag, all[1].tag, "another server gives the same tag");
        }
    }

    #[test]
    fn a_large_text_is_coded_where_it_holds_up_nobody() {
        // While the one thread for such work is taken, a large text waits and a small one does not.
        let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
        runtime.block_on(async {
            let (release, released) = std::sync::mpsc::channel();
            let taken = tokio::task::spawn_blocking(move || released.recv());
            let [small, large] = [1, LARGE].map(|lines| rendered("#EXTM3U\n".repeat(lines)));
            assert!(small.variant(Encoding::Brotli).now_or_never().is_some());
            let mut coding = std::pin::pin!(large.variant(Encoding::Brotli));
            assert!(futures_util::poll!(coding.as_mut()).is_pending());
            release.send(()).unwrap();
            assert_eq!(coding.await.headers[CONTENT_ENCODING], "br");
            taken.await.unwrap().unwrap();
        });
    }
}
