//! A manifest or caption segment that was written, with the codings in which clients take it.

use super::conditional::EntityTag;
use super::encoding::Encoding;
use bytes::Bytes;
use std::sync::OnceLock;

/// Text as it goes to clients. Each coding is made once, when first asked for, and has a tag of its own: a strong tag
/// stands for the very bytes sent (RFC 9110 8.8.3).
#[derive(Debug)]
pub struct Rendered {
    plain: Variant,
    gzip: OnceLock<Variant>,
    brotli: OnceLock<Variant>,
}

/// One coding of a text.
#[derive(Debug, Clone)]
pub struct Variant {
    pub encoding: Encoding,
    pub bytes: Bytes,
    pub tag: EntityTag,
}

impl Rendered {
    pub fn new(plain: impl Into<Bytes>) -> Rendered {
        let bytes = plain.into();
        let tag = EntityTag::of(&bytes, "");
        let plain = Variant { encoding: Encoding::Identity, bytes, tag };
        Rendered { plain, gzip: OnceLock::new(), brotli: OnceLock::new() }
    }

    /// The text itself.
    pub fn plain(&self) -> &Bytes {
        &self.plain.bytes
    }

    /// The text in `encoding`; itself where it cannot be coded, which takes a lack of memory.
    pub fn variant(&self, encoding: Encoding) -> &Variant {
        match encoding {
            Encoding::Identity => &self.plain,
            Encoding::Gzip => self.gzip.get_or_init(|| self.encode(encoding, "-gzip")),
            Encoding::Brotli => self.brotli.get_or_init(|| self.encode(encoding, "-br")),
        }
    }

    fn encode(&self, encoding: Encoding, suffix: &str) -> Variant {
        match encoding.encode(self.plain()) {
            Ok(bytes) => Variant { encoding, bytes: bytes.into(), tag: EntityTag::of(self.plain(), suffix) },
            Err(error) => {
                tracing::error!(?encoding, %error, "text could not be coded, sent plain");
                self.plain.clone()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_coding_has_its_own_tag_and_stays_the_same() {
        let rendered = Rendered::new("#EXTM3U\n".repeat(100));
        let all = [Encoding::Identity, Encoding::Gzip, Encoding::Brotli].map(|encoding| rendered.variant(encoding));
        for (number, variant) in all.iter().enumerate() {
            assert!(all[..number].iter().all(|other| other.tag != variant.tag && other.bytes != variant.bytes));
            assert_eq!(rendered.variant(variant.encoding).bytes.as_ptr(), variant.bytes.as_ptr(), "made once");
        }
        assert!(all[1].bytes.len() < all[0].bytes.len() && all[2].bytes.len() < all[0].bytes.len());
        let again = Rendered::new("#EXTM3U\n".repeat(100));
        assert_eq!(again.variant(Encoding::Gzip).tag, all[1].tag, "another server gives the same tag");
    }
}
