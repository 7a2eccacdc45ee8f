//! Signals by PostgreSQL's `LISTEN` and `NOTIFY`, on two connections outside the pools of the log.
//!
//! A transaction that notifies holds a lock of the whole PostgreSQL server during its commit. The log's transactions therefore
//! never notify, and these connections do not wait for the disk (`synchronous_commit` is off).

mod announcer;
mod listener;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use sea_orm::sqlx::postgres::PgConnectOptions;
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use super::{BusItem, Signal, SignalBus, pending_signals::PendingSignals};
use crate::random::random_hex;
use announcer::Announcer;
use listener::NotificationListener;

/// The channel that all nodes of a database listen on.
const CHANNEL: &str = "chorus";
/// The most signals that are kept until they are sent, or until they are handled. Heads of that many topics are about 3 MB.
const MAX_PENDING_SIGNALS: usize = 20_000;
/// The time between two heartbeats, by which a node notices that signals no longer arrive.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(1);
/// How long a connection may take to be made, or to answer.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(5);

/// The bus.
pub(super) struct ListenNotify {
    outbox: Arc<PendingSignals>,
    inbox: Arc<PendingSignals>,
    is_connected: Arc<AtomicBool>,
    /// Ends the announcer when nobody can announce any more: requests in flight are acknowledged after `drain`.
    _closed: DropGuard,
}

impl ListenNotify {
    /// Spawns the tasks that send and receive. The one that receives ends with `drain`, the one that sends when this is dropped.
    pub(super) fn spawn(
        options: &PgConnectOptions,
        tracker: &TaskTracker,
        drain: &CancellationToken,
    ) -> Self {
        let outbox = Arc::new(PendingSignals::new(MAX_PENDING_SIGNALS));
        let inbox = Arc::new(PendingSignals::new(MAX_PENDING_SIGNALS));
        // A node that starts is not degraded.
        let is_connected = Arc::new(AtomicBool::new(true));
        let node = random_hex::<8>();
        let options = options.clone().options([("synchronous_commit", "off")]);
        let announcer = Announcer::new(options.clone(), node.clone(), Arc::clone(&outbox));
        let listener =
            NotificationListener::new(options, node, Arc::clone(&inbox), Arc::clone(&is_connected));
        let closed = CancellationToken::new();
        tracker.spawn(announcer.run(closed.clone()));
        let until_drained = drain.clone();
        tracker.spawn(async move { until_drained.run_until_cancelled(listener.run()).await });
        Self { outbox, inbox, is_connected, _closed: closed.drop_guard() }
    }
}

impl SignalBus for ListenNotify {
    fn announce(&self, signal: Signal) {
        self.outbox.push(signal);
    }

    fn recv(&self) -> BoxFuture<'_, BusItem> {
        Box::pin(self.inbox.next())
    }

    fn is_connected(&self) -> bool {
        self.is_connected.load(Ordering::Relaxed)
    }
}
