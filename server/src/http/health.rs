//! Health checks for load balancers, orchestrators and monitoring.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};

use crate::{
    chat::Chat,
    event_log::{Continuity, LogReader},
};

/// `GET /healthz`: liveness. The process runs.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Returns whether `/readyz` answers 200.
pub(crate) async fn is_available(log: &LogReader) -> bool {
    log.is_ready().await && log.continuity() == Continuity::Unbroken && !log.is_disk_low()
}

/// `GET /readyz`: readiness. Answers 503 when a read of the database or a waiting write takes longer than `stall-ms`, when the
/// database has lost messages or may have, or when the disk is almost full. A server that receives no hints of other servers is
/// degraded, and ready all the same.
pub(crate) async fn readyz(
    State(log): State<LogReader>,
    State(chat): State<Arc<Chat>>,
) -> (StatusCode, &'static str) {
    match log.is_ready().await {
        true if log.continuity() == Continuity::Lost => {
            let message =
                "the database has lost acknowledged messages: stop all servers and run `chorus new-epoch`\n";
            (StatusCode::SERVICE_UNAVAILABLE, message)
        }
        true if log.continuity() == Continuity::Unverified => {
            let message = "the database may have lost acknowledged messages, since another PostgreSQL server or timeline answers than \
                before: stop all servers and run `chorus new-epoch`\n";
            (StatusCode::SERVICE_UNAVAILABLE, message)
        }
        true if log.is_disk_low() => {
            let message = "the disk is almost full: the server refuses writes and still serves reads (see min-free-disk)\n";
            (StatusCode::SERVICE_UNAVAILABLE, message)
        }
        true if chat.is_degraded() => {
            let message = "degraded: hints of other servers on the database do not arrive; their events are found by polling (see poll-ms)\n";
            (StatusCode::OK, message)
        }
        true => (StatusCode::OK, "ready\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
