//! Memberships and the frames that followers get.

use super::*;
use crate::support::soon;

#[tokio::test]
async fn a_follow_applies_to_all_devices() {
    let server = start("").await;
    publishes_in(&mut bob(&server).await, "lobby", "hello").await;
    let (browser, mut phone) = server.connects_with_browser("Ann").await;
    let mut laptop = browser.connects(None).await;
    assert!(phone.followed.is_empty());

    let membership = phone.follows("lobby", Follow::Following).await;
    assert_eq!((membership.follow, numbers(&membership)), (Follow::Following, (1, 1, 0, 0)));
    assert_eq!(laptop.receives_membership().await, membership);
    assert_eq!(browser.connects(None).await.followed, [membership]);

    let membership = laptop.follows("lobby", Follow::None).await;
    assert_eq!(phone.receives_membership().await, membership);
    assert!(browser.connects(None).await.followed.is_empty());
    phone.subscribes("lobby").await;
    phone.publishes("marker").await;
}

#[tokio::test]
async fn a_favourite_is_one_on_all_devices_and_after_a_restart() {
    let server = start("").await;
    publishes_in(&mut bob(&server).await, "lobby", "hello").await;
    let (browser, mut phone) = server.connects_with_browser("Ann").await;
    let mut laptop = browser.connects(None).await;
    phone.sends_favourite("lobby", true).await;
    assert!(laptop.receives_membership().await.favourite);
    assert!(laptop.follows("lobby", Follow::Muted).await.favourite, "muting leaves it as it is");
    let ended = server.stops().await;
    assert!(ended.in_time);
    let server = ended.restarts().await;
    assert!(browser.moves_to(server.address).connects(None).await.followed[0].favourite);
}

#[tokio::test]
async fn following_needs_a_session() {
    let server = start("").await;
    let mut eve = server.joins("Eve", "lobby").await;
    eve.publishes("hello").await;
    let asked = eve.sends_follow("lobby", Follow::Following).await;
    eve.receives_error(Some(asked), ErrorCode::NoSession).await;
    eve.marks_read("lobby", 1).await;
    eve.publishes("marker").await;
}

#[tokio::test]
async fn missing_topics_and_topics_beyond_the_limit_cannot_be_followed() {
    let server = start("--max-followed 1").await;
    let mut bob = bob(&server).await;
    publishes_in(&mut bob, "one", "x").await;
    publishes_in(&mut bob, "two", "x").await;
    let (_, mut ann) = server.connects_with_browser("Ann").await;
    let asked = ann.sends_follow("nowhere", Follow::Following).await;
    ann.receives_error(Some(asked), ErrorCode::NotFound).await;
    ann.follows("one", Follow::Following).await;
    let asked = ann.sends_follow("two", Follow::Following).await;
    ann.receives_error(Some(asked), ErrorCode::TooManyTopics).await;
    ann.follows("one", Follow::None).await;
    ann.follows("two", Follow::Following).await;
}

#[tokio::test]
async fn authors_follow_a_topic_unless_they_left_it() {
    let server = start("--heads-ms 3600000").await;
    let (browser, mut ann) = server.connects_with_browser("Ann").await;
    publishes_in(&mut ann, "tea", "hello").await;
    let membership = ann.receives_membership().await;
    assert_eq!(
        (membership.topic.as_str(), membership.follow, numbers(&membership)),
        ("tea", Follow::Following, (1, 1, 0, 0))
    );
    ann.follows("tea", Follow::None).await;
    publishes_in(&mut ann, "tea", "bye").await;
    let mut other = browser.connects(None).await;
    publishes_in(&mut other, "tea", "and once more").await;
    publishes_in(&mut other, "coffee", "hello").await;
    assert_eq!(other.receives_membership().await.topic.as_str(), "coffee");
    assert_eq!(ann.receives_membership().await.topic.as_str(), "coffee", "nothing came of tea");
    assert_eq!(names(&followed(&browser).await), ["coffee"]);
}

#[tokio::test]
async fn heads_are_coalesced_for_followers() {
    let server = start("--heads-ms 100").await;
    let (_, mut ann) = server.connects_with_browser("Ann").await;
    let mut bob = server.joins("Bob", "lobby").await;
    bob.publishes("hello").await;
    ann.follows("lobby", Follow::Following).await;
    bob.publishes_many((0..300).map(|n| n.to_string())).await;
    let mut frames = 0;
    loop {
        let heads = ann.receives_heads().await;
        frames += 1;
        if heads[0].messages == 301 {
            break;
        }
    }
    assert!(frames < 30, "301 messages came in {frames} frames");
}

#[tokio::test]
async fn subscribers_get_no_heads_of_their_topic() {
    let server = start(SHORT_HEADS_INTERVAL).await;
    let mut bob = bob(&server).await;
    publishes_in(&mut bob, "lobby", "x").await;
    publishes_in(&mut bob, "tea", "x").await;
    let (_, mut ann) = server.connects_with_browser("Ann").await;
    for topic in ["lobby", "tea"] {
        ann.follows(topic, Follow::Following).await;
    }
    ann.subscribes("lobby").await;
    publishes_in(&mut bob, "lobby", "received").await;
    ann.receives("received").await;
    publishes_in(&mut bob, "tea", "x").await;
    let heads = ann.receives_heads().await;
    assert_eq!((heads.len(), heads[0].topic.as_str()), (1, "tea"));
}

#[tokio::test]
async fn members_are_listed_by_name() {
    let server = start("").await;
    let mut zoe = server.joins("Zoe", "lobby").await;
    let _ann = server.joins("Ann", "lobby").await;
    let _eve = server.joins("Eve", "tea").await;
    // A person who is connected to another server is listed once this one has received the signal.
    soon("two people", async { while zoe.lists_members("lobby").await.0 < 2 {} }).await;
    let (here, people) = zoe.lists_members("lobby").await;
    let names: Vec<_> = people.iter().map(|person| person.name.as_str()).collect();
    assert_eq!((here, names), (2, vec!["Ann", "Zoe"]));
    assert_eq!(zoe.lists_members("nowhere").await, (0, vec![]));
    let browser = server.browser();
    let listed = async || browser.calls("GET", "/api/v1/topics/lobby/members", &[], "").await.json();
    soon("two people", async { while listed().await["here"] != json!(2) {} }).await;
    assert_eq!(listed().await["people"][0]["name"], json!("Ann"));
}

/// A follow is stored after its message, so a process that is killed in between has stored only the message.
#[tokio::test]
async fn an_author_whose_follow_was_lost_follows_after_a_restart() {
    let server = start("").await;
    let (browser, mut ann) = server.connects_with_browser("Ann").await;
    publishes_in(&mut ann, "tea", "hello").await;
    ann.receives_membership().await;
    ann.leaves().await;
    let stopped = server.stops().await;
    stopped.executes("DELETE FROM member").await;
    let server = stopped.restarts().await;
    let mut ann = browser.moves_to(server.address).connects(None).await;
    // A task stores the follow after the start.
    let followed = match ann.followed.pop() {
        Some(followed) => followed,
        None => ann.receives_membership().await,
    };
    assert_eq!(
        (followed.topic.as_str(), followed.follow, numbers(&followed)),
        ("tea", Follow::Following, (1, 1, 0, 0))
    );
}
