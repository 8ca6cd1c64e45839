//! Problem documents (RFC 9457): why a request was not done, for programs and for people.
//!
//! What the machine says of its disks and folders is for the log alone.

use super::super::access::Denied;
use super::super::condition::ConditionError;
use super::super::incoming::BodyError;
use super::path::BASE;
use crate::catalog::{EditError, LoadError, UploadError};
use crate::document::DocumentError;
use crate::jobs::JobError;
use crate::late::BindError;
use crate::origin::RouteError;
use crate::store::{FileVersion, StoreError};
use crate::track::rules::Breach;
use hyper::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

/// A kind of problem: a stable address that explains it, a status, and a few words.
macro_rules! kinds {
    ($($variant:ident => $status:ident, $slug:literal, $title:literal, $meaning:literal;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Kind { $($variant),* }

        impl Kind {
            pub(super) const ALL: &[Kind] = &[$(Kind::$variant),*];

            pub(super) fn status(self) -> StatusCode {
                match self { $(Kind::$variant => StatusCode::$status),* }
            }

            /// The last part of its address.
            pub(super) fn slug(self) -> &'static str {
                match self { $(Kind::$variant => $slug),* }
            }

            pub(super) fn title(self) -> &'static str {
                match self { $(Kind::$variant => $title),* }
            }

            /// What it means and what to do.
            pub(super) fn meaning(self) -> &'static str {
                match self { $(Kind::$variant => $meaning),* }
            }
        }
    };
}

kinds! {
    Malformed => BAD_REQUEST, "malformed-request", "The request cannot be read",
        "The path, a parameter, a header or the JSON of the body is not well-formed, or a parameter is not known. \
         `detail` and `errors` say which and why.";
    Unauthorized => UNAUTHORIZED, "token-needed", "A token is needed",
        "Send a token of this server: `Authorization: Bearer sbx_…`. `signalbox token` makes one, and its hash goes into \
         `api.tokens` of the configuration.";
    NotLocal => FORBIDDEN, "only-local", "Only this machine is answered",
        "The server has no tokens, so it answers programs on its own machine alone: no proxies, and no pages of other \
         sites. Make a token with `signalbox token` to be answered from elsewhere.";
    OutOfScope => FORBIDDEN, "scope", "The token may only read",
        "The request would change something, and the token has the scope `read`.";
    OutOfPrefix => FORBIDDEN, "prefix", "The token is not for this asset",
        "The asset lies outside of the folder that the token is for. The answer is the same whether there is such an \
         asset or not.";
    NoSuchPath => NOT_FOUND, "unknown-path", "There is nothing at this path",
        "`/api/v1/openapi.json` lists the paths there are. An asset whose name ends in a word of the API, such as \
         `shows/lint`, is asked for with its slashes encoded: `shows%2Flint`.";
    NoSuchAsset => NOT_FOUND, "unknown-asset", "There is no such asset",
        "No folder of that name holds a track document, media or captions. `PUT` of the asset makes one.";
    NoSuchTrack => NOT_FOUND, "unknown-track", "There is no such track",
        "The asset has no track of that name. `GET /assets/{asset}/tracks` lists those it has.";
    NoSuchFile => NOT_FOUND, "unknown-file", "There is no such file",
        "The asset's folder has no file of that name. `GET /assets/{asset}/files` lists those it has.";
    NoSuchSegment => NOT_FOUND, "unknown-segment", "There is no such segment",
        "The track has no segment there, or its file was replaced since. `GET /assets/{asset}/tracks/{track}/timeline` \
         lists those it has.";
    NoSuchRevision => NOT_FOUND, "unknown-revision", "There is no such revision",
        "The history does not hold that revision any more, or never did. `GET /assets/{asset}/history` lists those it holds.";
    NoSuchProblem => NOT_FOUND, "unknown-problem", "There is no such kind of problem",
        "The address of a problem is the `type` of a problem document.";
    MethodNotAllowed => METHOD_NOT_ALLOWED, "method", "The path does not take this method",
        "The header `Allow` lists those that it takes.";
    TimedOut => REQUEST_TIMEOUT, "timeout", "The body did not come in time",
        "Next to nothing of the body came for the stall timeout. Nothing was changed.";
    Conflict => CONFLICT, "conflict", "The state of the asset is in the way",
        "What was asked would collide with what is there: a file that tracks still use, a name that is taken. `detail` \
         says what to do first.";
    Stale => PRECONDITION_FAILED, "stale", "It has changed since it was read",
        "The revision is another than `If-Match` names, or `If-None-Match: *` found something. `current` is the present \
         revision. Read it again, and make the change on top of that. Nothing was changed.";
    TooLarge => PAYLOAD_TOO_LARGE, "too-large", "The body is too large",
        "The limits are `api.max_body` and `api.max_upload` of the configuration. Nothing was changed.";
    MediaType => UNSUPPORTED_MEDIA_TYPE, "media-type", "The body is not of a type that is taken here",
        "JSON must be sent as `application/json` (or `application/merge-patch+json` for a `PATCH`), without a coding.";
    Range => RANGE_NOT_SATISFIABLE, "range", "The file has no such bytes",
        "The range lies beyond the end of the file; `Content-Range` says how long that is.";
    Invalid => UNPROCESSABLE_ENTITY, "invalid", "The document is not valid",
        "The JSON is well-formed, and fields of it are not known, missing, or hold what they cannot. `errors` lists all \
         of them. Nothing was changed.";
    RuleBroken => UNPROCESSABLE_ENTITY, "rule-broken", "A rule of the track list would be broken",
        "`errors` lists every rule that the edit would break, with what to do. Nothing was changed.";
    BadFile => UNPROCESSABLE_ENTITY, "unusable-file", "The file cannot be used",
        "The name cannot be one of a caption or audio file, or the content is none that can be read. Nothing was stored.";
    BadDocument => UNPROCESSABLE_ENTITY, "broken-document", "The asset's track document must be mended first",
        "The `asset.json` in the asset's folder cannot be read, or holds what an edit would lose. Mend it by hand, or \
         replace it as a whole with `PUT`.";
    NotConfigured => UNPROCESSABLE_ENTITY, "not-configured", "This server cannot do that",
        "A program that it takes is not installed or not configured. `detail` says which, and how.";
    ReadOnly => FORBIDDEN, "read-only", "The store is only read",
        "The store of the assets, or this folder of it, cannot be written.";
    NoSuchJob => NOT_FOUND, "unknown-job", "There is no such job",
        "Jobs are kept for a while after they have ended. `GET /jobs` lists those that are kept.";
    Busy => SERVICE_UNAVAILABLE, "busy", "Too many jobs wait",
        "Ask again when some of them are done.";
    Full => INSUFFICIENT_STORAGE, "store-full", "The store is full",
        "There is no room for what was to be written. Nothing was changed.";
    Unavailable => SERVICE_UNAVAILABLE, "store-unavailable", "The store does not answer",
        "The store of the assets could not be read or written just now. Ask again.";
}

