//! Appending: one transaction a batch, in which every event gets its `seq`.

use std::collections::HashMap;

use app::protocol::{Event, Timestamp, TopicName};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, RuntimeErr,
    sea_query::Expr,
    sqlx,
};

use super::{
    Store,
    change::{Place, change},
    drafts::{DraftKey, Placed, key, placed},
    row::row_of,
};
use crate::clock::now;
use crate::log::{
    AppendError, NewEvent, Receipt, What,
    entity::{event, store, topic},
    fingerprint::fingerprint,
};

/// What became of a batch, once it is on the disk.
pub(in crate::log) struct Appended {
    /// One an event, in the batch's order.
    pub(in crate::log) outcomes: Vec<Result<Receipt, AppendError>>,
    /// The new events, in the order of each topic's `seq`.
    pub(in crate::log) events: Vec<Event>,
}

impl Store {
    /// Stores a batch. On an error nothing of it was stored, unless it came while committing.
    pub(in crate::log) async fn append(&self, events: Vec<NewEvent>) -> Result<Appended, DbErr> {
        for _ in 0..RETRIES {
            match self.append_once(events.clone()).await {
                Err(error) if lost_a_race(&error) => {}
                done => return done,
            }
        }
        self.append_once(events).await
    }

    async fn append_once(&self, events: Vec<NewEvent>) -> Result<Appended, DbErr> {
        let transaction = self.database.begin().await?;
        let mut batch = Batch::begin(self, &transaction, &events).await?;
        let mut outcomes = Vec::with_capacity(events.len());
        for event in events {
            outcomes.push(batch.place(event).await?);
        }
        let events = batch.finish().await?;
        transaction.commit().await?;
        Ok(Appended { outcomes, events })
    }
}

/// How often a batch begins anew after another process was faster. Each time that process has stored something, which
/// this one then finds.
const RETRIES: usize = 3;

/// Whether another process has begun the same topic or stored the same draft meanwhile, or waits for what this one has
/// while it has what this one waits for.
fn lost_a_race(error: &DbErr) -> bool {
    const DEADLOCK: &str = "40P01";
    if let DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) = error
        && let sqlx::Error::Database(error) = error.as_ref()
    {
        return error.is_unique_violation() || error.code().is_some_and(|code| code == DEADLOCK);
    }
    false
}

/// One batch inside its transaction.
struct Batch<'a> {
    store: &'a Store,
    transaction: &'a DatabaseTransaction,
    at: Timestamp,
    /// Drafts that have a place.
    placed: HashMap<DraftKey, Placed>,
    topics: HashMap<TopicName, Head>,
    /// Rows that are still to be written, all at once.
    rows: Vec<event::ActiveModel>,
    events: Vec<Event>,
}

struct Head {
    topic_id: i64,
    seq: i64,
    moved: bool,
}

impl<'a> Batch<'a> {
    async fn begin(
        store: &'a Store,
        transaction: &'a DatabaseTransaction,
        events: &[NewEvent],
    ) -> Result<Self, DbErr> {
        // The topics first: what another process has stored in them is seen only once their locks are held.
        let topics = lock_topics(transaction, events).await?;
        let placed = placed(transaction, events).await?;
        Ok(Self { store, transaction, at: now(), placed, topics, rows: Vec::new(), events: Vec::new() })
    }

    /// Gives an event the next place of its topic, or the one that its draft has already.
    async fn place(&mut self, event: NewEvent) -> Result<Result<Receipt, AppendError>, DbErr> {
        let (key, fingerprint) = (key(&event), fingerprint(&event));
        if let Some(earlier) = self.placed.get(&key) {
            return Ok(earlier.again(&fingerprint));
        }
        if let Err(error) = self.admit(&event).await? {
            return Ok(Err(error));
        }
        let Some(head) = self.topics.get_mut(&event.topic) else { return Ok(Err(AppendError::Unavailable)) };
        head.seq += 1;
        head.moved = true;
        self.rows.push(row_of(head.topic_id, head.seq, self.at, &event));
        let seq = head.seq as u64;
        self.events.push(event.at(seq, self.at));
        self.placed.insert(key, Placed { seq, fingerprint });
        Ok(Ok(Receipt { seq, duplicate: false }))
    }

    /// Whether an event may have the next place. A change is made in the message that it is about.
    async fn admit(&mut self, event: &NewEvent) -> Result<Result<(), AppendError>, DbErr> {
        let message = match event.what {
            What::Message { .. } => {
                let there = self.topics.contains_key(&event.topic) || self.create_topic(&event.topic).await?;
                return Ok(if there { Ok(()) } else { Err(AppendError::TooManyTopics) });
            }
            What::Edit { message, .. } | What::Deletion { message, .. } | What::Reaction { message, .. } => {
                message
            }
        };
        let (Some(head), Ok(message)) = (self.topics.get(&event.topic), i64::try_from(message)) else {
            return Ok(Err(AppendError::NotFound));
        };
        let place = Place { topic_id: head.topic_id, message, seq: head.seq + 1 };
        // The message may be in this very batch.
        self.flush().await?;
        change(self.transaction, place, event, self.store.max_reactions).await
    }

    /// Makes a topic's row; says no when there are as many as may be.
    async fn create_topic(&mut self, name: &TopicName) -> Result<bool, DbErr> {
        lock_store(self.transaction).await?;
        if topic::Entity::find().count(self.transaction).await? >= self.store.max_topics {
            return Ok(false);
        }
        let row = topic::ActiveModel {
            id: NotSet,
            name: Set(name.to_string()),
            epoch: Set(self.store.epoch.to_string()),
            head: Set(0),
            created_at: Set(self.at.0 as i64),
        };
        let topic_id = topic::Entity::insert(row).exec(self.transaction).await?.last_insert_id;
        self.topics.insert(name.clone(), Head { topic_id, seq: 0, moved: false });
        Ok(true)
    }

    async fn flush(&mut self) -> Result<(), DbErr> {
        if !self.rows.is_empty() {
            let rows = std::mem::take(&mut self.rows);
            event::Entity::insert_many(rows).exec_without_returning(self.transaction).await?;
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<Vec<Event>, DbErr> {
        self.flush().await?;
        for head in self.topics.values().filter(|head| head.moved) {
            topic::Entity::update_many()
                .col_expr(topic::Column::Head, Expr::value(head.seq))
                .filter(topic::Column::Id.eq(head.topic_id))
                .exec(self.transaction)
                .await?;
        }
        Ok(self.events)
    }
}

/// Topics are begun one at a time, so that there are never more than may be.
async fn lock_store(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    store::Entity::find_by_id(store::ONLY).lock_exclusive().one(transaction).await?;
    Ok(())
}

/// The heads of the topics that these events go to, where they have rows. Nobody else moves them until the
/// transaction ends; two that want the same ones take them in the same order.
async fn lock_topics(
    transaction: &DatabaseTransaction,
    events: &[NewEvent],
) -> Result<HashMap<TopicName, Head>, DbErr> {
    let names: std::collections::BTreeSet<&str> = events.iter().map(|event| event.topic.as_str()).collect();
    let rows: Vec<(i64, String, i64)> = topic::Entity::find()
        .select_only()
        .columns([topic::Column::Id, topic::Column::Name, topic::Column::Head])
        .filter(topic::Column::Name.is_in(names))
        .order_by_asc(topic::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(transaction)
        .await?;
    let head = |(topic_id, name, seq): (i64, String, i64)| {
        name.parse().ok().map(|name| (name, Head { topic_id, seq, moved: false }))
    };
    Ok(rows.into_iter().filter_map(head).collect())
}
