//! What an `mp4a` entry holds: the elementary stream descriptor (ISO/IEC 14496-1 7.2.6) and the AAC configuration in it
//! (ISO/IEC 14496-3 1.6.2).

use super::bits::Bits;
use super::{AudioFacts, Codec, CodecError, unreadable};
use crate::isobmff::boxes::BoxSlice;

/// Audio object types (ISO/IEC 14496-3 Table 1.17).
const AAC_LC: u32 = 2;
const SBR: u32 = 5;
const ER_BSAC: u32 = 22;
const PS: u32 = 29;
const MPEG_LAYER_3: u32 = 34;
const USAC: u32 = 42;

/// What an `mp4a` entry holds.
pub(super) struct Mp4a {
    pub(super) codec: Codec,
    pub(super) string: String,
    pub(super) facts: AudioFacts,
}

/// Reads `esds`. What the configuration does not say is taken from the sample entry.
pub(super) fn read(esds: &BoxSlice, entry: AudioFacts) -> Result<Mp4a, CodecError> {
    let body = esds.body().get(4..).unwrap_or_default();
    let (object_type, specific) = decoder_config(body).ok_or_else(|| unreadable(esds))?;
    match object_type {
        0x40 | 0x66..=0x68 => {
            let config = specific.and_then(AudioConfig::read).ok_or_else(|| unreadable(esds))?;
            let codec = match config.effective_type() {
                MPEG_LAYER_3 => Codec::Mp3,
                1..=4 | SBR | PS | 17 | 19 | 23 | 39 | USAC => Codec::Aac,
                other => return Err(CodecError::UnknownKind(format!("MPEG-4 audio object type {other}"))),
            };
            let string = match object_type {
                0x40 => format!("mp4a.40.{}", config.effective_type()),
                _ => format!("mp4a.{object_type:02X}"),
            };
            Ok(Mp4a { codec, string, facts: config.facts(entry) })
        }
        // MP3 by the MPEG-2 and the MPEG-1 table; its frames say the rest.
        0x69 | 0x6b => Ok(Mp4a { codec: Codec::Mp3, string: format!("mp4a.{object_type:02X}"), facts: entry }),
        other => Err(CodecError::UnknownKind(format!("audio of MPEG-4 object type indication {other:#04x} in 'mp4a'"))),
    }
}

/// `objectTypeIndication` and the decoder-specific information, if any.
fn decoder_config(descriptors: &[u8]) -> Option<(u8, Option<&[u8]>)> {
    const ES: u8 = 3;
    const DECODER_CONFIG: u8 = 4;
    const DECODER_SPECIFIC: u8 = 5;
    let stream = find_descriptor(descriptors, ES)?;
    let flags = *stream.get(2)?;
    let mut at = 3;
    if flags & 0x80 != 0 {
        at += 2;
    }
    if flags & 0x40 != 0 {
        at += 1 + usize::from(*stream.get(at)?);
    }
    if flags & 0x20 != 0 {
        at += 2;
    }
    let config = find_descriptor(stream.get(at..)?, DECODER_CONFIG)?;
    Some((*config.first()?, find_descriptor(config.get(13..)?, DECODER_SPECIFIC)))
}

/// The content of the first descriptor with `tag` (ISO/IEC 14496-1 8.3.3). One that claims more than there is ends with
/// what there is: some writers count wrongly, and decoders do not mind.
fn find_descriptor(mut bytes: &[u8], tag: u8) -> Option<&[u8]> {
    loop {
        let (&found, mut rest) = bytes.split_first()?;
        let mut length = 0;
        for _ in 0..4 {
            let (&byte, after) = rest.split_first()?;
            (length, rest) = (length << 7 | usize::from(byte & 0x7f), after);
            if byte & 0x80 == 0 {
                break;
            }
        }
        let (content, after) = rest.split_at(length.min(rest.len()));
        if found == tag {
            return Some(content);
        }
        bytes = after;
    }
}

/// `AudioSpecificConfig`, with what spectral band replication and parametric stereo do to it.
#[derive(Debug, Default)]
struct AudioConfig {
    object_type: u32,
    sample_rate: Option<u32>,
    channels: Option<u16>,
    /// Output rate, where spectral band replication is signalled.
    replicated_rate: Option<u32>,
    parametric_stereo: bool,
}

impl AudioConfig {
    fn read(config: &[u8]) -> Option<AudioConfig> {
        let mut bits = Bits::new(config);
        let mut audio = AudioConfig { object_type: read_object_type(&mut bits)?, ..AudioConfig::default() };
        audio.sample_rate = read_sample_rate(&mut bits)?;
        let layout = bits.read(4)?;
        audio.channels = channels_of_layout(layout);
        let explicit = matches!(audio.object_type, SBR | PS);
        if explicit {
            audio.parametric_stereo = audio.object_type == PS;
            audio.replicated_rate = read_sample_rate(&mut bits)?;
            audio.object_type = read_object_type(&mut bits)?;
            if audio.object_type == ER_BSAC {
                bits.skip(4)?;
            }
        }
        // What follows is not needed to name the codec, so a configuration may end here.
        if audio.object_type == USAC {
            audio.read_usac(&mut bits);
        } else if let Some(program_channels) = skip_general_config(&mut bits, audio.object_type, layout) {
            audio.channels = audio.channels.or(program_channels);
            if !explicit {
                audio.read_backward_compatible_extension(&mut bits);
            }
        }
        Some(audio)
    }

