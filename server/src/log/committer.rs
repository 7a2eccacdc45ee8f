//! The one task that writes the log: it takes all that waits, stores it in one transaction, answers, then tells.
//!
//! While one transaction is on its way to the disk the next batch gathers, so the disk's pace sets the batch's size.

use std::panic::AssertUnwindSafe;

use app::protocol::Event;
use futures::FutureExt;
use tokio::sync::{mpsc, oneshot};
use tracing::error;

use super::{AppendError, Job, Receipt, store::Store};

/// The most messages in one transaction.
const BATCH: usize = 256;

pub(super) struct Committer {
    store: Store,
    jobs: mpsc::Receiver<Job>,
    committed: Box<dyn Fn(Event) + Send + Sync>,
}

impl Committer {
    pub(super) fn new(
        store: Store,
        jobs: mpsc::Receiver<Job>,
        committed: Box<dyn Fn(Event) + Send + Sync>,
    ) -> Self {
        Self { store, jobs, committed }
    }

    /// Until every handle on the log is gone and the queue is empty.
    pub(super) async fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH);
        while self.jobs.recv_many(&mut batch, BATCH).await > 0 {
            self.commit(&mut batch).await;
        }
    }

    /// Answers go out before the events do: an author hears the ack first.
    async fn commit(&self, batch: &mut Vec<Job>) {
        let (messages, answers): (Vec<_>, Vec<_>) =
            batch.drain(..).map(|job| (job.message, job.answer)).unzip();
        // A fault of ours loses its batch and nothing else: its transaction is taken back.
        match AssertUnwindSafe(self.store.append(messages)).catch_unwind().await {
            Ok(Ok(appended)) => {
                for (answer, outcome) in answers.into_iter().zip(appended.outcomes) {
                    let _ = answer.send(outcome);
                }
                appended.events.into_iter().for_each(&self.committed);
            }
            Ok(Err(error)) => {
                error!(%error, messages = answers.len(), "log.commit_failed");
                refuse(answers);
            }
            Err(_) => {
                error!(messages = answers.len(), "log.commit_panicked");
                refuse(answers);
            }
        }
    }
}

fn refuse(answers: Vec<oneshot::Sender<Result<Receipt, AppendError>>>) {
    for answer in answers {
        let _ = answer.send(Err(AppendError::Unavailable));
    }
}
