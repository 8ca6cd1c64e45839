//! Upload requests, and the files that come by them: each waits in the store's own folder until a track is made of it.
//!
//! An id is `/{token}/{seconds}-{mark}-{name}`: who asked for it, when, and a seal over all of it. So nothing has to be
//! kept of a request, its URL needs no other credential, and it goes with the token.

use super::Asked;
use super::answer::{Answer, ok};
use super::document::attributes;
use crate::api::access::Caller;
use crate::api::incoming::{Incoming, Reader};
use crate::api::native::answer::empty;
use crate::api::platform::{Brought, Coming, Failed, Kind, Receiving, Refusal, Wrong, bind, text};
use crate::api::seal::{bytes_of, hex};
use crate::api::token::Scope;
use crate::api::{Api, local_only};
use crate::catalog::LoadedAsset;
use crate::origin::decode_path;
use crate::store::{FileVersion, Store, StoreError, StorePath};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::json;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const ROOT: &str = "/upload-requests";
const FOLDER: &str = "dato/uploads";
const PURPOSE: &str = "upload request";
/// For so long a file may be brought, and waits.
const GOOD: Duration = Duration::from_secs(24 * 3600);
/// Files that may wait.
const MOST_WAITING: usize = 1000;
/// Bytes of a token's mark; digits of the seal.
const TOKEN: usize = 4;
const MARK: usize = 32;
/// Characters of a name.
const LONGEST: usize = 80;
/// Bytes that are read at one go.
const STEP: u64 = 1 << 20;
/// What stays as it is in a URL.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_');

/// Whether a path is that of a file which is brought.
pub(super) fn has(path: &str) -> bool {
    path.strip_prefix(ROOT).and_then(|rest| rest.strip_prefix('/')).is_some_and(|rest| !rest.is_empty())
}

/// An id, read: when it was made, and the words of which it consists.
struct Request<'a> {
    token: &'a str,
    seconds: u64,
    mark: &'a str,
    name: &'a str,
}

