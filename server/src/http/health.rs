//! For whatever watches the server.

use axum::{extract::State, http::StatusCode};

use crate::log::Log;

/// The process runs.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The process runs and its database answers.
pub(crate) async fn readyz(State(log): State<Log>) -> (StatusCode, &'static str) {
    match log.is_ready().await {
        true => (StatusCode::OK, "ready\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
