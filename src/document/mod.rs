//! Track documents: an asset's track list to and from bytes, and the list that is made where there is no document.
//!
//! [`asset_json`] is the format of the house, [`ism`] the one of Azure Media Services; who reads and edits a [`Document`]
//! need not know which it is. [`discover`] reads the list off the files, and [`fill_from_file`] puts the files' own words
//! where a document is silent. No I/O: the caller brings bytes and what the files were found to hold.

mod asset_json;
mod discovery;
mod form;
mod ism;
mod json;
mod merge;

pub use asset_json::{
    MAX_BYTES, asset_from_value, asset_value, merge_patch, patched_asset, patched_track, read, track_from_value,
    track_value, value_of, write,
};
pub use discovery::{FoundFile, FoundTrack, describe_new, discover, is_caption_file, is_media_file};
pub use form::{ASSET_JSON, DocumentFiles, Form};
pub use ism::{Stream, Streams};
pub use merge::fill_from_file;

use crate::track::Asset;
use crate::track::rules::{Breach, as_served_from};
use form::Written;

/// A track document that could be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// As it is written. It may still break rules: see [`Document::served`].
    pub asset: Asset,
    /// What the document says that an asset cannot hold, and that does not stop the rest.
    pub ignored: Vec<Breach>,
    /// Where each track of the asset stands in the document, of which some may be left out.
    places: Vec<usize>,
    written: Written,
}

impl Document {
    /// The asset as it is served, and all of the document that is ignored for that.
    pub fn served(&self) -> (Asset, Vec<Breach>) {
        let in_document = |place| self.places.get(place).copied().unwrap_or(place);
        let (served, mut breaches) = as_served_from(&self.asset, in_document);
        breaches.iter_mut().for_each(|breach| self.written.locate(breach));
        (served, [self.ignored.as_slice(), &breaches].concat())
    }
}

/// The document that [`write`] makes of an asset.
impl From<Asset> for Document {
    fn from(asset: Asset) -> Document {
        Document { asset, ..Document::default() }
    }
}

/// Why a track document is refused: every problem that was found, not the first alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentError {
    pub problems: Vec<Problem>,
}

/// One thing that is wrong in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: `tracks[2].label`; empty for the document as a whole.
    pub field: String,
    /// What is wrong and what to do.
    pub problem: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.field.as_str() {
            "" => f.write_str(&self.problem),
            field => write!(f, "{field}: {}", self.problem),
        }
    }
}

/// One line for each problem.
impl std::fmt::Display for DocumentError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, problem) in self.problems.iter().enumerate() {
            let separator = if number == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for DocumentError {}
