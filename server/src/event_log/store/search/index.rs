//! The search index. PostgreSQL's is written in the transaction that writes the message, SQLite's shortly afterwards (see
//! `deferred_index`). Edits and deletions change both at once.
//!
//! The id of an entry is derived from the message's time, so that the newest comes first and a day is a range of ids:
//! milliseconds since 1970, followed by ten bits that tell the messages of one millisecond apart.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement, Value};

use super::statements;

/// Bits of an id below the millisecond.
const BITS: u32 = 10;
/// The distance from the first id of a millisecond within which its messages normally are.
const NEAR_RANGE: i64 = (1 << BITS) - 1;
/// The distance within which they may be: after a clock was set back, or with more than fit into one millisecond.
const FAR_RANGE: i64 = (1 << (2 * BITS)) - 1;

/// Rows in one statement.
const MAX_ROWS: usize = 256;

/// The parts of a message that the index is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::event_log::store) struct IndexEntry {
    pub(in crate::event_log::store) topic_id: i64,
    pub(in crate::event_log::store) seq: i64,
    /// Milliseconds since 1970.
    pub(in crate::event_log::store) at: i64,
    pub(in crate::event_log::store) author: String,
    pub(in crate::event_log::store) body: String,
}

impl IndexEntry {
    fn words(&self, connection: &impl ConnectionTrait) -> String {
        (statements::of(connection.get_database_backend()).words)(&self.body, self.topic_id, &self.author)
    }
}

/// Returns the first id of a millisecond.
pub(super) fn first_id(at: i64) -> i64 {
    at.clamp(0, i64::MAX >> (2 * BITS)) << BITS
}

