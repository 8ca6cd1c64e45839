//! Assets: folders of the store, and names that are to become some.

use super::answer::{Answer, nothing, ok, value};
use super::call::Call;
use super::fault::Fault;
use super::names::{self, Found};
use super::odata::{Operand, Wanted};
use crate::ams::{AssetNote, Guid, Owner, Timestamp};
use crate::ams::{name_of, path_of};
use crate::store::{FileEntry, StorePath};
use hyper::StatusCode;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const TYPE: &str = "Microsoft.Media/mediaservices/assets";
/// All assets lie in one store.
const STORAGE: &str = "signalbox";

/// What is known of an asset without reading what is in its files.
pub(super) struct Asset {
    /// As it is called here.
    pub(super) name: String,
    pub(super) created: Timestamp,
    modified: Timestamp,
    note: Option<AssetNote>,
    id: Guid,
}

impl Asset {
    pub(super) fn of(found: &Found) -> Asset {
        let files: &[FileEntry] =
            found.folder.as_ref().map(|(_, listing)| listing.files.as_slice()).unwrap_or_default();
        let written = || files.iter().filter_map(|file| file.version.modified()).map(Timestamp::from);
        let noted = found.note.as_ref();
        let created = noted.map(|note| note.created).or_else(|| written().min());
        let created = created.unwrap_or_else(Timestamp::now);
        Asset {
            name: name_of(&found.path),
            created,
            modified: written().chain(noted.map(|note| note.modified)).max().unwrap_or(created),
            note: found.note.clone(),
            id: Guid::of_name(&found.path),
        }
    }

    fn value(&self, call: &Call<'_>) -> Value {
        let mut properties = json!({
            "assetId": self.id,
            "created": self.created,
            "lastModified": self.modified,
            "container": self.name,
            "storageAccountName": STORAGE,
            "storageEncryptionFormat": "None",
        });
        if let (Some(note), Some(properties)) = (&self.note, properties.as_object_mut()) {
            let said = [("description", &note.description), ("alternateId", &note.alternate_id)];
            for (field, text) in said.into_iter().filter_map(|(field, text)| Some((field, text.as_ref()?))) {
                properties.insert(field.to_owned(), text.as_str().into());
            }
        }
        let id = call.id(&format!("/assets/{}", self.name));
        json!({ "name": self.name, "id": id, "type": TYPE, "properties": properties })
    }

    fn property(&self, property: &str) -> Operand {
        let word = |text: Option<&String>| text.cloned().map_or(Operand::Nothing, Operand::Word);
        match property {
            "name" => Operand::Word(self.name.clone()),
            "created" => Operand::Moment(self.created),
            "lastModified" => Operand::Moment(self.modified),
            "assetId" => Operand::Word(self.id.to_string()),
            "alternateId" => word(self.note.as_ref().and_then(|note| note.alternate_id.as_ref())),
            _ => word(self.note.as_ref().and_then(|note| note.description.as_ref())),
        }
    }
}

pub(super) async fn list(call: &Call<'_>) -> Answer {
    let wanted = Wanted::of(call, &["created", "lastModified", "assetId", "alternateId", "description"])?;
    let paths: Vec<String> = match wanted.only_name() {
        Some(name) => vec![path_of(name)],
        None => {
            let notes = call.azure.shelf.notes().all().await?;
            let names: BTreeSet<String> =
                call.api.catalog.names().await.into_iter().chain(notes.into_iter().map(|(path, _)| path)).collect();
            names.into_iter().collect()
        }
    };
    let seen = paths.into_iter().filter(|path| call.caller.sees(path));
    let path = call.id("/assets");
    let (found, next) = if wanted.is_of_names() && wanted.only_name().is_none() {
        let names: Vec<String> = seen.map(|path| name_of(&path)).collect();
        let page = wanted.page(call, &path, names, |name, _| Operand::Word(name.clone()))?;
        (look(call, page.items.iter().map(|name| path_of(name))).await?, page.next)
    } else {
        let page = wanted.page(call, &path, look(call, seen).await?, Asset::property)?;
        (page.items, page.next)
    };
    let mut body = json!({ "value": found.iter().map(|asset| asset.value(call)).collect::<Vec<_>>() });
    if let (Some(next), Some(body)) = (next, body.as_object_mut()) {
        body.insert("@odata.nextLink".to_owned(), next.into());
    }
    ok(&body)
}

/// Those of the assets that are there.
async fn look(call: &Call<'_>, paths: impl Iterator<Item = String>) -> Result<Vec<Asset>, Fault> {
    let mut assets = Vec::new();
    for path in paths {
        let found = call.find(&path).await?.filter(|found| call.caller.sees(&found.path));
        assets.extend(found.as_ref().map(Asset::of));
    }
    Ok(assets)
}

