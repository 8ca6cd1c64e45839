//! The upload tracks of DatoCMS's Content Management API: tracks of an upload, the jobs that changes are, uploads, and
//! the requests by which files come, so that programs written for it, and its client, go on working with another base
//! URL.
//!
//! An upload is an asset. [`address`] reads paths, [`tracks`] translates, [`results`] tells what came of a job, and
//! what comes and goes is in `platform`.

mod address;
mod answer;
mod document;
mod rate;
mod results;
mod track_view;
mod tracks;
mod transfer;
mod uploads;

use super::Api;
use super::incoming::Incoming;
use super::platform::{Call, Kind, Names, Refusal, Uid};
use super::reach::{players_host, public_url};
use super::token::Scope;
use crate::api::without_secrets;
use crate::catalog::LoadedAsset;
use crate::origin::Body;
use address::Target;
use answer::Answer;
use hyper::header::{ACCEPT, CONTENT_TYPE};
use hyper::http::request::Parts;
use hyper::{Method, Response};
use rate::Rate;
use std::sync::Arc;

/// What this API has beside the catalog.
pub(super) struct Dato {
    rate: Rate,
}

impl Dato {
    pub(super) fn new(rate: u32) -> Dato {
        Dato { rate: Rate::new(rate) }
    }
}

/// Whether a path says all that it takes to send a file.
pub(super) fn is_secret(path: &str) -> bool {
    transfer::has(path)
}

/// Whether a path is one of this API's.
pub(super) fn has(path: &str) -> bool {
    let first = path.strip_prefix('/').and_then(|rest| rest.split('/').next());
    first.is_some_and(|first| address::FIRST.contains(&first))
}

/// One request, and what is answered of URLs.
struct Asked<'a> {
    call: Call<'a>,
    head: &'a Parts,
    /// Under which the client reaches this API.
    public_url: String,
    /// Under which it reaches the players' side.
    players_url: String,
}

/// Answers one request.
pub(super) async fn respond(api: &Api, head: Parts, body: Incoming) -> Response<Body> {
    let (path, is_head) = (without_secrets(&head.uri).to_owned(), head.method == Method::HEAD);
    let refused = |refusal: Refusal| {
        refusal.log(&path);
        answer::refused(&refusal)
    };
    if transfer::has(head.uri.path()) {
        return transfer::respond(api, &head, body).await.unwrap_or_else(refused);
    }
    let caller = api.access.caller(&head);
    let turn = api.dato.rate.take(caller.as_ref().map_or("", |caller| caller.name()));
    let mut response = match (&turn.wait, caller) {
        (Some(wait), _) => answer::too_many(*wait),
        (None, Err(denied)) => refused(denied.into()),
        (None, Ok(caller)) => {
            let call = Call { api, caller };
            lead(call, &head, body).await.unwrap_or_else(refused)
        }
    };
    turn.tell(response.headers_mut());
    if is_head { response.map(|_| Body::Empty) } else { response }
}

/// Finds what is asked for, and whether the caller may.
async fn lead(call: Call<'_>, head: &Parts, body: Incoming) -> Answer {
    let target = Target::parse(head.uri.path())?;
    check_headers(head)?;
    let method = if head.method == Method::HEAD { Method::GET } else { head.method.clone() };
    let is_read = method == Method::GET;
    call.may(if is_read { Scope::Read } else { Scope::Write })?;
    let options = &call.api.options.dato;
    let public_url = public_url(options.public_url.as_deref(), head);
    let scheme = public_url.split_once("://").map_or("http", |(scheme, _)| scheme);
    let players_url = format!("{scheme}://{}", players_host(&public_url, options.players_port));
    let asked = Asked { call, head, public_url, players_url };
    let response = match (&target, method.as_str()) {
        (Target::Uploads, "GET") => uploads::list(&asked).await,
        (Target::Upload(id), "GET") => uploads::find(&asked, id).await,
        (Target::Tracks(id), "GET") => tracks::list(&asked, id).await,
        (Target::Tracks(id), "POST") => tracks::create(&asked, id, body).await,
        (Target::GeneratedSubtitles(id), "POST") => tracks::generate(&asked, id, body).await,
        (Target::Track(id, track), "DELETE") => tracks::destroy(&asked, id, track).await,
        (Target::JobResult(id), "GET") => results::find(&asked, id).await,
        (Target::UploadRequests, "POST") => transfer::create(&asked, body).await,
        _ => Err(Refusal::new(Kind::Method, format!("{} is not taken here", head.method))),
    }?;
    if !is_read {
        tracing::info!(by = asked.call.caller.name(), ?target, "{method} by the API of DatoCMS");
    }
    Ok(response)
}

