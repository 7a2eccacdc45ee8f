//! The one task that writes what is kept in memory: who wrote somewhere follows it, and how far people have read.

use std::{sync::Arc, time::Duration};

use app::protocol::{Name, TopicName, UserId};
use tokio::{
    sync::{mpsc, oneshot},
    time::{MissedTickBehavior, interval},
};
use tracing::{debug, error};

use super::{name_key, pending::Pending, store::Store};

/// Between two writes of read marks.
const PACE: Duration = Duration::from_secs(1);
/// The most rows in one transaction: whoever commits messages waits no longer for it.
pub(super) const BATCH: usize = 256;

/// Somebody who wrote in a topic.
pub(super) struct Joining {
    pub(super) user: UserId,
    pub(super) name_key: String,
    pub(super) topic: TopicName,
    done: Option<oneshot::Sender<()>>,
}

impl Joining {
    pub(super) fn new(
        user: UserId,
        name: &Name,
        topic: &TopicName,
        done: Option<oneshot::Sender<()>>,
    ) -> Self {
        Self { user, name_key: name_key(name.as_str()), topic: topic.clone(), done }
    }
}

/// Hears who has joined which topic, once it is written.
type Tell = Box<dyn Fn(UserId, &TopicName) + Send + Sync>;

pub(super) struct Keeper {
    store: Store,
    pending: Arc<Pending>,
    joining: mpsc::Receiver<Joining>,
    tell: Tell,
}

impl Keeper {
    pub(super) fn new(
        store: Store,
        pending: Arc<Pending>,
        joining: mpsc::Receiver<Joining>,
        tell: Tell,
    ) -> Self {
        Self { store, pending, joining, tell }
    }

    /// Until every handle is gone and all is written.
    pub(super) async fn run(mut self) {
        let mut batch = Vec::new();
        let mut tick = interval(PACE);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                taken = self.joining.recv_many(&mut batch, BATCH) => {
                    if taken == 0 {
                        break;
                    }
                    self.join(std::mem::take(&mut batch)).await;
                }
                _ = tick.tick() => flush(&self.store, &self.pending).await,
            }
        }
        flush(&self.store, &self.pending).await;
    }

    /// While one transaction is on its way the next batch gathers.
    async fn join(&self, batch: Vec<Joining>) {
        match self.store.join(&batch).await {
            Ok(joined) => {
                for joined in joined.into_iter().filter_map(|index| batch.get(index)) {
                    (self.tell)(joined.user, &joined.topic);
                }
            }
            Err(error) => error!(%error, people = batch.len(), "members.join_failed"),
        }
        batch.into_iter().filter_map(|joining| joining.done).for_each(|done| {
            let _ = done.send(());
        });
    }
}

/// Writes what waits. What the store does not take goes on waiting.
pub(super) async fn flush(store: &Store, pending: &Pending) {
    for marks in pending.all().chunks(BATCH) {
        let _turn = pending.turn.lock().await;
        if !write(store, pending, marks).await {
            return;
        }
    }
}

/// Writes a batch of read marks, and returns whether the store has taken it. Needs the turn.
pub(super) async fn write(store: &Store, pending: &Pending, marks: &[(UserId, TopicName, u64)]) -> bool {
    match store.read(marks).await {
        Ok(()) => pending.stored(marks),
        Err(error) if store.is_detached() => {
            debug!(%error, "members.read_refused");
            return false;
        }
        Err(error) => {
            error!(%error, "members.read_failed");
            return false;
        }
    }
    true
}