    /// `UsacConfig` (ISO/IEC 23003-3 5.2), which has its own rate and layout.
    fn read_usac(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        let rate = match bits.read(5)? {
            0x1f => Some(bits.read(24)?),
            index => RATES.get(index as usize).copied(),
        };
        bits.skip(3)?;
        self.sample_rate = self.sample_rate.or(rate);
        let layout = bits.read(5)?;
        self.channels = self.channels.or(channels_of_layout(layout));
        Some(())
    }

    /// Signalling that decoders without spectral band replication skip (ISO/IEC 14496-3 1.6.6.1).
    fn read_backward_compatible_extension(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        const SBR_EXTENSION: u32 = 0x2b7;
        const PS_EXTENSION: u32 = 0x548;
        if bits.left() < 16 || bits.read(11)? != SBR_EXTENSION || read_object_type(bits)? != SBR || !bits.flag()? {
            return None;
        }
        self.replicated_rate = read_sample_rate(bits)?.or(self.sample_rate);
        if bits.left() >= 12 && bits.read(11)? == PS_EXTENSION {
            self.parametric_stereo = bits.flag()?;
        }
        Some(())
    }

    /// The object type that names the codec in manifests: the outermost tool that is used.
    fn effective_type(&self) -> u32 {
        match (self.object_type, self.replicated_rate, self.parametric_stereo) {
            (AAC_LC, _, true) => PS,
            (AAC_LC, Some(_), false) => SBR,
            (object_type, _, _) => object_type,
        }
    }

    fn facts(&self, entry: AudioFacts) -> AudioFacts {
        let channels = self.channels.unwrap_or(entry.channels);
        AudioFacts {
            channels: if self.parametric_stereo && channels == 1 { 2 } else { channels },
            sample_rate: self.replicated_rate.or(self.sample_rate).unwrap_or(entry.sample_rate),
            ..entry
        }
    }
}

/// `GetAudioObjectType` (ISO/IEC 14496-3 Table 1.16).
fn read_object_type(bits: &mut Bits<'_>) -> Option<u32> {
    const ESCAPE: u32 = 31;
    match bits.read(5)? {
        ESCAPE => Some(32 + bits.read(6)?),
        object_type => Some(object_type),
    }
}

/// Sampling frequencies by index: ISO/IEC 14496-3 Table 1.18, then ISO/IEC 23003-3 Table 67 from 13 on.
const RATES: [u32; 27] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350, 0, 0, 57_600,
    51_200, 40_000, 38_400, 34_150, 28_800, 25_600, 20_000, 19_200, 17_075, 14_400, 12_800,
];

/// The inner option is `None` for a reserved index.
fn read_sample_rate(bits: &mut Bits<'_>) -> Option<Option<u32>> {
    match bits.read(4)? {
        15 => bits.read(24).map(Some),
        index => Some(RATES.get(index as usize).copied()),
    }
    .map(|rate| rate.filter(|rate| *rate > 0))
}

/// `channelConfiguration` (ISO/IEC 23001-8 8.2); `None` where the channels are said elsewhere.
fn channels_of_layout(layout: u32) -> Option<u16> {
    const CHANNELS: [u16; 21] = [0, 1, 2, 3, 4, 5, 6, 8, 0, 3, 4, 7, 8, 24, 8, 12, 10, 12, 14, 12, 14];
    CHANNELS.get(layout as usize).copied().filter(|channels| *channels > 0)
}

/// Skips `GASpecificConfig` and the error protection field; gives the channels of a program config element, if there is
/// one. `None` where the object type has another configuration.
fn skip_general_config(bits: &mut Bits<'_>, object_type: u32, layout: u32) -> Option<Option<u16>> {
    if !matches!(object_type, 1..=4 | 6 | 7 | 17 | 19..=23) {
        return None;
    }
    bits.skip(1)?;
    if bits.flag()? {
        bits.skip(14)?;
    }
    let extension = bits.flag()?;
    let channels = if layout == 0 { Some(read_program_config(bits)?) } else { None };
    if matches!(object_type, 6 | 20) {
        bits.skip(3)?;
    }
    if extension {
        match object_type {
            ER_BSAC => bits.skip(5 + 11)?,
            17 | 19 | 20 | 23 => bits.skip(3)?,
            _ => (),
        }
        bits.skip(1)?;
    }
    if object_type >= 17 {
        bits.skip(2)?;
    }
    Some(channels)
}

