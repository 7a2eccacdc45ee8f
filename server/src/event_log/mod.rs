//! The event log of every topic: append, tail, since, history. An event is on disk before anyone is notified of it.
//!
//! A write goes through [`Log::submit`] to the `committer`, which stores batches (`store`) and then hands them to the
//! `notifier`. A read goes through the `tail_cache`, and further back through `single_flight` to the `store`.
//!
//! Only `store` and the entities know SeaORM. Everything else deals in topics, events and positions.

mod backfill;
mod committer;
pub(crate) mod entity;
mod error;
#[cfg(test)]
mod faults;
mod fingerprint;
mod new_event;
mod notifier;
mod page;
mod pending_receipt;
mod search;
mod single_flight;
mod stall_timer;
mod store;
mod tail_cache;
mod topics_cursor;
mod watermark;

use std::{
    net::IpAddr,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use app::protocol::{DraftId, Epoch, Event, HistoryRange, TopicName, TopicSummary};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};
use tokio_util::task::TaskTracker;

use crate::{config::Limits, database::Database, rate_limiter::KeyedRateLimiter};
use committer::Committer;
pub use error::{AppendError, ReadError, WriteError};
#[cfg(test)]
pub(crate) use faults::{Fault, Faults};
pub use new_event::{Action, NewEvent, NewMessage, RenderedText};
pub use notifier::Notification;
use notifier::Notifier;
pub use page::Page;
pub(crate) use page::text_bytes;
pub use pending_receipt::PendingReceipt;
use pending_receipt::{AppendResult, ReceiptSender};
pub use search::{Hits, ParsedQuery, QueryError, Search, SearchCursor, SearchError, parse_utc_offsets};
use single_flight::{Key, SingleFlight};
use stall_timer::StallTimer;
use store::Store;
use tail_cache::{Lookup, TailCache};
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

/// A handle on the log; cheap to clone.
#[derive(Clone)]
pub struct Log {
    store: Store,
    tail_cache: TailCache,
    single_flight: SingleFlight,
    last_committed: LastCommitted,
    queue: mpsc::Sender<Job>,
    /// How long a submit waits for room in the queue.
    submit_timeout: Duration,
    stall_timer: StallTimer,
    /// How long the store may take to answer and still count as ready.
    stall_limit: Duration,
    address_limiter: KeyedRateLimiter<IpAddr>,
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
        let single_flight = SingleFlight::default();
        let last_committed = LastCommitted::default();
        let stall_timer = StallTimer::default();
        let notifier = Notifier::new(
            tail_cache.clone(),
            single_flight.clone(),
            last_committed.clone(),
            store.is_shared(),
            Box::new(notify),
        );
        let (queue, jobs) = mpsc::channel(limits.commit_queue);
        tracker.spawn(Committer::new(store.clone(), jobs, notifier, stall_timer.clone()).run());
        Ok(Self {
            store,
            tail_cache,
            single_flight,
            last_committed,
            queue,
            submit_timeout: Duration::from_millis(limits.commit_patience_ms),
            stall_timer,
            stall_limit: Duration::from_millis(limits.stall_ms),
            address_limiter: KeyedRateLimiter::new(
                limits.address_messages_per_second,
                limits.address_message_burst,
            ),
        })
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

    /// Checks free space and the rate limit of the event's address. Every way to publish goes through here.
    fn admit(&self, event: &NewEvent) -> Result<(), AppendError> {
        if self.store.is_disk_low() {
            return Err(AppendError::DiskAlmostFull);
        }
        let Some(address) = event.address else { return Ok(()) };
        self.address_limiter
            .take(address, Instant::now())
            .map_err(|retry_ms| AppendError::TooFast { retry_ms })
    }

    /// Appends an event and waits until it is on disk.
    pub async fn append(&self, event: impl Into<NewEvent>) -> AppendResult {
        self.submit(event).await?.await
    }

    /// Returns the newest `count` messages of a topic in their current state. A topic that does not exist is empty.
    pub async fn tail(&self, topic: &TopicName, count: u64) -> Result<Page, ReadError> {
        match self.tail_cache.tail(&self.store, topic, count).await? {
            Lookup::Hit(page) => Ok(page),
            Lookup::Miss { .. } => Ok(self.store.tail(topic, count).await?),
        }
    }

    /// Returns the `seq` of the newest event, or 0 for an empty topic.
    pub async fn head(&self, topic: &TopicName) -> Result<u64, ReadError> {
        match self.tail_cache.tail(&self.store, topic, 0).await? {
            Lookup::Hit(page) => Ok(page.head),
            Lookup::Miss { head } => Ok(head),
        }
    }

