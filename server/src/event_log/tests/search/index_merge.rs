//! SQLite's index becomes smaller after many deletions.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::*;

const MESSAGES: u64 = 400;

/// Forty words that no other message has.
fn words(n: u64) -> String {
    (0..40).map(|k| format!("w{n}x{k} ")).collect()
}

async fn pages(database: &Database) -> i64 {
    let count = Statement::from_string(DbBackend::Sqlite, "SELECT COUNT(*) AS n FROM search_data");
    database.read().query_one_raw(count).await.unwrap().unwrap().try_get("", "n").unwrap()
}

async fn index_all(log: &Log) {
    while log.store.index_deferred().await.unwrap().is_some() {}
}

#[tokio::test]
async fn after_many_deletions_the_index_is_merged_while_others_publish() {
    let test_database = testing::sqlite();
    let database = Database::open(test_database.url()).await.unwrap();
    let (log, ..) = open_log_on(database.clone(), "").await;
    for n in 1..=MESSAGES {
        log.submit(message_by(1, n.into(), &words(n))).await.unwrap();
    }
    publish(&log, &["the last one"]).await;
    index_all(&log).await;
    assert!(!log.store.merge_index().await.unwrap(), "nothing was deleted");
    for n in (1..=MESSAGES).filter(|n| !n.is_multiple_of(10)) {
        log.submit(delete(n, n)).await.unwrap();
    }
    publish(&log, &["later"]).await;
    index_all(&log).await;

    let before = pages(&database).await;
    let mut steps = 0;
    while log.store.merge_index().await.unwrap() {
        steps += 1;
        publish(&log, &["meanwhile"]).await;
        index_all(&log).await;
    }
    let after = pages(&database).await;
    assert!(steps > 0 && 2 * after < before, "{before} pages, then {after} after {steps} steps");
    assert!(!log.store.merge_index().await.unwrap(), "once for all deletions");
    assert_eq!(found(&log, "\"w10x1\" \"w10x39\"").await, [10]);
    assert_eq!(found(&log, "\"w11x1\"").await, [0; 0]);
    assert_eq!(found(&log, "\"meanwhile\"").await.len(), steps);
}
