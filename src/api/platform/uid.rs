//! Identifiers: 128 bits of a hash, so that the same asset and the same track have the same ones on every server, after
//! every restart, and nothing has to be kept of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// What an asset or a track is called where names are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uid([u8; 16]);

impl Uid {
    /// Of the asset that has this name.
    pub fn of_asset(name: &str) -> Uid {
        Uid::of(&["asset", name])
    }

    /// Of a track, by its name: a label or a language that is corrected makes no other track.
    pub fn of_track(asset: &str, track: &str) -> Uid {
        Uid::of(&["track", asset, track])
    }

    fn of(parts: &[&str]) -> Uid {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let mut uid = [0; 16];
        uid.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
        Uid(uid)
    }

    /// 32 hexadecimal digits, as Cloudflare has it.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// `None` where it is no such identifier. Digits may be large.
    pub fn parse_hex(text: &str) -> Option<Uid> {
        crate::api::seal::bytes_of(text)?.try_into().ok().map(Uid)
    }

    /// 22 characters, as DatoCMS has it.
    pub fn base64url(&self) -> String {
        to_base64url(&self.0)
    }

    /// `None` where it is no such identifier.
    pub fn parse_base64url(text: &str) -> Option<Uid> {
        from_base64url(text)?.try_into().ok().map(Uid)
    }
}

/// RFC 4648 5, without padding.
pub(in crate::api) fn to_base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(in crate::api) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn identifiers_are_those_of_the_platforms_and_stay() {
        // Kept by clients: another value would lose them their assets.
        let uid = Uid::of_asset("harbour");
        assert_eq!(uid.hex(), "bbd968c4c4d274b116cc7f6f788c835e");
        assert_eq!(uid.base64url(), "u9loxMTSdLEWzH9veIyDXg");
        assert_ne!(Uid::of_asset("harbour"), Uid::of_asset("harbours"));
        assert_ne!(Uid::of_track("a", "bc"), Uid::of_track("ab", "c"));
        assert_ne!(Uid::of_track("asset", "a"), Uid::of_asset("a"));
        for text in ["", "harbour", &"g".repeat(32), &"0".repeat(31), &"0".repeat(34), &"é".repeat(16)] {
            assert_eq!(Uid::parse_hex(text), None, "{text}");
        }
        for text in ["", "harbour", &"A".repeat(21), &"A".repeat(24), "AAAAAAAAAAAAAAAAAAAAA="] {
            assert_eq!(Uid::parse_base64url(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn there_and_back(name in "\\PC{0,30}") {
            let uid = Uid::of_asset(&name);
            prop_assert_eq!(Uid::parse_hex(&uid.hex()), Some(uid));
            prop_assert_eq!(Uid::parse_hex(&uid.hex().to_uppercase()), Some(uid));
            prop_assert_eq!(Uid::parse_base64url(&uid.base64url()), Some(uid));
        }
    }
}
