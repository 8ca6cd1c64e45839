//! Audio sample entries (ISO/IEC 14496-12 12.2.3), and the sound descriptions that QuickTime made of them.

use super::{AudioFacts, Codec, CodecError, CodecFacts, aac, ac4, dolby_audio, opus_flac, required};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;
use crate::isobmff::write::boxed;
use bytes::{BufMut, Bytes};

/// Bytes of fields before the boxes of an audio sample entry; QuickTime versions 1 and 2 have more.
const FIELDS: usize = 28;
const QUICKTIME_1: usize = 16;
const QUICKTIME_2: usize = 36;

/// The fields and the configuration box of an audio sample entry.
struct Entry {
    facts: AudioFacts,
    quicktime: bool,
    configuration: Option<BoxSlice>,
}

pub(super) fn read(entry: &BoxSlice, stsd_version: u8) -> Result<CodecFacts, CodecError> {
    let kind = entry.kind();
    let wanted = configuration_kind(&kind.0).ok_or(CodecError::Unknown(kind))?;
    let Entry { facts, configuration, .. } = Entry::read(entry, stsd_version)?;
    let configuration = || required(configuration, entry, wanted);
    let (codec, string, audio) = match &kind.0 {
        b"mp4a" => {
            let mp4a = aac::read(&configuration()?, facts)?;
            (mp4a.codec, mp4a.string, mp4a.facts)
        }
        b"ac-3" => (Codec::Ac3, "ac-3".to_owned(), dolby_audio::read_ac3(&configuration()?)?),
        b"ec-3" => (Codec::Eac3, "ec-3".to_owned(), dolby_audio::read_eac3(&configuration()?)?),
        b"ac-4" => {
            let (string, facts) = ac4::read(&configuration()?, facts)?;
            (Codec::Ac4, string, facts)
        }
        b"Opus" => (Codec::Opus, "Opus".to_owned(), opus_flac::read_opus(&configuration()?)?),
        b"fLaC" => (Codec::Flac, "fLaC".to_owned(), opus_flac::read_flac(&configuration()?)?),
        // `.mp3` has no configuration: the frames say all.
        _ => (Codec::Mp3, "mp3".to_owned(), facts),
    };
    Ok(CodecFacts { codec, string, supplemental: None, video: None, audio: Some(audio) })
}

/// The box that configures the decoder of each entry that is served; `None` for others.
fn configuration_kind(kind: &[u8; 4]) -> Option<&'static [u8; 4]> {
    match kind {
        b"mp4a" => Some(b"esds"),
        b"ac-3" => Some(b"dac3"),
        b"ec-3" => Some(b"dec3"),
        b"ac-4" => Some(b"dac4"),
        b"Opus" => Some(b"dOps"),
        b"fLaC" => Some(b"dfLa"),
        b".mp3" => Some(b"esds"),
        _ => None,
    }
}

/// The sample entry as ISO readers expect it: a copy, without the fields and the `wave` box that QuickTime adds.
pub(in crate::isobmff) fn iso_entry(entry: &BoxSlice, stsd_version: u8) -> Result<Bytes, BoxError> {
    let Entry { facts, quicktime, configuration } = Entry::read(entry, stsd_version)?;
    if !quicktime {
        return Ok(Bytes::copy_from_slice(entry.bytes()));
    }
    let mut out = Vec::new();
    boxed(&mut out, &entry.kind().0, |out| {
        out.put_slice(entry.body().get(..8).unwrap_or_default());
        out.put_u64(0);
        out.put_u16(facts.channels);
        out.put_u16(16);
        out.put_u32(0);
        out.put_u32(u16::try_from(facts.sample_rate).map_or(0, |rate| u32::from(rate) << 16));
        if let Some(configuration) = configuration {
            out.put_slice(configuration.bytes());
        }
    });
    Ok(out.into())
}

impl Entry {
    fn read(entry: &BoxSlice, stsd_version: u8) -> Result<Entry, BoxError> {
        let mut fields = entry.fields();
        fields.skip(8)?;
        let version = fields.u16()?;
        fields.skip(6)?;
        let mut channels = u32::from(fields.u16()?);
        fields.skip(6)?;
        let mut sample_rate = fields.u32()? >> 16;
        // Version 1 of ISO (12.2.3.2) comes with version 1 of `stsd` and adds no fields.
        let extra = match (version, stsd_version) {
            (1, 0) => QUICKTIME_1,
            (2, 0) => {
                let mut fields = fields.clone();
                fields.skip(4)?;
                sample_rate = f64::from_bits(fields.u64()?) as u32;
                channels = fields.u32()?;
                QUICKTIME_2
            }
            _ => 0,
        };
        let channels = u16::try_from(channels).unwrap_or(u16::MAX);
        let facts = AudioFacts { channels, sample_rate, dolby_channels: None, joint_objects: None };
        let configuration = find_configuration(entry, FIELDS + extra)?;
        Ok(Entry { facts, quicktime: extra > 0, configuration })
    }
}

