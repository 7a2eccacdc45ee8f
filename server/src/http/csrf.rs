//! Protection against cross-site request forgery (CSRF): another site's page cannot post in a visitor's name.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::page_error::PageError;
use crate::origin::{AllowedOrigins, refuse_foreign};

/// Middleware: answers 403 to a request with an unsafe method that comes from another origin.
pub(crate) async fn require_same_origin(
    State(origins): State<AllowedOrigins>,
    request: Request,
    next: Next,
) -> Response {
    if request.method().is_safe() || origins.allows_post(request.headers()) {
        return next.run(request).await;
    }
    refuse_foreign(request.headers());
    PageError::cross_origin().into_response()
}
