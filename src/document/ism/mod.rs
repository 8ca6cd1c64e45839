//! Server manifests (`.ism`, SMIL): the track documents of Azure Media Services, IIS and their kin.
//!
//! Read as leniently as the documents that are about need it, each slip told with its line; written strictly, into the
//! very text that was read: see `write.rs`. What each word means is one table, `properties.rs`.

mod encoding;
mod names;
mod patch;
mod properties;
mod read;
mod streams;
#[cfg(test)]
mod tests;
mod write;
mod xml;

pub use streams::{Stream, Streams};

use super::{DocumentError, Problem};
use crate::track::Asset;
use crate::track::rules::Breach;
use encoding::Encoding;
use read::{Lines, Read};
use std::collections::BTreeSet;
use write::BitRates;
use xml::{Element, same_name};

/// A server manifest as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ism {
    encoding: Encoding,
    text: String,
    /// Where each track of the asset begins.
    pub(super) lines: Vec<usize>,
    pub(super) streams: Streams,
}

/// What a new one begins as.
const EMPTY: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<smil xmlns="http://www.w3.org/2001/SMIL20/Language">
  <head>
    <meta name="formats" content="mp4" />
  </head>
  <body>
    <switch>
    </switch>
  </body>
</smil>
"#;

/// Reads a server manifest. The error says why it is none.
pub(super) fn read(bytes: &[u8]) -> Result<(Ism, Asset, Vec<Breach>), DocumentError> {
    let refused = |field: String, problem: String| DocumentError { problems: vec![Problem { field, problem }] };
    let (encoding, text) = Encoding::decode(bytes).map_err(|problem| refused(String::new(), problem))?;
    let lines = Lines::of(&text);
    let root = Element::parse(&text).map_err(|error| refused(format!("line {}", lines.at(error.at)), error.problem))?;
    if !root.is("smil") {
        let line = format!("line {}", lines.at(root.open.start));
        return Err(refused(line, format!("the document is a <{}>; a server manifest is a <smil>", root.name)));
    }
    let Read { asset, streams, ignored, elements } = Read::of(&text, &root);
    let lines = elements.iter().map(|element| lines.at(element.open.start)).collect();
    Ok((Ism { encoding, text, lines, streams }, asset, ignored))
}

/// A server manifest that says `asset`. `bit_rates` are in bits per second, by track name.
pub(super) fn create(asset: &Asset, bit_rates: &BitRates) -> Vec<u8> {
    write::write(EMPTY, asset, bit_rates).into_bytes()
}

impl Ism {
    /// The document's bytes, changed to say `asset`, and in nothing else.
    pub(super) fn write(&self, asset: &Asset) -> Vec<u8> {
        self.encoding.encode(&write::write(&self.text, asset, &BitRates::new()))
    }

    /// The words of the document that say nothing of an asset, such as bit rates, each once.
    pub(super) fn other_words(&self) -> BTreeSet<String> {
        let Ok(root) = Element::parse(&self.text) else { return BTreeSet::new() };
        let names = |element: &Element, of: &'static str| {
            let children = element.children.iter().filter(move |child| child.is(of));
            children.filter_map(|child| Some(child.attribute("name")?.value.trim().to_owned())).collect::<Vec<_>>()
        };
        let mut words: BTreeSet<String> =
            root.child("head").map(|head| names(head, "meta")).unwrap_or_default().into_iter().collect();
        for element in read::media(&root) {
            words.extend(element.attributes.iter().map(|attribute| attribute.name.clone()));
            words.extend(names(element, "param"));
        }
        words.retain(|word| !properties::says_something(word, same_name));
        words
    }

    /// Memory held, in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        self.text.len() + self.streams.heap_bytes()
    }
}
