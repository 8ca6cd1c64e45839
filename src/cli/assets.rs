//! The assets that a command goes through, one after the other, and what it prints of each.

use super::Failure;
use crate::catalog::{Catalog, LoadError, LoadedAsset};
use crate::server::Config;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which assets a command is about.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Chosen {
    /// The folder of assets, or one asset's folder
    pub(super) folder: PathBuf,
    /// Only this asset, by its path in the folder
    pub(super) asset: Option<String>,
}

/// What a server would be configured with, where the command is told.
pub(super) fn config(file: Option<&Path>) -> Result<Config, Failure> {
    Ok(file.map(Config::load).transpose()?.unwrap_or_default())
}

/// A walk through assets. None is kept, so that a catalogue of any size takes the memory of its largest asset.
pub(super) struct Assets {
    catalog: Catalog,
    names: std::vec::IntoIter<String>,
}

impl Assets {
    /// As a server with this configuration has them.
    pub(super) async fn open(chosen: &Chosen, mut config: Config) -> Result<Assets, Failure> {
        config.catalog.cache = 0;
        let catalog = super::open_catalog(&chosen.folder, &config)?;
        let names = match &chosen.asset {
            Some(name) => vec![name.clone()],
            None => catalog.names().await,
        };
        if names.is_empty() {
            let folder = chosen.folder.display();
            return Err(Failure::new(format!("{folder}: no asset found; an asset is a folder with MP4 files")));
        }
        Ok(Assets { catalog, names: names.into_iter() })
    }

    /// The next asset, by its name.
    pub(super) async fn next(&mut self) -> Option<(String, Result<Arc<LoadedAsset>, LoadError>)> {
        let name = self.names.next()?;
        let asset = self.catalog.described(&name).await;
        Some((name, asset))
    }
}

/// Runs a command that goes through assets.
pub(super) fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    // One thread, as one command at a time needs: where even its helpers for the disk cannot be had it ends, and does not
    // wait for them.
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(command)
}

/// Text for a terminal: the names of files and what is in them must not steer it.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// A list in JSON, printed item by item.
#[derive(Default)]
pub(super) struct JsonList {
    begun: bool,
}

impl JsonList {
    /// Text of one more item; `indent` stands before each of its lines.
    pub(super) fn item(&mut self, item: &impl Serialize, indent: &str) -> Result<String, Failure> {
        let before = if std::mem::replace(&mut self.begun, true) { ",\n" } else { "[\n" };
        let item = serde_json::to_string_pretty(item)?;
        let indented: Vec<String> = item.lines().map(|line| format!("{indent}{line}")).collect();
        Ok(format!("{before}{}", indented.join("\n")))
    }

    /// Text of its end; `indent` stands before the bracket.
    pub(super) fn end(&self, indent: &str) -> String {
        if self.begun { format!("\n{indent}]") } else { "[]".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_cannot_steer_a_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\r\nc"), "a\u{fffd}[2Jb\u{fffd}\nc");
    }

    #[test]
    fn a_list_printed_item_by_item_is_json() {
        for items in [vec![], vec![json!({ "a": [1, 2] })], vec![json!(1), json!({ "b": "x\ny" })]] {
            let mut list = JsonList::default();
            let mut text: String =
                items.iter().map(|item| list.item(item, "  ").unwrap_or_else(|_| panic!())).collect();
            text += &list.end("");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), json!(items), "{text}");
        }
    }
}
