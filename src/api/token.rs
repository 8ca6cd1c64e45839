//! Tokens: what an editor's program shows, and what the configuration keeps of it.
//!
//! A token is 256 random bits, so its SHA-256 can be kept as it is: there is nothing to guess, and no slow hash is needed.

use crate::store::StorePath;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};
use std::fmt;

/// Tells a token apart from other secrets, for people and for scanners of leaked ones.
const MARK: &str = "sbx_";
/// Random bytes of a token.
const RANDOM: usize = 32;

/// A token, as the configuration keeps it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Who has it: stands in the history of what was edited, and in the log.
    #[serde(deserialize_with = "name")]
    pub name: String,
    /// SHA-256 of the token.
    #[serde(deserialize_with = "digest")]
    pub sha256: [u8; 32],
    pub scope: Scope,
    /// The assets for which it is good; all of them where it is not said.
    #[serde(default)]
    pub prefix: TokenPrefix,
}

/// What may be done with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Look at everything that is said of tracks, hidden ones included, and at the media of those that viewers get.
    Read,
    /// Edit as well.
    Write,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scope::Read => "read",
            Scope::Write => "write",
        })
    }
}

/// A folder of the store: `shows` and `shows/` mean the asset `shows` and all below it, not `shows-old`. Empty, it is all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TokenPrefix(Option<StorePath>);

impl TokenPrefix {
    /// `None` where `text` is no path of a store.
    pub fn parse(text: &str) -> Option<TokenPrefix> {
        match text.trim_end_matches('/') {
            "" => Some(TokenPrefix(None)),
            path => StorePath::parse(path).map(|path| TokenPrefix(Some(path))),
        }
    }

    /// The folder; empty for all.
    pub fn as_str(&self) -> &str {
        self.0.as_ref().map_or("", StorePath::as_str)
    }

    /// Whether the asset lies in the folder, or is it.
    pub fn covers(&self, asset: &str) -> bool {
        let Some(folder) = &self.0 else { return true };
        asset.strip_prefix(folder.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl fmt::Display for TokenPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |folder| write!(f, "{folder}/"))
    }
}

impl<'de> Deserialize<'de> for TokenPrefix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let problem = || D::Error::custom(format!("{text:?} is no folder of assets; write one like \"shows/\""));
        TokenPrefix::parse(&text).ok_or_else(problem)
    }
}

/// The digest is of no use to a thief, but it is nobody's business either.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({:?}, {}, {:?})", self.name, self.scope, self.prefix.to_string())
    }
}

