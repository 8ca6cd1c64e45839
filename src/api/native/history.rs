//! Who changed what when, and back to how it was.

use super::answer::{Answer, content, resource};
use super::operation::Call;
use super::resource::AssetResource;
use crate::ams::Timestamp;
use crate::catalog::HistoryEntry;
use crate::document::asset_value;
use hyper::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The edits of an asset.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct History {
    /// The newest first. Where the revision before one is not that of the next in the list, the document was changed by
    /// hand in between.
    edits: Vec<Edit>,
}

/// One edit.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Edit {
    /// When, in UTC (RFC 3339).
    at: String,
    /// The name of the token, or where else the edit came from.
    by: String,
    /// Of the track list before; absent where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    revision_before: Option<String>,
    /// Of the track list after; absent where there is none any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    revision: Option<String>,
    /// The track document before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "serde_json::Map<String, Value>")]
    before: Option<Value>,
    /// The track document after.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "serde_json::Map<String, Value>")]
    after: Option<Value>,
}

/// The state to go back to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Revert {
    /// A revision of the track list, from the history.
    revision: String,
}

pub(super) async fn list(call: Call<'_>) -> Answer {
    let edits = call.api.catalog.history(call.asset()).await?;
    // Of an asset that is gone there is a history still.
    if edits.is_empty() {
        call.api.catalog.asset(call.asset()).await?;
    }
    content(&call, &History { edits: edits.into_iter().map(Edit::of).collect() })
}

pub(super) async fn revert(mut call: Call<'_>) -> Answer {
    let condition = call.condition()?;
    let Revert { revision } = call.json().await?;
    let edit = call.edit_of_list(&condition);
    let edited = call.api.catalog.revert(call.asset(), &edit, &revision).await?;
    let value = AssetResource::of(&edited.asset);
    resource(&call, StatusCode::OK, &value.revision, &value)
}

impl Edit {
    fn of(entry: HistoryEntry) -> Edit {
        Edit {
            at: Timestamp::of_unix(entry.at).to_string(),
            by: entry.by,
            revision_before: entry.revision_before,
            revision: entry.revision,
            before: entry.before.as_ref().map(asset_value),
            after: entry.after.as_ref().map(asset_value),
        }
    }
}
