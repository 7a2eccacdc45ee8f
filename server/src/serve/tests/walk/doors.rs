//! The doors that the walk goes through.

use super::*;

/// A request through a door, and the statuses of its answers.
pub(super) struct DoorCase {
    pub(super) door: Door,
    pub(super) permission: Permission,
    method: Method,
    /// `TOPIC` is replaced by the topic's name.
    path: &'static str,
    /// `DRAFT` is replaced by a new draft id, `TOPIC` by the topic's name.
    body: &'static str,
    /// Without a session, the API does not get as far as the door.
    pub(super) needs_session: bool,
    pub(super) shows: Shows,
    pub(super) allowed: StatusCode,
    pub(super) refused: StatusCode,
    pub(super) hidden: StatusCode,
}

/// The text of the topic in an answer that was allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// Its canary.
    Text,
    Nothing,
    /// A list, which knows no restricted topics yet.
    List,
    /// The body has no end.
    Stream,
}

fn reading(door: Door, path: &'static str, shows: Shows, refused: StatusCode) -> DoorCase {
    DoorCase {
        door,
        permission: Permission::Read,
        method: Method::GET,
        path,
        body: "",
        needs_session: false,
        shows,
        allowed: StatusCode::OK,
        refused,
        hidden: StatusCode::NOT_FOUND,
    }
}

fn calling(
    door: Door,
    permission: Permission,
    method: Method,
    path: &'static str,
    body: &'static str,
    allowed: StatusCode,
) -> DoorCase {
    DoorCase {
        door,
        permission,
        method,
        path,
        body,
        needs_session: true,
        shows: Shows::Nothing,
        allowed,
        refused: StatusCode::FORBIDDEN,
        hidden: StatusCode::NOT_FOUND,
    }
}

fn posting(
    door: Door,
    permission: Permission,
    path: &'static str,
    body: &'static str,
    [allowed, refused, hidden]: [StatusCode; 3],
) -> DoorCase {
    DoorCase {
        door,
        permission,
        method: Method::POST,
        path,
        body,
        needs_session: false,
        shows: Shows::Nothing,
        allowed,
        refused,
        hidden,
    }
}

/// Returns all cases about one topic. A feed has no text for a refusal and answers as for a missing topic.
pub(super) fn door_cases() -> Vec<DoorCase> {
    let ok = StatusCode::OK;
    let created = StatusCode::CREATED;
    let forbidden = StatusCode::FORBIDDEN;
    let missing = StatusCode::NOT_FOUND;
    let posted = [StatusCode::SEE_OTHER, forbidden, missing];
    // A topic of this name exists.
    let exists = [StatusCode::UNPROCESSABLE_ENTITY, forbidden, forbidden];
    let topic = "/api/v1/topics/TOPIC";
    let messages = "/api/v1/topics/TOPIC/messages";
    let message = "/api/v1/topics/TOPIC/messages/2";
    let membership = "/api/v1/topics/TOPIC/membership";
    let read = "/api/v1/topics/TOPIC/read";
    let reaction = "/api/v1/topics/TOPIC/messages/2/reactions/%F0%9F%91%8D";
    vec![
        reading(Door::TopicPage, "/t/TOPIC", Shows::Text, forbidden),
        reading(Door::TopicPage, "/t/TOPIC?before=9", Shows::Text, forbidden),
        reading(Door::MessagePage, "/t/TOPIC/2", Shows::Text, forbidden),
        reading(Door::Feed, "/t/TOPIC/feed.atom", Shows::Text, missing),
        reading(Door::ApiTopic, topic, Shows::Text, forbidden),
        reading(Door::ApiMessages, messages, Shows::Text, forbidden),
        reading(Door::ApiMessage, message, Shows::Text, forbidden),
        reading(Door::ApiMembers, "/api/v1/topics/TOPIC/members", Shows::Nothing, forbidden),
        reading(Door::EventStreamPosition, "/api/v1/topics/TOPIC/events?after=0", Shows::Stream, forbidden),
        reading(Door::EventStream, "/api/v1/topics/TOPIC/events", Shows::Stream, forbidden),
        calling(
            Door::ApiFollow,
            Permission::Follow,
            Method::PUT,
            membership,
            r#"{"follow":"following"}"#,
            ok,
        ),
        calling(Door::ApiRead, Permission::Follow, Method::PUT, read, r#"{"seq":1}"#, ok),
        calling(Door::ApiAction, Permission::Publish, Method::POST, messages, r#"{"body":"more"}"#, created),
        calling(Door::ApiAction, Permission::Describe, Method::PATCH, topic, r#"{"description":"more"}"#, ok),
        calling(Door::ApiAction, Permission::React, Method::PUT, reaction, "", ok),
        posting(
            Door::MessageForm,
            Permission::Publish,
            "/t/TOPIC",
            "draft=DRAFT&name=Ann&message=more",
            posted,
        ),
        DoorCase {
            shows: Shows::List,
            ..posting(
                Door::NewTopicForm,
                Permission::Begin,
                "/topics",
                "draft=DRAFT&title=Tea&name=TOPIC",
                exists,
            )
        },
    ]
}

/// The doors that no case goes through, and the reason. Each file that a reason names has a test that also opens the door and notices it.
pub(super) const NOT_WALKED: [(Door, &str); 20] = [
    (Door::PageViewer, "memberships: lists.rs"),
    (Door::ApiMemberships, "memberships: lists.rs"),
    (Door::Welcome, "memberships: sockets.rs"),
    (Door::Directory, "a list: lists.rs"),
    (Door::PinnedTopic, "the default topic alone: lists.rs"),
    (Door::SearchPage, "a list: lists.rs"),
    (Door::Sitemap, "a list: lists.rs"),
    (Door::ApiTopics, "a list: lists.rs"),
    (Door::ApiSearch, "a list: lists.rs"),
    (Door::SocketTopics, "a list: sockets.rs"),
    (Door::SocketSearch, "a list: sockets.rs"),
    (Door::PlainSubscribe, "the plain dialect: sockets.rs"),
    (Door::PlainMessage, "the plain dialect: sockets.rs"),
    (Door::SocketRead, "there is no reply: updates.rs"),
    (Door::SocketTyping, "there is no reply: updates.rs"),
    (Door::FollowedTopics, "what it lets through is asked about again by Heads and Memberships"),
    (Door::Heads, "an update of followers: updates.rs"),
    (Door::Memberships, "an update of followers: updates.rs"),
    (Door::OpenSubscription, "there is no request: updates.rs"),
    (Door::OpenEventStream, "there is no request: updates.rs"),
];

impl DoorCase {
    pub(super) fn request(&self, topic: &TopicName, cookie: Option<&str>) -> Request<Body> {
        let draft = DraftId::fresh().to_string();
        let fill = |text: &str| text.replace("TOPIC", topic.as_str()).replace("DRAFT", &draft);
        let mut headers = vec![
            ("origin", "http://localhost"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("idempotency-key", draft.as_str()),
        ];
        headers.extend(cookie.map(|cookie| ("cookie", cookie)));
        request(self.method.clone(), &fill(self.path), &headers, &fill(self.body))
    }
}
