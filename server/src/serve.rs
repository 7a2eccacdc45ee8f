//! Putting it together, and taking it apart again in order.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    time::{Instant, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{error, info, warn};

use crate::{
    accept::{Draining, HttpServer, raise_fd_limit},
    access::Access,
    chat::Chat,
    config::{Limits, SettingError, Settings},
    database::{Database, DatabaseError},
    endpoint::ConnectionManager,
    event_log::{Log, ReadError, WatermarkWriter, instance},
    host::{AllowedHosts, is_loopback},
    http::{assets::may_change, page_cache::PageCache, rate_limit::IpRateLimiter, sitemap::SitemapCache},
    origin::AllowedOrigins,
    rate_limiter::KeyedRateLimiter,
    restore::{self, RestoreError},
    router::{AppState, router},
    session::{Sessions, SweepReport},
};

/// Between two sweeps of expired sessions.
const SWEEP: Duration = Duration::from_secs(60 * 60);
/// The same at first, and while the clock is ahead of the time that they expire by. Each sweep takes an hour's worth at most, so a
/// clock that is 30 days ahead can be set right within five days, however often the server is restarted.
const CATCH_UP: Duration = Duration::from_secs(10 * 60);
/// A clock that is ahead by more than this is worth a warning, in milliseconds.
const MUCH_AHEAD_MS: u64 = 24 * 60 * 60 * 1_000;

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The settings.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The log in it.
    #[error(transparent)]
    Log(#[from] ReadError),
    /// A restored backup in it.
    #[error(transparent)]
    Restore(#[from] RestoreError),
}

/// A server that is ready to run.
pub struct Server {
    state: AppState,
    database: Database,
    mark: Option<WatermarkWriter>,
    tracker: TaskTracker,
    drain: CancellationToken,
    within: Duration,
}

impl Server {
    /// Opens the database, brings its schema up to date, and wires everything.
    pub async fn open(settings: Settings) -> Result<Self, StartError> {
        settings.check()?;
        raise_fd_limit();
        let wait = Duration::from_secs(settings.database_wait_seconds);
        let database = Database::open_with_retry(&settings.database, settings.sync, wait).await?;
        let database = database.with_timeout(Duration::from_millis(settings.limits.database_timeout_ms));
        database.migrate().await?;
        restore::notice(&database).await?;
        let (tracker, drain) = (TaskTracker::new(), CancellationToken::new());
        if let Some(watch) = database.watch_free_space(settings.limits.min_free_disk, drain.clone()) {
            tracker.spawn(watch);
        }
        if let Some(checkpointer) = database.checkpointer().await? {
            tracker.spawn(checkpointer.run(drain.clone()));
        }
        if let Some(watch) = database.file_watch().await? {
            tracker.spawn(watch.run(drain.clone()));
        }
        let instance = instance(&database).await?;
        let sessions = Sessions::new(database.clone(), settings.secure_cookies).for_instance(&instance.0);
        let access = Access::new(settings.access_secret.as_deref());
        let own = settings.public_url.as_deref();
        let origins =
            AllowedOrigins::new(own.into_iter().chain(settings.allow_origin.iter().map(String::as_str)));
        let within = Duration::from_secs(settings.shutdown_seconds);
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
        )
        .await?;
        let log = chat.log().clone();
        tracker.spawn(log.backfill_index(drain.clone()));
        tracker.spawn(log.run_deferred_index(drain.clone()));
        let mark = log.watermark_writer(&database).await?;
        if let Some(mark) = mark.clone() {
            tracker.spawn(mark.run(drain.clone()));
        }
        let Limits { frames_per_second, frame_burst, pages_per_second, page_burst, hot_pages, .. } =
            settings.limits;
        let user_rate_limiter = KeyedRateLimiter::new(frames_per_second, frame_burst);
        let page_rate_limiter = IpRateLimiter::new(pages_per_second, page_burst);
        let page_cache = PageCache::new(if may_change() { 0 } else { hot_pages });
        let chat = Arc::new(chat);
        let address_limits = connections.address_limits().clone();
        let state = AppState {
            settings,
            log,
            sessions,
            access,
            origins,
            connections,
            chat,
            user_rate_limiter,
            page_rate_limiter,
            address_limits,
            page_cache,
            sitemap: SitemapCache::default(),
        };
        Ok(Self { state, database, mark, tracker, drain, within })
    }

    /// The log that it will serve.
    pub fn log(&self) -> &Log {
        &self.state.log
    }
}

/// Serves until `shutdown` resolves, then ends in order: no new connections, every socket told, everything written.
/// Says whether all that was done in time.
pub async fn run(
    server: Server,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> bool {
    let Server { state, database, mark, tracker, drain, within } = server;
    tracker.spawn(sweep(state.sessions.clone(), drain.clone()));
    let Settings { limits, public_url, allow_origin, .. } = state.settings.clone();
    let is_local = listener.local_addr().is_ok_and(|address| is_loopback(address.ip()));
    let hosts = AllowedHosts::new(public_url.as_deref(), &allow_origin, is_local);
    let accepting = HttpServer::new(router(state, hosts), &limits, drain.clone()).run(listener);
    let serving = tokio::spawn(accepting);
    shutdown.await;
    info!("server.draining");
    drain.cancel();
    tracker.close();
    let begun = Instant::now();
    let ended = async {
        match serving.await {
            Ok(draining) => finish_requests(draining, within / 2).await,
            Err(error) => error!(%error, "server.panicked"),
        }
        // What a database that does not answer is asked for was not acknowledged, and holds up what waits behind it.
        let gave_up =
            timeout_at(begun + within / 2, tracker.wait()).await.is_err() && database.cancel_pending();
        tracker.wait().await;
        if let Some(mark) = mark {
            mark.finish().await;
        }
        database.close().await;
        !gave_up
    };
    timeout(within, ended).await.unwrap_or(false)
}

/// Waits for requests under way. One that is not done in time is cut: what it holds would keep the rest from ending.
async fn finish_requests(draining: Draining, within: Duration) {
    if timeout(within, draining.done()).await.is_err() {
        warn!("server.requests_unfinished");
        draining.abort().await;
    }
}

async fn sweep(sessions: Sessions, drain: CancellationToken) {
    match sessions.start_clock().await {
        Ok(ahead_ms) if ahead_ms > MUCH_AHEAD_MS => {
            warn!(hours = ahead_ms / 3_600_000, "session.clock_is_ahead")
        }
        Ok(_) => {}
        Err(error) => error!(%error, "session.sweep_failed"),
    }
    let mut rest = CATCH_UP;
    while drain.run_until_cancelled(tokio::time::sleep(rest)).await.is_some() {
        rest = match sessions.sweep().await {
            Ok(SweepReport { swept, behind_ms }) => {
                if swept > 0 {
                    info!(swept, "session.swept");
                }
                if behind_ms > 0 { CATCH_UP } else { SWEEP }
            }
            Err(error) => {
                error!(%error, "session.sweep_failed");
                SWEEP
            }
        };
    }
}

#[cfg(test)]
mod tests;
