//! Responses in Cloudflare's envelope.
//!
//! Its SDKs ask again after 408, 409, 429 and 5xx, so what is the client's own fault has none of these.

use crate::api::native::answer::text;
use crate::api::platform::{Kind, Refusal};
use crate::origin::Body;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

/// What a request gives.
pub(super) type Answer = Result<Response<Body>, Refusal>;

const JSON: &str = "application/json";

pub(super) fn ok(result: &Value) -> Response<Body> {
    envelope(StatusCode::OK, &json!({ "result": result, "success": true, "errors": [], "messages": [] }))
}

pub(super) fn refused(refusal: &Refusal) -> Response<Body> {
    let (status, code, title) = words(refusal.kind);
    let error = json!({ "code": code, "message": format!("{title}: {}", refusal.message) });
    envelope(status, &json!({ "result": null, "success": false, "errors": [error], "messages": [] }))
}

fn envelope(status: StatusCode, value: &Value) -> Response<Body> {
    text(status, JSON, value.to_string())
}

/// Status, code for programs, and what the code means.
fn words(kind: Kind) -> (StatusCode, u32, &'static str) {
    match kind {
        Kind::NoToken => (StatusCode::UNAUTHORIZED, 10001, "Authentication error"),
        Kind::Forbidden => (StatusCode::FORBIDDEN, 10002, "Authorization error"),
        Kind::Unknown | Kind::NoPath => (StatusCode::NOT_FOUND, 10003, "Not Found"),
        Kind::Undecodable => (StatusCode::BAD_REQUEST, 10004, "Decoding Error"),
        Kind::Method => (StatusCode::METHOD_NOT_ALLOWED, 10005, "Bad Request"),
        Kind::Invalid("url", _) => (StatusCode::BAD_REQUEST, 10010, "Invalid URL"),
        Kind::Invalid(..) | Kind::Media | Kind::NotVideo | Kind::NoAudio | Kind::Header(_) => {
            (StatusCode::BAD_REQUEST, 10005, "Bad Request")
        }
        Kind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, 10011, "File too large"),
        Kind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, 10000, "Internal error"),
        Kind::Full => (StatusCode::INSUFFICIENT_STORAGE, 10000, "Internal error"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::platform::Wrong;

    #[test]
    fn clients_do_not_ask_again_after_their_own_faults() {
        for kind in [
            Kind::NoToken,
            Kind::Forbidden,
            Kind::Unknown,
            Kind::NoPath,
            Kind::Undecodable,
            Kind::Method,
            Kind::Invalid("label", Wrong::Taken),
            Kind::Invalid("default", Wrong::Value),
            Kind::Invalid("url", Wrong::Form),
            Kind::Media,
            Kind::NoAudio,
            Kind::TooLarge,
        ] {
            let (status, code, _) = words(kind);
            assert!(status.is_client_error() && ![408, 409, 429].contains(&status.as_u16()), "{kind:?}");
            assert!((10001..=10011).contains(&code), "{kind:?}");
        }
    }
}
