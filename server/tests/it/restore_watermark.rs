//! The watermark beside a SQLite file: a restored backup begins a new epoch by itself, and nothing else does.

use std::{fs, path::PathBuf};

use app::protocol::{Epoch, SubscriptionMode};

use crate::support::{StoppedServer, TestServer, start_in};

/// Publishes these messages and stops the server. Returns their epoch too.
async fn publishes_and_stops(server: TestServer, bodies: &[&str]) -> (StoppedServer, Epoch) {
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    for body in bodies {
        ann.publishes(body).await;
    }
    ann.leaves().await;
    (server.stops().await, seen.epoch)
}

/// A stopped server with two messages, a backup from after the first, and their epoch.
async fn backed_up() -> (StoppedServer, PathBuf, Epoch) {
    let (ended, epoch) = publishes_and_stops(start_in(testing::sqlite(), "").await, &["one"]).await;
    let backup = ended.backs_up();
    let (ended, same) = publishes_and_stops(ended.restarts().await, &["two"]).await;
    assert_eq!(epoch, same);
    (ended, backup, epoch)
}

/// Restarts the server and returns its epoch.
async fn epoch_after(ended: StoppedServer) -> (StoppedServer, Epoch) {
    publishes_and_stops(ended.restarts().await, &[]).await
}

#[tokio::test]
async fn a_restored_backup_begins_a_new_epoch_once() {
    let (ended, backup, epoch) = backed_up().await;
    ended.restores(&backup);
    let server = ended.restarts().await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many((2..=5).map(|n| format!("other {n}"))).await;
    // Clients of older versions send no draft in their position.
    let mut bob = server.connects("Bob").await;
    let answer = bob.resumes("lobby", &epoch, 2).await;
    assert_eq!((answer.mode, answer.head), (SubscriptionMode::Reset, 5));
    assert_ne!(answer.epoch, epoch);
    ann.leaves().await;
    bob.leaves().await;
    let (_, again) = epoch_after(server.stops().await).await;
    assert_eq!(again, answer.epoch, "the new epoch goes on");
}

#[tokio::test]
async fn each_restore_is_detected_even_of_the_same_backup() {
    let (mut ended, backup, mut epoch) = backed_up().await;
    for _ in 0..3 {
        ended.restores(&backup);
        let (next, begun_epoch) = epoch_after(ended).await;
        assert_ne!(begun_epoch, epoch, "though nothing was said since the last");
        (ended, epoch) = (next, begun_epoch);
    }
}

#[tokio::test]
async fn another_database_in_its_place_is_detected() {
    let (ended, _, epoch) = backed_up().await;
    let (other, theirs) =
        publishes_and_stops(start_in(testing::sqlite(), "").await, &["else", "where"]).await;
    ended.restores(&other.backs_up());
    let (_, begun_epoch) = epoch_after(ended).await;
    assert!(begun_epoch != epoch && begun_epoch != theirs, "its clients may stand anywhere in either");
}

#[tokio::test]
async fn the_newest_backup_loses_nothing_and_keeps_its_epoch() {
    let (ended, _, epoch) = backed_up().await;
    let newest = ended.backs_up();
    ended.restores(&newest);
    assert_eq!(epoch_after(ended).await.1, epoch);
}

#[tokio::test]
async fn a_missing_or_damaged_watermark_begins_no_epoch_and_is_rewritten() {
    for damage in [None, Some(""), Some("{"), Some("{\"epoch\":7}")] {
        let (ended, backup, epoch) = backed_up().await;
        let mark = ended.sibling(".mark");
        match damage {
            None => fs::remove_file(&mark).unwrap(),
            Some(damage) => fs::write(&mark, damage).unwrap(),
        }
        let (ended, same) = epoch_after(ended).await;
        assert_eq!(same, epoch, "{damage:?}");
        ended.restores(&backup);
        assert_ne!(epoch_after(ended).await.1, epoch, "{damage:?}: the next restore is noticed");
    }
}

#[tokio::test]
async fn a_copy_on_another_machine_keeps_its_epoch() {
    let (ended, _, epoch) = backed_up().await;
    let backup = ended.backs_up();
    let elsewhere = testing::sqlite();
    fs::copy(&backup, elsewhere.file().unwrap()).unwrap();
    assert_eq!(publishes_and_stops(start_in(elsewhere, "").await, &[]).await.1, epoch);
}

#[tokio::test]
async fn an_empty_database_in_place_of_a_full_one_is_detected_and_growth_from_empty_is_not() {
    let (empty, before) = publishes_and_stops(start_in(testing::sqlite(), "").await, &[]).await;
    let backup = empty.backs_up();
    let (ended, same) = publishes_and_stops(empty.restarts().await, &["one"]).await;
    assert_eq!(before, same);
    let full = ended.copies_database_as("full.db");
    ended.restores(&backup);
    let (ended, begun_epoch) = epoch_after(ended).await;
    assert_ne!(begun_epoch, before);
    // This copy has the earlier epoch, which clients were asked to drop.
    ended.restores(&full);
    assert_ne!(epoch_after(ended).await.1, before);
}
