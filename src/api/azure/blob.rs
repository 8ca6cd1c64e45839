//! The storage behind a SAS URL, as the blob endpoint of Azure Storage answers: the files of one asset as the blobs of a
//! container. The SAS is the credential; there is no other.
//!
//! A blob may have any name that a file directly in an asset's folder can have, and any content: it is a track only once
//! it is registered. In the place of a file that tracks play only one is taken that they can play.

use super::answer::{Answer, ERROR_CODE, blob_fault, nothing};
use super::blob_list;
use super::block;
use super::call::query;
use super::fault::Fault;
use super::sas::{Permit, permit};
use crate::ams::Timestamp;
use crate::ams::path_of;
use crate::api::condition::Condition;
use crate::api::incoming::{Incoming, Reader};
use crate::api::native::answer::{empty, insert, text};
use crate::api::{Api, local_only};
use crate::catalog::{EditError, EditOf, Expected, FileUpload, UploadError};
use crate::document::ASSET_JSON;
use crate::origin::{Body, EntityTag, Requested, Source, decode_path};
use crate::segment::Piece;
use crate::store::{FileVersion, Listing, StoreError, StorePath};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use percent_encoding::percent_decode_str;
use std::sync::Arc;
use std::time::Instant;

/// Where containers lie.
pub(super) const ROOT: &str = "/api/blob";
const BLOB_TYPE: HeaderName = HeaderName::from_static("x-ms-blob-type");
const VERSION: HeaderName = HeaderName::from_static("x-ms-version");

/// Whether a path is one of the storage.
pub(in crate::api) fn has(path: &str) -> bool {
    path.strip_prefix(ROOT).is_some_and(|rest| rest.starts_with('/'))
}

/// One request for a container, or for a blob of it.
pub(super) struct Blobs<'a> {
    pub(super) api: &'a Api,
    pub(super) head: &'a Parts,
    /// The asset's path in the store.
    pub(super) path: String,
    /// The container's name, as it is written.
    pub(super) container: String,
    permit: Permit,
    pub(super) query: Vec<(String, String)>,
}

/// Answers one request.
pub(in crate::api) async fn respond(api: &Api, head: Parts, body: Incoming) -> Response<Body> {
    let (path, is_head) = (head.uri.path().to_owned(), head.method == Method::HEAD);
    let mut response = lead(api, &head, body).await.unwrap_or_else(|fault| {
        fault.log(&path);
        let mut response = blob_fault(&fault);
        insert(response.headers_mut(), ERROR_CODE, fault.code);
        response
    });
    if let Some(version) = head.headers.get(&VERSION) {
        response.headers_mut().insert(VERSION, version.clone());
    }
    if is_head { response.map(|_| Body::Empty) } else { response }
}

async fn lead(api: &Api, head: &Parts, body: Incoming) -> Answer {
    if api.access.is_open() {
        local_only::check(head).map_err(|reason| Fault::new(StatusCode::FORBIDDEN, "AuthorizationFailure", reason))?;
    }
    let malformed = |problem: String| Fault::new(StatusCode::BAD_REQUEST, "InvalidUri", problem);
    decode_path(head.uri.path()).map_err(|error| malformed(error.to_string()))?;
    let below = head.uri.path().strip_prefix(ROOT).unwrap_or_default().trim_start_matches('/');
    let (container, blob) = below.split_once('/').unwrap_or((below, ""));
    let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    let (container, blob) = (decoded(container), decoded(blob));
    let path = path_of(&container);
    let permit = permit(&api.azure, &api.access, head.uri.query(), &path).await?;
    let permit = permit.ok_or_else(|| {
        let message = "Server failed to authenticate the request: the SAS is missing, wrong or over.";
        Fault::new(StatusCode::FORBIDDEN, "AuthenticationFailed", message)
    })?;
    let blobs = Blobs { api, head, path, container, permit, query: query(head.uri.query()) };
    let comp = blobs.parameter("comp");
    let (method, is_container) = (head.method.as_str(), blobs.parameter("restype") == Some("container"));
    match (method, is_container, blob.as_str(), comp) {
        ("GET", true, "", Some("list")) => {
            blobs.may('l')?;
            blob_list::list(&blobs).await
        }
        ("GET" | "HEAD", true, "", None) => {
            blobs.may('r')?;
            nothing(StatusCode::OK)
        }
        ("GET" | "HEAD", false, blob, None) if !blob.is_empty() => {
            blobs.may('r')?;
            blobs.get(blob).await
        }
        ("PUT", false, blob, None) if !blob.is_empty() => {
            blobs.may('w')?;
            blobs.put(blob, body).await
        }
        ("PUT", false, blob, Some("block")) if !blob.is_empty() => {
            blobs.may('w')?;
            block::put(&blobs, blob, body).await
        }
        ("PUT", false, blob, Some("blocklist")) if !blob.is_empty() => {
            blobs.may('w')?;
            block::commit(&blobs, blob, body).await
        }
        ("DELETE", false, blob, None) if !blob.is_empty() => {
            blobs.may('d')?;
            blobs.delete(blob).await
        }
        _ => {
            let message = "Blobs are put, put in blocks, got, listed and deleted here, and nothing else.";
            Err(Fault::new(StatusCode::BAD_REQUEST, "UnsupportedOperation", message))
        }
    }
}

