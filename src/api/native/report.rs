//! What assets offer to those who do not see or hear all of them.

use super::answer::{Answer, json, text};
use super::cursor::after_folder;
use super::operation::Call;
use super::problem::Problem;
use crate::report::{AssetReport, CSV_HEADER, Catalogue, csv_rows};
use hyper::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

pub(super) const CSV: &str = "text/csv; charset=utf-8";

/// Assets that are looked at in one go.
const STEP: usize = 50;

/// Every asset that the caller may see, and the sums.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AccessibilityReport")]
pub(super) struct Report {
    assets: Vec<AssetReport>,
    #[serde(flatten)]
    catalogue: Catalogue,
}

pub(super) async fn accessibility(call: Call<'_>) -> Answer {
    let is_csv = call.query.word("format", &[("json", false), ("csv", true)])?.unwrap_or(false);
    let (mut assets, mut rows, mut catalogue) = (Vec::new(), CSV_HEADER.to_owned(), Catalogue::default());
    let prefix = call.query.get("prefix").unwrap_or_default();
    let mut after = None;
    loop {
        let page = after_folder(&call, prefix, after, STEP).await?;
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
            Some(next) => after = Some(next),
            None => break,
        }
    }
    if is_csv { Ok(text(StatusCode::OK, CSV, rows)) } else { json(StatusCode::OK, &Report { assets, catalogue }) }
}
