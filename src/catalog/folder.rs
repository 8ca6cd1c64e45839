//! An asset's folder as it lies in the store, without reading what is in it.

use super::edit::to_its_end;
use super::standing::Standing;
use super::walk::is_asset;
use super::{Catalog, EditError, EditOf};
use crate::store::{Listing, StoreError, StorePath};
use std::sync::Arc;

impl Catalog {
    /// The folder of an asset and what lies in it; `None` where the folder is none of an asset.
    pub async fn folder(&self, name: &str) -> Result<Option<(StorePath, Listing)>, StoreError> {
        let Some(path) = StorePath::parse(name) else { return Ok(None) };
        let root = (self.shared.root_name.as_deref() == Some(name)).then(StorePath::root);
        for folder in [Some(path), root].into_iter().flatten() {
            match self.shared.store.list(&folder).await {
                Ok(listing) if is_asset(&listing) => return Ok(Some((folder, listing))),
                Ok(_) | Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Removes an asset with its document and all files that lie directly in its folder. Folders below are other assets.
    pub async fn remove_asset(&self, name: &str, edit: &EditOf) -> Result<(), EditError> {
        match self.delete_document(name, edit).await {
            Ok(()) | Err(EditError::UnknownAsset { .. } | EditError::Foreign { .. }) => {}
            Err(error) => return Err(error),
        }
        let turn = self.shared.clear_turn(name).await;
        let Standing { folder, listing, .. } = Standing::of(&self.shared, name).await?;
        let (shared, asset) = (Arc::clone(&self.shared), name.to_owned());
        let removal = async move {
            for file in &listing.files {
                let Some(path) = folder.join(&file.name) else { continue };
                match shared.store.remove(&path, &file.version).await {
                    Ok(()) | Err(StoreError::NotFound { .. }) => {}
                    Err(error) => return Err(EditError::from(error)),
                }
            }
            shared.follow(&asset).await;
            Ok(())
        };
        to_its_end(turn, removal).await
    }
}
