//! Going and coming back.

use super::*;

testing::for_each_database!(
    a_restart_keeps_everything_and_goes_on_counting,
    a_new_epoch_is_every_topics_and_keeps_what_was_said,
    what_is_queued_when_the_last_handle_goes_is_still_written,
);

async fn a_restart_keeps_everything_and_goes_on_counting(place: TestDatabase) {
    let Bench { log, tracker, place, .. } = bench(place).await;
    log.append(by(1, 1, "a")).await.unwrap();
    let before = log.tail(&topic("lobby"), 30).await.unwrap();
    drop(log);
    tracker.close();
    tracker.wait().await;
    let bench = bench(place).await;
    let log = bench.log.clone();
    assert_eq!(log.tail(&topic("lobby"), 30).await.unwrap(), before);
    assert_eq!(log.append(by(1, 1, "a")).await, Ok(Receipt { seq: 1, duplicate: true }));
    assert_eq!(log.append(by(1, 2, "b")).await, new(2));
}

async fn a_new_epoch_is_every_topics_and_keeps_what_was_said(place: TestDatabase) {
    let Bench { log, tracker, place, .. } = bench(place).await;
    log.append(by(1, 1, "a")).await.unwrap();
    let before = log.tail(&topic("lobby"), 30).await.unwrap();
    drop(log);
    tracker.close();
    tracker.wait().await;
    let epoch = begin_epoch(&Database::open(place.url()).await.unwrap()).await.unwrap();
    assert_ne!(epoch, before.epoch);
    let bench = bench(place).await;
    let after = bench.log.tail(&topic("lobby"), 30).await.unwrap();
    assert_eq!(after, Page { epoch: epoch.clone(), ..before });
    assert_eq!(bench.log.tail(&topic("unused"), 30).await.unwrap().epoch, epoch);
}

async fn what_is_queued_when_the_last_handle_goes_is_still_written(place: TestDatabase) {
    let Bench { log, tracker, place, .. } = bench(place).await;
    let mut answers = Vec::new();
    for n in 0..100 {
        answers.push(log.submit(by(1, n, "x")).await.unwrap());
    }
    drop(log);
    tracker.close();
    tracker.wait().await;
    let bench = bench(place).await;
    let log = bench.log.clone();
    assert_eq!(log.tail(&topic("lobby"), 1).await.unwrap().head, 100);
    for answer in answers {
        assert!(answer.await.is_ok());
    }
}
