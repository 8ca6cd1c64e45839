//! Codecs: what a sample entry says, and the codec string that names it in manifests (RFC 6381 and the codec specs).

mod aac;
mod ac4;
mod av1;
mod avc;
mod colour;
mod dolby_audio;
mod dolby_vision;
mod hevc;
mod opus_flac;
mod sound;
mod text;
mod vision;
mod vp9;

pub(super) use sound::iso_entry;
pub use text::{IMSC_CODEC, WVTT_CODEC};

use super::boxes::{BoxSlice, FourCc};
use super::{BoxError, bits};
use crate::track::TrackType;

/// The codecs that are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Codec {
    Avc,
    Hevc,
    DolbyVision,
    Av1,
    Vp9,
    Aac,
    Mp3,
    Ac3,
    Eac3,
    Ac4,
    Opus,
    Flac,
    WebVtt,
    Ttml,
    /// 3GPP timed text; served as WebVTT.
    Tx3g,
}

impl Codec {
    /// A short word for the codec whatever its profile, for names such as HLS group ids.
    pub fn family_name(self) -> &'static str {
        match self {
            Codec::Avc => "avc",
            Codec::Hevc => "hevc",
            Codec::DolbyVision => "dv",
            Codec::Av1 => "av1",
            Codec::Vp9 => "vp9",
            Codec::Aac => "aac",
            Codec::Mp3 => "mp3",
            Codec::Ac3 => "ac3",
            Codec::Eac3 => "ec3",
            Codec::Ac4 => "ac4",
            Codec::Opus => "opus",
            Codec::Flac => "flac",
            Codec::WebVtt => "webvtt",
            Codec::Ttml => "ttml",
            Codec::Tx3g => "tx3g",
        }
    }
}

/// What a sample entry says of its stream.
#[derive(Debug, Clone, PartialEq)]
pub struct CodecFacts {
    pub codec: Codec,
    /// RFC 6381 codec string, such as `avc1.64001f`.
    pub string: String,
    /// HLS SUPPLEMENTAL-CODECS element, such as `dvh1.08.07/db4h`.
    pub supplemental: Option<String>,
    /// Present on video.
    pub video: Option<VideoFacts>,
    /// Present on audio.
    pub audio: Option<AudioFacts>,
}

/// Picture facts.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoFacts {
    /// Cropped coded size in pixels.
    pub width: u32,
    pub height: u32,
    /// Sample (pixel) aspect ratio, horizontal and vertical; (1, 1) when not said.
    pub pixel_aspect: (u32, u32),
    /// From the parameter sets, else `colr`.
    pub colour: Option<Colour>,
    /// NAL unit length size for AVC and HEVC, 0 otherwise.
    pub nal_length_size: u8,
}

/// Colour description code points (ISO/IEC 23091-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    pub primaries: u8,
    pub transfer: u8,
    pub matrix: u8,
    pub full_range: bool,
}

/// Sound facts.
#[derive(Debug, Clone, PartialEq)]
pub struct AudioFacts {
    /// Output channels, low-frequency effects included.
    pub channels: u16,
    /// Output rate in Hz, after spectral band replication.
    pub sample_rate: u32,
    /// Which channels, as DASH says it of Dolby's codecs.
    pub dolby_channels: Option<DolbyChannels>,
    /// `complexity_index_type_a` of an E-AC-3 stream with joint object coding (Dolby Atmos).
    pub joint_objects: Option<u8>,
}

/// The channels of a Dolby stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DolbyChannels {
    /// Of AC-3 and E-AC-3 (ETSI TS 102 366 Table E.1.4).
    Bitmap(u16),
    /// `presentation_channel_mask_v1` of AC-4 (ETSI TS 103 190-2 Table A.27), 24 bits.
    Mask(u32),
}

/// What to do about a codec that is not.
pub(super) const SUPPORTED: &str = "convert the track to AVC, HEVC, AV1 or VP9 video, to AAC, MP3, AC-3, E-AC-3, AC-4, \
                                    Opus or FLAC audio, or to WebVTT, IMSC1 or tx3g text";

/// Why a sample entry cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum CodecError {
    #[error("codec '{0}' is not supported; {SUPPORTED}")]
    Unknown(FourCc),
    #[error("{0} is not supported; convert the track to AAC")]
    UnknownKind(String),
    #[error("it is encrypted (sample entry '{0}'), and encrypted sources are not supported; bring it in the clear")]
    Encrypted(FourCc),
    #[error(transparent)]
    Malformed(#[from] BoxError),
}

/// Reads a sample entry of a track of type `track_type`, from a sample description box of version `stsd_version`.
pub(super) fn read(entry: &BoxSlice, track_type: TrackType, stsd_version: u8) -> Result<CodecFacts, CodecError> {
    let kind = entry.kind();
    // Protected entries (ISO/IEC 14496-12 8.12), then FairPlay's: sound, picture, and line 21 captions (`p608`, which in
    // the clear are `c608`).
    if matches!(&kind.0, b"encv" | b"enca" | b"enct" | b"encs" | b"encm" | b"drms" | b"drmi" | b"p608") {
        return Err(CodecError::Encrypted(kind));
    }
    match track_type {
        TrackType::Video => vision::read(entry),
        TrackType::Audio => sound::read(entry, stsd_version),
        TrackType::Text => text::read(entry),
    }
}

/// The configuration box `kind` among the children of a sample entry.
fn required(configuration: Option<BoxSlice>, entry: &BoxSlice, kind: &[u8; 4]) -> Result<BoxSlice, BoxError> {
    configuration.ok_or_else(|| {
        entry.error(format!("the sample entry has no '{}' box, which configures the decoder", FourCc(*kind)))
    })
}

/// Configuration that ends too early, or holds values that its specification does not have.
fn unreadable(configuration: &BoxSlice) -> BoxError {
    configuration.error("the decoder configuration is cut short or malformed")
}

#[cfg(test)]
mod testing {
    use super::*;
    use bytes::Bytes;

    /// Reads a sample entry from its bytes, as a track of type `track_type` would have it.
    pub(super) fn facts_of(entry: Vec<u8>, track_type: TrackType) -> Result<CodecFacts, CodecError> {
        read(&BoxSlice::root(&Bytes::from(entry), 0)?, track_type, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::testing::{audio_entry, video_entry};

    #[test]
    fn encrypted_and_unknown_entries_say_so() {
        let error = testing::facts_of(video_entry(b"encv", 64, 36, |_| ()), TrackType::Video).unwrap_err();
        assert!(error.to_string().contains("encrypted sources are not supported"), "{error}");
        let error = testing::facts_of(audio_entry(b"xyz1", 2, 48_000, |_| ()), TrackType::Audio).unwrap_err();
        assert!(error.to_string().starts_with("codec 'xyz1' is not supported"), "{error}");
    }

    #[test]
    fn a_missing_configuration_is_named() {
        let error = testing::facts_of(video_entry(b"avc1", 64, 36, |_| ()), TrackType::Video).unwrap_err();
        assert_eq!(
            error.to_string(),
            "avc1 at byte 0: the sample entry has no 'avcC' box, which configures the decoder"
        );
    }
}
