//! AVC: the decoder configuration record (ISO/IEC 14496-15 5.3.3) and its sequence parameter set (ITU-T H.264 7.3.2.1).

use super::bits::{Bits, unescape};
use super::vision::{Picture, StreamFacts, named_pixel_aspect};
use super::{Colour, unreadable};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::{BoxSlice, FourCc};

/// `aspect_ratio_idc` that says the ratio follows.
const EXTENDED_SAR: u32 = 255;

pub(super) fn read(kind: FourCc, configuration: &BoxSlice) -> Result<Picture, BoxError> {
    let mut fields = configuration.fields();
    let version = fields.u8()?;
    if version != 1 {
        return Err(configuration.error(format!("avcC has version {version}, only 1 is known")));
    }
    let (profile, constraints, level) = (fields.u8()?, fields.u8()?, fields.u8()?);
    let nal_length_size = (fields.u8()? & 3) + 1;
    let mut stream = StreamFacts::default();
    if fields.u8()? & 0x1f > 0 {
        let length = fields.u16()?;
        stream = read_sps(fields.take(usize::from(length))?).unwrap_or_default();
    }
    if nal_length_size == 3 {
        return Err(unreadable(configuration));
    }
    Ok(Picture { string: format!("{kind}.{profile:02x}{constraints:02x}{level:02x}"), stream, nal_length_size })
}

/// Reads a sequence parameter set, header included.
fn read_sps(nal: &[u8]) -> Option<StreamFacts> {
    let plain = unescape(nal);
    let mut bits = Bits::new(&plain);
    bits.skip(8)?;
    let profile = bits.u8()?;
    bits.skip(16)?;
    bits.ue()?;
    let chroma_format = if has_chroma_format(profile) { read_chroma_format(&mut bits)? } else { 1 };
    skip_picture_order(&mut bits)?;
    bits.ue()?;
    bits.skip(1)?;
    let (columns, rows) = (bits.ue()?, bits.ue()?);
    let frame_mbs_only = bits.flag()?;
    if !frame_mbs_only {
        bits.skip(1)?;
    }
    bits.skip(1)?;
    let crop = if bits.flag()? { [bits.ue()?, bits.ue()?, bits.ue()?, bits.ue()?] } else { [0; 4] };
    let field_factor = if frame_mbs_only { 1 } else { 2 };
    let (unit_x, unit_y) = match chroma_format {
        1 => (2, 2),
        2 => (2, 1),
        _ => (1, 1),
    };
    let width = cropped(columns, 16, crop[0], crop[1], unit_x)?;
    let height = cropped(rows, 16 * field_factor, crop[2], crop[3], unit_y * field_factor)?;
    let usability = if bits.flag()? { read_vui_start(&mut bits) } else { None };
    let (pixel_aspect, colour) = usability.unwrap_or_default();
    Some(StreamFacts { size: Some((width, height)), pixel_aspect, colour })
}

/// `length` is what is coded: macroblocks less one.
fn cropped(length: u32, unit: u64, before: u32, after: u32, crop_unit: u64) -> Option<u32> {
    let coded = (u64::from(length) + 1) * unit;
    let crop = (u64::from(before) + u64::from(after)) * crop_unit;
    coded.checked_sub(crop).filter(|length| *length > 0).and_then(|length| u32::try_from(length).ok())
}

/// Profiles whose parameter set says the chroma format (ITU-T H.264 7.3.2.1.1).
fn has_chroma_format(profile: u8) -> bool {
    matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135)
}

/// Reads from `chroma_format_idc` to the scaling lists; gives `ChromaArrayType`.
fn read_chroma_format(bits: &mut Bits<'_>) -> Option<u32> {
    let format = bits.ue()?;
    let separate_planes = format == 3 && bits.flag()?;
    bits.ue()?;
    bits.ue()?;
    bits.skip(1)?;
    if bits.flag()? {
        for list in 0..if format == 3 { 12 } else { 8 } {
            if bits.flag()? {
                skip_scaling_list(bits, if list < 6 { 16 } else { 64 })?;
            }
        }
    }
    Some(if separate_planes { 0 } else { format })
}

