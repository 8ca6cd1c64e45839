//! Why a request was not done, by what the client can do about it; each platform has its own words for it.

use crate::api::access::Denied;
use crate::api::incoming::BodyError;
use crate::catalog::{EditError, LoadError, UploadError};
use crate::jobs::JobError;
use crate::store::StoreError;
use crate::track::rules::{Breach, Rule};

/// Why a request was not done. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::api) struct Refusal {
    pub(in crate::api) kind: Kind,
    /// For people.
    pub(in crate::api) message: String,
    /// What the log says in place of the message.
    cause: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum Kind {
    /// Nobody is known by what the request shows.
    NoToken,
    Forbidden,
    /// There is no such thing.
    Unknown,
    /// There is nothing at such a path.
    NoPath,
    Method,
    /// The body cannot be read.
    Undecodable,
    TooLarge,
    /// A property, named as in the track document, and what is wrong with it.
    Invalid(&'static str, Wrong),
    /// A file cannot be had or used.
    Media,
    NotVideo,
    NoAudio,
    /// A header of the request, and the platform's code for it.
    Header(&'static str),
    /// The service is not there, for reasons of its own.
    Unavailable,
    Full,
}

/// What is wrong with a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum Wrong {
    Missing,
    Form,
    Taken,
    /// None of those that there are.
    NoneOfThese,
    Value,
}

impl Refusal {
    pub(in crate::api) fn new(kind: Kind, message: impl Into<String>) -> Refusal {
        Refusal { kind, message: message.into(), cause: None }
    }

    pub(in crate::api) fn invalid(field: &'static str, wrong: Wrong, message: impl Into<String>) -> Refusal {
        Refusal::new(Kind::Invalid(field, wrong), message)
    }

    pub(in crate::api) fn unknown(message: impl Into<String>) -> Refusal {
        Refusal::new(Kind::Unknown, message)
    }

    fn of_store(kind: Kind, message: &str, error: &StoreError) -> Refusal {
        Refusal { kind, message: message.to_owned(), cause: Some(error.to_string()) }
    }

    /// What the machine says of its disks is for the log alone.
    pub(in crate::api) fn log(&self, path: &str) {
        let line = self.cause.as_ref().unwrap_or(&self.message);
        match self.kind {
            Kind::Unavailable | Kind::Full => tracing::error!(path, "{line}"),
            Kind::NoToken | Kind::Forbidden => tracing::warn!(path, "refused: {line}"),
            _ => tracing::debug!(path, "refused: {line}"),
        }
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Refusal {
        let kind = match denied {
            Denied::NoToken | Denied::UnknownToken => Kind::NoToken,
            Denied::NotLocal(_) => Kind::Forbidden,
        };
        Refusal::new(kind, denied.to_string())
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Refusal {
        let kind = match error {
            BodyError::TooLarge { .. } => Kind::TooLarge,
            BodyError::Stalled(_) | BodyError::BrokenOff => Kind::Undecodable,
        };
        Refusal::new(kind, error.to_string())
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        match &error {
            StoreError::ReadOnly { .. } => Refusal::new(Kind::Forbidden, error.to_string()),
            StoreError::Full { .. } => Refusal::of_store(Kind::Full, "no space is left in the store", &error),
            _ => Refusal::of_store(Kind::Unavailable, "the store of the assets does not answer now; ask again", &error),
        }
    }
}

impl From<LoadError> for Refusal {
    fn from(error: LoadError) -> Refusal {
        match error {
            LoadError::Unknown { .. } => Refusal::unknown(error.to_string()),
            LoadError::Document { .. } => Refusal::invalid("tracks", Wrong::Value, error.to_string()),
            LoadError::Store(error) => error.into(),
        }
    }
}

impl From<EditError> for Refusal {
    fn from(error: EditError) -> Refusal {
        match error {
            EditError::Refused(breaches) => breaches.into(),
            EditError::Store(error) => error.into(),
            EditError::UnknownAsset { .. } | EditError::UnknownTrack { .. } => Refusal::unknown(error.to_string()),
            EditError::UnknownFile { .. } => Refusal::new(Kind::Media, error.to_string()),
            _ => Refusal::invalid("tracks", Wrong::Value, error.to_string()),
        }
    }
}

impl From<Vec<Breach>> for Refusal {
    fn from(breaches: Vec<Breach>) -> Refusal {
        let lines: Vec<&str> = breaches.iter().map(|breach| breach.problem.as_str()).collect();
        let (field, wrong) = match breaches.first() {
            Some(breach) => match breach.rule {
                Rule::UniqueLabel => ("label", Wrong::Taken),
                Rule::LanguageTag => ("language", Wrong::Form),
                _ => (breach.field, Wrong::Value),
            },
            None => ("tracks", Wrong::Value),
        };
        Refusal::invalid(field, wrong, lines.join("\n"))
    }
}

impl From<UploadError> for Refusal {
    fn from(error: UploadError) -> Refusal {
        match error {
            UploadError::UnknownAsset { .. } => Refusal::unknown(error.to_string()),
            UploadError::TooLarge { .. } => Refusal::new(Kind::TooLarge, error.to_string()),
            UploadError::Store(error) => error.into(),
            _ => Refusal::new(Kind::Media, error.to_string()),
        }
    }
}

impl From<JobError> for Refusal {
    fn from(error: JobError) -> Refusal {
        match error {
            JobError::Store(error) => error.into(),
            JobError::Url(error) => Refusal::invalid("url", Wrong::Form, error.to_string()),
            JobError::TooMany => Refusal::new(Kind::Unavailable, error.to_string()),
            _ => Refusal::new(Kind::Media, error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_machine_says_is_for_the_log() {
        let reason = "/var/data: input/output error (os error 5)".to_owned();
        let refusal = Refusal::from(StoreError::Failed { path: "harbour".to_owned(), reason });
        assert_eq!(refusal.kind, Kind::Unavailable);
        assert!(!refusal.message.contains("/var"), "{}", refusal.message);
        assert!(refusal.cause.unwrap().contains("os error 5"));
    }

    #[test]
    fn a_broken_rule_is_told_by_its_property() {
        for (rule, field, kind) in [
            (Rule::UniqueLabel, "label", Kind::Invalid("label", Wrong::Taken)),
            (Rule::LanguageTag, "language", Kind::Invalid("language", Wrong::Form)),
            (Rule::DefaultAudio, "default", Kind::Invalid("default", Wrong::Value)),
        ] {
            let breach = Breach { rule, track: None, field, path: field.to_owned(), problem: "no".to_owned() };
            assert_eq!(Refusal::from(vec![breach]).kind, kind);
        }
    }
}
