//! Events that come with their hint.

use app::protocol::{DraftId, ErrorCode};
use testing::Freeze;

use super::*;
use crate::support::{Change, acked::publishes_until_acked};

#[tokio::test]
async fn events_are_heard_without_a_poll_and_without_a_read() {
    let Some(Setup { nats: _broker, nodes, .. }) = start_with_nats(ONLY_HINTS, ONLY_HINTS).await else {
        return;
    };
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    warms_up(&mut ann, &mut bob).await;
    one_of_several_is_not_read([&nodes.a, &nodes.b], &mut ann, &mut bob).await;
    one_of_several_is_not_read([&nodes.a, &nodes.b], &mut bob, &mut ann).await;
}

/// One node receives events over NATS, and one reads them from the database.
#[tokio::test]
async fn an_event_that_was_not_read_is_sent_in_the_same_bytes() {
    let Some(Setup { nats: _broker, nodes, .. }) = start_with_nats(ONLY_HINTS, ONLY_HINTS).await else {
        return;
    };
    let c = start_in(nodes.database.shared(), ONLY_POLL).await;
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    let mut zoe = c.joins("Zoe", "lobby").await;
    for body in ["one", "two", "three"] {
        ann.publishes(body).await;
        bob.receives(body).await;
        zoe.receives(body).await;
    }
    for _ in 0..MAX_EXCHANGES {
        let reads = nodes.b.page_reads();
        each_kind_is_the_same(&mut ann, &mut bob, &mut zoe).await;
        if nodes.b.page_reads() == reads {
            return;
        }
    }
    panic!("some events were read from the database each time");
}

/// Publishes and changes a message, and compares the frames of two readers.
async fn each_kind_is_the_same(ann: &mut Member, bob: &mut Member, zoe: &mut Member) {
    let body = "**bold** @Bob \u{1f44d} :tea: <b> \"\\\n- a\n- b https://a.example/?a=b&c=d";
    let seq = ann.publishes(body).await.seq;
    assert_eq!(bob.socket.next_text().await, zoe.socket.next_text().await);
    for change in [
        Change::Edit(seq, seq, "*edited*"),
        Change::React(seq, "\u{1f44d}"),
        Change::Unreact(seq, "\u{1f44d}"),
        Change::Delete(seq, seq + 1),
    ] {
        ann.changes(change).await;
        ann.receives_event().await;
        let event = bob.socket.next_text().await;
        assert_eq!(event, zoe.socket.next_text().await);
        assert!(event.contains("\"type\":\"event\""), "{event}");
    }
}

/// They would not be shown to anyone if the transaction failed.
#[tokio::test]
async fn nothing_is_announced_before_its_commit() {
    let Some(nats) = Nats::start() else { return };
    let Some(database) = testing::postgres() else { return };
    let network = Proxy::start(&database);
    let mut observer = Observer::connects(&nats).await;
    let settings = format!("{ONLY_HINTS} --database-timeout-ms 3000 --hints {}", nats.url());
    let a = start_in(network.database(), &settings).await;
    let b = start_in(database.shared(), &settings).await;
    observer.sees_nodes_connect(2).await;
    let mut ann = a.joins("Ann", "lobby").await;
    let mut bob = b.joins("Bob", "lobby").await;
    warms_up(&mut ann, &mut bob).await;
    let mut zoe = a.connects("Zoe").await;
    network.freeze_at_commit(Freeze::BeforeCommit);
    let reference = zoe.sends_publish("lobby", DraftId::fresh(), "never committed").await;
    soon("a commit", async {
        while network.frozen() == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    zoe.receives_error(Some(reference), ErrorCode::Unavailable).await;
    network.disconnect();
    network.thaw();
    publishes_until_acked(&mut zoe, DraftId::fresh(), "committed").await;
    assert_eq!(bob.receives("committed").await.seq, 4, "nothing else was stored");
}

#[tokio::test]
async fn of_events_that_the_broker_does_not_take_the_head_is_announced() {
    let Some(nats) = Nats::start_with("max_payload: 1024") else { return };
    let mut observer = Observer::connects(&nats).await;
    let Some((nodes, mut ann, mut bob)) = start_on(&nats, &mut observer).await else { return };
    let reads = nodes.b.page_reads();
    for body in ["x".repeat(1_000), "y".repeat(10_000)] {
        ann.publishes(&body).await;
        bob.receives(&body).await;
    }
    assert!(nodes.b.page_reads() > reads, "they were read");
    one_of_several_is_not_read([&nodes.b], &mut ann, &mut bob).await;
}

#[tokio::test]
async fn two_databases_on_one_broker_do_not_mix() {
    let Some(nats) = Nats::start() else { return };
    let mut observer = Observer::connects(&nats).await;
    let settings = format!("{ONLY_HINTS} --hints {}", nats.url());
    let Some(nodes) = start_nodes(&settings, &settings).await else { return };
    let Some(others) = start_nodes(&settings, &settings).await else { return };
    observer.sees_nodes_connect(4).await;
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    let mut eve = others.a.joins("Eve", "lobby").await;
    let mut zoe = others.b.joins("Zoe", "lobby").await;
    warms_up(&mut ann, &mut bob).await;
    warms_up(&mut eve, &mut zoe).await;
    for _ in 0..MAX_EXCHANGES {
        let reads = others.b.page_reads();
        // This chat has more events than the other one, where its hints would cause a read each time.
        for n in 0..5 {
            ann.publishes(&n.to_string()).await;
            bob.receives(&n.to_string()).await;
        }
        eve.publishes("elsewhere").await;
        zoe.receives("elsewhere").await;
        if others.b.page_reads() == reads {
            return;
        }
    }
    panic!("a node looked for the other chat's events each time");
}

#[tokio::test]
async fn a_list_and_a_subscription_have_events_that_were_not_read() {
    let Some(Setup { nats: _broker, nodes, .. }) = start_with_nats(ONLY_HINTS, ONLY_HINTS).await else {
        return;
    };
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    warms_up(&mut ann, &mut bob).await;
    let messages = "/api/v1/topics/lobby/messages";
    assert!(nodes.b.browser().gets(messages).await.text.contains("three"));
    ann.changes(Change::Edit(3, 3, "edited")).await;
    ann.receives_event().await;
    bob.receives_event().await;
    let page = nodes.b.browser().gets(messages).await.text;
    assert!(page.contains("edited") && !page.contains("three"));
    let mut eve = nodes.b.connects("Eve").await;
    let subscription = eve.subscribes("lobby").await;
    assert_eq!(subscription.head, 4);
    ann.publishes("four").await;
    assert_eq!(eve.receives("four").await.seq, 5);
}
