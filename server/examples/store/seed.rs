//! Seeds a history inside the database: ten million events take minutes, not hours.

use std::path::Path;

use app::protocol::TopicName;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use server::database::Database;

/// The person who follows the first hundred topics.
pub(crate) const READER: u128 = 7;
/// Topics whose events are inserted in one statement.
const TOPICS_PER_STATEMENT: u64 = 100;

/// Creates topics that count as indexed: the seeded messages get no entries in the search index.
const TOPICS_SQL: &str = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?) \
    INSERT INTO topic (id, name, epoch, head, messages, active_at, title, description, folded, created_at, indexed) \
    SELECT i + 1, 't' || i, '0123456789abcdef', ?, ?, 1700000000000 + i, '', '', 't' || i, 1700000000000, ? FROM n";
const MEMBERS_SQL: &str = "INSERT INTO member (user, topic_id, follow, read, name_key) \
    SELECT ?, id, 1, head / 2, 'reader' FROM topic WHERE id <= 100";
/// Creates the same number of messages in each topic, each from another author.
const EVENTS_SQL: &str = "WITH RECURSIVE \
    t(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM t WHERE i < ?), \
    n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) \
    INSERT INTO event (topic_id, seq, at, kind, author, author_name, unverified, draft, fingerprint, body, messages) \
    SELECT t.i, n.i, 1700000000000 + n.i * 1000, 1, randomblob(16), 'Somebody', 0, randomblob(16), \
    randomblob(16), 'the quick brown fox jumps over a lazy dog, and once more over it, ' || n.i, n.i FROM t, n";

pub(crate) async fn seed(file: &Path, topics: u64, events: u64) {
    let url = format!("sqlite://{}", file.display());
    let database = Database::open(&url).await.expect("a database");
    database.migrate().await.expect("a schema");
    database.close().await;
    let connection = sea_orm::Database::connect(&url).await.expect("a database");
    // No seeded row has to survive a crash. The index of drafts is created at the end, because inserting random keys one by
    // one is slow.
    let index = "CREATE UNIQUE INDEX event_draft_author ON event (draft, author)";
    for pragma in ["PRAGMA synchronous = OFF", "PRAGMA cache_size = -400000", "DROP INDEX event_draft_author"]
    {
        connection.execute_unprepared(pragma).await.expect("a setting");
    }
    let each = (events / topics) as i64;
    run(&connection, TOPICS_SQL, vec![(topics as i64).into(), each.into(), each.into(), each.into()]).await;
    run(&connection, MEMBERS_SQL, vec![uuid::Uuid::from_u128(READER).into()]).await;
    for first in (1..=topics).step_by(TOPICS_PER_STATEMENT as usize) {
        let last = (first + TOPICS_PER_STATEMENT - 1).min(topics);
        run(&connection, EVENTS_SQL, vec![(first as i64).into(), (last as i64).into(), each.into()]).await;
    }
    connection.execute_unprepared(index).await.expect("an index");
    connection.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.expect("a checkpoint");
    connection.close().await.expect("the end");
}

async fn run(connection: &DatabaseConnection, sql: &str, values: Vec<sea_orm::Value>) {
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
    connection.execute_raw(statement).await.expect("rows");
}

/// Returns the name of the n-th topic, counted from 0.
pub(crate) fn topic(n: u64) -> TopicName {
    format!("t{n}").parse().expect("a name")
}
