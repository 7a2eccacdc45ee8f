//! The log: append, tail, since, history. An event is on the disk before anyone hears of it.
//!
//! Only this module's `store` and its entities know SeaORM. Everything else speaks of topics, events and positions.

mod answer;
mod committer;
pub(crate) mod entity;
#[cfg(test)]
mod faults;
mod filling;
mod fingerprint;
mod mark;
mod new_event;
mod page;
mod recent;
mod search;
mod single_flight;
mod stall;
mod store;
mod teller;
mod topics_cursor;

use std::{
    net::IpAddr,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use app::protocol::{DraftId, Epoch, ErrorCode, Event, HistoryRange, TopicName, TopicSummary};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};
use tokio_util::task::TaskTracker;

use crate::{config::Limits, database::Database, rate_limiter::KeyedRateLimiter};
pub use answer::Answer;
use answer::{Outcome, Owed, answer};
use committer::Committer;
#[cfg(test)]
pub(crate) use faults::{Fault, Faults};
pub use mark::{MarkKeeper, mark, was_restored};
pub use new_event::{Action, NewEvent, NewMessage, RenderedText};
pub use page::Page;
pub(crate) use page::text_bytes;
use recent::Recent;
pub use search::{Cursor, Hits, Query, QueryError, Search, SearchError, offsets_of};
use single_flight::{Key, SingleFlight};
use stall::Stall;
use store::Store;
use teller::Teller;
pub use teller::Told;
pub use topics_cursor::{NoCursor, TopicsCursor, TopicsPage};

/// Proof that an event is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Its place in the topic's log.
    pub seq: u64,
    /// An earlier try had stored it.
    pub duplicate: bool,
}

/// Why an event has no place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The same author published the same draft before, with other content.
    #[error("this draft was published before with other content; write it as a new message")]
    Conflict,
    /// The topic would be one too many.
    #[error("this server has as many topics as it may (max-topics); write in one that exists")]
    TooManyTopics,
    /// The address has begun as many topics as it may within an hour.
    #[error("too many new topics come from your network just now (topics-per-hour); try again later")]
    TooManyNewTopics {
        /// When the next one may be begun.
        retry_ms: u64,
    },
    /// Somebody else's message.
    #[error("only its author may change a message")]
    Forbidden,
    /// There is no such message, or no longer.
    #[error("that message is not there, or no longer")]
    NotFound,
    /// The message is another by now.
    #[error("the message has changed meanwhile; look at it again")]
    Stale,
    /// The message has as many reactions as it may, of all or of this person.
    #[error(
        "that message has as many reactions as it may (max-reactions), or as you may give it (max-reactions-per-person)"
    )]
    TooManyReactions,
    /// Somebody has made a topic of that name.
    #[error("there is a topic of that name already")]
    Exists,
    /// The address has sent as many messages as it may.
    #[error("too many messages come from your network; slow down")]
    TooFast {
        /// When the next one may come.
        retry_ms: u64,
    },
    /// The disk has too little room.
    #[error("the server's disk is almost full: nothing can be written until there is room; reading goes on")]
    DiskAlmostFull,
    /// The store cannot take it now. Nothing was stored, or it will be found there by its draft.
    #[error("the server cannot store messages just now; try again")]
    Unavailable,
}

impl AppendError {
    /// The wire's word for it.
    pub fn code(self) -> ErrorCode {
        match self {
            Self::Conflict => ErrorCode::Conflict,
            Self::TooManyTopics | Self::TooManyNewTopics { .. } => ErrorCode::TooManyTopics,
            Self::Forbidden => ErrorCode::Forbidden,
            Self::NotFound => ErrorCode::NotFound,
            Self::Stale => ErrorCode::Stale,
            Self::TooManyReactions => ErrorCode::TooManyReactions,
            Self::Exists => ErrorCode::Exists,
            Self::TooFast { .. } => ErrorCode::Rate,
            Self::Unavailable | Self::DiskAlmostFull => ErrorCode::Unavailable,
        }
    }
}

impl AppendError {
    /// When to try again, in milliseconds, for what passes.
    pub fn retry_ms(self) -> Option<u64> {
        match self {
            Self::TooManyNewTopics { retry_ms } | Self::TooFast { retry_ms } => Some(retry_ms),
            Self::Unavailable | Self::DiskAlmostFull => Some(RETRY_MS),
            _ => None,
        }
    }
}

/// When to try again after the store was not available, in milliseconds.
const RETRY_MS: u64 = 1_000;

/// Why nothing could be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the log cannot be read: {0}")]
pub struct ReadError(#[from] Arc<sea_orm::DbErr>);

impl From<sea_orm::DbErr> for ReadError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self(Arc::new(error))
    }
}

