//! `[api]` of the configuration: whether, where and by whom assets may be edited over HTTP.

use super::{ServerConfig, quantity};
use crate::api::{ApiOptions, Token};
use serde::Deserialize;
use std::collections::HashSet;
use std::net::SocketAddr;

/// `[api]`: editing over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApiConfig {
    /// Default `true`.
    pub enabled: bool,
    /// A listener of its own, on which there is nothing else. Default: beside the players, at `server.listen`.
    pub listen: Option<SocketAddr>,
    /// Whether there is a page at `/` for people, beside the API. Default `true`.
    pub page: bool,
    /// Who may do what. Without any, programs on this machine may do all, and nobody else may do anything.
    pub tokens: Vec<Token>,
    /// Largest body of a request that is no upload. Default `2MB`.
    #[serde(deserialize_with = "quantity::size")]
    pub max_body: u64,
    /// Largest upload. Default `2GB`.
    #[serde(deserialize_with = "quantity::size")]
    pub max_upload: u64,
}

impl Default for ApiConfig {
    fn default() -> Self {
        let ApiOptions { tokens, max_body, max_upload, .. } = ApiOptions::default();
        ApiConfig { enabled: true, listen: None, page: true, tokens, max_body, max_upload }
    }
}

impl ApiConfig {
    pub fn options(&self, server: &ServerConfig) -> ApiOptions {
        ApiOptions {
            tokens: self.tokens.clone(),
            max_body: self.max_body,
            max_upload: self.max_upload,
            stall: server.stall_timeout,
            ..ApiOptions::default()
        }
    }

    /// The first value that cannot be meant.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let mut names = HashSet::new();
        let mut digests = HashSet::new();
        let checks = [
            ((64 << 10..=64 << 20).contains(&self.max_body), "api.max_body", "it must be from 64KiB to 64MiB"),
            (self.max_upload >= 1000, "api.max_upload", "it must be at least 1KB"),
            (
                self.tokens.iter().all(|token| names.insert(&token.name)),
                "api.tokens",
                "two tokens have one name, so that nobody could tell who edited",
            ),
            (self.tokens.iter().all(|token| digests.insert(token.sha256)), "api.tokens", "a token is there twice"),
        ];
        checks.into_iter().find(|(good, ..)| !good).map(|(_, key, problem)| (key, problem))
    }
}
