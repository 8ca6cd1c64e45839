//! Audio files that are no MP4: known by their first bytes, whatever their names say.
//!
//! They cannot be served as they are; a conversion makes AAC in MP4 of them. Only what the conversion must know
//! beforehand is read here. No I/O.

use std::time::Duration;

/// The formats that can be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoundFormat {
    /// AAC as it is sent in radio (ISO/IEC 13818-7 6.2): `.aac`.
    Adts,
    Mp3,
    Flac,
    /// Vorbis, Opus or FLAC in Ogg.
    Ogg,
    Wav,
}

/// What the head of a file says of its sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sound {
    pub format: SoundFormat,
    /// `None` where the head does not tell.
    pub channels: Option<u16>,
    /// The length that the head promises, so that a file that was cut short is known.
    pub length: Option<Duration>,
}

impl SoundFormat {
    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            SoundFormat::Adts => "ADTS",
            SoundFormat::Mp3 => "MP3",
            SoundFormat::Flac => "FLAC",
            SoundFormat::Ogg => "Ogg",
            SoundFormat::Wav => "WAV",
        }
    }
}

/// Whether a file of this name may hold audio that is no MP4.
pub fn is_sound_file(name: &str) -> bool {
    let extensions = ["aac", "adts", "flac", "mp3", "oga", "ogg", "opus", "wav", "wave"];
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    !name.starts_with('.') && extension.is_some_and(|extension| extensions.contains(&extension.as_str()))
}

impl Sound {
    /// As many bytes as are looked at; fewer where the file has fewer.
    pub const HEAD: usize = 8192;

    /// Length of the ID3 tag at the start of `head` (ID3v2.4 3.1), which a file of any format may begin with; 0 where
    /// there is none. The head is what follows it.
    pub fn tag_len(head: &[u8]) -> u64 {
        let Some([b'I', b'D', b'3', _, _, flags, size @ ..]) = head.first_chunk::<10>() else { return 0 };
        let size = size.iter().fold(0, |size, byte| size << 7 | u64::from(byte & 0x7f));
        let footer = if flags & 0x10 != 0 { 10 } else { 0 };
        10 + size + footer
    }

    /// What begins with `head`, which is a file of `size` bytes; `None` where it is none of the formats.
    pub fn of(head: &[u8], size: u64) -> Option<Sound> {
        wav(head, size).or_else(|| flac(head)).or_else(|| ogg(head)).or_else(|| adts(head)).or_else(|| mp3(head))
    }
}

/// RIFF (Microsoft Multimedia Programming Interface 1.0), RF64 and BW64 (ITU-R BS.2088).
fn wav(head: &[u8], size: u64) -> Option<Sound> {
    let form = head.first_chunk::<12>()?;
    if !(matches!(&form[..4], b"RIFF" | b"RF64" | b"BW64") && &form[8..] == b"WAVE") {
        return None;
    }
    let mut sound = Sound { format: SoundFormat::Wav, channels: None, length: None };
    let mut bytes_per_second = 0;
    let mut at = 12;
    while let Some(chunk) = head.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let length = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]);
        let body = head.get(at + 8..).unwrap_or_default();
        match (&chunk[..4], body.first_chunk::<16>()) {
            (b"fmt ", Some(format)) => {
                sound.channels = Some(u16::from_le_bytes([format[2], format[3]]));
                bytes_per_second = u32::from_le_bytes([format[8], format[9], format[10], format[11]]);
            }
            (b"data", _) => {
                // A recorder that could not go back to its head left 0 or the largest number there.
                let told = !matches!(length, 0 | 0xffff_f000..) && bytes_per_second > 0;
                let is_cut = at as u64 + 8 + u64::from(length) > size;
                if told && is_cut {
                    sound.length = Some(Duration::from_secs_f64(f64::from(length) / f64::from(bytes_per_second)));
                }
                break;
            }
            _ => {}
        }
        at = at.checked_add(8)?.checked_add(length as usize)?.checked_add((length & 1) as usize)?;
    }
    Some(sound)
}

/// RFC 9639 8.2: STREAMINFO comes first.
fn flac(head: &[u8]) -> Option<Sound> {
    let info = head.strip_prefix(b"fLaC")?.get(4..)?.first_chunk::<18>()?;
    let packed = u64::from_be_bytes(*info[10..].first_chunk()?);
    let (rate, samples) = (packed >> 44, packed & 0xf_ffff_ffff);
    let length = (rate > 0 && samples > 0).then(|| Duration::from_secs_f64(samples as f64 / rate as f64));
    Some(Sound { format: SoundFormat::Flac, channels: Some((packed >> 41 & 7) as u16 + 1), length })
}

