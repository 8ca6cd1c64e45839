//! HLS playlists (RFC 8216bis).

mod attributes;
mod groups;
mod media;
mod multivariant;

pub(super) use attributes::Tag;
pub use media::{iframe_playlist, media_playlist, target_duration};
pub use multivariant::multivariant_playlist;

/// The lowest version that has what these playlists use: EXT-X-MAP outside I-frame playlists (RFC 8216bis 8).
const VERSION: u32 = 6;

/// INSTREAM-ID of a CEA-708 service (RFC 8216bis 8).
const VERSION_OF_SERVICES: u32 = 7;