    /// Returns the oldest `count` events after a position. Every event that the hub was notified of before this call is on
    /// the page, or has a `seq` of at most the page's head.
    pub async fn since(&self, topic: &TopicName, after: u64, count: u64) -> Result<Page, ReadError> {
        let page = match self.tail_cache.since(&self.store, topic, after, count).await? {
            Lookup::Hit(page) => page,
            Lookup::Miss { head } => {
                let known_head = if self.store.is_shared() { head } else { 0 };
                let key = Key { topic: topic.clone(), after, count, head: known_head };
                let page = self.single_flight.since(&self.store, key).await?;
                Page { head: page.head.max(head), ..page }
            }
        };
        page.require_contiguous()
    }

    /// Returns the draft of the event at a position, or `None` where there is no event. The newest are in memory.
    pub async fn draft_at(&self, topic: &TopicName, seq: u64) -> Result<Option<DraftId>, ReadError> {
        if seq == 0 {
            return Ok(None);
        }
        match self.tail_cache.draft_at(topic, seq) {
            Some(draft) => Ok(Some(draft)),
            None => Ok(self.store.draft_at(topic, seq).await?),
        }
    }

    /// Returns at most `count` messages of a topic's history in their current state.
    pub async fn history(
        &self,
        topic: &TopicName,
        span: HistoryRange,
        count: u64,
    ) -> Result<Page, ReadError> {
        Ok(self.store.history(topic, span, count).await?)
    }

    /// Returns topics that hold all words of `query` in their name, title or description, the most recently used first,
    /// without the first `skip` of them; and whether there are more. Their presence counts are not filled in.
    pub async fn topics(
        &self,
        query: &str,
        skip: u64,
        limit: u64,
    ) -> Result<(Vec<TopicSummary>, bool), ReadError> {
        Ok(self.store.topics(query, skip, limit).await?)
    }

    /// Returns the same topics as [`Self::topics`] page by page: no page repeats a topic or leaves one out.
    pub async fn topics_page(
        &self,
        query: &str,
        cursor: Option<TopicsCursor>,
        limit: u64,
    ) -> Result<TopicsPage, ReadError> {
        Ok(self.store.topics_page(query, cursor, limit).await?)
    }

    /// Returns the directory entry of a topic, or `None` if it does not exist.
    pub async fn summary(&self, topic: &TopicName) -> Result<Option<TopicSummary>, ReadError> {
        Ok(self.store.summary(topic).await?)
    }

    /// Returns the events at these positions in their current state, but without reactions, in the order of `seq`.
    pub async fn at(&self, topic: &TopicName, seqs: &[u64]) -> Result<Vec<Event>, ReadError> {
        Ok(self.store.at(topic, seqs).await?)
    }

    /// Returns the newest messages that match a search, in their current state.
    pub async fn search(&self, search: &Search) -> Result<Hits, SearchError> {
        self.store.search(search).await
    }

    /// Returns the writer of the watermark beside `database`, which must be this log's; `None` if it is not a file.
    pub async fn watermark_writer(&self, database: &Database) -> Result<Option<WatermarkWriter>, ReadError> {
        WatermarkWriter::new(database, self.last_committed.clone()).await
    }

    /// Returns whether the store answers both reads and writes within the stall limit.
    pub async fn is_ready(&self) -> bool {
        let ping = timeout(self.stall_limit, self.store.ping()).await;
        ping.is_ok_and(|pong| pong.is_ok()) && self.stall_timer.elapsed() < self.stall_limit
    }

    /// Returns whether the disk has so little free space that all writes are refused.
    pub fn is_disk_low(&self) -> bool {
        self.store.is_disk_low()
    }

    /// Injects faults into the store.
    #[cfg(test)]
    pub(crate) fn faults(&self) -> &Faults {
        &self.store.faults
    }

    /// Returns the number of shared reads in flight.
    #[cfg(test)]
    pub(crate) fn reads_in_flight(&self) -> usize {
        self.single_flight.in_flight()
    }

    /// Returns how many reads of pages have reached the store so far.
    pub fn reads(&self) -> u64 {
        self.store.reads()
    }

    /// Returns that counter; it does not keep the log open.
    pub fn read_counter(&self) -> Arc<AtomicU64> {
        self.store.read_counter()
    }
}

#[cfg(test)]
mod tests;