/// RFC 3533 6: the first page holds the head of a stream, and sound comes alone.
fn ogg(head: &[u8]) -> Option<Sound> {
    let segments = usize::from(*head.strip_prefix(b"OggS")?.get(22)?);
    let packet = head.get(27 + segments..)?;
    let channels = if let Some(rest) = packet.strip_prefix(b"OpusHead") {
        *rest.get(1)?
    } else if let Some(rest) = packet.strip_prefix(b"\x01vorbis") {
        *rest.get(4)?
    } else {
        flac(packet.strip_prefix(b"\x7fFLAC")?.get(4..)?)?.channels? as u8
    };
    Some(Sound { format: SoundFormat::Ogg, channels: Some(u16::from(channels)), length: None })
}

/// Two frames that follow each other, so that other bytes are not taken for one.
fn adts(head: &[u8]) -> Option<Sound> {
    let frame = |at: usize| {
        let header = head.get(at..)?.first_chunk::<7>()?;
        let is_frame = header[0] == 0xff && header[1] & 0xf6 == 0xf0 && header[2] >> 2 & 0xf < 13;
        let length = usize::from(header[3] & 3) << 11 | usize::from(header[4]) << 3 | usize::from(header[5] >> 5);
        (is_frame && length > 7).then_some((length, *header))
    };
    let (length, header) = frame(0)?;
    frame(length)?;
    let configuration = u16::from((header[2] & 1) << 2 | header[3] >> 6);
    let low_rate = header[2] >> 2 & 0xf >= 6;
    let channels = match configuration {
        0 => None,
        // HE-AAC v2 makes stereo of a mono stream of at most 24 kHz, and says so nowhere in the header.
        1 if low_rate => Some(2),
        7 => Some(8),
        channels => Some(channels),
    };
    Some(Sound { format: SoundFormat::Adts, channels, length: None })
}

/// ISO/IEC 11172-3 2.4.1.3, layer III; the zeros that some writers leave behind a tag are passed over.
fn mp3(head: &[u8]) -> Option<Sound> {
    let start = head.iter().position(|&byte| byte != 0)?;
    let frame = |at: usize| {
        let header = head.get(at..)?.first_chunk::<4>()?;
        Some((mp3_frame_len(header)?, header[3] >> 6))
    };
    let (length, mode) = frame(start)?;
    frame(start + length)?;
    Some(Sound { format: SoundFormat::Mp3, channels: Some(if mode == 3 { 1 } else { 2 }), length: None })
}

