//! Sends signals and heartbeats.

use std::{sync::Arc, time::Duration};

use futures::FutureExt;
use sea_orm::sqlx::{self, Connection, PgConnection, postgres::PgConnectOptions};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::{CHANNEL, CONNECTION_TIMEOUT, HEARTBEAT_INTERVAL};
use crate::{
    database::NOTIFY_APPLICATION_NAME,
    nodes::{
        Signal,
        oversized_signals::{EncodedSignals, OversizedSignals},
        payload,
        pending_signals::PendingSignals,
    },
};

/// The shortest time between two statements. Signals meanwhile are coalesced, so that a busy node costs PostgreSQL and the other
/// nodes no more than this.
const SEND_INTERVAL: Duration = Duration::from_millis(2);
/// The time after which a failed connection is made anew.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);
/// How long the shutdown may wait for the last signals.
const LAST_SEND_TIMEOUT: Duration = Duration::from_millis(500);

const NOTIFY: &str = "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload";

pub(super) struct Announcer {
    options: PgConnectOptions,
    node: String,
    outbox: Arc<PendingSignals>,
    connection: Option<PgConnection>,
    /// Signals were lost, and the other nodes do not know yet.
    has_lost: bool,
    oversized: OversizedSignals,
    /// One line in the log is enough for a database that stays out of reach.
    is_failing: bool,
}

impl Announcer {
    pub(super) fn new(options: PgConnectOptions, node: String, outbox: Arc<PendingSignals>) -> Self {
        let options = options.application_name(NOTIFY_APPLICATION_NAME);
        let oversized = OversizedSignals::default();
        Self { options, node, outbox, connection: None, has_lost: false, oversized, is_failing: false }
    }

    /// Sends until `closed` is cancelled, and then what is left.
    pub(super) async fn run(mut self, closed: CancellationToken) {
        closed.run_until_cancelled(self.send_all()).await;
        if let Some(signals) = self.outbox.take_all().now_or_never() {
            let _ = timeout(LAST_SEND_TIMEOUT, self.send(signals)).await;
        }
    }

    async fn send_all(&mut self) {
        let mut heartbeat = interval(HEARTBEAT_INTERVAL);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let outbox = Arc::clone(&self.outbox);
        loop {
            let signals = tokio::select! {
                signals = outbox.take_all() => {
                    // There were too many for the outbox.
                    self.has_lost |= signals.is_empty();
                    signals
                }
                _ = heartbeat.tick() => Vec::new(),
            };
            let pause = match self.send(signals).await {
                Ok(()) => SEND_INTERVAL,
                Err(_) => RETRY_INTERVAL,
            };
            sleep(pause).await;
        }
    }

    /// Signals that cannot be sent are lost. The next send says so to the other nodes, which find the events by their poll.
    async fn send(&mut self, signals: Vec<Signal>) -> Result<(), sqlx::Error> {
        let loses = !signals.is_empty();
        let payloads = self.payloads(signals);
        let sent = timeout(CONNECTION_TIMEOUT, self.notify(&payloads)).await;
        let sent = sent.unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())));
        match &sent {
            Ok(()) => (self.has_lost, self.is_failing) = (false, false),
            Err(error) => {
                self.has_lost |= loses;
                self.connection = None;
                if std::mem::replace(&mut self.is_failing, true) {
                    debug!(%error, "nodes.announce_failed");
                } else {
                    warn!(%error, "nodes.announce_failed: other nodes find events by their poll");
                }
            }
        }
        sent
    }

    fn payloads(&self, signals: Vec<Signal>) -> Vec<String> {
        let lost = self.has_lost.then(|| payload::lost(&self.node));
        let EncodedSignals { payloads, left_out } = payload::encode(&self.node, signals);
        self.oversized.record(left_out, payload::MAX_PAYLOAD_BYTES);
        lost.into_iter().chain(payloads).collect()
    }

    async fn notify(&mut self, payloads: &[String]) -> Result<(), sqlx::Error> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(PgConnection::connect_with(&self.options).await?),
        };
        sqlx::query(NOTIFY).bind(CHANNEL).bind(payloads).execute(connection).await.map(drop)
    }
}
