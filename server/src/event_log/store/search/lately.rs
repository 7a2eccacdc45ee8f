//! SQLite's index is written a moment after the messages, many at once: for one message it costs more than all the rest. A
//! search writes first what is still to come, so whoever was told that something is stored also finds it.

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
    index::{self, Entry},
    turn::Turn,
};
use crate::event_log::{
    entity::{event::kind, search_fill},
    store::{Store, sql},
};

/// Events that are read at once: whoever publishes meanwhile waits no longer for it.
const CHUNK: usize = 256;
/// How long one transaction takes at the most, while nobody who publishes waits: other writers may.
const LONGEST: Duration = Duration::from_millis(20);
/// So many events are waited for before a search; more would not be in within its patience.
const LITTLE: i64 = 10_000;
/// Bytes that they may have at the most as JSON: well below what SQLite takes for one value.
const CHUNK_BYTES: usize = 64 << 20;
/// Bytes of JSON for one byte of text at the most.
const ESCAPED: usize = 6;
/// How long a search waits for what is still to come. After that it finds what is in, and says so.
const PATIENCE: Duration = Duration::from_millis(500);

const PENDING: &str = "SELECT id FROM topic INDEXED BY topic_unindexed WHERE indexed < head LIMIT 1";
/// All of them in one row: from its thread to ours each row is a wake-up there and back, and who publishes waits meanwhile.
const NEXT: &str = "SELECT json_group_array(json_array(topic_id, seq, at, kind, author_name, body)) AS events \
    FROM (SELECT t.id AS topic_id, e.seq, e.at, e.kind, e.author_name, e.body \
    FROM topic AS t INDEXED BY topic_unindexed \
    CROSS JOIN event AS e ON e.topic_id = t.id AND e.seq > t.indexed AND e.seq <= t.head \
    WHERE t.indexed < t.head ORDER BY t.id, e.seq LIMIT ?)";

/// Its parameter is a topic, or null for all.
const LATE: &str = "SELECT id, head, indexed FROM topic INDEXED BY topic_unindexed WHERE indexed < head \
    AND id = coalesce(?, id)";

/// A topic with messages that are not in the index.
#[derive(Debug, Clone, FromQueryResult)]
struct LateTopic {
    id: i64,
    head: i64,
    indexed: i64,
}

#[derive(FromQueryResult)]
struct AllLate {
    /// JSON: a list of [`Late`].
    events: String,
}

/// An event that is not in the index.
#[derive(Deserialize)]
struct Late {
    topic_id: i64,
    seq: i64,
    at: i64,
    kind: i16,
    author_name: String,
    body: String,
}

impl Store {
    /// Puts the next messages into the index that were committed before; how many events that were, or none when all are
    /// in. They are read in the transaction that puts them in: what was edited or deleted meanwhile goes in as it stands.
    /// Waits while those who publish need the connection more.
    pub(in crate::event_log) async fn index_lately(&self) -> Result<Option<usize>, DbErr> {
        if self.database.is_shared() {
            return Ok(None);
        }
        let mut turn = self.index_turn().await;
        self.index_now(&mut turn).await
    }

