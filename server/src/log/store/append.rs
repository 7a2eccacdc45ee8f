//! Appending: one transaction a batch, in which every message gets its `seq`.

use std::collections::HashMap;

use app::protocol::{DraftId, Event, Timestamp, TopicName, UserId};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, RuntimeErr,
    sea_query::{Expr, ExprTrait},
    sqlx,
};

use super::{
    Store,
    row::{event_of_message, row_of},
};
use crate::clock::now;
use crate::log::{
    AppendError, NewMessage, Receipt,
    entity::{event, store, topic},
    fingerprint::fingerprint,
};

/// What became of a batch, once it is on the disk.
pub(in crate::log) struct Appended {
    /// One a message, in the batch's order.
    pub(in crate::log) outcomes: Vec<Result<Receipt, AppendError>>,
    /// The new events, in the order of each topic's `seq`.
    pub(in crate::log) events: Vec<Event>,
}

impl Store {
    /// Stores a batch. On an error nothing of it was stored.
    pub(in crate::log) async fn append(&self, messages: Vec<NewMessage>) -> Result<Appended, DbErr> {
        for _ in 0..RETRIES {
            match self.append_once(messages.clone()).await {
                Err(error) if lost_a_race(&error) => {}
                done => return done,
            }
        }
        self.append_once(messages).await
    }

    async fn append_once(&self, messages: Vec<NewMessage>) -> Result<Appended, DbErr> {
        let transaction = self.database.begin().await?;
        let mut batch = Batch::begin(self, &transaction, &messages).await?;
        let mut outcomes = Vec::with_capacity(messages.len());
        for message in messages {
            outcomes.push(batch.place(message).await?);
        }
        let events = batch.write().await?;
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

type DraftKey = (UserId, DraftId);

/// One batch inside its transaction.
struct Batch<'a> {
    store: &'a Store,
    transaction: &'a DatabaseTransaction,
    at: Timestamp,
    /// Drafts that have a place, with the fingerprint of what was said.
    placed: HashMap<DraftKey, (u64, Vec<u8>)>,
    topics: HashMap<TopicName, Head>,
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
        messages: &[NewMessage],
    ) -> Result<Self, DbErr> {
        // The topics first: what another process has stored in them is seen only once their locks are held.
        let topics = lock_topics(transaction, messages).await?;
        let placed = placed(transaction, messages).await?;
        Ok(Self { store, transaction, at: now(), placed, topics, rows: Vec::new(), events: Vec::new() })
    }

    /// Gives a message the next place of its topic, or the one that its draft has already.
    async fn place(&mut self, message: NewMessage) -> Result<Result<Receipt, AppendError>, DbErr> {
        let key = (message.author.user, message.draft);
        let fingerprint = fingerprint(&message);
        if let Some((seq, earlier)) = self.placed.get(&key) {
            let same = *earlier == fingerprint;
            return Ok(if same {
                Ok(Receipt { seq: *seq, duplicate: true })
            } else {
                Err(AppendError::Conflict)
            });
        }
        if !self.topics.contains_key(&message.topic) && !self.create_topic(&message.topic).await? {
            return Ok(Err(AppendError::TooManyTopics));
        }
        let Some(head) = self.topics.get_mut(&message.topic) else {
            return Ok(Err(AppendError::Unavailable));
        };
        head.seq += 1;
        head.moved = true;
        self.rows.push(row_of(head.topic_id, head.seq, self.at, &message));
        let event = event_of_message(head.seq, self.at, message);
        let seq = event.seq;
        self.events.push(event);
        self.placed.insert(key, (seq, fingerprint));
        Ok(Ok(Receipt { seq, duplicate: false }))
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

    async fn write(self) -> Result<Vec<Event>, DbErr> {
        if self.rows.is_empty() {
            return Ok(self.events);
        }
        event::Entity::insert_many(self.rows).exec_without_returning(self.transaction).await?;
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

/// The drafts among these that have a place already.
async fn placed(
    transaction: &DatabaseTransaction,
    messages: &[NewMessage],
) -> Result<HashMap<DraftKey, (u64, Vec<u8>)>, DbErr> {
    let same = |message: &NewMessage| {
        event::Column::Author.eq(message.author.user.0).and(event::Column::Draft.eq(message.draft.0))
    };
    let any = messages.iter().map(same).fold(Condition::any(), Condition::add);
    let rows = event::Entity::find().filter(any).all(transaction).await?;
    let placed =
        |row: event::Model| ((UserId(row.author), DraftId(row.draft)), (row.seq as u64, row.fingerprint));
    Ok(rows.into_iter().map(placed).collect())
}

/// The heads of the topics that these messages go to, where they have rows. Nobody else moves them until the
/// transaction ends; two that want the same ones take them in the same order.
async fn lock_topics(
    transaction: &DatabaseTransaction,
    messages: &[NewMessage],
) -> Result<HashMap<TopicName, Head>, DbErr> {
    let names: std::collections::BTreeSet<&str> =
        messages.iter().map(|message| message.topic.as_str()).collect();
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
