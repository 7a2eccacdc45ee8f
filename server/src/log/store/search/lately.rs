//! SQLite's index is written a moment after the messages, many at once: for one message it costs more than all the rest. A
//! search writes first what is still to come, so whoever was told that something is stored also finds it.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement, Value};
use serde::Deserialize;
use tracing::warn;

use super::index::{self, Entry};
use crate::database::WriteTransaction;
use crate::log::{
    entity::event::kind,
    store::{Store, sql},
};

/// Events in one transaction: whoever commits messages waits no longer for it.
const CHUNK: usize = 256;
/// Bytes that they may have at the most as JSON: well below what SQLite takes for one value.
const CHUNK_BYTES: usize = 64 << 20;
/// Bytes of JSON for one byte of text at the most.
const ESCAPED: usize = 6;
/// How long a search goes on putting in what is still to come. After that it finds what is in.
const PATIENCE: Duration = Duration::from_millis(500);

const PENDING: &str = "SELECT id FROM topic INDEXED BY topic_unindexed WHERE indexed < head LIMIT 1";
/// All of them in one row: from its thread to ours each row is a wake-up there and back, and who publishes waits meanwhile.
const NEXT: &str = "SELECT json_group_array(json_array(topic_id, seq, at, kind, author_name, body)) AS events \
    FROM (SELECT t.id AS topic_id, e.seq, e.at, e.kind, e.author_name, e.body \
    FROM topic AS t INDEXED BY topic_unindexed \
    CROSS JOIN event AS e ON e.topic_id = t.id AND e.seq > t.indexed AND e.seq <= t.head \
    WHERE t.indexed < t.head ORDER BY t.id, e.seq LIMIT ?)";

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
    pub(in crate::log) async fn index_lately(&self) -> Result<Option<usize>, DbErr> {
        if self.database.is_shared() || !self.is_index_late().await? {
            return Ok(None);
        }
        let transaction = self.database.begin().await?;
        let late = next(&transaction, chunk(self.body_bytes)).await?;
        let (count, indexed) = (late.len(), up_to(&late));
        if late.is_empty() {
            return transaction.rollback().await.map(|()| None);
        }
        let mut entries: Vec<Entry> = late.into_iter().filter_map(entry).collect();
        // Each millisecond's place in the index is looked up once.
        entries.sort_by_key(|entry| entry.at);
        index::insert(&transaction, &entries).await?;
        transaction.execute_raw(move_on(&indexed)).await?;
        transaction.commit().await?;
        Ok(Some(count))
    }

    /// Before a search. What cannot be written does not keep anybody from reading.
    pub(super) async fn index_first(&self) {
        let _turn = self.indexing.lock().await;
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            match self.index_lately().await {
                Ok(Some(_)) => {}
                Ok(None) => return,
                Err(error) => return warn!(%error, "search.index_failed"),
            }
        }
    }

    /// Asks a connection that reads: most of the time the answer is no.
    async fn is_index_late(&self) -> Result<bool, DbErr> {
        let statement = Statement::from_string(DbBackend::Sqlite, PENDING);
        Ok(self.database.read().query_one_raw(statement).await?.is_some())
    }
}

/// How many events are read at once where a text may have so many bytes.
fn chunk(body_bytes: usize) -> usize {
    (CHUNK_BYTES / body_bytes.saturating_mul(ESCAPED).max(1)).clamp(1, CHUNK)
}

/// In the order of topics and of their `seq`.
async fn next(transaction: &WriteTransaction, most: usize) -> Result<Vec<Late>, DbErr> {
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
