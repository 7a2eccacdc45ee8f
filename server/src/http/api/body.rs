//! JSON in and out.

use axum::{
    body::Bytes,
    extract::rejection::BytesRejection,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

use super::problem::Problem;
use app::protocol::ErrorCode;

/// What a request carries, as it came or as it failed to.
pub(super) type Given = Result<Bytes, BytesRejection>;

/// Reads a request's body.
pub(super) fn read<T: DeserializeOwned>(given: Given) -> Result<T, Problem> {
    let bytes = given.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(ErrorCode::TooLarge, "the request is too long"),
        _ => Problem::bad_request("the request's body did not arrive whole"),
    })?;
    serde_json::from_slice(&bytes).map_err(|error| Problem::bad_request(format!("body: {error}")))
}

/// An answer. It is its caller's own: no cache keeps it.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    // Strings, numbers and lists: serde_json has no reason to refuse any of them.
    (status, headers, serde_json::to_string(value).unwrap_or_default() + "\n").into_response()
}