impl Blobs<'_> {
    fn may(&self, letter: char) -> Result<(), Fault> {
        if self.permit.has(letter) {
            return Ok(());
        }
        let message = format!("The SAS does not permit this: sp has no {letter}.");
        Err(Fault::new(StatusCode::FORBIDDEN, "AuthorizationPermissionMismatch", message))
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What lies in the container. One that has nothing yet is empty.
    pub(super) async fn folder(&self) -> Result<(StorePath, Listing), Fault> {
        if let Some(folder) = self.api.catalog.folder(&self.path).await? {
            return Ok(folder);
        }
        let gone = || Fault::new(StatusCode::NOT_FOUND, "ContainerNotFound", "The specified container does not exist.");
        let folder = StorePath::parse(&self.path).ok_or_else(gone)?;
        match self.api.catalog.store().list(&folder).await {
            Ok(listing) => Ok((folder, listing)),
            Err(StoreError::NotFound { .. }) => match self.api.azure.shelf.notes().get(&self.path).await? {
                Some(_) => Ok((folder, Listing::default())),
                None => Err(gone()),
            },
            Err(error) => Err(error.into()),
        }
    }

    async fn find(&self, blob: &str) -> Result<(StorePath, FileVersion), Fault> {
        let absent = || Fault::new(StatusCode::NOT_FOUND, "BlobNotFound", "The specified blob does not exist.");
        let (folder, listing) = self.folder().await?;
        let entry =
            listing.files.into_iter().find(|file| file.name == blob && blob != ASSET_JSON).ok_or_else(absent)?;
        Ok((folder.join(blob).ok_or_else(absent)?, entry.version))
    }

    async fn get(&self, blob: &str) -> Answer {
        let (path, version) = self.find(blob).await?;
        let (tag, size) = (EntityTag::new(&version.revision()), version.size);
        let headers = ranged(&self.head.headers);
        if !condition(&headers)?.holds(Some(&version.revision())) {
            return Err(Fault::new(StatusCode::PRECONDITION_FAILED, "ConditionNotMet", "The blob is another by now."));
        }
        if tag.is_known(&headers) {
            return nothing(StatusCode::NOT_MODIFIED);
        }
        let is_get = self.head.method == Method::GET;
        let asks_part = is_get && headers.contains_key(header::RANGE);
        let (status, range) = match if is_get { Requested::of(&headers, &tag, size) } else { Requested::Whole } {
            Requested::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
            // Of nothing there is no part, and the SDKs want to be told.
            Requested::Whole if !(asks_part && size == 0) => (StatusCode::OK, 0..size),
            Requested::Whole | Requested::Unsatisfiable => {
                let fault = Fault::new(
                    StatusCode::RANGE_NOT_SATISFIABLE,
                    "InvalidRange",
                    format!("The blob has {size} bytes, and the range lies beyond them."),
                );
                let mut response = blob_fault(&fault);
                insert(response.headers_mut(), header::CONTENT_RANGE, &format!("bytes */{size}"));
                return Ok(response);
            }
        };
        let source = Source { store: Arc::clone(self.api.catalog.store()), file: path, version: version.clone() };
        let sent = if is_get { vec![Piece::Source(range.clone())] } else { Vec::new() };
        // Read, not lent: what is lent must be sent unseen, which only the origin's server promises.
        let body = Body::prepared(source, sent.into(), false).await?;
        let mut response = text(status, media_type(blob), "").map(|_| body);
        describe(response.headers_mut(), &version);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LENGTH, (range.end - range.start).into());
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        insert(headers, header::CONTENT_DISPOSITION, "attachment");
        if status == StatusCode::PARTIAL_CONTENT {
            insert(headers, header::CONTENT_RANGE, &format!("bytes {}-{}/{size}", range.start, range.end - 1));
        }
        Ok(response)
    }

    async fn put(&self, blob: &str, body: Incoming) -> Answer {
        let kind = self.head.headers.get(BLOB_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("BlockBlob");
        let copies = self.head.headers.contains_key("x-ms-copy-source");
        if !kind.eq_ignore_ascii_case("BlockBlob") || copies {
            let message = "Blobs are block blobs here, brought by the request itself.";
            return Err(Fault::new(StatusCode::BAD_REQUEST, "UnsupportedHeader", message));
        }
        let limit = self.api.options.max_upload;
        let mut body = Reader::new(body, limit, self.api.options.stall)?;
        let mut upload = self.begin(blob).await?;
        while let Some(bytes) = body.next().await? {
            let begun = Instant::now();
            upload.append(bytes).await?;
            body.waited(begun.elapsed());
        }
        self.finish(blob, upload).await
    }

    /// Begins a new content of a blob, under the conditions of the request.
    pub(super) async fn begin(&self, blob: &str) -> Result<FileUpload, Fault> {
        self.folder().await?;
        let expected = match condition(&self.head.headers)? {
            Condition::None => Expected::Any,
            Condition::Absent => Expected::Absent,
            Condition::OneOf(revisions) => Expected::OneOf(revisions),
            Condition::Present => Expected::OneOf(vec![self.find(blob).await?.1.revision()]),
        };
        let limit = self.api.options.max_upload;
        let upload = self.api.catalog.upload_anything(&self.path, blob, &expected, limit).await;
        upload.map_err(|error| self.refused(error))
    }

    /// Puts the new content in its place.
    pub(super) async fn finish(&self, blob: &str, upload: FileUpload) -> Answer {
        let version = upload.finish().await.map_err(|error| self.refused(error))?;
        self.tell("PUT", blob, &version.revision());
        let mut response = empty(StatusCode::CREATED);
        describe(response.headers_mut(), &version);
        Ok(response)
    }

    /// `If-None-Match: *` has a code of its own, by which SDKs know it.
    fn refused(&self, error: UploadError) -> Fault {
        match (&error, condition(&self.head.headers)) {
            (UploadError::Stale { current: Some(_) }, Ok(Condition::Absent)) => {
                Fault::new(StatusCode::CONFLICT, "BlobAlreadyExists", "The specified blob already exists.")
            }
            _ => error.into(),
        }
    }

    async fn delete(&self, blob: &str) -> Answer {
        let (_, version) = self.find(blob).await?;
        if !condition(&self.head.headers)?.holds(Some(&version.revision())) {
            return Err(Fault::new(StatusCode::PRECONDITION_FAILED, "ConditionNotMet", "The blob is another by now."));
        }
        let edit =
            EditOf { by: self.permit.caller.name().to_owned(), expected: Expected::OneOf(vec![version.revision()]) };
        match self.api.catalog.remove_anything(&self.path, blob, &edit).await {
            Ok(()) => {
                self.tell("DELETE", blob, &version.revision());
                nothing(StatusCode::ACCEPTED)
            }
            Err(error @ (EditError::FileInUse { .. } | EditError::Foreign { .. })) => {
                Err(Fault::new(StatusCode::CONFLICT, "BlobInUse", error.to_string()))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn tell(&self, method: &str, blob: &str, revision: &str) {
        tracing::info!(by = self.permit.caller.name(), asset = self.path, blob, revision, "{method} by a SAS URL");
    }
}

/// `If-Match` and `If-None-Match`.
fn condition(headers: &HeaderMap) -> Result<Condition, Fault> {
    // What a client has already is asked for by reads alone, which see to it themselves.
    let mut conditions = HeaderMap::new();
    for name in [header::IF_MATCH, header::IF_NONE_MATCH] {
        for value in headers.get_all(&name) {
            if name == header::IF_MATCH || value.as_bytes().trim_ascii() == b"*" {
                conditions.append(name.clone(), value.clone());
            }
        }
    }
    Condition::of(&conditions)
        .map_err(|error| Fault::new(StatusCode::BAD_REQUEST, "InvalidHeaderValue", error.to_string()))
}

/// The headers, with the storage's own word for a range in its place.
fn ranged(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    if let Some(range) = headers.remove("x-ms-range") {
        headers.insert(header::RANGE, range);
    }
    headers
}

/// What a client is told of a blob.
fn describe(headers: &mut HeaderMap, version: &FileVersion) {
    headers.insert(header::ETAG, EntityTag::new(&version.revision()).as_header().clone());
    headers.insert(BLOB_TYPE, HeaderValue::from_static("BlockBlob"));
    if let Some(modified) = version.modified() {
        insert(headers, header::LAST_MODIFIED, &Timestamp::from(modified).http_date());
    }
}

/// By the end of the name; what is not known is bytes.
pub(super) fn media_type(name: &str) -> &'static str {
    let suffix = name.rsplit_once('.').map_or("", |(_, suffix)| suffix).to_ascii_lowercase();
    match suffix.as_str() {
        "vtt" => "text/vtt",
        "ttml" | "dfxp" => "application/ttml+xml",
        "ism" | "ismc" | "xml" => "application/xml",
        "m4a" | "mp4a" => "audio/mp4",
        "mp4" | "m4v" | "cmfv" | "cmfa" | "cmft" | "ismv" | "isma" => "video/mp4",
        _ => "application/octet-stream",
    }
}
