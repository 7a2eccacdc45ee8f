//! Topics that a batch moves on, and their locks.

use std::collections::{BTreeSet, HashMap};

use app::protocol::{About, Timestamp, TopicName};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{heads::Head, row::Place};
use crate::database::BoundedTransaction;
use crate::event_log::{
    Action, NewEvent,
    entity::{store, topic},
};

/// How far a topic has come in this batch.
pub(super) struct Moving {
    pub(super) head: Head,
    /// What it says about itself from now on.
    pub(super) about: Option<About>,
    pub(super) moved: bool,
}

impl From<Head> for Moving {
    fn from(head: Head) -> Self {
        Self { head, about: None, moved: false }
    }
}

impl Moving {
    /// The place of the next event.
    pub(super) fn next(&mut self, action: &Action, at: Timestamp) -> Place {
        let Self { head, about, moved } = self;
        *moved = true;
        head.seq += 1;
        match action {
            Action::Publish { .. } => head.messages += 1,
            Action::Describe { about: new, .. } => *about = Some(new.clone()),
            Action::Edit { .. } | Action::Delete { .. } | Action::React { .. } => {}
        }
        Place { topic_id: head.topic_id, seq: head.seq, messages: head.messages, at }
    }
}

impl Moving {
    /// What the topic says about itself after what this batch has placed.
    pub(super) async fn about(&self, transaction: &BoundedTransaction) -> Result<About, DbErr> {
        if let Some(about) = &self.about {
            return Ok(about.clone());
        }
        let row = topic::Entity::find_by_id(self.head.topic_id).one(transaction).await?;
        Ok(row.and_then(|row| About::parse(&row.title, &row.description).ok()).unwrap_or_default())
    }
}

/// Topics are begun one at a time, so that there are never more than may be.
pub(super) async fn lock_store(transaction: &BoundedTransaction) -> Result<(), DbErr> {
    store::Entity::find_by_id(store::ONLY).lock_exclusive().one(transaction).await?;
    Ok(())
}

/// The heads of the topics that these events go to, where they have rows. Nobody else moves them until the
/// transaction ends; two that want the same ones take them in the same order.
pub(super) async fn lock_topics(
    transaction: &BoundedTransaction,
    events: &[NewEvent],
) -> Result<HashMap<TopicName, Moving>, DbErr> {
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
        name.parse().ok().map(|name| (name, Moving::from(Head { topic_id, seq, messages })))
    };
    Ok(rows.into_iter().filter_map(head).collect())
}
