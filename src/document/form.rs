//! The forms of a track document, and what they have in common.

use super::ism::{self, Ism, Streams};
use super::{Document, DocumentError, MAX_BYTES, Problem, asset_json};
use crate::track::Asset;
use crate::track::rules::Breach;
use std::collections::{BTreeSet, HashMap};

/// The name of the document of the house.
pub const ASSET_JSON: &str = "asset.json";

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `asset.json`.
    Json,
    /// A server manifest, `*.ism`.
    Ism,
}

/// A document's form, with what it needs to be written again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Written {
    #[default]
    Json,
    Ism(Box<Ism>),
}

/// The track documents among the files of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DocumentFiles<'a> {
    /// The one that counts: `asset.json`, else the first `.ism` by name.
    pub counts: Option<&'a str>,
    /// Those that count for nothing beside it.
    pub others: Vec<&'a str>,
}

impl Form {
    /// The form of a document of that name; `None` where the file is none.
    pub fn of(file: &str) -> Option<Form> {
        let is_ism = || file.to_ascii_lowercase().ends_with(".ism") && !file.starts_with('.');
        match file {
            ASSET_JSON => Some(Form::Json),
            _ => is_ism().then_some(Form::Ism),
        }
    }

    /// Writes a document of this form anew. `bit_rates`, in bits per second by track name, have a place in a server
    /// manifest.
    pub fn create(self, asset: &Asset, bit_rates: &HashMap<String, u64>) -> Vec<u8> {
        match self {
            Form::Json => asset_json::write(asset),
            Form::Ism => ism::create(asset, bit_rates),
        }
    }
}

impl<'a> DocumentFiles<'a> {
    /// Of a folder's files, in order.
    pub fn among(files: impl Iterator<Item = &'a str>) -> DocumentFiles<'a> {
        let mut found: Vec<&str> = files.filter(|file| Form::of(file).is_some()).collect();
        found.sort_by_key(|file| (*file != ASSET_JSON, *file));
        let mut found = found.into_iter();
        DocumentFiles { counts: found.next(), others: found.collect() }
    }

    /// All of them, the one that counts first.
    pub fn all(&self) -> impl Iterator<Item = &'a str> {
        self.counts.into_iter().chain(self.others.iter().copied())
    }
}

impl Written {
    /// Says where a breach lies in the words of the form: a server manifest has no numbered tracks, but lines.
    pub(super) fn locate(&self, breach: &mut Breach) {
        let Written::Ism(written) = self else { return };
        let place = breach.path.strip_prefix("tracks[").and_then(|rest| rest.split(']').next()?.parse().ok());
        if let Some(line) = place.and_then(|place: usize| written.lines.get(place)) {
            breach.path = format!("line {line}");
        }
    }
}

impl Document {
    /// Reads the document in `file`. The error holds every problem that refuses it.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Document, DocumentError> {
        if bytes.len() > MAX_BYTES {
            let problem = format!("{} bytes are more than a track document may have ({MAX_BYTES})", bytes.len());
            return Err(DocumentError { problems: vec![Problem { field: String::new(), problem }] });
        }
        match Form::of(file) {
            Some(Form::Ism) => {
                let (written, asset, ignored) = ism::read(bytes)?;
                Ok(Document { asset, ignored, written: Written::Ism(Box::new(written)), ..Document::default() })
            }
            _ => asset_json::read(bytes),
        }
    }

    /// The document that says `asset` instead, and its bytes. Of a server manifest only what differs is written anew; it
    /// is read again, and refused where it does not say what was asked.
    pub fn edited(&self, asset: &Asset) -> Result<(Document, Vec<u8>), DocumentError> {
        let Written::Ism(written) = &self.written else {
            return Ok((Document::from(asset.clone()), asset_json::write(asset)));
        };
        let bytes = written.write(asset);
        let (written, read, ignored) = ism::read(&bytes)?;
        if read != *asset {
            let problem =
                "the edit cannot be written into this server manifest; convert it to asset.json first".to_owned();
            return Err(DocumentError { problems: vec![Problem { field: String::new(), problem }] });
        }
        let written = Written::Ism(Box::new(written));
        Ok((Document { asset: read, ignored, written, ..Document::default() }, bytes))
    }

    pub fn form(&self) -> Form {
        match self.written {
            Written::Json => Form::Json,
            Written::Ism(_) => Form::Ism,
        }
    }

    /// What of the ignored things an edit would drop. A server manifest keeps what it does not change.
    pub fn unkeepable(&self) -> &[Breach] {
        match self.written {
            Written::Json => &self.ignored,
            Written::Ism(_) => &[],
        }
    }

    /// What Azure's URLs and API call the tracks; a document of the house does not say.
    pub fn streams(&self) -> Option<&Streams> {
        match &self.written {
            Written::Json => None,
            Written::Ism(written) => Some(&written.streams),
        }
    }

    /// The words of the document for which there is no place in an asset, such as `systemBitrate`.
    pub fn other_words(&self) -> BTreeSet<String> {
        match &self.written {
            Written::Json => BTreeSet::new(),
            Written::Ism(written) => written.other_words(),
        }
    }

    /// Memory that the document's own form holds, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        match &self.written {
            Written::Json => 0,
            Written::Ism(written) => written.heap_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_known_by_name() {
        for (file, form) in [
            ("asset.json", Some(Form::Json)),
            ("show.ism", Some(Form::Ism)),
            ("Show.ISM", Some(Form::Ism)),
            ("show.ismc", None),
            ("Asset.json", None),
            (".ism", None),
            (".show.ism", None),
            ("ism", None),
        ] {
            assert_eq!(Form::of(file), form, "{file}");
        }
    }

    #[test]
    fn the_document_of_the_house_counts_before_others() {
        let files = |files: &'static [&'static str]| DocumentFiles::among(files.iter().copied());
        assert_eq!(files(&["a.mp4"]), DocumentFiles::default());
        assert_eq!(files(&["b.ism", "a.ism"]), DocumentFiles { counts: Some("a.ism"), others: vec!["b.ism"] });
        let both = files(&["a.ism", "asset.json"]);
        assert_eq!(both, DocumentFiles { counts: Some("asset.json"), others: vec!["a.ism"] });
    }

    #[test]
    fn a_document_may_not_be_larger_than_any() {
        for file in ["asset.json", "a.ism"] {
            assert!(Document::read(file, &vec![b' '; MAX_BYTES + 1]).unwrap_err().to_string().contains("more than"));
        }
    }
}
