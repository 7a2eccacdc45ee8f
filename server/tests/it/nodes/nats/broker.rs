//! Brokers that end, fall silent, shut down slowly or are not there yet.

use tempfile::TempDir;

use super::*;
use crate::support::{
    Browser,
    program::{signal, starts, text, wait_for_exit},
};

#[tokio::test]
async fn a_node_without_its_broker_is_degraded_and_polls() {
    let Some(Setup { nats, nodes, .. }) = start_with_nats("--poll-ms 20", "--poll-ms 20").await else {
        return;
    };
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    for round in 0..2 {
        nats.kill();
        readiness_is(&nodes.a, 200, "degraded").await;
        readiness_is(&nodes.b, 200, "degraded").await;
        ann.publishes(&format!("by the poll {round}")).await;
        bob.receives(&format!("by the poll {round}")).await;
        nats.restart();
        readiness_is(&nodes.a, 200, "ready").await;
        readiness_is(&nodes.b, 200, "ready").await;
        ann.publishes(&format!("after it {round}")).await;
        bob.receives(&format!("after it {round}")).await;
    }
}

#[tokio::test]
async fn a_node_that_was_cut_off_from_the_broker_asks_what_it_has_missed() {
    let Some((Setup { nats: _broker, nodes, mut observer }, network)) =
        start_with_proxy(ONLY_HINTS, ONLY_HINTS).await
    else {
        return;
    };
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    warms_up(&mut ann, &mut bob).await;
    network.cut();
    readiness_is(&nodes.b, 200, "degraded").await;
    ann.publishes("meanwhile").await;
    observer.receives_events().await;
    network.heal();
    // To reconnect takes longer than the usual timeout.
    readiness_is(&nodes.b, 200, "ready").await;
    bob.receives("meanwhile").await;
}

/// Its announcements meanwhile are lost, and the other nodes have noticed nothing.
#[tokio::test]
async fn a_node_that_was_cut_off_from_the_broker_notifies_the_others() {
    let Some((Setup { nats: _broker, nodes, mut observer }, network)) =
        start_with_proxy(ONLY_HINTS, ONLY_HINTS).await
    else {
        return;
    };
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    warms_up(&mut bob, &mut ann).await;
    network.cut();
    readiness_is(&nodes.b, 200, "degraded").await;
    bob.publishes("meanwhile").await;
    network.heal();
    // To reconnect takes longer than the usual timeout.
    observer.sees_nodes_connect(1).await;
    ann.receives("meanwhile").await;
}

/// A half-open connection gives no error: the missing answers to pings show it.
#[tokio::test]
async fn a_connection_to_the_broker_that_falls_silent_is_replaced() {
    let Some((Setup { nats: _broker, nodes, mut observer }, network)) =
        start_with_proxy(ONLY_HINTS, ONLY_HINTS).await
    else {
        return;
    };
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    warms_up(&mut ann, &mut bob).await;
    assert_eq!(network.marked(), 1);
    network.freeze_marked();
    ann.publishes("meanwhile").await;
    // To reconnect takes longer than the usual timeout.
    observer.sees_nodes_connect(1).await;
    bob.receives("meanwhile").await;
    readiness_is(&nodes.b, 200, "ready").await;
}

#[tokio::test]
async fn nodes_leave_a_broker_in_lame_duck_mode() {
    let Some(nats) = Nats::start() else { return };
    let peer = nats.start_peer();
    // The nodes learn the other broker's address when they connect.
    soon("a cluster", async {
        while async_nats::connect(nats.url()).await.unwrap().server_info().connect_urls.len() < 2 {}
    })
    .await;
    let mut observer = Observer::connects(&peer).await;
    let client = async_nats::connect(nats.url()).await.unwrap();
    let sends = async {
        loop {
            client.publish("chorus.marker", "{}".into()).await.unwrap();
            client.flush().await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    // The brokers have exchanged their subscriptions.
    tokio::select! {
        () = sends => {}
        _ = observer.receives() => {}
    }
    let Some((nodes, mut ann, mut bob)) = start_on(&nats, &mut observer).await else { return };
    nats.begin_lame_duck();
    observer.sees_nodes_connect(2).await;
    ann.publishes("on the other broker").await;
    bob.receives("on the other broker").await;
    readiness_is(&nodes.b, 200, "ready").await;
}

#[tokio::test]
async fn a_node_starts_without_its_broker_with_one_warning_and_without_its_password() {
    let (Some(nats), Some(database)) = (Nats::start(), testing::postgres()) else { return };
    nats.kill();
    let directory = TempDir::new().unwrap();
    let hints = nats.url().replace("nats://", "nats://ann:sesame@");
    let arguments = format!("--listen 127.0.0.1:0 --database {} --hints {hints}", database.url());
    let started = starts(&directory, &arguments);
    let browser = Browser::new(started.address);
    let is = async |text: &str| browser.gets("/readyz").await.text.contains(text);
    soon("degraded", async { while !is("degraded").await {} }).await;
    nats.restart();
    timeout(RECOVERY_TIMEOUT, async { while !is("ready").await {} }).await.unwrap();
    signal(started.child.id(), "TERM");
    let log = text(&wait_for_exit(started.child).stderr);
    assert_eq!(log.matches("nodes.not_listening").count(), 1, "{log}");
    assert!(!log.contains("sesame"), "{log}");
}

#[tokio::test]
async fn a_user_needs_the_right_password_and_the_subjects_of_chorus_only() {
    let settings = r#"authorization { users = [ { user: ann, password: "se:same@",
        permissions { publish: "chorus.>", subscribe: "chorus.>" } } ] }"#;
    let Some(nats) = Nats::start_with(settings) else { return };
    let url = |password: &str| nats.url().replace("nats://", &format!("nats://ann:{password}@"));
    let right = format!("{ONLY_HINTS} --hints {}", url("se%3Asame%40"));
    let wrong = format!("--poll-ms 20 --hints {}", url("sesame"));
    let Some(nodes) = start_nodes(&right, &wrong).await else { return };
    readiness_is(&nodes.b, 200, "degraded").await;
    let c = start_in(nodes.database.shared(), &right).await;
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut zoe = c.joins("Zoe", "lobby").await;
    warms_up(&mut ann, &mut zoe).await;
    readiness_is(&nodes.a, 200, "ready").await;
}

#[tokio::test]
async fn a_node_that_may_not_subscribe_is_degraded() {
    let settings = r#"authorization { users = [ { user: ann, password: x,
        permissions { publish: "chorus.>", subscribe: "chorus.other.>" } } ] }"#;
    let Some(nats) = Nats::start_with(settings) else { return };
    let settings = format!("--poll-ms 20 --hints {}", nats.url().replace("nats://", "nats://ann:x@"));
    let Some(nodes) = start_nodes(&settings, &settings).await else { return };
    readiness_is(&nodes.a, 200, "degraded").await;
}
