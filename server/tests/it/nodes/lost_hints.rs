//! Hints that are lost, wrong or garbage cost time only.

use app::protocol::DraftId;

use super::*;
use crate::support::bodies_of;

#[tokio::test]
async fn events_without_a_hint_are_found_by_the_poll() {
    let Some(nodes) = start_nodes(ISOLATED, "--poll-ms 20").await else { return };
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    for n in 0..5 {
        ann.publishes(&n.to_string()).await;
        bob.receives(&n.to_string()).await;
    }
}

/// The node hears of none of the events, and has the topic's earlier ones in memory.
#[tokio::test]
async fn a_cached_head_is_not_stale_after_a_lost_hint() {
    let Some(nodes) = start_nodes(ISOLATED, ONLY_HINTS).await else { return };
    let mut ann = nodes.a.connects("Ann").await;
    let mut published = Vec::new();
    for body in ["one", "two", "three"] {
        let seq = ann.publishes_draft("lobby", DraftId::fresh(), body).await.0;
        published.push(body);
        let (mut bob, tail) = nodes.b.joins_with_subscription("Bob", "lobby").await;
        assert_eq!((tail.head, bodies_of(&tail.events)), (seq, published.clone()));
        let resumed = bob.resumes("lobby", &tail.epoch, seq - 1).await;
        assert_eq!(bodies_of(&resumed.events), [body]);
        for path in ["/t/lobby", "/api/v1/topics/lobby/messages"] {
            assert!(nodes.b.browser().gets(path).await.text.contains(body), "{path} lacks {body}");
        }
    }
}

#[tokio::test]
async fn a_node_whose_listening_connection_has_ended_asks_what_it_has_missed() {
    let Some(nodes) = start_nodes(ISOLATED, ONLY_HINTS).await else { return };
    let database = nodes.connects_to_database().await;
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    for body in ["one", "two"] {
        listeners_are(&database, 1).await;
        ann.publishes(body).await;
        ends_listening(&database).await;
        bob.receives(body).await;
    }
}

#[tokio::test]
async fn a_node_whose_announcing_connection_has_ended_notifies_the_others_that_they_miss_hints() {
    let Some(nodes) = start_nodes(ONLY_HINTS, ONLY_HINTS).await else { return };
    let database = nodes.connects_to_database().await;
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    listeners_are(&database, 2).await;
    for body in ["one", "two"] {
        ends_announcing(&database).await;
        ann.publishes(body).await;
        bob.receives(body).await;
    }
}

#[tokio::test]
async fn without_hints_a_node_is_degraded_and_polls() {
    let Some(nodes) = start_nodes("", "--poll-ms 20").await else { return };
    let database = nodes.connects_to_database().await;
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    let cut = async {
        loop {
            ends_listening(&database).await;
        }
    };
    let meanwhile = async {
        readiness_is(&nodes.b, 200, "degraded").await;
        ann.publishes("by the poll").await;
        bob.receives("by the poll").await;
    };
    tokio::select! {
        () = cut => {}
        () = meanwhile => {}
    }
    readiness_is(&nodes.b, 200, "ready").await;
    ann.publishes("after it").await;
    bob.receives("after it").await;
}

/// A standby that takes over may lack the newest events: new ones would get the numbers of those that clients have.
#[tokio::test]
async fn a_database_that_has_lost_published_events_is_not_written_to() {
    let Some(nodes) = start_nodes("--poll-ms 20", ISOLATED).await else { return };
    let database = nodes.connects_to_database().await;
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    ann.publishes("one").await;
    ann.publishes("two").await;
    // A hint is no proof.
    executes(&database, r#"NOTIFY chorus, '{"from":"x","signals":[{"head":{"topic":"lobby","seq":1}}]}'"#)
        .await;
    ann.publishes("three").await;
    readiness_is(&nodes.a, 200, "ready").await;
    executes(&database, "UPDATE topic SET head = 1, messages = 1 WHERE name = 'lobby'").await;
    executes(&database, "DELETE FROM event WHERE seq > 1").await;
    readiness_is(&nodes.a, 503, "the database has lost").await;
    let mut eve = nodes.a.connects("Eve").await;
    assert!(eve.tries_to_publish("lobby", DraftId::fresh(), "four").await.is_err());
}

#[tokio::test]
async fn garbage_and_wrong_hints_change_nothing() {
    let Some(nodes) = start_nodes(ONLY_HINTS, ONLY_HINTS).await else { return };
    let database = nodes.connects_to_database().await;
    listeners_are(&database, 2).await;
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    ann.publishes("one").await;
    bob.receives("one").await;
    for payload in [
        "",
        "garbage",
        "{}",
        r#"{"from":"x","signals":[null,7,{"typing":{}},{"head":{"topic":"Not a name","seq":1}}]}"#,
        r#"{"from":"x","signals":[{"head":{"topic":"lobby","seq":999}}]}"#,
        r#"{"from":"x","signals":[{"head":{"topic":"lobby","seq":18446744073709551615}}]}"#,
        r#"{"from":"x","signals":[{"head":{"topic":"nowhere","seq":5}},{"head":{"topic":"lobby","seq":0}}]}"#,
    ] {
        executes(&database, &format!("NOTIFY chorus, '{payload}'")).await;
    }
    for body in ["two", "three"] {
        ann.publishes(body).await;
        bob.receives(body).await;
    }
}
