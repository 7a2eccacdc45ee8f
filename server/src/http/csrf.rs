//! Forged requests: a foreign page cannot post in a visitor's name.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::problem::Problem;
use crate::origin::Origins;

/// Middleware: what changes something must come from a page of ours.
pub(crate) async fn require_same_origin(
    State(origins): State<Origins>,
    request: Request,
    next: Next,
) -> Response {
    if request.method().is_safe() || origins.allows_post(request.headers()) {
        return next.run(request).await;
    }
    Problem::foreign().into_response()
}
