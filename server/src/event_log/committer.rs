//! The one task that writes the log: it takes all that waits, stores it in one transaction, answers, then tells.
//!
//! While one transaction is on its way to the disk the next batch gathers, so the disk's pace sets the batch's size; and the
//! batch before it is told, so that neither the disk nor the network waits for the other.

use std::{
    collections::BTreeSet,
    panic::AssertUnwindSafe,
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use app::protocol::TopicName;
use futures::{FutureExt, poll};
use sea_orm::DbErr;
use tokio::{sync::mpsc, time::timeout};
use tracing::{debug, error, info};

use super::{
    Job, NewEvent,
    stall::Stall,
    store::{Appended, Store},
    teller::{Stored, Teller},
};
use crate::database::WriterLease;

/// The most events in one transaction.
const BATCH: usize = 256;
/// When more comes within this time, the writer lease was not released.
const LAY_DOWN: Duration = Duration::from_millis(1);
/// Between two looks whether the store answers again after it failed.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

pub(super) struct Committer {
    lease: WriterLease,
    store: Store,
    jobs: mpsc::Receiver<Job>,
    teller: Teller,
    stall: Stall,
    /// When it was looked at last whether the store answers again.
    looked: Instant,
}

impl Committer {
    pub(super) fn new(store: Store, jobs: mpsc::Receiver<Job>, teller: Teller, stall: Stall) -> Self {
        Self { lease: store.writer_lease(), store, jobs, teller, stall, looked: Instant::now() }
    }

    /// Until every handle on the log is gone and the queue is empty.
    pub(super) async fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(taken) = self.take(&mut batch).await {
            if taken > 0 {
                self.commit(&mut batch).await;
            } else if self.lease.is_held() {
                self.lease.release();
            }
            self.look_at_doubts().await;
        }
    }

    async fn look_at_doubts(&mut self) {
        if self.is_look_due() {
            self.clear_doubts().await;
        }
    }

    fn is_look_due(&self) -> bool {
        !self.teller.doubts().is_empty() && self.looked.elapsed() >= LOOK_AGAIN
    }

    /// Takes all that waits, and says how much it is: nothing, when there is something else to do meanwhile. None: there will
    /// be no more.
    async fn take(&mut self, batch: &mut Vec<Job>) -> Option<usize> {
        let taken = match self.patience() {
            None => self.jobs.recv_many(batch, BATCH).await,
            Some(patience) => match timeout(patience, self.jobs.recv_many(batch, BATCH)).await {
                Ok(taken) => taken,
                Err(_) => return Some(0),
            },
        };
        (taken > 0).then_some(taken)
    }

    fn patience(&self) -> Option<Duration> {
        if self.lease.is_held() {
            return Some(LAY_DOWN);
        }
        (!self.teller.doubts().is_empty()).then_some(LOOK_AGAIN)
    }

    /// Commits a batch, and then what has gathered meanwhile, until nothing has. Each is told once it is on the disk and the
    /// next is on its way.
    async fn commit(&mut self, batch: &mut Vec<Job>) {
        let mut stored = None;
        while !batch.is_empty() {
            stored = self.commit_next(batch, stored).await;
            if self.is_look_due() {
                stored.take().into_iter().for_each(|stored| self.teller.tell(stored));
                self.clear_doubts().await;
            }
            self.jobs.recv_many(batch, BATCH).now_or_never();
        }
        stored.into_iter().for_each(|stored| self.teller.tell(stored));
    }

    /// Commits a batch, and tells of the one before it once this one is on its way.
    async fn commit_next(&mut self, batch: &mut Vec<Job>, before: Option<Stored>) -> Option<Stored> {
        let (events, answers): (Vec<_>, Vec<_>) = batch.drain(..).map(|job| (job.event, job.answer)).unzip();
        let topics: BTreeSet<TopicName> = events.iter().map(|event| event.topic.clone()).collect();
        self.stall.begins();
        // A fault of ours loses its batch and nothing else: its transaction is taken back.
        let mut append = pin!(AssertUnwindSafe(append(&self.store, &mut self.lease, events)).catch_unwind());
        let begun = poll!(&mut append);
        before.into_iter().for_each(|stored| self.teller.tell(stored));
        let appended = match begun {
            Poll::Ready(appended) => appended,
            Poll::Pending => append.await,
        };
        match appended {
            Ok(Ok(appended)) => {
                self.stall.ends();
                return Some(Stored { appended, answers });
            }
            Ok(Err(error)) if self.store.is_detached() => debug!(%error, "log.commit_refused"),
            Ok(Err(error)) => error!(%error, events = answers.len(), "log.commit_failed"),
            Err(_) => error!(events = answers.len(), "log.commit_panicked"),
        }
        self.looked = Instant::now();
        self.teller.doubt(topics);
        None
    }

    async fn clear_doubts(&mut self) {
        self.looked = Instant::now();
        // Whoever writes meanwhile waits.
        let settled = timeout(LOOK_AGAIN, self.store.settle(self.teller.doubts())).await;
        if matches!(settled, Ok(Ok(()))) {
            self.stall.ends();
            info!(topics = self.teller.doubts().len(), "log.answers_again");
            self.teller.clear_doubts();
        }
    }
}

/// Stores a batch. Tests make that fail on either side of the commit.
async fn append(store: &Store, lease: &mut WriterLease, events: Vec<NewEvent>) -> Result<Appended, DbErr> {
    #[cfg(test)]
    store.faults.before().await?;
    let appended = store.append(lease, events).await?;
    #[cfg(test)]
    store.faults.after()?;
    Ok(appended)
}
