//! AV1: the configuration box and codec string (AV1 in ISOBMFF 2.3, 5), and the sequence header (AV1 5.5).

use super::Colour;
use super::bits::Bits;
use super::vision::{Picture, StreamFacts};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;

/// `obu_type` of a sequence header.
const SEQUENCE_HEADER: u32 = 1;

/// What the codec string leaves out, as being the default.
const DEFAULT_COLOUR: Colour = Colour { primaries: 1, transfer: 1, matrix: 1, full_range: false };

/// Reads `av1C`; `colr` speaks where the sequence header does not.
pub(super) fn read(configuration: &BoxSlice, colr: Option<Colour>) -> Result<Picture, BoxError> {
    let mut fields = configuration.fields();
    let version = fields.u8()?;
    if version != 0x81 {
        return Err(configuration.error(format!("av1C starts with {version:#04x}, only version 1 (0x81) is known")));
    }
    let (profile_level, format) = (fields.u8()?, fields.u8()?);
    fields.skip(1)?;
    let sequence = read_units(fields.rest()).unwrap_or_default();
    let stream_colour = sequence.colour.filter(Colour::is_specified);
    let full_range = sequence.colour.is_some_and(|colour| colour.full_range);
    let colour = stream_colour.or(colr).unwrap_or(Colour { full_range, ..DEFAULT_COLOUR });
    let string = codec_string(profile_level, format, colour);
    Ok(Picture { string, stream: sequence, nal_length_size: 0 })
}

fn codec_string(profile_level: u8, format: u8, colour: Colour) -> String {
    let bit = |number: u8| format >> number & 1;
    let (tier, high_bitdepth, twelve_bit, mono) = (bit(7), bit(6), bit(5), bit(4));
    let depth = match (high_bitdepth, twelve_bit) {
        (0, _) => 8,
        (_, 0) => 10,
        _ => 12,
    };
    let (profile, level) = (profile_level >> 5, profile_level & 0x1f);
    let tier = if tier == 0 { 'M' } else { 'H' };
    let short = format!("av01.{profile}.{level:02}{tier}.{depth:02}");
    let (horizontal, vertical) = (bit(3), bit(2));
    let position = if horizontal & vertical == 1 { format & 3 } else { 0 };
    if (mono, horizontal, vertical, position, colour) == (0, 1, 1, 0, DEFAULT_COLOUR) {
        return short;
    }
    let Colour { primaries, transfer, matrix, full_range } = colour;
    let range = u8::from(full_range);
    format!("{short}.{mono}.{horizontal}{vertical}{position}.{primaries:02}.{transfer:02}.{matrix:02}.{range}")
}

/// Looks for the sequence header among the units that the configuration carries (AV1 5.3).
fn read_units(units: &[u8]) -> Option<StreamFacts> {
    let mut bits = Bits::new(units);
    loop {
        bits.skip(1)?;
        let kind = bits.read(4)?;
        let (extended, sized) = (bits.flag()?, bits.flag()?);
        bits.skip(1)?;
        if extended {
            bits.skip(8)?;
        }
        let length = if sized { read_leb128(&mut bits)? } else { (bits.left() / 8) as u64 };
        if kind == SEQUENCE_HEADER {
            return read_sequence_header(&mut bits);
        }
        bits.skip(usize::try_from(length).ok()?.checked_mul(8)?)?;
    }
}

