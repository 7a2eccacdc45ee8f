//! The event log of every topic: append, tail, since, history. An event is on disk before anyone is notified of it.
//!
//! A write goes through [`Log::submit`] to the `committer`, which stores batches (`store`) and then hands them to the
//! `notifier`. A read of [`LogReader`] goes through the `tail_cache` to the `store`.
//!
//! Only `store` and the entities know SeaORM. Everything else deals in topics, events and positions.

mod backfill;
mod carried_events;
mod committer;
mod committer_probe;
mod continuity;
pub(crate) mod entity;
mod error;
mod event_ref;
mod expected_events;
#[cfg(test)]
mod faults;
mod fence;
mod fingerprint;
mod health;
mod new_event;
mod notifier;
mod other_nodes;
mod page;
mod pending_receipt;
mod reader;
mod recovery_schedule;
mod search;
mod stall_timer;
mod store;
mod tail_cache;
mod topics_cursor;
mod watermark;

use std::{net::IpAddr, ops::Deref, time::Duration};

use app::protocol::{Epoch, TopicName, TopicSummary};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    config::Limits,
    database::Database,
    rate_limiter::{KeyedRateLimiter, Rate},
    refusals::{self, RefusalCode},
};
use committer::Committer;
pub use committer_probe::CommitterProbe;
use continuity::record_loss;
pub use error::{AppendError, ReadError, UNAVAILABLE_RETRY_MS, WriteError};
pub(crate) use expected_events::Continuity;
#[cfg(test)]
pub(crate) use faults::{Fault, Faults};
pub(crate) use fence::Fence;
pub(crate) use health::StoreFailure;
use health::StoreHealth;
pub use new_event::{NewEvent, NewMessage};
pub use notifier::Notification;
use notifier::Notifier;
pub(crate) use other_nodes::NodeLog;
pub use page::Page;
pub(crate) use page::text_bytes;
pub(crate) use pending_receipt::AppendResult;
pub use pending_receipt::PendingReceipt;
use pending_receipt::ReceiptSender;
pub use reader::LogReader;
pub use search::{Hits, ParsedQuery, QueryError, Search, SearchCursor, SearchError, parse_utc_offsets};
use stall_timer::StallTimer;
#[cfg(fuzzing)]
pub use store::SearchSyntax;
use store::Store;
pub(crate) use store::{StoredHeads, event_of, with_reactions};
use tail_cache::TailCache;
pub use topics_cursor::{TopicsCursor, TopicsCursorError, TopicsPage};
use watermark::LastCommitted;
pub use watermark::{WatermarkWriter, was_restored, write_watermark};

/// Proof that an event is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    pub seq: u64,
    /// `true` if an earlier attempt had stored the event.
    pub duplicate: bool,
}

/// Gives all existing and future topics a new epoch, after their history was replaced. No server may use the database
/// meanwhile.
pub async fn begin_epoch(database: &Database) -> Result<Epoch, WriteError> {
    Ok(store::begin_epoch(database).await?)
}

/// Removes a topic with all its data; returns whether it existed. A topic that is created again under the name gets another
/// epoch. No server may use the database meanwhile.
pub async fn remove_topic(database: &Database, topic: &TopicName) -> Result<bool, WriteError> {
    Ok(store::remove_topic(database, topic).await?)
}

/// Returns all topics, in the order of their names.
pub async fn list_topics(database: &Database) -> Result<Vec<TopicSummary>, ReadError> {
    Ok(store::list_topics(database).await?)
}

/// Returns a name that no other store has: the epoch of its new topics. The command `new-epoch` changes it.
pub(crate) async fn instance(database: &Database) -> Result<Epoch, ReadError> {
    Ok(store::epoch(database).await?)
}

/// An event in the commit queue.
struct Job {
    event: NewEvent,
    receipt: ReceiptSender,
}

/// A handle on the log that reads and writes; cheap to clone. Reads are those of [`LogReader`].
#[derive(Clone)]
pub struct Log {
    reader: LogReader,
    last_committed: LastCommitted,
    committer: CommitterProbe,
    fence: Fence,
    queue: mpsc::Sender<Job>,
    /// How long a submit waits for room in the queue.
    submit_timeout: Duration,
    address_limiter: KeyedRateLimiter<IpAddr>,
}

impl Deref for Log {
    type Target = LogReader;

    fn deref(&self) -> &LogReader {
        &self.reader
    }
}

