//! The language of a track: `elng`, else the code in `mdhd` (ISO/IEC 14496-12 8.4.2, 8.4.6).

use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;
use crate::track::Language;

/// Timescale and language of a track.
pub(super) fn read_media_header(mdia: &BoxSlice, header: &BoxSlice) -> Result<(u32, Option<Language>), BoxError> {
    let mut fields = header.fields();
    let (version, _) = fields.version_and_flags()?;
    fields.skip(if version == 1 { 16 } else { 8 })?;
    let timescale = fields.u32()?;
    fields.skip(if version == 1 { 8 } else { 4 })?;
    let code = fields.u16().ok().and_then(language_of_code);
    let extended = mdia.child(b"elng")?.and_then(|elng| read_extended(&elng));
    Ok((timescale, extended.or(code)))
}

/// A tag that is unknown, or no tag, leaves the code in `mdhd` its say.
fn read_extended(elng: &BoxSlice) -> Option<Language> {
    let mut fields = elng.fields();
    fields.version_and_flags().ok()?;
    known(&fields.string())
}

fn known(tag: &str) -> Option<Language> {
    Language::parse(tag).ok().filter(|language| !language.is_und() && !language.as_str().is_empty())
}

/// Three letters of five bits each, or a Macintosh language code in a QuickTime file.
fn language_of_code(code: u16) -> Option<Language> {
    /// Codes from here on are letters.
    const FIRST_PACKED: u16 = 0x400;
    if code < FIRST_PACKED {
        return MACINTOSH.iter().find(|(number, _)| *number == code).and_then(|(_, tag)| known(tag));
    }
    let letters = [code >> 10 & 0x1f, code >> 5 & 0x1f, code & 0x1f];
    if !letters.iter().all(|letter| (1..=26).contains(letter)) {
        return None;
    }
    let word: String = letters.iter().map(|letter| char::from(b'a' - 1 + *letter as u8)).collect();
    known(&word)
}

/// Macintosh language codes (QuickTime File Format, "Language code values"). English, 0, is left out: that is also what
/// a writer puts who knows nothing.
const MACINTOSH: [(u16, &str); 34] = [
    (1, "fr"),
    (2, "de"),
    (3, "it"),
    (4, "nl"),
    (5, "sv"),
    (6, "es"),
    (7, "da"),
    (8, "pt"),
    (9, "no"),
    (10, "he"),
    (11, "ja"),
    (12, "ar"),
    (13, "fi"),
    (14, "el"),
    (15, "is"),
    (16, "mt"),
    (17, "tr"),
    (18, "hr"),
    (19, "zh-Hant"),
    (20, "ur"),
    (21, "hi"),
    (22, "th"),
    (23, "ko"),
    (24, "lt"),
    (25, "pl"),
    (26, "hu"),
    (27, "et"),
    (28, "lv"),
    (30, "fo"),
    (31, "fa"),
    (32, "ru"),
    (33, "zh-Hans"),
    (37, "ro"),
    (38, "cs"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_letters_are_a_language() {
        // 'e' is 5, 'n' is 14, 'g' is 7
        assert_eq!(language_of_code(5 << 10 | 14 << 5 | 7), Language::parse("eng").ok());
        assert_eq!(language_of_code(0x55c4), None, "und");
    }

    #[test]
    fn what_is_no_language_is_unknown() {
        for code in [0, 0x400, 0x7fff, 0xffff, 27 << 10 | 1 << 5 | 1] {
            assert_eq!(language_of_code(code), None, "{code:#x}");
        }
    }

    #[test]
    fn macintosh_codes_are_read() {
        assert_eq!(language_of_code(2), Language::parse("de").ok());
    }
}
