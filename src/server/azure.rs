//! `[azure]` of the configuration: what the API of Azure Media Services says of this server.

use crate::api::AzureOptions;
use serde::Deserialize;

/// `[azure]`: what clients of Azure Media Services are told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AzureConfig {
    /// The subscription that is answered. Default: any.
    pub subscription: Option<String>,
    /// The resource group that is answered. Default: any.
    pub resource_group: Option<String>,
    /// The media services account that is answered. Default: any.
    pub account: Option<String>,
    /// Scheme and host under which clients reach the API. Default: as their requests say.
    pub public_url: Option<String>,
    /// The streaming endpoint's host name. Default: that of the request, with the port of the players' listener.
    pub host_name: Option<String>,
    /// Whether deleting an asset deletes its files. Default `false`: an asset with files is not deleted.
    pub delete_files: bool,
}

impl AzureConfig {
    /// `players_port` is the port of the players' listener, where the API has its own.
    pub fn options(&self, players_port: Option<u16>) -> AzureOptions {
        let AzureConfig { subscription, resource_group, account, public_url, host_name, delete_files } = self.clone();
        AzureOptions { subscription, resource_group, account, public_url, host_name, players_port, delete_files }
    }

    /// The first value that cannot be meant.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let is_host = |host: &str| {
            let is_of_hosts = |c: char| c.is_ascii_alphanumeric() || "-._~:[]".contains(c);
            !host.is_empty() && host.chars().all(is_of_hosts)
        };
        let is_url = |url: &String| {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            host.is_some_and(is_host)
        };
        if self.public_url.as_ref().is_some_and(|url| !is_url(url)) {
            return Some(("azure.public_url", "it must be like https://media.example.org, without a path"));
        }
        if self.host_name.as_ref().is_some_and(|host| !is_host(host)) {
            return Some(("azure.host_name", "it must be a host, and a port if need be, without https:// and path"));
        }
        None
    }
}
