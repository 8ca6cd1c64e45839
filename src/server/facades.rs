//! `[facades]` of the configuration: what assets are called in the APIs of Cloudflare Stream and DatoCMS.

use crate::api::{CloudflareOptions, DatoOptions, TokenPrefix, Uid};
use crate::store::StorePath;
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};

/// `[facades]`: what clients of other platforms are told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FacadesConfig {
    pub cloudflare: CloudflareConfig,
    pub datocms: DatoConfig,
}

/// `[facades.cloudflare]`: the API of Cloudflare Stream.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CloudflareConfig {
    /// Default `true`.
    pub enabled: bool,
    /// Accounts, and the folder that each is. Default: every account is all of the store.
    pub accounts: BTreeMap<String, TokenPrefix>,
    /// Identifiers of videos, and the assets that they mean, beside those that follow from the assets' names.
    pub uids: BTreeMap<String, String>,
}

/// `[facades.datocms]`: the API of DatoCMS.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatoConfig {
    /// Default `true`.
    pub enabled: bool,
    /// The folder that the site is. Default: all of the store.
    pub site: TokenPrefix,
    /// Identifiers of uploads, and the assets that they mean, beside those that follow from the assets' names.
    pub ids: BTreeMap<String, String>,
    /// Requests that a token may make within three seconds; 0 for any number. Default 60.
    pub rate: u32,
    /// URL under which clients reach the API. Default: as their requests say.
    pub public_url: Option<String>,
}

impl Default for CloudflareConfig {
    fn default() -> Self {
        let CloudflareOptions { enabled, accounts, uids } = CloudflareOptions::default();
        CloudflareConfig { enabled, accounts, uids }
    }
}

impl Default for DatoConfig {
    fn default() -> Self {
        let DatoOptions { enabled, site, ids, rate, public_url, .. } = DatoOptions::default();
        DatoConfig { enabled, site, ids, rate, public_url }
    }
}

impl CloudflareConfig {
    pub fn options(&self) -> CloudflareOptions {
        let CloudflareConfig { enabled, accounts, uids } = self.clone();
        CloudflareOptions { enabled, accounts, uids }
    }
}

impl DatoConfig {
    /// `players_port` is the port of the players' listener, where the API has its own.
    pub fn options(&self, players_port: Option<u16>) -> DatoOptions {
        let DatoConfig { enabled, site, ids, rate, public_url } = self.clone();
        DatoOptions { enabled, site, ids, rate, public_url, players_port }
    }
}

impl FacadesConfig {
    /// The first value that cannot be meant.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let FacadesConfig { cloudflare, datocms } = self;
        let is_asset = |asset: &String| StorePath::is_valid(asset);
        let is_twice = |map: &BTreeMap<String, String>| {
            let mut assets = HashSet::new();
            !map.values().all(|asset| assets.insert(asset))
        };
        let of_url = datocms.public_url.as_deref().unwrap_or("http://a");
        let rest = of_url.strip_prefix("https://").or_else(|| of_url.strip_prefix("http://")).unwrap_or_default();
        let twice = "an asset has two identifiers there, so that nobody could tell which it is called";
        let checks = [
            (cloudflare.uids.values().all(is_asset), "facades.cloudflare.uids", "an identifier means no asset's name"),
            (
                cloudflare.uids.keys().all(|uid| Uid::parse_hex(uid).is_some()),
                "facades.cloudflare.uids",
                "an identifier must have 32 hexadecimal digits",
            ),
            (!is_twice(&cloudflare.uids), "facades.cloudflare.uids", twice),
            (datocms.ids.values().all(is_asset), "facades.datocms.ids", "an identifier means no asset's name"),
            (datocms.ids.keys().all(|id| !id.is_empty()), "facades.datocms.ids", "an identifier is empty"),
            (!is_twice(&datocms.ids), "facades.datocms.ids", twice),
            (
                !rest.is_empty() && !rest.ends_with('/') && !rest.contains(['?', '#', ' ']),
                "facades.datocms.public_url",
                "it must be like https://media.example.org, without a slash at the end",
            ),
        ];
        checks.into_iter().find(|(good, ..)| !good).map(|(_, key, problem)| (key, problem))
    }
}
