//! One request: who asks, of which account, and what they say.

use super::Azure;
use super::address::Account;
use super::fault::Fault;
use crate::api::Api;
use crate::api::access::Caller;
use crate::api::incoming::{Incoming, Reader};
use crate::api::reach::{players_host, public_url};
use crate::api::strict_json;
use crate::api::token::Scope;
use crate::catalog::{EditOf, Expected};
use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// One request.
pub(super) struct Call<'a> {
    pub(super) api: &'a Api,
    pub(super) azure: &'a Azure,
    pub(super) caller: Caller,
    pub(super) account: Account,
    /// Scheme and host under which the client reaches this API.
    pub(super) public_url: String,
    /// The host under which it reaches the players' side.
    pub(super) host_name: String,
    query: Vec<(String, String)>,
    body: Bytes,
}

impl<'a> Call<'a> {
    /// Reads a request, and refuses what is for another account.
    pub(super) async fn read(
        api: &'a Api,
        caller: Caller,
        account: Account,
        head: &Parts,
        body: Incoming,
    ) -> Result<Call<'a>, Fault> {
        let azure = &api.azure;
        check_account(azure, &account)?;
        let query = query(head.uri.query());
        if !query.iter().any(|(name, value)| name.eq_ignore_ascii_case("api-version") && !value.is_empty()) {
            let message = "The parameter api-version is missing from the query; send api-version=2022-08-01.";
            return Err(Fault::new(StatusCode::BAD_REQUEST, "MissingApiVersionParameter", message));
        }
        let has_body = matches!(head.method, Method::PUT | Method::PATCH | Method::POST);
        let body = match has_body {
            true => Reader::new(body, api.options.max_body, api.options.stall)?.whole().await?,
            false => Bytes::new(),
        };
        let public_url = public_url(azure.options.public_url.as_deref(), head);
        let host_name = host_name(azure, &public_url);
        Ok(Call { api, azure, caller, account, public_url, host_name, query, body })
    }

    /// Errs where the token does not allow it.
    pub(super) fn may(&self, scope: Scope) -> Result<(), Fault> {
        if self.caller.may(scope) {
            return Ok(());
        }
        let name = self.caller.name();
        Err(Fault::forbidden(format!("The token {name:?} has the scope read; this takes the scope {scope}.")))
    }

    /// Errs where the token is not for the asset at this path, whether there is one or not.
    pub(super) fn sees(&self, path: &str) -> Result<(), Fault> {
        if self.caller.sees(path) {
            return Ok(());
        }
        let name = self.caller.name();
        Err(Fault::forbidden(format!("The token {name:?} is not for the asset {path:?}.")))
    }

    /// Errs where the token is not for all assets.
    pub(super) fn sees_all(&self) -> Result<(), Fault> {
        if self.caller.sees_all() {
            return Ok(());
        }
        let name = self.caller.name();
        Err(Fault::forbidden(format!("The token {name:?} is for some assets, and this is for all of them.")))
    }

    pub(super) fn is_edit(&self, scope: Scope) -> bool {
        scope == Scope::Write
    }

    /// An edit of a track list, whatever it is now.
    pub(super) fn edit(&self) -> EditOf {
        EditOf { by: self.caller.name().to_owned(), expected: Expected::Any }
    }

    /// A parameter of the query. Its name may be written in any case.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The parameters of the query, for the next page.
    pub(super) fn parameters(&self) -> &[(String, String)] {
        &self.query
    }

    /// The body as JSON, whatever it calls itself; an empty object where there is none.
    pub(super) fn object(&self) -> Result<Map<String, Value>, Fault> {
        if self.body.is_empty() {
            return Ok(Map::new());
        }
        match strict_json::read(&self.body).map_err(Fault::bad)? {
            Value::Object(object) => Ok(object),
            _ => Err(Fault::bad("The body is no object.")),
        }
    }

    /// The same, where nothing need be said.
    pub(super) fn properties_or_none(&self) -> Result<Map<String, Value>, Fault> {
        match self.object()?.get("properties") {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(_) => self.properties(),
        }
    }

    /// `properties` of the body, which is what a client writes of a resource; what it only reads is passed over.
    pub(super) fn properties(&self) -> Result<Map<String, Value>, Fault> {
        let mut body = self.object()?;
        for name in body.keys() {
            let is_known =
                ["properties", "id", "name", "type", "systemData", "tags", "location"].contains(&name.as_str());
            if !is_known {
                return Err(Fault::bad(format!("The body has the unknown property {name:?}.")));
            }
        }
        match body.remove("properties") {
            Some(Value::Object(properties)) => Ok(properties),
            None | Some(Value::Null) => Err(Fault::bad("Properties can not be null.")),
            Some(_) => Err(Fault::bad("properties is no object.")),
        }
    }

    /// The id of a resource of the account: `rest` is raw and begins with a slash.
    pub(super) fn id(&self, rest: &str) -> String {
        format!("{}{rest}", self.account.id())
    }
}

fn check_account(azure: &Azure, account: &Account) -> Result<(), Fault> {
    let options = &azure.options;
    let checks = [
        (&options.subscription, &account.subscription, "SubscriptionNotFound", "subscription"),
        (&options.resource_group, &account.resource_group, "ResourceGroupNotFound", "resource group"),
        (&options.account, &account.name, "ResourceNotFound", "media services account"),
    ];
    for (pinned, given, code, what) in checks {
        if pinned.as_ref().is_some_and(|pinned| !pinned.eq_ignore_ascii_case(given)) {
            return Err(Fault::new(StatusCode::NOT_FOUND, code, format!("The {what} {given:?} is not this server's.")));
        }
    }
    Ok(())
}

/// The parameters of a query. Those that are not UTF-8 are none.
pub(super) fn query(query: Option<&str>) -> Vec<(String, String)> {
    let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let decoded =
        |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8().ok().map(|text| text.into_owned());
    pairs
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name)?, decoded(value)?))
        })
        .collect()
}

fn host_name(azure: &Azure, public_url: &str) -> String {
    azure.options.host_name.clone().unwrap_or_else(|| players_host(public_url, azure.options.players_port))
}
