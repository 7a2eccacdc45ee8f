//! Presence and typing on several nodes, which only hints carry.

use app::protocol::{ClientFrame, ServerFrame};
use serde_json::Value;

use super::*;

/// Joins and leaves are announced at once, and lists of people count as long as the test runs.
const PRESENCE: &str = "--poll-ms 3600000 --presence-ms 20 --presence-ttl-ms 3600000";

/// The same for each carrier of hints that is installed.
fn presence_by_each_carrier() -> Vec<String> {
    let nats = testing::nats().map(|nats| format!("{PRESENCE} --hints {}", nats.url()));
    std::iter::once(PRESENCE.to_owned()).chain(nats).collect()
}

/// Returns the number and the names of the people in the topic.
async fn people_on(server: &TestServer) -> (u64, Vec<String>) {
    let browser = server.browser();
    let members = browser.gets("/api/v1/topics/lobby/members").await;
    if members.status == 404 {
        return (0, Vec::new());
    }
    let members = members.json();
    let names = members["people"].as_array().unwrap().iter();
    let names = names.map(|person| person["name"].as_str().unwrap().to_owned()).collect();
    (members["here"].as_u64().unwrap(), names)
}

async fn people_are(server: &TestServer, count: u64, names: &[&str]) {
    let expected = (count, names.iter().map(ToString::to_string).collect());
    soon(&format!("{expected:?}"), async { while people_on(server).await != expected {} }).await;
}

#[tokio::test]
async fn people_of_two_nodes_are_one_list() {
    for settings in presence_by_each_carrier() {
        are_one_list(&settings).await;
    }
}

async fn are_one_list(settings: &str) {
    let Some(nodes) = start_nodes(settings, settings).await else { return };
    if settings == PRESENCE {
        listeners_are(&nodes.connects_to_database().await, 2).await;
    }
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    assert_eq!(ann.receives_presence(&["Ann"], &[]).await, 1);
    ann.publishes("hello").await;
    people_are(&nodes.b, 1, &["Ann"]).await;
    let (mut bob, seen) = nodes.b.joins_with_subscription("Bob", "lobby").await;
    assert_eq!(seen.here, 2);
    assert_eq!(bob.receives_presence(&["Bob"], &[]).await, 2);
    assert_eq!(ann.receives_presence(&["Bob"], &[]).await, 2);
    for server in [&nodes.a, &nodes.b] {
        people_are(server, 2, &["Ann", "Bob"]).await;
        let topics: Value = server.browser().gets("/api/v1/topics").await.json();
        assert_eq!(topics["topics"][0]["here"], 2);
    }
    bob.leaves().await;
    assert_eq!(ann.receives_presence(&[], &["Bob"]).await, 1);
    people_are(&nodes.b, 1, &["Ann"]).await;
}

#[tokio::test]
async fn a_person_on_two_nodes_is_one_person_and_a_move_between_them_is_not_announced() {
    let settings = format!("{PRESENCE} --presence-grace-ms 3600000");
    let Some(nodes) = start_nodes(&settings, &settings).await else { return };
    listeners_are(&nodes.connects_to_database().await, 2).await;
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    ann.receives_presence(&["Ann"], &[]).await;
    people_are(&nodes.b, 1, &["Ann"]).await;
    let mut eve = nodes.b.joins("Eve", "lobby").await;
    eve.receives_presence(&["Eve"], &[]).await;
    assert_eq!(ann.receives_presence(&["Eve"], &[]).await, 2);

    let (browser, mut bob) = nodes.b.connects_with_browser("Bob").await;
    bob.subscribes("lobby").await;
    assert_eq!(ann.receives_presence(&["Bob"], &[]).await, 3);
    assert_eq!(eve.receives_presence(&["Bob"], &[]).await, 3);
    let mut also_bob = browser.moves_to(nodes.a.address).connects(None).await;
    assert_eq!(also_bob.subscribes("lobby").await.here, 3);
    bob.leaves().await;
    let _zoe = nodes.a.joins("Zoe", "lobby").await;
    for member in [&mut ann, &mut eve] {
        assert_eq!(member.receives_presence(&["Zoe"], &[]).await, 4);
    }
    for server in [&nodes.a, &nodes.b] {
        people_are(server, 4, &["Ann", "Bob", "Eve", "Zoe"]).await;
    }
}

