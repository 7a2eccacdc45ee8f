//! Appending: a contiguous `seq`, idempotent retries, and notifications after the commit.

use super::*;

testing::for_each_database!(
    the_seq_starts_at_one_in_each_topic,
    a_retry_gets_the_first_receipt_and_notifies_nobody,
    a_draft_with_other_content_or_in_another_topic_is_a_conflict,
    a_draft_belongs_to_its_author,
    retries_within_one_batch_are_one_message,
    many_writers_leave_no_gap_and_notifications_are_in_order,
    an_event_can_be_read_before_its_notification,
    a_topic_beyond_the_limit_is_refused_and_others_still_accept_messages,
    the_events_of_a_topic_in_one_commit_are_one_notification,
    a_batch_is_notified_while_the_next_one_is_being_stored,
);

async fn the_seq_starts_at_one_in_each_topic(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = fixture.log.clone();
    assert_eq!(log.append(message_by(1, 1, "a")).await, stored(1));
    assert_eq!(log.append(message_by(1, 2, "b")).await, stored(2));
    assert_eq!(log.append(NewMessage { topic: topic("other"), ..message_by(1, 3, "c") }).await, stored(1));
}

async fn a_retry_gets_the_first_receipt_and_notifies_nobody(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = fixture.log.clone();
    let notified = Arc::clone(&fixture.notified);
    assert_eq!(log.append(message_by(1, 1, "a")).await, stored(1));
    assert_eq!(log.append(message_by(1, 2, "b")).await, stored(2));
    assert_eq!(log.append(message_by(1, 1, "a")).await, Ok(Receipt { seq: 1, duplicate: true }));
    assert_eq!(notified.lock().len(), 2);
}

async fn a_draft_with_other_content_or_in_another_topic_is_a_conflict(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = fixture.log.clone();
    log.append(message_by(1, 1, "a")).await.unwrap();
    assert_eq!(log.append(message_by(1, 1, "b")).await, Err(AppendError::Conflict));
    let elsewhere = NewMessage { topic: topic("other"), ..message_by(1, 1, "a") };
    assert_eq!(log.append(elsewhere).await, Err(AppendError::Conflict));
}

async fn a_draft_belongs_to_its_author(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = fixture.log.clone();
    assert_eq!(log.append(message_by(1, 1, "a")).await, stored(1));
    assert_eq!(log.append(message_by(2, 1, "b")).await, stored(2));
}

async fn retries_within_one_batch_are_one_message(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = fixture.log.clone();
    let notified = Arc::clone(&fixture.notified);
    let mut receipts = Vec::new();
    for _ in 0..20 {
        receipts.push(log.submit(message_by(1, 1, "a")).await.unwrap());
    }
    let mut fresh = 0;
    for receipt in receipts {
        let receipt = receipt.await.unwrap();
        assert_eq!(receipt.seq, 1);
        fresh += usize::from(!receipt.duplicate);
    }
    assert_eq!((fresh, notified.lock().len()), (1, 1));
}

async fn many_writers_leave_no_gap_and_notifications_are_in_order(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = fixture.log.clone();
    let notified = Arc::clone(&fixture.notified);
    let writers = (0..8).map(|user| {
        let log = log.clone();
        tokio::spawn(async move {
            for n in 0..50 {
                log.append(message_by(user, n, "x")).await.unwrap();
            }
        })
    });
    futures::future::join_all(writers).await.into_iter().for_each(|done| done.unwrap());
    let notified: Vec<u64> = notified.lock().iter().map(|event| event.seq).collect();
    assert_eq!(notified, (1..=400).collect::<Vec<_>>());
}

async fn an_event_can_be_read_before_its_notification(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = fixture.log.clone();
    let notified = Arc::clone(&fixture.notified);
    for n in 0..20 {
        let before = notified.lock().len() as u64;
        assert!(log.tail(&readable("lobby"), 1).await.unwrap().head >= before);
        log.append(message_by(1, n, "x")).await.unwrap();
    }
}

async fn a_topic_beyond_the_limit_is_refused_and_others_still_accept_messages(test_database: TestDatabase) {
    let fixture = fixture_with(test_database, "--max-topics 2").await;
    let log = fixture.log.clone();
    assert_eq!(log.append(message_by(1, 1, "a")).await, stored(1));
    assert_eq!(log.append(NewMessage { topic: topic("two"), ..message_by(1, 2, "b") }).await, stored(1));
    let three = NewMessage { topic: topic("three"), ..message_by(1, 3, "c") };
    assert_eq!(log.append(three).await, Err(AppendError::TooManyTopics));
    assert_eq!(log.append(message_by(1, 4, "d")).await, stored(2));
}

async fn the_events_of_a_topic_in_one_commit_are_one_notification(test_database: TestDatabase) {
    let database = Database::open(test_database.url()).await.unwrap();
    database.migrate().await.unwrap();
    let tracker = TaskTracker::new();
    let notified = Arc::new(Mutex::new(Vec::new()));
    let recorder = Arc::clone(&notified);
    let committed = move |notification| recorder.lock().push(notification);
    let log = Log::open(database, &limits(""), &tracker, committed).await.unwrap();
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    log.faults().append(Some(Fault::Hold(Arc::clone(&gate))));
    let mut receipts = Vec::new();
    let elsewhere = |n| NewMessage { topic: topic("other"), ..message_by(1, n, "x") };
    // The others are queued while the first one waits.
    for event in
        [message_by(1, 1, "x"), message_by(1, 2, "x"), elsewhere(3), message_by(1, 4, "x"), elsewhere(5)]
    {
        receipts.push(log.submit(event).await.unwrap());
        tokio::task::yield_now().await;
    }
    gate.add_permits(1);
    for receipt in receipts {
        receipt.await.unwrap();
    }
    drop(log);
    tracker.close();
    tracker.wait().await;
    let mut places: Vec<(TopicName, Vec<u64>)> = Vec::new();
    for notified in notified.lock().iter() {
        let Notification::Events(topic, events) = notified else { panic!("{notified:?}") };
        assert!(events.iter().all(|event| event.topic == *topic));
        places.push((topic.clone(), events.iter().map(|event| event.seq).collect()));
    }
    let lobby = topic("lobby");
    let other = topic("other");
    assert_eq!(places, [(lobby.clone(), vec![1]), (lobby, vec![2, 3]), (other, vec![1, 2])]);
}

async fn a_batch_is_notified_while_the_next_one_is_being_stored(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = fixture.log.clone();
    let notified = Arc::clone(&fixture.notified);
    let gates = [(); 2].map(|()| Arc::new(tokio::sync::Semaphore::new(0)));
    let mut receipts = Vec::new();
    for (draft, gate) in (1..).zip(&gates) {
        log.faults().append(Some(Fault::Hold(Arc::clone(gate))));
        receipts.push(log.submit(message_by(1, draft, "a")).await.unwrap());
        while draft == 1 && log.faults().is_due() {
            tokio::task::yield_now().await;
        }
    }
    let [first, second] = <[PendingReceipt; 2]>::try_from(receipts).ok().unwrap();
    gates[0].add_permits(1);
    let soon = tokio::time::timeout(std::time::Duration::from_secs(10), first);
    assert_eq!(soon.await, Ok(stored(1)), "the first does not wait for the second");
    while notified.lock().is_empty() || log.faults().is_due() {
        tokio::task::yield_now().await;
    }
    gates[1].add_permits(1);
    assert_eq!(second.await, stored(2));
}
