//! `signalbox convert`: a track document in the other form.

use super::Failure;
use crate::catalog::{Catalog, Conversion, EditOf, Expected};
use crate::document::Form;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Convert {
    /// The folder of assets, or one asset's folder
    folder: PathBuf,
    /// The asset, by its path in the folder
    asset: String,
    /// The form to write: asset.json, or a server manifest (.ism) as Azure Media Services had
    #[arg(long, value_enum, value_name = "FORM")]
    to: To,
    /// Print the document instead of writing it
    #[arg(long)]
    stdout: bool,
    /// Replace a document of that form
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum To {
    Json,
    Ism,
}

impl Convert {
    /// Writes the document beside the one that is there, and says what has no place in it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(self.convert())
    }

    async fn convert(self) -> Result<ExitCode, Failure> {
        let catalog = super::open_catalog(&self.folder, &Default::default())?;
        let form = match self.to {
            To::Json => Form::Json,
            To::Ism => Form::Ism,
        };
        if self.stdout {
            let conversion = catalog.conversion(&self.asset, form).await?;
            super::say(&String::from_utf8_lossy(&conversion.bytes))?;
            notes(&self.asset, &conversion).iter().for_each(|note| eprintln!("{note}"));
            return Ok(ExitCode::SUCCESS);
        }
        let edit = EditOf { by: "command line".to_owned(), expected: Expected::Any };
        let conversion = catalog.convert(&self.asset, form, &edit, self.force).await?;
        let mut lines = vec![format!("{}/{} is written", self.asset, conversion.file)];
        lines.extend(notes(&self.asset, &conversion));
        lines.push(which_counts(&catalog, &self.asset).await?);
        super::say(&(lines.join("\n") + "\n"))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What the new document does not say, a line each.
fn notes(asset: &str, conversion: &Conversion) -> Vec<String> {
    let from = conversion.from.as_deref().unwrap_or("what was discovered");
    let mut notes: Vec<String> =
        conversion.ignored.iter().map(|breach| format!("{asset}/{from}: left out: {breach}")).collect();
    if !conversion.left.is_empty() {
        let words: Vec<&str> = conversion.left.iter().map(String::as_str).collect();
        notes.push(format!("{asset}/{from}: no place in {} for: {}", conversion.file, words.join(", ")));
    }
    notes
}

async fn which_counts(catalog: &Catalog, asset: &str) -> Result<String, Failure> {
    let loaded = catalog.newest(asset).await?;
    Ok(format!("{asset}/{} is the track document that counts", loaded.document_file()))
}