/// `program_config_element` (ISO/IEC 14496-3 4.4.1.1): the number of channels.
fn read_program_config(bits: &mut Bits<'_>) -> Option<u16> {
    bits.skip(4 + 2 + 4)?;
    let (front, side, back) = (bits.read(4)?, bits.read(4)?, bits.read(4)?);
    let (lfe, data, coupling) = (bits.read(2)?, bits.read(3)?, bits.read(4)?);
    for mixdown_bits in [4, 4, 3] {
        if bits.flag()? {
            bits.skip(mixdown_bits)?;
        }
    }
    let mut channels = lfe;
    for _ in 0..front + side + back {
        channels += if bits.flag()? { 2 } else { 1 };
        bits.skip(4)?;
    }
    bits.skip(4 * (lfe + data) as usize + 5 * coupling as usize)?;
    bits.align();
    let comment = bits.read(8)? as usize;
    bits.skip(8 * comment)?;
    u16::try_from(channels).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(config: &[u8]) -> (u32, u32, u16) {
        let config = AudioConfig::read(config).unwrap();
        let entry = AudioFacts { channels: 9, sample_rate: 1, dolby_channels: None, joint_objects: None };
        let facts = config.facts(entry);
        (config.effective_type(), facts.sample_rate, facts.channels)
    }

    #[test]
    fn plain_aac() {
        assert_eq!(read(&[0x11, 0x90]), (2, 48_000, 2));
        assert_eq!(read(&[0x12, 0x08]), (2, 44_100, 1));
        assert_eq!(read(&[0x11, 0xb0]), (2, 48_000, 6));
        assert_eq!(read(&[0x11, 0xb8]), (2, 48_000, 8), "layout 7 is 7.1");
    }

    #[test]
    fn explicit_replication_gives_the_output_rate() {
        // Object type 5, 24 kHz, stereo, 48 kHz, inner type 2
        assert_eq!(read(&[0x2b, 0x11, 0x88, 0x00]), (5, 48_000, 2));
        // Object type 29, 24 kHz, mono, 48 kHz, inner type 2: parametric stereo plays two channels
        assert_eq!(read(&[0xeb, 0x09, 0x88, 0x00]), (29, 48_000, 2));
    }

    #[test]
    fn backward_compatible_replication_is_seen() {
        // 22.05 kHz stereo AAC-LC, then 0x2b7, type 5, present, 44.1 kHz
        assert_eq!(read(&[0x13, 0x90, 0x56, 0xe5, 0xa0]), (5, 44_100, 2));
        // The same in mono, then 0x548 and present
        assert_eq!(read(&[0x13, 0x88, 0x56, 0xe5, 0xa5, 0x48, 0x80]), (29, 44_100, 2));
        // Said to be absent
        assert_eq!(read(&[0x13, 0x90, 0x56, 0xe5, 0x00]), (2, 22_050, 2));
    }

    #[test]
    fn escaped_types_and_rates() {
        // 31 + 10 = 42 (xHE-AAC), rate index 3, layout 2, then a USAC configuration
        assert_eq!(read(&[0xf9, 0x46, 0x40, 0x00]), (42, 48_000, 2));
        // Type 2, rate 15 with 24 bits: 50,000 Hz, mono
        assert_eq!(read(&[0x17, 0x80, 0x61, 0xa8, 0x08]), (2, 50_000, 1));
    }

    #[test]
    fn layout_zero_counts_the_program_config_element() {
        // AAC-LC 48 kHz, layout 0; element: front C and L/R, back pair, one LFE
        let fields: [(u32, usize); 26] = [
            (2, 5),
            (3, 4),
            (0, 4),
            (0, 3), // configuration, then the general part
            (0, 4),
            (1, 2),
            (3, 4), // instance, profile, rate
            (2, 4),
            (0, 4),
            (1, 4),
            (1, 2),
            (0, 3),
            (0, 4), // counts
            (0, 1),
            (0, 1),
            (0, 1), // mixdowns
            (0, 1),
            (0, 4),
            (1, 1),
            (0, 4),
            (1, 1),
            (0, 4),
            (0, 4), // elements, LFE
            (0, 3),
            (0, 8),
            (0, 8),
        ];
        let text: String = fields.iter().map(|(value, width)| format!("{value:0width$b}")).collect();
        let bytes: Vec<u8> = text
            .as_bytes()
            .chunks(8)
            .map(|byte| byte.iter().fold(0, |value, digit| value << 1 | (digit - b'0')))
            .collect();
        assert_eq!(read(&bytes), (2, 48_000, 6));
    }

    #[test]
    fn what_is_not_said_comes_from_the_entry() {
        // Rate index 13 is reserved, layout 0 without an element
        assert_eq!(read(&[0x16, 0x80]), (2, 1, 9));
        assert!(AudioConfig::read(&[0x11]).is_none());
    }

    #[test]
    fn descriptors_may_have_long_lengths_and_optional_fields() {
        let config = [&[4, 0x80, 0x80, 0x80, 17, 0x40][..], &[0; 12], &[5, 2, 0x11, 0x90]].concat();
        let stream = [&[0, 1, 0xe0, 0, 2, 3, b'u', b'r', b'l', 0, 4][..], &config].concat();
        let descriptors = [&[3, 0x80, stream.len() as u8][..], &stream].concat();
        assert_eq!(decoder_config(&descriptors), Some((0x40, Some(&[0x11, 0x90][..]))));
        for length in 0..descriptors.len() {
            decoder_config(&descriptors[..length]);
        }
    }
}
