//! The log: append, tail, since. An event is on the disk before anyone hears of it.
//!
//! Only this module's `store` and its entities know SeaORM. Everything else speaks of topics, events and positions.

mod committer;
mod entity;
mod fingerprint;
mod store;

use std::time::Duration;

use app::protocol::{Author, DraftId, Epoch, Event, EventKind, TopicName};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use crate::{config::Limits, database::Database};
use committer::Committer;
use store::Store;

/// A message that wants a place in a topic's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Where.
    pub topic: TopicName,
    /// By whom; from the session, never from a frame.
    pub author: Author,
    /// The author's id for it; `(author, draft)` is unique for ever.
    pub draft: DraftId,
    /// The text.
    pub body: String,
}

/// Proof that a message is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Its place in the topic's log.
    pub seq: u64,
    /// An earlier try had stored it.
    pub duplicate: bool,
}

/// Why a message has no place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The same author published the same draft before, with other content.
    #[error("this draft was published before with other content; write it as a new message")]
    Conflict,
    /// The topic would be one too many.
    #[error("this server has as many topics as it may (max-topics); write in one that exists")]
    TooManyTopics,
    /// The store cannot take it now; nothing was stored.
    #[error("the server cannot store messages just now; try again")]
    Unavailable,
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
#[error("the log cannot be read: {0}")]
pub struct ReadError(#[from] sea_orm::DbErr);

/// Events of one topic, in the order of `seq`, without holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The history that `seq` counts in.
    pub epoch: Epoch,
    /// The newest event's `seq` when this was read; 0 for none.
    pub head: u64,
    /// The events.
    pub events: Vec<Event>,
}

/// Why no epoch could begin.
#[derive(Debug, thiserror::Error)]
#[error("the log cannot be written: {0}")]
pub struct WriteError(#[from] sea_orm::DbErr);

/// Gives every topic, and those to come, a new epoch. For a history that was replaced, while nobody serves it.
pub async fn begin_epoch(database: &Database) -> Result<Epoch, WriteError> {
    Ok(store::begin_epoch(database).await?)
}

impl Page {
    /// As many of the oldest events as fit into `max` bytes of text; at least one.
    pub fn first_bytes(mut self, max: usize) -> Self {
        let fitting = fitting(self.events.iter(), max);
        self.events.truncate(fitting);
        self
    }

    /// As many of the newest events as fit into `max` bytes of text; at least one.
    pub fn last_bytes(mut self, max: usize) -> Self {
        let fitting = fitting(self.events.iter().rev(), max);
        self.events.drain(..self.events.len() - fitting);
        self
    }
}

/// How many events fit, from the first on; the first always does.
fn fitting<'a>(events: impl Iterator<Item = &'a Event>, max: usize) -> usize {
    let sizes = events.scan(0, |sum, event| {
        *sum += text_bytes(event);
        Some(*sum)
    });
    sizes.enumerate().take_while(|&(index, sum)| index == 0 || sum <= max).count()
}

fn text_bytes(event: &Event) -> usize {
    match &event.kind {
        EventKind::Message { body, .. } => body.len(),
        EventKind::Unknown => 0,
    }
}

/// A message on its way, and where its answer goes.
struct Job {
    message: NewMessage,
    answer: oneshot::Sender<Result<Receipt, AppendError>>,
}

/// The answer to come of a message on its way; dropping it does not take the message back.
pub type Answer = oneshot::Receiver<Result<Receipt, AppendError>>;

/// A handle on the log; cheap to clone.
#[derive(Clone)]
pub struct Log {
    store: Store,
    queue: mpsc::Sender<Job>,
    patience: Duration,
}

impl Log {
    /// Opens the log and starts its committer on `tracker`; it ends once every handle is gone and everything queued is
    /// on the disk. `committed` hears of each new event after it is on the disk, in the order of each topic's `seq`.
    pub async fn open(
        database: Database,
        limits: &Limits,
        tracker: &TaskTracker,
        committed: impl Fn(Event) + Send + Sync + 'static,
    ) -> Result<Self, ReadError> {
        let store = Store::open(database, limits.max_topics).await?;
        let (queue, jobs) = mpsc::channel(limits.commit_queue);
        tracker.spawn(Committer::new(store.clone(), jobs, Box::new(committed)).run());
        Ok(Self { store, queue, patience: Duration::from_millis(limits.commit_patience_ms) })
    }

    /// Hands a message to the committer. Waits while the queue is full, then gives up with
    /// [`AppendError::Unavailable`]; messages of one caller are committed in the order it hands them over.
    pub async fn submit(&self, message: NewMessage) -> Result<Answer, AppendError> {
        let (answer, receipt) = oneshot::channel();
        match self.queue.send_timeout(Job { message, answer }, self.patience).await {
            Ok(()) => Ok(receipt),
            Err(_) => Err(AppendError::Unavailable),
        }
    }

    /// Stores a message and waits until it is on the disk.
    pub async fn append(&self, message: NewMessage) -> Result<Receipt, AppendError> {
        self.submit(message).await?.await.unwrap_or(Err(AppendError::Unavailable))
    }

    /// The newest `count` events of a topic. A topic that nobody wrote in is empty, and costs nothing.
    pub async fn tail(&self, topic: &TopicName, count: u64) -> Result<Page, ReadError> {
        Ok(self.store.tail(topic, count).await?)
    }

    /// The oldest `count` events after a position.
    pub async fn since(&self, topic: &TopicName, after: u64, count: u64) -> Result<Page, ReadError> {
        Ok(self.store.since(topic, after, count).await?)
    }

    /// Whether the store answers.
    pub async fn is_ready(&self) -> bool {
        self.store.ping().await.is_ok()
    }
}

#[cfg(test)]
mod tests;
