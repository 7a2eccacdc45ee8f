//! Disks that are stuck or full, and panics in a notification.

use super::*;

testing::for_each_database!(
    while_the_disk_is_stuck_the_full_queue_refuses_events,
    the_log_is_not_ready_while_a_write_is_stalled,
    after_a_failed_write_the_log_is_not_ready_until_it_can_write,
    checks_at_the_same_time_share_one_read,
    an_event_is_read_although_its_commit_failed_after_it_was_stored,
    an_uncertain_commit_is_resolved_without_a_further_event,
);

/// Opens a transaction of another program that blocks all writes to the database.
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

async fn while_the_disk_is_stuck_the_full_queue_refuses_events(test_database: TestDatabase) {
    let fixture = fixture_with(test_database, "--commit-queue 4 --commit-patience-ms 50").await;
    let log = fixture.log.clone();
    let lock = hold_write_lock(fixture.test_database.url()).await;
    // One batch waits for the stuck disk and four events fill the queue; the size of the batch depends on timing.
    let mut receipts = Vec::new();
    let refused = loop {
        match log.submit(message_by(1, receipts.len() as u128, "x")).await {
            Ok(receipt) => receipts.push(receipt),
            Err(error) => break error,
        }
        assert!(receipts.len() <= 16, "the queue is not bounded");
    };
    assert_eq!(refused, AppendError::Unavailable);
    drop(lock);
}

async fn the_log_is_not_ready_while_a_write_is_stalled(test_database: TestDatabase) {
    let fixture = fixture_with(test_database, "--stall-ms 50").await;
    let log = fixture.log.clone();
    let until = Arc::new(tokio::sync::Semaphore::new(0));
    log.faults().append(Some(Fault::Hold(Arc::clone(&until))));
    let receipt = log.submit(message_by(1, 1, "x")).await.unwrap();
    while log.is_ready().await {}
    until.add_permits(1);
    assert_eq!(receipt.await, stored(1));
    assert!(log.is_ready().await);
}

async fn after_a_failed_write_the_log_is_not_ready_until_it_can_write(test_database: TestDatabase) {
    let fixture = fixture_with(test_database, "--stall-ms 3600000").await;
    let log = fixture.log.clone();
    let lock = hold_write_lock(fixture.test_database.url()).await;
    log.faults().append(Some(Fault::FailBefore));
    assert_eq!(log.append(message_by(1, 1, "x")).await, Err(AppendError::Unavailable));
    assert!(!log.is_ready().await);
    let lobby = std::collections::BTreeSet::from([topic("lobby")]);
    let limit = std::time::Duration::from_millis(50);
    let looked = tokio::time::timeout(limit, log.store.await_uncertain_commits(&lobby));
    assert!(!matches!(looked.await, Ok(Ok(()))), "reads do not show that it can write");
    lock.rollback().await.unwrap();
    while !log.is_ready().await {}
    assert_eq!(log.append(message_by(1, 1, "x")).await, stored(1));
}

async fn checks_at_the_same_time_share_one_read(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    let first = log.shared_ping();
    let late = log.shared_ping();
    assert!(first.ptr_eq(&late));
    first.await.unwrap();
    assert!(
        !log.shared_ping().ptr_eq(&late),
        "a result is not used again, although somebody has yet to take it"
    );
    assert_eq!(late.await, Ok(()));
}

async fn an_event_is_read_although_its_commit_failed_after_it_was_stored(test_database: TestDatabase) {
    let fixture = fixture_with(test_database, "--hub-ring 1").await;
    let log = fixture.log.clone();
    let lobby = readable("lobby");
    for n in 1..=3 {
        log.append(message_by(1, n, "x")).await.unwrap();
    }
    assert_eq!(seqs(&log.tail(&lobby, 1).await.unwrap()), [3]);
    let go_on = Arc::new(tokio::sync::Semaphore::new(0));
    log.store.faults.hold_next_read(&go_on);
    let early = log.since(&lobby, 0, 10);
    let late = async {
        log.store.faults.read_is_held().await;
        log.faults().append(Some(Fault::FailAfter));
        assert_eq!(log.append(message_by(1, 4, "x")).await, Err(AppendError::Unavailable));
        assert_eq!(seqs(&log.tail(&lobby, 1).await.unwrap()), [4]);
        let release = async { go_on.add_permits(1) };
        tokio::join!(log.since(&lobby, 0, 10), release).0
    };
    let (early, late) = tokio::join!(early, late);
    assert_eq!(seqs(&early.unwrap()), [1, 2, 3]);
    assert_eq!(seqs(&late.unwrap()), [1, 2, 3, 4]);
}

async fn an_uncertain_commit_is_resolved_without_a_further_event(test_database: TestDatabase) {
    let database = Database::open(test_database.url()).await.unwrap();
    database.migrate().await.unwrap();
    let notified = Arc::new(Mutex::new(Vec::new()));
    let recorder = Arc::clone(&notified);
    let tracker = TaskTracker::new();
    let limits = limits("--stall-ms 60000");
    let push = move |notification| recorder.lock().push(notification);
    let log = Log::open(database, &limits, &tracker, push).await.unwrap();
    for (draft, fault) in [(1, Fault::FailBefore), (2, Fault::PanicAfter)] {
        log.faults().append(Some(fault));
        assert_eq!(log.append(message_by(1, draft, "x")).await, Err(AppendError::Unavailable));
        while notified.lock().len() < draft as usize {
            tokio::task::yield_now().await;
        }
        assert_eq!(log.stall_timer.elapsed(), std::time::Duration::ZERO, "the store answers again");
    }
    assert_eq!(*notified.lock(), vec![Notification::Resync(topic("lobby")); 2]);
}

