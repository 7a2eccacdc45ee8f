//! What people follow, and what they are told of it.

use super::*;

#[tokio::test]
async fn what_one_follows_on_one_device_is_followed_on_all() {
    let server = start("").await;
    publishes_in(&mut bob(&server).await, "lobby", "hello").await;
    let (browser, mut phone) = server.connects_with_browser("Ann").await;
    let mut laptop = browser.connects(None).await;
    assert!(phone.followed.is_empty());

    let place = phone.follows("lobby", Follow::Following).await;
    assert_eq!((place.follow, numbers(&place)), (Follow::Following, (1, 1, 0, 0)));
    assert_eq!(laptop.receives_membership().await, place);
    assert_eq!(browser.connects(None).await.followed, [place]);

    let place = laptop.follows("lobby", Follow::None).await;
    assert_eq!(phone.receives_membership().await, place);
    assert!(browser.connects(None).await.followed.is_empty());
    phone.subscribes("lobby").await;
    phone.publishes("marker").await;
}

#[tokio::test]
async fn whoever_has_no_session_follows_nothing() {
    let server = start("").await;
    let mut eve = server.joins("Eve", "lobby").await;
    eve.publishes("hello").await;
    let asked = eve.sends_follow("lobby", Follow::Following).await;
    eve.receives_error(Some(asked), ErrorCode::NoSession).await;
    eve.marks_read("lobby", 1).await;
    eve.publishes("marker").await;
}

#[tokio::test]
async fn a_topic_that_is_not_there_and_one_too_many_cannot_be_followed() {
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
async fn whoever_writes_in_a_topic_follows_it_unless_they_left_it() {
    let server = start("--heads-ms 3600000").await;
    let (browser, mut ann) = server.connects_with_browser("Ann").await;
    publishes_in(&mut ann, "tea", "hello").await;
    let place = ann.receives_membership().await;
    assert_eq!(
        (place.topic.as_str(), place.follow, numbers(&place)),
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
async fn many_messages_are_few_words_to_whoever_only_follows() {
    let server = start("--heads-ms 100").await;
    let (_, mut ann) = server.connects_with_browser("Ann").await;
    let mut bob = server.joins("Bob", "lobby").await;
    bob.publishes("hello").await;
    ann.follows("lobby", Follow::Following).await;
    bob.publishes_many((0..300).map(|n| n.to_string())).await;
    let mut told = 0;
    loop {
        let heads = ann.receives_heads().await;
        told += 1;
        if heads[0].messages == 301 {
            break;
        }
    }
    assert!(told < 30, "301 messages were told {told} times");
}

#[tokio::test]
async fn whoever_hears_a_topic_is_not_told_of_it_twice() {
    let server = start(SOON_TOLD).await;
    let mut bob = bob(&server).await;
    publishes_in(&mut bob, "lobby", "x").await;
    publishes_in(&mut bob, "tea", "x").await;
    let (_, mut ann) = server.connects_with_browser("Ann").await;
    for topic in ["lobby", "tea"] {
        ann.follows(topic, Follow::Following).await;
    }
    ann.subscribes("lobby").await;
    publishes_in(&mut bob, "lobby", "heard").await;
    ann.receives("heard").await;
    publishes_in(&mut bob, "tea", "x").await;
    let heads = ann.receives_heads().await;
    assert_eq!((heads.len(), heads[0].topic.as_str()), (1, "tea"));
}

#[tokio::test]
async fn who_is_in_a_topic_is_told_in_the_order_of_names() {
    let server = start("").await;
    let mut zoe = server.joins("Zoe", "lobby").await;
    let _ann = server.joins("Ann", "lobby").await;
    let _eve = server.joins("Eve", "tea").await;
    let (here, people) = zoe.lists_members("lobby").await;
    let names: Vec<_> = people.iter().map(|person| person.name.as_str()).collect();
    assert_eq!((here, names), (2, vec!["Ann", "Zoe"]));
    assert_eq!(zoe.lists_members("nowhere").await, (0, vec![]));
    let answer = server.browser().calls("GET", "/api/v1/topics/lobby/members", &[], "").await.json();
    assert_eq!((&answer["here"], &answer["people"][0]["name"]), (&json!(2), &json!("Ann")));
}
