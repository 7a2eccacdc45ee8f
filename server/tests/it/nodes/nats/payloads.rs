//! Payloads that no node would send, or not now.

use app::protocol::{CloseCode, DraftId, Epoch, Event, Position, SubscriptionMode};
use serde_json::json;
use tokio::time::sleep;

use super::*;
use crate::support::bodies_of;

/// Two nodes that have exchanged messages, and the payload of the last one.
struct Exchange {
    setup: Setup,
    ann: Member,
    bob: Member,
    subject: String,
    payload: Value,
    last: Event,
}

async fn exchange(settings_of_a: &str, settings_of_b: &str) -> Option<Exchange> {
    let mut setup = start_with_nats(settings_of_a, settings_of_b).await?;
    let mut ann = setup.nodes.a.joins("Ann", "lobby").await;
    let mut bob = setup.nodes.b.joins("Bob", "lobby").await;
    warms_up(&mut ann, &mut bob).await;
    let last = ann.publishes("last").await;
    bob.receives("last").await;
    loop {
        let (subject, payload) = setup.observer.receives_events().await;
        if payload["events"][0]["events"][0]["body"] == "last" {
            return Some(Exchange { setup, ann, bob, subject, payload, last });
        }
    }
}

impl Exchange {
    /// The payload that would announce the next event.
    fn next_payload(&self) -> Value {
        let mut payload = self.payload.clone();
        let batch = &mut payload["events"][0];
        batch["after"] = batch["events"][0]["draft"].clone();
        batch["events"][0]["seq"] = json!(self.last.seq + 1);
        batch["events"][0]["draft"] = json!("00000000-0000-0000-0000-000000000001");
        batch["events"][0]["body"] = json!("forged");
        payload
    }
}

