//! The parts that all connections share.

use std::sync::Arc;

use axum::Router;
use hyper::server::conn::http1;
use tokio_util::sync::CancellationToken;

use super::{progress_timeout::ProgressTimeout, slots::ConnectionSlots, timeouts::Timeouts};

/// Shared by all connections.
pub(super) struct Shared {
    pub(super) router: Router,
    pub(super) http: http1::Builder,
    pub(super) timeouts: Timeouts,
    pub(super) request_timeout: ProgressTimeout,
    pub(super) slots: Arc<ConnectionSlots>,
    pub(super) drain: CancellationToken,
}
