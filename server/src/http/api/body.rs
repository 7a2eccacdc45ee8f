//! JSON out.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// An answer. It is its caller's own: no cache keeps it.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    // Strings, numbers and lists: serde_json has no reason to refuse any of them.
    (status, headers, serde_json::to_string(value).unwrap_or_default() + "\n").into_response()
}
