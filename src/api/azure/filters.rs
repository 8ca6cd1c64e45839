//! Filters of an asset and of the account.

use super::answer::{Answer, nothing, ok, value};
use super::call::Call;
use super::fault::Fault;
use super::names;
use crate::ams::name_of;
use crate::ams::{Drawer, Filter, Owner};
use crate::document::merge_patch;
use hyper::StatusCode;
use serde_json::{Map, Value, json};

/// Of one owner.
const MOST: usize = 100;

/// The filters of an asset, or of the account.
struct Filters {
    drawer: Drawer<Filter>,
    /// The asset's name.
    asset: Option<String>,
}

impl Filters {
    async fn of(call: &Call<'_>, asset: Option<&str>) -> Result<Filters, Fault> {
        let Some(asset) = asset else {
            return Ok(Filters { drawer: call.azure.shelf.filters(Owner::Account), asset: None });
        };
        let found = call.asset(asset).await?;
        let drawer = call.azure.shelf.filters(Owner::Asset(&found.path));
        Ok(Filters { drawer, asset: Some(name_of(&found.path)) })
    }

    /// Errs where the caller may not change them: those of the account are for all assets.
    fn may_change(&self, call: &Call<'_>) -> Result<(), Fault> {
        if self.asset.is_none() { call.sees_all() } else { Ok(()) }
    }

    fn resource(&self, call: &Call<'_>, name: &str, filter: &Filter) -> Value {
        let (id, kind) = match &self.asset {
            Some(asset) => {
                (format!("/assets/{asset}/assetFilters/{name}"), "Microsoft.Media/mediaservices/assets/assetFilters")
            }
            None => (format!("/accountFilters/{name}"), "Microsoft.Media/mediaservices/accountFilters"),
        };
        json!({ "name": name, "id": call.id(&id), "type": kind, "properties": filter })
    }
}

pub(super) async fn list(call: &Call<'_>, asset: Option<&str>) -> Answer {
    let filters = Filters::of(call, asset).await?;
    let all = filters.drawer.all().await?;
    let resources: Vec<Value> = all.iter().map(|(name, filter)| filters.resource(call, name, filter)).collect();
    ok(&json!({ "value": resources }))
}

pub(super) async fn get(call: &Call<'_>, asset: Option<&str>, name: &str) -> Answer {
    let filters = Filters::of(call, asset).await?;
    let (name, filter) = filters.drawer.get(name).await?.ok_or_else(|| unknown(name))?;
    ok(&filters.resource(call, &name, &filter))
}

fn unknown(name: &str) -> Fault {
    Fault::unknown(&format!("there is no filter {name:?}"))
}

fn read(properties: Value) -> Result<Filter, Fault> {
    let filter: Filter = serde_path_to_error::deserialize(properties).map_err(|error| {
        let field = error.path().to_string();
        Fault::bad(format!("properties.{field}: {}.", error.inner()))
    })?;
    filter.check().map(|()| filter).map_err(|problem| Fault::bad(format!("{problem}.")))
}

pub(super) async fn put(call: &Call<'_>, asset: Option<&str>, name: &str) -> Answer {
    let filters = Filters::of(call, asset).await?;
    filters.may_change(call)?;
    let filter = read(call.properties_or_none()?.into())?;
    if filters.drawer.get(name).await?.is_none() {
        names::check(name)?;
        if filters.drawer.all().await?.len() >= MOST {
            return Err(Fault::bad(format!("There are {MOST} filters already; delete some.")));
        }
    }
    let (name, filter, is_new) = filters.drawer.put::<Fault>(name, |_| Ok(filter.clone())).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(value(status, &filters.resource(call, &name, &filter)))
}

pub(super) async fn patch(call: &Call<'_>, asset: Option<&str>, name: &str) -> Answer {
    let filters = Filters::of(call, asset).await?;
    filters.may_change(call)?;
    let patch: Map<String, Value> = call.properties_or_none()?;
    let change = |old: Option<Filter>| {
        let old = old.ok_or_else(|| unknown(name))?;
        let mut filter = serde_json::to_value(&old).map_err(|error| Fault::bad(error.to_string()))?;
        merge_patch(&mut filter, &Value::Object(patch.clone()));
        read(filter)
    };
    let (name, filter, _) = filters.drawer.put(name, change).await?;
    ok(&filters.resource(call, &name, &filter))
}

pub(super) async fn delete(call: &Call<'_>, asset: Option<&str>, name: &str) -> Answer {
    let filters = Filters::of(call, asset).await?;
    filters.may_change(call)?;
    let removed = filters.drawer.remove(name, |_| true).await?;
    nothing(if removed.is_some() { StatusCode::OK } else { StatusCode::NO_CONTENT })
}
