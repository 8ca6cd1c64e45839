//! Opus (Encapsulation of Opus in ISOBMFF 4.3) and FLAC (Encapsulation of FLAC in ISOBMFF 3.3).

use super::{AudioFacts, unreadable};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;

/// `BLOCK_TYPE` and `LENGTH` of a STREAMINFO block (FLAC format, METADATA_BLOCK_HEADER).
const STREAMINFO: (u8, u32) = (0, 34);

/// Reads `dOps`. Opus always plays at 48 kHz; the input rate in the box is a remark.
pub(super) fn read_opus(configuration: &BoxSlice) -> Result<AudioFacts, BoxError> {
    let mut fields = configuration.fields();
    let version = fields.u8()?;
    if version != 0 {
        return Err(configuration.error(format!("dOps has version {version}, only 0 is known")));
    }
    let channels = fields.u8()?;
    fields.skip(2 + 4 + 2 + 1)?;
    if channels == 0 {
        return Err(unreadable(configuration));
    }
    Ok(AudioFacts { channels: u16::from(channels), sample_rate: 48_000, dolby_channels: None, joint_objects: None })
}

/// Reads `dfLa`, whose first block must be STREAMINFO.
pub(super) fn read_flac(configuration: &BoxSlice) -> Result<AudioFacts, BoxError> {
    let mut fields = configuration.fields();
    fields.version_and_flags()?;
    let header = (fields.u8()? & 0x7f, fields.u24()?);
    if header != STREAMINFO {
        return Err(configuration.error("the first metadata block of dfLa is not STREAMINFO"));
    }
    fields.skip(2 + 2 + 3 + 3)?;
    let packed = fields.u32()?;
    let (sample_rate, channels) = (packed >> 12, packed >> 9 & 7);
    Ok(AudioFacts { channels: channels as u16 + 1, sample_rate, dolby_channels: None, joint_objects: None })
}

#[cfg(test)]
mod tests {
    use super::super::testing::facts_of;
    use crate::isobmff::testing::audio_entry;
    use crate::isobmff::write::{boxed, full_box};
    use crate::track::TrackType;

    #[test]
    fn opus_plays_at_48_khz_whatever_went_in() {
        let entry = audio_entry(b"Opus", 2, 48_000, |out| {
            boxed(out, b"dOps", |out| out.extend_from_slice(b"\0\x06\x01\x38\0\0\xac\x44\0\0\x01"));
        });
        let facts = facts_of(entry, TrackType::Audio).unwrap();
        let audio = facts.audio.unwrap();
        assert_eq!((facts.string.as_str(), audio.channels, audio.sample_rate), ("Opus", 6, 48_000));
    }

    #[test]
    fn flac_facts_come_from_streaminfo() {
        let entry = audio_entry(b"fLaC", 2, 0, |out| {
            full_box(out, b"dfLa", 0, 0, |out| {
                out.extend_from_slice(&[0x80, 0, 0, 34, 16, 0, 16, 0, 0, 0, 14, 0, 16, 0]);
                // 96000 Hz in 20 bits, 6 channels less one in 3, 24 bits less one in 5
                out.extend_from_slice(&(96_000u32 << 12 | 5 << 9 | 23 << 4).to_be_bytes());
                out.extend_from_slice(&[0; 20]);
            });
        });
        let facts = facts_of(entry, TrackType::Audio).unwrap();
        let audio = facts.audio.unwrap();
        assert_eq!((facts.string.as_str(), audio.channels, audio.sample_rate), ("fLaC", 6, 96_000));
    }
}
