//! The walk: people of each kind go through each door to topics of each kind, and get what the decision says, and no word of a topic
//! that they may not read.
//!
//! So far nothing but these tests restricts a topic, and lists know no restricted ones.

mod banned;
mod doors;
mod lists;
mod sockets;
mod updates;

use std::collections::HashMap;

use app::protocol::{DraftId, TopicName, UserId};
use axum::{body::to_bytes, http::StatusCode};

use super::*;
use crate::rights::{
    Audience, Denied, Door, Permission, Person, Place, Policy, Role, TopicRights, TopicState, Visibility,
};
use doors::{DoorCase, NOT_WALKED, Shows, door_cases};
use sockets::frame_cases;

testing::for_each_database!(
    each_door_answers_as_decided,
    each_door_follows_the_policy,
    a_door_that_asks_nothing_is_noticed,
    a_refused_message_renames_nobody,
    a_hidden_topic_reads_like_one_that_nobody_has_begun,
);

/// A server with a topic of each kind, and people of each kind. A guest has written in all topics and follows them.
struct World {
    server: InProcessServer,
    cookie: String,
    visitors: Vec<Visitor>,
    topics: Vec<TopicName>,
}

/// Somebody at the doors.
struct Visitor {
    kind: &'static str,
    person: Person,
    cookie: Option<String>,
}

