//! `Retry-After` for 503 responses.

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

/// The default, in seconds.
const DEFAULT_RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// Middleware: adds `Retry-After` (RFC 9110, section 15.6.4) to every 503 whose handler has not set it.
pub(crate) async fn add_to_unavailable(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(DEFAULT_RETRY_AFTER);
    }
    response
}