#[tokio::test]
async fn people_of_a_node_that_shuts_down_have_left() {
    let Some(Nodes { a, b, database }) = start_nodes(PRESENCE, PRESENCE).await else { return };
    let database = sea_orm::Database::connect(database.url()).await.unwrap();
    listeners_are(&database, 2).await;
    let mut ann = a.joins("Ann", "lobby").await;
    ann.receives_presence(&["Ann"], &[]).await;
    let _bob = b.joins("Bob", "lobby").await;
    ann.receives_presence(&["Bob"], &[]).await;
    assert!(b.stops().await.in_time);
    assert_eq!(ann.receives_presence(&[], &["Bob"]).await, 1);
}

/// A node that was killed says nothing: its list is not renewed.
#[tokio::test]
async fn people_of_a_node_that_falls_silent_are_gone_after_a_time() {
    let settings = "--poll-ms 3600000 --presence-ms 20 --presence-ttl-ms 600";
    let Some(nodes) = start_nodes(settings, settings).await else { return };
    let database = nodes.connects_to_database().await;
    listeners_are(&database, 2).await;
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    ann.receives_presence(&["Ann"], &[]).await;
    let ghost = r#"{"from":"x","signals":[{"people":{"node":7,"version":1,"topic":"lobby","count":1,
        "people":[{"user":"00000000-0000-0000-0000-000000000007","name":"Ghost"}]}}]}"#;
    executes(&database, &format!("NOTIFY chorus, '{}'", ghost.replace('\n', ""))).await;
    assert_eq!(ann.receives_presence(&["Ghost"], &[]).await, 2);
    assert_eq!(ann.receives_presence(&[], &["Ghost"]).await, 1);
    people_are(&nodes.b, 1, &["Ann"]).await;
}

#[tokio::test]
async fn a_node_that_starts_or_has_lost_its_connection_asks_who_is_here() {
    let Some(database) = testing::postgres() else { return };
    let a = start_in(database.shared(), PRESENCE).await;
    let mut ann = a.joins("Ann", "lobby").await;
    ann.receives_presence(&["Ann"], &[]).await;
    let b = start_in(database.shared(), PRESENCE).await;
    people_are(&b, 1, &["Ann"]).await;
    let connection = sea_orm::Database::connect(database.url()).await.unwrap();
    listeners_are(&connection, 2).await;
    ends_listening(&connection).await;
    let mut bob = b.joins("Bob", "lobby").await;
    assert_eq!(bob.receives_presence(&["Bob"], &[]).await, 2);
    assert_eq!(ann.receives_presence(&["Bob"], &[]).await, 2);
}

#[tokio::test]
async fn of_many_people_only_the_number_is_announced_and_all_nodes_count_alike() {
    let settings = format!("{PRESENCE} --presence-large 2");
    let Some(nodes) = start_nodes(&settings, &settings).await else { return };
    listeners_are(&nodes.connects_to_database().await, 2).await;
    let mut members = Vec::new();
    for name in ["Ann", "Bob", "Cid"] {
        members.push(nodes.a.joins(name, "lobby").await);
    }
    people_are(&nodes.b, 3, &[]).await;
    members.push(nodes.b.joins("Dan", "lobby").await);
    people_are(&nodes.b, 4, &["Dan"]).await;
    people_are(&nodes.a, 4, &["Ann", "Bob", "Cid", "Dan"]).await;
}

#[tokio::test]
async fn scripts_receive_people_of_other_nodes() {
    let Some(nodes) = start_nodes(PRESENCE, PRESENCE).await else { return };
    listeners_are(&nodes.connects_to_database().await, 2).await;
    let mut script = nodes.a.connects_plain("").await;
    script.receives_joined().await;
    people_are(&nodes.b, 1, &["(I'm John Doe)"]).await;
    let bob = nodes.b.joins("Bob", "lobby").await;
    script.receives_joined().await;
    bob.leaves().await;
    script.receives_left().await;
}

#[tokio::test]
async fn typing_is_seen_on_the_other_node() {
    for settings in presence_by_each_carrier() {
        let Some(nodes) = start_nodes(&settings, &settings).await else { return };
        if settings == PRESENCE {
            listeners_are(&nodes.connects_to_database().await, 2).await;
        }
        let mut ann = nodes.a.joins("Ann", "lobby").await;
        ann.receives_presence(&["Ann"], &[]).await;
        let mut bob = nodes.b.joins("Bob", "lobby").await;
        ann.receives_presence(&["Bob"], &[]).await;
        bob.sends(&ClientFrame::Typing { topic: "lobby".parse().unwrap() }).await;
        let ServerFrame::Typing { people, .. } = ann.next().await else { panic!("nobody is typing") };
        assert_eq!((people.len(), people[0].user, people[0].name.as_str()), (1, bob.user, "Bob"));
    }
}