fn mp3_frame_len(header: &[u8; 4]) -> Option<usize> {
    const RATES_1: [usize; 16] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
    const RATES_2: [usize; 16] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
    let (version, layer) = (header[1] >> 3 & 3, header[1] >> 1 & 3);
    if header[0] != 0xff || header[1] & 0xe0 != 0xe0 || version == 1 || layer != 1 {
        return None;
    }
    let is_first = version == 3;
    let table = if is_first { RATES_1 } else { RATES_2 };
    let bit_rate = 1000 * table.get(usize::from(header[2] >> 4)).copied().filter(|&rate| rate > 0)?;
    let halved = [2, 0, 1, 0][usize::from(version)];
    let sample_rate = [44_100, 48_000, 32_000].get(usize::from(header[2] >> 2 & 3)).copied()? >> halved;
    let padding = usize::from(header[2] >> 1 & 1);
    Some(if is_first { 144 } else { 72 } * bit_rate / sample_rate + padding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(head: &[u8]) -> Option<(SoundFormat, Option<u16>)> {
        Sound::of(head, head.len() as u64).map(|sound| (sound.format, sound.channels))
    }

    fn wav_file(form: &[u8; 4], chunk_before: &[u8], length: u32) -> Vec<u8> {
        let mut file = [form.as_slice(), b"\0\0\0\0WAVE", chunk_before, b"fmt \x10\0\0\0\x01\0\x02\0"].concat();
        file.extend(48_000u32.to_le_bytes());
        file.extend(192_000u32.to_le_bytes());
        file.extend([4, 0, 16, 0]);
        file.extend(b"data");
        file.extend(length.to_le_bytes());
        file.extend([0; 100]);
        file
    }

    #[test]
    fn wav_with_chunks_before_its_format() {
        for (form, before) in [(b"RIFF", &b""[..]), (b"RF64", b"ds64\x03\0\0\0abc\0"), (b"BW64", b"JUNK\x02\0\0\0ab")] {
            assert_eq!(of(&wav_file(form, before, 100)), Some((SoundFormat::Wav, Some(2))));
        }
        assert_eq!(of(b"RIFF\0\0\0\0AVI LIST"), None);
        assert_eq!(of(b"RIFF\0\0\0\0WAVE"), Some((SoundFormat::Wav, None)));
    }

    #[test]
    fn a_wav_that_was_cut_tells_how_long_it_should_be() {
        let length = |bytes: u32| {
            let file = wav_file(b"RIFF", b"", bytes);
            Sound::of(&file, file.len() as u64).unwrap().length
        };
        assert_eq!(length(100), None, "it is whole");
        assert_eq!(length(192_000), Some(Duration::from_secs(1)));
        assert_eq!((length(0), length(u32::MAX)), (None, None), "its recorder did not know");
    }

    #[test]
    fn flac_tells_its_length() {
        let packed: u64 = 48_000 << 44 | 5 << 41 | 23 << 36 | 96_000;
        let mut file = [b"fLaC\0\0\0\x22".as_slice(), &[0; 10]].concat();
        file.extend(packed.to_be_bytes());
        let sound = Sound::of(&file, 26).unwrap();
        assert_eq!(sound.format, SoundFormat::Flac);
        assert_eq!((sound.channels, sound.length), (Some(6), Some(Duration::from_secs(2))));
    }

    #[test]
    fn ogg_with_sound_alone() {
        let page = |packet: &[u8]| [b"OggS".as_slice(), &[0; 22], &[1, packet.len() as u8], packet].concat();
        assert_eq!(of(&page(b"OpusHead\x01\x06rest")), Some((SoundFormat::Ogg, Some(6))));
        assert_eq!(of(&page(b"\x01vorbis\0\0\0\0\x02rest")), Some((SoundFormat::Ogg, Some(2))));
        assert_eq!(of(&page(b"\x80theora\x03")), None);
    }

    #[test]
    fn adts_is_two_frames() {
        // AAC LC, 48 kHz, stereo, frames of 16 bytes.
        let frame = [&[0xff, 0xf1, 0x4c, 0x80, 0x02, 0x1f, 0xfc][..], &[0; 9]].concat();
        assert_eq!(of(&frame.repeat(2)), Some((SoundFormat::Adts, Some(2))));
        assert_eq!(of(&frame), None);
        // Mono at 24 kHz may be HE-AAC v2.
        let mono = [&[0xff, 0xf1, 0x58, 0x40, 0x02, 0x1f, 0xfc][..], &[0; 9]].concat();
        assert_eq!(of(&mono.repeat(2)), Some((SoundFormat::Adts, Some(2))));
    }

    #[test]
    fn mp3_is_two_frames_of_layer_iii() {
        // 128 kbit/s at 44.1 kHz: 417 bytes; joint stereo and mono.
        for (mode, channels) in [(0x40, 2), (0xc0, 1)] {
            let frame = [&[0xff, 0xfb, 0x90, mode][..], &[0; 413]].concat();
            assert_eq!(of(&frame.repeat(2)), Some((SoundFormat::Mp3, Some(channels))));
            assert_eq!(of(&[vec![0; 50], frame.repeat(2)].concat()), Some((SoundFormat::Mp3, Some(channels))));
            assert_eq!(of(&frame), None);
        }
        // MPEG-2, 64 kbit/s at 22.05 kHz: 208 bytes.
        assert_eq!(mp3_frame_len(&[0xff, 0xf3, 0x80, 0x40]), Some(208));
    }

    #[test]
    fn a_tag_is_passed_over() {
        assert_eq!(Sound::tag_len(b"ID3\x04\0\0\0\0\x02\x01rest"), 10 + 257);
        assert_eq!(Sound::tag_len(b"ID3\x04\0\x10\0\0\x02\x01rest"), 20 + 257);
        assert_eq!(Sound::tag_len(b"ID3"), 0);
        assert_eq!(Sound::tag_len(b"\xff\xfb\x90\x40......"), 0);
    }

    #[test]
    fn other_files_are_none() {
        for other in [&b"<!DOCTYPE html><html>"[..], b"\0\0\0\x20ftypisom", b"WEBVTT\n", b"", b"\xff", b"OggS", b"fLaC"]
        {
            assert_eq!(of(other), None, "{other:?}");
        }
    }

    #[test]
    fn names_are_looked_at_to_find_not_to_know() {
        for name in ["a.mp3", "A.WAV", "talk.de.ogg", "x.opus"] {
            assert!(is_sound_file(name), "{name}");
        }
        for name in ["a.m4a", "mp3", ".mp3", "a.txt"] {
            assert!(!is_sound_file(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(mut bytes in prop::collection::vec(any::<u8>(), 0..200), kind in 0usize..6) {
            let starts = [&b"RIFF\0\0\0\0WAVE"[..], b"fLaC", b"OggS", b"\xff\xf1", b"\xff\xfb", b"ID3"];
            bytes.splice(0..0, starts[kind].iter().copied());
            Sound::of(&bytes, bytes.len() as u64);
            Sound::tag_len(&bytes);
        }
    }
}
