//! The index in SQLite. Its full-text table stores no texts (`content = ''`), so that a message's text is on the disk once. FTS5
//! removes an entry only if it is given the words that were indexed: those of the message's text, unless this version folds it
//! differently than the one that has indexed it. The table `search_entry` has a hash of them, which tells.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement, Value};
use sha2::{Digest, Sha256};

use super::index::{IndexEntry, id_ranges};
use crate::event_log::store::sql;

/// The numbers of rows in one statement, each of which stays prepared; rows that are NULL are skipped.
const ROW_SIZES: [usize; 5] = [1, 4, 16, 64, 256];
/// Entries of a topic that are removed at once.
const CHUNK_ENTRIES: usize = 256;

/// `words` is the hash, or the words themselves in rows from before `m0020_one_text` that the backfill has not replaced yet.
const FIND_SQL: &str = "SELECT id, iif(typeof(words) = 'text', words, NULL) AS words, \
    iif(typeof(words) = 'integer', words, NULL) AS hash FROM search_entry \
    WHERE id BETWEEN ? AND ? AND topic_id = ? AND seq = ?";
const OF_TOPIC_SQL: &str = "SELECT s.id, iif(typeof(s.words) = 'text', s.words, NULL) AS words, \
    iif(typeof(s.words) = 'integer', s.words, NULL) AS hash, s.seq, coalesce(e.at, 0) AS at, \
    coalesce(e.author_name, '') AS author, coalesce(e.body, '') AS body \
    FROM search_entry AS s LEFT JOIN event AS e ON e.topic_id = s.topic_id AND e.seq = s.seq \
    WHERE s.topic_id = ? AND s.id > ? ORDER BY s.id LIMIT ?";
const DELETE_SQL: &str = "DELETE FROM search_entry WHERE id = ?";
/// Reads the whole index.
const INDEXED_WORDS_SQL: &str = "SELECT doc AS id, group_concat(term, ' ' ORDER BY offset) AS words \
    FROM search_word WHERE doc IN (SELECT value FROM json_each(?)) GROUP BY doc";

/// A row of `search_entry`, with either of the two.
#[derive(FromQueryResult)]
struct StoredEntry {
    id: i64,
    words: Option<String>,
    hash: Option<i64>,
}

/// A row of `search_entry` with its message.
#[derive(FromQueryResult)]
struct TopicRow {
    id: i64,
    words: Option<String>,
    hash: Option<i64>,
    seq: i64,
    at: i64,
    author: String,
    body: String,
}

#[derive(FromQueryResult)]
struct WordsRow {
    id: i64,
    words: String,
}

impl StoredEntry {
    /// Returns the words that are in the index: the expected ones, if the hash is theirs. Returns `None` if only the index has them.
    fn known_words(self, expected: impl FnOnce() -> String) -> Option<String> {
        if self.words.is_some() {
            return self.words;
        }
        let expected = expected();
        (self.hash == Some(hash_of(&expected))).then_some(expected)
    }
}

impl TopicRow {
    fn known_words(self, topic_id: i64) -> Option<String> {
        let Self { id, words, hash, seq, at, author, body } = self;
        let entry = IndexEntry { topic_id, seq, at, author, body };
        StoredEntry { id, words, hash }.known_words(|| entry.words(DbBackend::Sqlite))
    }
}

pub(super) async fn insert(
    connection: &impl ConnectionTrait,
    ids: &[i64],
    entries: &[IndexEntry],
) -> Result<(), DbErr> {
    let mut words: Vec<Value> = Vec::with_capacity(2 * ids.len());
    let mut stored: Vec<Value> = Vec::with_capacity(4 * ids.len());
    for (id, entry) in ids.iter().zip(entries) {
        let text = entry.words(DbBackend::Sqlite);
        stored.extend(stored_values(*id, entry, &text));
        words.extend(entry_values(*id, text));
    }
    let columns = "search_entry (id, words, topic_id, seq) SELECT *";
    execute(connection, &insert_sql(columns, 4, ids.len()), stored).await?;
    execute(connection, &insert_sql("search (rowid, words) SELECT *", 2, ids.len()), words).await
}

/// Replaces the words of a message, if it is indexed.
pub(super) async fn rewrite(
    connection: &impl ConnectionTrait,
    old: &IndexEntry,
    new: &IndexEntry,
) -> Result<(), DbErr> {
    let Some(stored) = find(connection, old).await? else { return Ok(()) };
    let id = stored.id;
    forget(connection, vec![(id, stored.known_words(|| old.words(DbBackend::Sqlite)))]).await?;
    write(connection, id, new, new.words(DbBackend::Sqlite)).await
}

/// Removes a message, if it is indexed.
pub(super) async fn remove(connection: &impl ConnectionTrait, old: &IndexEntry) -> Result<(), DbErr> {
    let Some(stored) = find(connection, old).await? else { return Ok(()) };
    let id = stored.id;
    forget(connection, vec![(id, stored.known_words(|| old.words(DbBackend::Sqlite)))]).await?;
    execute(connection, DELETE_SQL, vec![id.into()]).await
}

