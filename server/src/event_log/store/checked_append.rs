//! The append path that looks up the current state before it writes: topics, drafts, and the messages that changes are
//! about.

use std::collections::HashMap;

use app::protocol::{AboutChange, AboutFields, Action, Event, Timestamp, TopicName};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, Value,
    sea_query::{Expr, InsertStatement, Query},
};
use tokio::time::Instant;

use super::{
    Store,
    append_result::{Appended, EventError, is_conflict},
    change::{ChangeTarget, change, mention_rows},
    directory::searchable_text,
    drafts::{DraftKey, StoredDraft, draft_key, stored_drafts},
    head_cache::Head,
    row::{COLUMNS, row_values},
    search::index::{self, IndexEntry},
    topics::{BatchTopic, lock_store, lock_topics, topic_id},
};
use crate::database::BoundedTransaction;
use crate::event_log::{
    AppendError, NewEvent, Receipt,
    entity::{event, mention, topic},
    expected_events::ExpectedEvent,
    fingerprint::fingerprint,
};

/// How often a batch starts anew after a conflict with another process. Each time that process has stored something, which
/// the next attempt finds.
const MAX_CONFLICT_RETRIES: usize = 3;

impl Store {
    /// Stores a batch after looking up the current state.
    pub(in crate::event_log) async fn checked_append(
        &self,
        events: Vec<NewEvent>,
    ) -> Result<Appended, DbErr> {
        for _ in 0..MAX_CONFLICT_RETRIES {
            match self.append_once(events.clone()).await {
                Err(error) if is_conflict(&error) => {}
                done => return done,
            }
        }
        self.append_once(events).await
    }

    async fn append_once(&self, events: Vec<NewEvent>) -> Result<Appended, DbErr> {
        let transaction = self.database.begin_append().await?;
        let mut batch = Batch::begin(self, &transaction, &events).await?;
        let mut outcomes = Vec::with_capacity(events.len());
        for event in events {
            outcomes.push(match batch.append(event).await {
                Ok(receipt) => Ok(receipt),
                Err(EventError::Rejected(error)) => Err(error),
                Err(EventError::Database(error)) => return Err(error),
            });
        }
        let carried = std::mem::take(&mut batch.carried);
        let diverged = std::mem::take(&mut batch.diverged);
        let (events, topics) = batch.finish().await?;
        transaction.commit().await?;
        carried.iter().for_each(|(topic, expected)| self.carried_events.found(topic, Some(expected.draft)));
        if self.database.is_shared() {
            self.expected_events.committed(&events);
        } else {
            self.head_cache.insert_all(topics.into_iter().map(|(name, topic)| (name, topic.head)));
        }
        Ok(Appended { outcomes, events, diverged })
    }
}

