//! The search index. PostgreSQL's is written in the transaction that writes the message, SQLite's shortly afterwards (see
//! `deferred_index`). Edits and deletions change both at once.
//!
//! The id of an entry is derived from the message's time, so that the newest comes first and a day is a range of ids:
//! milliseconds since 1970, followed by ten bits that tell the messages of one millisecond apart.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement};

use super::{postgres_index, sqlite_index, statements};

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
    /// Returns the words in the syntax of a database.
    pub(super) fn words(&self, backend: DbBackend) -> String {
        (statements::of(backend).words)(&self.body, self.topic_id, &self.author)
    }
}

/// Returns the first id of a millisecond.
pub(super) fn first_id(at: i64) -> i64 {
    at.clamp(0, i64::MAX >> (2 * BITS)) << BITS
}

/// Returns the ranges, first to last, in which a message's id is looked for. The short one comes first, since it is usually
/// enough.
pub(super) fn id_ranges(at: i64) -> [(i64, i64); 2] {
    let first = first_id(at);
    [(first, first + NEAR_RANGE), (first, first + FAR_RANGE)]
}

/// Adds messages to the index. Those of one millisecond keep their order.
pub(in crate::event_log::store) async fn insert(
    connection: &impl ConnectionTrait,
    entries: &[IndexEntry],
) -> Result<(), DbErr> {
    if entries.is_empty() {
        return Ok(());
    }
    let ids = assign_ids(connection, entries).await?;
    for (ids, entries) in ids.chunks(MAX_ROWS).zip(entries.chunks(MAX_ROWS)) {
        match connection.get_database_backend() {
            DbBackend::Sqlite => sqlite_index::insert(connection, ids, entries).await?,
            _ => postgres_index::insert(connection, ids, entries).await?,
        }
    }
    Ok(())
}

/// Replaces the words of a message. A message that is not indexed yet is left out: it will be indexed in its state at that
/// time.
pub(in crate::event_log::store) async fn rewrite(
    connection: &impl ConnectionTrait,
    old: &IndexEntry,
    new: &IndexEntry,
) -> Result<(), DbErr> {
    match connection.get_database_backend() {
        DbBackend::Sqlite => sqlite_index::rewrite(connection, old, new).await,
        _ => postgres_index::rewrite(connection, new).await,
    }
}

/// Adds messages that may be indexed already, with these words or others.
pub(super) async fn insert_or_rewrite(
    connection: &impl ConnectionTrait,
    entries: &[IndexEntry],
) -> Result<(), DbErr> {
    let absent = match connection.get_database_backend() {
        DbBackend::Sqlite => sqlite_index::refresh(connection, entries).await?,
        _ => postgres_index::refresh(connection, entries).await?,
    };
    insert(connection, &absent).await
}

/// Removes a message from the index, if it is there.
pub(in crate::event_log::store) async fn remove(
    connection: &impl ConnectionTrait,
    old: &IndexEntry,
) -> Result<(), DbErr> {
    match connection.get_database_backend() {
        DbBackend::Sqlite => sqlite_index::remove(connection, old).await,
        _ => postgres_index::remove(connection, old).await,
    }
}

/// Removes all messages of a topic from the index, before its events are deleted.
pub(in crate::event_log::store) async fn remove_topic(
    connection: &impl ConnectionTrait,
    topic_id: i64,
) -> Result<(), DbErr> {
    match connection.get_database_backend() {
        DbBackend::Sqlite => sqlite_index::remove_topic(connection, topic_id).await,
        _ => postgres_index::remove_topic(connection, topic_id).await,
    }
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
    for (first, end) in id_ranges(at) {
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
