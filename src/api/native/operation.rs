//! The operations of the API: one table, from which requests find their way and the description is made.

use super::super::Api;
use super::super::access::Caller;
use super::super::condition::Condition;
use super::super::incoming::{self, Incoming, Reader};
use super::super::token::Scope;
use super::answer::Answer;
use super::path::{Path, Place};
use super::problem::{FieldError, Kind, Problem};
use super::query::Query;
use super::schema::Shape;
use super::strict_json;
use crate::catalog::{EditOf, Expected};
use futures_util::future::BoxFuture;
use hyper::Method;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE};
use hyper::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// One operation: what it does, and what may come of it.
pub(super) struct Operation {
    pub(super) id: &'static str,
    pub(super) place: Place,
    pub(super) method: Method,
    /// What a token must allow; `None` where nobody is asked for one.
    pub(super) scope: Option<Scope>,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    pub(super) query: &'static [Parameter],
    pub(super) body: &'static [Content],
    /// Whether `If-Match` and `If-None-Match` mean something, and what they compare.
    pub(super) conditions: Conditions,
    pub(super) answers: &'static [Success],
    /// Beside those that every operation has.
    pub(super) problems: &'static [Kind],
    pub(super) run: for<'a> fn(Call<'a>) -> BoxFuture<'a, Answer>,
}

/// A parameter of the query.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) description: &'static str,
}

/// A body in one media type.
pub(super) struct Content {
    pub(super) media_type: &'static str,
    pub(super) shape: Shape,
}

/// What conditional headers do in an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conditions {
    None,
    /// `If-None-Match`: 304 where nothing changed.
    Read,
    /// `If-Match`: 412 where something changed.
    Write,
}

/// A good answer.
pub(super) struct Success {
    pub(super) status: u16,
    pub(super) description: &'static str,
    pub(super) content: &'static [Content],
}

/// One request for an operation.
pub(super) struct Call<'a> {
    pub(super) api: &'a Api,
    pub(super) operation: &'static Operation,
    pub(super) caller: Caller,
    pub(super) head: Parts,
    pub(super) path: Path,
    pub(super) query: Query,
    /// Taken once.
    pub(super) body: Mutex<Option<Incoming>>,
}

impl Call<'_> {
    pub(super) fn asset(&self) -> &str {
        &self.path.asset
    }

    pub(super) fn item(&self) -> &str {
        &self.path.item
    }

    pub(super) fn condition(&self) -> Result<Condition, Problem> {
        Ok(Condition::of(&self.head.headers)?)
    }

    /// An edit of the track list as a whole, under the condition of the request.
    pub(super) fn edit_of_list(&self, condition: &Condition) -> EditOf {
        let expected = match condition {
            // That there is something is seen before.
            Condition::None | Condition::Present => Expected::Any,
            Condition::Absent => Expected::Absent,
            Condition::OneOf(revisions) => Expected::OneOf(revisions.clone()),
        };
        EditOf { by: self.caller.name().to_owned(), expected }
    }

    /// An edit that looks itself whether the condition holds of what it changes.
    pub(super) fn edit(&self) -> EditOf {
        EditOf { by: self.caller.name().to_owned(), expected: Expected::Any }
    }

    /// Whether the body is of this type; errs where it is of none that the operation takes.
    pub(super) fn is_of_type(&self, media_type: &str) -> Result<bool, Problem> {
        let taken = || self.operation.body.iter().map(|content| content.media_type);
        let refuse = |found: &str| {
            let taken: Vec<&str> = taken().collect();
            Problem::new(Kind::MediaType, format!("expected {}, found {found}", taken.join(" or ")))
        };
        let mut values = self.head.headers.get_all(CONTENT_TYPE).iter();
        let found = match (values.next(), values.next()) {
            (None, _) => return Err(refuse("no Content-Type")),
            (Some(value), None) => value.to_str().map_err(|_| refuse("what is no media type"))?,
            _ => return Err(refuse("several")),
        };
        let bare = found.split(';').next().unwrap_or_default().trim();
        if !taken().any(|taken| taken.eq_ignore_ascii_case(bare)) {
            return Err(refuse(&format!("{bare:?}")));
        }
        Ok(bare.eq_ignore_ascii_case(media_type))
    }

    /// The body, which must not be compressed.
    pub(super) fn reader(&mut self, limit: u64) -> Result<Reader, Problem> {
        if let Some(coding) = self.head.headers.get(CONTENT_ENCODING).filter(|coding| *coding != "identity") {
            return Err(Problem::new(Kind::MediaType, format!("the coding {coding:?} is not taken; send it as it is")));
        }
        let body = self.body.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let body = body.unwrap_or_else(|| incoming::boxed(http_body_util::Empty::new()));
        Ok(Reader::new(body, limit, self.api.options.stall)?)
    }

    /// The body as JSON. Its type is looked at before.
    pub(super) async fn value(&mut self) -> Result<Value, Problem> {
        let bytes = self.reader(self.api.options.max_body)?.whole().await?;
        strict_json::read(&bytes).map_err(|problem| Problem::new(Kind::Malformed, problem))
    }

    /// The body as JSON of a known form.
    pub(super) async fn json<T: DeserializeOwned>(&mut self) -> Result<T, Problem> {
        self.is_of_type(super::answer::JSON)?;
        let value = self.value().await?;
        serde_path_to_error::deserialize(value).map_err(|error| {
            let field = error.path().to_string();
            let field = if field == "." { String::new() } else { field };
            let problem = error.inner().to_string();
            let errors = vec![FieldError::at(&field, &problem)];
            Problem { errors, ..Problem::new(Kind::Invalid, format!("{field}: {problem}")) }
        })
    }
}
