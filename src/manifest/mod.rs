//! Manifests: what players are told of a presentation, in HLS (RFC 8216bis) and DASH (ISO/IEC 23009-1).
//!
//! Pure, and deterministic to the byte: the same presentation gives the same text, so that a strong ETag means what it
//! says.

pub mod azure;
pub mod dash;
pub mod hls;
mod url;

use crate::isobmff::{IMSC_CODEC, WVTT_CODEC};

use url::segment_path;
pub use url::{Addresses, From, LinkAddresses, OwnAddresses};

/// The form in which text tracks are offered, where a player may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TextForm {
    /// WebVTT: as segments of its own in HLS, as `wvtt` in MP4 in DASH.
    #[default]
    WebVtt,
    /// IMSC1 in MP4 (`stpp`).
    Imsc,
}

impl TextForm {
    /// RFC 6381 codec string of the form in MP4.
    pub fn codec_string(self) -> &'static str {
        match self {
            TextForm::WebVtt => WVTT_CODEC,
            TextForm::Imsc => IMSC_CODEC,
        }
    }
}

/// How a manifest is written, beside what it is written of.
#[derive(Clone, Copy)]
pub struct Manner<'a> {
    pub text: TextForm,
    pub addresses: &'a dyn Addresses,
    /// HLS: a variant of sound alone stands beside those with video.
    pub audio_only: bool,
}

/// As the asset's own manifests are.
impl std::convert::From<TextForm> for Manner<'static> {
    fn from(text: TextForm) -> Self {
        Manner { text, addresses: &OwnAddresses, audio_only: false }
    }
}

/// Why a presentation cannot be written in a protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// HLS variants are video or audio (RFC 8216bis 4.4.6.2).
    #[error("the asset has neither video nor audio that HLS can offer; ask for DASH")]
    NoVariant,
}
