//! Health checks for load balancers, orchestrators and monitoring.

use axum::{extract::State, http::StatusCode};

use crate::event_log::LogReader;

/// `GET /healthz`: liveness. The process runs.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: readiness. Answers 503 when a read of the database or a waiting write takes longer than `stall-ms`, or when the disk is
/// almost full.
pub(crate) async fn readyz(State(log): State<LogReader>) -> (StatusCode, &'static str) {
    match log.is_ready().await {
        true if log.is_disk_low() => {
            let message = "the disk is almost full: the server refuses writes and still serves reads (see min-free-disk)\n";
            (StatusCode::SERVICE_UNAVAILABLE, message)
        }
        true => (StatusCode::OK, "ready\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
