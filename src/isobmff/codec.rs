//! Codecs: what a sample entry says, and the codec string that names it in manifests (RFC 6381 and the codec specs).

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
    /// Dolby channel bitmap for DASH (`tag:dolby.com,2014:dash:audio_channel_configuration:2011`), AC-3 and E-AC-3.
    pub dolby_channels: Option<u16>,
    /// `complexity_index_type_a` of an E-AC-3 stream with joint object coding (Dolby Atmos).
    pub joint_objects: Option<u8>,
}

// temporary until the reader lands
impl Codec {
    pub fn family_name(self) -> &'static str {
        "x"
    }
}
