//! The mark beside a SQLite file: a restored backup begins a new epoch by itself, and nothing else does.

use std::{fs, path::PathBuf};

use app::protocol::{Epoch, SubscriptionMode};

use crate::support::{StoppedServer, TestServer, start_in};

/// Says some things and ends the server. With the epoch in which they were said.
async fn says_and_ends(server: TestServer, bodies: &[&str]) -> (StoppedServer, Epoch) {
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    for body in bodies {
        ann.publishes(body).await;
    }
    ann.leaves().await;
    (server.stops().await, seen.epoch)
}

/// A server that has ended, a backup of it that holds one message of two, and the epoch of both.
async fn backed_up() -> (StoppedServer, PathBuf, Epoch) {
    let (ended, epoch) = says_and_ends(start_in(testing::sqlite(), "").await, &["one"]).await;
    let backup = ended.backs_up();
    let (ended, same) = says_and_ends(ended.restarts().await, &["two"]).await;
    assert_eq!(epoch, same);
    (ended, backup, epoch)
}

/// The epoch after another start.
async fn epoch_after(ended: StoppedServer) -> (StoppedServer, Epoch) {
    says_and_ends(ended.restarts().await, &[]).await
}

#[tokio::test]
async fn a_restored_backup_begins_a_new_epoch_once_and_by_itself() {
    let (ended, backup, epoch) = backed_up().await;
    ended.restores(&backup);
    let server = ended.restarts().await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many((2..=5).map(|n| format!("other {n}"))).await;
    // Clients of an earlier time name no event.
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
async fn each_restore_is_noticed_also_of_the_same_backup() {
    let (mut ended, backup, mut epoch) = backed_up().await;
    for _ in 0..3 {
        ended.restores(&backup);
        let (next, begun) = epoch_after(ended).await;
        assert_ne!(begun, epoch, "though nothing was said since the last");
        (ended, epoch) = (next, begun);
    }
}

#[tokio::test]
async fn another_store_in_its_place_is_noticed() {
    let (ended, _, epoch) = backed_up().await;
    let (other, theirs) = says_and_ends(start_in(testing::sqlite(), "").await, &["else", "where"]).await;
    ended.restores(&other.backs_up());
    let (_, begun) = epoch_after(ended).await;
    assert!(begun != epoch && begun != theirs, "its clients may stand anywhere in either");
}

#[tokio::test]
async fn the_newest_backup_loses_nothing_and_keeps_its_epoch() {
    let (ended, _, epoch) = backed_up().await;
    let newest = ended.backs_up();
    ended.restores(&newest);
    assert_eq!(epoch_after(ended).await.1, epoch);
}

#[tokio::test]
async fn a_mark_that_is_missing_or_damaged_begins_no_epoch_and_is_made() {
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
async fn a_copy_on_another_machine_goes_on() {
    let (ended, _, epoch) = backed_up().await;
    let backup = ended.backs_up();
    let elsewhere = testing::sqlite();
    fs::copy(&backup, elsewhere.file().unwrap()).unwrap();
    assert_eq!(says_and_ends(start_in(elsewhere, "").await, &[]).await.1, epoch);
}

#[tokio::test]
async fn an_empty_store_in_place_of_a_full_one_is_noticed_and_a_full_one_in_place_of_an_empty_one_is_not() {
    let (empty, before) = says_and_ends(start_in(testing::sqlite(), "").await, &[]).await;
    let backup = empty.backs_up();
    let (ended, same) = says_and_ends(empty.restarts().await, &["one"]).await;
    assert_eq!(before, same);
    let full = ended.copies_database_as("full.db");
    ended.restores(&backup);
    let (ended, begun) = epoch_after(ended).await;
    assert_ne!(begun, before);
    // Of the epoch before, which others were told to forget.
    ended.restores(&full);
    assert_ne!(epoch_after(ended).await.1, before);
}
