//! What assets offer to those who do not see or hear all of them.

use super::answer::{Answer, json, text};
use super::cursor::{self, Asked, after_folder};
use super::operation::Call;
use super::problem::Problem;
use crate::report::{AssetReport, CSV_HEADER, Catalogue, csv_rows};
use hyper::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

pub(super) const CSV: &str = "text/csv; charset=utf-8";

/// Assets that are looked at in one go, and let go before the next.
const STEP: usize = 50;

/// What assets offer that the caller may see, and the sums of those that are listed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AccessibilityReport")]
pub(super) struct Report {
    assets: Vec<AssetReport>,
    #[serde(flatten)]
    catalogue: Catalogue,
    /// Asks for the next page, as `cursor`; absent on the last, and where no `limit` asked for pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    next: Option<String>,
}

pub(super) async fn accessibility(call: Call<'_>) -> Answer {
    let is_csv = call.query.word("format", &[("json", false), ("csv", true)])?.unwrap_or(false);
    let (mut assets, mut rows, mut catalogue) = (Vec::new(), CSV_HEADER.to_owned(), Catalogue::default());
    let limit = cursor::limit(&call)?.filter(|_| !is_csv);
    let Asked { prefix, mut after, .. } = Asked::of(&call)?;
    let next = loop {
        let page = after_folder(&call, &prefix, after, limit.unwrap_or(STEP)).await?;
        for (name, asset) in page.assets {
            let report = match asset {
                Ok(asset) => asset.accessibility(),
                Err(error) => AssetReport::failed(&name, &Problem::from(error).detail),
            };
            match is_csv {
                true => rows += &csv_rows(&report),
                false => {
                    catalogue.add(&report);
                    assets.push(report);
                }
            }
        }
        match page.next {
            Some(next) if limit.is_none() => after = Some(next),
            next => break next.as_ref().map(cursor::write),
        }
    };
    match is_csv {
        true => Ok(text(StatusCode::OK, CSV, rows)),
        false => json(StatusCode::OK, &Report { assets, catalogue, next }),
    }
}
