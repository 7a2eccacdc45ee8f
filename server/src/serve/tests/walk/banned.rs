//! Frames of a person between their ban and the close of their connection.

use app::protocol::{ClientFrame, CloseCode};

use super::*;
use crate::{chat::test_peer::TestPeer, endpoint::CloseReason, rights::Readable};

testing::for_each_database!(
    each_frame_between_a_ban_and_the_close_is_refused,
    frames_without_a_reply_change_nothing_after_a_ban,
    a_hello_after_a_ban_renames_nobody,
);

/// `DRAFT` is replaced by a new draft id.
const ANSWERED: [&str; 13] = [
    r#"{"type":"rename","ref":1,"name":"Mallory"}"#,
    r#"{"type":"subscribe","ref":1,"topic":"qopen"}"#,
    r#"{"type":"publish","ref":1,"topic":"qopen","draft":"DRAFT","body":"more"}"#,
    r#"{"type":"edit","ref":1,"topic":"qopen","draft":"DRAFT","message":2,"revision":2,"body":"more"}"#,
    r#"{"type":"delete","ref":1,"topic":"qopen","draft":"DRAFT","message":2,"revision":2}"#,
    r#"{"type":"react","ref":1,"topic":"qopen","draft":"DRAFT","message":2,"emoji":"👍","on":true}"#,
    r#"{"type":"create_topic","ref":1,"topic":"qnone","draft":"DRAFT","title":"None"}"#,
    r#"{"type":"describe","ref":1,"topic":"qopen","draft":"DRAFT","description":"more"}"#,
    r#"{"type":"history","ref":1,"topic":"qopen","before":9}"#,
    r#"{"type":"topics","ref":1}"#,
    r#"{"type":"members","ref":1,"topic":"qopen"}"#,
    r#"{"type":"follow","ref":1,"topic":"qopen","follow":"none"}"#,
    r#"{"type":"search","ref":1,"query":"word"}"#,
];
/// `unsubscribe` and `pong` change nothing that others see; the others have tests of their own below.
const NOT_ANSWERED: [&str; 5] = ["hello", "unsubscribe", "read", "typing", "pong"];

impl World {
    /// Bans the guest who follows all topics, as it reaches their open connections.
    async fn bans_the_guest(&self) -> UserId {
        let user = self.session(Some(&self.cookie)).await.unwrap().user;
        self.server.state.sessions.set_person(&Person::for_test(user, Role::Guest, Some(u64::MAX), None));
        user
    }

    async fn connects_the_guest(&self) -> TestPeer {
        let session = self.session(Some(&self.cookie)).await;
        TestPeer::v1(&self.server.state.chat, session).await.0
    }

    async fn name_of_the_guest(&self) -> String {
        self.session(Some(&self.cookie)).await.unwrap().name.to_string()
    }
}

#[test]
fn each_type_of_frame_is_tried() {
    for kind in ClientFrame::TYPES {
        let is_answered = ANSWERED.iter().any(|frame| frame.contains(&format!(r#""type":"{kind}""#)));
        assert!(is_answered != NOT_ANSWERED.contains(&kind), "{kind}");
    }
}

async fn each_frame_between_a_ban_and_the_close_is_refused(test_database: TestDatabase) {
    let world = world(test_database).await;
    let chat = &world.server.state.chat;
    let mut peer = world.connects_the_guest().await;
    let before = world.name_of_the_guest().await;
    world.bans_the_guest().await;
    for frame in ANSWERED {
        let frame = frame.replace("DRAFT", &DraftId::fresh().to_string());
        let replies = peer.send(chat, &frame).await;
        assert_eq!(replies.len(), 1, "{frame}: {replies:?}");
        assert!(replies[0].contains(r#""code":"banned""#), "{frame}: {replies:?}");
    }
    assert_eq!(world.name_of_the_guest().await, before);
}

async fn frames_without_a_reply_change_nothing_after_a_ban(test_database: TestDatabase) {
    let world = world(test_database).await;
    let chat = &world.server.state.chat;
    let mut peer = world.connects_the_guest().await;
    peer.send(chat, r#"{"type":"subscribe","ref":1,"topic":"qopen"}"#).await;
    let user = world.bans_the_guest().await;
    peer.send(chat, r#"{"type":"typing","topic":"qopen"}"#).await;
    peer.send(chat, r#"{"type":"read","topic":"qopen","seq":0,"unread":true}"#).await;
    let topic: TopicName = "qopen".parse().unwrap();
    assert!(!peer.is_typing(chat, &topic));
    let membership = chat.membership(user, &Readable::unchecked(topic)).await.unwrap().unwrap();
    assert_ne!(membership.read, 0, "the read position stays");
}

async fn a_hello_after_a_ban_renames_nobody(test_database: TestDatabase) {
    let world = world(test_database).await;
    let chat = &world.server.state.chat;
    let before = world.name_of_the_guest().await;
    let session = world.session(Some(&world.cookie)).await;
    let mut peer = TestPeer::before_hello(chat, session).await;
    world.bans_the_guest().await;
    let ended = peer.try_send(chat, r#"{"type":"hello","version":1,"name":"Mallory"}"#).await;
    assert_eq!(ended, Err(CloseReason::Server(CloseCode::Banned)));
    assert_eq!(world.name_of_the_guest().await, before);
}
