//! Signals between nodes. A *node* is one of several servers on one PostgreSQL database.
//!
//! PostgreSQL is the truth, and a signal is a hint: it may be lost, late, repeated or out of order, and costs time then, never
//! data. The receiver reads the log, and a poll finds events without a signal. A SQLite database has one server, so none of this
//! runs there.

mod events;
mod listen_notify;
mod nats;
mod oversized_signals;
mod payload;
mod pending_signals;
mod signal;

use std::sync::Arc;

use futures::future::{BoxFuture, pending};
use sea_orm::DbErr;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{config::Hints, database::Database};
pub(crate) use events::{CommittedEvents, EventBatch};
use listen_notify::ListenNotify;
use nats::{Nats, database_name};
pub(crate) use pending_signals::PendingSignals;
pub(crate) use signal::{MAX_TYPING_PEOPLE, NodeId, NodePeople, Signal};

/// The next item of a [`SignalBus`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BusItem {
    Signal(Signal),
    /// Events that another node says it has committed.
    Events(EventBatch),
    /// Signals may have been lost.
    Uncertain,
}

/// Carries signals between the nodes of one database.
pub(crate) trait SignalBus: Send + Sync {
    /// Sends a signal to all other nodes, soon and without a guarantee. Never waits.
    fn announce(&self, signal: Signal);

    /// Announces events that this node has committed, like [`announce`](Self::announce). A bus that carries no events announces
    /// their head.
    fn announce_events(&self, events: CommittedEvents) {
        self.announce(events.head());
    }

    /// Waits for the next signal of another node. Cancel safe. For one caller at a time.
    fn recv(&self) -> BoxFuture<'_, BusItem>;

    /// Whether signals arrive, as far as is known.
    fn is_connected(&self) -> bool;

    /// Whether this bus carries signals at all.
    fn has_signals(&self) -> bool {
        true
    }
}

/// Carries nothing: nodes find each other's events by polling alone.
pub(crate) struct NoSignals;

impl SignalBus for NoSignals {
    fn announce(&self, _: Signal) {}

    fn recv(&self) -> BoxFuture<'_, BusItem> {
        Box::pin(pending())
    }

    fn is_connected(&self) -> bool {
        true
    }

    fn has_signals(&self) -> bool {
        false
    }
}

/// Returns the bus between the nodes of a database, which receives signals until `drain` is cancelled. Returns `None` for SQLite.
/// `instance` is the epoch of new topics: nodes with another one do not receive each other's messages over NATS.
pub(crate) async fn connect(
    database: &Database,
    instance: &str,
    hints: Hints,
    tracker: &TaskTracker,
    drain: &CancellationToken,
) -> Result<Option<Arc<dyn SignalBus>>, DbErr> {
    let Some(options) = database.postgres_options() else { return Ok(None) };
    Ok(Some(match hints {
        Hints::None => Arc::new(NoSignals),
        Hints::Notify => Arc::new(ListenNotify::spawn(&options, tracker, drain)),
        Hints::Nats(servers) => {
            Arc::new(Nats::spawn(servers, database_name(database, instance).await?, tracker, drain))
        }
    }))
}
