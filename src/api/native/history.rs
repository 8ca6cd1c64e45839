//! Who changed what when, and back to how it was.

use super::answer::{Answer, content, resource};
use super::operation::Call;
use super::resource::AssetResource;
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
            at: utc(entry.at),
            by: entry.by,
            revision_before: entry.revision_before,
            revision: entry.revision,
            before: entry.before.as_ref().map(asset_value),
            after: entry.after.as_ref().map(asset_value),
        }
    }
}

/// Seconds since 1970 as RFC 3339 writes them. Days are turned into a date of the proleptic Gregorian calendar, counted in
/// years that begin in March, so that the leap day is the last of its year.
fn utc(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days since 0000-03-01; an era is 400 years, which is 146,097 days.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_763_640_000, "2025-11-20T12:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(utc(seconds), expected);
        }
    }
}
