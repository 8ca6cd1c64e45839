//! AudioChannelConfiguration (ISO/IEC 23009-1 5.8.5.4) in the scheme that each codec's players expect.

use crate::isobmff::{AudioFacts, DolbyChannels};

/// Scheme and value; `None` where nobody knows how many channels there are.
pub(in crate::manifest) fn channel_configuration(audio: &AudioFacts) -> Option<(&'static str, String)> {
    Some(match (audio.dolby_channels, audio.channels) {
        (Some(DolbyChannels::Bitmap(bitmap)), _) => {
            ("tag:dolby.com,2014:dash:audio_channel_configuration:2011", format!("{bitmap:04X}"))
        }
        // ETSI TS 103 190-2 G.3.
        (Some(DolbyChannels::Mask(mask)), _) => {
            ("tag:dolby.com,2015:dash:audio_channel_configuration:2015", format!("{mask:06X}"))
        }
        (None, 0) => return None,
        (None, count) => match usual_layout(count) {
            Some(layout) => ("urn:mpeg:mpegB:cicp:ChannelConfiguration", layout.to_string()),
            // Players read the value of this scheme as a count, and a count is all that is known.
            None => ("urn:mpeg:dash:23003:3:audio_channel_configuration:2011", count.to_string()),
        },
    })
}

/// The usual layout of so many channels (ISO/IEC 23091-3 Table 10): up to six they have the number of their count; 7 is
/// 6.1, 8 is 7.1 with rear surrounds, 10 and 12 are 5.1.4 and 7.1.4, 24 is 22.2.
fn usual_layout(channels: u16) -> Option<u16> {
    match channels {
        1..=6 => Some(channels),
        7 => Some(11),
        8 => Some(12),
        10 => Some(16),
        12 => Some(19),
        24 => Some(13),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CICP: &str = "urn:mpeg:mpegB:cicp:ChannelConfiguration";
    const COUNT: &str = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011";

    fn said(channels: u16, dolby_channels: Option<DolbyChannels>) -> Option<(&'static str, String)> {
        channel_configuration(&AudioFacts { channels, sample_rate: 48_000, dolby_channels, joint_objects: None })
    }

    /// Of ISO/IEC 23091-3 Table 10, the channels of each layout.
    #[test]
    fn a_layout_has_as_many_channels_as_the_track() {
        const CHANNELS_OF_LAYOUT: [u16; 21] = [0, 1, 2, 3, 4, 5, 6, 8, 2, 3, 4, 7, 8, 24, 8, 12, 10, 12, 14, 12, 14];
        for channels in 1..=64 {
            let (scheme, value) = said(channels, None).unwrap();
            let value: u16 = value.parse().unwrap();
            match scheme {
                CICP => assert_eq!(CHANNELS_OF_LAYOUT[usize::from(value)], channels),
                _ => assert_eq!((scheme, value), (COUNT, channels)),
            }
        }
        assert_eq!(said(6, None), Some((CICP, "6".to_owned())));
        assert_eq!(said(9, None), Some((COUNT, "9".to_owned())));
        assert_eq!(said(0, None), None);
    }

    #[test]
    fn dolby_streams_name_their_channels() {
        let dolby = |channels| said(6, Some(channels)).unwrap();
        let (scheme, value) = dolby(DolbyChannels::Bitmap(0xf801));
        assert_eq!((scheme, value.as_str()), ("tag:dolby.com,2014:dash:audio_channel_configuration:2011", "F801"));
        let (scheme, value) = dolby(DolbyChannels::Mask(0x47));
        assert_eq!((scheme, value.as_str()), ("tag:dolby.com,2015:dash:audio_channel_configuration:2015", "000047"));
    }
}
