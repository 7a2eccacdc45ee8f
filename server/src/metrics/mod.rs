//! Metrics for Prometheus. Modules count in [`crate::counters`]; everything else is read from the parts of the server when a scrape asks
//! for it.

mod collector;
mod encoder;
mod process;
mod scrape;

use std::sync::Weak;

use crate::{
    accept::{OpenHttpConnections, Tls},
    chat::Chat,
    drain_notice::DrainNotice,
    endpoint::ConnectionManager,
    event_log::LogReader,
};
pub(crate) use scrape::MetricsServer;

/// The parts of a server that a scrape reads. None of them keeps the server from shutting down.
pub(crate) struct Sources {
    pub(crate) log: LogReader,
    pub(crate) drain_notice: DrainNotice,
    pub(crate) chat: Weak<Chat>,
    pub(crate) connections: ConnectionManager,
    pub(crate) http: OpenHttpConnections,
    pub(crate) tls: Option<Tls>,
}
