//! Publishing: a message is stored once, acknowledged, then delivered to all subscribers.

use app::protocol::{ClientFrame, DraftId, ErrorCode, EventKind, Name, ServerFrame};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{bodies_of, body_of, encode, start};

#[tokio::test]
async fn a_message_is_acknowledged_then_received_with_all_fields() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let draft = DraftId::fresh();
    assert_eq!(ann.publishes_draft("lobby", draft, "hi").await, (1, false));
    let event = ann.receives("hi").await;
    assert_eq!((event.topic.as_str(), event.seq), ("lobby", 1));
    assert_eq!((event.author.user, event.author.name.as_str()), (ann.user, "Ann"));
    assert!(!event.author.unverified);
    assert_eq!(event.kind, EventKind::message(draft, "hi".into()));
}

#[tokio::test]
async fn all_subscribers_get_the_same_bytes() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut bob = server.joins("Bob", "lobby").await;
    let mut eve = server.joins("Eve", "lobby").await;
    ann.publishes_for_ack("<b>héllo</b> \u{1f469}\u{200d}\u{1f467}").await;
    let bytes = ann.socket.next_text().await;
    assert_eq!(bob.socket.next_text().await, bytes);
    assert_eq!(eve.socket.next_text().await, bytes);
}

#[tokio::test]
async fn a_retry_is_a_duplicate_and_sent_to_nobody() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut bob = server.joins("Bob", "lobby").await;
    let draft = DraftId::fresh();
    assert_eq!(ann.publishes_draft("lobby", draft, "hi").await, (1, false));
    ann.receives("hi").await;
    ann.publishes("and on").await;
    assert_eq!(ann.publishes_draft("lobby", draft, "hi").await, (1, true));
    ann.publishes("marker").await;
    for body in ["hi", "and on", "marker"] {
        bob.receives(body).await;
    }
}

#[tokio::test]
async fn a_draft_with_other_content_is_a_conflict() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let draft = DraftId::fresh();
    ann.publishes_draft("lobby", draft, "hi").await;
    ann.receives("hi").await;
    for (topic, body) in [("lobby", "ho"), ("elsewhere", "hi")] {
        let reference = ann.sends_publish(topic, draft, body).await;
        ann.receives_error(Some(reference), ErrorCode::Conflict).await;
    }
    assert_eq!(ann.publishes("marker").await.seq, 2);
}

#[tokio::test]
async fn the_same_draft_id_of_two_people_is_two_messages() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut bob = server.joins("Bob", "lobby").await;
    let draft = DraftId::fresh();
    assert_eq!(ann.publishes_draft("lobby", draft, "hi").await, (1, false));
    bob.receives("hi").await;
    assert_eq!(bob.publishes_draft("lobby", draft, "ho").await, (2, false));
}

#[tokio::test]
async fn a_retry_on_another_connection_of_the_session_is_a_duplicate() {
    let server = start("").await;
    let browser = server.browser();
    browser.gets("/t/lobby").await;
    let draft = DraftId::fresh();
    let mut ann = browser.connects(Some("Ann")).await;
    assert_eq!(ann.publishes_draft("lobby", draft, "hi").await, (1, false));
    assert_eq!(ann.receives_membership().await.topic.as_str(), "lobby", "who writes follows");

    let mut again = browser.connects(None).await;
    assert_eq!((again.user, again.name.as_str()), (ann.user, "Ann"), "the session keeps identity and name");
    assert_eq!(again.publishes_draft("lobby", draft, "hi").await, (1, true));
    assert_eq!(bodies_of(&again.subscribes("lobby").await.events), ["hi"]);
}

#[tokio::test]
async fn frames_can_be_pipelined() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let drafts: Vec<_> = (0..200).map(|_| DraftId::fresh()).collect();
    let frames: Vec<_> = drafts
        .iter()
        .zip(1..)
        .map(|(draft, n)| ann.publish_frame(n, "lobby", *draft, &format!("message {n}")))
        .collect();
    ann.socket.sends_all(frames.iter().map(|frame| Message::text(encode(frame)))).await;

    let mut acked = 0;
    let mut received = 0;
    while received < 200 {
        match ann.next().await {
            ServerFrame::Ack { reference, seq, draft, duplicate: false, .. } => {
                acked += 1;
                assert_eq!((reference, seq, draft), (acked, acked, drafts[acked as usize - 1]));
            }
            ServerFrame::Event(event) => {
                received += 1;
                assert!(received <= acked, "the ack comes before the event");
                assert_eq!((event.seq, body_of(&event)), (received, format!("message {received}").as_str()));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(acked, 200);
}

#[tokio::test]
async fn publishing_needs_no_subscription() {
    let server = start("").await;
    let mut ann = server.connects("Ann").await;
    let mut bob = server.joins("Bob", "lobby").await;
    assert_eq!(ann.publishes_draft("lobby", DraftId::fresh(), "from outside").await, (1, false));
    bob.receives("from outside").await;
    ann.subscribes("elsewhere").await;
    ann.publishes("marker").await;
}

#[tokio::test]
async fn a_rename_applies_to_later_messages() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut bob = server.joins("Bob", "lobby").await;
    ann.publishes("as Ann").await;
    let reference = ann.next_reference();
    let name = Name::parse("Annabel").unwrap();
    ann.sends(&ClientFrame::Rename { reference, name: name.clone() }).await;
    assert_eq!(ann.next().await, ServerFrame::Renamed { reference, name });
    ann.publishes("as Annabel").await;

    let names =
        [bob.receives("as Ann").await, bob.receives("as Annabel").await].map(|event| event.author.name);
    assert_eq!(names.each_ref().map(Name::as_str), ["Ann", "Annabel"]);
    let (_, seen) = server.joins_with_subscription("Eve", "lobby").await;
    assert_eq!(
        seen.events.iter().map(|event| event.author.name.as_str()).collect::<Vec<_>>(),
        ["Ann", "Annabel"]
    );
}

#[tokio::test]
async fn all_subscribers_get_the_same_order_from_concurrent_publishers() {
    let server = start("").await;
    let mut listener = server.joins("Eve", "lobby").await;
    let mut speakers = Vec::new();
    for n in 0..8 {
        speakers.push(server.joins(&format!("Speaker {n}"), "lobby").await);
    }
    let talking = speakers.iter_mut().enumerate().map(|(n, speaker)| async move {
        for m in 0..10 {
            speaker.sends_publish("lobby", DraftId::fresh(), &format!("{n}.{m}")).await;
        }
        let mut received = Vec::new();
        while received.len() < 80 {
            if let ServerFrame::Event(event) = speaker.next().await {
                received.push(event);
            }
        }
        received
    });
    let logs = futures::future::join_all(talking).await;
    let mut log = Vec::new();
    while log.len() < 80 {
        log.push(listener.receives_event().await);
    }
    assert!(logs.iter().all(|received| *received == log));
    assert!(log.iter().map(|event| event.seq).eq(1..=80));
    for n in 0..8 {
        let own = bodies_of(&log).into_iter().filter(|body| body.starts_with(&format!("{n}.")));
        assert!(own.eq((0..10).map(|m| format!("{n}.{m}"))), "each speaker's messages keep their order");
    }
}