/// Sends an event that nobody wrote until somebody receives it: one that has waited too long is not believed.
async fn forges(observer: &Observer, subject: &str, payload: &str, reader: &mut Member) -> Event {
    let sends = async {
        loop {
            observer.sends(subject, payload).await;
            sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        event = reader.receives("forged") => event,
        () = sends => unreachable!("it never ends"),
    }
}

#[tokio::test]
async fn garbage_and_events_that_are_not_the_next_ones_change_nothing() {
    let Some(exchange) = exchange(ONLY_HINTS, ONLY_HINTS).await else { return };
    let mut payloads: Vec<Vec<u8>> = vec![
        vec![],
        b"garbage".to_vec(),
        b"\xff\xfe\0\0".to_vec(),
        b"{}".to_vec(),
        "[".repeat(60_000).into_bytes(),
        vec![b'x'; 100_000],
        exchange.payload.to_string().into_bytes(),
        exchange.payload.to_string().into_bytes(),
    ];
    let changes: [(&str, Value); 13] = [
        ("/database", json!("0123456789abcdef")),
        ("/events/0/after", json!("00000000-0000-0000-0000-000000000002")),
        ("/events/0/after", Value::Null),
        ("/events/0/dialect", json!(1)),
        ("/events/0/dialect", json!("x")),
        ("/events/0/topic", json!("tea")),
        ("/events/0/events/0/topic", json!("tea")),
        ("/events/0/events/0/seq", json!(exchange.last.seq + 2)),
        ("/events/0/events/0/seq", json!(1)),
        ("/events/0/events/0/seq", json!(u64::MAX)),
        ("/events/0/events/0/kind", json!("parade")),
        ("/events/0/events/0/author/user", json!("nobody")),
        ("/events/0/events", json!([])),
    ];
    for (place, value) in changes {
        let mut payload = exchange.next_payload();
        *payload.pointer_mut(place).unwrap() = value;
        payloads.push(payload.to_string().into_bytes());
    }
    let Exchange { setup, mut ann, mut bob, subject, last, .. } = exchange;
    for payload in payloads {
        setup.observer.sends(&subject, payload).await;
    }
    for (n, body) in ["five", "six"].into_iter().enumerate() {
        assert_eq!(ann.publishes(body).await.seq, last.seq + 1 + n as u64);
        bob.receives(body).await;
    }
    readiness_is(&setup.nodes.b, 200, "ready").await;
}

/// A node trusts every sender on the broker until the next poll, which compares with the database. Nothing is stopped, and the
/// subscribers that were sent the event are sent the stored one.
#[tokio::test]
async fn an_event_that_the_database_does_not_have_is_taken_back() {
    let Some(exchange) = exchange(ONLY_HINTS, "--poll-ms 20").await else { return };
    let payload = exchange.next_payload().to_string();
    let Exchange { setup, mut ann, mut bob, subject, last, .. } = exchange;
    let nodes = &setup.nodes;
    let events = "/api/v1/topics/lobby/events";
    let mut stream = nodes.b.browser().streams_events(events, &[]).await;
    let position = stream.next().await.unwrap().id;
    let forged = forges(&setup.observer, &subject, &payload, &mut bob).await;
    let block = stream.next().await.unwrap();
    assert!(block.data.contains("forged"));
    // A page that is rendered now may have the event as well.
    nodes.b.browser().gets("/t/lobby").await;
    bob.is_closed(CloseCode::Internal).await;
    assert_eq!(stream.next().await, None);

    let mut stream = nodes.b.browser().streams_events(events, &[("last-event-id", &block.id)]).await;
    let block = stream.next().await.unwrap();
    assert_eq!((block.event.as_str(), block.id), ("reset", position.clone()));
    let epoch = Epoch(position.split(':').next().unwrap().to_owned());
    let since = Position::new(epoch, forged.seq, forged.identity());
    let mut bob = nodes.b.connects("Bob").await;
    let resumed = bob.subscribes_with("lobby", Some(since), 1, true).await;
    assert_eq!((resumed.mode, resumed.events), (SubscriptionMode::Reset, vec![last.clone()]));
    let page = async || nodes.b.browser().gets("/t/lobby").await.text;
    assert!(!page().await.contains("forged"));
    assert_eq!(bob.publishes("five").await.seq, last.seq + 1);
    assert_eq!(ann.receives("five").await.seq, last.seq + 1);
    let page = page().await;
    assert!(page.contains("five") && !page.contains("forged"));
    readiness_is(&nodes.b, 200, "ready").await;
}

/// Nothing polls here. The commit finds that the event before it is another one, so nobody is sent its event as the next one: the
/// position would be right, and a client that resumes from it would keep the wrong event.
#[tokio::test]
async fn a_commit_after_an_event_that_the_database_does_not_have_takes_it_back() {
    let Some(exchange) = exchange(ONLY_HINTS, ONLY_HINTS).await else { return };
    let payload = exchange.next_payload().to_string();
    let Exchange { setup, mut bob, subject, last, .. } = exchange;
    let silent = start_in(setup.nodes.database.shared(), ISOLATED).await;
    let mut zoe = silent.connects("Zoe").await;
    let mut eve = setup.nodes.b.connects("Eve").await;
    let forged = forges(&setup.observer, &subject, &payload, &mut bob).await;
    zoe.publishes_draft("lobby", DraftId::fresh(), "in its place").await;
    assert_eq!(eve.publishes_draft("lobby", DraftId::fresh(), "after it").await, (last.seq + 2, false));
    bob.is_closed(CloseCode::Internal).await;
    let mut bob = setup.nodes.b.connects("Bob").await;
    let subscription = bob.subscribes_with("lobby", None, 2, true).await;
    assert_eq!(bodies_of(&subscription.events), ["in its place", "after it"]);
    let since = Position::new(subscription.epoch, forged.seq, forged.identity());
    let resumed = bob.subscribes_with("lobby", Some(since), 2, true).await;
    assert_eq!(resumed.mode, SubscriptionMode::Reset);
    eve.publishes_draft("lobby", DraftId::fresh(), "and on").await;
    bob.receives("and on").await;
}

/// Hints that come faster than they are read are dropped by the client. One of them might be about an event, so the node looks.
#[tokio::test]
async fn a_node_that_is_flooded_with_hints_asks_what_it_has_missed() {
    let Some(exchange) = exchange(ONLY_HINTS, ONLY_HINTS).await else { return };
    let Exchange { setup, mut bob, subject, .. } = exchange;
    let silent = start_in(setup.nodes.database.shared(), ISOLATED).await;
    let mut zoe = silent.connects("Zoe").await;
    zoe.publishes_draft("lobby", DraftId::fresh(), "unannounced").await;
    let flood = async {
        loop {
            for _ in 0..2_000 {
                setup.observer.client.publish(subject.clone(), "x".into()).await.unwrap();
            }
            setup.observer.client.flush().await.unwrap();
            // The node needs time for the look, too.
            sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        () = flood => {}
        _ = bob.receives("unannounced") => {}
    }
}
