//! JSON responses.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// A JSON response that no cache may store, since it may depend on the caller.
pub(in crate::http) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    // Serialization cannot fail: our types hold only strings, numbers, lists and maps with string keys.
    (status, headers, serde_json::to_string(value).unwrap_or_default() + "\n").into_response()
}
