//! The topics of a batch, and their locks.

use std::collections::{BTreeSet, HashMap};

use app::protocol::{About, Action, Timestamp, TopicName};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{head_cache::Head, row::RowPosition};
use crate::database::BoundedTransaction;
use crate::event_log::{
    NewEvent,
    entity::{store, topic},
};

/// A topic as it is after the events that this batch has appended so far.
pub(super) struct BatchTopic {
    pub(super) head: Head,
    /// The new title and description, if the batch changes them.
    pub(super) about: Option<About>,
    pub(super) is_changed: bool,
}

impl From<Head> for BatchTopic {
    fn from(head: Head) -> Self {
        Self { head, about: None, is_changed: false }
    }
}

impl BatchTopic {
    /// Assigns the position of the next event.
    pub(super) fn next_position(&mut self, action: &Action, at: Timestamp) -> RowPosition {
        let Self { head, about, is_changed } = self;
        *is_changed = true;
        head.seq += 1;
        match action {
            Action::Publish { .. } => head.messages += 1,
            Action::Describe { change, .. } => *about = Some(change.about.clone()),
            Action::Edit { .. } | Action::Delete { .. } | Action::React { .. } => {}
        }
        RowPosition { topic_id: head.topic_id, seq: head.seq, messages: head.messages, at }
    }

    /// Returns the title and description after the events that this batch has appended so far.
    pub(super) async fn about(&self, transaction: &BoundedTransaction) -> Result<About, DbErr> {
        if let Some(about) = &self.about {
            return Ok(about.clone());
        }
        let row = topic::Entity::find_by_id(self.head.topic_id).one(transaction).await?;
        Ok(row.and_then(|row| About::parse(&row.title, &row.description).ok()).unwrap_or_default())
    }
}

/// Takes the lock under which topics are created, so that their number never exceeds the limit.
pub(super) async fn lock_store(transaction: &BoundedTransaction) -> Result<(), DbErr> {
    store::Entity::find_by_id(store::ONLY_ID).lock_exclusive().one(transaction).await?;
    Ok(())
}

/// Locks the topics of these events that exist, until the transaction ends. The locks are taken in the order of ids, so that
/// two transactions with the same topics do not deadlock.
pub(super) async fn lock_topics(
    transaction: &BoundedTransaction,
    events: &[NewEvent],
) -> Result<HashMap<TopicName, BatchTopic>, DbErr> {
    let names: BTreeSet<&str> = events.iter().map(|event| event.topic.as_str()).collect();
    let rows: Vec<(i64, String, i64, i64)> = topic::Entity::find()
        .select_only()
        .columns([topic::Column::Id, topic::Column::Name, topic::Column::Head, topic::Column::Messages])
        .filter(topic::Column::Name.is_in(names))
        .order_by_asc(topic::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(transaction)
        .await?;
    let head = |(topic_id, name, seq, messages): (i64, String, i64, i64)| {
        name.parse().ok().map(|name| (name, BatchTopic::from(Head { topic_id, seq, messages })))
    };
    Ok(rows.into_iter().filter_map(head).collect())
}

/// Returns the id of a topic, without locking it.
pub(super) async fn topic_id(
    connection: &impl ConnectionTrait,
    name: &TopicName,
) -> Result<Option<i64>, DbErr> {
    let topic = topic::Entity::find().select_only().column(topic::Column::Id);
    topic.filter(topic::Column::Name.eq(name.as_str())).into_tuple().one(connection).await
}
