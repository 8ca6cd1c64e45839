//! What may be wrong with a streaming URL, in the words of the service.

/// Why a streaming URL is not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("the URL is not well-formed: {0}")]
    Syntax(&'static str),
    #[error("{0}; m3u8-cmaf, mpd-time-cmaf and mpd-time-csf are served")]
    Format(String),
    #[error("there is no encryption {0:?}")]
    UnknownEncryption(String),
    #[error("the encryption {encryption:?} does not go with the format {format}")]
    EncryptionOfOtherFormat { encryption: String, format: &'static str },
    #[error("streams are not encrypted here, and the URL asks for the encryption {0:?}")]
    NotEncrypted(String),
    /// No locator, asset or file.
    #[error("{0}")]
    Resource(String),
    #[error("{asset:?} has no track {name:?}")]
    Track { asset: String, name: String },
    #[error("{asset:?} has no track {name:?} of {bit_rate} bit/s")]
    BitRate { asset: String, name: String, bit_rate: u64 },
    #[error("the track {name:?} of {asset:?} has nothing that begins at {time}")]
    Timestamp { asset: String, name: String, time: u64 },
    #[error("there is no filter {0:?}")]
    Filter(String),
    #[error("a URL names at most {most} filters, a locator 10", most = super::MOST_FILTERS)]
    FilterCount,
    #[error("the filter {0:?} cannot be used: {1}")]
    BadFilter(String, String),
    #[error("of several filters only one may have a firstQuality")]
    FirstQualities,
    #[error("the filters leave nothing of {0:?}")]
    NothingLeft(String),
    #[error("{0}")]
    MediaType(String),
}

impl LinkError {
    /// The code that the service published.
    pub fn code(&self) -> &'static str {
        match self {
            LinkError::Syntax(_) => "MPE_BAD_URL_SYNTAX",
            LinkError::Format(_) => "MPE_OUTPUT_FORMAT_NOT_SUPPORTED",
            LinkError::UnknownEncryption(_) => "MPE_ENCRYPTION_NOT_SUPPORTED",
            LinkError::EncryptionOfOtherFormat { .. } => "MPE_OUTPUT_PROTECTION_FORMAT_NOT_SUPPORTED",
            LinkError::NotEncrypted(_) => "MPE_ENC_ENCRYPTION_NOT_SET_IN_DELIVERY_POLICY",
            LinkError::Resource(_) => "MPE_RESOURCE_NOT_FOUND",
            LinkError::Track { .. } => "MPE_EGRESS_TRACK_NOT_FOUND",
            LinkError::BitRate { .. } => "MPE_MANIFEST_MEDIA_ENTRY_NOT_FOUND",
            LinkError::Timestamp { .. } => "MPE_FRAGMENT_TIMESTAMP_NOT_FOUND",
            LinkError::Filter(_) => "MPE_EGRESS_FILTER_NOT_FOUND",
            LinkError::FilterCount => "MPE_FILTER_COMPOSITION_FILTER_COUNT_OVER_LIMIT",
            LinkError::BadFilter(..) => "MPE_FILTER_INVALID",
            LinkError::FirstQualities => "MPE_FILTER_COMPOSITION_MULTIPLE_FIRST_QUALITY_OPERATOR_NOT_ALLOWED",
            LinkError::NothingLeft(_) => "MPE_FILTER_REMOVED_ALL_STREAMS",
            LinkError::MediaType(_) => "MPE_MEDIA_TYPE_NOT_SUPPORTED",
        }
    }

    /// The status of HTTP that goes with the code.
    pub fn status(&self) -> u16 {
        match self {
            LinkError::Syntax(_) => 400,
            LinkError::NotEncrypted(_) => 403,
            LinkError::Resource(_)
            | LinkError::Track { .. }
            | LinkError::BitRate { .. }
            | LinkError::Timestamp { .. }
            | LinkError::Filter(_) => 404,
            LinkError::Format(_)
            | LinkError::UnknownEncryption(_)
            | LinkError::EncryptionOfOtherFormat { .. }
            | LinkError::FilterCount
            | LinkError::BadFilter(..)
            | LinkError::FirstQualities
            | LinkError::NothingLeft(_)
            | LinkError::MediaType(_) => 415,
        }
    }
}
