//! AC-3 and E-AC-3: their configuration boxes (ETSI TS 102 366 Annex F) and channel bitmaps (Table E.1.4).

use super::bits::Bits;
use super::{AudioFacts, DolbyChannels, unreadable};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;

/// The channels of each `acmod`, as bits from Left (highest) down: L C R Ls Rs, and Cs for a single surround.
const CHANNELS_OF_MODE: [u16; 8] = [0xa000, 0x4000, 0xa000, 0xe000, 0xa100, 0xe100, 0xb800, 0xf800];

/// Bits that stand for a pair: Lc/Rc, Lrs/Rrs, Lsd/Rsd, Lw/Rw, Lvh/Rvh, Lts/Rts.
const PAIRS: u16 = 0x0400 | 0x0200 | 0x0040 | 0x0020 | 0x0010 | 0x0004;

/// The low-frequency effects channel, and the second one.
const LFE: u16 = 0x0001;
const LFE2: u16 = 0x0002;

/// Reads `dac3`.
pub(super) fn read_ac3(configuration: &BoxSlice) -> Result<AudioFacts, BoxError> {
    parse_ac3(configuration.body()).ok_or_else(|| unreadable(configuration))
}

fn parse_ac3(record: &[u8]) -> Option<AudioFacts> {
    let mut bits = Bits::new(record);
    let sample_rate = sample_rate(bits.read(2)?)?;
    bits.skip(5 + 3)?;
    let channels = main_channels(&mut bits)?;
    bits.skip(5)?;
    Some(facts(channels, sample_rate, None))
}

/// Reads `dec3`.
pub(super) fn read_eac3(configuration: &BoxSlice) -> Result<AudioFacts, BoxError> {
    parse_eac3(configuration.body()).ok_or_else(|| unreadable(configuration))
}

/// The first independent substream is the programme; others are other programmes.
fn parse_eac3(record: &[u8]) -> Option<AudioFacts> {
    let mut bits = Bits::new(record);
    bits.skip(13)?;
    let more = bits.read(3)?;
    let (rate, channels) = read_substream(&mut bits)?;
    for _ in 0..more {
        read_substream(&mut bits)?;
    }
    let sample_rate = sample_rate(rate)?;
    Some(facts(channels, sample_rate, read_joint_objects(&mut bits)))
}

/// Gives `fscod` and the channels, those of dependent substreams included.
fn read_substream(bits: &mut Bits<'_>) -> Option<(u32, u16)> {
    let rate = bits.read(2)?;
    bits.skip(5 + 1 + 1 + 3)?;
    let mut channels = main_channels(bits)?;
    bits.skip(3)?;
    if bits.read(4)? > 0 {
        channels |= added_channels(bits.read(9)?);
    } else {
        bits.skip(1)?;
    }
    Some((rate, channels))
}

/// `chan_loc`, whose lowest bit is Lc/Rc, in the order of the channel bitmap, where Lc/Rc is the highest of the eight.
fn added_channels(locations: u32) -> u16 {
    let mirrored = u16::from((locations as u8).reverse_bits()) << 3;
    if locations & 0x100 != 0 { mirrored | LFE2 } else { mirrored }
}

/// The extension of ETSI TS 103 420 C.3.1, which older files do not have.
fn read_joint_objects(bits: &mut Bits<'_>) -> Option<u8> {
    bits.skip(7)?;
    if bits.flag()? { bits.u8() } else { None }
}

/// Reads `acmod` and `lfeon`.
fn main_channels(bits: &mut Bits<'_>) -> Option<u16> {
    let mode = CHANNELS_OF_MODE[bits.read(3)? as usize];
    Some(if bits.flag()? { mode | LFE } else { mode })
}

fn sample_rate(code: u32) -> Option<u32> {
    [48_000, 44_100, 32_000].get(code as usize).copied()
}

fn facts(channels: u16, sample_rate: u32, joint_objects: Option<u8>) -> AudioFacts {
    let count = channels.count_ones() + (channels & PAIRS).count_ones();
    AudioFacts {
        channels: count as u16,
        sample_rate,
        dolby_channels: Some(DolbyChannels::Bitmap(channels)),
        joint_objects,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bitmap(channels: u16) -> Option<DolbyChannels> {
        Some(DolbyChannels::Bitmap(channels))
    }

    #[test]
    fn ac3_modes_have_their_channels_and_bitmaps() {
        // 48 kHz, bsid 8, acmod and lfeon vary, bit rate code 10
        let of = |mode: u32, lfe: u32| {
            let record = (8 << 17 | mode << 11 | lfe << 10 | 10 << 5u32).to_be_bytes();
            let facts = parse_ac3(&record[1..]).unwrap();
            (facts.channels, facts.dolby_channels)
        };
        assert_eq!(of(1, 0), (1, bitmap(0x4000)));
        assert_eq!(of(2, 0), (2, bitmap(0xa000)));
        assert_eq!(of(7, 1), (6, bitmap(0xf801)));
        assert_eq!(of(0, 0), (2, bitmap(0xa000)), "dual mono");
        let counts: Vec<_> = (0..8).map(|mode| of(mode, 0).0).collect();
        assert_eq!(counts, [2, 1, 2, 3, 3, 4, 4, 5]);
    }

    #[test]
    fn sample_rates_are_those_of_fscod() {
        let rate = |code: u8| parse_ac3(&[code << 6 | 16, 0x3d, 0x40]).map(|facts| facts.sample_rate);
        assert_eq!([rate(0), rate(1), rate(2), rate(3)], [Some(48_000), Some(44_100), Some(32_000), None]);
    }

    #[test]
    fn eac3_without_dependents_is_its_mode() {
        // 448 kbit/s, one independent substream at 48 kHz, bsid 16, 3/2 and LFE
        let facts = parse_eac3(&[0x0e, 0x00, 0x20, 0x0f, 0x00]).unwrap();
        assert_eq!((facts.channels, facts.dolby_channels, facts.joint_objects), (6, bitmap(0xf801), None));
    }

    #[test]
    fn dependent_substreams_add_their_channels() {
        // As above with one dependent substream that brings Lrs/Rrs: 7.1
        let facts = parse_eac3(&[0x0e, 0x00, 0x20, 0x0f, 0x02, 0x02]).unwrap();
        assert_eq!((facts.channels, facts.dolby_channels), (8, bitmap(0xfa01)));
        let facts = parse_eac3(&[0x0e, 0x00, 0x20, 0x0f, 0x03, 0x00]).unwrap();
        assert_eq!((facts.channels, facts.dolby_channels), (7, bitmap(0xf803)), "a second LFE");
    }

    #[test]
    fn joint_objects_have_their_complexity() {
        let facts = parse_eac3(&[0x0e, 0x00, 0x20, 0x0f, 0x00, 0x01, 0x10]).unwrap();
        assert_eq!((facts.channels, facts.joint_objects), (6, Some(16)));
        let facts = parse_eac3(&[0x0e, 0x00, 0x20, 0x0f, 0x00, 0x00, 0x00]).unwrap();
        assert_eq!(facts.joint_objects, None);
    }

    #[test]
    fn cut_records_are_refused() {
        for length in 0..5 {
            assert_eq!(parse_eac3(&[0x0e, 0x00, 0x20, 0x0f, 0x00][..length]), None);
        }
        assert_eq!(parse_ac3(&[0x10, 0x3d]), None);
    }
}
