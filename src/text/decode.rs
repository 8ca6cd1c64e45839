//! Bytes to text: UTF-8, and UTF-16 where a byte order mark says so.
//!
//! Older 8-bit encodings are refused rather than guessed: a wrong guess shows wrong letters to every viewer, while an
//! error is seen by the one person who can convert the file.

use super::TextError;
use std::borrow::Cow;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// UTF-8 text without its byte order mark.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, TextError> {
    if utf16_order(bytes).is_some() {
        let problem = "the file is UTF-16, and WebVTT must be UTF-8 (W3C WebVTT 4.1): convert it to UTF-8";
        return Err(TextError::new(1, problem));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        not_utf8(bytes.get(..at).unwrap_or_default(), at, bytes.get(at).copied().unwrap_or_default())
    })?;
    Ok(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text))
}

/// UTF-8, or UTF-16 with a byte order mark.
pub(super) fn utf8_or_utf16(bytes: &[u8]) -> Result<Cow<'_, str>, TextError> {
    match utf16_order(bytes) {
        Some(unit) => utf16(bytes.get(2..).unwrap_or_default(), unit).map(Cow::Owned),
        None => utf8(bytes).map(Cow::Borrowed),
    }
}

fn not_utf8(before: &[u8], at: usize, byte: u8) -> TextError {
    let problem = format!(
        "byte {at} (0x{byte:02x}) is not UTF-8; convert the file to UTF-8, for example with \
         `iconv -f WINDOWS-1252 -t UTF-8`"
    );
    TextError::new(line_after(before), problem)
}

/// The line that follows `bytes`, counted from 1, with any of the three line endings.
pub(super) fn line_after(bytes: &[u8]) -> u32 {
    let feeds = bytes.iter().filter(|&&byte| byte == b'\n').count();
    let returns = bytes.iter().filter(|&&byte| byte == b'\r').count();
    let pairs = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
    u32::try_from(feeds + returns - pairs + 1).unwrap_or(u32::MAX)
}

type Unit = fn([u8; 2]) -> u16;

fn utf16_order(bytes: &[u8]) -> Option<Unit> {
    match bytes {
        [0xff, 0xfe, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] => Some(u16::from_be_bytes),
        _ => None,
    }
}

fn utf16(bytes: &[u8], unit: Unit) -> Result<String, TextError> {
    let mut text = String::with_capacity(bytes.len() / 2);
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut at = 2;
    for character in char::decode_utf16(pairs.iter().map(|&pair| unit(pair))) {
        let Ok(character) = character else {
            let problem = format!("byte {at} is half of a UTF-16 surrogate pair; convert the file to UTF-8");
            return Err(TextError::new(line_after(text.as_bytes()), problem));
        };
        text.push(character);
        at += 2 * character.len_utf16();
    }
    if !rest.is_empty() {
        let problem = format!("the UTF-16 text ends in half a character at byte {at}; is the file complete?");
        return Err(TextError::new(line_after(text.as_bytes()), problem));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_with_and_without_a_mark() {
        assert_eq!(utf8("\u{feff}hé".as_bytes()).unwrap(), "hé");
        assert_eq!(utf8(b"").unwrap(), "");
    }

    #[test]
    fn a_windows_file_is_refused_with_its_place() {
        let error = utf8(b"one\r\ntwo\rit\x92s\n").unwrap_err();
        assert_eq!(error.line, 3);
        assert!(error.problem.contains("byte 11 (0x92)"), "{error}");
        assert!(error.problem.contains("convert"), "{error}");
    }

    #[test]
    fn utf16_in_both_orders() {
        let little: Vec<u8> = "\u{feff}aé😀\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}aé😀\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(utf8_or_utf16(&little).unwrap(), "aé😀\n");
        assert_eq!(utf8_or_utf16(&big).unwrap(), "aé😀\n");
        assert!(utf8(&little).unwrap_err().problem.contains("UTF-16"));
    }

    #[test]
    fn broken_utf16_is_refused_with_its_place() {
        let error = utf8_or_utf16(&[0xff, 0xfe, b'a', 0, b'\n', 0, 0x00, 0xd8, b'b', 0]).unwrap_err();
        assert_eq!((error.line, error.problem.contains("byte 6")), (2, true), "{error}");
        assert!(utf8_or_utf16(&[0xff, 0xfe, b'a']).unwrap_err().problem.contains("half a character"));
    }
}
