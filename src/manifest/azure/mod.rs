//! Manifests in the dialect of Azure Media Services: what its packager gave for the same asset, line by line, for players
//! that were tuned to it.
//!
//! All is for the links of [`crate::links`]: tracks are called what they are called there, bit rates are the document's, and
//! captions are IMSC1, the one form that the service gave with CMAF.

mod media;
mod mpd;
mod multivariant;

pub use media::{iframe_playlist, media_playlist};
pub use mpd::mpd;
pub use multivariant::multivariant_playlist;

use crate::links::{At, Format, Object, Options};

/// A fragment of a track, or of its key frames, relative to `QualityLevels(…)/`.
fn fragment(track: &str, at: At, format: Format, is_key_frame: bool) -> String {
    let options = Options { format: Some(format.as_str()), ..Options::default() };
    let object = match (at, is_key_frame) {
        (At::Time(time), true) => Object::KeyFrame { bit_rate: 0, track, time, options },
        _ => Object::Fragment { bit_rate: 0, track, at, options },
    };
    let written = object.to_string();
    written.split_once('/').map_or(String::new(), |(_, fragment)| fragment.to_owned())
}
