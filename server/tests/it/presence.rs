//! Who is here.

use crate::support::start;

const SOON_TOLD: &str = "--presence-ms 20";

#[tokio::test]
async fn coming_and_going_is_told_by_name_with_how_many_are_here() {
    let server = start(SOON_TOLD).await;
    let (mut ann, seen) = server.joins_and_sees("Ann", "lobby").await;
    assert_eq!(seen.here, 1);
    assert_eq!(ann.notices(&["Ann"], &[]).await, 1);

    let (bob, seen) = server.joins_and_sees("Bob", "lobby").await;
    assert_eq!(seen.here, 2);
    assert_eq!(ann.notices(&["Bob"], &[]).await, 2);
    bob.leaves().await;
    assert_eq!(ann.notices(&[], &["Bob"]).await, 1);
}

#[tokio::test]
async fn a_connection_that_breaks_is_a_person_who_left() {
    let server = start(SOON_TOLD).await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.notices(&["Ann"], &[]).await;
    let bob = server.joins("Bob", "lobby").await;
    ann.notices(&["Bob"], &[]).await;
    drop(bob);
    assert_eq!(ann.notices(&[], &["Bob"]).await, 1);
}

#[tokio::test]
async fn a_person_with_two_connections_is_one_person() {
    let server = start(SOON_TOLD).await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.notices(&["Ann"], &[]).await;
    let browser = server.browser();
    browser.opens("/t/lobby").await;
    let mut first = browser.connects(Some("Bob")).await;
    assert_eq!(first.subscribes("lobby").await.here, 2);
    assert_eq!(ann.notices(&["Bob"], &[]).await, 2);

    let mut second = browser.connects(None).await;
    assert_eq!(second.subscribes("lobby").await.here, 2);
    first.leaves().await;
    let _eve = server.joins("Eve", "lobby").await;
    assert_eq!(ann.notices(&["Eve"], &[]).await, 3, "Ann, Eve, and Bob, who has not left");
    second.leaves().await;
    assert_eq!(ann.notices(&[], &["Bob"]).await, 2);
}

#[tokio::test]
async fn presence_stays_in_its_topic() {
    let server = start(SOON_TOLD).await;
    let mut ann = server.joins("Ann", "tea").await;
    ann.notices(&["Ann"], &[]).await;
    let (mut bob, seen) = server.joins_and_sees("Bob", "coffee").await;
    assert_eq!(seen.here, 1);
    bob.notices(&["Bob"], &[]).await;
    ann.says("marker").await;
}

#[tokio::test]
async fn plain_visitors_are_people_too() {
    let server = start(SOON_TOLD).await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.notices(&["Ann"], &[]).await;
    let script = server.plugs_in("").await;
    assert_eq!(ann.notices(&["(I'm John Doe)"], &[]).await, 2);
    script.leaves().await;
    assert_eq!(ann.notices(&[], &["(I'm John Doe)"]).await, 1);
}
