//! Backfilling messages from before the index.

use sea_orm::ConnectionTrait;

use super::*;

testing::for_each_database!(
    messages_from_before_the_index_are_backfilled_and_a_restart_continues,
    messages_changed_during_the_backfill_are_indexed_in_their_current_state,
    messages_that_an_older_version_folded_differently_are_indexed_again,
);

/// Restores a database from before the index, and migrates it.
async fn without_index(fixture: &Fixture) -> Database {
    let database = Database::open(fixture.test_database.url()).await.unwrap();
    let has_index =
        async || database.migrations().await.unwrap().contains(&("m0006_search".to_owned(), true));
    while has_index().await {
        database.migrate_down().await.unwrap();
    }
    database.migrate().await.unwrap();
    database
}

async fn messages_from_before_the_index_are_backfilled_and_a_restart_continues(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = fixture.log.clone();
    let mut receipts = Vec::new();
    for n in 0..2_500 {
        let topic = topic(if n % 25 == 0 { "other" } else { "lobby" });
        receipts.push(log.submit(NewMessage { topic, ..message_by(1, n, "hello") }).await.unwrap());
    }
    for receipt in receipts {
        receipt.await.unwrap();
    }
    drop(without_index(&fixture).await);
    assert_eq!(found(&log, "hello").await, [0; 0]);
    publish(&log, &["hello again"]).await;
    let mut chunks = Vec::new();
    for _ in 0..2 {
        chunks.push(log.store.backfill_index().await.unwrap());
    }
    let (again, ..) = open_log(&fixture.test_database, "").await;
    again.backfill_index(CancellationToken::new()).await;
    assert_eq!(again.store.backfill_index().await.unwrap(), None, "the backfill is complete");
    let mut all =
        again.search(&everything(), &Search::parse("hello", None, None, 100).unwrap()).await.unwrap();
    assert_eq!(
        all.hits[0].event.seq,
        again.store.head(&topic("lobby")).await.unwrap(),
        "the newest message comes first"
    );
    let mut found = 0;
    let mut times = Vec::new();
    loop {
        found += all.hits.len();
        times.extend(all.hits.iter().map(|hit| hit.event.at));
        let Some(after) = all.more else { break };
        let next = Search { after: Some(after), ..Search::parse("hello", None, None, 100).unwrap() };
        all = again.search(&everything(), &next).await.unwrap();
    }
    assert_eq!(found, 2_501, "each once");
    assert!(times.is_sorted_by(|newer, older| newer >= older), "ordered by time across topics");
    assert!(chunks.contains(&Some(200)), "a chunk at a time: {chunks:?}");
}

async fn messages_changed_during_the_backfill_are_indexed_in_their_current_state(
    test_database: TestDatabase,
) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    publish(log, &["one", "two", "three"]).await;
    drop(without_index(&fixture).await);
    log.append(edit(1, 1, "four")).await.unwrap();
    log.append(delete(2, 2)).await.unwrap();
    log.backfill_index(CancellationToken::new()).await;
    assert_eq!(found(log, "from:ann").await, [3, 1]);
    assert_eq!(found(log, "four").await, [1]);
    log.append(edit(3, 3, "five")).await.unwrap();
    assert_eq!(found(log, "five").await, [3]);
}

async fn messages_that_an_older_version_folded_differently_are_indexed_again(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    publish(log, &["کیک شکلاتی", "hello", "سنة ٢٠٢٦", "done :tada:"]).await;
    assert_eq!(found(log, "كيك").await, [1]);
    let database = Database::open(fixture.test_database.url()).await.unwrap();
    // Restores the words of an earlier version.
    for (seq, words) in [(1, "کیک شکلاتی"), (3, "سنة ٢٠٢٦"), (4, "done tada")] {
        let sql = if log.store.is_shared() {
            let words: Vec<_> = words.split(' ').map(|word| format!("''{word}'':1")).collect();
            format!("UPDATE search SET words = '{}'::tsvector WHERE seq = {seq}", words.join(" "))
        } else {
            one_text::replace_words(seq, words)
        };
        database.write().execute_unprepared(&sql).await.unwrap();
    }
    assert_eq!(found(log, "كيك").await, [0; 0]);
    database
        .write()
        .execute_unprepared("DELETE FROM seaql_migrations WHERE version = 'm0014_shortcodes'")
        .await
        .unwrap();
    database.migrate().await.unwrap();
    assert!(
        !log.search(&everything(), &parse("كيك")).await.unwrap().complete,
        "some messages are not indexed yet"
    );
    log.backfill_index(CancellationToken::new()).await;
    assert_eq!(found(log, "كيك").await, [1]);
    assert_eq!(found(log, "2026").await, [3]);
    assert_eq!(found(log, "hello").await, [2]);
    assert_eq!(found(log, "🎉").await, [4]);
    assert_eq!(indexed(&fixture.test_database).await, [1, 2, 3, 4], "each once");
}