pub(super) async fn get(call: &Call<'_>, name: &str) -> Answer {
    let found = call.asset(name).await?;
    ok(&Asset::of(&found).value(call))
}

/// What a client says of an asset: for each field what it is to be, or that it is to be nothing.
struct Said {
    description: Option<Option<String>>,
    alternate_id: Option<Option<String>>,
}

impl Said {
    fn read(name: &str, mut properties: Map<String, Value>) -> Result<Said, Fault> {
        let mut text = |field: &str| match properties.remove(field) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::String(text)) => Ok(Some(Some(text))),
            Some(_) => Err(Fault::bad(format!("properties.{field} is no string."))),
        };
        let said = Said { description: text("description")?, alternate_id: text("alternateId")? };
        if let Some(Some(container)) = text("container")?
            && !container.eq_ignore_ascii_case(name)
        {
            let message = format!("The container of an asset has its name here, {name:?}, and not {container:?}.");
            return Err(Fault::bad(message));
        }
        let passed_over = ["storageAccountName", "assetId", "created", "lastModified", "storageEncryptionFormat"];
        match properties.keys().find(|field| !passed_over.contains(&field.as_str())) {
            Some(unknown) => Err(Fault::bad(format!("An asset has no property {unknown:?}."))),
            None => Ok(said),
        }
    }
}

pub(super) async fn put(call: &Call<'_>, name: &str) -> Answer {
    let path = path_of(name);
    call.sees(&path)?;
    let found = call.find(&path).await?;
    if found.is_none() {
        names::check(name)?;
        if StorePath::parse(&path).is_none() || call.api.has(&format!("/{path}")) {
            return Err(Fault::bad(format!("{name:?} cannot be the name of an asset.")));
        }
    }
    let said = Said::read(name, call.properties_or_none()?)?;
    let is_new = found.is_none();
    let found = found.unwrap_or(Found { path, folder: None, note: None });
    call.sees(&found.path)?;
    let was = Asset::of(&found);
    let asset = note(call, found, |old| AssetNote {
        created: old.map_or(was.created, |old| old.created),
        modified: Timestamp::now(),
        description: said.description.clone().flatten(),
        alternate_id: said.alternate_id.clone().flatten(),
    })
    .await?;
    Ok(value(if is_new { StatusCode::CREATED } else { StatusCode::OK }, &asset.value(call)))
}

pub(super) async fn patch(call: &Call<'_>, name: &str) -> Answer {
    let found = call.asset(name).await?;
    let said = Said::read(name, call.properties_or_none()?)?;
    let was = Asset::of(&found);
    let asset = note(call, found, |old| AssetNote {
        created: old.as_ref().map_or(was.created, |old| old.created),
        modified: Timestamp::now(),
        description: said.description.clone().unwrap_or_else(|| old.as_ref()?.description.clone()),
        alternate_id: said.alternate_id.clone().unwrap_or_else(|| old.as_ref()?.alternate_id.clone()),
    })
    .await?;
    ok(&asset.value(call))
}

/// Puts down what is said of an asset.
async fn note(
    call: &Call<'_>,
    found: Found,
    change: impl Fn(Option<AssetNote>) -> AssetNote + Send + Sync,
) -> Result<Asset, Fault> {
    let notes = call.azure.shelf.notes();
    let (_, note, _) = notes.put::<Fault>(&found.path, |old| Ok(change(old))).await?;
    Ok(Asset::of(&Found { note: Some(note), ..found }))
}

pub(super) async fn delete(call: &Call<'_>, name: &str) -> Answer {
    let path = path_of(name);
    call.sees(&path)?;
    let Some(found) = call.find(&path).await? else { return nothing(StatusCode::NO_CONTENT) };
    call.sees(&found.path)?;
    let files = found.folder.as_ref().map_or(0, |(_, listing)| listing.files.len());
    if files > 0 && !call.azure.options.delete_files {
        return Err(Fault::conflict(format!(
            "The asset {name:?} has {files} files, and this server keeps files; remove them first, or have it delete them \
             (azure.delete_files = true in its configuration)."
        )));
    }
    if found.folder.is_some() {
        call.api.catalog.remove_asset(&found.path, &call.edit()).await?;
    }
    let shelf = &call.azure.shelf;
    for locator in shelf.locators().await?.iter().filter(|locator| locator.asset == found.path) {
        shelf.remove_locator(locator).await?;
    }
    let filters = shelf.filters(Owner::Asset(&found.path));
    for (filter, _) in filters.all().await? {
        filters.remove(&filter, |_| true).await?;
    }
    shelf.notes().remove(&found.path, |_| true).await?;
    nothing(StatusCode::OK)
}
