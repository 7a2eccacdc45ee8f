//! Presence and typing.

use app::protocol::{ClientFrame, Person, ServerFrame};

use crate::support::{Member, start};

const SHORT_PRESENCE_INTERVAL: &str = "--presence-ms 20";

#[tokio::test]
async fn joins_and_leaves_are_sent_with_names_and_the_count() {
    let server = start(SHORT_PRESENCE_INTERVAL).await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    assert_eq!(seen.here, 1);
    assert_eq!(ann.receives_presence(&["Ann"], &[]).await, 1);

    let (bob, seen) = server.joins_with_subscription("Bob", "lobby").await;
    assert_eq!(seen.here, 2);
    assert_eq!(ann.receives_presence(&["Bob"], &[]).await, 2);
    bob.leaves().await;
    assert_eq!(ann.receives_presence(&[], &["Bob"]).await, 1);
}

#[tokio::test]
async fn a_broken_connection_counts_as_leaving() {
    let server = start(SHORT_PRESENCE_INTERVAL).await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.receives_presence(&["Ann"], &[]).await;
    let bob = server.joins("Bob", "lobby").await;
    ann.receives_presence(&["Bob"], &[]).await;
    drop(bob);
    assert_eq!(ann.receives_presence(&[], &["Bob"]).await, 1);
}

#[tokio::test]
async fn a_person_with_two_connections_is_one_person() {
    let server = start(SHORT_PRESENCE_INTERVAL).await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.receives_presence(&["Ann"], &[]).await;
    let browser = server.browser();
    browser.gets("/t/lobby").await;
    let mut first = browser.connects(Some("Bob")).await;
    assert_eq!(first.subscribes("lobby").await.here, 2);
    assert_eq!(ann.receives_presence(&["Bob"], &[]).await, 2);

    let mut second = browser.connects(None).await;
    assert_eq!(second.subscribes("lobby").await.here, 2);
    first.leaves().await;
    let _eve = server.joins("Eve", "lobby").await;
    assert_eq!(ann.receives_presence(&["Eve"], &[]).await, 3, "Ann, Eve, and Bob, who has not left");
    second.leaves().await;
    assert_eq!(ann.receives_presence(&[], &["Bob"]).await, 2);
}

#[tokio::test]
async fn presence_stays_in_its_topic() {
    let server = start(SHORT_PRESENCE_INTERVAL).await;
    let mut ann = server.joins("Ann", "tea").await;
    ann.receives_presence(&["Ann"], &[]).await;
    let (mut bob, seen) = server.joins_with_subscription("Bob", "coffee").await;
    assert_eq!(seen.here, 1);
    bob.receives_presence(&["Bob"], &[]).await;
    ann.publishes("marker").await;
}

#[tokio::test]
async fn plain_clients_are_counted_too() {
    let server = start(SHORT_PRESENCE_INTERVAL).await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.receives_presence(&["Ann"], &[]).await;
    let script = server.connects_plain("").await;
    assert_eq!(ann.receives_presence(&["(I'm John Doe)"], &[]).await, 2);
    script.leaves().await;
    assert_eq!(ann.receives_presence(&[], &["(I'm John Doe)"]).await, 1);
}

#[tokio::test]
async fn a_reload_or_short_disconnect_is_not_reported() {
    let server = start("--presence-ms 20 --presence-grace-ms 3600000").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.receives_presence(&["Ann"], &[]).await;
    let (browser, mut bob) = server.connects_with_browser("Bob").await;
    bob.subscribes("lobby").await;
    assert_eq!(ann.receives_presence(&["Bob"], &[]).await, 2);
    bob.leaves().await;
    let (mut eve, seen) = server.joins_with_subscription("Eve", "lobby").await;
    assert_eq!(seen.here, 3, "Bob may be back");
    assert_eq!(ann.receives_presence(&["Eve"], &[]).await, 3);
    eve.receives_presence(&["Eve"], &[]).await;
    let mut bob = browser.connects(None).await;
    assert_eq!(bob.subscribes("lobby").await.here, 3);
    let _zoe = server.joins("Zoe", "lobby").await;
    assert_eq!(ann.receives_presence(&["Zoe"], &[]).await, 4);
    assert_eq!(bob.receives_presence(&["Zoe"], &[]).await, 4);
}

#[tokio::test]
async fn a_person_who_does_not_reconnect_in_time_has_left() {
    let server = start("--presence-ms 20 --presence-grace-ms 200").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.receives_presence(&["Ann"], &[]).await;
    let bob = server.joins("Bob", "lobby").await;
    ann.receives_presence(&["Bob"], &[]).await;
    bob.leaves().await;
    assert_eq!(ann.receives_presence(&[], &["Bob"]).await, 1);
}

#[tokio::test]
async fn large_topics_send_counts_without_names() {
    let server = start("--presence-ms 20 --presence-large 2").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.receives_presence(&["Ann"], &[]).await;
    let _bob = server.joins("Bob", "lobby").await;
    assert_eq!(ann.receives_presence(&["Bob"], &[]).await, 2);
    let eve = server.joins("Eve", "lobby").await;
    assert_eq!(ann.receives_presence(&[], &[]).await, 3);
    let zoe = server.joins("Zoe", "lobby").await;
    assert_eq!(ann.receives_presence(&[], &[]).await, 4);
    zoe.leaves().await;
    assert_eq!(ann.receives_presence(&[], &[]).await, 3);
    eve.leaves().await;
    assert_eq!(ann.receives_presence(&[], &["Eve"]).await, 2, "with so few, names mean something again");
}

async fn types(member: &mut Member) {
    member.sends(&ClientFrame::Typing { topic: "lobby".parse().unwrap() }).await;
}

#[tokio::test]
async fn typing_is_sent_to_the_topics_other_subscribers() {
    let server = start("--presence-ms 20").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.receives_presence(&["Ann"], &[]).await;
    let mut script = server.connects_plain("").await;
    script.receives_joined().await;
    ann.receives_presence(&["(I'm John Doe)"], &[]).await;
    let mut bob = server.joins("Bob", "lobby").await;
    ann.receives_presence(&["Bob"], &[]).await;
    bob.receives_presence(&["Bob"], &[]).await;
    script.receives_joined().await;

    let mut eve = server.connects("Eve").await;
    types(&mut eve).await;
    eve.publishes_draft("tea", app::protocol::DraftId::fresh(), "marker").await;
    types(&mut bob).await;
    types(&mut bob).await;
    let ServerFrame::Typing { topic, people } = ann.next().await else { panic!("nobody is writing") };
    let who = Person { user: bob.user, name: bob.name.clone() };
    assert_eq!((topic.as_str(), people), ("lobby", vec![who]), "Eve does not subscribe to the topic");
    bob.publishes("hello").await;
    ann.receives("hello").await;
    script.receives("Bob", "hello").await;
}
