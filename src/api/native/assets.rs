//! Assets: the list of them, and each as a resource.

use super::super::Api;
use super::super::condition::Condition;
use super::answer::{Answer, JSON, content, empty, resource};
use super::cursor;
use super::operation::Call;
use super::problem::{FieldError, Kind, Problem};
use super::resource::{AssetResource, AssetSummary, Manifests, READ_ONLY_OF_ASSET, READ_ONLY_OF_TRACK, TrackCounts};
use crate::catalog::{Edited, LoadError, LoadedAsset};
use crate::document::{asset_from_value, patched_asset};
use crate::track::Asset;
use hyper::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// A page of assets.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AssetPage {
    /// In the order of their paths.
    assets: Vec<AssetSummary>,
    /// Asks for the next page, as `cursor`; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    next: Option<String>,
}

pub(super) async fn list(call: Call<'_>) -> Answer {
    let page = cursor::page(&call).await?;
    let assets = page.assets.iter().map(|(name, asset)| summary(name, asset.as_deref())).collect();
    content(&call, &AssetPage { assets, next: page.next.as_ref().map(cursor::write) })
}

fn summary(name: &str, asset: Result<&LoadedAsset, &LoadError>) -> AssetSummary {
    let findings = match asset {
        Ok(asset) => asset.lint(),
        Err(error) => error.finding().into_iter().collect(),
    };
    AssetSummary {
        name: name.to_owned(),
        title: asset.ok().and_then(|asset| asset.asset.title.clone()),
        revision: asset.ok().map(|asset| asset.list_revision.clone()),
        tracks: asset.map(TrackCounts::of).unwrap_or_default(),
        worst: findings.iter().map(|finding| finding.severity).max(),
        problem: asset.err().map(|error| Problem::from(error.clone()).detail),
        manifests: Manifests::of(name),
    }
}

pub(super) async fn get(call: Call<'_>) -> Answer {
    let asset = call.api.catalog.asset(call.asset()).await?;
    shown(&call, StatusCode::OK, &asset)
}

fn shown(call: &Call<'_>, status: StatusCode, asset: &LoadedAsset) -> Answer {
    let value = AssetResource::of(asset);
    resource(call, status, &value.revision, &value)
}

pub(super) async fn put(mut call: Call<'_>) -> Answer {
    not_reserved(call.api, call.asset())?;
    call.is_of_type(JSON)?;
    let condition = call.condition()?;
    let had_document = had_document(&call, &condition).await?;
    let mut value = call.value().await?;
    writable(&mut value);
    let asset = asset_from_value(&value)?;
    let edited = call.api.catalog.put_asset(call.asset(), &call.edit_of_list(&condition), asset).await?;
    let status = if had_document { StatusCode::OK } else { StatusCode::CREATED };
    shown(&call, status, &edited.asset)
}

/// Whether there is a track document, readable or not. Errs where the condition does not hold of what there is.
async fn had_document(call: &Call<'_>, condition: &Condition) -> Result<bool, Problem> {
    match call.api.catalog.newest(call.asset()).await {
        Ok(asset) => Ok(asset.has_document),
        Err(LoadError::Document { .. }) => Ok(true),
        Err(LoadError::Unknown { .. }) if condition.holds(None) => Ok(false),
        Err(LoadError::Unknown { .. }) => Err(Problem::stale(None)),
        Err(LoadError::Store(error)) => Err(error.into()),
    }
}

pub(super) async fn patch(mut call: Call<'_>) -> Answer {
    call.is_of_type(JSON)?;
    let condition = call.condition()?;
    let mut patch = call.value().await?;
    writable(&mut patch);
    let edit = call.edit_of_list(&condition);
    let change = |asset: &mut Asset| {
        *asset = patched_asset(asset, &patch)?;
        Ok(())
    };
    let edited = call.api.catalog.edit(call.asset(), &edit, |asset| Ok(change(asset))).await?;
    shown(&call, StatusCode::OK, &finished(edited)?.asset)
}

pub(super) async fn delete(call: Call<'_>) -> Answer {
    let condition = call.condition()?;
    call.api.catalog.delete_document(call.asset(), &call.edit_of_list(&condition)).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// Changes the track list; what the change says against itself is the answer, and then nothing was changed.
pub(super) async fn change<T: Send>(
    call: &Call<'_>,
    change: impl Fn(&mut Asset) -> Result<T, Problem> + Send + Sync,
) -> Result<Edited<T>, Problem> {
    finished(call.api.catalog.edit(call.asset(), &call.edit(), |asset| Ok(change(asset))).await?)
}

fn finished<T>(edited: Edited<Result<T, Problem>>) -> Result<Edited<T>, Problem> {
    let Edited { asset, value, changed } = edited;
    value.map(|value| Edited { asset, value, changed })
}

/// Leaves out what is read-only, so that a client may send back what it got.
pub(super) fn writable(asset: &mut Value) {
    let Value::Object(fields) = asset else { return };
    READ_ONLY_OF_ASSET.iter().for_each(|name| drop(fields.remove(*name)));
    if let Some(Value::Array(tracks)) = fields.get_mut("tracks") {
        tracks.iter_mut().for_each(writable_track);
    }
}

/// The same of a track.
pub(super) fn writable_track(track: &mut Value) {
    if let Value::Object(fields) = track {
        READ_ONLY_OF_TRACK.iter().for_each(|name| drop(fields.remove(*name)));
    }
}

/// No asset is made that could not be played beside the API.
pub(super) fn not_reserved(api: &Api, asset: &str) -> Result<(), Problem> {
    let path = format!("/{asset}");
    if !api.has(&path) {
        return Ok(());
    }
    let problem = format!("the path {path} is the API's; choose another name");
    Err(Problem { errors: vec![FieldError::at("", &problem)], ..Problem::new(Kind::Invalid, problem) })
}

/// The newest state of the asset that a request names.
pub(super) async fn newest(call: &Call<'_>) -> Result<Arc<LoadedAsset>, Problem> {
    Ok(call.api.catalog.newest(call.asset()).await?)
}