/// AV1 4.10.5.
fn read_leb128(bits: &mut Bits<'_>) -> Option<u64> {
    let mut value = 0;
    for shift in (0..56).step_by(7) {
        let byte = bits.u8()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// AV1 5.5.1.
fn read_sequence_header(bits: &mut Bits<'_>) -> Option<StreamFacts> {
    let profile = bits.read(3)?;
    bits.skip(1)?;
    let reduced = bits.flag()?;
    if reduced {
        bits.skip(5)?;
    } else {
        skip_operating_points(bits)?;
    }
    let width_bits = bits.read(4)? as usize + 1;
    let height_bits = bits.read(4)? as usize + 1;
    let size = (bits.read(width_bits)? + 1, bits.read(height_bits)? + 1);
    skip_tools(bits, reduced)?;
    let colour = read_colour(bits, profile)?;
    Some(StreamFacts { size: Some(size), pixel_aspect: None, colour: Some(colour) })
}

/// From `timing_info_present_flag` to the last operating point.
fn skip_operating_points(bits: &mut Bits<'_>) -> Option<()> {
    let mut delay_bits = None;
    if bits.flag()? {
        bits.skip(64)?;
        if bits.flag()? {
            skip_uvlc(bits)?;
        }
        if bits.flag()? {
            delay_bits = Some(bits.read(5)? as usize + 1);
            bits.skip(32 + 5 + 5)?;
        }
    }
    let initial_delay = bits.flag()?;
    for _ in 0..=bits.read(5)? {
        bits.skip(12)?;
        if bits.read(5)? > 7 {
            bits.skip(1)?;
        }
        if let Some(delay_bits) = delay_bits
            && bits.flag()?
        {
            bits.skip(2 * delay_bits + 1)?;
        }
        if initial_delay && bits.flag()? {
            bits.skip(4)?;
        }
    }
    Some(())
}

/// AV1 4.10.3.
fn skip_uvlc(bits: &mut Bits<'_>) -> Option<()> {
    let mut zeros = 0;
    while !bits.flag()? {
        zeros += 1;
    }
    if zeros >= 32 { Some(()) } else { bits.skip(zeros) }
}

/// From `frame_id_numbers_present_flag` to `enable_restoration`.
fn skip_tools(bits: &mut Bits<'_>, reduced: bool) -> Option<()> {
    if !reduced && bits.flag()? {
        bits.skip(4 + 3)?;
    }
    bits.skip(3)?;
    if !reduced {
        bits.skip(4)?;
        let order_hint = bits.flag()?;
        if order_hint {
            bits.skip(2)?;
        }
        let screen_content_chosen = bits.flag()?;
        let screen_content = screen_content_chosen || bits.flag()?;
        if screen_content && !bits.flag()? {
            bits.skip(1)?;
        }
        if order_hint {
            bits.skip(3)?;
        }
    }
    bits.skip(3)
}

/// AV1 5.5.2, up to the colour range.
fn read_colour(bits: &mut Bits<'_>, profile: u32) -> Option<Colour> {
    const SRGB: (u8, u8, u8) = (1, 13, 0);
    let high_bitdepth = bits.flag()?;
    if profile == 2 && high_bitdepth {
        bits.skip(1)?;
    }
    let mono = profile != 1 && bits.flag()?;
    let points = if bits.flag()? { (bits.u8()?, bits.u8()?, bits.u8()?) } else { (2, 2, 2) };
    let full_range = if !mono && points == SRGB { true } else { bits.flag()? };
    Some(Colour { primaries: points.0, transfer: points.1, matrix: points.2, full_range })
}

#[cfg(test)]
mod tests {
    use super::super::CodecFacts;
    use super::super::testing::facts_of;
    use super::*;
    use crate::isobmff::testing::{hex, video_entry};
    use crate::isobmff::write::boxed;
    use crate::track::TrackType;

    fn read_av1c(record: &str, colr: &[u8]) -> CodecFacts {
        let entry = video_entry(b"av01", 640, 360, |out| {
            boxed(out, b"av1C", |out| out.extend_from_slice(&hex(record)));
            if !colr.is_empty() {
                boxed(out, b"colr", |out| out.extend_from_slice(colr));
            }
        });
        facts_of(entry, TrackType::Video).unwrap()
    }

    const PQ: Colour = Colour { primaries: 9, transfer: 16, matrix: 9, full_range: false };

    // The records with sequence headers are what libaom and SVT-AV1 wrote when told so.

    #[test]
    fn plain_video_has_the_short_string() {
        let facts = read_av1c("81000c000a0a00000002aff19b5f2008", &[]);
        let video = facts.video.unwrap();
        assert_eq!((facts.string.as_str(), video.width, video.height), ("av01.0.00M.08", 64, 36));
        assert_eq!(video.colour, None);
    }

    #[test]
    fn hdr_needs_the_long_string() {
        let facts = read_av1c("81004c000a0d00000003b63e336be542440241", &[]);
        let video = facts.video.unwrap();
        assert_eq!(facts.string, "av01.0.00M.10.0.110.09.16.09.0");
        assert_eq!((video.width, video.height, video.colour), (200, 100, Some(PQ)));
    }

    #[test]
    fn colr_speaks_where_there_is_no_sequence_header() {
        let facts = read_av1c("81084c00", b"nclx\0\x09\0\x10\0\x09\0");
        assert_eq!(facts.string, "av01.0.08M.10.0.110.09.16.09.0");
        let video = facts.video.unwrap();
        assert_eq!((video.width, video.height, video.colour), (640, 360, Some(PQ)));
        assert_eq!(read_av1c("81084c00", &[]).string, "av01.0.08M.10");
    }

    #[test]
    fn tier_depth_and_chroma_have_their_places() {
        let string = |record: &str| read_av1c(record, &[]).string;
        assert_eq!(string("814dec00"), "av01.2.13H.12");
        assert_eq!(string("81240000"), "av01.1.04M.08.0.000.01.01.01.0");
        assert_eq!(string("81041c00"), "av01.0.04M.08.1.110.01.01.01.0");
        assert_eq!(string("81040e00"), "av01.0.04M.08.0.112.01.01.01.0");
    }

    #[test]
    fn any_cut_of_a_sequence_header_is_survived() {
        let record = hex("0a0d00000003b63e336be542440241");
        for length in 0..record.len() {
            read_units(&record[..length]);
        }
    }
}
