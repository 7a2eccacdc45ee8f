//! Receives the signals of other nodes.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sea_orm::sqlx::{
    self,
    postgres::{PgConnectOptions, PgListener, PgNotification, PgPoolOptions},
};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::{debug, info, warn};

use super::{CHANNEL, CONNECTION_TIMEOUT, HEARTBEAT_INTERVAL};
use crate::{
    database::LISTEN_APPLICATION_NAME,
    nodes::{
        payload::{self, ReceivedSignals},
        pending_signals::PendingSignals,
    },
};

/// How long no heartbeat of this node may arrive before the connection counts as lost: one that is half open gives no error.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(4 * HEARTBEAT_INTERVAL.as_secs());
const MIN_RETRY_INTERVAL: Duration = Duration::from_millis(100);
const MAX_RETRY_INTERVAL: Duration = Duration::from_secs(2);

pub(super) struct NotificationListener {
    options: PgConnectOptions,
    node: String,
    inbox: Arc<PendingSignals>,
    is_connected: Arc<AtomicBool>,
}

impl NotificationListener {
    pub(super) fn new(
        options: PgConnectOptions,
        node: String,
        inbox: Arc<PendingSignals>,
        is_connected: Arc<AtomicBool>,
    ) -> Self {
        Self { options: options.application_name(LISTEN_APPLICATION_NAME), node, inbox, is_connected }
    }

    pub(super) async fn run(self) {
        let mut pause = MIN_RETRY_INTERVAL;
        loop {
            let has_heartbeat = match self.connect().await {
                Ok(listener) => self.listen(listener).await,
                Err(error) => {
                    debug!(%error, "nodes.listen_failed");
                    false
                }
            };
            self.disconnected();
            pause = if has_heartbeat { MIN_RETRY_INTERVAL } else { MAX_RETRY_INTERVAL.min(pause * 2) };
            sleep(pause).await;
        }
    }

    /// Connects and starts to listen. Each connection has a pool of its own, since a half-open one keeps its place in the pool
    /// until the kernel gives it up.
    async fn connect(&self) -> Result<PgListener, sqlx::Error> {
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(CONNECTION_TIMEOUT);
        let pool = pool.max_lifetime(None).idle_timeout(None).connect_lazy_with(self.options.clone());
        let connect = async {
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.eager_reconnect(false);
            listener.listen(CHANNEL).await?;
            Ok(listener)
        };
        let timed_out = |_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()));
        timeout(CONNECTION_TIMEOUT, connect).await.unwrap_or_else(timed_out)
    }

    /// Receives until the connection is lost. Returns whether a heartbeat arrived.
    async fn listen(&self, mut listener: PgListener) -> bool {
        // Signals that were sent before this connection listened are lost.
        self.inbox.mark_uncertain();
        let mut has_heartbeat = false;
        let mut deadline = Instant::now() + HEARTBEAT_TIMEOUT;
        loop {
            match timeout_at(deadline, listener.try_recv()).await {
                Ok(Ok(Some(notification))) if self.receive(&notification) => {
                    self.connected();
                    has_heartbeat = true;
                    deadline = Instant::now() + HEARTBEAT_TIMEOUT;
                }
                Ok(Ok(Some(_))) => {}
                Ok(Ok(None)) => break,
                Ok(Err(error)) => {
                    debug!(%error, "nodes.listen_failed");
                    break;
                }
                Err(_) => {
                    debug!("nodes.heartbeat_missed");
                    break;
                }
            }
        }
        has_heartbeat
    }

    /// Queues the signals of another node. Returns whether the notification is this node's own, which proves that the
    /// connection works.
    fn receive(&self, notification: &PgNotification) -> bool {
        // SQLx panics at a text that is not UTF-8, which a database with the encoding SQL_ASCII can send.
        let Ok(text) = catch_unwind(AssertUnwindSafe(|| notification.payload())) else { return false };
        match payload::parse(text) {
            Ok(ReceivedSignals { from, .. }) if from == self.node => return true,
            Ok(ReceivedSignals { signals, has_lost, unknown, .. }) => {
                if unknown > 0 {
                    debug!(unknown, "nodes.unknown_signals_ignored");
                }
                if has_lost {
                    self.inbox.mark_uncertain();
                }
                signals.into_iter().for_each(|signal| self.inbox.push(signal));
            }
            Err(error) => debug!(%error, "nodes.bad_payload_ignored"),
        }
        false
    }

    fn connected(&self) {
        if !self.is_connected.swap(true, Ordering::Relaxed) {
            info!("nodes.listening: hints of other nodes arrive again");
        }
    }

    fn disconnected(&self) {
        self.inbox.mark_uncertain();
        if self.is_connected.swap(false, Ordering::Relaxed) {
            warn!(
                "nodes.not_listening: hints of other nodes do not arrive; their events are found by polling"
            );
        }
    }
}
