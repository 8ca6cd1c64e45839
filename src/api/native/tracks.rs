//! The tracks of an asset, each a resource with a revision of its own: two editors of two tracks do not collide.

use super::super::condition::Condition;
use super::answer::{Answer, JSON, empty, located, resource};
use super::assets::{self, writable_track};
use super::operation::Call;
use super::path::BASE;
use super::problem::{FieldError, Kind, Problem};
use super::resource::{TrackResource, track_revision};
use crate::catalog::{Edited, LoadedAsset};
use crate::document::{patched_track, track_from_value};
use crate::track::{Asset, Track};
use hyper::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// The tracks of an asset.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct TrackList {
    /// In the order in which players list them.
    tracks: Vec<TrackResource>,
}

pub(super) async fn list(call: Call<'_>) -> Answer {
    let asset = call.api.catalog.asset(call.asset()).await?;
    let tracks = asset.asset.tracks.iter().map(|track| TrackResource::of(&asset, track)).collect();
    resource(&call, StatusCode::OK, &asset.list_revision, &TrackList { tracks })
}

pub(super) async fn get(call: Call<'_>) -> Answer {
    let asset = call.api.catalog.asset(call.asset()).await?;
    shown(&call, StatusCode::OK, &asset, call.item())
}

/// The track as a resource.
fn shown(call: &Call<'_>, status: StatusCode, asset: &LoadedAsset, name: &str) -> Answer {
    let track = find(&asset.asset, name).ok_or_else(|| Problem::unknown_track(&asset.name, name))?;
    let value = TrackResource::of(asset, track);
    let revision = value.revision.clone();
    resource(call, status, &revision, &value)
}

/// The same, with its address.
pub(super) fn shown_at(call: &Call<'_>, status: StatusCode, asset: &LoadedAsset, name: &str) -> Answer {
    let encoded = |part| utf8_percent_encode(part, NON_ALPHANUMERIC);
    let path = format!("{BASE}/assets/{}/tracks/{}", encoded(&asset.name), utf8_percent_encode(name, TRACK_ESCAPES));
    Ok(located(shown(call, status, asset, name)?, &path))
}

/// A track's name takes no other characters.
const TRACK_ESCAPES: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

fn find<'a>(asset: &'a Asset, name: &str) -> Option<&'a Track> {
    asset.tracks.iter().find(|track| track.name == name)
}

/// Where the track is; errs where the condition does not hold of it.
fn place(asset: &Asset, name: &str, condition: &Condition) -> Result<Option<usize>, Problem> {
    let place = asset.tracks.iter().position(|track| track.name == name);
    let current = place.and_then(|place| asset.tracks.get(place)).map(track_revision);
    if condition.holds(current.as_deref()) { Ok(place) } else { Err(Problem::stale(current)) }
}

/// Changes the track list. What is wrong with the track that the request is for is told by fields of its body.
async fn change<T: Send>(
    call: &Call<'_>,
    change: impl Fn(&mut Asset) -> Result<T, Problem> + Send + Sync,
) -> Result<Edited<T>, Problem> {
    let edited = assets::change(call, change).await;
    edited.map_err(|problem| problem.of_track(call.item()))
}

pub(super) async fn put(mut call: Call<'_>) -> Answer {
    call.is_of_type(JSON)?;
    let condition = call.condition()?;
    let mut value = call.value().await?;
    name_by_path(&mut value, call.item())?;
    writable_track(&mut value);
    let track = track_from_value(&value, "")?;
    let edited = change(&call, |asset| {
        let place = place(asset, &track.name, &condition)?;
        match place.and_then(|place| asset.tracks.get_mut(place)) {
            Some(old) => *old = track.clone(),
            None => asset.tracks.push(track.clone()),
        }
        Ok(place.is_none())
    })
    .await?;
    match edited.value {
        true => shown_at(&call, StatusCode::CREATED, &edited.asset, &track.name),
        false => shown(&call, StatusCode::OK, &edited.asset, &track.name),
    }
}

/// The path says the name; the body may say it too.
fn name_by_path(value: &mut Value, name: &str) -> Result<(), Problem> {
    let Value::Object(fields) = value else { return Ok(()) };
    match fields.get("name") {
        None | Some(Value::Null) => drop(fields.insert("name".to_owned(), name.into())),
        Some(Value::String(given)) if given == name => {}
        Some(_) => {
            let problem = format!("the path says {name:?}; a track is renamed by PATCH");
            let errors = vec![FieldError::at("name", &problem)];
            return Err(Problem { errors, ..Problem::new(Kind::Invalid, problem) });
        }
    }
    Ok(())
}

pub(super) async fn patch(mut call: Call<'_>) -> Answer {
    call.is_of_type(JSON)?;
    let condition = call.condition()?;
    let mut patch = call.value().await?;
    writable_track(&mut patch);
    let edited = change(&call, |asset| {
        let place = place(asset, call.item(), &condition)?;
        let track = place.and_then(|place| asset.tracks.get_mut(place));
        let track = track.ok_or_else(|| Problem::unknown_track(call.asset(), call.item()))?;
        *track = patched_track(track, &patch)?;
        Ok(track.name.clone())
    })
    .await?;
    match edited.value == call.item() {
        true => shown(&call, StatusCode::OK, &edited.asset, &edited.value),
        false => shown_at(&call, StatusCode::OK, &edited.asset, &edited.value),
    }
}

pub(super) async fn delete(call: Call<'_>) -> Answer {
    let delete_file = call.query.word("file", &[("keep", false), ("delete", true)])?.unwrap_or(false);
    let condition = call.condition()?;
    let edited = change(&call, |asset| {
        let place = place(asset, call.item(), &condition)?;
        let place = place.ok_or_else(|| Problem::unknown_track(call.asset(), call.item()))?;
        Ok(asset.tracks.remove(place).file)
    })
    .await?;
    let is_used = edited.asset.asset.tracks.iter().any(|track| track.file == edited.value);
    if delete_file && !is_used {
        super::files::remove(&call, &edited.value, &Condition::None).await.or_else(unless_settled)?;
    }
    Ok(empty(StatusCode::NO_CONTENT))
}

/// A file that is gone already was to go; one that another track uses by now stays.
fn unless_settled(problem: Problem) -> Result<(), Problem> {
    if matches!(problem.kind, Kind::NoSuchFile | Kind::Conflict) { Ok(()) } else { Err(problem) }
}
