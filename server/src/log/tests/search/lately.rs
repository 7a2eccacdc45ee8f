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
    let (again, ..) = log_in(&bench.place, "").await;
    assert_eq!(again.store.index_lately().await.unwrap(), Some(256));
    assert_eq!(indexed(&bench.place).await.len(), 256);
    let going = CancellationToken::new();
    let keeping = tokio::spawn(again.keep_index(going.clone()));
    while indexed(&bench.place).await.len() < 600 {
        tokio::task::yield_now().await;
    }
    going.cancel();
    keeping.await.unwrap();
    assert_eq!(again.store.index_lately().await.unwrap(), None);
    assert_eq!(hits(&again, "hello in:third").await.len(), 30);
}