#[tokio::test]
async fn an_uncertain_commit_is_settled_once_its_topics_are_unlocked() {
    let Some(test_database) = testing::postgres() else { return };
    let fixture = fixture(test_database).await;
    fixture.log.append(message_by(1, 1, "x")).await.unwrap();
    let lobby = std::collections::BTreeSet::from([topic("lobby")]);
    let late = hold_write_lock(fixture.test_database.url()).await;
    assert!(fixture.log.store.await_uncertain_commits(&lobby).await.is_err());
    late.commit().await.unwrap();
    fixture.log.store.await_uncertain_commits(&lobby).await.unwrap();
}

/// Otherwise a full disk would look writable.
#[tokio::test]
async fn the_check_whether_sqlite_can_write_writes() {
    let fixture = fixture(testing::sqlite()).await;
    fixture.log.append(message_by(1, 1, "x")).await.unwrap();
    let wal = fixture.test_database.file().unwrap().with_extension("db-wal");
    let bytes = || std::fs::metadata(&wal).unwrap().len();
    let before = bytes();
    fixture.log.store.await_uncertain_commits(&std::collections::BTreeSet::new()).await.unwrap();
    assert!(bytes() > before, "{before} bytes");
}

/// The topic of an uncertain commit may not exist yet: then only the lock of the store tells that its creation has ended.
#[tokio::test]
async fn an_uncertain_creation_of_a_topic_is_settled_once_the_store_is_unlocked() {
    use sea_orm::{ConnectionTrait, TransactionTrait};
    let Some(test_database) = testing::postgres() else { return };
    let fixture = fixture(test_database).await;
    let missing = std::collections::BTreeSet::from([topic("lobby")]);
    let other = sea_orm::Database::connect(fixture.test_database.url()).await.unwrap();
    let late = other.begin().await.unwrap();
    late.execute_unprepared("SELECT 1 FROM store FOR UPDATE").await.unwrap();
    assert!(fixture.log.store.await_uncertain_commits(&missing).await.is_err());
    late.commit().await.unwrap();
    fixture.log.store.await_uncertain_commits(&missing).await.unwrap();
}

/// PostgreSQL has few connections, and each of many simultaneous visitors stores a session.
#[tokio::test]
async fn an_append_does_not_wait_for_other_writers() {
    let Some(test_database) = testing::postgres() else { return };
    let database = Database::open(test_database.url()).await.unwrap();
    let (log, ..) = open_log_on(database.clone(), "").await;
    let pool = database.write().pool().get_postgres_connection_pool();
    let all = (0..pool.options().get_max_connections()).map(|_| database.begin());
    let others = futures::future::try_join_all(all).await.unwrap();
    assert_eq!(log.append(message_by(1, 1, "x")).await, stored(1));
    drop(others);
}

#[tokio::test]
async fn a_full_database_loses_no_acknowledged_event_and_leaves_no_gap() {
    use sea_orm::ConnectionTrait;
    let test_database = testing::sqlite();
    let database = Database::open(test_database.url()).await.unwrap();
    let (log, notified, _) = open_log_on(database.clone(), "").await;
    for round in 0..3 {
        // The limit is never below the current size, so this allows no further page. It applies to this connection only.
        database.write().execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
        let begin = notified.lock().len() as u128;
        let long = "x".repeat(10_000);
        let mut count = begin;
        while log.append(message_by(1, count, &long)).await.is_ok() {
            count += 1;
            assert!(count < begin + 100, "the database is never full");
        }
        assert_eq!(notified.lock().len() as u128, count);
        assert_eq!(log.append(message_by(1, count, &long)).await, stored(count as u64 + 1), "round {round}");
        let all = log.since(&readable("lobby"), 0, 1_000).await.unwrap();
        assert_eq!(seqs(&all), (1..=count as u64 + 1).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_panic_in_a_notification_is_an_uncertain_commit_and_the_log_continues() {
    let test_database = testing::sqlite();
    let database = Database::open(test_database.url()).await.unwrap();
    database.migrate().await.unwrap();
    let tracker = TaskTracker::new();
    let notified = Arc::new(Mutex::new(Vec::new()));
    let recorder = Arc::clone(&notified);
    let fails_once = move |notification| {
        let mut notified = recorder.lock();
        notified.push(notification);
        if notified.len() == 1 {
            drop(notified);
            std::panic::resume_unwind(Box::new("a fault on purpose"));
        }
    };
    let log = Log::open(database, &limits(""), &tracker, fails_once).await.unwrap();
    assert_eq!(log.append(message_by(1, 1, "a")).await, stored(1));
    assert_eq!(log.append(message_by(1, 2, "b")).await, stored(2));
    drop(log);
    tracker.close();
    tracker.wait().await;
    let notified = notified.lock();
    let [Notification::Events(..), Notification::Resync(uncertain), Notification::Events(_, events)] =
        &notified[..]
    else {
        panic!("{notified:?}")
    };
    assert_eq!((uncertain, events[0].seq), (&topic("lobby"), 2));
}
