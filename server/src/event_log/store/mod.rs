//! Storage of the event log: everything that knows its tables.

mod append;
mod append_result;
mod change;
mod checked_append;
mod continuity;
mod directory;
mod drafts;
mod fast_append;
mod head_cache;
mod heads;
mod history;
mod newest_messages;
mod read;
mod remove;
mod row;
mod search;
mod sql;
mod topics;
mod uncertain_commit;
mod watermark;

use std::{
    net::IpAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use app::protocol::{Epoch, Timestamp, TopicName};
use sea_orm::{
    ActiveValue::Set,
    ConnectionTrait, DbErr, EntityTrait,
    sea_query::{Expr, OnConflict},
};

pub(super) use append_result::Appended;
#[cfg(test)]
pub(super) use fast_append::FastAppend;
pub(crate) use heads::StoredHeads;
pub(crate) use read::with_reactions;
pub(super) use remove::{list_topics, remove_topic};
pub(crate) use row::event_of;
#[cfg(fuzzing)]
pub use search::SearchSyntax;
pub(super) use watermark::{contains_event, newest_event};

use change::ReactionLimits;
use head_cache::HeadCache;

use super::{
    carried_events::CarriedEvents,
    entity::{store, topic},
    expected_events::ExpectedEvents,
};
use crate::{
    clock::now,
    config::Limits,
    database::{Database, WriterLease},
    random::random_hex,
    rate_limiter::{KeyedRateLimiter, Rate},
};

/// Reads and writes the log; cheap to clone.
#[derive(Clone)]
pub(super) struct Store {
    database: Database,
    /// The epoch of every topic that has no row yet.
    epoch: Epoch,
    head_cache: HeadCache,
    /// Events that PostgreSQL must have; none with SQLite.
    expected_events: ExpectedEvents,
    carried_events: CarriedEvents,
    index_lock: Arc<search::IndexLock>,
    index_merge: Arc<search::IndexMerge>,
    max_topics: u64,
    /// A topic that is exempt from the limits on new topics.
    reserved: Arc<OnceLock<TopicName>>,
    new_topic_limiter: KeyedRateLimiter<IpAddr>,
    reaction_limits: ReactionLimits,
    max_body_bytes: usize,
    search_timeout: Duration,
    /// The number of reads so far.
    reads: Arc<AtomicU64>,
    #[cfg(test)]
    pub(super) faults: super::Faults,
}

impl Store {
    pub(super) async fn open(database: Database, limits: &Limits) -> Result<Self, DbErr> {
        let epoch = epoch(&database).await?;
        Ok(Self {
            database,
            epoch,
            head_cache: HeadCache::default(),
            expected_events: ExpectedEvents::default(),
            carried_events: CarriedEvents::default(),
            index_lock: Arc::default(),
            index_merge: Arc::default(),
            max_topics: limits.max_topics,
            reserved: Arc::default(),
            new_topic_limiter: KeyedRateLimiter::with_rate(Rate::per_hour(limits.topics_per_hour)),
            reaction_limits: ReactionLimits {
                per_message: limits.max_reactions,
                per_person: limits.max_reactions_per_person,
            },
            max_body_bytes: limits.body_bytes,
            search_timeout: Duration::from_millis(limits.search_ms),
            reads: Arc::default(),
            #[cfg(test)]
            faults: super::Faults::default(),
        })
    }

    pub(super) fn carried_events(&self) -> &CarriedEvents {
        &self.carried_events
    }

    pub(super) fn set_new_topic_rate(&self, rate: Rate) {
        self.new_topic_limiter.set_rate(rate);
    }

    pub(super) fn reserve(&self, topic: TopicName) {
        // The first call wins.
        let _ = self.reserved.set(topic);
    }

    pub(super) fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    pub(super) fn read_counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.reads)
    }

    /// Returns whether writing has ended for good, because the file was deleted or replaced. That was logged.
    pub(super) fn is_detached(&self) -> bool {
        self.database.is_detached()
    }

    /// Returns whether other processes may write to this store (PostgreSQL).
    pub(super) fn is_shared(&self) -> bool {
        self.database.is_shared()
    }

    /// Returns whether a commit may go without an answer and the next one too (PostgreSQL, until the server shuts down: then a
    /// stalled commit is cancelled, and those behind it are tried).
    pub(super) fn may_stall(&self) -> bool {
        self.database.is_shared() && !self.database.is_cancelled()
    }

    /// Whether the server shuts down without waiting for PostgreSQL any more.
    pub(super) fn is_cancelled(&self) -> bool {
        self.database.is_cancelled()
    }

    pub(super) fn writer_lease(&self) -> WriterLease {
        self.database.writer_lease()
    }

    pub(super) fn free_disk(&self) -> Option<u64> {
        self.database.free_disk()
    }

    pub(super) fn is_disk_low(&self) -> bool {
        self.database.is_disk_low()
    }

    /// Returns the time of a new batch. Tests can set it.
    fn now(&self) -> Timestamp {
        #[cfg(test)]
        if let Some(time) = self.faults.time() {
            return time;
        }
        now()
    }

    pub(super) async fn ping(&self) -> Result<(), DbErr> {
        self.database.ping().await
    }

    pub(super) async fn is_unreachable(&self) -> bool {
        self.database.is_unreachable().await
    }
}

/// Changes the epoch of the store and of all topics in one transaction, so that no topic keeps the old one.
pub(super) async fn begin_epoch(database: &Database) -> Result<Epoch, DbErr> {
    let epoch = random_hex::<8>();
    let transaction = database.begin().await?;
    let of_store = Expr::value(epoch.clone());
    store::Entity::update_many().col_expr(store::Column::Epoch, of_store).exec(&transaction).await?;
    transaction.execute_unprepared("UPDATE store SET server = '', events_lost = FALSE").await?;
    let of_topics = Expr::value(epoch.clone());
    topic::Entity::update_many().col_expr(topic::Column::Epoch, of_topics).exec(&transaction).await?;
    transaction.commit().await?;
    Ok(Epoch(epoch))
}

/// Returns the epoch of the store; creates it on the first start.
pub(super) async fn epoch(database: &Database) -> Result<Epoch, DbErr> {
    let fresh = store::ActiveModel { id: Set(store::ONLY_ID), epoch: Set(random_hex::<8>()) };
    let keep_older = OnConflict::column(store::Column::Id).do_nothing().to_owned();
    store::Entity::insert(fresh).on_conflict(keep_older).exec_without_returning(database.write()).await?;
    let row = store::Entity::find_by_id(store::ONLY_ID).one(database.write()).await?;
    row.map(|row| Epoch(row.epoch)).ok_or_else(|| DbErr::RecordNotFound("store".to_owned()))
}
