//! Responses: JSON as Azure sends it, and faults in their envelopes.

use super::fault::Fault;
use crate::api::native::answer::{empty, insert, text};
use crate::origin::Body;
use hyper::header::HeaderName;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

/// What a request gives.
pub(super) type Answer = Result<Response<Body>, Fault>;

const JSON: &str = "application/json; odata.metadata=minimal";
const FAULT_JSON: &str = "application/json; charset=utf-8";
const XML: &str = "application/xml";
const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");
pub(super) const ERROR_CODE: HeaderName = HeaderName::from_static("x-ms-error-code");

/// JSON that is true now.
pub(super) fn value(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = text(status, JSON, value.to_string());
    insert(response.headers_mut(), ODATA_VERSION, "4.0");
    response
}

pub(super) fn ok(body: &Value) -> Answer {
    Ok(value(StatusCode::OK, body))
}

pub(super) fn nothing(status: StatusCode) -> Answer {
    Ok(empty(status))
}

pub(super) fn xml(status: StatusCode, body: String) -> Response<Body> {
    text(status, XML, body)
}

pub(super) fn fault(fault: &Fault) -> Response<Body> {
    let body = json!({ "error": { "code": fault.code, "message": fault.message } });
    text(fault.status, FAULT_JSON, body.to_string())
}

/// As the storage says it.
pub(super) fn blob_fault(fault: &Fault) -> Response<Body> {
    let message = quick_xml::escape::escape(&fault.message);
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{}</Code><Message>{message}</Message></Error>",
        fault.code
    );
    let mut response = xml(fault.status, body);
    insert(response.headers_mut(), ERROR_CODE, fault.code);
    response
}
