//! A disk that is stuck, or full.

use super::*;

testing::for_each_database!(
    while_the_disk_is_stuck_the_queue_is_bounded_and_says_so,
    a_write_that_the_disk_does_not_take_in_time_shows_until_it_is_taken,
);

/// Another program that keeps everybody from writing to the same database, and does not finish.
async fn hold_write_lock(url: &str) -> sea_orm::DatabaseTransaction {
    use sea_orm::{ConnectionTrait, DbBackend, TransactionTrait};
    let other = sea_orm::Database::connect(url).await.unwrap();
    let writing = other.begin().await.unwrap();
    let lock = match writing.get_database_backend() {
        DbBackend::Sqlite => "UPDATE store SET epoch = epoch",
        _ => "LOCK TABLE topic, event IN EXCLUSIVE MODE",
    };
    writing.execute_unprepared(lock).await.unwrap();
    writing
}

async fn while_the_disk_is_stuck_the_queue_is_bounded_and_says_so(place: TestDatabase) {
    let bench = bench_with(place, "--commit-queue 4 --commit-patience-ms 50").await;
    let (log, lock) = (bench.log.clone(), hold_write_lock(bench.place.url()).await);
    // One batch is with the stuck disk, four messages fill the queue; the batch's size depends on timing.
    let mut answers = Vec::new();
    let refused = loop {
        match log.submit(by(1, answers.len() as u128, "x")).await {
            Ok(answer) => answers.push(answer),
            Err(error) => break error,
        }
        assert!(answers.len() <= 16, "the queue takes everything");
    };
    assert_eq!(refused, AppendError::Unavailable);
    drop(lock);
}

async fn a_write_that_the_disk_does_not_take_in_time_shows_until_it_is_taken(place: TestDatabase) {
    let bench = bench_with(place, "--stall-ms 50").await;
    let (log, until) = (bench.log.clone(), Arc::new(tokio::sync::Semaphore::new(0)));
    log.faults().append(Some(Fault::Hold(Arc::clone(&until))));
    let answer = log.submit(by(1, 1, "x")).await.unwrap();
    while log.is_ready().await {}
    until.add_permits(1);
    assert_eq!(answer.await, new(1));
    assert!(log.is_ready().await);
}

#[tokio::test]
async fn what_became_of_a_transaction_is_known_once_its_topics_are_free() {
    let Some(place) = testing::postgres() else { return };
    let bench = bench(place).await;
    bench.log.append(by(1, 1, "x")).await.unwrap();
    let lobby = std::collections::BTreeSet::from([topic("lobby")]);
    let late = hold_write_lock(bench.place.url()).await;
    assert!(bench.log.store.await_uncertain_commits(&lobby).await.is_err());
    late.commit().await.unwrap();
    bench.log.store.await_uncertain_commits(&lobby).await.unwrap();
}

#[tokio::test]
async fn a_full_database_takes_nothing_back_and_leaves_no_hole() {
    use sea_orm::ConnectionTrait;
    let place = testing::sqlite();
    let database = Database::open(place.url()).await.unwrap();
    let (log, told, _) = log_on(database.clone(), "").await;
    for round in 0..3 {
        // Never less than there are, so: not one page more. It holds for this connection alone, and ends with it.
        database.write().execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
        let (begin, long) = (told.lock().unwrap().len() as u128, "x".repeat(10_000));
        let mut stored = begin;
        while log.append(by(1, stored, &long)).await.is_ok() {
            stored += 1;
            assert!(stored < begin + 100, "it is never full");
        }
        assert_eq!(told.lock().unwrap().len() as u128, stored);
        assert_eq!(log.append(by(1, stored, &long)).await, new(stored as u64 + 1), "round {round}");
        let all = log.since(&topic("lobby"), 0, 1_000).await.unwrap();
        assert_eq!(seqs(&all), (1..=stored as u64 + 1).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_fault_in_whoever_is_told_is_a_doubt_and_the_log_goes_on() {
    let place = testing::sqlite();
    let database = Database::open(place.url()).await.unwrap();
    database.migrate().await.unwrap();
    let (tracker, told) = (TaskTracker::new(), Arc::new(Mutex::new(Vec::new())));
    let tell = Arc::clone(&told);
    let fails_once = move |action| {
        let mut told = tell.lock().unwrap();
        told.push(action);
        if told.len() == 1 {
            drop(told);
            std::panic::resume_unwind(Box::new("a fault on purpose"));
        }
    };
    let log = Log::open(database, &limits(""), &tracker, fails_once).await.unwrap();
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.append(by(1, 2, "b")).await, new(2));
    drop(log);
    tracker.close();
    tracker.wait().await;
    let told = told.lock().unwrap();
    let [Notification::Events(..), Notification::UncertainCommit(doubtful), Notification::Events(_, events)] =
        &told[..]
    else {
        panic!("{told:?}")
    };
    assert_eq!((doubtful, events[0].seq), (&topic("lobby"), 2));
}
