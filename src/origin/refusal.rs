//! Why a request is not answered with what it asks for: a status, a line for the player, and a line for the log.
//!
//! Players learn the asset, the track, or the file by its path in the store, and what is wrong with it. What the machine
//! says of its disks and folders is for the log alone.

use super::route::RouteError;
use crate::catalog::LoadError;
use crate::links::LinkError;
use crate::manifest::ManifestError;
use crate::store::StoreError;
use hyper::StatusCode;
use std::borrow::Cow;

/// A request refused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// For the player.
    pub(super) message: String,
    /// Behind a link of Azure Media Services: the code that it published.
    pub(super) code: Option<&'static str>,
    /// What the log says in place of the message.
    cause: Option<String>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Refusal {
        Refusal { status, message: message.into(), code: None, cause: None }
    }

    /// As it is told behind a link, where every refusal has a code.
    pub(super) fn of_link(self) -> Refusal {
        let code = match self.status {
            StatusCode::BAD_REQUEST => "MPE_BAD_URL_SYNTAX",
            StatusCode::FORBIDDEN => "MPE_UNAUTHORIZED",
            StatusCode::NOT_FOUND | StatusCode::GONE => "MPE_RESOURCE_NOT_FOUND",
            StatusCode::RANGE_NOT_SATISFIABLE => "MPE_STORAGE_INVALID_RANGE",
            StatusCode::SERVICE_UNAVAILABLE => "MPE_STORAGE_SERVER_BUSY",
            _ => "MPE_STORAGE_INTERNAL_ERROR",
        };
        Refusal { code: self.code.or(Some(code)), ..self }
    }

    /// What the player reads.
    pub(super) fn told(&self) -> Cow<'_, str> {
        match self.code {
            Some(code) => format!("{code}: {}", self.message).into(),
            None => self.message.as_str().into(),
        }
    }

    /// What those who look after the server are told.
    pub(super) fn reason(&self) -> &str {
        self.cause.as_ref().unwrap_or(&self.message)
    }

    pub(super) fn log(&self, path: &str) {
        let line = self.reason();
        if self.status.is_server_error() {
            tracing::error!(path, "{line}");
        } else {
            tracing::debug!(path, status = self.status.as_u16(), "{line}");
        }
    }
}

impl From<RouteError> for Refusal {
    fn from(error: RouteError) -> Refusal {
        Refusal::new(error.status(), error.to_string())
    }
}

impl From<LoadError> for Refusal {
    fn from(error: LoadError) -> Refusal {
        match error {
            LoadError::Unknown { .. } => Refusal::new(StatusCode::NOT_FOUND, error.to_string()),
            LoadError::Document { .. } => Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
            LoadError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        let cause = error.to_string();
        let message = match error {
            StoreError::Failed { path, .. } if path.is_empty() => "the store cannot be read now; ask again".to_owned(),
            StoreError::Failed { path, .. } => format!("{path} cannot be read now; ask again"),
            StoreError::NotFound { .. }
            | StoreError::Changed { .. }
            | StoreError::ReadOnly { .. }
            | StoreError::Full { .. }
            | StoreError::Unwritten { .. } => cause.clone(),
        };
        Refusal { status: StatusCode::SERVICE_UNAVAILABLE, message, code: None, cause: Some(cause) }
    }
}

impl From<LinkError> for Refusal {
    fn from(error: LinkError) -> Refusal {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Refusal { code: Some(error.code()), ..Refusal::new(status, error.to_string()) }
    }
}

impl From<ManifestError> for Refusal {
    fn from(error: ManifestError) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_machine_says_is_for_the_log() {
        let reason = "Permission denied (os error 13): /srv/films/harbour/video.mp4".to_owned();
        for (path, said) in [("harbour/video.mp4", "harbour/video.mp4"), ("", "the store")] {
            let error = StoreError::Failed { path: path.to_owned(), reason: reason.clone() };
            let refusal = Refusal::from(LoadError::Store(error));
            assert_eq!(refusal.status, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(refusal.message, format!("{said} cannot be read now; ask again"));
            assert!(refusal.cause.is_some_and(|cause| cause.contains(&reason)));
        }
    }
}
