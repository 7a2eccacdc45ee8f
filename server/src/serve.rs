//! Starts the server with all of its parts, and shuts it down in order.

mod background_tasks;
mod certificate_watch;
mod open_retry;
mod session_sweep;

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{error, info, warn};

use crate::{
    accept::{CertificateError, Draining, HttpServer, Listener, Tls, raise_fd_limit},
    access::Access,
    chat::Chat,
    config::{SettingError, SettingValues, Settings},
    database::{Database, DatabaseError},
    endpoint::ConnectionManager,
    event_log::{Log, ReadError, WatermarkWriter, instance},
    host::{AllowedHosts, is_loopback},
    http::assets::may_change,
    metrics::{MetricsServer, Sources},
    origin::AllowedOrigins,
    page_cache::PageCache,
    public_url::PublicUrl,
    reload::Reloader,
    restore::{self, RestoreError},
    router::router,
    session::Sessions,
    start_log::log_start,
    state::AppState,
    telemetry::LogFilter,
};
use background_tasks::{follow_missed_authors, spawn_database_tasks, spawn_log_tasks};
use certificate_watch::watch_certificate;
use session_sweep::sweep;

/// How long the tasks of a start that has failed may take to end before the next one.
const FAILED_START_TIMEOUT: Duration = Duration::from_secs(1);