/// Brings the entries of messages up to date. Returns the messages that have none.
pub(super) async fn refresh(
    connection: &impl ConnectionTrait,
    entries: &[IndexEntry],
) -> Result<Vec<IndexEntry>, DbErr> {
    let mut absent = Vec::new();
    let mut former = Vec::new();
    let mut changed = Vec::new();
    for entry in entries {
        let Some(stored) = find(connection, entry).await? else {
            absent.push(entry.clone());
            continue;
        };
        let words = entry.words(DbBackend::Sqlite);
        if stored.words.as_ref() == Some(&words) {
            set_hash(connection, stored.id, entry, &words).await?;
        } else if stored.hash != Some(hash_of(&words)) {
            former.push((stored.id, stored.words));
            changed.push((stored.id, entry, words));
        }
    }
    forget(connection, former).await?;
    for (id, entry, words) in changed {
        write(connection, id, entry, words).await?;
    }
    Ok(absent)
}

/// Removes all messages of a topic, whose events are still there.
pub(super) async fn remove_topic(connection: &impl ConnectionTrait, topic_id: i64) -> Result<(), DbErr> {
    let mut after: i64 = -1;
    loop {
        let values = [topic_id.into(), after.into(), (CHUNK_ENTRIES as i64).into()];
        let of_topic = Statement::from_sql_and_values(DbBackend::Sqlite, OF_TOPIC_SQL, values);
        let rows = TopicRow::find_by_statement(of_topic).all(connection).await?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        let known = rows.into_iter().map(|row| (row.id, row.known_words(topic_id))).collect();
        forget(connection, known).await?;
    }
    execute(connection, "DELETE FROM search_entry WHERE topic_id = ?", vec![topic_id.into()]).await
}

async fn find(connection: &impl ConnectionTrait, entry: &IndexEntry) -> Result<Option<StoredEntry>, DbErr> {
    for (first, last) in id_ranges(entry.at) {
        let values: [Value; 4] = [first.into(), last.into(), entry.topic_id.into(), entry.seq.into()];
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, FIND_SQL, values);
        let found = StoredEntry::find_by_statement(statement).one(connection).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Reads the words of entries from the index.
async fn read_words(connection: &impl ConnectionTrait, ids: &[i64]) -> Result<HashMap<i64, String>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    let values: [Value; 1] = [format!("[{}]", ids.join(",")).into()];
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, INDEXED_WORDS_SQL, values);
    let rows = WordsRow::find_by_statement(statement).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.words)).collect())
}

/// Writes the words of an entry that has none in the index.
async fn write(
    connection: &impl ConnectionTrait,
    id: i64,
    entry: &IndexEntry,
    words: String,
) -> Result<(), DbErr> {
    set_hash(connection, id, entry, &words).await?;
    let insert = "INSERT INTO search (rowid, words) VALUES (?, ?)";
    execute(connection, insert, entry_values(id, words).into()).await
}

/// Replaces the row of an entry. An update would leave the place of a text empty: SQLite joins half-empty pages only where a row is
/// deleted.
async fn set_hash(
    connection: &impl ConnectionTrait,
    id: i64,
    entry: &IndexEntry,
    words: &str,
) -> Result<(), DbErr> {
    execute(connection, DELETE_SQL, vec![id.into()]).await?;
    let insert = "INSERT INTO search_entry (id, words, topic_id, seq) VALUES (?, ?, ?, ?)";
    execute(connection, insert, stored_values(id, entry, words).into()).await
}

/// Removes entries from the full-text table. Words that are not known are read from the index, those of all entries in one pass.
async fn forget(connection: &impl ConnectionTrait, entries: Vec<(i64, Option<String>)>) -> Result<(), DbErr> {
    if entries.is_empty() {
        return Ok(());
    }
    let unknown: Vec<i64> = entries.iter().filter(|(_, words)| words.is_none()).map(|(id, _)| *id).collect();
    let mut read = read_words(connection, &unknown).await?;
    let into = "search (search, rowid, words) SELECT 'delete', column1, column2";
    let sql = insert_sql(into, 2, entries.len());
    let mut values: Vec<Value> = Vec::with_capacity(2 * entries.len());
    for (id, words) in entries {
        let words = words.or_else(|| read.remove(&id)).unwrap_or_default();
        values.extend(entry_values(id, words));
    }
    execute(connection, &sql, values).await
}

/// A row of `search_entry`.
fn stored_values(id: i64, entry: &IndexEntry, words: &str) -> [Value; 4] {
    [id.into(), hash_of(words).into(), entry.topic_id.into(), entry.seq.into()]
}

/// An entry of the full-text table.
fn entry_values(id: i64, words: String) -> [Value; 2] {
    [id.into(), words.into()]
}

/// The first six bytes of a SHA-256, as many as SQLite stores of such a number. With four, one of a million messages that another
/// version has folded would have the hash of other words once in 4,000 upgrades, and FTS5 would keep its former words for ever.
fn hash_of(words: &str) -> i64 {
    let hash: [u8; 32] = Sha256::digest(words).into();
    let [a, b, c, d, e, f, ..] = hash;
    i64::from_be_bytes([a, b, c, d, e, f, 0, 0]) >> 16
}

fn insert_sql(into: &str, width: usize, rows: usize) -> String {
    let values = sql::values(width, sql::round_up(&ROW_SIZES, rows).unwrap_or(rows));
    format!("INSERT INTO {into} FROM ({values}) WHERE column1 IS NOT NULL")
}

async fn execute(connection: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<(), DbErr> {
    connection.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
    Ok(())
}
