//! Shutdown and restart.

use super::*;

testing::for_each_database!(
    a_restart_keeps_all_events_and_continues_the_seq,
    a_new_epoch_applies_to_every_topic_and_keeps_its_events,
    queued_events_are_stored_after_the_last_handle_is_dropped,
);

async fn a_restart_keeps_all_events_and_continues_the_seq(test_database: TestDatabase) {
    let Fixture { log, tracker, test_database, .. } = fixture(test_database).await;
    log.append(message_by(1, 1, "a")).await.unwrap();
    let before = log.tail(&topic("lobby"), 30).await.unwrap();
    drop(log);
    tracker.close();
    tracker.wait().await;
    let fixture = fixture(test_database).await;
    let log = fixture.log.clone();
    assert_eq!(log.tail(&topic("lobby"), 30).await.unwrap(), before);
    assert_eq!(log.append(message_by(1, 1, "a")).await, Ok(Receipt { seq: 1, duplicate: true }));
    assert_eq!(log.append(message_by(1, 2, "b")).await, stored(2));
}

async fn a_new_epoch_applies_to_every_topic_and_keeps_its_events(test_database: TestDatabase) {
    let Fixture { log, tracker, test_database, .. } = fixture(test_database).await;
    log.append(message_by(1, 1, "a")).await.unwrap();
    let before = log.tail(&topic("lobby"), 30).await.unwrap();
    drop(log);
    tracker.close();
    tracker.wait().await;
    let epoch = begin_epoch(&Database::open(test_database.url()).await.unwrap()).await.unwrap();
    assert_ne!(epoch, before.epoch);
    let fixture = fixture(test_database).await;
    let after = fixture.log.tail(&topic("lobby"), 30).await.unwrap();
    assert_eq!(after, Page { epoch: epoch.clone(), ..before });
    assert_eq!(fixture.log.tail(&topic("unused"), 30).await.unwrap().epoch, epoch);
}

async fn queued_events_are_stored_after_the_last_handle_is_dropped(test_database: TestDatabase) {
    let Fixture { log, tracker, test_database, .. } = fixture(test_database).await;
    let mut receipts = Vec::new();
    for n in 0..100 {
        receipts.push(log.submit(message_by(1, n, "x")).await.unwrap());
    }
    drop(log);
    tracker.close();
    tracker.wait().await;
    let fixture = fixture(test_database).await;
    let log = fixture.log.clone();
    assert_eq!(log.tail(&topic("lobby"), 1).await.unwrap().head, 100);
    for receipt in receipts {
        assert!(receipt.await.is_ok());
    }
}
