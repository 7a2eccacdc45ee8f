//! The index in PostgreSQL: a `tsvector` for each message, without its text.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement, Value};

use super::index::{IndexEntry, id_ranges};

const UPDATE_SQL: &str =
    "UPDATE search SET words = $1::tsvector WHERE id BETWEEN $2 AND $3 AND topic_id = $4 AND seq = $5";
const DELETE_SQL: &str = "DELETE FROM search WHERE id BETWEEN $1 AND $2 AND topic_id = $3 AND seq = $4";
/// Selects whether a message's row has these words.
const COMPARE_SQL: &str = "SELECT words = $1::tsvector AS current FROM search \
    WHERE id BETWEEN $2 AND $3 AND topic_id = $4 AND seq = $5";

#[derive(FromQueryResult)]
struct CompareRow {
    current: bool,
}

pub(super) async fn insert(
    connection: &impl ConnectionTrait,
    ids: &[i64],
    entries: &[IndexEntry],
) -> Result<(), DbErr> {
    let values = ids.iter().zip(entries).flat_map(|(id, entry)| {
        let words = entry.words(DbBackend::Postgres);
        [(*id).into(), entry.topic_id.into(), entry.seq.into(), words.into()]
    });
    let insert = Statement::from_sql_and_values(DbBackend::Postgres, insert_sql(entries.len()), values);
    connection.execute_raw(insert).await?;
    Ok(())
}

/// Replaces the words of a message, if it is indexed.
pub(super) async fn rewrite(connection: &impl ConnectionTrait, new: &IndexEntry) -> Result<(), DbErr> {
    change(connection, UPDATE_SQL, Some(new.words(DbBackend::Postgres)), new).await
}

/// Removes a message, if it is indexed.
pub(super) async fn remove(connection: &impl ConnectionTrait, old: &IndexEntry) -> Result<(), DbErr> {
    change(connection, DELETE_SQL, None, old).await
}

/// Brings the entries of messages up to date. Returns the messages that have none.
pub(super) async fn refresh(
    connection: &impl ConnectionTrait,
    entries: &[IndexEntry],
) -> Result<Vec<IndexEntry>, DbErr> {
    let mut absent = Vec::new();
    for entry in entries {
        match is_current(connection, entry).await? {
            None => absent.push(entry.clone()),
            Some(true) => {}
            Some(false) => rewrite(connection, entry).await?,
        }
    }
    Ok(absent)
}

/// Removes all messages of a topic.
pub(super) async fn remove_topic(connection: &impl ConnectionTrait, topic_id: i64) -> Result<(), DbErr> {
    let values: [Value; 1] = [topic_id.into()];
    let delete = "DELETE FROM search WHERE topic_id = $1";
    connection.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, delete, values)).await?;
    Ok(())
}

/// Returns whether the index has a message with its current words, or `None` if it does not have the message.
async fn is_current(connection: &impl ConnectionTrait, entry: &IndexEntry) -> Result<Option<bool>, DbErr> {
    let words = entry.words(DbBackend::Postgres);
    for (first, last) in id_ranges(entry.at) {
        let values: [Value; 5] =
            [words.clone().into(), first.into(), last.into(), entry.topic_id.into(), entry.seq.into()];
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, COMPARE_SQL, values);
        if let Some(row) = CompareRow::find_by_statement(statement).one(connection).await? {
            return Ok(Some(row.current));
        }
    }
    Ok(None)
}

/// Executes an update or a deletion of one entry.
async fn change(
    connection: &impl ConnectionTrait,
    sql: &str,
    words: Option<String>,
    entry: &IndexEntry,
) -> Result<(), DbErr> {
    for (first, last) in id_ranges(entry.at) {
        let of_message: [Value; 4] = [first.into(), last.into(), entry.topic_id.into(), entry.seq.into()];
        let values = words.clone().map(Value::from).into_iter().chain(of_message);
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        if connection.execute_raw(statement).await?.rows_affected() > 0 {
            break;
        }
    }
    Ok(())
}

fn insert_sql(rows: usize) -> String {
    let row = |row| {
        let [id, topic, seq, words] = [1, 2, 3, 4].map(|column| 4 * row + column);
        format!("(${id}, ${topic}, ${seq}, ${words}::tsvector)")
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("INSERT INTO search (id, topic_id, seq, words) VALUES {}", rows.join(", "))
}
