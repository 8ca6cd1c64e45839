//! VP9: the configuration box and codec string (VP Codec ISO Media File Format Binding).

use super::Colour;
use super::vision::{Picture, StreamFacts};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;

/// 4:2:0, chroma samples collocated with luma: what the codec string leaves out, as being the default.
const DEFAULT_CHROMA: u8 = 1;

pub(super) fn read(configuration: &BoxSlice) -> Result<Picture, BoxError> {
    let mut fields = configuration.fields();
    let (version, _) = fields.version_and_flags()?;
    if version != 1 {
        return Err(configuration.error(format!("vpcC has version {version}, only 1 is known")));
    }
    let (profile, level, format) = (fields.u8()?, fields.u8()?, fields.u8()?);
    let (depth, chroma, full_range) = (format >> 4, format >> 1 & 7, format & 1 == 1);
    let colour = Colour { primaries: fields.u8()?, transfer: fields.u8()?, matrix: fields.u8()?, full_range };
    let stream = StreamFacts { colour: Some(colour), ..StreamFacts::default() };
    Ok(Picture { string: codec_string(profile, level, depth, chroma, colour), stream, nal_length_size: 0 })
}

/// The optional part is written whole, where any of it says other than the default.
fn codec_string(profile: u8, level: u8, depth: u8, chroma: u8, colour: Colour) -> String {
    let short = format!("vp09.{profile:02}.{level:02}.{depth:02}");
    let Colour { primaries, transfer, matrix, full_range } = colour;
    let plain = !colour.is_specified() || (primaries, transfer, matrix) == (1, 1, 1);
    if plain && chroma == DEFAULT_CHROMA && !full_range {
        return short;
    }
    let range = u8::from(full_range);
    format!("{short}.{chroma:02}.{primaries:02}.{transfer:02}.{matrix:02}.{range:02}")
}

#[cfg(test)]
mod tests {
    use super::super::testing::facts_of;
    use crate::isobmff::testing::video_entry;
    use crate::isobmff::write::full_box;
    use crate::track::TrackType;

    fn string_of(record: [u8; 6]) -> String {
        let entry = video_entry(b"vp09", 64, 36, |out| {
            full_box(out, b"vpcC", 1, 0, |out| {
                out.extend_from_slice(&record);
                out.extend_from_slice(&[0, 0]);
            });
        });
        facts_of(entry, TrackType::Video).unwrap().string
    }

    #[test]
    fn the_optional_part_is_there_when_it_says_something() {
        assert_eq!(string_of([0, 10, 0x82, 1, 1, 1]), "vp09.00.10.08");
        assert_eq!(string_of([0, 10, 0x82, 2, 2, 2]), "vp09.00.10.08");
        assert_eq!(string_of([2, 50, 0xa2, 9, 16, 9]), "vp09.02.50.10.01.09.16.09.00");
        assert_eq!(string_of([1, 30, 0x87, 1, 1, 1]), "vp09.01.30.08.03.01.01.01.01");
    }

    #[test]
    fn another_version_is_refused() {
        let entry =
            video_entry(b"vp09", 64, 36, |out| full_box(out, b"vpcC", 0, 0, |out| out.extend_from_slice(&[0; 8])));
        let error = facts_of(entry, TrackType::Video).unwrap_err();
        assert_eq!(error.to_string(), "vp09/vpcC at byte 86: vpcC has version 0, only 1 is known");
    }
}
