//! SQLite's index stores no texts: the upgrade of an older one, and entries that were folded by another version.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::*;
use app::protocol::Timestamp;

/// Keeps the index as an earlier version had it, with the words of each message.
const KEEP_SQL: &str = "CREATE TABLE kept AS SELECT e.id, e.topic_id, e.seq, (SELECT group_concat(term, ' ' ORDER BY offset) || ' ' \
    FROM search_word WHERE doc = e.id) AS words FROM search_entry AS e";
const RESTORE_SQL: &str = "INSERT INTO search (rowid, topic_id, seq, words) SELECT id, topic_id, seq, words FROM kept; \
    DROP TABLE kept; DELETE FROM search_fill";
/// Counts entries whose words are still stored.
const TEXTS: &str = "SELECT COUNT(*) FROM search_entry WHERE typeof(words) = 'text'";
/// Fails if a page of the index contradicts another.
const CHECK_INDEX: &str = "INSERT INTO search (search) VALUES ('integrity-check')";
const QUERIES: [&str; 7] = ["tea", "green tea", "\"black tea\"", "c++", "from:ann in:lobby", "te", "nothing"];

/// Returns the SQL that replaces the words of a message in the index, as another version would have folded them.
pub(super) fn replace_words(seq: i64, words: &str) -> String {
    format!(
        "INSERT INTO search (search, rowid, words) SELECT 'delete', id, (SELECT group_concat(term, ' ' ORDER BY offset) \
         FROM search_word WHERE doc = e.id) FROM search_entry AS e WHERE seq = {seq}; \
         INSERT INTO search (rowid, words) SELECT id, '{words} ' FROM search_entry WHERE seq = {seq}; \
         UPDATE search_entry SET words = 0 WHERE seq = {seq}"
    )
}

/// Without free pages: a merge of the index leaves more or fewer, by the size of its transactions.
const BYTES: &str = "SELECT (page_count - freelist_count) * page_size \
    FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
/// 21 words in 100 bytes.
const SENTENCE: &str =
    "the quick brown fox jumps over the lazy dog and runs far away into the deep green forest at night ok";

async fn count(database: &Database, sql: &str) -> i64 {
    let statement = Statement::from_string(DbBackend::Sqlite, format!("SELECT ({sql}) AS n"));
    database.read().query_one_raw(statement).await.unwrap().unwrap().try_get("", "n").unwrap()
}

/// Returns the hits of all queries.
async fn all_found(log: &Log) -> Vec<Vec<u64>> {
    let mut all = Vec::new();
    for query in QUERIES {
        all.push(found(log, query).await);
    }
    all
}

/// Restores the index of an earlier version and migrates it.
async fn upgrade(database: &Database) {
    database.write().execute_unprepared(KEEP_SQL).await.unwrap();
    let is_new = async || database.migrations().await.unwrap().contains(&("m0020_one_text".to_owned(), true));
    while is_new().await {
        database.migrate_down().await.unwrap();
    }
    database.write().execute_unprepared(RESTORE_SQL).await.unwrap();
    database.migrate().await.unwrap();
}

#[tokio::test]
async fn an_index_of_an_earlier_version_is_taken_over_with_all_its_words() {
    let fixture = fixture(testing::sqlite()).await;
    let log = &fixture.log;
    publish(log, &["green tea", "black tea", "tea with C++", "a secret", "another secret"]).await;
    let before = all_found(log).await;
    assert_eq!(before[..3], [vec![3, 2, 1], vec![1], vec![2]]);
    let database = Database::open(fixture.test_database.url()).await.unwrap();
    upgrade(&database).await;
    assert_eq!(count(&database, TEXTS).await, 5);

    assert_eq!(all_found(log).await, before, "all messages are found before the backfill");
    log.append(delete(4, 4)).await.unwrap();
    log.append(edit(5, 5, "no tea")).await.unwrap();
    assert_eq!(found(log, "secret").await, [0; 0]);
    let before = all_found(log).await;
    assert_eq!(before[0], [5, 3, 2, 1]);

    log.backfill_index(CancellationToken::new()).await;
    assert_eq!(count(&database, TEXTS).await, 0);
    assert_eq!(all_found(log).await, before);
    assert!(log.search(&everything(), &parse("tea")).await.unwrap().complete);
    log.append(delete(1, 1)).await.unwrap();
    assert_eq!(found(log, "green").await, [0; 0]);
    let left = "SELECT COUNT(*) FROM search_word WHERE doc NOT IN (SELECT id FROM search_entry)";
    assert_eq!(count(&database, left).await, 0, "every word belongs to a message");
    database.write().execute_unprepared(CHECK_INDEX).await.unwrap();
}

