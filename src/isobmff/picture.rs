//! What manifests say of a picture, derived from its facts.

use super::{VideoFacts, reduced};

/// Dynamic range, by the transfer characteristics (ISO/IEC 23091-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VideoRange {
    Sdr,
    /// ITU-R BT.2100 hybrid log-gamma.
    Hlg,
    /// SMPTE ST 2084 perceptual quantizer.
    Pq,
}

/// The word of HLS VIDEO-RANGE (RFC 8216bis 4.4.6.2).
impl std::fmt::Display for VideoRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            VideoRange::Sdr => "SDR",
            VideoRange::Hlg => "HLG",
            VideoRange::Pq => "PQ",
        })
    }
}

impl VideoFacts {
    /// Unknown colour is SDR.
    pub fn range(&self) -> VideoRange {
        match self.colour.map(|colour| colour.transfer) {
            Some(16) => VideoRange::Pq,
            Some(18) => VideoRange::Hlg,
            _ => VideoRange::Sdr,
        }
    }

    /// Width and height on a display with square pixels: the width is stretched, the height kept.
    pub fn display_size(&self) -> (u32, u32) {
        let (horizontal, vertical) = self.pixel_aspect;
        let stretched = u64::from(self.width) * u64::from(horizontal) + u64::from(vertical) / 2;
        (u32::try_from(stretched / u64::from(vertical.max(1))).unwrap_or(self.width), self.height)
    }

    /// The shape of the picture on a display, such as 16 to 9.
    pub fn display_aspect(&self) -> (u64, u64) {
        let (horizontal, vertical) = self.pixel_aspect;
        reduced(u64::from(self.width) * u64::from(horizontal), u64::from(self.height) * u64::from(vertical))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::Colour;

    fn facts(pixel_aspect: (u32, u32), transfer: u8) -> VideoFacts {
        let colour = Some(Colour { primaries: 9, transfer, matrix: 9, full_range: false });
        VideoFacts { width: 1440, height: 1080, pixel_aspect, colour, nal_length_size: 4 }
    }

    #[test]
    fn anamorphic_pictures_are_shown_stretched() {
        assert_eq!(facts((4, 3), 1).display_size(), (1920, 1080));
        assert_eq!(facts((1, 1), 1).display_size(), (1440, 1080));
        assert_eq!(facts((4, 3), 1).display_aspect(), (16, 9));
        assert_eq!(facts((1, 1), 1).display_aspect(), (4, 3));
    }

    #[test]
    fn the_transfer_characteristics_say_the_range() {
        assert_eq!(facts((1, 1), 16).range(), VideoRange::Pq);
        assert_eq!(facts((1, 1), 18).range(), VideoRange::Hlg);
        assert_eq!(facts((1, 1), 14).range(), VideoRange::Sdr);
    }
}
