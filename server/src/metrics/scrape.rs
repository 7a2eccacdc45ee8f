//! Answers scrapes, on an address of its own: the figures are not for everybody who may use the chat.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus_client::{
    encoding::prometheus_text::{CONTENT_TYPE, encode},
    registry::Registry,
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::{Sources, collector::Scrape, process};
use crate::{
    accept::{Draining, HttpServer},
    config::Limits,
    http::readiness::Readiness,
};

/// Open connections of scrapers.
const MAX_CONNECTIONS: usize = 32;

/// The server that answers scrapes, also while the chat drains.
pub(crate) struct MetricsServer {
    stop: CancellationToken,
    serving: JoinHandle<Draining>,
}

impl MetricsServer {
    pub(crate) fn start(listener: TcpListener, sources: Sources, limits: &Limits) -> Self {
        process::start_clock();
        let mut limits = limits.clone();
        limits.max_connections = 0;
        limits.max_http_connections = MAX_CONNECTIONS;
        let router = Router::new().route("/metrics", get(scrape)).with_state(Arc::new(sources));
        let stop = CancellationToken::new();
        let serving = tokio::spawn(HttpServer::new(router, &limits, stop.clone()).run(listener));
        Self { stop, serving }
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        if let Ok(draining) = self.serving.await {
            draining.abort().await;
        }
    }
}

/// `GET /metrics`.
async fn scrape(State(sources): State<Arc<Sources>>) -> Response {
    // Ready or degraded is the same here.
    let is_ready = Readiness::of(&sources.log, false, &sources.drain_notice).await.is_ready();
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Scrape { sources, is_ready }));
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
        Err(error) => {
            error!(%error, "metrics.not_encoded");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
