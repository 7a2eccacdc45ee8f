//! The walk through sockets, in both dialects.

use axum::http::HeaderMap;

use super::*;
use crate::{chat::test_peer::TestPeer, session::Session};

testing::for_each_database!(
    each_frame_is_answered_as_decided,
    a_frame_that_asks_nothing_is_noticed,
    plain_connections_get_what_was_decided,
    a_welcome_leaves_out_what_may_not_be_read,
    a_policy_for_members_closes_lists_and_search_to_guests,
);

/// A frame through a door.
pub(super) struct FrameCase {
    pub(super) door: Door,
    permission: Permission,
    /// `TOPIC` is replaced by the topic's name, `DRAFT` by a new draft id.
    frame: &'static str,
    /// The type of the reply if it is allowed.
    reply: &'static str,
    shows_text: bool,
}

impl FrameCase {
    fn reading(door: Door, frame: &'static str, reply: &'static str, shows_text: bool) -> Self {
        Self { door, permission: Permission::Read, frame, reply, shows_text }
    }

    fn acting(permission: Permission, frame: &'static str) -> Self {
        Self { door: Door::SocketAction, permission, frame, reply: "ack", shows_text: false }
    }
}

pub(super) fn frame_cases() -> Vec<FrameCase> {
    vec![
        FrameCase::reading(
            Door::Subscribe,
            r#"{"type":"subscribe","ref":1,"topic":"TOPIC"}"#,
            "subscribed",
            true,
        ),
        FrameCase::reading(
            Door::SocketHistory,
            r#"{"type":"history","ref":1,"topic":"TOPIC","before":9}"#,
            "history",
            true,
        ),
        FrameCase::reading(
            Door::SocketMembers,
            r#"{"type":"members","ref":1,"topic":"TOPIC"}"#,
            "members",
            false,
        ),
        FrameCase {
            door: Door::SocketFollow,
            permission: Permission::Follow,
            frame: r#"{"type":"follow","ref":1,"topic":"TOPIC","follow":"following"}"#,
            reply: "membership",
            shows_text: true,
        },
        FrameCase::acting(
            Permission::Publish,
            r#"{"type":"publish","ref":1,"topic":"TOPIC","draft":"DRAFT","body":"more"}"#,
        ),
        FrameCase::acting(
            Permission::React,
            r#"{"type":"react","ref":1,"topic":"TOPIC","draft":"DRAFT","message":2,"emoji":"👍","on":true}"#,
        ),
        FrameCase::acting(
            Permission::Describe,
            r#"{"type":"describe","ref":1,"topic":"TOPIC","draft":"DRAFT","description":"more"}"#,
        ),
    ]
}

impl World {
    pub(super) async fn session(&self, cookie: Option<&str>) -> Option<Session> {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookie?.parse().unwrap());
        let session = self.server.state.sessions.find(&headers).await.unwrap();
        assert!(session.is_some(), "the cookie is that of a session");
        session
    }
}