/// Why a request was not done.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) kind: Kind,
    pub(super) detail: String,
    pub(super) errors: Vec<FieldError>,
    /// The present revision, where the request was for another.
    pub(super) current: Option<String>,
    /// What the log says in place of the detail.
    pub(super) cause: Option<String>,
}

/// The body of a problem.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct ProblemDocument<'a> {
    /// The kind of the problem: a path at which it is explained.
    pub(super) r#type: String,
    pub(super) title: &'a str,
    pub(super) status: u16,
    /// What is wrong with this request, and what to do.
    pub(super) detail: &'a str,
    /// The path that was asked.
    pub(super) instance: &'a str,
    /// Every field at fault.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schemars(default)]
    pub(super) errors: &'a [FieldError],
    /// The present revision of what was asked for; it is good for `If-Match`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) current: Option<&'a str>,
}

/// One field at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct FieldError {
    /// JSON Pointer (RFC 6901) to the field in the body; empty for the whole, and for what is no field of the body.
    pub(super) pointer: String,
    /// The field for people: `tracks[2].label`.
    pub(super) field: String,
    /// The track that is meant, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) track: Option<String>,
    /// The rule that would be broken, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) rule: Option<String>,
    /// What is wrong and what to do.
    pub(super) problem: String,
}

impl Problem {
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Problem {
        Problem { kind, detail: detail.into(), errors: Vec::new(), current: None, cause: None }
    }

    pub(super) fn stale(current: Option<String>) -> Problem {
        let detail = match &current {
            Some(current) => format!("it is at revision {current}"),
            None => "it is not there".to_owned(),
        };
        Problem { current, ..Problem::new(Kind::Stale, detail) }
    }

