//! Health checks for load balancers, orchestrators and monitoring.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};

use super::{api::json, readiness::Readiness};
use crate::{chat::Chat, drain_notice::DrainNotice, event_log::LogReader};

/// `GET /healthz`: liveness. The process runs.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: readiness, with the reasons in JSON. Answers 503 when a read of the database or a waiting write takes longer than
/// `stall-ms`, when the database has lost messages or may have, when the disk is almost full, and before a shutdown. A server that
/// receives no hints of other servers is degraded, and ready all the same.
pub(crate) async fn readyz(
    State(log): State<LogReader>,
    State(chat): State<Arc<Chat>>,
    State(drain): State<DrainNotice>,
) -> Response {
    let readiness = Readiness::of(&log, chat.is_degraded(), &drain).await;
    let status = if readiness.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json(status, &readiness)
}