/// A person by kind: role, end of a ban, end of a mute, and place in the private topic.
type Kind = (&'static str, Role, Option<u64>, Option<u64>, Option<Place>);

const KINDS: [Kind; 8] = [
    ("guest", Role::Guest, None, None, None),
    ("member", Role::Member, None, None, None),
    ("moderator", Role::Moderator, None, None, None),
    ("owner", Role::Owner, None, None, None),
    ("banned", Role::Moderator, Some(u64::MAX), None, Some(Place::Participant)),
    ("muted", Role::Member, None, Some(u64::MAX), Some(Place::Participant)),
    ("participant", Role::Guest, None, None, Some(Place::Participant)),
    ("host", Role::Guest, None, None, Some(Place::Host)),
];

/// The topics by name, with their rights.
fn kinds() -> Vec<(&'static str, TopicRights)> {
    let restricted = |visibility| TopicRights { visibility, ..TopicRights::default() };
    vec![
        ("qopen", TopicRights::default()),
        ("qnews", TopicRights::public(TopicState::Announcements)),
        ("qlocked", TopicRights::public(TopicState::Locked)),
        ("qold", TopicRights::public(TopicState::Archived)),
        ("qclub", restricted(Visibility::Members)),
        ("qden", restricted(Visibility::Private)),
    ]
}

/// A word that is in the title and in a message of this topic alone.
fn canary(topic: &TopicName) -> String {
    format!("canary{topic}x")
}

async fn world(test_database: TestDatabase) -> World {
    let server = start(test_database).await;
    let cookie = server.cookie().await;
    let mut topics = Vec::new();
    for (name, rights) in kinds() {
        let topic: TopicName = name.parse().unwrap();
        server.begin(&cookie, &topic).await;
        topics.push((topic, rights));
    }
    let mut visitors = vec![Visitor { kind: "stranger", person: Person::stranger(), cookie: None }];
    let mut places = HashMap::new();
    for (kind, role, banned, muted, place) in KINDS {
        let (user, cookie) = server.person().await;
        server.state.rights.insert_person_for_test(user, Person::for_test(user, role, banned, muted));
        places.extend(place.map(|place| (user, place)));
        visitors.push(Visitor { kind, person: Person::guest(user), cookie: Some(cookie) });
    }
    for (topic, rights) in &topics {
        let places = if rights.visibility == Visibility::Private { places.clone() } else { HashMap::new() };
        server.state.rights.insert_for_test(topic.clone(), TopicRights { places, ..rights.clone() });
    }
    let topics = topics.into_iter().map(|(topic, _)| topic).collect();
    World { server, cookie, visitors, topics }
}

impl InProcessServer {
    /// Begins a topic with its canary, as a person who follows it.
    async fn begin(&self, cookie: &str, topic: &TopicName) {
        let canary = canary(topic);
        let path = format!("/api/v1/topics/{topic}");
        for (method, path, body) in [
            (Method::PUT, path.clone(), format!(r#"{{"title":"{canary}"}}"#)),
            (Method::POST, format!("{path}/messages"), format!(r#"{{"body":"a word {canary}"}}"#)),
            (Method::PUT, format!("{path}/membership"), r#"{"follow":"following"}"#.to_owned()),
        ] {
            let draft = DraftId::fresh().to_string();
            let headers =
                [("origin", "http://localhost"), ("idempotency-key", draft.as_str()), ("cookie", cookie)];
            let response = self.send(request(method, &path, &headers, &body)).await;
            assert!(response.status().is_success(), "{path}: {}", response.status());
        }
    }

    /// Starts a session and returns its person and its cookie.
    async fn person(&self) -> (UserId, String) {
        let cookie = self.cookie().await;
        let headers = [("origin", "http://localhost"), ("cookie", cookie.as_str())];
        let response = self.send(request(Method::GET, "/api/v1/session", &headers, "")).await;
        let session: serde_json::Value = serde_json::from_str(&text(response).await).unwrap();
        (UserId(session["user"].as_str().unwrap().parse().unwrap()), cookie)
    }
}

async fn text(response: Response) -> String {
    let body = to_bytes(response.into_body(), 1 << 22).await.unwrap();
    String::from_utf8_lossy(&body).into_owned()
}

impl World {
    async fn get(&self, path: &str, cookie: Option<&str>) -> (StatusCode, String) {
        let headers: Vec<_> = cookie.map(|cookie| ("cookie", cookie)).into_iter().collect();
        let response = self.server.send(request(Method::GET, path, &headers, "")).await;
        (response.status(), text(response).await)
    }
}

async fn each_door_answers_as_decided(test_database: TestDatabase) {
    let world = world(test_database).await;
    let wrong = world.mistakes(&door_cases()).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Policies that give each right to each audience once.
const POLICIES: [Policy; 3] = [
    Policy { readers: Audience::Everyone, writers: Audience::Members, makers: Audience::Moderators },
    Policy { readers: Audience::Members, writers: Audience::Moderators, makers: Audience::Everyone },
    Policy { readers: Audience::Moderators, writers: Audience::Everyone, makers: Audience::Members },
];

async fn each_door_follows_the_policy(test_database: TestDatabase) {
    let world = world(test_database).await;
    for policy in POLICIES {
        world.server.state.rights.set_policy(policy);
        let mut wrong = world.mistakes(&door_cases()).await;
        wrong.extend(world.frame_mistakes(&frame_cases()).await);
        assert!(wrong.is_empty(), "{policy:?}: {wrong:#?}");
    }
}

/// The walk notices each door that lets everybody in.
async fn a_door_that_asks_nothing_is_noticed(test_database: TestDatabase) {
    let world = world(test_database).await;
    // The stream's own door comes after that of its position, and refuses.
    let is_last = |case: &DoorCase| case.door != Door::EventStreamPosition;
    for case in door_cases().into_iter().filter(is_last) {
        world.server.state.rights.open_for_test(Some(case.door));
        let door = case.door;
        assert!(!world.mistakes(&[case]).await.is_empty(), "{door:?} asks for nothing");
    }
}

impl World {
    /// Goes through doors with all people to all topics. Returns the answers that are not as decided.
    async fn mistakes(&self, cases: &[DoorCase]) -> Vec<String> {
        let mut wrong = Vec::new();
        for case in cases {
            for Visitor { kind, person, cookie } in &self.visitors {
                let cookie = cookie.as_deref();
                if case.needs_session && cookie.is_none() {
                    continue;
                }
                for topic in &self.topics {
                    let rights = &self.server.state.rights;
                    let decision = rights.decision_for_test(person, case.permission, topic);
                    let expected = match decision {
                        Ok(()) => case.allowed,
                        Err(Denied::Refused(_)) => case.refused,
                        Err(Denied::Hidden) => case.hidden,
                    };
                    let may_read = rights.decision_for_test(person, Permission::Read, topic).is_ok();
                    let response = self.server.send(case.request(topic, cookie)).await;
                    let status = response.status();
                    let is_stream = case.shows == Shows::Stream && status.is_success();
                    let body = if is_stream { String::new() } else { text(response).await };
                    let is_list = case.shows == Shows::List;
                    let has_canary = !is_list && body.contains(&canary(topic));
                    let is_shown = case.shows == Shows::Text && decision.is_ok();
                    if status != expected || (is_shown && !has_canary) || (has_canary && !may_read) {
                        let cell = format!("{:?} {:?} {topic} {kind}", case.door, case.permission);
                        wrong.push(format!("{cell}: {status} instead of {expected}, canary {has_canary}"));
                    }
                }
            }
        }
        wrong
    }
}

#[test]
fn each_door_is_walked_or_says_why_not() {
    let over_http: Vec<Door> = door_cases().iter().map(|case| case.door).collect();
    let by_frames: Vec<Door> = frame_cases().iter().map(|case| case.door).collect();
    for door in Door::ALL {
        let is_walked = over_http.contains(&door) || by_frames.contains(&door);
        let is_listed = NOT_WALKED.iter().any(|(listed, _)| *listed == door);
        assert!(is_walked != is_listed, "{door:?}");
    }
}

async fn a_refused_message_renames_nobody(test_database: TestDatabase) {
    let world = world(test_database).await;
    let cookie = world.cookie.as_str();
    for (path, content_type, body) in [
        ("/api/v1/topics/qlocked/messages", "application/json", r#"{"body":"more","name":"Mallory"}"#),
        ("/t/qlocked", "application/x-www-form-urlencoded", "draft=DRAFT&name=Mallory&message=more"),
    ] {
        let draft = DraftId::fresh().to_string();
        let headers = [
            ("origin", "http://localhost"),
            ("content-type", content_type),
            ("idempotency-key", draft.as_str()),
            ("cookie", cookie),
        ];
        let request = request(Method::POST, path, &headers, &body.replace("DRAFT", &draft));
        assert_eq!(world.server.send(request).await.status(), StatusCode::FORBIDDEN, "{path}");
        let (status, session) = world.get("/api/v1/session", Some(cookie)).await;
        assert!(status == StatusCode::OK && !session.contains("Mallory"), "{path}: {status} {session}");
    }
}

/// Doors that open a topic that nobody has begun, so that people begin it. There, a hidden topic is a missing one.
const OPENS_ANY_NAME: [Door; 3] = [Door::TopicPage, Door::EventStreamPosition, Door::EventStream];

async fn a_hidden_topic_reads_like_one_that_nobody_has_begun(test_database: TestDatabase) {
    let world = world(test_database).await;
    let topics = ["qden", "qnone"].map(|name| name.parse::<TopicName>().unwrap());
    let is_compared =
        |case: &DoorCase| case.permission == Permission::Read && !OPENS_ANY_NAME.contains(&case.door);
    for case in door_cases().into_iter().filter(is_compared) {
        let mut answers = Vec::new();
        for topic in &topics {
            let response = world.server.send(case.request(topic, None)).await;
            let status = response.status();
            let body = text(response).await.replace(topic.as_str(), "TOPIC");
            // Each page has a nonce of its own.
            answers.push((status, if case.door == Door::MessagePage { String::new() } else { body }));
        }
        assert_eq!(answers[0], answers[1], "{:?}", case.door);
    }
}
