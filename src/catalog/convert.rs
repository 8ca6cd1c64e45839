//! A track document in another form, beside the one that is there.

use super::edit::to_its_end;
use super::history::Moment;
use super::loaded::{document_files, list_revision, read_document_file};
use super::standing::Standing;
use super::{Catalog, EditError, EditOf, LoadError, LoadedAsset, Shared};
use crate::document::{ASSET_JSON, Document, DocumentError, Form};
use crate::store::{FileVersion, StoreError};
use crate::track::rules::Breach;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A track document in another form.
#[derive(Debug, Clone)]
pub struct Conversion {
    /// The document that was read; `None` where the tracks were discovered.
    pub from: Option<String>,
    /// The name of the new one, in the same folder.
    pub file: String,
    pub bytes: Vec<u8>,
    /// Words of the old one that have no place in the new one.
    pub left: BTreeSet<String>,
    /// What the old one says in vain, and the new one does not.
    pub ignored: Vec<Breach>,
    /// The document of that name that is there.
    replaces: Option<FileVersion>,
}

/// Why a document was not converted. Nothing was changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ConvertError {
    #[error("{asset} has no other track document than {file}")]
    SameForm { asset: String, file: String },
    #[error("{asset}/{file} is there already; say --force to replace it")]
    Exists { asset: String, file: String },
    #[error("{asset}/{file} cannot be used:\n{problem}")]
    Document { asset: String, file: String, problem: DocumentError },
    #[error(transparent)]
    Edit(#[from] EditError),
}

impl From<LoadError> for ConvertError {
    fn from(error: LoadError) -> ConvertError {
        match error {
            LoadError::Document { asset, file, problem } => ConvertError::Document { asset, file, problem },
            error => ConvertError::Edit(error.into()),
        }
    }
}

impl From<StoreError> for ConvertError {
    fn from(error: StoreError) -> ConvertError {
        ConvertError::Edit(error.into())
    }
}

impl Catalog {
    /// The track document of asset `name` in the form `to`; nothing is stored.
    pub async fn conversion(&self, name: &str, to: Form) -> Result<Conversion, ConvertError> {
        let standing = Standing::of(&self.shared, name).await?;
        self.shared.conversion(&standing, to).await
    }

    /// Writes the track document of asset `name` in the form `to`, beside the one that it has. Where there is one of
    /// that form already it stays, unless `overwrite`; of a server manifest then what differs is written anew.
    pub async fn convert(
        &self,
        name: &str,
        to: Form,
        edit: &EditOf,
        overwrite: bool,
    ) -> Result<Conversion, ConvertError> {
        let turn = self.shared.clear_turn(name).await;
        let standing = Standing::of(&self.shared, name).await?;
        standing.meets(&edit.expected)?;
        let conversion = self.shared.conversion(&standing, to).await?;
        if conversion.replaces.is_some() && !overwrite {
            return Err(ConvertError::Exists { asset: name.to_owned(), file: conversion.file });
        }
        let work = Arc::clone(&self.shared).put_conversion(standing, conversion.clone(), edit.by.clone());
        to_its_end(turn, work).await?;
        Ok(conversion)
    }
}

impl Shared {
    async fn conversion(&self, standing: &Standing, to: Form) -> Result<Conversion, ConvertError> {
        let files = document_files(&standing.listing);
        let of_form = |form: Form| files.all().find(|file| Form::of(file) == Some(form));
        let other = match to {
            Form::Json => Form::Ism,
            Form::Ism => Form::Json,
        };
        let (from, document) = match (of_form(other), files.counts, standing.loaded()) {
            (Some(file), ..) => (Some(file.to_owned()), self.read_of(standing, file).await?),
            (None, Some(file), _) => {
                return Err(ConvertError::SameForm { asset: standing.name.clone(), file: file.to_owned() });
            }
            (None, None, Some(discovered)) => (None, Document::from(discovered.asset.clone())),
            (None, None, None) => return Err(EditError::UnknownAsset { asset: standing.name.clone() }.into()),
        };
        let file = of_form(to).map_or_else(|| new_name(&standing.name, to), str::to_owned);
        let replaced = standing.version(&file);
        let old = match replaced {
            // One that cannot be read is replaced whole.
            Some(_) => self.read_of(standing, &file).await.ok(),
            None => None,
        };
        let bytes = match old.map(|old| old.edited(&document.asset)) {
            Some(Ok((_, bytes))) => bytes,
            _ => to.create(&document.asset, &standing.loaded().map(|loaded| bit_rates(loaded)).unwrap_or_default()),
        };
        let left = document.other_words();
        Ok(Conversion { from, file, bytes, left, ignored: document.ignored, replaces: replaced.cloned() })
    }

    async fn read_of(&self, standing: &Standing, file: &str) -> Result<Document, ConvertError> {
        let Standing { name, folder, listing, .. } = standing;
        let read = read_document_file(self.store.as_ref(), name, folder, listing, file).await?;
        read.map(|read| read.document).ok_or_else(|| EditError::UnknownAsset { asset: name.clone() }.into())
    }

    /// Writes the document, and lets everybody know.
    async fn put_conversion(
        self: Arc<Self>,
        standing: Standing,
        conversion: Conversion,
        by: String,
    ) -> Result<(), EditError> {
        let moment = Moment::now();
        let path = standing.path(&conversion.file)?;
        let mut writing = self.store.write(&path, conversion.replaces.as_ref()).await?;
        let revision = list_revision(&conversion.bytes);
        writing.append(conversion.bytes.into()).await?;
        writing.commit().await?;
        self.loads.leave(&standing.name);
        let now = self.newest(&standing.name).await?;
        // Where another document counts, nothing has changed.
        if now.document_file() == conversion.file {
            let entry = standing.entry(by, Some((revision, now.asset.clone())));
            self.record(&standing.name, moment, &[entry]).await;
            self.tell(&standing.name, Vec::new());
        }
        Ok(())
    }
}

/// The name of a new document of asset `name`.
fn new_name(name: &str, form: Form) -> String {
    match form {
        Form::Json => ASSET_JSON.to_owned(),
        Form::Ism => format!("{}.ism", name.rsplit('/').next().unwrap_or(name)),
    }
}

/// As measured, of the tracks that are shown.
fn bit_rates(asset: &LoadedAsset) -> HashMap<String, u64> {
    let shown = asset.presentation.iter().flat_map(|presentation| &presentation.renditions);
    shown.map(|rendition| (rendition.name.clone(), rendition.bit_rate().average)).collect()
}
