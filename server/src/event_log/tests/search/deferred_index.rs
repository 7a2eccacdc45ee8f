//! SQLite's deferred index.

use super::*;

#[tokio::test]
async fn a_search_flushes_the_deferred_index_first() {
    let fixture = fixture(testing::sqlite()).await;
    publish(&fixture.log, &["one", "two"]).await;
    assert_eq!(indexed(&fixture.test_database).await, [0; 0], "publishing does not wait for the index");
    assert_eq!(found(&fixture.log, "two").await, [2]);
    assert_eq!(indexed(&fixture.test_database).await, [1, 2]);
    publish(&fixture.log, &["two more"]).await;
    assert_eq!(found(&fixture.log, "two").await, [3, 2]);
    assert_eq!(indexed(&fixture.test_database).await, [1, 2, 3], "each once");
}

#[tokio::test]
async fn a_message_that_changed_before_it_was_indexed_is_indexed_in_its_current_state() {
    let fixture = fixture(testing::sqlite()).await;
    let log = &fixture.log;
    publish(log, &["one secret", "two secret", "three"]).await;
    log.append(delete(1, 1)).await.unwrap();
    log.append(edit(2, 2, "two")).await.unwrap();
    assert_eq!(found(log, "secret").await, [0; 0]);
    assert_eq!(found(log, "two").await, [2]);
    assert_eq!(indexed(&fixture.test_database).await, [2, 3]);
}

#[tokio::test]
async fn messages_left_by_an_earlier_run_are_indexed_in_chunks_without_a_search() {
    let fixture = fixture(testing::sqlite()).await;
    let mut receipts = Vec::new();
    for n in 0..600 {
        let topic = topic(["lobby", "other", "third"][n % 3]);
        receipts.push(
            fixture.log.submit(NewMessage { topic, ..message_by(1, n as u128, "hello") }).await.unwrap(),
        );
    }
    for receipt in receipts {
        receipt.await.unwrap();
    }
    let database = Database::open(fixture.test_database.url()).await.unwrap();
    let (again, ..) = open_log_on(database.clone(), "").await;
    let waiting_publisher = database.writer_load().start_waiting();
    assert_eq!(
        again.store.index_deferred().await.unwrap(),
        Some(256),
        "it stops for the publisher that waits"
    );
    assert_eq!(indexed(&fixture.test_database).await.len(), 256);
    drop(waiting_publisher);
    let going = CancellationToken::new();
    let indexing = tokio::spawn(again.run_deferred_index(going.clone()));
    while indexed(&fixture.test_database).await.len() < 600 {
        tokio::task::yield_now().await;
    }
    going.cancel();
    indexing.await.unwrap();
    assert_eq!(again.store.index_deferred().await.unwrap(), None);
    assert_eq!(hits(&again, "hello in:third").await.len(), 30);
}

/// Publishes many messages and waits until they are stored; they are not indexed yet.
async fn publish_many(log: &Log, count: u128) {
    let mut receipts = Vec::new();
    for n in 0..count {
        receipts.push(log.submit(message_by(1, n, "hello")).await.unwrap());
    }
    for receipt in receipts {
        receipt.await.unwrap();
    }
}

#[tokio::test]
async fn a_search_reports_at_once_that_the_index_is_far_behind() {
    let fixture = fixture(testing::sqlite()).await;
    publish_many(&fixture.log, 10_001).await;
    let hits = fixture.log.search(&everything(), &parse("hello")).await.unwrap();
    assert!(!hits.complete && hits.hits.is_empty(), "it does not wait, and reports the result as incomplete");
    let elsewhere = fixture.log.search(&everything(), &parse("hello in:tea")).await.unwrap();
    assert!(elsewhere.complete, "no message of that topic is missing");
    while fixture.log.store.index_deferred().await.unwrap().is_some() {}
    let hits = fixture.log.search(&everything(), &parse("hello")).await.unwrap();
    assert!(hits.complete && hits.hits.len() == 30);
}

#[tokio::test]
async fn a_search_that_times_out_waiting_for_the_index_is_incomplete() {
    let fixture = fixture(testing::sqlite()).await;
    publish(&fixture.log, &["hello"]).await;
    let turn = fixture.log.store.lock_index().await;
    let hits = fixture.log.search(&everything(), &parse("hello")).await.unwrap();
    assert!(!hits.complete && hits.hits.is_empty(), "another task holds the lock, and does not index");
    drop(turn);
    let hits = fixture.log.search(&everything(), &parse("hello")).await.unwrap();
    assert!(hits.complete && hits.hits.len() == 1);
}

#[tokio::test]
async fn concurrent_searches_share_one_flush() {
    let fixture = fixture(testing::sqlite()).await;
    // Few, because a search waits for the lock no longer than for half a second.
    publish_many(&fixture.log, 20).await;
    let turn = fixture.log.store.lock_index().await;
    let search = parse("hello");
    let scope = everything();
    let mut searches: Vec<_> = (0..50).map(|_| Box::pin(fixture.log.search(&scope, &search))).collect();
    for search in &mut searches {
        assert!(futures::FutureExt::now_or_never(search.as_mut()).is_none());
    }
    drop(turn);
    for hits in futures::future::join_all(searches).await {
        let hits = hits.unwrap();
        assert!(hits.complete && hits.hits.len() == 20);
    }
    assert_eq!(indexed(&fixture.test_database).await.len(), 20, "each once");
}

#[tokio::test]
async fn a_search_is_incomplete_until_older_messages_are_backfilled() {
    let fixture = fixture(testing::sqlite()).await;
    publish(&fixture.log, &["hello"]).await;
    let database = Database::open(fixture.test_database.url()).await.unwrap();
    let fill = "INSERT INTO search_fill (topic_id, seq, until) SELECT id, 0, 1 FROM topic";
    sea_orm::ConnectionTrait::execute_unprepared(database.write(), fill).await.unwrap();
    assert!(!fixture.log.search(&everything(), &parse("hello")).await.unwrap().complete);
    assert!(fixture.log.search(&everything(), &parse("hello in:tea")).await.unwrap().complete);
}

#[tokio::test]
async fn a_search_is_incomplete_if_the_index_cannot_be_brought_up_to_date() {
    let fixture = fixture(testing::sqlite()).await;
    publish(&fixture.log, &["hello"]).await;
    let database = Database::open(fixture.test_database.url()).await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(database.write(), "DROP TABLE search_fill").await.unwrap();
    assert!(!fixture.log.search(&everything(), &parse("hello")).await.unwrap().complete);
}