impl<'a> Request<'a> {
    fn parse(id: &'a str) -> Option<Request<'a>> {
        let (token, rest) = id.strip_prefix('/')?.split_once('/')?;
        let (seconds, rest) = rest.split_once('-')?;
        let (mark, name) = rest.split_once('-')?;
        let is_good = token.len() == 2 * TOKEN && mark.len() == MARK && !name.is_empty() && name.len() <= 2 * LONGEST;
        (is_good && name.chars().all(is_plain)).then_some(Request { token, seconds: seconds.parse().ok()?, mark, name })
    }

    /// Its file, while it waits.
    fn path(&self) -> Option<StorePath> {
        StorePath::own(&format!("{FOLDER}/{}-{}-{}-{}", self.token, self.seconds, self.mark, self.name))
    }

    /// Who asked for it; `None` where the id was not made here, is too old, or the token has gone.
    async fn caller(&self, api: &Api) -> Result<Option<Caller>, Refusal> {
        let own = mark(api, self.token, self.seconds, self.name).await?;
        let is_ours: bool = subtle::ConstantTimeEq::ct_eq(own.as_bytes(), self.mark.as_bytes()).into();
        let is_young = now().saturating_sub(self.seconds) <= GOOD.as_secs();
        let token = bytes_of(self.token).filter(|_| is_ours && is_young);
        Ok(token.and_then(|token| api.access.marked(&token)))
    }
}

async fn mark(api: &Api, token: &str, seconds: u64, name: &str) -> Result<String, Refusal> {
    let mark = api.seal.mark(PURPOSE, &format!("{token}/{seconds}-{name}")).await?;
    Ok(mark.get(..MARK).unwrap_or_default().to_owned())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A file's name in characters that need no escape; its end says what the file is.
fn plain(name: &str) -> String {
    let name: String = name.chars().map(|c| if is_plain(c) { c } else { '-' }).collect();
    name.get(name.len().saturating_sub(LONGEST)..).unwrap_or_default().to_owned()
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

pub(super) async fn create(asked: &Asked<'_>, body: Incoming) -> Answer {
    let attributes = attributes(asked, body, &["upload_request"], &["filename"]).await?;
    let missing = || Refusal::invalid("filename", Wrong::Missing, "filename is missing");
    let filename = text(&attributes, "filename", "filename")?.ok_or_else(missing)?;
    let api = asked.call.api;
    sweep(api.catalog.store().as_ref()).await?;
    let mut random = [0; 4];
    getrandom::fill(&mut random).map_err(|error| Refusal::new(Kind::Unavailable, error.to_string()))?;
    let name = format!("{}-{}", hex(&random), plain(&filename));
    let token = hex(asked.call.caller.digest().get(..TOKEN).unwrap_or_default());
    let seconds = now();
    let mark = mark(api, &token, seconds, &name).await?;
    let id = format!("/{token}/{seconds}-{mark}-{name}");
    let url = format!("{}{ROOT}{}", asked.public_url, utf8_percent_encode(&id, ESCAPED));
    let attributes = json!({ "url": url, "request_headers": {} });
    ok(&json!({ "data": { "type": "upload_request", "id": id, "attributes": attributes } }))
}

/// Takes a file, as the storage does to which upstream sends it: the URL is the credential.
pub(super) async fn respond(api: &Api, head: &Parts, body: Incoming) -> Answer {
    if api.access.is_open() {
        local_only::check(head).map_err(|reason| Refusal::new(Kind::Forbidden, reason))?;
    }
    if head.method != Method::PUT {
        return Err(Refusal::new(Kind::Method, "a file is brought by PUT"));
    }
    decode_path(head.uri.path()).map_err(|error| Refusal::new(Kind::NoPath, error.to_string()))?;
    let id = percent_decode_str(head.uri.path().strip_prefix(ROOT).unwrap_or_default()).decode_utf8_lossy();
    let forbidden = || Refusal::new(Kind::Forbidden, "the URL is none that was given, or it is too old");
    let request = Request::parse(&id).ok_or_else(forbidden)?;
    let caller = request.caller(api).await?.filter(|caller| caller.may(Scope::Write)).ok_or_else(forbidden)?;
    let path = request.path().ok_or_else(forbidden)?;
    let store = api.catalog.store().as_ref();
    let mut body = Reader::new(body, api.options.max_upload, api.options.stall)?;
    let mut writing = store.write(&path, stat(store, &path).await?.as_ref()).await?;
    while let Some(bytes) = body.next().await? {
        let begun = Instant::now();
        writing.append(bytes).await?;
        body.waited(begun.elapsed());
    }
    match writing.commit().await {
        // The same file came twice at a time: either is it.
        Ok(_) | Err(StoreError::Changed { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    tracing::info!(by = caller.name(), name = request.name, "PUT by an upload request");
    Ok(empty(StatusCode::OK))
}

async fn stat(store: &dyn Store, path: &StorePath) -> Result<Option<FileVersion>, StoreError> {
    match store.stat(path).await {
        Err(StoreError::NotFound { .. }) => Ok(None),
        version => version.map(Some),
    }
}

/// Makes a track of the file that came by the upload request `id`.
pub(super) async fn bring(
    asked: &Asked<'_>,
    loaded: &LoadedAsset,
    coming: &Coming,
    id: &str,
) -> Result<Brought, Refusal> {
    let unknown = |problem: &str| Refusal::invalid("url", Wrong::Value, problem);
    let neither = "it is neither a URL of http or https nor the id of an upload request of this token";
    let request = Request::parse(id).ok_or_else(|| unknown(neither))?;
    let caller = request.caller(asked.call.api).await?.ok_or_else(|| unknown(neither))?;
    if caller.digest() != asked.call.caller.digest() {
        return Err(unknown(neither));
    }
    let path = request.path().ok_or_else(|| unknown(neither))?;
    let store = asked.call.api.catalog.store().as_ref();
    let version = stat(store, &path).await?;
    let version =
        version.ok_or_else(|| unknown("no file was brought by this upload request, or it is used already"))?;
    let (track_type, limit) = (coming.track_type, u64::MAX);
    let mut arriving =
        Receiving::new(&asked.call, &loaded.name, &coming.name()?, track_type, Some(request.name), limit);
    let mut from = 0;
    while from < version.size {
        let to = from.saturating_add(STEP).min(version.size);
        arriving.append(store.read(&path, &version, from..to).await?).await?;
        from = to;
    }
    let file = arriving.finish().await?;
    let brought = bind(&asked.call, loaded, coming, &file, Failed::Goes, |_| Ok(())).await?;
    remove(store, &path, &version).await;
    Ok(brought)
}

/// What is not taken away now is swept later.
async fn remove(store: &dyn Store, path: &StorePath, version: &FileVersion) {
    if let Err(error) = store.remove(path, version).await {
        tracing::debug!(%error, "a file that was brought stays for now");
    }
}

/// Takes away what was never used. Errs where too much waits.
async fn sweep(store: &dyn Store) -> Result<(), Refusal> {
    let Some(folder) = StorePath::own(FOLDER) else { return Ok(()) };
    let listing = match store.list(&folder).await {
        Err(StoreError::NotFound { .. }) => return Ok(()),
        listing => listing?,
    };
    let mut waiting = 0;
    for file in &listing.files {
        let age = file.version.modified().and_then(|modified| modified.elapsed().ok());
        match (age.is_some_and(|age| age > GOOD), folder.join(&file.name)) {
            (true, Some(path)) => remove(store, &path, &file.version).await,
            _ => waiting += 1,
        }
    }
    if waiting < MOST_WAITING {
        return Ok(());
    }
    let problem = format!("{waiting} files wait to become tracks; make tracks of them first");
    Err(Refusal::new(Kind::Unavailable, problem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_is_read_as_it_was_written() {
        let id = format!("/0a1b2c3d/1795160414-{}-9f8e-file.m4a", "a".repeat(32));
        let request = Request::parse(&id).unwrap();
        assert_eq!((request.token, request.seconds, request.name), ("0a1b2c3d", 1_795_160_414, "9f8e-file.m4a"));
        for id in ["", "/7/1455102967-file.m4a", &id.replace("file", "../file"), &id.replace('a', "é"), &id[1..]] {
            assert!(Request::parse(id).is_none(), "{id}");
        }
    }

    #[test]
    fn names_need_no_escape() {
        for (name, kept) in [
            ("subs-en.vtt", "subs-en.vtt"),
            ("Mi audio (1).m4a", "Mi-audio--1-.m4a"),
            ("../../etc/passwd", "..-..-etc-passwd"),
            ("音.mp3", "-.mp3"),
        ] {
            assert_eq!(plain(name), kept);
        }
        assert!(plain(&format!("{}.vtt", "x".repeat(300))).ends_with(".vtt"));
    }

    proptest! {
        #[test]
        fn any_id_is_read_or_refused(id in "\\PC{0,80}") {
            if let Some(request) = Request::parse(&id) {
                prop_assert!(request.path().is_some());
            }
        }

        #[test]
        fn plain_names_stay(name in "\\PC{0,120}") {
            let kept = plain(&name);
            prop_assert_eq!(plain(&kept), kept);
        }
    }
}
