//! GUIDs: the addresses of locators.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Where the hyphens stand.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// A GUID, written in lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Guid([u8; 16]);

/// A word is no GUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no GUID: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12, with hyphens between them")]
pub struct GuidError(String);

impl Guid {
    /// One that nobody has, from the system's random bytes (RFC 9562 5.4).
    pub fn random() -> Result<Guid, String> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| format!("the system gives no random bytes: {error}"))?;
        Ok(Guid::of_version(bytes, 4))
    }

    /// One that follows from a name, always the same (RFC 9562 5.8).
    pub fn of_name(name: &str) -> Guid {
        let digest = Sha256::digest(name);
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Guid::of_version(bytes, 8)
    }

    fn of_version(mut bytes: [u8; 16], version: u8) -> Guid {
        bytes[6] = bytes[6] & 0x0f | version << 4;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Guid(bytes)
    }
}

/// In any case, as programs and people write it.
impl FromStr for Guid {
    type Err = GuidError;

    fn from_str(text: &str) -> Result<Guid, GuidError> {
        let error = || GuidError(text.chars().take(60).collect());
        let is_in_place = |(place, byte): (usize, u8)| match HYPHENS.contains(&place) {
            true => byte == b'-',
            false => byte.is_ascii_hexdigit(),
        };
        if text.len() != 36 || !text.bytes().enumerate().all(is_in_place) {
            return Err(error());
        }
        let number = u128::from_str_radix(&text.replace('-', ""), 16).map_err(|_| error())?;
        Ok(Guid(number.to_be_bytes()))
    }
}

impl TryFrom<String> for Guid {
    type Error = GuidError;

    fn try_from(text: String) -> Result<Guid, GuidError> {
        text.parse()
    }
}

impl From<Guid> for String {
    fn from(guid: Guid) -> String {
        guid.to_string()
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:032x}", u128::from_be_bytes(self.0));
        for (place, digit) in digits.chars().enumerate() {
            if [8, 12, 16, 20].contains(&place) {
                f.write_str("-")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn is_read_in_any_case_and_written_in_lower() {
        let guid: Guid = "571544AC-e084-40ea-B436-b7792f1495d2".parse().unwrap();
        assert_eq!(guid.to_string(), "571544ac-e084-40ea-b436-b7792f1495d2");
        assert_eq!(serde_json::to_string(&guid).unwrap(), "\"571544ac-e084-40ea-b436-b7792f1495d2\"");
    }

    #[test]
    fn other_words_are_none() {
        for word in [
            "",
            "harbour",
            "571544ace08440eab436b7792f1495d2",
            "{571544ac-e084-40ea-b436-b7792f1495d2}",
            "571544ac-e084-40ea-b436-b7792f1495dg",
            "571544ac-e084-40ea-b436b-7792f1495d2",
            "+71544ac-e084-40ea-b436-b7792f1495d2",
            "ä71544ac-e084-40ea-b436-b7792f1495d",
        ] {
            assert!(word.parse::<Guid>().is_err(), "{word}");
        }
    }

    #[test]
    fn those_that_are_made_say_how() {
        let random = Guid::random().unwrap();
        assert_ne!(random, Guid::random().unwrap());
        assert_eq!(random.to_string().as_bytes()[14], b'4');
        let named = Guid::of_name("shows/s01");
        assert_eq!(named, Guid::of_name("shows/s01"));
        assert_ne!(named, Guid::of_name("shows/s02"));
        assert_eq!(named.to_string().as_bytes()[14], b'8');
        assert!(b"89ab".contains(&named.to_string().as_bytes()[19]));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in any::<[u8; 16]>()) {
            prop_assert_eq!(Guid(bytes).to_string().parse(), Ok(Guid(bytes)));
        }

        #[test]
        fn any_word_is_read_or_refused(word in "\\PC{0,40}") {
            let _ = word.parse::<Guid>();
        }
    }
}
