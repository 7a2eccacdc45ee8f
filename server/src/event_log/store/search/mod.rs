//! Full-text search: FTS5 in SQLite, a `tsvector` in PostgreSQL, both with the same words.

mod backfill;
mod deferred_index;
#[cfg(fuzzing)]
mod fuzzing;
pub(super) mod index;
mod index_lock;
mod index_merge;
mod postgres_index;
mod sqlite_index;
mod statements;

use std::collections::{BTreeMap, HashMap};

use app::protocol::{Event, TopicName};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use tokio::time::{Instant, timeout_at};

use super::{
    Store,
    row::{attach_reactions, event_of},
};
use crate::event_log::{
    Hits, Search, SearchCursor, SearchError,
    entity::{
        event::{self, kind},
        reaction, topic,
    },
    page::text_bytes,
};
#[cfg(fuzzing)]
pub use fuzzing::SearchSyntax;
use index::first_id;
pub(in crate::event_log) use index_lock::IndexLock;
pub(in crate::event_log) use index_merge::IndexMerge;

/// Bytes of text in one page of hits, unless a single message is larger.
const MAX_HITS_BYTES: usize = 512 * 1_024;

#[derive(FromQueryResult)]
struct IndexRow {
    id: i64,
    topic_id: i64,
    seq: i64,
}

impl Store {
    /// Returns the newest messages that match, in their current state.
    pub(in crate::event_log) async fn search(&self, search: &Search) -> Result<Hits, SearchError> {
        #[cfg(test)]
        self.faults.read()?;
        let topic_id = match &search.query.topic {
            None => None,
            Some(topic) => match self.topic_id(topic).await? {
                None => return Ok(Hits::default()),
                some => some,
            },
        };
        let is_complete = self.flush_index(topic_id).await;
        let deadline = Instant::now() + self.search_timeout;
        let hits = self.hits(search, topic_id, deadline);
        let hits = timeout_at(deadline, hits).await.unwrap_or(Err(SearchError::TooSlow))?;
        Ok(Hits { complete: is_complete, ..hits })
    }

    async fn hits(
        &self,
        search: &Search,
        topic_id: Option<i64>,
        deadline: Instant,
    ) -> Result<Hits, SearchError> {
        let mut rows = self.index_rows(search, topic_id, deadline).await?;
        let has_more = rows.len() as u64 > search.limit;
        rows.truncate(search.limit as usize);
        let mut events = self.load_messages(&rows).await?;
        let mut hits = Hits::default();
        let mut bytes = 0;
        let mut last = None;
        for row in &rows {
            let Some(event) = events.remove(&(row.topic_id, row.seq)) else { continue };
            bytes += text_bytes(&event);
            if bytes > MAX_HITS_BYTES && !hits.hits.is_empty() {
                hits.more = last;
                return Ok(hits);
            }
            hits.hits.push(search.hit(event));
            last = Some(SearchCursor(row.id));
        }
        hits.more = rows.last().filter(|_| has_more).map(|row| SearchCursor(row.id));
        Ok(hits)
    }

    /// Reads the matching index rows: one more than the limit, if there are more.
    async fn index_rows(
        &self,
        search: &Search,
        topic_id: Option<i64>,
        deadline: Instant,
    ) -> Result<Vec<IndexRow>, SearchError> {
        let connection = self.database.search();
        let statements = statements::of(sea_orm::ConnectionTrait::get_database_backend(connection));
        let query = &search.query;
        let from = query.from.map_or(0, |from| first_id(from.0 as i64));
        let until = query.until.map_or(i64::MAX, |until| first_id(until.0 as i64));
        let before = search.after.map_or(until, |SearchCursor(id)| until.min(id));
        let limit = (search.limit + 1) as i64;
        let values =
            vec![(statements.query)(query, topic_id).into(), from.into(), before.into(), limit.into()];
        Ok(self.database.query_all_before(statements.find, values, deadline).await?)
    }

    async fn topic_id(&self, name: &TopicName) -> Result<Option<i64>, DbErr> {
        let id = topic::Entity::find().select_only().column(topic::Column::Id);
        let id = id.filter(topic::Column::Name.eq(name.as_str())).into_tuple();
        id.one(self.database.search()).await
    }

    /// Loads the messages of index rows. Leaves out those that were deleted since the index was read.
    async fn load_messages(&self, rows: &[IndexRow]) -> Result<HashMap<(i64, i64), Event>, DbErr> {
        let mut seqs_by_topic: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for row in rows {
            seqs_by_topic.entry(row.topic_id).or_default().push(row.seq);
        }
        let names: Vec<(i64, String)> = topic::Entity::find()
            .select_only()
            .columns([topic::Column::Id, topic::Column::Name])
            .filter(topic::Column::Id.is_in(seqs_by_topic.keys().copied()))
            .into_tuple()
            .all(self.database.search())
            .await?;
        let mut events = HashMap::new();
        for (topic_id, name) in names {
            let (Ok(name), Some(seqs)) = (name.parse(), seqs_by_topic.remove(&topic_id)) else { continue };
            let messages = self.messages_at(topic_id, &name, seqs).await?;
            events.extend(messages.into_iter().map(|event| ((topic_id, event.seq as i64), event)));
        }
        Ok(events)
    }

    async fn messages_at(
        &self,
        topic_id: i64,
        name: &TopicName,
        seqs: Vec<i64>,
    ) -> Result<Vec<Event>, DbErr> {
        let rows = event::Entity::find()
            .filter(event::Column::TopicId.eq(topic_id))
            .filter(event::Column::Seq.is_in(seqs.iter().copied()))
            .filter(event::Column::Kind.eq(kind::MESSAGE))
            .order_by_asc(event::Column::Seq)
            .all(self.database.search())
            .await?;
        let reactions = reaction::Entity::find()
            .filter(reaction::Column::TopicId.eq(topic_id))
            .filter(reaction::Column::Message.is_in(seqs))
            .order_by_asc(reaction::Column::Seq)
            .all(self.database.search())
            .await?;
        let mut events: Vec<Event> = rows.into_iter().map(|row| event_of(name, row)).collect();
        attach_reactions(&mut events, reactions);
        Ok(events)
    }
}