/// What the headers of a request must be; what is not said is taken as it should be.
fn check_headers(head: &Parts) -> Result<(), Refusal> {
    let value = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let wrong = |code, message: &str| Err(Refusal::new(Kind::Header(code), message));
    if value("x-api-version").is_some_and(|version| version.trim() != "3") {
        return wrong("INVALID_API_VERSION", "X-Api-Version must be 3");
    }
    if value("x-environment").is_some_and(|environment| !matches!(environment, "" | "main")) {
        return wrong("INVALID_ENVIRONMENT", "there is one environment here; leave X-Environment out");
    }
    let is_json = |word: &str| {
        let word = word.split(';').next().unwrap_or_default().trim();
        ["application/json", "application/vnd.api+json"].iter().any(|known| word.eq_ignore_ascii_case(known))
    };
    let takes_json = |list: &str| {
        let any = |word: &str| matches!(word.split(';').next().unwrap_or_default().trim(), "*/*" | "application/*");
        list.split(',').any(|word| is_json(word) || any(word))
    };
    if value(ACCEPT.as_str()).is_some_and(|accepted| !takes_json(accepted)) {
        return wrong("INVALID_ACCEPT_HEADER", "answers are application/json; Accept must take that");
    }
    if head.method == Method::POST && value(CONTENT_TYPE.as_str()).is_none_or(|sent| !is_json(sent)) {
        return wrong("INVALID_CONTENT_TYPE_HEADER", "Content-Type must be application/json");
    }
    Ok(())
}

impl Asked<'_> {
    fn names(&self) -> Names<'_> {
        let options = &self.call.api.options.dato;
        Names { folder: &options.site, map: &options.ids, parse: Uid::parse_base64url }
    }

    /// The asset that is called `id` here.
    async fn upload(&self, id: &str) -> Result<Arc<LoadedAsset>, Refusal> {
        self.call.asset(&self.names(), id).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    #[test]
    fn the_paths_of_this_api() {
        for path in ["/uploads", "/uploads/x/tracks", "/upload-requests", "/upload-requests/1/a", "/job-results/5"] {
            assert!(has(path), "{path}");
        }
        for path in ["/", "/upload", "/uploads.mpd", "/uploads-old/master.m3u8", "/shows/uploads", "", "/jobs"] {
            assert!(!has(path), "{path}");
        }
    }

    #[test]
    fn a_wrong_header_is_told_by_its_code() {
        let code = |headers: &[(&str, &str)]| {
            let mut request = Request::post("/uploads/x/tracks");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            check_headers(&request.body(()).unwrap().into_parts().0).err().map(|refusal| refusal.kind)
        };
        let json = ("content-type", "application/json");
        assert_eq!(code(&[json]), None);
        assert_eq!(code(&[("content-type", "application/vnd.api+json; charset=utf-8"), ("x-api-version", "3")]), None);
        assert_eq!(code(&[json, ("accept", "text/html, application/json;q=0.5")]), None);
        assert_eq!(code(&[json, ("accept", "*/*"), ("x-environment", "main")]), None);
        assert_eq!(code(&[]), Some(Kind::Header("INVALID_CONTENT_TYPE_HEADER")));
        assert_eq!(code(&[("content-type", "text/plain")]), Some(Kind::Header("INVALID_CONTENT_TYPE_HEADER")));
        assert_eq!(code(&[json, ("accept", "text/html")]), Some(Kind::Header("INVALID_ACCEPT_HEADER")));
        assert_eq!(code(&[json, ("x-api-version", "2")]), Some(Kind::Header("INVALID_API_VERSION")));
        assert_eq!(code(&[json, ("x-environment", "sandbox")]), Some(Kind::Header("INVALID_ENVIRONMENT")));
    }
}
