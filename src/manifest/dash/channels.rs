//! AudioChannelConfiguration (ISO/IEC 23009-1 5.8.5.4) in the scheme that each codec's players expect.

use crate::isobmff::AudioFacts;

/// Scheme and value.
pub(super) fn channel_configuration(audio: &AudioFacts) -> (&'static str, String) {
    match audio.dolby_channels {
        Some(bitmap) => ("tag:dolby.com,2014:dash:audio_channel_configuration:2011", format!("{bitmap:04X}")),
        None => ("urn:mpeg:mpegB:cicp:ChannelConfiguration", cicp_layout(audio.channels).to_string()),
    }
}

/// The usual layout of so many channels (ISO/IEC 23091-3 Table 10): 7 is 6.1, 8 is 7.1 with rear surrounds.
fn cicp_layout(channels: u16) -> u16 {
    match channels {
        7 => 11,
        8 => 12,
        10 => 16,
        12 => 19,
        24 => 13,
        count => count,
    }
}
