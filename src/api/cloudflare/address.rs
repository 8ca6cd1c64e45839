//! Paths of Cloudflare Stream: account, video, and what of it is meant. Each part is decoded by itself, so that a name
//! may hold a slash.

use super::ROOT;
use crate::api::platform::{Kind, Refusal};
use crate::origin::decode_path;
use percent_encoding::percent_decode_str;

/// What of a video is meant. Names are decoded and as they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    AudioTracks,
    /// Its identifier, or `copy`.
    AudioTrack(String),
    Captions,
    Caption(String),
    CaptionFile(String),
    GeneratedCaption(String),
}

/// A path, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) account: String,
    pub(super) video: String,
    pub(super) target: Target,
}

impl Address {
    /// Reads the path of a URL, as it was sent.
    pub(super) fn parse(path: &str) -> Result<Address, Refusal> {
        let no_path = || Refusal::new(Kind::NoPath, "there is nothing at this path");
        // Refuses what is malformed, and what would lead upwards however often it is encoded.
        decode_path(path).map_err(|error| Refusal::new(Kind::NoPath, error.to_string()))?;
        let below = path.strip_prefix(ROOT).ok_or_else(no_path)?.trim_matches('/');
        let parts = below.split('/').map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned());
        let parts: Vec<String> = parts.collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let ["accounts", account, "stream", video, rest @ ..] = parts.as_slice() else { return Err(no_path()) };
        let own = |name: &str| name.to_owned();
        let target = match rest {
            ["audio"] => Target::AudioTracks,
            ["audio", id] => Target::AudioTrack(own(id)),
            ["captions"] => Target::Captions,
            ["captions", language] => Target::Caption(own(language)),
            ["captions", language, "vtt"] => Target::CaptionFile(own(language)),
            ["captions", language, "generate"] => Target::GeneratedCaption(own(language)),
            _ => return Err(no_path()),
        };
        if parts.iter().any(|part| part.is_empty()) {
            return Err(no_path());
        }
        Ok(Address { account: own(account), video: own(video), target })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn target(rest: &str) -> Option<Target> {
        Address::parse(&format!("/client/v4/accounts/acc/stream/{rest}")).ok().map(|address| address.target)
    }

    #[test]
    fn each_part_is_decoded_by_itself() {
        let address = Address::parse("/client/v4/accounts/a%20b/stream/shows%2Fs01/captions/de/vtt").unwrap();
        assert_eq!((address.account.as_str(), address.video.as_str()), ("a b", "shows/s01"));
        assert_eq!(address.target, Target::CaptionFile("de".to_owned()));
        assert_eq!(target("v/audio/"), Some(Target::AudioTracks));
        assert_eq!(target("v/audio/copy"), Some(Target::AudioTrack("copy".to_owned())));
        assert_eq!(target("v/captions/it/generate"), Some(Target::GeneratedCaption("it".to_owned())));
    }

    #[test]
    fn other_paths_are_nothing() {
        for rest in ["", "v", "v/watermark", "v/audio/a/b", "v/captions/de/x", "v//audio", "..%2f..%2fetc/audio"] {
            assert_eq!(target(rest), None, "{rest}");
        }
        for path in ["/client/v4", "/client/v4/accounts/a", "/client/v4/zones/a/stream/b/audio", "/client/v4/%zz"] {
            assert!(Address::parse(path).is_err(), "{path}");
        }
    }

    proptest! {
        #[test]
        fn any_path_is_read_or_refused(rest in "[a-zA-Z/%0-9.]{0,60}") {
            let _ = Address::parse(&format!("/client/v4/{rest}"));
        }
    }
}
