//! `[fetch]` and `[transcriber]`: files from URLs, and captions of what is spoken.

use super::quantity;
use crate::fetch::{FetchOptions, Network};
use crate::jobs::TranscribeOptions;
use serde::{Deserialize, Deserializer, de::Error};
use std::time::Duration;

/// `[fetch]`: files from URLs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FetchConfig {
    /// Networks that may be asked besides the public internet, such as `10.0.0.0/8`. Default: none.
    #[serde(deserialize_with = "networks")]
    pub allow: Vec<Network>,
    /// Files at once. Default 4.
    pub concurrency: usize,
    /// The largest file. Default `2GB`.
    #[serde(deserialize_with = "quantity::size")]
    pub max_size: u64,
    /// How long a file may take. Default `30min`.
    #[serde(deserialize_with = "quantity::duration")]
    pub timeout: Duration,
    /// A server that sends next to nothing for so long is given up. Default `30s`.
    #[serde(deserialize_with = "quantity::duration")]
    pub stall: Duration,
}

/// `[transcriber]`: captions of what is spoken. Without a `command` none are made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TranscriberConfig {
    /// The program and its arguments. It is given 16 kHz mono WAV as standard input, which `{input}` names as a file, and
    /// the language as `{language}`; it prints WebVTT.
    pub command: Vec<String>,
    /// How long it may take. Default `4h`.
    #[serde(deserialize_with = "quantity::duration")]
    pub timeout: Duration,
    /// Whether what it makes is hidden until somebody has looked at it. Default `false`.
    pub hidden: bool,
}

impl Default for FetchConfig {
    fn default() -> Self {
        let FetchOptions { allow, max_size, timeout, stall } = FetchOptions::default();
        FetchConfig { allow, concurrency: 4, max_size, timeout, stall }
    }
}

impl Default for TranscriberConfig {
    fn default() -> Self {
        let TranscribeOptions { command, timeout, hidden } = TranscribeOptions::default();
        TranscriberConfig { command, timeout, hidden }
    }
}

impl FetchConfig {
    pub fn options(&self) -> FetchOptions {
        let FetchConfig { allow, max_size, timeout, stall, .. } = self.clone();
        FetchOptions { allow, max_size, timeout, stall }
    }

    /// The first value that cannot be meant.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let checks = [
            ((1..=64).contains(&self.concurrency), "fetch.concurrency", "it must be from 1 to 64"),
            (self.max_size >= 1_000_000, "fetch.max_size", "it must be at least 1MB"),
            (!self.timeout.is_zero(), "fetch.timeout", "it must be more than 0"),
            (!self.stall.is_zero(), "fetch.stall", "it must be more than 0"),
        ];
        checks.into_iter().find(|(good, ..)| !good).map(|(_, key, problem)| (key, problem))
    }
}

impl TranscriberConfig {
    pub fn options(&self) -> TranscribeOptions {
        let TranscriberConfig { command, timeout, hidden } = self.clone();
        TranscribeOptions { command, timeout, hidden }
    }

    /// The first value that cannot be meant.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let is_named = self.command.first().is_none_or(|program| !program.is_empty());
        let checks = [
            (is_named, "transcriber.command", "its first word must be a program"),
            (!self.timeout.is_zero(), "transcriber.timeout", "it must be more than 0"),
        ];
        checks.into_iter().find(|(good, ..)| !good).map(|(_, key, problem)| (key, problem))
    }
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Network>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
}
