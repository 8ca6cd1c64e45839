//! What players would get of a draft. Nothing is stored.

use super::answer::{Answer, JSON, json};
use super::assets::{newest, writable};
use super::difference::{Difference, Written};
use super::operation::Call;
use crate::document::{asset_from_value, patched_asset};
use crate::lint::Finding;
use hyper::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

/// A draft as players and lint would see it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Preview {
    /// The HLS multivariant playlist; absent where nothing could be played.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    hls: Option<String>,
    /// The DASH MPD; absent where nothing could be played.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    dash: Option<String>,
    /// From today to the draft.
    changes: Difference,
    /// What viewers of the draft would stumble over.
    lint: Vec<Finding>,
}

pub(super) async fn preview(mut call: Call<'_>) -> Answer {
    let is_whole = call.is_of_type(JSON)?;
    let mut value = call.value().await?;
    writable(&mut value);
    let today = newest(&call).await?;
    let draft = if is_whole { asset_from_value(&value)? } else { patched_asset(&today.asset, &value)? };
    let draft = call.api.catalog.preview(call.asset(), draft).await?;
    let (before, after) = (Written::of(&today), Written::of(&draft));
    let changes = Difference::between((&today.asset, &before), (&draft.asset, &after));
    json(StatusCode::OK, &Preview { hls: after.hls, dash: after.dash, changes, lint: draft.lint() })
}