/// Adds messages to the index. Those of one millisecond keep their order.
pub(in crate::event_log::store) async fn insert(
    connection: &impl ConnectionTrait,
    entries: &[IndexEntry],
) -> Result<(), DbErr> {
    if entries.is_empty() {
        return Ok(());
    }
    let backend = connection.get_database_backend();
    let statements = statements::of(backend);
    let ids = assign_ids(connection, entries).await?;
    for (ids, entries) in ids.chunks(MAX_ROWS).zip(entries.chunks(MAX_ROWS)) {
        let values = ids.iter().zip(entries).flat_map(|(id, entry)| {
            [(*id).into(), entry.topic_id.into(), entry.seq.into(), entry.words(connection).into()]
        });
        let sql = (statements.insert)(entries.len());
        connection.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    Ok(())
}

/// Replaces the words of a message. A message that is not indexed yet is left out: it will be indexed in its state at that
/// time.
pub(in crate::event_log::store) async fn rewrite(
    connection: &impl ConnectionTrait,
    entry: &IndexEntry,
) -> Result<(), DbErr> {
    let update = statements::of(connection.get_database_backend()).update;
    change(connection, update, Some(entry.words(connection)), entry.topic_id, entry.seq, entry.at).await
}

/// Adds messages that may be indexed already, with these words or others.
pub(super) async fn insert_or_rewrite(
    connection: &impl ConnectionTrait,
    entries: &[IndexEntry],
) -> Result<(), DbErr> {
    let mut absent = Vec::new();
    for entry in entries {
        match is_current(connection, entry).await? {
            Some(true) => {}
            Some(false) => rewrite(connection, entry).await?,
            None => absent.push(entry.clone()),
        }
    }
    insert(connection, &absent).await
}

#[derive(FromQueryResult)]
struct CompareRow {
    current: bool,
}

/// Returns whether the index has a message with its current words, or `None` if it does not have the message.
async fn is_current(connection: &impl ConnectionTrait, entry: &IndexEntry) -> Result<Option<bool>, DbErr> {
    let backend = connection.get_database_backend();
    let first = first_id(entry.at);
    for last in [first + NEAR_RANGE, first + FAR_RANGE] {
        let values: [Value; 5] = [
            entry.words(connection).into(),
            first.into(),
            last.into(),
            entry.topic_id.into(),
            entry.seq.into(),
        ];
        let statement = Statement::from_sql_and_values(backend, statements::of(backend).compare, values);
        if let Some(row) = CompareRow::find_by_statement(statement).one(connection).await? {
            return Ok(Some(row.current));
        }
    }
    Ok(None)
}

/// Removes a message from the index, if it is there.
pub(in crate::event_log::store) async fn remove(
    connection: &impl ConnectionTrait,
    topic_id: i64,
    seq: i64,
    at: i64,
) -> Result<(), DbErr> {
    let delete = statements::of(connection.get_database_backend()).delete;
    change(connection, delete, None, topic_id, seq, at).await
}

/// Executes an update or a deletion of one entry. The short range is tried first, since it is usually enough.
async fn change(
    connection: &impl ConnectionTrait,
    sql: &str,
    words: Option<String>,
    topic_id: i64,
    seq: i64,
    at: i64,
) -> Result<(), DbErr> {
    let first = first_id(at);
    for last in [first + NEAR_RANGE, first + FAR_RANGE] {
        let of_message: [Value; 4] = [first.into(), last.into(), topic_id.into(), seq.into()];
        let values = words.clone().map(Value::from).into_iter().chain(of_message);
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
        if connection.execute_raw(statement).await?.rows_affected() > 0 {
            break;
        }
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Last {
    id: i64,
}

/// Assigns an id to each entry, after all that exist of its millisecond. Another process may take the same one: its unique
/// index then makes the batch start anew.
async fn assign_ids(connection: &impl ConnectionTrait, entries: &[IndexEntry]) -> Result<Vec<i64>, DbErr> {
    let mut ids: Vec<i64> = Vec::with_capacity(entries.len());
    let newest = newest_id(connection, entries).await?;
    let mut now = None;
    for entry in entries {
        let next = match ids.last() {
            Some(last) if now == Some(entry.at) => last + 1,
            _ if newest < first_id(entry.at) => next_free(&ids, entry.at),
            _ => next_id(connection, entry.at).await?.max(next_free(&ids, entry.at)),
        };
        now = Some(entry.at);
        ids.push(next);
    }
    Ok(ids)
}

/// Returns the next id of a millisecond that the ids assigned so far leave free.
fn next_free(ids: &[i64], at: i64) -> i64 {
    let first = first_id(at);
    let taken = ids.iter().filter(|id| (first..=first + FAR_RANGE).contains(id)).max();
    taken.map_or(first, |last| last + 1)
}

/// Returns the last id of all: entries that are newer need no lookup of their own. Entries of a single millisecond take one
/// lookup anyway, so this one is saved.
async fn newest_id(connection: &impl ConnectionTrait, entries: &[IndexEntry]) -> Result<i64, DbErr> {
    if entries.first().is_some_and(|first| entries.iter().all(|entry| entry.at == first.at)) {
        return Ok(i64::MAX);
    }
    Ok(last_id(connection, 0, i64::MAX).await?.unwrap_or(0))
}

async fn next_id(connection: &impl ConnectionTrait, at: i64) -> Result<i64, DbErr> {
    let first = first_id(at);
    for end in [first + NEAR_RANGE, first + FAR_RANGE] {
        let next = last_id(connection, first, end).await?.map_or(first, |taken| taken + 1);
        if next <= end {
            return Ok(next);
        }
    }
    Err(DbErr::Custom(format!("the index has no id left at {at}")))
}

/// Returns the last id that is taken in a range.
async fn last_id(connection: &impl ConnectionTrait, from: i64, to: i64) -> Result<Option<i64>, DbErr> {
    let backend = connection.get_database_backend();
    let statement =
        Statement::from_sql_and_values(backend, statements::of(backend).last, [from.into(), to.into()]);
    Ok(Last::find_by_statement(statement).one(connection).await?.map(|last| last.id))
}
