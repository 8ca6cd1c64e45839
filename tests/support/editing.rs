//! What the tests of the APIs have in common: what came back, copies of sample assets, tokens.

use super::samples::samples;
use bytes::Bytes;
use hyper::{HeaderMap, StatusCode};
use serde_json::Value;
use signalbox::api::{NewToken, Scope, Token, TokenPrefix};
use std::path::Path;
use std::time::Duration;

/// Longer than anything here takes; a test that reaches it has failed.
pub const LONG: Duration = Duration::from_secs(120);

pub const JSON: (&str, &str) = ("content-type", "application/json");

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// A header, empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Copies a sample asset to `to`.
pub fn copy(asset: &str, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(samples().join(asset)).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

pub fn token(name: &str, scope: Scope, prefix: &str) -> (String, Token) {
    let made = NewToken::make(name, scope, TokenPrefix::parse(prefix).unwrap()).unwrap();
    (made.secret, made.token)
}
