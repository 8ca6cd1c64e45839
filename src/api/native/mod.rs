//! The native API, `/api/v1`: assets, their tracks and files as resources of JSON.
//!
//! [`operations`] is the table of what there is; requests are led by it (here), and the description is made of it
//! (`openapi.rs`). Each group of operations has a file of its own.

pub(super) mod answer;
mod assets;
mod counts;
mod cues;
mod cursor;
mod difference;
mod files;
mod history;
mod jobs;
mod judged;
mod new_track;
mod openapi;
mod operation;
mod operations;
mod path;
mod preview;
mod problem;
mod query;
mod report;
mod resource;
mod schema;
mod session;
mod stream;
mod summary;
mod timeline;
mod tracks;

use super::Api;
use super::incoming::Incoming;
use super::token::Scope;
use crate::origin::Body;
use crate::store::StorePath;
use answer::Answer;
pub(super) use counts::scrape;
use hyper::header::ETAG;
use hyper::http::request::Parts;
use hyper::{Method, Response};
use operation::{Call, Operation};
use operations::OPERATIONS;
pub use path::BASE;
use path::{Path, Place};
use problem::{Kind, Problem};
use query::Query;
use std::sync::Mutex;

/// Answers one request.
pub(super) async fn respond(api: &Api, head: Parts, body: Incoming) -> Response<Body> {
    let (path, is_head) = (head.uri.path().to_owned(), head.method == Method::HEAD);
    let response = lead(api, head, body).await.unwrap_or_else(|problem| {
        problem.log(&path);
        if problem.kind.status().is_server_error() {
            api.catalog.metrics().failed("", problem.reason());
        }
        answer::problem(&problem, &path)
    });
    if is_head { answer::without_body(response) } else { response }
}

/// Finds the operation that is asked for, and whether the caller may.
async fn lead(api: &Api, head: Parts, body: Incoming) -> Answer {
    let path = Path::parse(head.uri.path())?;
    let method = if head.method == Method::HEAD { &Method::GET } else { &head.method };
    let at_place = |operation: &&Operation| operation.place == path.place;
    let Some(operation) = OPERATIONS.iter().filter(at_place).find(|operation| operation.method == *method) else {
        return Ok(other_method(&head, path.place));
    };
    let caller = match operation.scope {
        None => api.access.anybody(),
        Some(scope) => {
            let caller = api.access.caller(&head)?;
            if !caller.may(scope) {
                let detail = format!("the token {:?} has the scope read; this takes the scope {scope}", caller.name());
                return Err(Problem::new(Kind::OutOfScope, detail));
            }
            if !path.asset.is_empty() && !caller.sees(&path.asset) {
                let detail = format!("the token {:?} is not for {:?}", caller.name(), path.asset);
                return Err(Problem::new(Kind::OutOfPrefix, detail));
            }
            caller
        }
    };
    if !path.asset.is_empty() && !StorePath::is_valid(&path.asset) {
        return Err(Problem::new(Kind::NoSuchPath, format!("{:?} cannot be the name of an asset", path.asset)));
    }
    let query = Query::parse(head.uri.query(), operation.query)?;
    let (by, name, item) = (caller.clone(), path.asset.clone(), path.item.clone());
    let response =
        (operation.run)(Call { api, operation, caller, head, path, query, body: Mutex::new(Some(body)) }).await?;
    if operation.scope == Some(Scope::Write) {
        let tag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or_default();
        let revision = tag.trim_matches('"').split('~').next().unwrap_or_default();
        tracing::info!(by = by.name(), asset = name, item, revision, "{}", operation.id);
    }
    Ok(response)
}

/// `OPTIONS`, and methods that a place does not take. No page of another origin is told that it may ask.
fn other_method(head: &Parts, place: Place) -> Response<Body> {
    let mut methods = vec!["OPTIONS"];
    for operation in OPERATIONS.iter().filter(|operation| operation.place == place) {
        methods.push(operation.method.as_str());
        if operation.method == Method::GET {
            methods.push("HEAD");
        }
    }
    methods.sort_unstable();
    answer::other_methods(head, &methods)
}
