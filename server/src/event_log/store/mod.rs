//! The log's tables behind the log's own words.

mod append;
mod change;
mod directory;
mod drafts;
mod heads;
mod mark;
mod read;
mod remove;
mod row;
mod search;
mod settle;
mod sql;
mod straight;
mod topics;

use std::{
    net::IpAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use app::protocol::{Epoch, TopicName};
use sea_orm::{
    ActiveValue::Set,
    DbErr, EntityTrait,
    sea_query::{Expr, OnConflict},
};

pub(super) use append::Appended;
pub(super) use mark::{newest, stands};
pub(super) use remove::{list_topics, remove_topic};

use change::MostReactions;
use heads::Heads;

use super::entity::{store, topic};
use crate::{
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
    heads: Heads,
    /// The turn to put into the index what is to be found.
    indexing: Arc<search::Turns>,
    max_topics: u64,
    /// The topic that counts for no limit.
    reserved: Arc<OnceLock<TopicName>>,
    new_topics: KeyedRateLimiter<IpAddr>,
    most_reactions: MostReactions,
    body_bytes: usize,
    /// How long a search may take.
    search_time: Duration,
    /// Pages asked for: how often the store was read.
    reads: Arc<AtomicU64>,
    #[cfg(test)]
    pub(super) faults: super::Faults,
}

impl Store {
    pub(super) async fn open(database: Database, limits: &Limits) -> Result<Self, DbErr> {
        let epoch = epoch(&database).await?;
        let most_reactions =
            MostReactions { of_all: limits.max_reactions, of_person: limits.max_reactions_per_person };
        Ok(Self {
            database,
            epoch,
            heads: Heads::default(),
            indexing: Arc::default(),
            max_topics: limits.max_topics,
            reserved: Arc::default(),
            new_topics: KeyedRateLimiter::with(Rate::per_hour(limits.topics_per_hour)),
            most_reactions,
            body_bytes: limits.body_bytes,
            search_time: Duration::from_millis(limits.search_ms),
            reads: Arc::default(),
            #[cfg(test)]
            faults: super::Faults::default(),
        })
    }

    pub(super) fn reserve(&self, topic: TopicName) {
        // The first one stays.
        let _ = self.reserved.set(topic);
    }

    /// How many pages were read so far.
    pub(super) fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    pub(super) fn read_counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.reads)
    }

    /// Whether writing has ended for good; that was logged.
    pub(super) fn is_detached(&self) -> bool {
        self.database.is_detached()
    }

    /// Whether other processes may write this store.
    pub(super) fn is_shared(&self) -> bool {
        self.database.is_shared()
    }

    /// What to append with.
    pub(super) fn writer_lease(&self) -> WriterLease {
        self.database.writer_lease()
    }

    pub(super) fn is_disk_low(&self) -> bool {
        self.database.is_disk_low()
    }

    pub(super) async fn ping(&self) -> Result<(), DbErr> {
        self.database.ping().await
    }
}

/// One transaction: no topic is left behind in the old epoch.
pub(super) async fn begin_epoch(database: &Database) -> Result<Epoch, DbErr> {
    let epoch = random_hex::<8>();
    let transaction = database.begin().await?;
    let of_store = Expr::value(epoch.clone());
    store::Entity::update_many().col_expr(store::Column::Epoch, of_store).exec(&transaction).await?;
    let of_topics = Expr::value(epoch.clone());
    topic::Entity::update_many().col_expr(topic::Column::Epoch, of_topics).exec(&transaction).await?;
    transaction.commit().await?;
    Ok(Epoch(epoch))
}

/// The store's epoch, made on the first start.
pub(super) async fn epoch(database: &Database) -> Result<Epoch, DbErr> {
    let fresh = store::ActiveModel { id: Set(store::ONLY), epoch: Set(random_hex::<8>()) };
    let keep_older = OnConflict::column(store::Column::Id).do_nothing().to_owned();
    store::Entity::insert(fresh).on_conflict(keep_older).exec_without_returning(database.write()).await?;
    let row = store::Entity::find_by_id(store::ONLY).one(database.write()).await?;
    row.map(|row| Epoch(row.epoch)).ok_or_else(|| DbErr::RecordNotFound("store".to_owned()))
}
