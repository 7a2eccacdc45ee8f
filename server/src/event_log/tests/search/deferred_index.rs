//! SQLite's index, which comes a moment after the messages.

use super::*;

#[tokio::test]
async fn a_search_first_puts_in_what_is_still_to_come() {
    let bench = bench(testing::sqlite()).await;
    say(&bench.log, &["one", "two"]).await;
    assert_eq!(indexed(&bench.place).await, [0; 0], "whoever says something does not wait for it");
    assert_eq!(found(&bench.log, "two").await, [2]);
    assert_eq!(indexed(&bench.place).await, [1, 2]);
    say(&bench.log, &["two more"]).await;
    assert_eq!(found(&bench.log, "two").await, [3, 2]);
    assert_eq!(indexed(&bench.place).await, [1, 2, 3], "each once");
}

#[tokio::test]
async fn what_changes_before_it_is_put_in_goes_in_as_it_stands() {
    let bench = bench(testing::sqlite()).await;
    let log = &bench.log;
    say(log, &["one secret", "two secret", "three"]).await;
    log.append(delete(1, 1)).await.unwrap();
    log.append(edit(2, 2, "two")).await.unwrap();
    assert_eq!(found(log, "secret").await, [0; 0]);
    assert_eq!(found(log, "two").await, [2]);
    assert_eq!(indexed(&bench.place).await, [2, 3]);
}

#[tokio::test]
async fn what_an_earlier_run_left_is_put_in_without_a_search_and_in_chunks() {
    let bench = bench(testing::sqlite()).await;
    let mut answers = Vec::new();
    for n in 0..600 {
        let topic = topic(["lobby", "other", "third"][n % 3]);
        answers.push(bench.log.submit(NewMessage { topic, ..by(1, n as u128, "hello") }).await.unwrap());
    }
    for answer in answers {
        answer.await.unwrap();
    }
    let database = Database::open(bench.place.url()).await.unwrap();
    let (again, ..) = log_on(database.clone(), "").await;
    let somebody_who_publishes = database.writer_load().start_waiting();
    assert_eq!(again.store.index_deferred().await.unwrap(), Some(256), "then it is their turn");
    assert_eq!(indexed(&bench.place).await.len(), 256);
    drop(somebody_who_publishes);
    let going = CancellationToken::new();
    let keeping = tokio::spawn(again.run_deferred_index(going.clone()));
    while indexed(&bench.place).await.len() < 600 {
        tokio::task::yield_now().await;
    }
    going.cancel();
    keeping.await.unwrap();
    assert_eq!(again.store.index_deferred().await.unwrap(), None);
    assert_eq!(hits(&again, "hello in:third").await.len(), 30);
}

/// Many messages that are on the disk and not in the index.
async fn say_many(log: &Log, count: u128) {
    let mut answers = Vec::new();
    for n in 0..count {
        answers.push(log.submit(by(1, n, "hello")).await.unwrap());
    }
    for answer in answers {
        answer.await.unwrap();
    }
}

#[tokio::test]
async fn a_search_far_behind_what_was_acknowledged_says_so_at_once() {
    let bench = bench(testing::sqlite()).await;
    say_many(&bench.log, 10_001).await;
    let hits = bench.log.search(&asked("hello")).await.unwrap();
    assert!(!hits.complete && hits.hits.is_empty(), "it neither waits nor keeps silent");
    let elsewhere = bench.log.search(&asked("hello in:tea")).await.unwrap();
    assert!(elsewhere.complete, "nothing is missing there");
    while bench.log.store.index_deferred().await.unwrap().is_some() {}
    let hits = bench.log.search(&asked("hello")).await.unwrap();
    assert!(hits.complete && hits.hits.len() == 30);
}

#[tokio::test]
async fn a_search_that_cannot_wait_until_all_is_in_says_so() {
    let bench = bench(testing::sqlite()).await;
    say(&bench.log, &["hello"]).await;
    let turn = bench.log.store.lock_index().await;
    let hits = bench.log.search(&asked("hello")).await.unwrap();
    assert!(!hits.complete && hits.hits.is_empty(), "somebody else has the turn, and does not use it");
    drop(turn);
    let hits = bench.log.search(&asked("hello")).await.unwrap();
    assert!(hits.complete && hits.hits.len() == 1);
}

#[tokio::test]
async fn searches_at_once_wait_for_one_catch_up() {
    let bench = bench(testing::sqlite()).await;
    say_many(&bench.log, 600).await;
    let turn = bench.log.store.lock_index().await;
    let search = asked("hello");
    let mut searches: Vec<_> = (0..50).map(|_| Box::pin(bench.log.search(&search))).collect();
    for search in &mut searches {
        assert!(futures::FutureExt::now_or_never(search.as_mut()).is_none());
    }
    drop(turn);
    for hits in futures::future::join_all(searches).await {
        let hits = hits.unwrap();
        assert!(hits.complete && hits.hits.len() == 30);
    }
    assert_eq!(indexed(&bench.place).await.len(), 600, "each once");
}

#[tokio::test]
async fn messages_from_before_the_index_are_missed_until_they_are_in() {
    let bench = bench(testing::sqlite()).await;
    say(&bench.log, &["hello"]).await;
    let database = Database::open(bench.place.url()).await.unwrap();
    let fill = "INSERT INTO search_fill (topic_id, seq, until) SELECT id, 0, 1 FROM topic";
    sea_orm::ConnectionTrait::execute_unprepared(database.write(), fill).await.unwrap();
    assert!(!bench.log.search(&asked("hello")).await.unwrap().complete);
    assert!(bench.log.search(&asked("hello in:tea")).await.unwrap().complete);
}
