//! What can be configured of the APIs of Cloudflare Stream and DatoCMS, and what assets are called there.

use super::uid::Uid;
use crate::api::token::TokenPrefix;
use std::collections::BTreeMap;

/// The API of Cloudflare Stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudflareOptions {
    /// Whether it is answered.
    pub enabled: bool,
    /// The folder of the store that an account is. Without any, every account is all of the store.
    pub accounts: BTreeMap<String, TokenPrefix>,
    /// Identifiers of videos that are not those which follow from the assets' names, and the assets that they mean.
    pub uids: BTreeMap<String, String>,
}

/// The API of DatoCMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatoOptions {
    /// Whether it is answered.
    pub enabled: bool,
    /// The folder of the store that the site is.
    pub site: TokenPrefix,
    /// Identifiers of uploads that are not those which follow from the assets' names, and the assets that they mean.
    pub ids: BTreeMap<String, String>,
    /// Requests that a token may make within three seconds; 0 for any number.
    pub rate: u32,
    /// URL under which clients reach this API, without a slash at the end; as they say it where it is not said.
    pub public_url: Option<String>,
    /// The port of the players' listener, where it is another than that of the API.
    pub players_port: Option<u16>,
}

impl Default for CloudflareOptions {
    fn default() -> Self {
        CloudflareOptions { enabled: true, accounts: BTreeMap::new(), uids: BTreeMap::new() }
    }
}

impl Default for DatoOptions {
    fn default() -> Self {
        DatoOptions {
            enabled: true,
            site: TokenPrefix::default(),
            ids: BTreeMap::new(),
            rate: 60,
            public_url: None,
            players_port: None,
        }
    }
}

impl CloudflareOptions {
    /// What the asset is called there.
    pub fn uid_of(&self, asset: &str) -> String {
        known_as(&self.uids, asset).unwrap_or_else(|| Uid::of_asset(asset).hex())
    }
}

impl DatoOptions {
    /// What the asset is called there.
    pub fn id_of(&self, asset: &str) -> String {
        known_as(&self.ids, asset).unwrap_or_else(|| Uid::of_asset(asset).base64url())
    }
}

fn known_as(map: &BTreeMap<String, String>, asset: &str) -> Option<String> {
    map.iter().find(|(_, meant)| *meant == asset).map(|(id, _)| id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_down_goes_before_what_follows_from_the_name() {
        let ids: BTreeMap<_, _> = [("q0VNpiNQSkG6z0lif_O1zg".to_owned(), "harbour".to_owned())].into();
        let options = DatoOptions { ids, ..DatoOptions::default() };
        assert_eq!(options.id_of("harbour"), "q0VNpiNQSkG6z0lif_O1zg");
        assert_eq!(options.id_of("talk"), Uid::of_asset("talk").base64url());
        assert_eq!(CloudflareOptions::default().uid_of("talk"), Uid::of_asset("talk").hex());
    }
}
