//! Content codings (RFC 9110 12.5.3): which one a client takes, and how it is made.

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::HeaderMap;
use hyper::header::{ACCEPT_ENCODING, HeaderValue};
use std::io::{self, Write};

/// Sizes fall little beyond these while the time grows much.
const GZIP_LEVEL: u32 = 6;
const BROTLI_QUALITY: i32 = 5;

/// A coding of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Identity,
    Gzip,
    Brotli,
}

impl Encoding {
    /// The coding that the client likes best; of several liked as much, the one that makes the fewest bytes.
    pub fn choose(headers: &HeaderMap) -> Encoding {
        let mut weights = Weights::default();
        let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).for_each(|element| weights.read(element));
        weights.best()
    }

    /// `Content-Encoding`.
    pub fn as_header(self) -> Option<HeaderValue> {
        match self {
            Encoding::Identity => None,
            Encoding::Gzip => Some(HeaderValue::from_static("gzip")),
            Encoding::Brotli => Some(HeaderValue::from_static("br")),
        }
    }

    /// `plain` in this coding; the same bytes every time.
    pub(crate) fn encode(self, plain: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Encoding::Identity => Ok(plain.to_vec()),
            Encoding::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::new(GZIP_LEVEL));
                encoder.write_all(plain)?;
                encoder.finish()
            }
            Encoding::Brotli => {
                let parameters = brotli::enc::BrotliEncoderParams {
                    quality: BROTLI_QUALITY,
                    size_hint: plain.len(),
                    ..Default::default()
                };
                let mut coded = Vec::new();
                brotli::BrotliCompress(&mut &*plain, &mut coded, &parameters)?;
                Ok(coded)
            }
        }
    }
}

/// Quality values in thousandths; `None` where the client says nothing.
#[derive(Default)]
struct Weights {
    brotli: Option<u16>,
    gzip: Option<u16>,
    identity: Option<u16>,
    any: Option<u16>,
}

impl Weights {
    /// Reads one element, such as `gzip;q=0.5`. An element that cannot be understood says nothing.
    fn read(&mut self, element: &str) {
        let (coding, parameters) = element.split_once(';').unwrap_or((element, "q=1"));
        let Some(weight) = quality(parameters.trim()) else { return };
        let place = match coding.trim() {
            coding if coding.eq_ignore_ascii_case("br") => &mut self.brotli,
            // RFC 9110 8.4.1.3: `x-gzip` is the same.
            coding if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") => &mut self.gzip,
            coding if coding.eq_ignore_ascii_case("identity") => &mut self.identity,
            "*" => &mut self.any,
            _ => return,
        };
        *place = Some(weight);
    }

    fn best(&self) -> Encoding {
        let named_or_any = |weight: Option<u16>| weight.or(self.any).unwrap_or(0);
        let (brotli, gzip) = (named_or_any(self.brotli), named_or_any(self.gzip));
        // Not named, identity is taken, but last. A client that takes nothing we have gets it all the same.
        let identity = self.identity.unwrap_or(0);
        if brotli > 0 && brotli >= gzip && brotli >= identity {
            Encoding::Brotli
        } else if gzip > 0 && gzip >= identity {
            Encoding::Gzip
        } else {
            Encoding::Identity
        }
    }
}

/// `q=0.5` in thousandths (RFC 9110 12.4.2): at most three decimals, at most 1.
fn quality(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    let well_formed = name.eq_ignore_ascii_case("q")
        && matches!(whole, "0" | "1")
        && decimals.len() <= 3
        && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths = format!("{whole}{decimals:0<3}").parse().ok()?;
    (well_formed && thousandths <= 1000).then_some(thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Read;

    fn choose(accept: &str) -> Encoding {
        Encoding::choose(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_str(accept).unwrap())]))
    }

    #[test]
    fn the_liked_best_of_what_is_taken() {
        for (accept, expected) in [
            ("gzip, deflate, br, zstd", Encoding::Brotli),
            ("gzip", Encoding::Gzip),
            ("GZIP", Encoding::Gzip),
            ("x-gzip", Encoding::Gzip),
            ("br;q=0.5, gzip;q=0.8", Encoding::Gzip),
            ("br;q=0, gzip", Encoding::Gzip),
            ("br ; q=1.0 , gzip;q=1.000", Encoding::Brotli),
            ("*", Encoding::Brotli),
            ("*;q=0.1, br;q=0", Encoding::Gzip),
            ("identity;q=1, gzip;q=0.5", Encoding::Identity),
            ("identity;q=0.5, gzip;q=0.5", Encoding::Gzip),
            ("identity", Encoding::Identity),
            ("gzip;q=0", Encoding::Identity),
            ("identity;q=0, *;q=0", Encoding::Identity),
            ("deflate, zstd", Encoding::Identity),
            ("", Encoding::Identity),
        ] {
            assert_eq!(choose(accept), expected, "{accept:?}");
        }
        assert_eq!(Encoding::choose(&HeaderMap::new()), Encoding::Identity);
    }

    #[test]
    fn an_element_out_of_shape_says_nothing() {
        for accept in ["gzip;q=2", "gzip;q=0.0001", "gzip;q=-1", "gzip;q=", "gzip;q", "gzip;level=1", "gzip br", ";;;"]
        {
            assert_eq!(choose(accept), Encoding::Identity, "{accept:?}");
        }
    }

    #[test]
    fn several_headers_are_one_list() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT_ENCODING, HeaderValue::from_static("gzip;q=0.5"));
        headers.append(ACCEPT_ENCODING, HeaderValue::from_static("br"));
        assert_eq!(Encoding::choose(&headers), Encoding::Brotli);
    }

    fn decode(encoding: Encoding, coded: &[u8]) -> Vec<u8> {
        let mut plain = Vec::new();
        match encoding {
            Encoding::Identity => plain = coded.to_vec(),
            Encoding::Gzip => drop(flate2::read::GzDecoder::new(coded).read_to_end(&mut plain).unwrap()),
            Encoding::Brotli => drop(brotli::Decompressor::new(coded, 4096).read_to_end(&mut plain).unwrap()),
        }
        plain
    }

    proptest! {
        #[test]
        fn what_is_coded_can_be_decoded(plain in proptest::collection::vec(any::<u8>(), 0..2000)) {
            for encoding in [Encoding::Identity, Encoding::Gzip, Encoding::Brotli] {
                let coded = encoding.encode(&plain).unwrap();
                prop_assert_eq!(decode(encoding, &coded), &plain[..]);
                prop_assert_eq!(encoding.encode(&plain).unwrap(), coded);
            }
        }

        #[test]
        fn no_header_does_harm(accept in "[a-z*;=,. 0-9\t-]{0,40}") {
            choose(&accept);
        }
    }
}
