//! Appending: one transaction a batch, in which every event gets its `seq`.

use std::collections::HashMap;

use app::protocol::{AboutFields, Event, Timestamp, TopicName};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, RuntimeErr, Value,
    sea_query::{Expr, InsertStatement, Query},
    sqlx,
};
use tokio::time::Instant;

use super::{
    Store,
    change::{Target, change, mention},
    directory::found_by,
    drafts::{DraftKey, Placed, key, placed},
    heads::Head,
    row::{COLUMNS, values_of},
    search::index::{self, Entry},
    topics::{Moving, lock_store, lock_topics},
};
use crate::clock::now;
use crate::database::{BoundedTransaction, WriterLease};
use crate::event_log::{
    Action, AppendError, NewEvent, Receipt,
    entity::{event, mention, topic},
    fingerprint::fingerprint,
};

/// What became of a batch, once it is on the disk.
pub(in crate::event_log) struct Appended {
    /// One an event, in the batch's order.
    pub(in crate::event_log) outcomes: Vec<Result<Receipt, AppendError>>,
    /// The new events, in the order of each topic's `seq`.
    pub(in crate::event_log) events: Vec<Event>,
}

impl Store {
    /// Stores a batch. On an error nothing of it was stored, unless it came while committing.
    pub(in crate::event_log) async fn append(
        &self,
        lease: &mut WriterLease,
        events: Vec<NewEvent>,
    ) -> Result<Appended, DbErr> {
        let events = match self.append_straight(lease, events).await? {
            Ok(appended) => return Ok(appended),
            Err(events) => events,
        };
        lease.release();
        let appended = self.append_looking(events).await;
        if appended.is_err() {
            self.heads.forget();
        }
        appended
    }

    /// Looks up what is there before it writes.
    async fn append_looking(&self, events: Vec<NewEvent>) -> Result<Appended, DbErr> {
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
        let (events, heads) = batch.finish().await?;
        transaction.commit().await?;
        if !self.database.is_shared() {
            self.heads.moved(heads.into_iter().map(|(name, topic)| (name, topic.head)));
        }
        Ok(Appended { outcomes, events })
    }
}

/// How often a batch begins anew after another process was faster. Each time that process has stored something, which
/// this one then finds.
const RETRIES: usize = 3;

/// Whether another process has begun the same topic or stored the same draft meanwhile, or waits for what this one has
/// while it has what this one waits for.
pub(super) fn lost_a_race(error: &DbErr) -> bool {
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
    transaction: &'a BoundedTransaction,
    at: Timestamp,
    /// Drafts that have a place.
    placed: HashMap<DraftKey, Placed>,
    topics: HashMap<TopicName, Moving>,
    /// Rows that are still to be written, all at once.
    rows: Vec<[Value; 17]>,
    mentions: Vec<mention::ActiveModel>,
    /// For the index; SQLite's is written later.
    words: Vec<Entry>,
    events: Vec<Event>,
}

fn insert(rows: Vec<[Value; 17]>) -> InsertStatement {
    let mut insert = Query::insert();
    insert.into_table(event::Entity).columns(COLUMNS);
    for row in rows {
        insert.values_panic(row.map(Expr::from));
    }
    insert
}

impl<'a> Batch<'a> {
    async fn begin(
        store: &'a Store,
        transaction: &'a BoundedTransaction,
        events: &[NewEvent],
    ) -> Result<Self, DbErr> {
        // The topics first: what another process has stored in them is seen only once their locks are held.
        let topics = lock_topics(transaction, events).await?;
        let placed = placed(transaction, events).await?;
        let (rows, mentions, words, events) = Default::default();
        Ok(Self { store, transaction, at: now(), placed, topics, rows, mentions, words, events })
    }

    /// Gives an event the next place of its topic, or the one that its draft has already.
    async fn place(&mut self, mut event: NewEvent) -> Result<Result<Receipt, AppendError>, DbErr> {
        let (key, fingerprint) = (key(&event), fingerprint(&event));
        if let Some(earlier) = self.placed.get(&key) {
            return Ok(earlier.again(&fingerprint));
        }
        if let Err(error) = self.admit(&event).await? {
            return Ok(Err(error));
        }
        self.complete(&mut event).await?;
        let Some(topic) = self.topics.get_mut(&event.topic) else { return Ok(Err(AppendError::Unavailable)) };
        let place = topic.next(&event.action, self.at);
        if let Action::Publish { body, .. } = &event.action {
            if self.store.database.is_shared() {
                self.words.push(Entry {
                    topic_id: place.topic_id,
                    seq: place.seq,
                    at: self.at.0 as i64,
                    author: event.author.name.to_string(),
                    body: body.clone(),
                });
            }
            self.mentions.extend(mention(place.topic_id, place.seq, &event.rendered));
        }
        self.rows.push(values_of(place, &event, &fingerprint));
        let seq = place.seq as u64;
        self.events.push(event.into_event(seq, self.at));
        self.placed.insert(key, Placed { seq, fingerprint: fingerprint.to_vec() });
        Ok(Ok(Receipt { seq, duplicate: false }))
    }

