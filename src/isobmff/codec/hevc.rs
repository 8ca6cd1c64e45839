//! HEVC: the decoder configuration record (ISO/IEC 14496-15 8.3.3.1), its codec string (Annex E.3), and the sequence
//! parameter set (ITU-T H.265 7.3.2.2).

use super::avc::{AspectAndColour, read_vui_start};
use super::bits::{Bits, unescape};
use super::unreadable;
use super::vision::{Picture, StreamFacts};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::{BoxSlice, Fields, FourCc};
use std::fmt::Write;

/// `nal_unit_type` of a sequence parameter set.
const SPS: u8 = 33;

pub(super) fn read(kind: FourCc, configuration: &BoxSlice) -> Result<Picture, BoxError> {
    let mut fields = configuration.fields();
    let version = fields.u8()?;
    // Version 0 is what drafts of the record had, with the same layout.
    if version > 1 {
        return Err(configuration.error(format!("hvcC has version {version}, only 1 is known")));
    }
    let profile = fields.u8()?;
    let compatibility = fields.u32()?;
    let constraints = fields.take(6)?;
    let level = fields.u8()?;
    fields.skip(8)?;
    let nal_length_size = (fields.u8()? & 3) + 1;
    if nal_length_size == 3 {
        return Err(unreadable(configuration));
    }
    let stream = find_sps(&mut fields)?.and_then(read_sps).unwrap_or_default();
    Ok(Picture { string: codec_string(kind, profile, compatibility, constraints, level), stream, nal_length_size })
}

/// `profile` holds profile space, tier and profile, as the record has them.
fn codec_string(kind: FourCc, profile: u8, compatibility: u32, constraints: &[u8], level: u8) -> String {
    let space = ["", "A", "B", "C"][usize::from(profile >> 6)];
    let tier = if profile & 0x20 == 0 { 'L' } else { 'H' };
    let mut string = format!("{kind}.{space}{}.{:x}.{tier}{level}", profile & 0x1f, compatibility.reverse_bits());
    let used = constraints.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    for byte in constraints.iter().take(used) {
        // Writing to a string cannot fail.
        let _ = write!(string, ".{byte:x}");
    }
    string
}

/// The first sequence parameter set of the record's arrays.
fn find_sps<'a>(fields: &mut Fields<'a>) -> Result<Option<&'a [u8]>, BoxError> {
    for _ in 0..fields.u8()? {
        let kind = fields.u8()? & 0x3f;
        for _ in 0..fields.u16()? {
            let length = fields.u16()?;
            let nal = fields.take(usize::from(length))?;
            if kind == SPS {
                return Ok(Some(nal));
            }
        }
    }
    Ok(None)
}

/// Reads a sequence parameter set, header included.
fn read_sps(nal: &[u8]) -> Option<StreamFacts> {
    let plain = unescape(nal);
    let mut bits = Bits::new(&plain);
    bits.skip(16 + 4)?;
    let sub_layers = bits.read(3)?;
    bits.skip(1)?;
    skip_profile_tier_level(&mut bits, sub_layers)?;
    bits.ue()?;
    let chroma_format = bits.ue()?;
    if chroma_format == 3 {
        bits.skip(1)?;
    }
    let (width, height) = (bits.ue()?, bits.ue()?);
    let crop = if bits.flag()? { [bits.ue()?, bits.ue()?, bits.ue()?, bits.ue()?] } else { [0; 4] };
    let (unit_x, unit_y) = match chroma_format {
        1 => (2, 2),
        2 => (2, 1),
        _ => (1, 1),
    };
    let cropped = |length: u32, before: u32, after: u32, unit: u64| {
        let crop = (u64::from(before) + u64::from(after)) * unit;
        u64::from(length).checked_sub(crop).filter(|length| *length > 0).map(|length| length as u32)
    };
    let size = (cropped(width, crop[0], crop[1], unit_x)?, cropped(height, crop[2], crop[3], unit_y)?);
    // What follows is only read for the usability information: where it cannot be, the size still holds.
    let (pixel_aspect, colour) = read_usability(&mut bits, sub_layers).unwrap_or_default();
    Some(StreamFacts { size: Some(size), pixel_aspect, colour })
}

/// ITU-T H.265 7.3.3.
fn skip_profile_tier_level(bits: &mut Bits<'_>, sub_layers: u32) -> Option<()> {
    bits.skip(88 + 8)?;
    let mut present = Vec::new();
    for _ in 0..sub_layers {
        present.push((bits.flag()?, bits.flag()?));
    }
    if sub_layers > 0 {
        bits.skip(2 * (8 - sub_layers as usize))?;
    }
    for (profile, level) in present {
        bits.skip(usize::from(profile) * 88 + usize::from(level) * 8)?;
    }
    Some(())
}

/// From the bit depths to the aspect ratio and colour of the video usability information.
fn read_usability(bits: &mut Bits<'_>, sub_layers: u32) -> Option<AspectAndColour> {
    bits.ue()?;
    bits.ue()?;
    let picture_order_bits = bits.ue()?.checked_add(4).filter(|bits| *bits <= 16)? as usize;
    let layers = if bits.flag()? { sub_layers + 1 } else { 1 };
    for _ in 0..3 * layers + 6 {
        bits.ue()?;
    }
    if bits.flag()? && bits.flag()? {
        skip_scaling_lists(bits)?;
    }
    bits.skip(2)?;
    if bits.flag()? {
        bits.skip(8)?;
        bits.ue()?;
        bits.ue()?;
        bits.skip(1)?;
    }
    skip_reference_sets(bits)?;
    if bits.flag()? {
        for _ in 0..bits.ue().filter(|count| *count <= 32)? {
            bits.skip(picture_order_bits + 1)?;
        }
    }
    bits.skip(2)?;
    if bits.flag()? { read_vui_start(bits) } else { Some((None, None)) }
}

