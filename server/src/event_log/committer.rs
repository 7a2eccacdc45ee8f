//! The one task that writes the log: it receives all queued events, stores them in one transaction, sends the receipts and
//! then notifies the hub (group commit).
//!
//! The next batch gathers while a transaction is on its way to disk, so the disk's speed sets the batch size. The batch
//! before it is notified meanwhile, so that neither the disk nor the network waits for the other.

use std::{
    collections::BTreeSet,
    panic::AssertUnwindSafe,
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use app::protocol::TopicName;
use futures::{FutureExt, poll};
use sea_orm::{DbErr, RuntimeErr};
use tokio::{sync::mpsc, time::timeout};
use tracing::{debug, error, info};

use super::{
    Job, NewEvent,
    committer_probe::CommitterProbe,
    fence::Fence,
    health::StoreHealth,
    notifier::{Notifier, StoredBatch},
    recovery_schedule::{RECOVERY_CHECK_INTERVAL, RecoverySchedule},
    stall_timer::StallTimer,
    store::{Appended, Store},
};
use crate::{
    counters,
    database::{FailureKind, WriterLease},
};

/// The most events in one transaction.
const MAX_BATCH_EVENTS: usize = 256;
/// The committer keeps the writer lease for this long after a batch: another batch within it need not take the lease again.
const LEASE_IDLE_TIMEOUT: Duration = Duration::from_millis(1);
/// A failed commit that took longer than this shows that PostgreSQL does not answer.
const STALL_THRESHOLD: Duration = Duration::from_secs(1);

/// Why a batch was not stored.
enum CommitFailure {
    /// The database answered with an error, as when another process holds a topic's lock. The next batch may succeed.
    Refused,
    /// There was no answer.
    Unanswered,
}

pub(super) struct Committer {
    lease: WriterLease,
    store: Store,
    jobs: mpsc::Receiver<Job>,
    notifier: Notifier,
    stall_timer: StallTimer,
    health: StoreHealth,
    probe: CommitterProbe,
    fence: Fence,
    recovery: RecoverySchedule,
}

impl Committer {
    pub(super) fn new(
        store: Store,
        jobs: mpsc::Receiver<Job>,
        notifier: Notifier,
        stall_timer: StallTimer,
        health: StoreHealth,
        probe: CommitterProbe,
    ) -> Self {
        let lease = store.writer_lease();
        Self {
            lease,
            store,
            jobs,
            notifier,
            stall_timer,
            health,
            probe,
            fence: Fence::default(),
            recovery: RecoverySchedule::default(),
        }
    }

    /// Looks at these rights before each batch.
    pub(super) fn with_fence(self, fence: Fence) -> Self {
        Self { fence, ..self }
    }

    /// Runs until every handle on the log is gone and the queue is empty.
    pub(super) async fn run(mut self) {
        let mut batch = Vec::with_capacity(MAX_BATCH_EVENTS);
        while let Some(received) = self.recv_batch(&mut batch).await {
            if received > 0 {
                self.commit_all(&mut batch).await;
            } else if self.lease.is_held() {
                self.lease.release();
            }
            if self.is_recovery_check_due() {
                self.check_recovery().await;
            }
        }
    }

    fn is_recovery_check_due(&self) -> bool {
        !self.notifier.uncertain_topics().is_empty() && self.recovery.is_due(Instant::now())
    }

    /// Receives the next batch and returns its length: `Some(0)` on timeout, `None` when all senders are gone.
    async fn recv_batch(&mut self, batch: &mut Vec<Job>) -> Option<usize> {
        let received = match self.recv_timeout() {
            None => self.jobs.recv_many(batch, MAX_BATCH_EVENTS).await,
            Some(limit) => match timeout(limit, self.jobs.recv_many(batch, MAX_BATCH_EVENTS)).await {
                Ok(received) => received,
                Err(_) => return Some(0),
            },
        };
        (received > 0).then_some(received)
    }

    /// Returns `None` when there is no other work to wake up for.
    fn recv_timeout(&self) -> Option<Duration> {
        if self.lease.is_held() {
            return Some(LEASE_IDLE_TIMEOUT);
        }
        (!self.notifier.uncertain_topics().is_empty()).then_some(RECOVERY_CHECK_INTERVAL)
    }

    /// Commits a batch and then the events that were queued meanwhile, until the queue is empty. Notifies of each batch once
    /// it is on disk and the next one is on its way.
    async fn commit_all(&mut self, batch: &mut Vec<Job>) {
        let mut stored = None;
        while !batch.is_empty() {
            self.probe.begin_batch();
            let pass = self.fence.enter().await;
            self.fence.mark(batch);
            stored = match self.commit_next(batch, stored).await {
                Ok(stored) => Some(stored),
                Err(CommitFailure::Refused) => None,
                Err(CommitFailure::Unanswered) => {
                    self.refuse_queued();
                    None
                }
            };
            drop(pass);
            if self.is_recovery_check_due() {
                stored.take().into_iter().for_each(|stored| self.notifier.notify(stored));
                self.check_recovery().await;
            }
            self.jobs.recv_many(batch, MAX_BATCH_EVENTS).now_or_never();
        }
        stored.into_iter().for_each(|stored| self.notifier.notify(stored));
        self.probe.begin_wait();
    }

    /// Commits a batch, and notifies of the previous one once this one is on its way to disk.
    async fn commit_next(
        &mut self,
        batch: &mut Vec<Job>,
        previous: Option<StoredBatch>,
    ) -> Result<StoredBatch, CommitFailure> {
        let (events, receipts): (Vec<_>, Vec<_>) =
            batch.drain(..).map(|job| (job.event, job.receipt)).unzip();
        let topics: BTreeSet<TopicName> = events.iter().map(|event| event.topic.clone()).collect();
        let started_at = Instant::now();
        self.stall_timer.start();
        // A panic loses this batch and nothing else: its transaction is rolled back.
        let mut append = pin!(AssertUnwindSafe(append(&self.store, &mut self.lease, events)).catch_unwind());
        // The first poll hands the transaction to the database.
        let started = poll!(&mut append);
        previous.into_iter().for_each(|stored| self.notifier.notify(stored));
        let appended = match started {
            Poll::Ready(appended) => appended,
            Poll::Pending => append.await,
        };
        let failure = match &appended {
            Ok(Err(error)) if is_answer(error) => CommitFailure::Refused,
            _ => CommitFailure::Unanswered,
        };
        record_failure(&self.store, &self.health, &appended);
        match appended {
            Ok(Ok(appended)) => {
                self.stall_timer.stop();
                self.recovery.record_commit();
                self.health.record_commit();
                record_commit(started_at, receipts.len(), appended.events.len());
                return Ok(StoredBatch { appended, receipts });
            }
            Ok(Err(error)) if self.store.is_detached() => debug!(%error, "log.commit_refused"),
            Ok(Err(error)) => error!(%error, events = receipts.len(), "log.commit_failed"),
            Err(_) => error!(events = receipts.len(), "log.commit_panicked"),
        }
        self.stall_timer.mark_failed();
        // Dropping the receipt senders answers `Unavailable`.
        self.recovery.record_failure(matches!(failure, CommitFailure::Refused), Instant::now());
        self.notifier.mark_uncertain(topics);
        Err(failure)
    }

    /// Refuses the events that were queued while PostgreSQL did not answer: each batch of them would wait for another timeout.
    fn refuse_queued(&mut self) {
        if self.store.may_stall() && self.stall_timer.elapsed() >= STALL_THRESHOLD {
            (0..self.jobs.len()).for_each(|_| drop(self.jobs.try_recv()));
        }
    }

    async fn check_recovery(&mut self) {
        self.recovery.record_check(Instant::now());
        // The check writes, and SQLite has one connection for that.
        self.lease.release();
        // New writes wait while this runs, so it is bounded.
        let settled = timeout(
            RECOVERY_CHECK_INTERVAL,
            self.store.await_uncertain_commits(self.notifier.uncertain_topics()),
        )
        .await;
        if matches!(settled, Ok(Ok(()))) {
            self.stall_timer.stop();
            info!(topics = self.notifier.uncertain_topics().len(), "log.store_recovered");
            self.notifier.resolve_uncertain();
        }
    }
}

/// Counts a failed commit, and remembers its kind.
fn record_failure(
    store: &Store,
    health: &StoreHealth,
    outcome: &std::thread::Result<Result<Appended, DbErr>>,
) {
    let kind = match outcome {
        Ok(Ok(_)) => return,
        Ok(Err(_)) if store.is_detached() => FailureKind::Moved,
        Ok(Err(error)) => FailureKind::of(error),
        Err(_) => FailureKind::Other,
    };
    counters::COMMIT_ERRORS.add(1);
    health.record_failure(kind);
}

/// Counts a batch. Of its events those are new that no earlier attempt had stored and that were not refused.
fn record_commit(started_at: Instant, batch: usize, new_events: usize) {
    counters::COMMIT_TIME.record_time(started_at.elapsed());
    counters::BATCH_EVENTS.record(batch as u64);
    counters::EVENTS_PUBLISHED.add(new_events);
}

/// Whether the database itself reports this error.
fn is_answer(error: &DbErr) -> bool {
    let (DbErr::Query(RuntimeErr::SqlxError(error)) | DbErr::Exec(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    error.as_database_error().is_some()
}

/// Stores a batch. Tests inject faults on either side of the commit.
async fn append(store: &Store, lease: &mut WriterLease, events: Vec<NewEvent>) -> Result<Appended, DbErr> {
    #[cfg(test)]
    store.faults.before().await?;
    let appended = store.append(lease, events).await?;
    #[cfg(test)]
    store.faults.after()?;
    Ok(appended)
}
