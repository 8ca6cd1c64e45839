//! Dolby Vision: its configuration box, and whether it stands alone or rides on a base that others can play (Dolby
//! Vision Streams within the ISO Base Media File Format; HLS Authoring Specification 1.10).

use super::{Codec, CodecError, CodecFacts, Colour, required};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;

/// The colour of a picture that only Dolby Vision can show: BT.2020 primaries, PQ, IPT-PQ-C2 (SMPTE ST 2128). Its
/// parameter sets leave it unsaid, because no other decoder could make use of it.
const OWN_COLOUR: Colour = Colour { primaries: 9, transfer: 16, matrix: 15, full_range: true };

/// What the configuration box says.
struct Configuration {
    profile: u8,
    level: u8,
    /// `dv_bl_signal_compatibility_id`: what the base layer is to others.
    compatibility: u8,
}

/// Adds what the configuration box says, where there is one. A Dolby Vision sample entry must have one.
pub(super) fn apply(
    mut facts: CodecFacts,
    entry: &BoxSlice,
    configuration: Option<BoxSlice>,
) -> Result<CodecFacts, CodecError> {
    let kind = entry.kind();
    let dolby_kind = match &kind.0 {
        b"hvc1" => "dvh1",
        b"hev1" => "dvhe",
        b"av01" => "dav1",
        b"avc1" => "dva1",
        b"avc3" => "dvav",
        b"dvh1" | b"dvhe" | b"dav1" | b"dva1" | b"dvav" => {
            let configuration = Configuration::read(&required(configuration, entry, b"dvcC")?)?;
            facts.codec = Codec::DolbyVision;
            facts.string = format!("{kind}.{:02}.{:02}", configuration.profile, configuration.level);
            if let Some(video) = facts.video.as_mut().filter(|_| configuration.is_own_colour()) {
                video.colour = Some(OWN_COLOUR);
            }
            return Ok(facts);
        }
        _ => return Ok(facts),
    };
    if let Some(configuration) = configuration {
        let configuration = Configuration::read(&configuration)?;
        facts.supplemental = configuration
            .brand()
            .map(|brand| format!("{dolby_kind}.{:02}.{:02}/{brand}", configuration.profile, configuration.level));
    }
    Ok(facts)
}

impl Configuration {
    fn read(configuration: &BoxSlice) -> Result<Configuration, BoxError> {
        let mut fields = configuration.fields();
        fields.skip(2)?;
        let (profile_and_level, level_and_flags) = (fields.u8()?, fields.u8()?);
        Ok(Configuration {
            profile: profile_and_level >> 1,
            level: (profile_and_level & 1) << 5 | level_and_flags >> 3,
            compatibility: fields.u8()? >> 4,
        })
    }

    /// Profiles 5 and 10.0: the base layer is compatible with nothing else. AVC profiles have no such form.
    fn is_own_colour(&self) -> bool {
        matches!(self.profile, 5 | 10) && self.compatibility == 0
    }

    /// The brand that names what the base layer is to players without Dolby Vision; `None` where it is nothing to them.
    fn brand(&self) -> Option<&'static str> {
        if !matches!(self.profile, 8..=10) {
            return None;
        }
        match self.compatibility {
            1 => Some("db1p"),
            2 => Some("db2g"),
            4 => Some("db4h"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::facts_of;
    use super::*;
    use crate::isobmff::VideoRange;
    use crate::isobmff::testing::{HVCC, video_entry};
    use crate::isobmff::write::boxed;
    use crate::track::TrackType;

    fn facts(kind: &[u8; 4], profile: u8, level: u8, compatibility: u8) -> CodecFacts {
        facts_with(HVCC, kind, profile, level, compatibility)
    }

    fn facts_with(hvcc: &[u8], kind: &[u8; 4], profile: u8, level: u8, compatibility: u8) -> CodecFacts {
        let entry = video_entry(kind, 64, 36, |out| {
            boxed(out, b"hvcC", |out| out.extend_from_slice(hvcc));
            boxed(out, b"dvvC", |out| {
                out.extend_from_slice(&[1, 0, profile << 1 | level >> 5, level << 3 | 5, compatibility << 4]);
                out.extend_from_slice(&[0; 19]);
            });
        });
        facts_of(entry, TrackType::Video).unwrap()
    }

    #[test]
    fn profile_5_stands_alone() {
        let facts = facts(b"dvh1", 5, 6, 0);
        assert_eq!((facts.codec, facts.string.as_str(), facts.supplemental), (Codec::DolbyVision, "dvh1.05.06", None));
    }

    #[test]
    fn a_picture_of_its_own_colour_is_pq() {
        let without_parameter_sets = [&HVCC[..22], &[0]].concat();
        let range = |profile, compatibility| {
            facts_with(&without_parameter_sets, b"dvh1", profile, 6, compatibility).video.unwrap().range()
        };
        assert_eq!(range(5, 0), VideoRange::Pq);
        assert_eq!(range(8, 2), VideoRange::Sdr, "what others can show is what its parameter sets say");
    }

    #[test]
    fn profile_8_rides_on_its_base() {
        let supplemental = |kind, compatibility| facts(kind, 8, 7, compatibility).supplemental;
        assert_eq!(supplemental(b"hvc1", 1).as_deref(), Some("dvh1.08.07/db1p"));
        assert_eq!(supplemental(b"hvc1", 4).as_deref(), Some("dvh1.08.07/db4h"));
        assert_eq!(supplemental(b"hev1", 2).as_deref(), Some("dvhe.08.07/db2g"));
        assert_eq!(supplemental(b"hvc1", 0), None);
        let base = facts(b"hvc1", 8, 7, 1);
        assert_eq!((base.codec, &base.string[..5]), (Codec::Hevc, "hvc1."));
    }

    #[test]
    fn levels_use_all_six_bits() {
        assert_eq!(facts(b"dvh1", 5, 33, 0).string, "dvh1.05.33");
    }

    #[test]
    fn a_dolby_entry_without_configuration_is_refused() {
        let entry = video_entry(b"dvh1", 64, 36, |out| boxed(out, b"hvcC", |out| out.extend_from_slice(HVCC)));
        let error = facts_of(entry, TrackType::Video).unwrap_err();
        assert!(error.to_string().contains("no 'dvcC' box"), "{error}");
    }
}