    pub(super) fn unknown_track(asset: &str, track: &str) -> Problem {
        Problem::new(Kind::NoSuchTrack, format!("{asset:?} has no track {track:?}"))
    }

    /// For a request whose body is the track `name` alone.
    pub(super) fn of_track(mut self, name: &str) -> Problem {
        for error in self.errors.iter_mut().filter(|error| error.track.as_deref() == Some(name)) {
            if let Some(field) = error.field.strip_prefix("tracks[").and_then(|rest| rest.split_once("].")) {
                let field = field.1.to_owned();
                (error.pointer, error.field) = (pointer(&field), field);
            }
        }
        self
    }

    /// The document, for the path that was asked.
    pub(super) fn document<'a>(&'a self, instance: &'a str) -> ProblemDocument<'a> {
        ProblemDocument {
            r#type: format!("{BASE}/problems/{}", self.kind.slug()),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: &self.detail,
            instance,
            errors: &self.errors,
            current: self.current.as_deref(),
        }
    }

    /// What those who look after the server are told.
    pub(super) fn reason(&self) -> &str {
        self.cause.as_ref().unwrap_or(&self.detail)
    }

    pub(super) fn log(&self, path: &str) {
        let line = self.reason();
        match self.kind {
            Kind::Unavailable | Kind::Busy | Kind::Full | Kind::ReadOnly => tracing::error!(path, "{line}"),
            Kind::Unauthorized | Kind::NotLocal | Kind::OutOfScope | Kind::OutOfPrefix => {
                tracing::warn!(path, "refused: {line}");
            }
            kind => tracing::debug!(path, status = kind.status().as_u16(), "{line}"),
        }
    }
}

impl FieldError {
    pub(super) fn at(field: &str, problem: &str) -> FieldError {
        FieldError {
            pointer: pointer(field),
            field: field.to_owned(),
            track: None,
            rule: None,
            problem: problem.to_owned(),
        }
    }
}

/// `tracks[2].label` as a JSON Pointer: `/tracks/2/label`.
fn pointer(field: &str) -> String {
    let parts = field.split(['.', '[']).map(|part| part.strip_suffix(']').unwrap_or(part));
    parts
        .filter(|part| !part.is_empty())
        .map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1")))
        .collect()
}

impl From<DocumentError> for Problem {
    fn from(error: DocumentError) -> Problem {
        let errors = error.problems.iter().map(|problem| FieldError::at(&problem.field, &problem.problem)).collect();
        Problem { errors, ..Problem::new(Kind::Invalid, error.to_string()) }
    }
}

impl From<Vec<Breach>> for Problem {
    fn from(breaches: Vec<Breach>) -> Problem {
        let lines: Vec<String> = breaches.iter().map(Breach::to_string).collect();
        let errors = breaches.into_iter().map(FieldError::from).collect();
        Problem { errors, ..Problem::new(Kind::RuleBroken, lines.join("\n")) }
    }
}

