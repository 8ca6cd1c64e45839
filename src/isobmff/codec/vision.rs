//! Visual sample entries (ISO/IEC 14496-12 12.1.3): the boxes they share, and which codec reads the rest.

use super::{Codec, CodecError, CodecFacts, Colour, VideoFacts, av1, avc, colour, dolby_vision, hevc, required, vp9};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;

/// Bytes of fields before the boxes of a visual sample entry.
const FIELDS: usize = 78;

/// The boxes of a visual sample entry that matter here.
#[derive(Default)]
struct Boxes {
    avc: Option<BoxSlice>,
    hevc: Option<BoxSlice>,
    av1: Option<BoxSlice>,
    vp9: Option<BoxSlice>,
    dolby_vision: Option<BoxSlice>,
    colour: Option<Colour>,
    pixel_aspect: Option<(u32, u32)>,
}

/// What the decoder configuration of one codec says.
pub(super) struct Picture {
    pub(super) string: String,
    pub(super) stream: StreamFacts,
    pub(super) nal_length_size: u8,
}

/// What the parameter sets in the configuration say; they may be absent (`avc3`, `hev1`) or hold something unforeseen,
/// and then the sample entry's own word holds.
#[derive(Debug, Default, PartialEq)]
pub(super) struct StreamFacts {
    pub(super) size: Option<(u32, u32)>,
    pub(super) pixel_aspect: Option<(u32, u32)>,
    pub(super) colour: Option<Colour>,
}

pub(super) fn read(entry: &BoxSlice) -> Result<CodecFacts, CodecError> {
    let kind = entry.kind();
    if !matches!(
        &kind.0,
        b"avc1" | b"avc3" | b"hvc1" | b"hev1" | b"dva1" | b"dvav" | b"dvh1" | b"dvhe" | b"av01" | b"dav1" | b"vp09"
    ) {
        return Err(CodecError::Unknown(kind));
    }
    let mut fields = entry.fields();
    fields.skip(24)?;
    let entry_size = (u32::from(fields.u16()?), u32::from(fields.u16()?));
    let boxes = Boxes::read(entry)?;
    let (codec, picture) = match &kind.0 {
        b"avc1" | b"avc3" | b"dva1" | b"dvav" => (Codec::Avc, avc::read(kind, &required(boxes.avc, entry, b"avcC")?)?),
        b"hvc1" | b"hev1" | b"dvh1" | b"dvhe" => {
            (Codec::Hevc, hevc::read(kind, &required(boxes.hevc, entry, b"hvcC")?)?)
        }
        b"av01" | b"dav1" => (Codec::Av1, av1::read(&required(boxes.av1, entry, b"av1C")?, boxes.colour)?),
        _ => (Codec::Vp9, vp9::read(&required(boxes.vp9, entry, b"vpcC")?)?),
    };
    let (width, height) = picture.stream.size.unwrap_or(entry_size);
    let facts = CodecFacts {
        codec,
        string: picture.string,
        supplemental: None,
        video: Some(VideoFacts {
            width,
            height,
            pixel_aspect: boxes.pixel_aspect.or(picture.stream.pixel_aspect).unwrap_or((1, 1)),
            colour: picture.stream.colour.filter(Colour::is_specified).or(boxes.colour),
            nal_length_size: picture.nal_length_size,
        }),
        audio: None,
    };
    dolby_vision::apply(facts, entry, boxes.dolby_vision)
}

impl Boxes {
    fn read(entry: &BoxSlice) -> Result<Boxes, BoxError> {
        let mut boxes = Boxes::default();
        for child in entry.children_after(FIELDS) {
            let child = child?;
            match &child.kind().0 {
                b"avcC" => boxes.avc = Some(child),
                b"hvcC" => boxes.hevc = Some(child),
                b"av1C" => boxes.av1 = Some(child),
                b"vpcC" => boxes.vp9 = Some(child),
                b"dvcC" | b"dvvC" | b"dvwC" => boxes.dolby_vision = Some(child),
                b"colr" => boxes.colour = colour::read(&child).or(boxes.colour),
                b"pasp" => boxes.pixel_aspect = read_pixel_aspect(&child),
                _ => (),
            }
        }
        Ok(boxes)
    }
}

/// Reads a `pasp` box (ISO/IEC 14496-12 12.1.4); a ratio with a zero says nothing.
fn read_pixel_aspect(pasp: &BoxSlice) -> Option<(u32, u32)> {
    let mut fields = pasp.fields();
    let ratio = (fields.u32().ok()?, fields.u32().ok()?);
    (ratio.0 > 0 && ratio.1 > 0).then_some(ratio)
}

/// The pixel aspect ratios that parameter sets name by number (ITU-T H.264 Table E-1, H.265 Table E.1).
pub(super) fn named_pixel_aspect(number: u32) -> Option<(u32, u32)> {
    const RATIOS: [(u32, u32); 17] = [
        (0, 0),
        (1, 1),
        (12, 11),
        (10, 11),
        (16, 11),
        (40, 33),
        (24, 11),
        (20, 11),
        (32, 11),
        (80, 33),
        (18, 11),
        (15, 11),
        (64, 33),
        (160, 99),
        (4, 3),
        (3, 2),
        (2, 1),
    ];
    RATIOS.get(number as usize).copied().filter(|ratio| ratio.0 > 0)
}