/// The reason why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be opened or migrated.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A setting is invalid.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The certificate of `tls-cert` cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The event log cannot be read.
    #[error(transparent)]
    Log(#[from] ReadError),
    /// A restored backup cannot be prepared.
    #[error(transparent)]
    Restore(#[from] RestoreError),
}

/// A server that is ready to run.
pub struct Server {
    state: AppState,
    database: Database,
    watermark: Option<WatermarkWriter>,
    tracker: TaskTracker,
    drain: CancellationToken,
    shutdown_timeout: Duration,
    metrics: Option<TcpListener>,
    tls: Option<Tls>,
}

impl Server {
    /// Answers scrapes of Prometheus on this listener while the server runs.
    #[must_use]
    pub fn with_metrics(self, listener: TcpListener) -> Self {
        Self { metrics: Some(listener), ..self }
    }

    /// Returns what applies changed settings while the server runs. `values` are those that it was opened with. To be called before it
    /// runs.
    pub fn reloader(&self, values: SettingValues, log_filter: LogFilter) -> Reloader {
        Reloader::new(&self.state, self.tls.clone(), self.drain.clone(), values, log_filter)
    }

    /// Opens and migrates the database, spawns the background tasks, and builds the state that routes share. Retries all of it
    /// for `database-wait-seconds` while PostgreSQL is out of reach.
    pub async fn open(settings: Settings) -> Result<Self, StartError> {
        settings.check()?;
        let tls = Tls::of(&settings)?;
        raise_fd_limit();
        let server = open_retry::open_with_retry(settings).await?;
        Ok(Self { tls, ..server })
    }

    /// Opens the server without retries. On an error, ends the tasks that were spawned, and the connections to PostgreSQL.
    async fn open_once(settings: Settings) -> Result<Self, StartError> {
        let direct_url = settings.database_direct_url.as_deref();
        let database = Database::open_to_serve(&settings.database, direct_url, settings.sync).await?;
        let database = database.with_timeout(Duration::from_millis(settings.limits.database_timeout_ms));
        let tracker = TaskTracker::new();
        let drain = CancellationToken::new();
        let opened = Self::open_on(database.clone(), settings, tracker.clone(), drain.clone()).await;
        if opened.is_err() && database.is_shared() {
            drain.cancel();
            tracker.close();
            let _ = timeout(FAILED_START_TIMEOUT, tracker.wait()).await;
            database.close().await;
        }
        opened
    }

    async fn open_on(
        database: Database,
        settings: Settings,
        tracker: TaskTracker,
        drain: CancellationToken,
    ) -> Result<Self, StartError> {
        database.migrate().await?;
        database.refuse_half_moved().await?;
        restore::detect_restore(&database).await?;
        spawn_database_tasks(&database, settings.limits.min_free_disk, &tracker, &drain).await?;
        let instance = instance(&database).await?;
        let sessions = Sessions::new(database.clone(), settings.is_https())
            .for_instance(&instance.0)
            .below(&settings.base_path());
        sessions.prepare_key().await.map_err(ReadError::from)?;
        let access = Access::new(settings.access_secret.as_deref());
        let own_origin = settings.public_url.iter().map(PublicUrl::origin);
        let origins = AllowedOrigins::new(own_origin.chain(&settings.allow_origin).cloned());
        let shutdown_timeout = Duration::from_secs(settings.shutdown_seconds);
        let connections = ConnectionManager::new(
            sessions.clone(),
            origins.clone(),
            settings.limits.clone(),
            tracker.clone(),
            drain.clone(),
            settings.shutdown_seconds * 1_000,
        );
        let chat = Chat::open(
            database.clone(),
            settings.clone(),
            sessions.clone(),
            access.clone(),
            connections.pending().clone(),
            &tracker,
            &drain,
        )
        .await?;
        let chat = Arc::new(chat);
        tracker.spawn(follow_missed_authors(Arc::clone(&chat), drain.clone()));
        let watermark = spawn_log_tasks(chat.log_handle(), &database, &tracker, &drain).await?;
        let page_cache = PageCache::new(if may_change() { 0 } else { settings.limits.hot_pages });
        let state = AppState::new(settings, sessions, access, origins, connections, chat, page_cache);
        Ok(Self { state, database, watermark, tracker, drain, shutdown_timeout, metrics: None, tls: None })
    }

    /// Returns the sessions.
    pub fn sessions(&self) -> &Sessions {
        &self.state.sessions
    }

    /// Returns the event log.
    pub fn log(&self) -> &Log {
        self.state.chat.log_handle()
    }
}

/// Serves until `shutdown` resolves, announces the end for `drain-delay-seconds`, and then shuts down in order: stops accepting, closes all connections, writes everything
/// and closes the database. Returns whether that was done within the shutdown timeout.
pub async fn run(
    server: Server,
    listener: impl Into<Listener>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> bool {
    let Server { state, database, watermark, tracker, drain, shutdown_timeout, metrics, tls } = server;
    tracker.spawn(sweep(state.sessions.clone(), drain.clone()));
    let Settings { limits, public_url, allow_origin, trusted_proxy, .. } = state.settings.clone();
    let listener = listener.into();
    let metrics_address = metrics.as_ref().and_then(|listener| listener.local_addr().ok());
    log_start(&state.settings, listener.tcp_address(), metrics_address);
    if let Some(tls) = tls.clone() {
        tracker.spawn(watch_certificate(tls, drain.clone()));
    }
    // A Unix socket is as local as a loopback address: the public URL says by which name a proxy makes it known.
    let is_local = listener.ip().is_none_or(is_loopback);
    let hosts = AllowedHosts::new(public_url.as_ref().map(PublicUrl::origin), &allow_origin, is_local);
    let drain_notice = state.drain_notice.clone();
    let drain_delay = Duration::from_secs(state.settings.drain_delay_seconds);
    let log = state.log.clone();
    let chat = Arc::downgrade(&state.chat);
    let connections = state.connections.clone();
    let http_server = HttpServer::new(router(state, hosts.clone()), &limits, drain.clone())
        .with_proxies(trusted_proxy)
        .with_tls(tls.clone(), hosts);
    let http = http_server.open_connections();
    let sources = Sources { log, drain_notice: drain_notice.clone(), chat, connections, http, tls };
    let metrics = metrics.map(|listener| MetricsServer::start(listener, sources, &limits));
    let serving = tokio::spawn(http_server.run(listener));
    shutdown.await;
    drain_notice.announce();
    info!(seconds = drain_delay.as_secs(), "server.draining");
    sleep(drain_delay).await;
    drain.cancel();
    tracker.close();
    let started = Instant::now();
    let finish = async {
        match serving.await {
            Ok(draining) => finish_requests(draining, shutdown_timeout / 2).await,
            Err(error) => error!(%error, "server.panicked"),
        }
        // Queries that a stalled database does not answer were not acknowledged to anyone, and block the tasks behind them.
        let was_stalled = timeout_at(started + shutdown_timeout / 2, tracker.wait()).await.is_err()
            && database.cancel_pending();
        tracker.wait().await;
        if let Some(metrics) = metrics {
            metrics.stop().await;
        }
        if let Some(watermark) = watermark {
            watermark.finish().await;
        }
        database.close().await;
        !was_stalled
    };
    timeout(shutdown_timeout, finish).await.unwrap_or(false)
}

/// Waits for the requests in flight. Those that are not done in time are aborted: the resources they hold would block the rest
/// of the shutdown.
async fn finish_requests(draining: Draining, limit: Duration) {
    if timeout(limit, draining.done()).await.is_err() {
        warn!("server.requests_unfinished");
        draining.abort().await;
    }
}

#[cfg(test)]
mod tests;