/// ITU-T H.265 7.3.4.
fn skip_scaling_lists(bits: &mut Bits<'_>) -> Option<()> {
    for size in 0..4 {
        for _ in (0..6).step_by(if size == 3 { 3 } else { 1 }) {
            if !bits.flag()? {
                bits.ue()?;
                continue;
            }
            let first = if size > 1 { 1 } else { 0 };
            for _ in 0..first + 64.min(1 << (4 + (size << 1))) {
                bits.se()?;
            }
        }
    }
    Some(())
}

/// The short-term reference picture sets (ITU-T H.265 7.3.7), whose length depends on those before.
fn skip_reference_sets(bits: &mut Bits<'_>) -> Option<()> {
    let count = bits.ue().filter(|count| *count <= 64)?;
    let mut pictures_before = 0;
    for set in 0..count {
        if set > 0 && bits.flag()? {
            bits.skip(1)?;
            bits.ue()?;
            let mut pictures = 0;
            for _ in 0..=pictures_before {
                let used = bits.flag()?;
                if used || bits.flag()? {
                    pictures += 1;
                }
            }
            pictures_before = pictures;
        } else {
            let (negative, positive) = (bits.ue()?, bits.ue()?);
            pictures_before = negative.checked_add(positive).filter(|pictures| *pictures <= 32)?;
            for _ in 0..pictures_before {
                bits.ue()?;
                bits.skip(1)?;
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::facts_of;
    use super::super::{CodecFacts, Colour};
    use super::*;
    use crate::isobmff::testing::{HVCC, hex, video_entry};
    use crate::isobmff::write::boxed;
    use crate::track::TrackType;

    fn read_hvcc(kind: &[u8; 4], record: &[u8]) -> CodecFacts {
        let entry = video_entry(kind, 640, 360, |out| boxed(out, b"hvcC", |out| out.extend_from_slice(record)));
        facts_of(entry, TrackType::Video).unwrap()
    }

    #[test]
    fn strings_follow_annex_e() {
        let hvc1 = FourCc(*b"hvc1");
        let string = |profile, compatibility, constraints: [u8; 6], level| {
            codec_string(hvc1, profile, compatibility, &constraints, level)
        };
        assert_eq!(string(2, 0x2000_0000, [0x90, 0, 0, 0, 0, 0], 93), "hvc1.2.4.L93.90");
        assert_eq!(string(1, 0x6000_0000, [0xb0, 0, 0, 0, 0, 0], 120), "hvc1.1.6.L120.b0");
        assert_eq!(string(0x41, 0x6000_0000, [0; 6], 90), "hvc1.A1.6.L90");
        assert_eq!(string(0x24, 0x0800_0000, [0xbe, 0x08, 0, 4, 0, 0], 156), "hvc1.4.10.H156.be.8.0.4");
    }

    // The records are what x265 wrote when told so.

    #[test]
    fn main_10_with_pq() {
        let facts = read_hvcc(b"hvc1", HVCC);
        let video = facts.video.unwrap();
        assert_eq!(facts.string, "hvc1.2.4.L30.90");
        assert_eq!((video.width, video.height, video.nal_length_size), (64, 36, 4));
        assert_eq!(video.colour, Some(Colour { primaries: 9, transfer: 16, matrix: 9, full_range: false }));
    }

    #[test]
    fn full_hd_with_scaling_lists_is_cropped_and_has_its_aspect() {
        let record = "01022000000090000000000078f000fcfdfafa00000f01a10001002f42010102200000030090000003000003007\
                      8a003c08010e4d96566924e578735091009040000030004000003006420";
        let video = read_hvcc(b"hvc1", &hex(record)).video.unwrap();
        assert_eq!((video.width, video.height, video.pixel_aspect), (1920, 1080, (4, 3)));
        assert_eq!(video.colour.map(|colour| colour.transfer), Some(16));
    }

    #[test]
    fn without_subsampling_single_pixels_are_cropped() {
        let record = "0104080000009808000000005df000fcfffcfc00000f0121000100304201010408000003009808000003000\
                      05d9000fa4011cf9ca52cacd24995ffe08c808cad010000030001000003001908";
        let facts = read_hvcc(b"hev1", &hex(record));
        let video = facts.video.unwrap();
        assert_eq!((video.width, video.height), (1000, 562));
        assert_eq!(facts.string, "hev1.4.10.L93.98.8");
    }

    #[test]
    fn without_parameter_sets_the_entry_speaks() {
        let mut record = HVCC[..22].to_vec();
        record.push(0);
        let video = read_hvcc(b"hev1", &record).video.unwrap();
        assert_eq!((video.width, video.height, video.colour), (640, 360, None));
    }

    #[test]
    fn any_cut_of_a_record_is_survived() {
        for length in 0..HVCC.len() {
            let entry =
                video_entry(b"hvc1", 640, 360, |out| boxed(out, b"hvcC", |out| out.extend_from_slice(&HVCC[..length])));
            let _ = facts_of(entry, TrackType::Video);
            read_sps(&HVCC[HVCC.len() - 45..][..length.min(45)]);
        }
    }
}
