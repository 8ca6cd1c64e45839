//! AC-4: the configuration box and codec string (ETSI TS 103 190-2 Annex E).

use super::bits::Bits;
use super::{AudioFacts, DolbyChannels, unreadable};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;

/// The speaker groups of `presentation_channel_mask_v1` that have two speakers (Table A.27).
const PAIRS: u32 = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 13 | 1 << 16 | 1 << 17 | 1 << 18;

/// Codec string and facts of an AC-4 stream, which are those of its first presentation.
pub(super) fn read(configuration: &BoxSlice, entry: AudioFacts) -> Result<(String, AudioFacts), BoxError> {
    parse(configuration.body(), entry).ok_or_else(|| unreadable(configuration))
}

/// `ac4_dsi_v1` (E.6.1).
fn parse(record: &[u8], entry: AudioFacts) -> Option<(String, AudioFacts)> {
    let mut bits = Bits::new(record);
    bits.skip(3)?;
    let bitstream_version = bits.read(7)?;
    bits.skip(1 + 4)?;
    let presentations = bits.read(9)?;
    if bitstream_version > 1 && bits.flag()? {
        bits.skip(16)?;
        if bits.flag()? {
            bits.skip(128)?;
        }
    }
    bits.skip(2 + 32 + 32)?;
    bits.align();
    if presentations == 0 {
        return None;
    }
    let presentation_version = bits.read(8)?;
    if bits.read(8)? == 255 {
        bits.skip(16)?;
    }
    let (level, mask) = read_presentation(&mut bits, presentation_version)?;
    let string = format!("ac-4.{bitstream_version:02}.{presentation_version:02}.{level:02}");
    let facts = match mask {
        Some(mask) => {
            let count = mask.count_ones() + (mask & PAIRS).count_ones();
            AudioFacts { channels: count as u16, dolby_channels: Some(DolbyChannels::Mask(mask)), ..entry }
        }
        None => entry,
    };
    Some((string, facts))
}

/// The start of `ac4_presentation_v0_dsi` and `ac4_presentation_v1_dsi` (E.8, E.10), which is the same up to the level:
/// gives `mdcompat`, and the channel mask where the presentation is made of channels and names them.
fn read_presentation(bits: &mut Bits<'_>, version: u32) -> Option<(u32, Option<u32>)> {
    const ADDITIONAL_DATA_ONLY: u32 = 6;
    if bits.read(5)? == ADDITIONAL_DATA_ONLY {
        return Some((0, None));
    }
    let level = bits.read(3)?;
    Some((level, if version == 0 { None } else { read_channel_mask(bits) }))
}

/// From `b_presentation_id` to the channel mask of `ac4_presentation_v1_dsi`.
fn read_channel_mask(bits: &mut Bits<'_>) -> Option<u32> {
    if bits.flag()? {
        bits.skip(5)?;
    }
    bits.skip(2 + 2 + 5 + 10)?;
    if !bits.flag()? {
        return None;
    }
    if matches!(bits.read(5)?, 11..=14) {
        bits.skip(1 + 2)?;
    }
    bits.read(24).filter(|&mask| mask > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: AudioFacts =
        AudioFacts { channels: 2, sample_rate: 48_000, dolby_channels: None, joint_objects: None };

    /// Fields as (value, bits), packed.
    fn pack(fields: &[(u64, u32)]) -> Vec<u8> {
        let mut bits = String::new();
        for (value, width) in fields {
            bits += &format!("{value:0width$b}", width = *width as usize);
        }
        bits += &"0".repeat((8 - bits.len() % 8) % 8);
        bits.as_bytes().chunks(8).map(|byte| u8::from_str_radix(str::from_utf8(byte).unwrap(), 2).unwrap()).collect()
    }

    /// Bitstream version 2, no programme id, one presentation.
    const HEAD: [(u64, u32); 10] = [(1, 3), (2, 7), (1, 1), (2, 4), (1, 9), (0, 1), (0, 2), (0, 32), (0, 32), (0, 5)];

    fn facts_of(presentation: &[(u64, u32)]) -> Option<(String, u16, Option<DolbyChannels>)> {
        let record = pack(&[&HEAD[..], presentation].concat());
        parse(&record, ENTRY).map(|(string, facts)| (string, facts.channels, facts.dolby_channels))
    }

    #[test]
    fn the_string_has_both_versions_and_the_level() {
        // Version 1, 20 bytes, one substream group, level 3, no id, then channel coded 5.1: L/R, C, Ls/Rs, LFE
        let presentation =
            [(1, 8), (20, 8), (31, 5), (3, 3), (0, 1), (0, 2), (0, 2), (0, 5), (0, 10), (1, 1), (4, 5), (0x47, 24)];
        assert_eq!(facts_of(&presentation), Some(("ac-4.02.01.03".to_owned(), 6, Some(DolbyChannels::Mask(0x47)))));
    }

    #[test]
    fn channels_come_from_the_entry_where_the_presentation_is_of_objects() {
        let presentation = [(1, 8), (20, 8), (31, 5), (3, 3), (0, 1), (0, 2), (0, 2), (0, 5), (0, 10), (0, 1)];
        assert_eq!(facts_of(&presentation), Some(("ac-4.02.01.03".to_owned(), 2, None)));
    }

    #[test]
    fn a_record_without_presentation_is_refused() {
        assert_eq!(parse(&[0x20, 0x80, 0, 0], ENTRY), None);
        assert_eq!(parse(&[], ENTRY), None);
    }
}
