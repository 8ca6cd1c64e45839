//! The API of Azure Media Services (2022-08-01 and before): assets, tracks, locators, filters and the storage behind them,
//! so that programs written for it, and its SDKs, go on working with another host name.
//!
//! Thin, as all APIs here: a request is addressed ([`address`]), translated, done by the catalog or the shelf of `ams`, and
//! what came of it is translated back. [`names`] says what an asset is called, [`tracks`] and what is beside it are the
//! Tracks API, [`blob`] is the storage that a SAS URL leads to.

mod address;
mod answer;
mod assets;
mod blob;
mod blob_list;
mod block;
mod call;
mod endpoints;
mod fault;
mod filters;
mod locators;
mod names;
mod odata;
mod operation;
mod options;
mod policies;
mod sas;
mod track_body;
mod track_view;
mod tracks;

pub use options::AzureOptions;

use super::Api;
use super::incoming::Incoming;
use super::seal::Seal;
use crate::ams::Shelf;
use crate::catalog::Catalog;
use crate::origin::Body;
use address::{Address, Target};
use answer::Answer;
use call::Call;
use fault::Fault;
use hyper::header::ALLOW;
use hyper::http::request::Parts;
use hyper::{Method, Response};
use std::sync::Arc;

/// What this API has beside the catalog.
pub(super) struct Azure {
    options: AzureOptions,
    shelf: Shelf,
    seal: Arc<Seal>,
}

impl Azure {
    pub(super) fn new(catalog: &Catalog, seal: Arc<Seal>, options: AzureOptions) -> Azure {
        Azure { options, shelf: catalog.shelf().clone(), seal }
    }
}

/// Whether a path is one of Azure Resource Manager's.
pub(super) fn has(path: &str) -> bool {
    const ROOT: &str = "/subscriptions";
    let is_root = path.get(..ROOT.len()).is_some_and(|start| start.eq_ignore_ascii_case(ROOT));
    is_root && path.get(ROOT.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(super) use blob::{has as has_blob, respond as respond_blob};

/// Answers one request.
pub(super) async fn respond(api: &Api, head: Parts, body: Incoming) -> Response<Body> {
    let (path, is_head) = (head.uri.path().to_owned(), head.method == Method::HEAD);
    let response = lead(api, &head, body).await.unwrap_or_else(|fault| {
        fault.log(&path);
        answer::fault(&fault)
    });
    if is_head { response.map(|_| Body::Empty) } else { response }
}

/// Finds what is asked for, and whether the caller may.
async fn lead(api: &Api, head: &Parts, body: Incoming) -> Answer {
    let caller = api.access.caller(head)?;
    let Address { account, target } = Address::parse(head.uri.path())?;
    let method = if head.method == Method::HEAD { Method::GET } else { head.method.clone() };
    let scope = target.scope(&method);
    let call = Call::read(api, caller, account, head, body).await?;
    call.may(scope)?;
    let response = match (&target, method.as_str()) {
        (Target::Assets, "GET") => assets::list(&call).await,
        (Target::Asset(asset), "GET") => assets::get(&call, asset).await,
        (Target::Asset(asset), "PUT") => assets::put(&call, asset).await,
        (Target::Asset(asset), "PATCH") => assets::patch(&call, asset).await,
        (Target::Asset(asset), "DELETE") => assets::delete(&call, asset).await,
        (Target::ContainerSas(asset), "POST") => sas::list(&call, asset).await,
        (Target::AssetLocators(asset), "POST") => locators::of_asset(&call, asset).await,
        (Target::Tracks(asset), "GET") => tracks::list(&call, asset).await,
        (Target::Track(asset, track), "GET") => tracks::get(&call, asset, track).await,
        (Target::Track(asset, track), "PUT") => tracks::put(&call, asset, track).await,
        (Target::Track(asset, track), "PATCH") => tracks::patch(&call, asset, track).await,
        (Target::Track(asset, track), "DELETE") => tracks::delete(&call, asset, track).await,
        (Target::TrackData(asset, track), "POST") => tracks::update_data(&call, asset, track).await,
        (Target::OperationStatus(asset, track, id), "GET") => operation::status(&call, asset, track, id).await,
        (Target::OperationResult(asset, track, id), "GET") => operation::result(&call, asset, track, id).await,
        (Target::Filters(owner), "GET") => filters::list(&call, owner.as_deref()).await,
        (Target::Filter(owner, name), "GET") => filters::get(&call, owner.as_deref(), name).await,
        (Target::Filter(owner, name), "PUT") => filters::put(&call, owner.as_deref(), name).await,
        (Target::Filter(owner, name), "PATCH") => filters::patch(&call, owner.as_deref(), name).await,
        (Target::Filter(owner, name), "DELETE") => filters::delete(&call, owner.as_deref(), name).await,
        (Target::Locators, "GET") => locators::list(&call).await,
        (Target::Locator(name), "GET") => locators::get(&call, name).await,
        (Target::Locator(name), "PUT") => locators::create(&call, name).await,
        (Target::Locator(name), "DELETE") => locators::delete(&call, name).await,
        (Target::LocatorPaths(name), "POST") => locators::paths(&call, name).await,
        (Target::LocatorKeys(name), "POST") => locators::keys(&call, name).await,
        (Target::Endpoints, "GET") => endpoints::list(&call),
        (Target::Endpoint(name), "GET") => endpoints::get(&call, name),
        (Target::Policies, "GET") => policies::list(&call),
        (Target::Policy(name), "GET") => policies::get(&call, name),
        _ => return Ok(other_method(head, &target)),
    }?;
    if call.is_edit(scope) {
        let (by, method) = (call.caller.name(), head.method.as_str());
        tracing::info!(by, ?target, status = response.status().as_u16(), "{method} by the API of Azure Media Services");
    }
    Ok(response)
}

fn other_method(head: &Parts, target: &Target) -> Response<Body> {
    let allow = target.methods();
    let fault = Fault::method(format!("{} is not taken here; {allow} are", head.method));
    let mut response = answer::fault(&fault);
    super::native::answer::insert(response.headers_mut(), ALLOW, allow);
    response
}