/// What the configuration keeps of a token that is shown as `secret`.
pub(super) fn digest_of(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// A token that was made just now.
pub struct NewToken {
    /// What its owner is given; kept nowhere.
    pub secret: String,
    pub token: Token,
}

impl NewToken {
    /// Takes the random bytes from the system.
    pub fn make(name: &str, scope: Scope, prefix: TokenPrefix) -> Result<NewToken, String> {
        check_name(name)?;
        let mut random = [0; RANDOM];
        getrandom::fill(&mut random).map_err(|error| format!("the system gives no random bytes: {error}"))?;
        let secret = format!("{MARK}{}", hex(&random));
        let sha256 = digest_of(secret.as_bytes());
        Ok(NewToken { secret, token: Token { name: name.to_owned(), sha256, scope, prefix } })
    }

    /// The line for `api.tokens` of the configuration.
    pub fn config_line(&self) -> String {
        let Token { name, sha256, scope, prefix } = &self.token;
        let prefix = match prefix.to_string() {
            all if all.is_empty() => String::new(),
            folder => format!(", prefix = {}", quoted(&folder)),
        };
        format!("{{ name = {}, sha256 = \"{}\", scope = \"{scope}\"{prefix} }}", quoted(name), hex(sha256))
    }
}

/// A basic string of TOML: what is no control character needs only the quote and the backslash escaped.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name that can stand in a line of the log.
fn check_name(name: &str) -> Result<(), String> {
    let good = (1..=64).contains(&name.len()) && name == name.trim() && !name.chars().any(char::is_control);
    if good { Ok(()) } else { Err(format!("{name:?} cannot name a token; write 1 to 64 plain characters")) }
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    check_name(&name).map_err(D::Error::custom)?;
    Ok(name)
}

fn digest<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
    let text = String::deserialize(deserializer)?;
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    let bytes = digits.map(|digits| digits.chunks(2).map(|pair| pair.iter().fold(0, |n, d| n << 4 | d)).collect());
    let bytes: Option<[u8; 32]> = bytes.filter(|_| text.len() == 64).and_then(|bytes: Vec<u8>| bytes.try_into().ok());
    // Whoever puts the token itself there must not find it in the log.
    bytes.ok_or_else(|| {
        D::Error::custom("expected the SHA-256 of a token, 64 hexadecimal digits; `signalbox token` gives it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> TokenPrefix {
        TokenPrefix::parse(text).unwrap()
    }

    #[test]
    fn a_prefix_is_a_folder() {
        for folder in ["shows", "shows/", "shows//"] {
            assert!(prefix(folder).covers("shows") && prefix(folder).covers("shows/s01/e01"), "{folder}");
            assert!(
                !prefix(folder).covers("shows-old") && !prefix(folder).covers("show") && !prefix(folder).covers("")
            );
        }
        assert!(prefix("").covers("anything") && prefix("/").covers("anything"));
        for text in ["../x", "a//b", ".signalbox", "/a"] {
            assert_eq!(TokenPrefix::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_line_for_the_configuration_gives_the_token_back() {
        for (name, folder) in [("desk", ""), ("say \"hi\" \\ Köln", "shows/s01")] {
            let made = NewToken::make(name, Scope::Write, prefix(folder)).unwrap();
            let text = format!("tokens = [{}]", made.config_line());
            let tokens: std::collections::BTreeMap<String, Vec<Token>> = toml::from_str(&text).unwrap();
            assert_eq!(tokens["tokens"], std::slice::from_ref(&made.token));
            assert_eq!(digest_of(made.secret.as_bytes()), made.token.sha256);
            assert!(!text.contains(&made.secret) && !format!("{:?}", made.token).contains("sha256"));
        }
    }

    #[test]
    fn no_two_tokens_are_the_same() {
        let make = || NewToken::make("desk", Scope::Read, TokenPrefix::default()).unwrap().secret;
        let (one, two) = (make(), make());
        assert_ne!(one, two);
        assert_eq!((one.len(), &one[..4]), (MARK.len() + 2 * RANDOM, MARK));
    }

    #[test]
    fn what_is_no_token_is_said_without_repeating_it() {
        let read = |line: &str| toml::from_str::<Token>(line).unwrap_err().message().to_owned();
        let secret = NewToken::make("desk", Scope::Read, TokenPrefix::default()).unwrap().secret;
        let error = read(&format!("name = \"a\"\nsha256 = \"{secret}\"\nscope = \"read\""));
        assert!(error.contains("signalbox token") && !error.contains(&secret), "{error}");
        let digest = "a".repeat(64);
        for (line, word) in [
            (format!("name = \"\"\nsha256 = \"{digest}\"\nscope = \"read\""), "cannot name"),
            (format!("name = \"a\\n\"\nsha256 = \"{digest}\"\nscope = \"read\""), "cannot name"),
            (format!("name = \"a\"\nsha256 = \"{digest}\"\nscope = \"all\""), "read"),
            (format!("name = \"a\"\nsha256 = \"{digest}\"\nscope = \"read\"\nprefix = \"../\""), "shows/"),
            (format!("name = \"a\"\nsha256 = \"{digest}\"\nscope = \"read\"\nprefx = \"a\""), "prefx"),
            (format!("name = \"a\"\nsha256 = \"é{}\"\nscope = \"read\"", "a".repeat(62)), "64 hexadecimal"),
        ] {
            assert!(read(&line).contains(word), "{line}: {}", read(&line));
        }
    }
}
