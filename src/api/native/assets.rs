//! Assets: the list of them, and each as a resource.

use super::super::Api;
use super::super::condition::Condition;
use super::answer::{Answer, JSON, content, empty, resource};
use super::cursor::{self, Asked};
use super::operation::Call;
use super::problem::{FieldError, Kind, Problem};
use super::resource::{AssetResource, READ_ONLY_OF_ASSET, READ_ONLY_OF_TRACK};
use super::summary::{AssetSummary, Filter};
use crate::catalog::{Edited, LoadError, LoadedAsset};
use crate::document::{asset_from_value, patched_asset};
use crate::store::StorePath;
use crate::track::Asset;
use futures_util::stream::{self, StreamExt};
use hyper::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::pin::pin;
use std::sync::Arc;

/// A page of assets.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AssetPage {
    /// In the order of their paths. With filters a page may have fewer than asked for, or none, while there are more.
    assets: Vec<AssetSummary>,
    /// Asks for the next page, as `cursor`; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    next: Option<String>,
}

/// Assets that a request looks at where filters leave most of them out: it answers with what it found so far. To look at
/// the name is cheap, to load an asset is not.
const MOST_LOOKED_AT: usize = 2000;
const MOST_LOADED: usize = 300;

pub(super) async fn list(call: Call<'_>) -> Answer {
    let filter = Filter::of(&call.query)?;
    let asked = Asked::of(&call)?;
    if filter.takes_all() {
        let page = cursor::after_folder(&call, &asked.prefix, asked.after, asked.limit).await?;
        let assets = page.assets.iter().map(|(name, asset)| AssetSummary::of(name, asset.as_deref())).collect();
        return content(&call, &AssetPage { assets, next: page.next.as_ref().map(cursor::write) });
    }
    let (assets, next) = filtered(&call, &filter, asked).await?;
    content(&call, &AssetPage { assets, next: next.as_ref().map(cursor::write) })
}

/// The assets that a filter takes, and the folder after which there may be more.
async fn filtered(
    call: &Call<'_>,
    filter: &Filter,
    Asked { prefix, limit, after }: Asked,
) -> Result<(Vec<AssetSummary>, Option<StorePath>), Problem> {
    let catalog = &call.api.catalog;
    let (folders, mut next) = cursor::folders_after(call, &prefix, after, MOST_LOOKED_AT).await?;
    let wanted = stream::iter(folders).map(|folder| async move {
        let name = catalog.name_of(&folder);
        let fits = filter.finds(name) || filter.finds(&catalog.title(&folder).await.unwrap_or_default());
        fits.then_some(folder)
    });
    let folders: Vec<StorePath> = wanted.buffered(LOOKS_AT_ONCE).filter_map(std::future::ready).collect().await;
    let (mut assets, mut looked_at, count) = (Vec::new(), 0, folders.len());
    let mut loaded = pin!(cursor::load(call, folders));
    while let Some((folder, name, asset)) = loaded.next().await {
        looked_at += 1;
        let summary = AssetSummary::of(&name, asset.as_deref());
        if filter.takes(&summary) {
            assets.push(summary);
        }
        if looked_at < count && (assets.len() == limit || looked_at == MOST_LOADED) {
            next = Some(folder);
            break;
        }
    }
    Ok((assets, next))
}

/// Titles that are looked at together.
const LOOKS_AT_ONCE: usize = 16;

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
    let edited = call.api.catalog.put_asset_as_said(call.asset(), &call.edit_of_list(&condition), asset).await?;
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
    let edited = call.api.catalog.edit_as_said(call.asset(), &edit, |asset| Ok(change(asset))).await?;
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
    finished(call.api.catalog.edit_as_said(call.asset(), &call.edit(), |asset| Ok(change(asset))).await?)
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
