//! Reads the messages of an archive, in their current state.

use std::collections::HashMap;

use anyhow::Context;
use app::protocol::{About, Event, Timestamp, TopicName};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{PAGE_MESSAGES, page_of};
use crate::{
    database::Database,
    event_log::{
        entity::{
            event::{self, kind},
            topic,
        },
        event_of, with_reactions,
    },
};

/// A topic as the export found it: messages that come later are those of the next export.
#[derive(Debug)]
pub(super) struct ArchivedTopic {
    id: i64,
    pub(super) name: TopicName,
    pub(super) about: About,
    pub(super) messages: u64,
    pub(super) active_at: Timestamp,
}

impl ArchivedTopic {
    /// Errors: the name is none that a folder may have.
    pub(super) fn of(row: topic::Model) -> anyhow::Result<Self> {
        let name = row
            .name
            .parse::<TopicName>()
            .with_context(|| format!("the topic {:?} cannot be archived", row.name))?;
        Ok(Self {
            id: row.id,
            name,
            // The title was parsed before it was stored, but the rules may have become stricter since.
            about: About::parse(&row.title, &row.description).unwrap_or_default(),
            messages: u64::try_from(row.messages).unwrap_or_default(),
            active_at: Timestamp(u64::try_from(row.active_at).unwrap_or_default()),
        })
    }

    pub(super) fn title(&self) -> &str {
        if self.about.title().is_empty() { self.name.as_str() } else { self.about.title() }
    }

    pub(super) fn pages(&self) -> u64 {
        self.messages.div_ceil(PAGE_MESSAGES)
    }
}

/// A message that another one replies to.
pub(super) struct QuotedMessage {
    pub(super) event: Event,
    pub(super) page: u64,
}

/// Returns the oldest `count` messages after a `seq`.
pub(super) async fn read_messages(
    database: &Database,
    topic: &ArchivedTopic,
    after: u64,
    count: u64,
) -> anyhow::Result<Vec<Event>> {
    let rows = event::Entity::find()
        .filter(event::Column::TopicId.eq(topic.id))
        .filter(event::Column::Seq.gt(i64::try_from(after)?))
        .filter(event::Column::Kind.is_in([kind::MESSAGE, kind::TOMBSTONE]))
        .order_by_asc(event::Column::Seq)
        .limit(count)
        .all(database.read())
        .await?;
    Ok(with_reactions(database.read(), &topic.name, topic.id, rows).await?)
}

/// Returns the messages that these reply to, by `seq`.
pub(super) async fn quoted_messages(
    database: &Database,
    topic: &ArchivedTopic,
    messages: &[Event],
) -> anyhow::Result<HashMap<u64, QuotedMessage>> {
    let seqs = messages.iter().filter_map(|message| i64::try_from(message.kind.reply_to()?).ok());
    let seqs: Vec<i64> = seqs.collect();
    if seqs.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = event::Entity::find()
        .filter(event::Column::TopicId.eq(topic.id))
        .filter(event::Column::Seq.is_in(seqs))
        .filter(event::Column::Kind.is_in([kind::MESSAGE, kind::TOMBSTONE]))
        .all(database.read())
        .await?;
    let quoted = rows.into_iter().map(|row| {
        let page = page_of(u64::try_from(row.messages).unwrap_or_default());
        let event = event_of(&topic.name, row);
        (event.seq, QuotedMessage { event, page })
    });
    Ok(quoted.collect())
}

#[cfg(test)]
impl ArchivedTopic {
    pub(super) fn example(name: &str, title: &str, messages: u64) -> Self {
        Self {
            id: 1,
            name: name.parse().unwrap(),
            about: About::parse(title, "").unwrap(),
            messages,
            active_at: Timestamp(0),
        }
    }
}