/// Returns the part of the reply that a decision demands.
fn expected_part(case: &FrameCase, decision: Result<(), Denied>) -> String {
    match decision {
        Ok(()) => format!(r#""type":"{}""#, case.reply),
        Err(denied) => format!(r#""code":{}"#, serde_json::to_string(&denied.code()).unwrap()),
    }
}

async fn each_frame_is_answered_as_decided(test_database: TestDatabase) {
    let world = world(test_database).await;
    let wrong = world.frame_mistakes(&frame_cases()).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
}

async fn a_frame_that_asks_nothing_is_noticed(test_database: TestDatabase) {
    let world = world(test_database).await;
    for case in frame_cases() {
        world.server.state.rights.open_for_test(Some(case.door));
        let door = case.door;
        assert!(!world.frame_mistakes(&[case]).await.is_empty(), "{door:?} asks for nothing");
    }
}

impl World {
    /// Sends frames of all people about all topics. Returns the replies that are not as decided.
    pub(super) async fn frame_mistakes(&self, cases: &[FrameCase]) -> Vec<String> {
        let state = &self.server.state;
        let mut wrong = Vec::new();
        for Visitor { kind, person, cookie } in &self.visitors {
            let session = self.session(cookie.as_deref()).await;
            let (mut peer, _) = TestPeer::v1(&state.chat, session).await;
            for case in cases {
                // Without a session nobody gets as far as this door.
                if case.door == Door::SocketFollow && cookie.is_none() {
                    continue;
                }
                for topic in &self.topics {
                    let draft = DraftId::fresh().to_string();
                    let frame = case.frame.replace("TOPIC", topic.as_str()).replace("DRAFT", &draft);
                    let replies = peer.send(&state.chat, &frame).await.join("\n");
                    let decision = state.rights.decision_for_test(person, case.permission, topic);
                    let may_read = state.rights.decision_for_test(person, Permission::Read, topic).is_ok();
                    let has_canary = replies.contains(&canary(topic));
                    let is_shown = case.shows_text && decision.is_ok();
                    let is_expected = replies.contains(&expected_part(case, decision));
                    if !is_expected || (is_shown && !has_canary) || (has_canary && !may_read) {
                        wrong
                            .push(format!("{:?} {:?} {topic} {kind}: {replies}", case.door, case.permission));
                    }
                }
            }
        }
        wrong
    }
}

async fn plain_connections_get_what_was_decided(test_database: TestDatabase) {
    let world = world(test_database).await;
    let wrong = world.plain_mistakes().await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    for door in [Door::PlainSubscribe, Door::PlainMessage] {
        world.server.state.rights.open_for_test(Some(door));
        assert!(!world.plain_mistakes().await.is_empty(), "{door:?} asks for nothing");
    }
}

impl World {
    /// Connects all people to all topics, and sends a message. Returns the answers that are not as decided.
    async fn plain_mistakes(&self) -> Vec<String> {
        let state = &self.server.state;
        let mut wrong = Vec::new();
        for Visitor { kind, person, cookie } in &self.visitors {
            for topic in &self.topics {
                let decision = |permission| state.rights.decision_for_test(person, permission, topic);
                let session = self.session(cookie.as_deref()).await;
                let (mut peer, texts) = TestPeer::plain(&state.chat, session, topic).await;
                let is_shown = texts.join("\n").contains(&canary(topic));
                let replies = peer.send(&state.chat, "more").await;
                let is_refused = replies.iter().any(|text| text.contains("Not sent"));
                let is_readable = decision(Permission::Read).is_ok();
                let is_writable = decision(Permission::Publish).is_ok();
                if is_shown != is_readable || is_refused == is_writable {
                    wrong.push(format!("{kind} {topic}: {texts:?}, {replies:?}"));
                }
            }
        }
        wrong
    }
}

async fn a_welcome_leaves_out_what_may_not_be_read(test_database: TestDatabase) {
    let world = world(test_database).await;
    let state = &world.server.state;
    for is_open in [false, true] {
        state.rights.open_for_test(is_open.then_some(Door::Welcome));
        let session = world.session(Some(&world.cookie)).await;
        let (_, welcome) = TestPeer::v1(&state.chat, session).await;
        let welcome = welcome.join("\n");
        for topic in &world.topics {
            let is_shown = is_open || !["qclub", "qden"].contains(&topic.as_str());
            assert_eq!(welcome.contains(&canary(topic)), is_shown, "{topic}: {welcome}");
        }
    }
}

async fn a_policy_for_members_closes_lists_and_search_to_guests(test_database: TestDatabase) {
    let world = world(test_database).await;
    let state = &world.server.state;
    let cases = [
        (Door::SocketTopics, r#"{"type":"topics","ref":1}"#),
        (Door::SocketSearch, r#"{"type":"search","ref":1,"query":"word"}"#),
    ];
    let (mut peer, _) = TestPeer::v1(&state.chat, None).await;
    state.rights.set_policy(Policy { readers: Audience::Members, ..Policy::default() });
    for (door, frame) in cases {
        let reply = peer.send(&state.chat, frame).await.join("\n");
        assert!(reply.contains(r#""code":"forbidden""#), "{frame}: {reply}");
        state.rights.open_for_test(Some(door));
        let reply = peer.send(&state.chat, frame).await.join("\n");
        assert!(reply.contains("canaryqopenx"), "{frame}: {reply}");
        state.rights.open_for_test(None);
    }
}
