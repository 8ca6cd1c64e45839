//! Text sample entries: WebVTT and TTML (ISO/IEC 14496-30), 3GPP timed text (TS 26.245).

use super::{Codec, CodecError, CodecFacts};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;

/// Codec string of WebVTT.
pub const WVTT_CODEC: &str = "wvtt";

/// Codec string of the IMSC1 text profile.
pub const IMSC_CODEC: &str = "stpp.ttml.im1t";

/// Bytes of fields that every sample entry starts with (ISO/IEC 14496-12 8.5.2).
const ENTRY_FIELDS: usize = 8;

pub(super) fn read(entry: &BoxSlice) -> Result<CodecFacts, CodecError> {
    let kind = entry.kind();
    let (codec, string) = match &kind.0 {
        b"wvtt" => (Codec::WebVtt, WVTT_CODEC),
        b"stpp" => (Codec::Ttml, ttml_string(entry)?),
        b"tx3g" => (Codec::Tx3g, "tx3g"),
        _ => return Err(CodecError::Unknown(kind)),
    };
    Ok(CodecFacts { codec, string: string.to_owned(), supplemental: None, video: None, audio: None })
}

/// IMSC1 has a text and an image profile; a stream is an image stream when it brings images, or names the profile among
/// its namespaces or schemas. Anything else is text, which is what TTML in MP4 is nearly always.
fn ttml_string(entry: &BoxSlice) -> Result<&'static str, BoxError> {
    let mut fields = entry.fields();
    fields.skip(ENTRY_FIELDS)?;
    let (namespaces, schemas, auxiliary_types) = (fields.string(), fields.string(), fields.string());
    let names_image =
        |list: &str| list.split_whitespace().any(|word| word.ends_with("/image") || word.contains("im1i"));
    let image = names_image(&namespaces)
        || names_image(&schemas)
        || auxiliary_types.split_whitespace().any(|word| word.starts_with("image/"));
    Ok(if image { "stpp.ttml.im1i" } else { IMSC_CODEC })
}

#[cfg(test)]
mod tests {
    use super::super::testing::facts_of;
    use crate::isobmff::testing::text_entry;
    use crate::track::TrackType;

    fn string_of(kind: &[u8; 4], content: &[u8]) -> String {
        facts_of(text_entry(kind, content), TrackType::Text).unwrap().string
    }

    #[test]
    fn each_kind_has_its_string() {
        assert_eq!(string_of(b"wvtt", b"\0\0\0\x0evttCWEBVTT"), "wvtt");
        assert_eq!(string_of(b"tx3g", &[0; 38]), "tx3g");
        assert_eq!(string_of(b"stpp", b"http://www.w3.org/ns/ttml\0\0\0"), "stpp.ttml.im1t");
        assert_eq!(string_of(b"stpp", b"http://www.w3.org/ns/ttml\0\0image/png\0"), "stpp.ttml.im1i");
        let profile = b"http://www.w3.org/ns/ttml http://www.w3.org/ns/ttml/profile/imsc1/image\0\0\0";
        assert_eq!(string_of(b"stpp", profile), "stpp.ttml.im1i");
    }

    #[test]
    fn bitmap_and_line_captions_are_not_served() {
        let error = facts_of(text_entry(b"c608", &[]), TrackType::Text).unwrap_err();
        assert!(error.to_string().starts_with("codec 'c608' is not supported"));
    }
}