#[tokio::test]
async fn the_backfill_frees_the_pages_of_the_texts() {
    let fixture = fixture(testing::sqlite()).await;
    let log = &fixture.log;
    for n in 1..300 {
        log.submit(message_by(1, n, SENTENCE)).await.unwrap();
    }
    log.append(message_by(1, 300, SENTENCE)).await.unwrap();
    assert_eq!(hits(log, "\"green forest\"").await.len(), 30);
    let database = Database::open(fixture.test_database.url()).await.unwrap();
    upgrade(&database).await;
    let free = "SELECT freelist_count FROM pragma_freelist_count";
    let before = count(&database, free).await;
    log.backfill_index(CancellationToken::new()).await;
    let freed = count(&database, free).await - before;
    assert!(freed > 5, "{freed} pages, of about ten that the texts had filled");
    assert_eq!(hits(log, "\"green forest\"").await.len(), 30);
}

#[tokio::test]
async fn a_downgrade_leaves_all_messages_to_the_earlier_version() {
    let fixture = fixture(testing::sqlite()).await;
    publish(&fixture.log, &["one", "two", "three"]).await;
    assert_eq!(found(&fixture.log, "two").await, [2]);
    let database = Database::open(fixture.test_database.url()).await.unwrap();
    while database.migrations().await.unwrap().contains(&("m0020_one_text".to_owned(), true)) {
        database.migrate_down().await.unwrap();
    }
    assert_eq!(count(&database, "SELECT COUNT(*) FROM search").await, 0);
    assert_eq!(count(&database, "SELECT until - seq FROM search_fill").await, 3);
    let insert = "INSERT INTO search (rowid, topic_id, seq, words) VALUES (1, 1, 1, 'one')";
    database.write().execute_unprepared(insert).await.unwrap();
}

#[tokio::test]
async fn words_that_another_version_folded_are_removed_with_their_message() {
    let fixture = fixture(testing::sqlite()).await;
    let log = &fixture.log;
    publish(log, &["Ünder", "Öther", "kept"]).await;
    assert_eq!(found(log, "under").await, [1]);
    let database = Database::open(fixture.test_database.url()).await.unwrap();
    for (seq, word) in [(1, "ünder"), (2, "öther")] {
        database.write().execute_unprepared(&replace_words(seq, word)).await.unwrap();
    }
    log.append(delete(1, 1)).await.unwrap();
    log.append(edit(2, 2, "new")).await.unwrap();
    let left = "SELECT COUNT(*) FROM search_word WHERE term IN ('ünder', 'öther')";
    assert_eq!(count(&database, left).await, 0);
    assert_eq!(found(log, "new").await, [2]);
    assert_eq!(found(log, "kept").await, [3]);
    database.write().execute_unprepared(CHECK_INDEX).await.unwrap();
}

#[tokio::test]
async fn a_burst_of_a_thousand_messages_of_100_bytes_takes_less_than_370_kb() {
    let test_database = testing::sqlite();
    let database = Database::open(test_database.url()).await.unwrap();
    let (log, ..) = open_log_on(database.clone(), "").await;
    // One time for all, since the index stores the distances between times.
    log.store.faults.set_time(Timestamp(1_764_500_000_000));
    let before = count(&database, BYTES).await;
    for n in 1..1_000 {
        log.submit(message_by(1, n, SENTENCE)).await.unwrap();
    }
    log.append(message_by(1, 1_000, SENTENCE)).await.unwrap();
    while log.store.index_deferred().await.unwrap().is_some() {}
    assert_eq!(count(&database, "SELECT COUNT(*) FROM search_entry").await, 1_000);
    assert_eq!(hits(&log, "\"green forest\"").await.len(), 30);
    let bytes = count(&database, BYTES).await - before;
    assert!(SENTENCE.len() == 100 && bytes < 370_000, "{bytes} bytes");
}
