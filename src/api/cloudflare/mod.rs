//! The API of Cloudflare Stream (`/client/v4`): audio tracks and captions of a video, so that programs written for it,
//! and its SDKs, go on working with another base URL.
//!
//! A video is an asset. Its audio tracks are those in files of their own, each with an identifier that follows from its
//! name; its captions are told by their language. [`address`] reads paths, [`audio`] and [`captions`] translate, and
//! what comes and goes is in `platform`.

mod address;
mod answer;
mod audio;
mod caption_label;
mod captions;

use super::Api;
use super::access::{Caller, Denied};
use super::incoming::Incoming;
use super::platform::{Call, Kind, Names, Refusal, Uid};
use super::token::Scope;
use crate::catalog::LoadedAsset;
use crate::origin::Body;
use address::{Address, Target};
use answer::Answer;
use hyper::http::request::Parts;
use hyper::{Method, Response};
use std::sync::Arc;

/// Where this API lies.
pub(super) const ROOT: &str = "/client/v4";

/// Whether a path is one of this API's.
pub(super) fn has(path: &str) -> bool {
    path.strip_prefix(ROOT).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers one request.
pub(super) async fn respond(api: &Api, head: Parts, body: Incoming) -> Response<Body> {
    let (path, is_head) = (head.uri.path().to_owned(), head.method == Method::HEAD);
    let response = lead(api, &head, body).await.unwrap_or_else(|refusal| {
        refusal.log(&path);
        answer::refused(&refusal)
    });
    if is_head { response.map(|_| Body::Empty) } else { response }
}

/// Finds what is asked for, and whether the caller may.
async fn lead(api: &Api, head: &Parts, body: Incoming) -> Answer {
    let call = Call { api, caller: caller(api, head)? };
    let Address { account, video, target } = Address::parse(head.uri.path())?;
    let method = if head.method == Method::HEAD { Method::GET } else { head.method.clone() };
    let is_read = method == Method::GET;
    call.may(if is_read { Scope::Read } else { Scope::Write })?;
    let loaded = self::video(&call, &account, &video).await?;
    let response = match (&target, method.as_str()) {
        (Target::AudioTracks, "GET") => Ok(audio::list(&loaded)),
        (Target::AudioTracks, "POST") => audio::upload(&call, &loaded, head, body).await,
        (Target::AudioTrack(word), "POST") if word == "copy" => audio::copy(&call, &loaded, body).await,
        (Target::AudioTrack(id), "PATCH") => audio::edit(&call, &loaded, id, body).await,
        (Target::AudioTrack(id), "DELETE") => audio::delete(&call, &loaded, id).await,
        (Target::Captions, "GET") => Ok(captions::list(&loaded)),
        (Target::Caption(language), "GET") => captions::get(&loaded, language),
        (Target::Caption(language), "PUT") => captions::put(&call, &loaded, language, head, body).await,
        (Target::Caption(language), "DELETE") => captions::delete(&call, &loaded, language).await,
        (Target::CaptionFile(language), "GET") => captions::vtt(&call, &loaded, language).await,
        (Target::GeneratedCaption(language), "POST") => captions::generate(&call, &loaded, language).await,
        _ => return Err(Refusal::new(Kind::Method, format!("{} is not taken here", head.method))),
    }?;
    if !is_read {
        let (by, asset) = (call.caller.name(), &loaded.name);
        tracing::info!(by, asset, ?target, "{method} by the API of Cloudflare Stream");
    }
    Ok(response)
}

/// Who asks: by a token, or by a key beside an address of mail, as the older clients show it.
fn caller(api: &Api, head: &Parts) -> Result<Caller, Denied> {
    let key = head.headers.get("x-auth-email").and(head.headers.get("x-auth-key"));
    api.access.caller_with(head, key.map(|key| key.as_bytes()))
}

async fn video(call: &Call<'_>, account: &str, id: &str) -> Result<Arc<LoadedAsset>, Refusal> {
    let options = &call.api.options.cloudflare;
    let all = Default::default();
    let folder = match options.accounts.get(account) {
        Some(folder) => folder,
        None if options.accounts.is_empty() => &all,
        None => return Err(Refusal::unknown(format!("the account {account:?} is not this server's"))),
    };
    call.asset(&Names { folder, map: &options.uids, parse: Uid::parse_hex }, id).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paths_of_this_api() {
        for path in ["/client/v4", "/client/v4/", "/client/v4/accounts/a/stream/b/audio"] {
            assert!(has(path), "{path}");
        }
        for path in ["/client", "/client/v4x/master.m3u8", "/client/v5/a", "/a/client/v4"] {
            assert!(!has(path), "{path}");
        }
    }
}
