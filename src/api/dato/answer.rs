//! Responses: JSON:API documents under the type that the client understands, and errors in its words.

use crate::api::native::answer::text;
use crate::api::platform::{Kind, Refusal, Wrong};
use crate::origin::Body;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What a request gives.
pub(super) type Answer = Result<Response<Body>, Refusal>;

/// The client takes `application/vnd.api+json` for no JSON.
const JSON: &str = "application/json";
const DOCUMENTATION: &str = "https://www.datocms.com/docs/content-management-api/errors";

pub(super) fn value(status: StatusCode, value: &Value) -> Response<Body> {
    text(status, JSON, value.to_string())
}

pub(super) fn ok(body: &Value) -> Answer {
    Ok(value(StatusCode::OK, body))
}

pub(super) fn refused(refusal: &Refusal) -> Response<Body> {
    let (status, document) = error(refusal);
    value(status, &document)
}

pub(super) fn too_many(wait: u64) -> Response<Body> {
    let details = json!({ "message": format!("too many requests; ask again in {wait} s") });
    value(StatusCode::TOO_MANY_REQUESTS, &document("RATE_LIMIT_EXCEEDED", details))
}

/// The status and the document of an error. None is called transient: the client would ask again without end.
pub(super) fn error(refusal: &Refusal) -> (StatusCode, Value) {
    let mut details = json!({ "message": refusal.message });
    let (status, code) = match refusal.kind {
        Kind::NoToken => (StatusCode::UNAUTHORIZED, "INVALID_AUTHORIZATION_HEADER"),
        Kind::Forbidden => (StatusCode::FORBIDDEN, "INSUFFICIENT_PERMISSIONS"),
        Kind::Unknown => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        Kind::NoPath | Kind::Method => (StatusCode::NOT_FOUND, "INVALID_ENDPOINT"),
        Kind::Undecodable => (StatusCode::UNPROCESSABLE_ENTITY, "INVALID_FORMAT"),
        Kind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "INVALID_FORMAT"),
        Kind::Invalid(field, wrong) => {
            if let Some(details) = details.as_object_mut() {
                details.insert("field".to_owned(), attribute(field).into());
                details.insert("code".to_owned(), validation(wrong).into());
            }
            (StatusCode::UNPROCESSABLE_ENTITY, "INVALID_FIELD")
        }
        Kind::Media => (StatusCode::UNPROCESSABLE_ENTITY, "MUX_ERROR"),
        Kind::NotVideo => (StatusCode::UNPROCESSABLE_ENTITY, "NOT_A_VIDEO"),
        Kind::NoAudio => (StatusCode::UNPROCESSABLE_ENTITY, "NO_PRIMARY_AUDIO_TRACK"),
        Kind::Header(code) => (StatusCode::UNPROCESSABLE_ENTITY, code),
        Kind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "SERVER_ERROR"),
        Kind::Full => (StatusCode::INSUFFICIENT_STORAGE, "SERVER_ERROR"),
    };
    (status, document(code, details))
}

fn document(code: &str, details: Value) -> Value {
    let digest = Sha256::digest(format!("{code}{details}"));
    let id: String = digest.iter().take(3).map(|byte| format!("{byte:02x}")).collect();
    let attributes = json!({ "code": code, "doc_url": format!("{DOCUMENTATION}#{code}"), "details": details });
    json!({ "data": [{ "id": id, "type": "api_error", "attributes": attributes }] })
}

/// What a property of the track document is called here.
fn attribute(field: &'static str) -> &'static str {
    match field {
        "label" => "name",
        "language" => "language_code",
        "file" | "url" => "url_or_upload_request_id",
        field => field,
    }
}

fn validation(wrong: Wrong) -> &'static str {
    match wrong {
        Wrong::Missing => "VALIDATION_REQUIRED",
        Wrong::Form => "VALIDATION_FORMAT",
        Wrong::Taken => "VALIDATION_UNIQUENESS",
        Wrong::NoneOfThese => "VALIDATION_INCLUSION",
        Wrong::Value => "VALIDATION_INVALID",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_field_is_named_as_the_client_names_it() {
        for (field, wrong, told, code) in [
            ("label", Wrong::Taken, "name", "VALIDATION_UNIQUENESS"),
            ("language", Wrong::Form, "language_code", "VALIDATION_FORMAT"),
            ("url", Wrong::Missing, "url_or_upload_request_id", "VALIDATION_REQUIRED"),
            ("type", Wrong::NoneOfThese, "type", "VALIDATION_INCLUSION"),
        ] {
            let (status, document) = error(&Refusal::invalid(field, wrong, "no"));
            assert_eq!(status, 422);
            let attributes = &document["data"][0]["attributes"];
            assert_eq!(attributes["code"], "INVALID_FIELD");
            assert_eq!((&attributes["details"]["field"], &attributes["details"]["code"]), (&told.into(), &code.into()));
            assert_eq!(attributes.get("transient"), None);
        }
    }
}
