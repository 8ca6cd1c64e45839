//! What can be configured of this API.

/// What the API says of itself, and what it allows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AzureOptions {
    /// The one subscription that is answered; any where it is not said.
    pub subscription: Option<String>,
    /// The same of the resource group.
    pub resource_group: Option<String>,
    /// The same of the media services account.
    pub account: Option<String>,
    /// Scheme and host under which clients reach this API, without a slash at the end; as they say it themselves where it
    /// is not said.
    pub public_url: Option<String>,
    /// The host name of the streaming endpoint; that of the request where it is not said.
    pub host_name: Option<String>,
    /// The port of the players' listener, where it is another than that of the API.
    pub players_port: Option<u16>,
    /// Whether deleting an asset deletes the files of its folder.
    pub delete_files: bool,
}
