//! The heads of many topics, and single events of them, in one statement.

use std::collections::HashMap;

use app::protocol::{DraftId, TopicName};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QueryResult, Statement,
};
use uuid::Uuid;

use super::Store;
use crate::{
    database::refuse_standby,
    event_log::entity::{event, topic},
};

/// The names and positions are one parameter each, so that there is one prepared statement for any number of them. No name
/// contains a comma. There is a row also if no topic exists.
const HEADS: &str = "SELECT server.is_standby, topic.name, topic.head, event.seq, event.draft \
    FROM (SELECT pg_is_in_recovery() AS is_standby) AS server \
    LEFT JOIN unnest(string_to_array($1, ','), string_to_array($2, ',')::bigint[]) AS asked (name, seq) ON TRUE \
    LEFT JOIN topic ON topic.name = asked.name \
    LEFT JOIN event ON event.topic_id = topic.id AND event.seq = asked.seq";

/// The heads and drafts that the store has of some topics.
#[derive(Debug, Default)]
pub(crate) struct StoredHeads {
    heads: HashMap<TopicName, u64>,
    drafts: HashMap<(TopicName, u64), DraftId>,
}

impl StoredHeads {
    /// Returns the `seq` of a topic's newest event, or 0 if the topic does not exist.
    pub(crate) fn head(&self, topic: &TopicName) -> u64 {
        self.heads.get(topic).copied().unwrap_or(0)
    }

    /// Returns the draft of the event at a position that was asked for, or `None` if there is no event.
    pub(crate) fn draft_at(&self, topic: &TopicName, seq: u64) -> Option<DraftId> {
        self.drafts.get(&(topic.clone(), seq)).copied()
    }

    #[cfg(test)]
    pub(crate) fn of(topic: &TopicName, head: u64, drafts: impl IntoIterator<Item = (u64, DraftId)>) -> Self {
        let drafts = drafts.into_iter().map(|(seq, draft)| ((topic.clone(), seq), draft)).collect();
        Self { heads: HashMap::from([(topic.clone(), head)]), drafts }
    }

    #[cfg(test)]
    pub(crate) fn with_heads(heads: impl Iterator<Item = (TopicName, u64)>) -> Self {
        Self { heads: heads.collect(), drafts: HashMap::new() }
    }

    fn add(&mut self, row: &QueryResult) -> Result<(), DbErr> {
        refuse_standby(Some(row.try_get("", "is_standby")?))?;
        let Some(name) = row.try_get::<Option<String>>("", "name")? else { return Ok(()) };
        let Ok(topic) = name.parse::<TopicName>() else { return Ok(()) };
        if let Some(draft) = row.try_get::<Option<Uuid>>("", "draft")? {
            let seq = row.try_get::<i64>("", "seq")? as u64;
            self.drafts.insert((topic.clone(), seq), DraftId(draft));
        }
        self.heads.insert(topic, row.try_get::<i64>("", "head")? as u64);
        Ok(())
    }
}

impl Store {
    /// Returns the heads of those of these topics that exist, and their events at these positions (0 for none). For PostgreSQL.
    /// Errors: the server is a standby.
    pub(in crate::event_log) async fn heads(
        &self,
        asked: impl Iterator<Item = (&TopicName, u64)>,
    ) -> Result<StoredHeads, DbErr> {
        let (names, seqs): (Vec<_>, Vec<_>) =
            asked.map(|(topic, seq)| (topic.as_str(), seq.to_string())).unzip();
        let values = [names.join(",").into(), seqs.join(",").into()];
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, HEADS, values);
        let mut heads = StoredHeads::default();
        for row in self.database.read().query_all_raw(statement).await? {
            heads.add(&row)?;
        }
        Ok(heads)
    }

    /// Returns whether the store has another event at a position, or none, on a primary: a standby can be read before it has it.
    /// Without a draft any event will do.
    pub(in crate::event_log) async fn lacks_event(
        &self,
        name: &TopicName,
        seq: u64,
        draft: Option<DraftId>,
    ) -> Result<bool, DbErr> {
        let transaction = self.database.begin_on_primary().await?;
        let named = topic::Column::Name.eq(name.as_str());
        let stored = match topic::Entity::find().filter(named).one(&transaction).await? {
            Some(topic) => event::Entity::find_by_id((topic.id, seq as i64)).one(&transaction).await?,
            None => None,
        };
        transaction.rollback().await?;
        Ok(stored.is_none_or(|stored| draft.is_some_and(|draft| stored.draft != draft.0)))
    }
}
