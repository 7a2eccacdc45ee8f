//! Shutdown and restart.

use super::*;

testing::for_each_database!(
    a_restart_keeps_all_events_and_continues_the_seq,
    a_new_epoch_applies_to_every_topic_and_keeps_its_events,
    queued_events_are_stored_after_the_last_handle_is_dropped,
);

/// Stores an event and shuts down. Returns the log as it was.
async fn stopped_with_an_event(test_database: TestDatabase) -> (TestDatabase, Page) {
    let Fixture { log, tracker, test_database, .. } = fixture(test_database).await;
    log.append(message_by(1, 1, "a")).await.unwrap();
    let before = log.tail(&readable("lobby"), 30).await.unwrap();
    drop(log);
    tracker.close();
    tracker.wait().await;
    (test_database, before)
}

async fn a_restart_keeps_all_events_and_continues_the_seq(test_database: TestDatabase) {
    let (test_database, before) = stopped_with_an_event(test_database).await;
    let fixture = fixture(test_database).await;
    let log = fixture.log.clone();
    assert_eq!(log.tail(&readable("lobby"), 30).await.unwrap(), before);
    assert_eq!(log.append(message_by(1, 1, "a")).await, Ok(Receipt { seq: 1, duplicate: true }));
    assert_eq!(log.append(message_by(1, 2, "b")).await, stored(2));
}

async fn a_new_epoch_applies_to_every_topic_and_keeps_its_events(test_database: TestDatabase) {
    let (test_database, before) = stopped_with_an_event(test_database).await;
    let epoch = begin_epoch(&Database::open(test_database.url()).await.unwrap()).await.unwrap();
    assert_ne!(epoch, before.epoch);
    let fixture = fixture(test_database).await;
    let after = fixture.log.tail(&readable("lobby"), 30).await.unwrap();
    assert_eq!(after, Page { epoch: epoch.clone(), ..before });
    assert_eq!(fixture.log.tail(&readable("unused"), 30).await.unwrap().epoch, epoch);
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
    assert_eq!(log.tail(&readable("lobby"), 1).await.unwrap().head, 100);
    for receipt in receipts {
        assert!(receipt.await.is_ok());
    }
}

#[tokio::test]
async fn the_watermark_names_the_last_committed_event_without_a_shutdown() {
    let test_database = testing::sqlite();
    let database = Database::open(test_database.url()).await.unwrap();
    let (log, ..) = open_log_on(database.clone(), "").await;
    let path = database.sidecar(".mark").await.unwrap().unwrap();
    let named = || -> Vec<u64> {
        let file: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        file["events"].as_array().unwrap().iter().map(|event| event["seq"].as_u64().unwrap()).collect()
    };
    let writer = log.watermark_writer(&database).await.unwrap().unwrap();
    for seq in 1..=2 {
        log.append(message_by(1, seq.into(), "x")).await.unwrap();
        writer.write().await;
        assert_eq!(named(), [seq]);
    }
    log.faults().append(Some(Fault::FailAfter));
    assert_eq!(log.append(message_by(1, 3, "x")).await, Err(AppendError::Unavailable));
    for _ in 0..2 {
        writer.write().await;
        assert_eq!(named(), [2, 3], "the failed commit was stored all the same");
        write_watermark(&database).await.unwrap();
    }
    std::fs::remove_file(&path).unwrap();
    writer.write().await;
    assert!(!path.exists(), "nothing was committed since");

    let shutdown = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn(writer.run(shutdown.clone()));
    log.append(message_by(1, 4, "x")).await.unwrap();
    while !path.exists() {
        tokio::task::yield_now().await;
    }
    assert_eq!(named(), [4]);
    shutdown.cancel();
    running.await.unwrap();
}
