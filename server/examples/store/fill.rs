//! A history made in the database itself: ten million events come in minutes, not hours.

use std::path::Path;

use app::protocol::TopicName;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use server::database::Database;

/// Who follows the first hundred topics.
pub(crate) const READER: u128 = 7;

/// So many topics in one statement.
const AT_ONCE: u64 = 100;

/// Topics, members, and as many messages in each topic, each from somebody else. Words for the index are another matter:
/// what is said here counts as found.
const TOPICS: &str = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?) \
    INSERT INTO topic (id, name, epoch, head, messages, active_at, title, description, folded, created_at, indexed) \
    SELECT i + 1, 't' || i, '0123456789abcdef', ?, ?, 1700000000000 + i, '', '', 't' || i, 1700000000000, ? FROM n";
const MEMBERS: &str = "INSERT INTO member (user, topic_id, follow, read, name_key) \
    SELECT ?, id, 1, head / 2, 'reader' FROM topic WHERE id <= 100";
const EVENTS: &str = "WITH RECURSIVE \
    t(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM t WHERE i < ?), \
    n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) \
    INSERT INTO event (topic_id, seq, at, kind, author, author_name, unverified, draft, fingerprint, body, messages) \
    SELECT t.i, n.i, 1700000000000 + n.i * 1000, 1, randomblob(16), 'Somebody', 0, randomblob(16), \
    randomblob(16), 'the quick brown fox jumps over a lazy dog, and once more over it, ' || n.i, n.i FROM t, n";

pub(crate) async fn fill(file: &Path, topics: u64, events: u64) {
    let url = format!("sqlite://{}", file.display());
    let database = Database::open(&url).await.expect("a database");
    database.migrate().await.expect("a schema");
    database.close().await;
    let connection = sea_orm::Database::connect(&url).await.expect("a database");
    // Nothing here has to survive a crash. The index of drafts is made once all are there, as it is a random walk.
    let index = "CREATE UNIQUE INDEX event_draft_author ON event (draft, author)";
    for pragma in ["PRAGMA synchronous = OFF", "PRAGMA cache_size = -400000", "DROP INDEX event_draft_author"]
    {
        connection.execute_unprepared(pragma).await.expect("a setting");
    }
    let each = (events / topics) as i64;
    run(&connection, TOPICS, vec![(topics as i64).into(), each.into(), each.into(), each.into()]).await;
    run(&connection, MEMBERS, vec![uuid::Uuid::from_u128(READER).into()]).await;
    for first in (1..=topics).step_by(AT_ONCE as usize) {
        let last = (first + AT_ONCE - 1).min(topics);
        run(&connection, EVENTS, vec![(first as i64).into(), (last as i64).into(), each.into()]).await;
    }
    connection.execute_unprepared(index).await.expect("an index");
    connection.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.expect("a checkpoint");
    connection.close().await.expect("the end");
}

async fn run(connection: &DatabaseConnection, sql: &str, values: Vec<sea_orm::Value>) {
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
    connection.execute_raw(statement).await.expect("rows");
}

/// The name of a topic, from 0 on.
pub(crate) fn topic(n: u64) -> TopicName {
    format!("t{n}").parse().expect("a name")
}
