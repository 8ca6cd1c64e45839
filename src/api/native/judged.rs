//! What lint says of one asset and of many.

use super::answer::{Answer, content};
use super::cursor;
use super::operation::Call;
use super::problem::Problem;
use crate::catalog::{LoadError, LoadedAsset};
use crate::lint::Finding;
use schemars::JsonSchema;
use serde::Serialize;

/// What was found in one asset.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AssetFindings {
    asset: String,
    /// The worst first.
    findings: Vec<Finding>,
}

/// What was found in the assets of a page.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct FindingsPage {
    /// In the order of their paths; those without findings are left out.
    assets: Vec<AssetFindings>,
    /// Asks for the next page, as `cursor`; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    next: Option<String>,
}

pub(super) async fn of_asset(call: Call<'_>) -> Answer {
    let asset = call.api.catalog.asset(call.asset()).await;
    let findings = findings(asset.as_deref())?;
    content(&call, &AssetFindings { asset: call.asset().to_owned(), findings })
}

pub(super) async fn of_all(call: Call<'_>) -> Answer {
    let page = cursor::page(&call).await?;
    let mut assets = Vec::new();
    for (asset, loaded) in page.assets {
        let findings = findings(loaded.as_deref())?;
        if !findings.is_empty() {
            assets.push(AssetFindings { asset, findings });
        }
    }
    content(&call, &FindingsPage { assets, next: page.next.as_ref().map(cursor::write) })
}

/// A document that cannot be used is a finding, too.
fn findings(asset: Result<&LoadedAsset, &LoadError>) -> Result<Vec<Finding>, Problem> {
    match asset {
        Ok(asset) => Ok(asset.lint()),
        Err(error) => error.finding().map(|finding| vec![finding]).ok_or_else(|| error.clone().into()),
    }
}
