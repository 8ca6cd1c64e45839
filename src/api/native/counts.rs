//! What goes on in the server: counts of all assets, so for those who may see all of them.

use super::super::Api;
use super::super::counts::Operations;
use super::super::token::Scope;
use super::answer::{Answer, json, other_methods, problem, text, without_body};
use super::operation::Call;
use super::problem::{Kind, Problem};
use crate::metrics::Exposition;
use crate::origin::Body;
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};

pub(super) async fn get(call: Call<'_>) -> Answer {
    if !call.caller.sees_all() {
        return Err(for_all());
    }
    json(StatusCode::OK, &Operations::of(call.api).await?)
}

/// Answers a request for the text that Prometheus reads.
pub(in crate::api) async fn scrape(api: &Api, head: &Parts) -> Response<Body> {
    let answer = exposition(api, head).await.unwrap_or_else(|failure| {
        failure.log(head.uri.path());
        problem(&failure, head.uri.path())
    });
    if head.method == Method::HEAD { without_body(answer) } else { answer }
}

async fn exposition(api: &Api, head: &Parts) -> Answer {
    if !matches!(head.method, Method::GET | Method::HEAD) {
        return Ok(other_methods(head, &["GET", "HEAD", "OPTIONS"]));
    }
    let caller = api.access.caller(head)?;
    if !caller.may(Scope::Read) || !caller.sees_all() {
        return Err(for_all());
    }
    Ok(text(StatusCode::OK, Exposition::MEDIA_TYPE, Operations::of(api).await?.exposition()))
}

fn for_all() -> Problem {
    Problem::new(Kind::OutOfPrefix, "the counts are of all assets; the token is for some")
}