    /// Waits for the turn to write the index.
    pub(in crate::event_log) async fn index_turn(&self) -> Turn<'_> {
        self.indexing.take(self.database.writer_load()).await
    }

    /// Ends early when somebody who publishes waits.
    async fn index_now(&self, turn: &mut Turn<'_>) -> Result<Option<usize>, DbErr> {
        if !self.is_index_late().await? {
            return Ok(None);
        }
        let load = self.database.writer_load();
        let transaction = self.database.begin().await?;
        let (began, most) = (Instant::now(), chunk(self.body_bytes));
        let mut count = 0;
        loop {
            let late = next(&transaction, most).await?;
            count += late.len();
            let is_last = late.len() < most;
            put_in(&transaction, late).await?;
            if is_last || load.is_waiting() || began.elapsed() >= LONGEST {
                break;
            }
        }
        let waited = load.is_waiting();
        transaction.commit().await?;
        turn.took(began.elapsed(), load, waited);
        Ok((count > 0).then_some(count))
    }

    /// Before a search, in one topic or in all: waits for what was acknowledged before, where that is little, and says whether
    /// all of it is in the index. Searches that wait at once wait for the same: one of them writes. What cannot be written does
    /// not keep anybody from reading.
    pub(super) async fn index_first(&self, topic_id: Option<i64>) -> bool {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        self.index_up_to_now(topic_id, deadline).await.unwrap_or_else(|error| {
            warn!(%error, "search.index_failed");
            false
        })
    }

    async fn index_up_to_now(
        &self,
        topic_id: Option<i64>,
        deadline: tokio::time::Instant,
    ) -> Result<bool, DbErr> {
        if self.is_being_filled(topic_id).await? {
            return Ok(false);
        }
        if self.database.is_shared() {
            return Ok(true);
        }
        let asked = self.late_topics(topic_id).await?;
        if asked.values().map(|late| late.head - late.indexed).sum::<i64>() > LITTLE {
            return Ok(false);
        }
        let mut late = asked.clone();
        while late.iter().any(|(id, late)| asked.get(id).is_some_and(|asked| late.indexed < asked.head)) {
            let Ok(mut turn) = timeout_at(deadline, self.index_turn()).await else {
                return Ok(false);
            };
            late = self.late_topics(topic_id).await?;
            if !late.is_empty() {
                self.index_now(&mut turn).await?;
                late = self.late_topics(topic_id).await?;
            }
        }
        Ok(true)
    }

    /// Whether what was there before the index is still being put into it.
    async fn is_being_filled(&self, topic_id: Option<i64>) -> Result<bool, DbErr> {
        let mut fill = search_fill::Entity::find();
        if let Some(id) = topic_id {
            fill = fill.filter(search_fill::Column::TopicId.eq(id));
        }
        Ok(fill.limit(1).one(self.database.search()).await?.is_some())
    }

    /// Topics with messages that are not in the index.
    async fn late_topics(&self, topic_id: Option<i64>) -> Result<HashMap<i64, LateTopic>, DbErr> {
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, LATE, [topic_id.into()]);
        let late = LateTopic::find_by_statement(statement).all(self.database.search()).await?;
        Ok(late.into_iter().map(|late| (late.id, late)).collect())
    }

    /// Asks a connection that reads: most of the time the answer is no.
    async fn is_index_late(&self) -> Result<bool, DbErr> {
        let statement = Statement::from_string(DbBackend::Sqlite, PENDING);
        Ok(self.database.search().query_one_raw(statement).await?.is_some())
    }
}

async fn put_in(transaction: &impl ConnectionTrait, late: Vec<Late>) -> Result<(), DbErr> {
    let indexed = up_to(&late);
    if indexed.is_empty() {
        return Ok(());
    }
    let mut entries: Vec<Entry> = late.into_iter().filter_map(entry).collect();
    // Each millisecond's place in the index is looked up once.
    entries.sort_by_key(|entry| entry.at);
    index::insert(transaction, &entries).await?;
    transaction.execute_raw(move_on(&indexed)).await?;
    Ok(())
}

/// How many events are read at once where a text may have so many bytes.
fn chunk(body_bytes: usize) -> usize {
    (CHUNK_BYTES / body_bytes.saturating_mul(ESCAPED).max(1)).clamp(1, CHUNK)
}

/// In the order of topics and of their `seq`.
async fn next(transaction: &impl ConnectionTrait, most: usize) -> Result<Vec<Late>, DbErr> {
    let limit = [(most as i64).into()];
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, NEXT, limit);
    let Some(AllLate { events }) = AllLate::find_by_statement(statement).one(transaction).await? else {
        return Ok(Vec::new());
    };
    let mut late: Vec<Late> =
        serde_json::from_str(&events).map_err(|error| DbErr::Json(error.to_string()))?;
    late.sort_by_key(|late| (late.topic_id, late.seq));
    Ok(late)
}

/// Up to which `seq` each topic is in the index with these: topic and `seq`.
fn up_to(late: &[Late]) -> Vec<[i64; 2]> {
    let topics = late.chunk_by(|a, b| a.topic_id == b.topic_id);
    topics.filter_map(|events| events.last().map(|last| [last.topic_id, last.seq])).collect()
}

fn entry(late: Late) -> Option<Entry> {
    let Late { topic_id, seq, at, kind, author_name: author, body } = late;
    (kind == kind::MESSAGE).then_some(Entry { topic_id, seq, at, author, body })
}

fn move_on(indexed: &[[i64; 2]]) -> Statement {
    let rows = sql::values(2, sql::room(&[1, 16, CHUNK], indexed.len()).unwrap_or(indexed.len()));
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
    fn where_texts_may_be_large_fewer_are_read_at_once() {
        let chunks = [1, 16_384, 1 << 20, 4 << 20, usize::MAX].map(chunk);
        assert_eq!(chunks, [256, 256, 10, 2, 1]);
    }
}