impl From<Breach> for FieldError {
    fn from(breach: Breach) -> FieldError {
        FieldError {
            rule: Some(breach.rule.id().to_owned()),
            track: breach.track.clone(),
            ..FieldError::at(&breach.path, &breach.problem)
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Problem {
        let kind = match denied {
            Denied::NoToken | Denied::UnknownToken => Kind::Unauthorized,
            Denied::NotLocal(_) => Kind::NotLocal,
        };
        Problem::new(kind, denied.to_string())
    }
}

impl From<RouteError> for Problem {
    fn from(error: RouteError) -> Problem {
        let kind = match error {
            RouteError::Malformed(_) | RouteError::Traversal => Kind::Malformed,
            RouteError::Unknown => Kind::NoSuchPath,
        };
        Problem::new(kind, error.to_string())
    }
}

impl From<ConditionError> for Problem {
    fn from(error: ConditionError) -> Problem {
        Problem::new(Kind::Malformed, error.to_string())
    }
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Problem {
        let kind = match error {
            BodyError::TooLarge { .. } => Kind::TooLarge,
            BodyError::Stalled(_) => Kind::TimedOut,
            BodyError::BrokenOff => Kind::Malformed,
        };
        Problem::new(kind, error.to_string())
    }
}

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Problem {
        match error {
            LoadError::Unknown { .. } => Problem::new(Kind::NoSuchAsset, error.to_string()),
            LoadError::Document { ref problem, .. } => Problem {
                errors: Problem::from(problem.clone()).errors,
                ..Problem::new(Kind::BadDocument, error.to_string())
            },
            LoadError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        let (kind, detail) = match &error {
            StoreError::ReadOnly { .. } => (Kind::ReadOnly, error.to_string()),
            StoreError::Full { .. } => (Kind::Full, error.to_string()),
            StoreError::NotFound { .. } | StoreError::Changed { .. } => (Kind::Unavailable, error.to_string()),
            StoreError::Unwritten { path, .. } => {
                (Kind::Unavailable, format!("{path} cannot be written now; ask again"))
            }
            StoreError::Failed { path, .. } if path.is_empty() => {
                (Kind::Unavailable, "the store does not answer; ask again".to_owned())
            }
            StoreError::Failed { path, .. } => (Kind::Unavailable, format!("{path} cannot be read now; ask again")),
        };
        Problem { cause: Some(error.to_string()), ..Problem::new(kind, detail) }
    }
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Problem {
        let kind = match error {
            EditError::Name { .. } => Kind::Invalid,
            EditError::UnknownAsset { .. } => Kind::NoSuchAsset,
            EditError::UnknownTrack { .. } => Kind::NoSuchTrack,
            EditError::UnknownFile { .. } => Kind::NoSuchFile,
            EditError::UnknownRevision { .. } => Kind::NoSuchRevision,
            EditError::FileInUse { .. } | EditError::Foreign { .. } => Kind::Conflict,
            EditError::Stale { current } => return Problem::stale(Some(current)),
            EditError::Refused(breaches) => return breaches.into(),
            EditError::Unreadable { asset, file, problem } => {
                return LoadError::Document { asset, file, problem }.into();
            }
            EditError::Store(error) => return error.into(),
        };
        Problem::new(kind, error.to_string())
    }
}

impl From<BindError> for Problem {
    fn from(error: BindError) -> Problem {
        match error {
            BindError::Edit(error) => error.into(),
            BindError::File { .. } | BindError::NoConverter { .. } => Problem::new(Kind::BadFile, error.to_string()),
            BindError::Job(JobError::Store(error)) => error.into(),
            BindError::Job(JobError::Url(problem)) => {
                let problem = problem.to_string();
                Problem { errors: vec![FieldError::at("url", &problem)], ..Problem::new(Kind::Invalid, problem) }
            }
            BindError::Job(error @ (JobError::NoConverter(_) | JobError::NoTranscriber(_))) => {
                Problem::new(Kind::NotConfigured, error.to_string())
            }
            BindError::Job(error @ JobError::TooMany) => Problem::new(Kind::Busy, error.to_string()),
        }
    }
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Problem {
        match error {
            UploadError::UnknownAsset { .. } => Problem::new(Kind::NoSuchAsset, error.to_string()),
            UploadError::Name(_) | UploadError::Content(_) | UploadError::Document(_) => {
                Problem::new(Kind::BadFile, error.to_string())
            }
            UploadError::TooLarge { .. } => Problem::new(Kind::TooLarge, error.to_string()),
            UploadError::Stale { ref current } => {
                let current = current.as_ref().map(FileVersion::revision);
                Problem::stale(current)
            }
            UploadError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_a_pointer() {
        for (field, expected) in [
            ("", ""),
            ("title", "/title"),
            ("tracks[2].label", "/tracks/2/label"),
            ("tracks[0].roles[1]", "/tracks/0/roles/1"),
            ("a/b~c", "/a~1b~0c"),
        ] {
            assert_eq!(pointer(field), expected);
        }
    }

    #[test]
    fn what_the_machine_says_is_for_the_log() {
        let reason = "Permission denied (os error 13): /srv/films/harbour".to_owned();
        let problem =
            Problem::from(StoreError::Failed { path: "harbour/asset.json".to_owned(), reason: reason.clone() });
        let document = serde_json::to_string(&problem.document("/api/v1/assets/harbour")).unwrap();
        assert!(document.contains("harbour/asset.json") && !document.contains("srv"), "{document}");
        assert!(problem.cause.unwrap().contains(&reason));
    }

    #[test]
    fn every_kind_has_an_address_of_its_own() {
        let mut slugs: Vec<&str> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        slugs.sort();
        slugs.dedup();
        assert_eq!(slugs.len(), Kind::ALL.len());
    }
}
