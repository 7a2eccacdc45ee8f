//! The deferred search index of SQLite. It is written shortly after the messages and for many of them at once, because for a
//! single message it costs more than the rest of the transaction. A search flushes it first, so that it finds every message
//! that was acknowledged before.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    Statement, Value,
};
use serde::Deserialize;
use tokio::time::timeout_at;
use tracing::warn;

use super::{
    index::{self, IndexEntry},
    index_lock::IndexGuard,
};
use crate::event_log::{
    entity::{event::kind, search_fill},
    store::{Store, sql},
};

/// Events that are read at once; a publisher waits no longer than for one chunk.
const MAX_CHUNK_EVENTS: usize = 256;
/// Bytes of JSON in one chunk: well below SQLite's limit for one value.
const MAX_CHUNK_BYTES: usize = 64 << 20;
/// The most bytes of JSON that one byte of text may become (`\u0000`).
const MAX_ESCAPED_BYTES: usize = 6;
/// The longest transaction while no publisher waits; other writers may.
const MAX_TRANSACTION_TIME: Duration = Duration::from_millis(20);
/// A search waits for at most this many events to be indexed; more would not be done within [`FLUSH_TIMEOUT`].
const MAX_FLUSH_EVENTS: i64 = 10_000;
/// How long a search waits for new messages to be indexed. After that it reports its result as incomplete.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(500);

const HAS_UNINDEXED_SQL: &str =
    "SELECT id FROM topic INDEXED BY topic_unindexed WHERE indexed < head LIMIT 1";
/// Returns all events in one row: each row would be a wake-up of SQLite's thread and back, while publishers wait.
const NEXT_UNINDEXED_SQL: &str = "SELECT json_group_array(json_array(topic_id, seq, at, kind, author_name, body)) AS events \
    FROM (SELECT t.id AS topic_id, e.seq, e.at, e.kind, e.author_name, e.body \
    FROM topic AS t INDEXED BY topic_unindexed \
    CROSS JOIN event AS e ON e.topic_id = t.id AND e.seq > t.indexed AND e.seq <= t.head \
    WHERE t.indexed < t.head ORDER BY t.id, e.seq LIMIT ?)";

/// Its parameter is a topic, or NULL for all topics.
const UNINDEXED_TOPICS_SQL: &str = "SELECT id, head, indexed FROM topic INDEXED BY topic_unindexed WHERE indexed < head \
    AND id = coalesce(?, id)";

/// A topic with events that are not indexed.
#[derive(Debug, Clone, FromQueryResult)]
struct UnindexedTopic {
    id: i64,
    head: i64,
    indexed: i64,
}

#[derive(FromQueryResult)]
struct UnindexedRow {
    /// A JSON array of [`UnindexedEvent`].
    events: String,
}

#[derive(Deserialize)]
struct UnindexedEvent {
    topic_id: i64,
    seq: i64,
    at: i64,
    kind: i16,
    author_name: String,
    body: String,
}

impl Store {
    /// Indexes the next committed messages. Returns the number of events, or `None` when all are indexed. Waits while
    /// publishers need the connection more.
    ///
    /// The messages are read in the transaction that indexes them, so edits and deletions before it are respected.
    pub(in crate::event_log) async fn index_deferred(&self) -> Result<Option<usize>, DbErr> {
        if self.database.is_shared() {
            return Ok(None);
        }
        let mut guard = self.lock_index().await;
        self.index_next(&mut guard).await
    }

