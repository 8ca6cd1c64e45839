//! Why a request was not done, in the words of Azure: a status, a code for programs, a message for people.
//!
//! Its SDKs ask again after 408, 429 and 5xx, so what is the client's own fault has none of these. What the machine says of
//! its disks is for the log alone.

use crate::ams::{AddError, PutError};
use crate::api::access::Denied;
use crate::api::incoming::BodyError;
use crate::catalog::{EditError, LoadError, UploadError};
use crate::store::StoreError;
use crate::track::rules::{Breach, Rule};
use hyper::StatusCode;

/// Why a request was not done.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
    /// What the log says in place of the message.
    cause: Option<String>,
}

/// What clients of the service know the message by.
pub(super) const NO_FILE: &str = "Target resource file does not exist.";

impl Fault {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Fault {
        Fault { status, code, message: message.into(), cause: None }
    }

    /// The request says what cannot be done.
    pub(super) fn bad(message: impl Into<String>) -> Fault {
        Fault::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    /// There is nothing at that address; `what` says more.
    pub(super) fn unknown(what: &str) -> Fault {
        let message = format!("The requested resource was not found: {what}.");
        Fault::new(StatusCode::NOT_FOUND, "NotFound", message)
    }

    pub(super) fn conflict(message: impl Into<String>) -> Fault {
        Fault::new(StatusCode::CONFLICT, "Conflict", message)
    }

    pub(super) fn forbidden(message: impl Into<String>) -> Fault {
        Fault::new(StatusCode::FORBIDDEN, "AuthorizationFailed", message)
    }

    pub(super) fn method(message: String) -> Fault {
        Fault::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
    }

    pub(super) fn log(&self, path: &str) {
        let line = self.cause.as_ref().unwrap_or(&self.message);
        let status = self.status.as_u16();
        match status {
            500.. => tracing::error!(path, status, "{line}"),
            401 | 403 => tracing::warn!(path, status, "refused: {line}"),
            _ => tracing::debug!(path, status, "{line}"),
        }
    }
}

impl From<Denied> for Fault {
    fn from(denied: Denied) -> Fault {
        match denied {
            Denied::NoToken | Denied::UnknownToken => {
                Fault::new(StatusCode::UNAUTHORIZED, "AuthenticationFailed", denied.to_string())
            }
            Denied::NotLocal(reason) => Fault::forbidden(reason),
        }
    }
}

impl From<BodyError> for Fault {
    fn from(error: BodyError) -> Fault {
        match error {
            BodyError::TooLarge { .. } => {
                Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestBodyTooLarge", error.to_string())
            }
            BodyError::Stalled(_) => Fault::new(StatusCode::REQUEST_TIMEOUT, "OperationTimedOut", error.to_string()),
            BodyError::BrokenOff => Fault::bad(error.to_string()),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        match &error {
            StoreError::ReadOnly { .. } => Fault::forbidden(error.to_string()),
            StoreError::Full { .. } => {
                Fault::new(StatusCode::INSUFFICIENT_STORAGE, "InsufficientStorage", error.to_string())
            }
            _ => Fault {
                cause: Some(error.to_string()),
                ..Fault::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "ServerBusy",
                    "The store of the assets does not answer now; ask again.",
                )
            },
        }
    }
}

impl From<LoadError> for Fault {
    fn from(error: LoadError) -> Fault {
        match error {
            LoadError::Unknown { asset } => Fault::unknown(&format!("there is no asset {asset:?}")),
            LoadError::Document { .. } => Fault::bad(error.to_string()),
            LoadError::Store(error) => error.into(),
        }
    }
}

impl From<EditError> for Fault {
    fn from(error: EditError) -> Fault {
        match error {
            EditError::UnknownAsset { .. } | EditError::UnknownTrack { .. } | EditError::UnknownRevision { .. } => {
                Fault::unknown(&error.to_string())
            }
            EditError::UnknownFile { .. } => Fault::bad(NO_FILE),
            EditError::Name { .. } | EditError::Unreadable { .. } => Fault::bad(error.to_string()),
            EditError::FileInUse { .. } | EditError::Foreign { .. } | EditError::Stale { .. } => {
                Fault::conflict(error.to_string())
            }
            EditError::Refused(breaches) => breaches.into(),
            EditError::Store(error) => error.into(),
        }
    }
}

impl From<Vec<Breach>> for Fault {
    /// Where another track is in the way it is a conflict; what is wrong in itself goes before.
    fn from(breaches: Vec<Breach>) -> Fault {
        let is_conflict = |breach: &Breach| matches!(breach.rule, Rule::UniqueLabel | Rule::DefaultAudio);
        let lines: Vec<&str> = breaches.iter().map(|breach| breach.problem.as_str()).collect();
        match breaches.iter().all(is_conflict) {
            true => Fault::conflict(lines.join("\n")),
            false => Fault::bad(lines.join("\n")),
        }
    }
}

impl From<UploadError> for Fault {
    fn from(error: UploadError) -> Fault {
        match error {
            UploadError::UnknownAsset { .. } => {
                Fault::new(StatusCode::NOT_FOUND, "ContainerNotFound", error.to_string())
            }
            UploadError::Name(problem) => Fault::new(StatusCode::BAD_REQUEST, "InvalidResourceName", problem),
            UploadError::TooLarge { .. } => {
                Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestBodyTooLarge", error.to_string())
            }
            UploadError::Content(problem) | UploadError::Document(problem) => {
                Fault::new(StatusCode::BAD_REQUEST, "InvalidInput", problem)
            }
            UploadError::Stale { .. } => {
                Fault::new(StatusCode::PRECONDITION_FAILED, "ConditionNotMet", error.to_string())
            }
            UploadError::Store(error) => error.into(),
        }
    }
}

impl From<AddError> for Fault {
    fn from(error: AddError) -> Fault {
        match error {
            AddError::Name(_) | AddError::Id(_) => Fault::conflict(error.to_string()),
            AddError::Store(error) => error.into(),
        }
    }
}

impl From<PutError<Fault>> for Fault {
    fn from(error: PutError<Fault>) -> Fault {
        match error {
            PutError::Refused(fault) => fault,
            PutError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breach(rule: Rule) -> Breach {
        Breach {
            rule,
            track: None,
            field: "label",
            path: "tracks[0].label".to_owned(),
            problem: format!("{rule} broken"),
        }
    }

    #[test]
    fn where_another_track_is_in_the_way_it_is_a_conflict() {
        for (rules, status) in [
            (&[Rule::UniqueLabel][..], 409),
            (&[Rule::DefaultAudio], 409),
            (&[Rule::LanguageTag], 400),
            (&[Rule::UniqueLabel, Rule::VodOnly], 400),
        ] {
            let fault = Fault::from(rules.iter().copied().map(breach).collect::<Vec<_>>());
            assert_eq!(fault.status.as_u16(), status, "{rules:?}");
            assert!(rules.iter().all(|rule| fault.message.contains(rule.id())));
        }
    }

    #[test]
    fn what_the_machine_says_is_for_the_log() {
        let reason = "/var/data: input/output error (os error 5)".to_owned();
        let fault = Fault::from(StoreError::Failed { path: "harbour".to_owned(), reason });
        assert!(!fault.message.contains("/var"), "{}", fault.message);
        assert!(fault.cause.unwrap().contains("os error 5"));
    }
}