/// Why no epoch could begin.
#[derive(Debug, thiserror::Error)]
#[error("the log cannot be written: {0}")]
pub struct WriteError(#[from] sea_orm::DbErr);

/// Gives every topic, and those to come, a new epoch. For a history that was replaced, while nobody serves it.
pub async fn begin_epoch(database: &Database) -> Result<Epoch, WriteError> {
    Ok(store::begin_epoch(database).await?)
}

/// Removes a topic with everything that is kept of it; says whether it was there. A topic that is begun anew under its name
/// has another epoch. For while nobody serves the database.
pub async fn remove_topic(database: &Database, topic: &TopicName) -> Result<bool, WriteError> {
    Ok(store::remove_topic(database, topic).await?)
}

/// All topics, in the order of their names.
pub async fn list_topics(database: &Database) -> Result<Vec<TopicSummary>, ReadError> {
    Ok(store::list_topics(database).await?)
}

/// A name that no other store has: the epoch of its new topics. `new-epoch` changes it.
pub(crate) async fn instance(database: &Database) -> Result<Epoch, ReadError> {
    Ok(store::epoch(database).await?)
}

/// An event on its way, and where its answer goes.
struct Job {
    event: NewEvent,
    answer: Owed,
}

/// A handle on the log; cheap to clone.
#[derive(Clone)]
pub struct Log {
    store: Store,
    recent: Recent,
    single_flight: SingleFlight,
    newest: mark::Newest,
    queue: mpsc::Sender<Job>,
    patience: Duration,
    stall: Stall,
    /// How long the store may owe an answer and still count as ready.
    most_stalled: Duration,
    /// What each address may send.
    by_address: KeyedRateLimiter<IpAddr>,
}

impl Log {
    /// Opens the log and starts its committer on `tracker`; it ends once every handle is gone and everything queued is
    /// on the disk. `tell` hears of new events after they are on the disk, in the order of each topic's `seq`.
    pub async fn open(
        database: Database,
        limits: &Limits,
        tracker: &TaskTracker,
        tell: impl Fn(Told) + Send + Sync + 'static,
    ) -> Result<Self, ReadError> {
        let store = Store::open(database, limits).await?;
        let recent = Recent::new(limits.recent_topics, limits.hub_ring.max(1));
        let (queue, jobs) = mpsc::channel(limits.commit_queue);
        let (single_flight, newest, stall) =
            (SingleFlight::default(), mark::Newest::default(), Stall::default());
        let teller = Teller::new(
            recent.clone(),
            single_flight.clone(),
            newest.clone(),
            store.is_shared(),
            Box::new(tell),
        );
        tracker.spawn(Committer::new(store.clone(), jobs, teller, stall.clone()).run());
        let patience = Duration::from_millis(limits.commit_patience_ms);
        let most_stalled = Duration::from_millis(limits.stall_ms);
        let by_address =
            KeyedRateLimiter::new(limits.address_messages_per_second, limits.address_message_burst);
        Ok(Self { store, recent, single_flight, newest, queue, patience, stall, most_stalled, by_address })
    }

    /// Keeps room for this topic: it can be begun whatever the limits of topics say. To be called once, before anything is
    /// stored.
    pub fn reserve(&self, topic: TopicName) {
        self.store.reserve(topic);
    }

    /// Hands an event to the committer. Waits while the queue is full, then gives up with
    /// [`AppendError::Unavailable`]; events of one caller are committed in the order it hands them over.
    pub async fn submit(&self, event: impl Into<NewEvent>) -> Result<Answer, AppendError> {
        let event = event.into();
        self.admit(&event)?;
        let (answer, receipt) = answer();
        match self.queue.send_timeout(Job { event, answer }, self.patience).await {
            Ok(()) => Ok(receipt),
            Err(_) => Err(AppendError::Unavailable),
        }
    }

    /// Whether there is room for an event, and its address has not sent too many: the one place that all doors lead to.
    fn admit(&self, event: &NewEvent) -> Result<(), AppendError> {
        if self.store.is_disk_low() {
            return Err(AppendError::DiskAlmostFull);
        }
        let Some(address) = event.address else { return Ok(()) };
        self.by_address.take(address, Instant::now()).map_err(|retry_ms| AppendError::TooFast { retry_ms })
    }

    /// Stores an event and waits until it is on the disk.
    pub async fn append(&self, event: impl Into<NewEvent>) -> Outcome {
        self.submit(event).await?.await
    }

    /// The newest `count` messages of a topic, as they stand. A topic that nobody wrote in is empty.
    pub async fn tail(&self, topic: &TopicName, count: u64) -> Result<Page, ReadError> {
        match self.recent.tail(&self.store, topic, count).await? {
            Ok(page) => Ok(page),
            Err(_) => Ok(self.store.tail(topic, count).await?),
        }
    }

    /// The newest event's `seq`; 0 for none.
    pub async fn head(&self, topic: &TopicName) -> Result<u64, ReadError> {
        let newest = self.recent.tail(&self.store, topic, 0).await?;
        Ok(newest.map_or_else(|head| head, |page| page.head))
    }

    /// The oldest `count` events after a position. Whatever was told before this was asked is there, or below the page's
    /// head.
    pub async fn since(&self, topic: &TopicName, after: u64, count: u64) -> Result<Page, ReadError> {
        let page = match self.recent.since(&self.store, topic, after, count).await? {
            Ok(page) => page,
            Err(head) => {
                let known = if self.store.is_shared() { head } else { 0 };
                let key = Key { topic: topic.clone(), after, count, head: known };
                let page = self.single_flight.since(&self.store, key).await?;
                Page { head: page.head.max(head), ..page }
            }
        };
        page.unbroken()
    }

    /// The draft of the event at a place of a topic's log; none where there is no event. The newest are in memory.
    pub async fn draft_at(&self, topic: &TopicName, seq: u64) -> Result<Option<DraftId>, ReadError> {
        if seq == 0 {
            return Ok(None);
        }
        match self.recent.draft_at(topic, seq) {
            Some(draft) => Ok(Some(draft)),
            None => Ok(self.store.draft_at(topic, seq).await?),
        }
    }

    /// At most `count` messages of a topic's past, as they stand.
    pub async fn history(
        &self,
        topic: &TopicName,
        span: HistoryRange,
        count: u64,
    ) -> Result<Page, ReadError> {
        Ok(self.store.history(topic, span, count).await?)
    }

    /// Topics that hold all words of `query` in their name, title or description, the most recently used first, without the
    /// first `skip` of them; and whether there are more. Nobody counts here who is in them.
    pub async fn topics(
        &self,
        query: &str,
        skip: u64,
        limit: u64,
    ) -> Result<(Vec<TopicSummary>, bool), ReadError> {
        Ok(self.store.topics(query, skip, limit).await?)
    }

    /// The same topics, a page after the other, from a cursor on: no page repeats a topic or leaves one out.
    pub async fn topics_page(
        &self,
        query: &str,
        cursor: Option<TopicsCursor>,
        limit: u64,
    ) -> Result<TopicsPage, ReadError> {
        Ok(self.store.topics_page(query, cursor, limit).await?)
    }

    /// One topic as the directory shows it; none that nobody has begun.
    pub async fn summary(&self, topic: &TopicName) -> Result<Option<TopicSummary>, ReadError> {
        Ok(self.store.summary(topic).await?)
    }

    /// The events at some places of a topic's log, as they stand but for reactions, in the order of `seq`.
    pub async fn at(&self, topic: &TopicName, seqs: &[u64]) -> Result<Vec<Event>, ReadError> {
        Ok(self.store.at(topic, seqs).await?)
    }

    /// The newest messages in which everything is that is looked for, as they stand.
    pub async fn search(&self, search: &Search) -> Result<Hits, SearchError> {
        self.store.search(search).await
    }

    /// Keeps the mark beside `database`, which this log must be of; none for a database that is no file.
    pub async fn mark_keeper(&self, database: &Database) -> Result<Option<MarkKeeper>, ReadError> {
        MarkKeeper::new(database, self.newest.clone()).await
    }

    /// Whether the store answers those who read, and those who write, in time.
    pub async fn is_ready(&self) -> bool {
        let answers = timeout(self.most_stalled, self.store.ping()).await;
        answers.is_ok_and(|answer| answer.is_ok()) && self.stall.lasts() < self.most_stalled
    }

    /// Whether the disk has so little room that nothing is stored.
    pub fn is_disk_low(&self) -> bool {
        self.store.is_disk_low()
    }

    /// Makes the store fail.
    #[cfg(test)]
    pub(crate) fn faults(&self) -> &Faults {
        &self.store.faults
    }

    /// The number of shared reads that are under way.
    #[cfg(test)]
    pub(crate) fn reads_under_way(&self) -> usize {
        self.single_flight.under_way()
    }

    /// How often the store was asked for a page so far.
    pub fn reads(&self) -> u64 {
        self.store.reads()
    }

    /// That count, for whoever watches it without keeping the log open.
    pub fn read_counter(&self) -> Arc<AtomicU64> {
        self.store.read_counter()
    }
}

#[cfg(test)]
mod tests;
