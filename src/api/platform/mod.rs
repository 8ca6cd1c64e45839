//! What the APIs of other platforms have in common: identifiers of assets and tracks, tracks that come by URL, by
//! upload or by a transcriber, and the reasons for which something is refused. Each platform's own words are in its own
//! folder.

mod bring;
mod form;
mod index;
mod made;
mod options;
mod receiving;
mod refusal;
pub(super) mod tracks;
mod uid;

pub(super) use bring::{Brought, Coming, Failed, bind, check_label, fetch, generate, put_in_place, remove};
pub(super) use form::Form;
pub(super) use index::Index;
pub(super) use made::is_made;
pub use options::{CloudflareOptions, DatoOptions};
pub(super) use receiving::Receiving;
pub(super) use refusal::{Kind, Refusal, Wrong};
pub use uid::Uid;
pub(super) use uid::{from_base64url, to_base64url};

use super::Api;
use super::access::Caller;
use super::incoming::{Incoming, Reader};
use super::strict_json;
use super::token::{Scope, TokenPrefix};
use crate::catalog::{EditOf, Expected, LoadError, LoadedAsset};
use crate::store::StorePath;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One request: who asks whom.
pub(super) struct Call<'a> {
    pub(super) api: &'a Api,
    pub(super) caller: Caller,
}

/// What assets are called in an API.
pub(super) struct Names<'a> {
    /// The folder that counts as the whole store.
    pub(super) folder: &'a TokenPrefix,
    /// Identifiers that were written down.
    pub(super) map: &'a BTreeMap<String, String>,
    /// Reads those that follow from names.
    pub(super) parse: fn(&str) -> Option<Uid>,
}

impl Call<'_> {
    /// Errs where the token does not allow it.
    pub(super) fn may(&self, scope: Scope) -> Result<(), Refusal> {
        if self.caller.may(scope) {
            return Ok(());
        }
        let name = self.caller.name();
        let message = format!("the token {name:?} has the scope read; this takes the scope {scope}");
        Err(Refusal::new(Kind::Forbidden, message))
    }

    /// An edit of a track list, whatever it is now.
    pub(super) fn edit(&self) -> EditOf {
        EditOf { by: self.caller.name().to_owned(), expected: Expected::Any }
    }

    /// The asset that is called `id`: as it was written down, by what follows from its name, or by its name below the
    /// folder. What is not for the token is told as what is not there.
    pub(super) async fn asset(&self, names: &Names<'_>, id: &str) -> Result<Arc<LoadedAsset>, Refusal> {
        let unknown = || Refusal::unknown(format!("nothing has the identifier {id:?}"));
        let path = match (names.map.get(id), (names.parse)(id)) {
            (Some(asset), _) => Some(asset.clone()),
            (None, Some(uid)) => self.api.index.find(uid).await,
            (None, None) => None,
        };
        let path = path.unwrap_or_else(|| format!("{}{id}", names.folder));
        if !self.sees(names, &path) || !StorePath::is_valid(&path) {
            return Err(unknown());
        }
        match self.api.catalog.newest(&path).await {
            Err(LoadError::Unknown { .. }) => Err(unknown()),
            loaded => Ok(loaded?),
        }
    }

    /// Whether the asset is one of those that the caller has to do with here.
    pub(super) fn sees(&self, names: &Names<'_>, asset: &str) -> bool {
        names.folder.covers(asset) && self.caller.sees(asset)
    }

    /// A body of JSON, whatever it calls itself.
    pub(super) async fn object(&self, body: Incoming) -> Result<Map<String, Value>, Refusal> {
        let options = &self.api.options;
        let bytes = Reader::new(body, options.max_body, options.stall)?.whole().await?;
        let undecodable = |problem: String| Refusal::new(Kind::Undecodable, problem);
        match strict_json::read(&bytes).map_err(undecodable)? {
            Value::Object(object) => Ok(object),
            _ => Err(undecodable("the body is no object".to_owned())),
        }
    }
}

/// The text at `field` of a body; `told` is what the property is called in the track document.
pub(super) fn text(object: &Map<String, Value>, field: &str, told: &'static str) -> Result<Option<String>, Refusal> {
    match object.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => {
            Err(Refusal::invalid(told, Wrong::Missing, format!("{field} may not be empty")))
        }
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::invalid(told, Wrong::Form, format!("{field} must be a string"))),
    }
}

/// The flag at `field` of a body.
pub(super) fn flag(object: &Map<String, Value>, field: &str, told: &'static str) -> Result<Option<bool>, Refusal> {
    match object.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(Refusal::invalid(told, Wrong::Form, format!("{field} must be true or false"))),
    }
}

/// Whether a text is a URL that files are fetched from.
pub(super) fn is_url(text: &str) -> bool {
    let uri: Result<hyper::Uri, _> = text.parse();
    uri.is_ok_and(|uri| {
        let is_http = uri.scheme_str().is_some_and(|scheme| matches!(scheme, "http" | "https"));
        is_http && uri.host().is_some_and(|host| !host.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_one_of_http() {
        for url in ["http://a/b.m4a", "https://a.example:8443/b?c=d", "http://[::1]:80/", "HTTP://a/"] {
            assert!(is_url(url), "{url}");
        }
        for url in ["", "not a url", "ftp://a/b", "file:///etc/passwd", "/a/b", "http://", "http:///a", "a.example/b"] {
            assert!(!is_url(url), "{url}");
        }
    }
}
