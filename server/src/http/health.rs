//! For whatever watches the server.

use axum::{extract::State, http::StatusCode};

use crate::event_log::Log;

/// The process runs.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The process runs, its database answers, and there is room to write.
pub(crate) async fn readyz(State(log): State<Log>) -> (StatusCode, &'static str) {
    match log.is_ready().await {
        true if log.is_disk_low() => {
            let message = "the disk is almost full: writing is refused, reading goes on (min-free-disk)\n";
            (StatusCode::SERVICE_UNAVAILABLE, message)
        }
        true => (StatusCode::OK, "ready\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
