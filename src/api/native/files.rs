//! The files of an asset's folder: brought, fetched and taken away as streams.

use super::super::condition::Condition;
use super::answer::{Answer, content, empty, insert, located, tagged};
use super::assets::{newest, not_reserved};
use super::operation::Call;
use super::path::BASE;
use super::problem::{Kind, Problem};
use super::stream::streamed;
use crate::api::platform::is_made;
use crate::api::token::Scope;
use crate::catalog::{EditOf, Expected, LoadedAsset};
use crate::document::Form;
use crate::late::corrected;
use crate::origin::{EntityTag, Source};
use crate::segment::Piece;
use crate::store::{FileVersion, Listing, StoreError, StorePath};
use hyper::StatusCode;
use hyper::header;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;
use std::time::Instant;

/// The files of an asset.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct FileList {
    files: Vec<FileResource>,
}

/// A file in an asset's folder.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "File")]
pub(super) struct FileResource {
    name: String,
    /// In bytes.
    size: u64,
    /// Of its content; `If-Match: "{revision}"` makes a replacement depend on it.
    revision: String,
    /// The names of the tracks that it is the source of.
    tracks: Vec<String>,
}

impl FileResource {
    /// `asset` is `None` where the folder is none yet, or has a document that cannot be used.
    fn of(asset: Option<&LoadedAsset>, name: &str, version: &FileVersion) -> FileResource {
        let tracks = asset.iter().flat_map(|asset| &asset.asset.tracks).filter(|track| track.file == name);
        FileResource {
            name: name.to_owned(),
            size: version.size,
            revision: version.revision(),
            tracks: tracks.map(|track| track.name.clone()).collect(),
        }
    }
}

pub(super) async fn list(call: Call<'_>) -> Answer {
    let asset = newest(&call).await?;
    let Listing { files, .. } = call.api.catalog.store().list(&asset.folder).await?;
    let files = files.iter().filter(|file| is_of_editors(&file.name));
    let files = files.map(|file| FileResource::of(Some(&asset), &file.name, &file.version)).collect();
    content(&call, &FileList { files })
}

/// The track document is no file of a track: it is edited as the asset.
fn is_of_editors(name: &str) -> bool {
    Form::of(name).is_none()
}

/// The file that a request names, as it is now.
async fn find(call: &Call<'_>) -> Result<(StorePath, FileVersion), Problem> {
    let asset = call.api.catalog.asset(call.asset()).await?;
    let path = asset.folder.join(call.item()).filter(|_| is_of_editors(call.item())).ok_or_else(|| unknown(call))?;
    match call.api.catalog.store().stat(&path).await {
        Ok(version) => Ok((path, version)),
        Err(StoreError::NotFound { .. }) => Err(unknown(call)),
        Err(error) => Err(error.into()),
    }
}

fn unknown(call: &Call<'_>) -> Problem {
    Problem::new(Kind::NoSuchFile, format!("{:?} has no file {:?}", call.asset(), call.item()))
}

/// Whether viewers get a track of the file.
fn is_shown(asset: &LoadedAsset, file: &str) -> bool {
    asset.tracks.iter().any(|track| track.track.file == file && track.track.is_visible())
}

pub(super) async fn get(call: Call<'_>) -> Answer {
    let (path, version) = find(&call).await?;
    // What no viewer gets is for those who may show it, and as if it were not there for others.
    if !call.caller.may(Scope::Write) && !is_shown(call.api.catalog.asset(call.asset()).await?.as_ref(), call.item()) {
        return Err(unknown(&call));
    }
    let tag = EntityTag::new(&version.revision());
    let size = version.size;
    let source = Source { store: Arc::clone(call.api.catalog.store()), file: path, version };
    let mut response = streamed(&call, source, vec![Piece::Source(0..size)], &tag, media_type(call.item())).await?;
    insert(response.headers_mut(), header::CONTENT_DISPOSITION, "attachment");
    Ok(response)
}

/// By the end of the name; what is not known is bytes.
fn media_type(name: &str) -> &'static str {
    let suffix = name.rsplit_once('.').map_or("", |(_, suffix)| suffix).to_ascii_lowercase();
    match suffix.as_str() {
        "vtt" => "text/vtt",
        "srt" => "application/x-subrip",
        "ttml" | "dfxp" | "xml" => "application/ttml+xml",
        "m4a" => "audio/mp4",
        "mp4" | "m4v" | "cmfv" | "cmfa" | "cmft" => "video/mp4",
        _ => "application/octet-stream",
    }
}

pub(super) async fn put(mut call: Call<'_>) -> Answer {
    not_reserved(call.api, call.asset())?;
    let expected = match call.condition()? {
        Condition::None => Expected::Any,
        Condition::Absent => Expected::Absent,
        Condition::OneOf(revisions) => Expected::OneOf(revisions),
        Condition::Present => Expected::OneOf(vec![find(&call).await?.1.revision()]),
    };
    let limit = call.api.options.max_upload;
    let mut body = call.reader(limit)?;
    let there = find(&call).await.is_ok();
    let mut upload = call.api.catalog.upload(call.asset(), call.item(), &expected, limit).await?;
    while let Some(bytes) = body.next().await? {
        let begun = Instant::now();
        upload.append(bytes).await?;
        body.waited(begun.elapsed());
    }
    let version = upload.finish().await?;
    // What cannot be edited now keeps the marks, which the editor sees.
    let (catalog, jobs) = (&call.api.catalog, &call.api.jobs);
    let stem = call.item().rsplit_once('.').map_or(call.item(), |(stem, _)| stem);
    let file = (call.item(), is_made(stem));
    let _ = corrected(catalog, jobs, call.asset(), call.caller.name(), file).await;
    let asset = newest(&call).await.ok();
    let value = FileResource::of(asset.as_deref(), call.item(), &version);
    let tag = EntityTag::new(&value.revision);
    let status = if there { StatusCode::OK } else { StatusCode::CREATED };
    let response = tagged(super::answer::json(status, &value)?, &tag);
    let encoded = |part| utf8_percent_encode(part, NON_ALPHANUMERIC);
    let path = format!("{BASE}/assets/{}/files/{}", encoded(call.asset()), encoded(call.item()));
    Ok(if there { response } else { located(response, &path) })
}

pub(super) async fn delete(call: Call<'_>) -> Answer {
    let condition = call.condition()?;
    remove(&call, call.item(), &condition).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// Removes a file that no track uses.
pub(super) async fn remove(call: &Call<'_>, file: &str, condition: &Condition) -> Result<(), Problem> {
    let unknown = || Problem::new(Kind::NoSuchFile, format!("{:?} has no file {file:?}", call.asset()));
    if !is_of_editors(file) {
        return Err(unknown());
    }
    let edit: EditOf = call.edit_of_list(condition);
    Ok(call.api.catalog.remove_file(call.asset(), file, &edit).await?)
}