    /// Waits for the lock for writing the index.
    pub(in crate::event_log) async fn lock_index(&self) -> IndexGuard<'_> {
        self.index_lock.lock(self.database.writer_load()).await
    }

    /// Indexes chunks in one transaction; ends it early when a publisher waits.
    async fn index_next(&self, guard: &mut IndexGuard<'_>) -> Result<Option<usize>, DbErr> {
        if !self.has_unindexed().await? {
            return Ok(None);
        }
        let load = self.database.writer_load();
        let transaction = self.database.begin().await?;
        let started = Instant::now();
        let chunk_len = chunk_len(self.max_body_bytes);
        let mut count = 0;
        loop {
            let events = next_unindexed(&transaction, chunk_len).await?;
            count += events.len();
            let is_last = events.len() < chunk_len;
            index_events(&transaction, events).await?;
            if is_last || load.is_waiting() || started.elapsed() >= MAX_TRANSACTION_TIME {
                break;
            }
        }
        let has_waiter = load.is_waiting();
        transaction.commit().await?;
        guard.record_hold(started.elapsed(), load, has_waiter);
        Ok((count > 0).then_some(count))
    }

    /// Indexes the messages that were acknowledged before a search in one topic or in all, unless they are too many. Returns
    /// whether all of them are indexed; an error is logged and counts as no.
    ///
    /// Concurrent searches share the work: one of them holds the lock and indexes for all.
    pub(super) async fn flush_index(&self, topic_id: Option<i64>) -> bool {
        let deadline = tokio::time::Instant::now() + FLUSH_TIMEOUT;
        self.flush_index_until(topic_id, deadline).await.unwrap_or_else(|error| {
            warn!(%error, "search.index_failed");
            false
        })
    }

    async fn flush_index_until(
        &self,
        topic_id: Option<i64>,
        deadline: tokio::time::Instant,
    ) -> Result<bool, DbErr> {
        if self.is_backfill_pending(topic_id).await? {
            return Ok(false);
        }
        if self.database.is_shared() {
            return Ok(true);
        }
        let wanted = self.unindexed_topics(topic_id).await?;
        if wanted.values().map(|topic| topic.head - topic.indexed).sum::<i64>() > MAX_FLUSH_EVENTS {
            return Ok(false);
        }
        // Messages that are published while this waits are not waited for.
        let is_behind = |(id, topic): (&i64, &UnindexedTopic)| {
            wanted.get(id).is_some_and(|wanted| topic.indexed < wanted.head)
        };
        let mut current = wanted.clone();
        while current.iter().any(is_behind) {
            let Ok(mut guard) = timeout_at(deadline, self.lock_index()).await else {
                return Ok(false);
            };
            // The previous holder of the lock may have indexed these messages as well.
            current = self.unindexed_topics(topic_id).await?;
            if !current.is_empty() {
                self.index_next(&mut guard).await?;
                current = self.unindexed_topics(topic_id).await?;
            }
        }
        Ok(true)
    }

    /// Returns whether older messages are still to be backfilled.
    async fn is_backfill_pending(&self, topic_id: Option<i64>) -> Result<bool, DbErr> {
        let mut fill = search_fill::Entity::find();
        if let Some(id) = topic_id {
            fill = fill.filter(search_fill::Column::TopicId.eq(id));
        }
        Ok(fill.limit(1).one(self.database.search()).await?.is_some())
    }

    /// Returns the topics with events that are not indexed, by id.
    async fn unindexed_topics(&self, topic_id: Option<i64>) -> Result<HashMap<i64, UnindexedTopic>, DbErr> {
        let parameters = [topic_id.into()];
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, UNINDEXED_TOPICS_SQL, parameters);
        let topics = UnindexedTopic::find_by_statement(statement).all(self.database.search()).await?;
        Ok(topics.into_iter().map(|topic| (topic.id, topic)).collect())
    }

    /// Uses a read connection: most of the time the answer is no, and the write connection is not needed.
    async fn has_unindexed(&self) -> Result<bool, DbErr> {
        let statement = Statement::from_string(DbBackend::Sqlite, HAS_UNINDEXED_SQL);
        Ok(self.database.search().query_one_raw(statement).await?.is_some())
    }
}

async fn index_events(transaction: &impl ConnectionTrait, events: Vec<UnindexedEvent>) -> Result<(), DbErr> {
    let indexed = last_seqs(&events);
    if indexed.is_empty() {
        return Ok(());
    }
    let mut entries: Vec<IndexEntry> = events.into_iter().filter_map(index_entry).collect();
    // Sorted by time, so that the free ids of each millisecond are looked up once.
    entries.sort_by_key(|entry| entry.at);
    index::insert(transaction, &entries).await?;
    transaction.execute_raw(set_indexed(&indexed)).await?;
    Ok(())
}

/// Returns the number of events in a chunk, where one text may have `max_body_bytes`.
fn chunk_len(max_body_bytes: usize) -> usize {
    (MAX_CHUNK_BYTES / max_body_bytes.saturating_mul(MAX_ESCAPED_BYTES).max(1)).clamp(1, MAX_CHUNK_EVENTS)
}

/// Reads the next events that are not indexed, ordered by topic and `seq`.
async fn next_unindexed(
    transaction: &impl ConnectionTrait,
    limit: usize,
) -> Result<Vec<UnindexedEvent>, DbErr> {
    let limit = [(limit as i64).into()];
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, NEXT_UNINDEXED_SQL, limit);
    let row = UnindexedRow::find_by_statement(statement).one(transaction).await?;
    let Some(UnindexedRow { events }) = row else { return Ok(Vec::new()) };
    let mut events: Vec<UnindexedEvent> =
        serde_json::from_str(&events).map_err(|error| DbErr::Json(error.to_string()))?;
    events.sort_by_key(|event| (event.topic_id, event.seq));
    Ok(events)
}

/// Returns the last `seq` of each topic in these events, as `[topic_id, seq]`.
fn last_seqs(events: &[UnindexedEvent]) -> Vec<[i64; 2]> {
    let topics = events.chunk_by(|a, b| a.topic_id == b.topic_id);
    topics.filter_map(|events| events.last().map(|last| [last.topic_id, last.seq])).collect()
}

/// Returns `None` for an event that is not a message.
fn index_entry(event: UnindexedEvent) -> Option<IndexEntry> {
    let UnindexedEvent { topic_id, seq, at, kind, author_name: author, body } = event;
    (kind == kind::MESSAGE).then_some(IndexEntry { topic_id, seq, at, author, body })
}

/// Records up to which `seq` each topic is indexed.
fn set_indexed(indexed: &[[i64; 2]]) -> Statement {
    let rows =
        sql::values(2, sql::round_up(&[1, 16, MAX_CHUNK_EVENTS], indexed.len()).unwrap_or(indexed.len()));
    let text = format!(
        "UPDATE topic SET indexed = done.column2 FROM ({rows}) AS done WHERE topic.id = done.column1"
    );
    let values = indexed.iter().flatten().copied().map(Value::from);
    Statement::from_sql_and_values(DbBackend::Sqlite, text, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_have_fewer_events_where_texts_may_be_large() {
        let chunks = [1, 16_384, 1 << 20, 4 << 20, usize::MAX].map(chunk_len);
        assert_eq!(chunks, [256, 256, 10, 2, 1]);
    }
}
