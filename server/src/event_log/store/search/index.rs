//! The index of words: PostgreSQL's is written in the transaction that writes the message, SQLite's a moment later (see
//! `lately`). What is edited or deleted changes there at once.
//!
//! A message's place in it is its time, so that the newest comes first and a day is a range: milliseconds since 1970, and
//! ten bits more for those of one millisecond.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement, Value};

use super::dialect;

/// Bits of a place below the millisecond.
const BITS: u32 = 10;
/// Where the last of a millisecond should stand, and where it may: after a clock was set back, or for many at once.
const NEAR: i64 = (1 << BITS) - 1;
const FAR: i64 = (1 << (2 * BITS)) - 1;

/// Rows in one statement.
const ROWS: usize = 256;

/// What the index knows of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::event_log::store) struct Entry {
    pub(in crate::event_log::store) topic_id: i64,
    pub(in crate::event_log::store) seq: i64,
    /// Milliseconds since 1970.
    pub(in crate::event_log::store) at: i64,
    pub(in crate::event_log::store) author: String,
    pub(in crate::event_log::store) body: String,
}

impl Entry {
    fn words(&self, connection: &impl ConnectionTrait) -> String {
        (dialect::of(connection.get_database_backend()).words)(&self.body, self.topic_id, &self.author)
    }
}

/// The first place of a millisecond.
pub(super) fn first_place(at: i64) -> i64 {
    at.clamp(0, i64::MAX >> (2 * BITS)) << BITS
}

/// Puts messages into the index. Those of one millisecond keep their order.
pub(in crate::event_log::store) async fn insert(
    connection: &impl ConnectionTrait,
    entries: &[Entry],
) -> Result<(), DbErr> {
    if entries.is_empty() {
        return Ok(());
    }
    let backend = connection.get_database_backend();
    let dialect = dialect::of(backend);
    let places = places(connection, entries).await?;
    for (places, entries) in places.chunks(ROWS).zip(entries.chunks(ROWS)) {
        let values = places.iter().zip(entries).flat_map(|(place, entry)| {
            [(*place).into(), entry.topic_id.into(), entry.seq.into(), entry.words(connection).into()]
        });
        let sql = (dialect.insert)(entries.len());
        connection.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    Ok(())
}

/// Gives a message its new words.
pub(in crate::event_log::store) async fn rewrite(
    connection: &impl ConnectionTrait,
    entry: &Entry,
) -> Result<(), DbErr> {
    let update = dialect::of(connection.get_database_backend()).update;
    change(connection, update, Some(entry.words(connection)), entry.topic_id, entry.seq, entry.at).await
}

/// Puts messages into the index that may be in it already, with these words or others.
pub(super) async fn put(connection: &impl ConnectionTrait, entries: &[Entry]) -> Result<(), DbErr> {
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
struct Row {
    current: bool,
}

/// Whether a message stands in the index with its words as they are made now; `None`: it is not in the index.
async fn is_current(connection: &impl ConnectionTrait, entry: &Entry) -> Result<Option<bool>, DbErr> {
    let backend = connection.get_database_backend();
    let first = first_place(entry.at);
    for last in [first + NEAR, first + FAR] {
        let values: [Value; 5] = [
            entry.words(connection).into(),
            first.into(),
            last.into(),
            entry.topic_id.into(),
            entry.seq.into(),
        ];
        let statement = Statement::from_sql_and_values(backend, dialect::of(backend).compare, values);
        if let Some(row) = Row::find_by_statement(statement).one(connection).await? {
            return Ok(Some(row.current));
        }
    }
    Ok(None)
}

/// Takes a message out of the index.
pub(in crate::event_log::store) async fn remove(
    connection: &impl ConnectionTrait,
    topic_id: i64,
    seq: i64,
    at: i64,
) -> Result<(), DbErr> {
    let delete = dialect::of(connection.get_database_backend()).delete;
    change(connection, delete, None, topic_id, seq, at).await
}

/// What is not in the index yet is put in as it stands then.
async fn change(
    connection: &impl ConnectionTrait,
    sql: &str,
    words: Option<String>,
    topic_id: i64,
    seq: i64,
    at: i64,
) -> Result<(), DbErr> {
    let first = first_place(at);
    for last in [first + NEAR, first + FAR] {
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

/// A place for each, after all that are of its time. Another process may take the same one: then the batch begins anew.
async fn places(connection: &impl ConnectionTrait, entries: &[Entry]) -> Result<Vec<i64>, DbErr> {
    let mut places: Vec<i64> = Vec::with_capacity(entries.len());
    let newest = newest(connection, entries).await?;
    let mut now = None;
    for entry in entries {
        let next = match places.last() {
            Some(last) if now == Some(entry.at) => last + 1,
            _ if newest < first_place(entry.at) => after(&places, entry.at),
            _ => next_place(connection, entry.at).await?.max(after(&places, entry.at)),
        };
        now = Some(entry.at);
        places.push(next);
    }
    Ok(places)
}

/// What the places given so far leave free of a time.
fn after(places: &[i64], at: i64) -> i64 {
    let first = first_place(at);
    let taken = places.iter().filter(|place| (first..=first + FAR).contains(place)).max();
    taken.map_or(first, |last| last + 1)
}

/// The last place of all: what is newer needs no look of its own. Entries of one time are one look anyway.
async fn newest(connection: &impl ConnectionTrait, entries: &[Entry]) -> Result<i64, DbErr> {
    if entries.first().is_some_and(|first| entries.iter().all(|entry| entry.at == first.at)) {
        return Ok(i64::MAX);
    }
    Ok(last(connection, 0, i64::MAX).await?.unwrap_or(0))
}

async fn next_place(connection: &impl ConnectionTrait, at: i64) -> Result<i64, DbErr> {
    let first = first_place(at);
    for end in [first + NEAR, first + FAR] {
        let next = last(connection, first, end).await?.map_or(first, |taken| taken + 1);
        if next <= end {
            return Ok(next);
        }
    }
    Err(DbErr::Custom(format!("the index has no place left at {at}")))
}

/// The last place that is taken, of some.
async fn last(connection: &impl ConnectionTrait, from: i64, to: i64) -> Result<Option<i64>, DbErr> {
    let backend = connection.get_database_backend();
    let statement =
        Statement::from_sql_and_values(backend, dialect::of(backend).last, [from.into(), to.into()]);
    Ok(Last::find_by_statement(statement).one(connection).await?.map(|last| last.id))
}