impl Log {
    /// Opens the log and spawns its committer on `tracker`; the committer ends once every handle is gone and all queued
    /// events are on disk. `notify` is called with new events after they are on disk, in the order of each topic's `seq`.
    pub async fn open(
        database: Database,
        limits: &Limits,
        tracker: &TaskTracker,
        notify: impl Fn(Notification) + Send + Sync + 'static,
    ) -> Result<Self, ReadError> {
        let store = Store::open(database, limits).await?;
        let tail_cache = TailCache::new(limits.recent_topics, limits.hub_ring.max(1));
        let last_committed = LastCommitted::default();
        let stall_timer = StallTimer::default();
        let notifier =
            Notifier::new(tail_cache.clone(), last_committed.clone(), store.is_shared(), Box::new(notify));
        let (queue, jobs) = mpsc::channel(limits.commit_queue);
        let health = StoreHealth::default();
        let committer_ended = CancellationToken::new();
        let probe = CommitterProbe::new(committer_ended.clone());
        let fence = Fence::default();
        let committer =
            Committer::new(store.clone(), jobs, notifier, stall_timer.clone(), health.clone(), probe.clone());
        let committer = committer.with_fence(fence.clone()).run();
        if store.is_shared() {
            tracker.spawn(record_loss(store.clone(), committer_ended.clone()));
        }
        tracker.spawn(async move {
            let _ended = committer_ended.drop_guard();
            committer.await;
        });
        let stall_limit = Duration::from_millis(limits.stall_ms);
        let reader = LogReader { store, tail_cache, stall_timer, stall_limit, health };
        if reader.store.is_shared() {
            reader.begin_continuity().await?;
        }
        Ok(Self {
            reader,
            last_committed,
            committer: probe,
            fence,
            queue,
            submit_timeout: Duration::from_millis(limits.commit_patience_ms),
            address_limiter: KeyedRateLimiter::new(
                limits.address_messages_per_second,
                limits.address_message_burst,
            ),
        })
    }

    /// Returns a handle that cannot write. It does not keep the committer running.
    pub fn reader(&self) -> LogReader {
        self.reader.clone()
    }

    /// Returns the rights that the committer looks at.
    pub(crate) fn fence(&self) -> &Fence {
        &self.fence
    }

    /// Returns a handle for the delivery between nodes, which reads without permits.
    pub(crate) fn node_log(&self) -> NodeLog {
        NodeLog::new(self.reader())
    }

    /// Returns a handle that tells whether the committer still works.
    pub fn committer_probe(&self) -> CommitterProbe {
        self.committer.clone()
    }

    /// Returns the number of events in the commit queue, and its capacity.
    pub(crate) fn commit_queue(&self) -> (usize, usize) {
        let capacity = self.queue.max_capacity();
        (capacity - self.queue.capacity(), capacity)
    }

    /// Takes over the rates of other limits.
    pub(crate) fn set_rates(&self, limits: &Limits) {
        let rate = Rate::new(limits.address_messages_per_second, limits.address_message_burst);
        self.address_limiter.set_rate(rate);
        self.store.set_new_topic_rate(Rate::per_hour(limits.topics_per_hour));
    }

    /// Exempts this topic from the limits on new topics. To be called once, before anything is stored.
    pub fn reserve(&self, topic: TopicName) {
        self.store.reserve(topic);
    }

    /// Queues an event for the committer and returns a future of its receipt. Events are committed in the order in which a
    /// caller submits them.
    ///
    /// Errors: [`AppendError::Unavailable`] when the queue stays full for `commit-patience-ms`;
    /// [`AppendError::DiskAlmostFull`] and [`AppendError::TooFast`] at once.
    pub async fn submit(&self, event: impl Into<NewEvent>) -> Result<PendingReceipt, AppendError> {
        let event = event.into();
        self.admit(&event)?;
        let (receipt, pending) = pending_receipt::channel();
        match self.queue.send_timeout(Job { event, receipt }, self.submit_timeout).await {
            Ok(()) => Ok(pending),
            Err(_) => Err(AppendError::Unavailable),
        }
    }

    /// Checks free space, whether the store has lost events, and the rate limit of the event's address. Every way to publish goes through here.
    fn admit(&self, event: &NewEvent) -> Result<(), AppendError> {
        if self.store.is_disk_low() {
            return Err(AppendError::DiskAlmostFull);
        }
        if self.continuity() != Continuity::Unbroken {
            return Err(AppendError::Unavailable);
        }
        let Some(address) = event.address else { return Ok(()) };
        self.address_limiter.take(address, Instant::now()).map_err(|retry_ms| {
            refusals::record_from(address, RefusalCode::Rate, "address-messages-per-second");
            AppendError::TooFast { retry_ms }
        })
    }

    /// Appends an event and waits until it is on disk.
    pub async fn append(&self, event: impl Into<NewEvent>) -> AppendResult {
        self.submit(event).await?.await
    }

    /// Returns the writer of the watermark beside `database`, which must be this log's; `None` if it is not a file.
    pub async fn watermark_writer(&self, database: &Database) -> Result<Option<WatermarkWriter>, ReadError> {
        WatermarkWriter::new(database, self.last_committed.clone()).await
    }
}

#[cfg(test)]
mod tests;