    /// Whether an event may have the next place. A change is made in the message that it is about.
    async fn admit(&mut self, event: &NewEvent) -> Result<Result<(), AppendError>, DbErr> {
        let message = match event.action {
            Action::Publish { reply_to, .. } => {
                let head = self.topics.get(&event.topic).map_or(0, |topic| topic.head.seq as u64);
                if reply_to.is_some_and(|seq| seq == 0 || seq > head) {
                    return Ok(Err(AppendError::NotFound));
                }
                return self.topic(event).await;
            }
            Action::Describe { new, .. } => {
                return match (new, self.topics.contains_key(&event.topic)) {
                    (true, true) => Ok(Err(AppendError::Exists)),
                    (false, false) => Ok(Err(AppendError::NotFound)),
                    _ => self.topic(event).await,
                };
            }
            Action::Edit { message, .. } | Action::Delete { message, .. } | Action::React { message, .. } => {
                message
            }
        };
        let (Some(topic), Ok(message)) = (self.topics.get(&event.topic), i64::try_from(message)) else {
            return Ok(Err(AppendError::NotFound));
        };
        let place = Target { topic_id: topic.head.topic_id, message, seq: topic.head.seq + 1 };
        // The message may be in this very batch.
        self.flush().await?;
        change(self.transaction, place, event, self.store.most_reactions).await
    }

    /// The topic is there, or is made now.
    async fn topic(&mut self, event: &NewEvent) -> Result<Result<(), AppendError>, DbErr> {
        if self.topics.contains_key(&event.topic) {
            return Ok(Ok(()));
        }
        if let Err(refused) = self.may_begin(event).await? {
            return Ok(Err(refused));
        }
        self.create_topic(&event.topic).await.map(Ok)
    }

    /// Whether the event may begin its topic: there are not as many as may be, and its address has not begun too many.
    async fn may_begin(&self, event: &NewEvent) -> Result<Result<(), AppendError>, DbErr> {
        lock_store(self.transaction).await?;
        let reserved = self.store.reserved.get();
        if reserved == Some(&event.topic) {
            return Ok(Ok(()));
        }
        let others = topic::Column::Name.ne(reserved.map_or("", |name| name.as_str()));
        if topic::Entity::find().filter(others).count(self.transaction).await? >= self.store.max_topics {
            return Ok(Err(AppendError::TooManyTopics));
        }
        let Some(address) = event.address else { return Ok(Ok(())) };
        let taken = self.store.new_topics.take(address, Instant::now());
        Ok(taken.map_err(|retry_ms| AppendError::TooManyNewTopics { retry_ms }))
    }

    /// Makes a topic's row.
    async fn create_topic(&mut self, name: &TopicName) -> Result<(), DbErr> {
        let row = topic::ActiveModel {
            id: NotSet,
            name: Set(name.to_string()),
            epoch: Set(self.store.epoch.to_string()),
            head: Set(0),
            messages: Set(0),
            active_at: Set(self.at.0 as i64),
            title: Set(String::new()),
            description: Set(String::new()),
            folded: Set(found_by(name.as_str(), "", "")),
            created_at: Set(self.at.0 as i64),
        };
        let topic_id = topic::Entity::insert(row).exec(self.transaction).await?.last_insert_id;
        self.topics.insert(name.clone(), Moving::from(Head { topic_id, seq: 0, messages: 0 }));
        Ok(())
    }

    /// Adds to a change of title or description the part that stays, as it stands under the topic's lock.
    async fn complete(&self, event: &mut NewEvent) -> Result<(), DbErr> {
        let (Action::Describe { about, part, .. }, Some(topic)) =
            (&mut event.action, self.topics.get(&event.topic))
        else {
            return Ok(());
        };
        if *part != AboutFields::Both {
            *about = part.apply(about, &topic.about(self.transaction).await?);
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), DbErr> {
        if !self.rows.is_empty() {
            let rows = std::mem::take(&mut self.rows);
            self.transaction.execute(&insert(rows)).await?;
        }
        if !self.mentions.is_empty() {
            let mentions = std::mem::take(&mut self.mentions);
            mention::Entity::insert_many(mentions).exec_without_returning(self.transaction).await?;
        }
        index::insert(self.transaction, &std::mem::take(&mut self.words)).await
    }

    async fn finish(mut self) -> Result<(Vec<Event>, HashMap<TopicName, Moving>), DbErr> {
        self.flush().await?;
        for (name, topic) in self.topics.iter().filter(|(_, topic)| topic.moved) {
            self.move_on(name, topic).await?;
        }
        Ok((self.events, self.topics))
    }

    async fn move_on(&self, name: &TopicName, topic: &Moving) -> Result<(), DbErr> {
        let Moving { head, about, .. } = topic;
        let mut update = topic::Entity::update_many()
            .col_expr(topic::Column::Head, Expr::value(head.seq))
            .col_expr(topic::Column::Messages, Expr::value(head.messages))
            .col_expr(topic::Column::ActiveAt, Expr::value(self.at.0 as i64))
            .filter(topic::Column::Id.eq(head.topic_id));
        if let Some(about) = about {
            update = update
                .col_expr(topic::Column::Title, Expr::value(about.title()))
                .col_expr(topic::Column::Description, Expr::value(about.description()))
                .col_expr(
                    topic::Column::Folded,
                    Expr::value(found_by(name.as_str(), about.title(), about.description())),
                );
        }
        update.exec(self.transaction).await?;
        Ok(())
    }
}
