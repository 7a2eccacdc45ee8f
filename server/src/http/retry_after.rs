//! When to come back after an answer of 503.

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

/// In seconds, where the handler names no other time.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// Middleware: every 503 names a time to try again (RFC 9110, section 15.6.4), whichever handler answers it.
pub(crate) async fn on_unavailable(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(RETRY_AFTER);
    }
    response
}
