//! How the bytes of a server manifest spell its text, so that an edited text is spelt the same way.

/// UTF-8 or UTF-16, with the byte order mark that stood in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf8WithMark,
    Utf16Le,
    Utf16Be,
}

const MARK: char = '\u{feff}';

impl Encoding {
    /// The text, without its mark.
    pub(super) fn decode(bytes: &[u8]) -> Result<(Encoding, String), String> {
        if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
            return Ok((Encoding::Utf16Le, utf16(rest, u16::from_le_bytes)?));
        }
        if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
            return Ok((Encoding::Utf16Be, utf16(rest, u16::from_be_bytes)?));
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|e| format!("not UTF-8 at byte {}; save the document as UTF-8", e.valid_up_to()))?;
        Ok(match text.strip_prefix(MARK) {
            Some(rest) => (Encoding::Utf8WithMark, rest.to_owned()),
            None => (Encoding::Utf8, text.to_owned()),
        })
    }

    /// The bytes that [`Encoding::decode`] reads as `text`.
    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        let units = || std::iter::once(MARK).chain(text.chars()).collect::<String>();
        match self {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Utf8WithMark => units().into_bytes(),
            Encoding::Utf16Le => units().encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Encoding::Utf16Be => units().encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let whole = rest.is_empty();
    let text = String::from_utf16(&pairs.iter().map(|pair| unit(*pair)).collect::<Vec<_>>());
    text.ok()
        .filter(|_| whole)
        .ok_or_else(|| "not UTF-16, as its first bytes say; save the document as UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_comes_back() {
        for (bytes, encoding) in [
            (b"<a \xc3\xa9/>".as_slice(), Encoding::Utf8),
            (b"\xef\xbb\xbf<a/>", Encoding::Utf8WithMark),
            (b"\xff\xfe<\0a\0/\0>\0\x3d\xd8\x00\xde", Encoding::Utf16Le),
            (b"\xfe\xff\0<\0a\0/\0>", Encoding::Utf16Be),
            (b"", Encoding::Utf8),
        ] {
            let (found, text) = Encoding::decode(bytes).unwrap();
            assert_eq!((found, found.encode(&text).as_slice()), (encoding, bytes));
        }
    }

    #[test]
    fn what_is_neither_is_refused() {
        for bytes in [b"\xff\xfe<".as_slice(), b"\xff\xfe\x00\xd8", b"<a \xe9/>", b"<\0a\0\xff"] {
            assert!(Encoding::decode(bytes).unwrap_err().contains("save the document as UTF-8"), "{bytes:?}");
        }
    }
}