/// ITU-T H.264 7.3.2.1.1.1.
fn skip_scaling_list(bits: &mut Bits<'_>, length: u32) -> Option<()> {
    let (mut last, mut next) = (8, 8);
    for _ in 0..length {
        if next != 0 {
            next = (last + i64::from(bits.se()?)).rem_euclid(256);
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}

/// From `log2_max_frame_num_minus4` to the picture order count fields.
fn skip_picture_order(bits: &mut Bits<'_>) -> Option<()> {
    bits.ue()?;
    match bits.ue()? {
        0 => bits.ue().map(|_| ()),
        1 => {
            bits.skip(1)?;
            bits.se()?;
            bits.se()?;
            for _ in 0..bits.ue().filter(|cycle| *cycle < 256)? {
                bits.se()?;
            }
            Some(())
        }
        _ => Some(()),
    }
}

/// A pixel aspect ratio and a colour, where they are said.
pub(super) type AspectAndColour = (Option<(u32, u32)>, Option<Colour>);

/// The start of the video usability information, which AVC and HEVC share (ITU-T H.264 E.1.1, H.265 E.2.1).
pub(super) fn read_vui_start(bits: &mut Bits<'_>) -> Option<AspectAndColour> {
    let mut pixel_aspect = None;
    if bits.flag()? {
        pixel_aspect = match bits.read(8)? {
            EXTENDED_SAR => Some((bits.read(16)?, bits.read(16)?)).filter(|(x, y)| *x > 0 && *y > 0),
            number => named_pixel_aspect(number),
        };
    }
    if bits.flag()? {
        bits.skip(1)?;
    }
    let mut colour = None;
    if bits.flag()? {
        bits.skip(3)?;
        let full_range = bits.flag()?;
        if bits.flag()? {
            colour = Some(Colour { primaries: bits.u8()?, transfer: bits.u8()?, matrix: bits.u8()?, full_range });
        }
    }
    Some((pixel_aspect, colour))
}

#[cfg(test)]
mod tests {
    use super::super::testing::facts_of;
    use super::super::{CodecFacts, VideoFacts};
    use super::*;
    use crate::isobmff::testing::{AVCC, hex, video_entry};
    use crate::isobmff::write::boxed;
    use crate::track::TrackType;

    fn read_avcc(kind: &[u8; 4], record: &[u8]) -> CodecFacts {
        let entry = video_entry(kind, 640, 360, |out| boxed(out, b"avcC", |out| out.extend_from_slice(record)));
        facts_of(entry, TrackType::Video).unwrap()
    }

    fn video(record: &str) -> VideoFacts {
        read_avcc(b"avc1", &hex(record)).video.unwrap()
    }

    #[test]
    fn the_string_is_profile_constraints_and_level() {
        assert_eq!(read_avcc(b"avc1", AVCC).string, "avc1.64000a");
        assert_eq!(read_avcc(b"avc3", AVCC).string, "avc3.64000a");
        let video = read_avcc(b"avc1", AVCC).video.unwrap();
        assert_eq!((video.width, video.height, video.nal_length_size), (64, 36, 4));
    }

    // The records below are what x264 wrote when told so.

    #[test]
    fn full_hd_is_cropped_and_has_its_aspect_and_colour() {
        let video = video(
            "01640028ffe1001e67640028acd940780227e5c39b808080a0000003002000000641e30632c001000668ebe3cb22c0fdf8f800",
        );
        assert_eq!((video.width, video.height, video.pixel_aspect), (1920, 1080, (4, 3)));
        assert_eq!(video.colour, Some(Colour { primaries: 1, transfer: 1, matrix: 1, full_range: true }));
    }

    #[test]
    fn interlaced_frames_have_two_fields_of_macroblocks() {
        let video =
            video("0164001effe1001c6764001eacd940b424dff8020001688000000300800000190f8a14cb01000668fba3cb22c0fdf8f800");
        assert_eq!((video.width, video.height, video.pixel_aspect), (720, 576, (64, 45)));
    }

    #[test]
    fn without_subsampling_single_pixels_are_cropped() {
        let video = video(
            "01f4000affe1001d67f4000a919b28e4f1f1fff80c800dc8800000030080000019078912cb01000668ebe3c44844fff8f800",
        );
        assert_eq!((video.width, video.height), (98, 50));
    }

    #[test]
    fn without_parameter_sets_the_entry_speaks() {
        let video = read_avcc(b"avc3", &[1, 0x64, 0, 0x1f, 0xff, 0xe0, 0]).video.unwrap();
        assert_eq!((video.width, video.height, video.pixel_aspect, video.colour), (640, 360, (1, 1), None));
    }

    #[test]
    fn any_cut_of_a_parameter_set_is_survived() {
        for length in 0..AVCC.len() {
            read_sps(&AVCC[8..8 + length.min(25)]);
            let entry =
                video_entry(b"avc1", 640, 360, |out| boxed(out, b"avcC", |out| out.extend_from_slice(&AVCC[..length])));
            let _ = facts_of(entry, TrackType::Video);
        }
        // Exp-Golomb codes of 32 zeros and more, and sizes that overflow.
        assert_eq!(read_sps(&[0x67, 66, 0, 30, 0, 0, 0, 0, 0, 0, 0, 0]), None);
    }
}
