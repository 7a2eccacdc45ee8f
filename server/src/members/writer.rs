//! The one task that stores queued automatic follows, and read marks.

use std::{sync::Arc, time::Duration};

use app::protocol::{TopicName, UserId};
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};
use tracing::{debug, error};

use super::{
    auto_follow::AutoFollow,
    pending_reads::{PendingReads, ReadMark},
    store::MemberStore,
};

const FLUSH_INTERVAL: Duration = Duration::from_secs(1);
/// Rows in one transaction. Bounds how long the event log's committer waits for it.
pub(super) const MAX_BATCH_ROWS: usize = 256;

/// Called for each person who has become a follower, after that is stored.
type OnFollow = Box<dyn Fn(UserId, &TopicName) + Send + Sync>;

pub(super) struct MembershipWriter {
    store: MemberStore,
    pending: Arc<PendingReads>,
    queue: mpsc::Receiver<AutoFollow>,
    on_follow: OnFollow,
}

impl MembershipWriter {
    pub(super) fn new(
        store: MemberStore,
        pending: Arc<PendingReads>,
        queue: mpsc::Receiver<AutoFollow>,
        on_follow: OnFollow,
    ) -> Self {
        Self { store, pending, queue, on_follow }
    }

    /// Runs until all senders are gone, and stores what is left.
    pub(super) async fn run(mut self) {
        // While one transaction is under way, the next batch gathers in the queue.
        let mut batch = Vec::new();
        let mut tick = interval(FLUSH_INTERVAL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                received = self.queue.recv_many(&mut batch, MAX_BATCH_ROWS) => {
                    if received == 0 {
                        break;
                    }
                    self.store_follows(std::mem::take(&mut batch)).await;
                }
                _ = tick.tick() => flush(&self.store, &self.pending).await,
            }
        }
        flush(&self.store, &self.pending).await;
    }

    async fn store_follows(&self, batch: Vec<AutoFollow>) {
        match self.store.auto_follow(&batch).await {
            Ok(new) => {
                for follow in new.into_iter().filter_map(|index| batch.get(index)) {
                    (self.on_follow)(follow.user, &follow.topic);
                }
            }
            Err(error) => error!(%error, people = batch.len(), "members.join_failed"),
        }
        batch.into_iter().filter_map(|follow| follow.done).for_each(|done| {
            let _ = done.send(());
        });
    }
}

/// Stores all pending read marks. After an error, the rest stays pending.
pub(super) async fn flush(store: &MemberStore, pending: &PendingReads) {
    for marks in pending.all().chunks(MAX_BATCH_ROWS) {
        let _guard = pending.write_lock.lock().await;
        if !store_marks(store, pending, marks).await {
            return;
        }
    }
}

/// Stores a batch of read marks, and returns whether that succeeded. The caller holds `PendingReads::write_lock`.
pub(super) async fn store_marks(store: &MemberStore, pending: &PendingReads, marks: &[ReadMark]) -> bool {
    // Those that were forgotten since must not come back.
    let marks = pending.current(marks);
    match store.read(&marks).await {
        Ok(()) => pending.remove_stored(&marks),
        // Not an error in the log: `database.file_gone` was logged, and every flush fails from then on.
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