/// One batch inside its transaction.
struct Batch<'a> {
    store: &'a Store,
    transaction: &'a BoundedTransaction,
    at: Timestamp,
    /// Drafts that are stored already, those of this batch included.
    drafts: HashMap<DraftKey, StoredDraft>,
    topics: HashMap<TopicName, BatchTopic>,
    /// Rows to insert with the next flush.
    rows: Vec<[Value; 17]>,
    mentions: Vec<mention::ActiveModel>,
    /// Entries of PostgreSQL's search index; SQLite's is written later (`deferred_index`).
    index_entries: Vec<IndexEntry>,
    events: Vec<Event>,
    /// Events that were published before these, and for which the batch has looked.
    carried: HashMap<TopicName, ExpectedEvent>,
    /// Topics in which it has not found them.
    diverged: Vec<TopicName>,
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
        // The topics' locks come first: only once they are held are another process's drafts in them visible.
        let topics = lock_topics(transaction, events).await?;
        let expected_events = store.expected_events.all();
        let carried = store.carried_events.before(events);
        let drafts =
            stored_drafts(transaction, events, expected_events.iter().chain(carried.values())).await?;
        if !expected_events.iter().all(|expected| expected.is_in(&drafts)) {
            store.expected_events.lost();
            return Err(DbErr::Custom("acknowledged events are missing".to_owned()));
        }
        let is_missing = |(_, expected): &(&TopicName, &ExpectedEvent)| !expected.is_in(&drafts);
        let diverged = carried.iter().filter(is_missing).map(|(topic, _)| topic.clone()).collect();
        Ok(Self {
            store,
            transaction,
            at: store.now(),
            carried,
            diverged,
            drafts,
            topics,
            rows: Vec::new(),
            mentions: Vec::new(),
            index_entries: Vec::new(),
            events: Vec::new(),
        })
    }

    /// Gives an event the next position in its topic, or returns the receipt of an earlier attempt with the same draft.
    async fn append(&mut self, mut event: NewEvent) -> Result<Receipt, EventError> {
        let key = draft_key(&event);
        let fingerprint = fingerprint(&event);
        if let Some(stored) = self.drafts.get(&key) {
            let topic_id = match self.topics.get(&event.topic) {
                Some(topic) => Some(topic.head.topic_id),
                // Another process may have created the topic, with this draft, after the locks were taken.
                None => topic_id(self.transaction, &event.topic).await?,
            };
            return Ok(stored.retry(topic_id, &fingerprint)?);
        }
        if let Some(refusal) = event.refusal {
            return Err(AppendError::Denied(refusal).into());
        }
        self.admit(&event).await?;
        self.complete_about(&mut event).await?;
        let Some(topic) = self.topics.get_mut(&event.topic) else {
            return Err(AppendError::Unavailable.into());
        };
        let position = topic.next_position(&event.action, self.at);
        if let Action::Publish { body, .. } = &event.action {
            if self.store.database.is_shared() {
                self.index_entries.push(IndexEntry {
                    topic_id: position.topic_id,
                    seq: position.seq,
                    at: self.at.0 as i64,
                    author: event.author.name.to_string(),
                    body: body.clone(),
                });
            }
            self.mentions.extend(mention_rows(position.topic_id, position.seq, &event.rendered));
        }
        self.rows.push(row_values(position, &event, &fingerprint));
        let seq = position.seq as u64;
        self.events.push(event.into_event(seq, self.at));
        let stored = StoredDraft { topic_id: position.topic_id, seq, fingerprint: fingerprint.to_vec() };
        self.drafts.insert(key, stored);
        Ok(Receipt { seq, duplicate: false })
    }

    /// Checks that an event may be appended; creates its topic, or applies its change to the message it is about.
    async fn admit(&mut self, event: &NewEvent) -> Result<(), EventError> {
        let head = self.topics.get(&event.topic).map(|topic| topic.head.seq as u64);
        match event.action {
            Action::Publish { reply_to: Some(seq), .. } if !(1..=head.unwrap_or(0)).contains(&seq) => {
                Err(AppendError::NotFound.into())
            }
            Action::Describe { new: true, .. } if head.is_some() => Err(AppendError::Exists.into()),
            Action::Describe { new: false, .. } if head.is_none() => Err(AppendError::NotFound.into()),
            Action::Publish { .. } | Action::Describe { .. } => self.ensure_topic(event).await,
            Action::Edit { message, .. } | Action::Delete { message, .. } | Action::React { message, .. } => {
                self.admit_change(event, message).await
            }
        }
    }

    async fn admit_change(&mut self, event: &NewEvent, message: u64) -> Result<(), EventError> {
        let (Some(topic), Ok(message)) = (self.topics.get(&event.topic), i64::try_from(message)) else {
            return Err(AppendError::NotFound.into());
        };
        let target = ChangeTarget { topic_id: topic.head.topic_id, message, seq: topic.head.seq + 1 };
        // The message may be in this very batch: the change reads its row.
        self.flush().await?;
        change(self.transaction, target, event, self.store.reaction_limits).await?;
        if let Action::Delete { .. } = event.action {
            self.store.index_merge.record_deletion();
        }
        Ok(())
    }

    /// Creates the event's topic unless it exists.
    async fn ensure_topic(&mut self, event: &NewEvent) -> Result<(), EventError> {
        if self.topics.contains_key(&event.topic) {
            return Ok(());
        }
        self.check_topic_limits(event).await?;
        Ok(self.create_topic(&event.topic).await?)
    }

    /// Checks the number of topics, and how many the event's address has created.
    async fn check_topic_limits(&self, event: &NewEvent) -> Result<(), EventError> {
        // Serialises the creation of topics, so that several servers together do not exceed the limit.
        lock_store(self.transaction).await?;
        let reserved = self.store.reserved.get();
        if reserved == Some(&event.topic) {
            return Ok(());
        }
        let others = topic::Column::Name.ne(reserved.map_or("", |name| name.as_str()));
        if topic::Entity::find().filter(others).count(self.transaction).await? >= self.store.max_topics {
            return Err(AppendError::TooManyTopics.into());
        }
        let Some(address) = event.address else { return Ok(()) };
        let taken = self.store.new_topic_limiter.take(address, Instant::now());
        Ok(taken.map_err(|retry_ms| AppendError::TooManyNewTopics { retry_ms })?)
    }

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
            folded: Set(searchable_text(name.as_str(), "", "")),
            created_at: Set(self.at.0 as i64),
        };
        let topic_id = topic::Entity::insert(row).exec(self.transaction).await?.last_insert_id;
        self.topics.insert(name.clone(), BatchTopic::from(Head { topic_id, seq: 0, messages: 0 }));
        Ok(())
    }

    /// Fills in the part of the title and description that a change leaves as it is. The topic's lock is held, so it
    /// cannot change meanwhile.
    async fn complete_about(&self, event: &mut NewEvent) -> Result<(), DbErr> {
        let (Action::Describe { change: AboutChange { about, part }, .. }, Some(topic)) =
            (&mut event.action, self.topics.get(&event.topic))
        else {
            return Ok(());
        };
        if *part != AboutFields::Both {
            *about = part.apply(about, &topic.about(self.transaction).await?);
        }
        Ok(())
    }

    /// Inserts the rows gathered so far.
    async fn flush(&mut self) -> Result<(), DbErr> {
        if !self.rows.is_empty() {
            let rows = std::mem::take(&mut self.rows);
            self.transaction.execute(&insert(rows)).await?;
        }
        if !self.mentions.is_empty() {
            let mentions = std::mem::take(&mut self.mentions);
            mention::Entity::insert_many(mentions).exec_without_returning(self.transaction).await?;
        }
        index::insert(self.transaction, &std::mem::take(&mut self.index_entries)).await
    }

    /// Writes the rest of the batch, and the new heads of its topics.
    async fn finish(mut self) -> Result<(Vec<Event>, HashMap<TopicName, BatchTopic>), DbErr> {
        self.flush().await?;
        for (name, topic) in self.topics.iter().filter(|(_, topic)| topic.is_changed) {
            self.update_topic(name, topic).await?;
        }
        Ok((self.events, self.topics))
    }

    async fn update_topic(&self, name: &TopicName, topic: &BatchTopic) -> Result<(), DbErr> {
        let BatchTopic { head, about, .. } = topic;
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
                    Expr::value(searchable_text(name.as_str(), about.title(), about.description())),
                );
        }
        update.exec(self.transaction).await?;
        Ok(())
    }
}
