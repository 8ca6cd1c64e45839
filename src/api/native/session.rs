//! Who asks: what a page must know to show what somebody may do.

use super::super::token::Scope;
use super::answer::{Answer, content};
use super::operation::Call;
use schemars::JsonSchema;
use serde::Serialize;

/// What the one who asks may do.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Session {
    /// The name of the token, as the history says it.
    name: String,
    /// Whether the server asks for tokens.
    tokens: bool,
    may_edit: bool,
    /// The folder that the token is for; empty for all.
    prefix: String,
    /// Where players are answered, where that is another port than the API's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u16")]
    players_port: Option<u16>,
    version: &'static str,
}

pub(super) async fn get(call: Call<'_>) -> Answer {
    let session = Session {
        name: call.caller.name().to_owned(),
        tokens: !call.api.access.is_open(),
        may_edit: call.caller.may(Scope::Write),
        prefix: call.caller.prefix().to_owned(),
        players_port: call.api.options.azure.players_port,
        version: env!("CARGO_PKG_VERSION"),
    };
    content(&call, &session)
}