/// Looks for the configuration box, also in a QuickTime `wave` box.
fn find_configuration(entry: &BoxSlice, skip: usize) -> Result<Option<BoxSlice>, BoxError> {
    let Some(wanted) = configuration_kind(&entry.kind().0) else { return Ok(None) };
    for child in entry.children_after(skip) {
        let child = child?;
        if child.is(wanted) {
            return Ok(Some(child));
        }
        if child.is(b"wave")
            && let Some(inner) = child.child(wanted)?
        {
            return Ok(Some(inner));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::super::testing::facts_of;
    use super::*;
    use crate::isobmff::testing::{aac_esds, audio_entry};
    use crate::track::TrackType;

    /// A QuickTime entry: version, extra fields, then `wave` with `frma`, `esds` and a terminator.
    fn quicktime_entry(version: u16, extra: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        boxed(&mut out, b"mp4a", |out| {
            out.put_slice(&[0, 0, 0, 0, 0, 0, 0, 1]);
            out.put_u16(version);
            out.put_slice(&[0; 6]);
            out.put_slice(&[0, 2, 0, 16, 0xff, 0xfe, 0, 0]);
            out.put_u32(48_000 << 16);
            out.put_slice(extra);
            boxed(out, b"wave", |out| {
                boxed(out, b"frma", |out| out.put_slice(b"mp4a"));
                aac_esds(out, &[0x11, 0x90]);
                out.put_slice(b"\0\0\0\x08\0\0\0\0");
            });
        });
        out
    }

    #[test]
    fn quicktime_sound_descriptions_are_read() {
        let facts = facts_of(quicktime_entry(1, &[0; 16]), TrackType::Audio).unwrap();
        assert_eq!((facts.string.as_str(), facts.audio.unwrap().channels), ("mp4a.40.2", 2));
        let mut version_2 = vec![0, 0, 0, 72];
        version_2.put_f64(48_000.0);
        version_2.put_u32(2);
        version_2.put_slice(&[0; 20]);
        let facts = facts_of(quicktime_entry(2, &version_2), TrackType::Audio).unwrap();
        assert_eq!(facts.audio.unwrap().sample_rate, 48_000);
    }

    #[test]
    fn quicktime_entries_are_handed_on_in_iso_form() {
        let entry = BoxSlice::root(&quicktime_entry(1, &[0; 16]).into(), 0).unwrap();
        let iso = iso_entry(&entry, 0).unwrap();
        let expected = audio_entry(b"mp4a", 2, 48_000, |out| aac_esds(out, &[0x11, 0x90]));
        assert_eq!(iso, expected);
    }

    #[test]
    fn iso_entries_are_handed_on_as_they_are() {
        let bytes = audio_entry(b"mp4a", 2, 48_000, |out| {
            aac_esds(out, &[0x11, 0x90]);
            boxed(out, b"btrt", |out| out.put_slice(&[0; 12]));
        });
        let entry = BoxSlice::root(&bytes.clone().into(), 0).unwrap();
        assert_eq!(iso_entry(&entry, 0).unwrap(), bytes);
    }

    #[test]
    fn mp3_and_others_in_mp4a() {
        let of = |object_type: u8| {
            let entry = audio_entry(b"mp4a", 2, 44_100, |out| {
                let esds = [&[3, 21, 0, 1, 0, 4, 13, object_type][..], &[0; 12], &[6, 1, 2]].concat();
                crate::isobmff::write::full_box(out, b"esds", 0, 0, |out| out.put_slice(&esds));
            });
            facts_of(entry, TrackType::Audio).map(|facts| (facts.codec, facts.string))
        };
        assert_eq!(of(0x6b), Ok((Codec::Mp3, "mp4a.6B".to_owned())));
        assert_eq!(of(0x69), Ok((Codec::Mp3, "mp4a.69".to_owned())));
        let error = of(0xa9).unwrap_err().to_string();
        assert!(error.starts_with("audio of MPEG-4 object type indication 0xa9"), "{error}");
    }

    #[test]
    fn mp3_entries_need_no_configuration() {
        let facts = facts_of(audio_entry(b".mp3", 2, 44_100, |_| ()), TrackType::Audio).unwrap();
        assert_eq!((facts.codec, facts.string.as_str(), facts.audio.unwrap().sample_rate), (Codec::Mp3, "mp3", 44_100));
    }
}
