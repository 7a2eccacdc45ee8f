//! All operations of the API.

use app::protocol::{Event, Membership, TopicSummary};

use super::{
    super::{
        actions::{AckResponse, DeleteQuery, EditBody, PublishBody},
        events::EventsQuery,
        messages::{MessagesQuery, MessagesResponse},
        networks::{LiftedResponse, NetworkBody, NetworkResponse, NetworksResponse},
        people::{
            FollowBody, MembersQuery, MembersResponse, MembershipsQuery, MembershipsResponse, ReadBody,
        },
        policy::PolicyBody,
        search::{SearchQuery, SearchResponse},
        session::{SessionBody, SessionResponse},
        standings::{AuditQuery, AuditResponse, StandingBody, StandingResponse},
        topics::{CreateTopicBody, DescribeBody, TopicsQuery, TopicsResponse},
    },
    operation::{
        Authorization::{Caller, Public, Reader, Writer},
        Operation,
    },
};
use crate::rights::Policy;

const TOPICS: &str = "/api/v1/topics";
const TOPIC: &str = "/api/v1/topics/{topic}";
const MESSAGES: &str = "/api/v1/topics/{topic}/messages";
const MESSAGE: &str = "/api/v1/topics/{topic}/messages/{message}";
const REACTION: &str = "/api/v1/topics/{topic}/messages/{message}/reactions/{emoji}";
const MEMBERSHIP: &str = "/api/v1/topics/{topic}/membership";
const READ: &str = "/api/v1/topics/{topic}/read";
const MEMBERS: &str = "/api/v1/topics/{topic}/members";
const PERSON: &str = "/api/v1/people/{user}";
const POLICY: &str = "/api/v1/policy";
const NETWORK: &str = "/api/v1/networks/{network}";
const EVENTS: &str = "/api/v1/topics/{topic}/events";

pub(super) fn operations() -> Vec<Operation> {
    [topics(), messages(), changes(), people(), standings(), networks(), descriptions()]
        .into_iter()
        .flatten()
        .collect()
}

fn topics() -> Vec<Operation> {
    vec![
        Operation::new(Reader, ("get", TOPICS), "listTopics", "Lists topics")
            .query::<TopicsQuery>()
            .response::<TopicsResponse>(200, "Topics"),
        Operation::new(Reader, ("get", TOPIC), "readTopic", "Reads one topic")
            .response::<TopicSummary>(200, "The topic"),
        with_ack(
            Operation::new(Writer, ("put", TOPIC), "createTopic", "Creates a topic")
                .body::<CreateTopicBody>(),
            true,
        ),
        with_ack(
            Operation::new(
                Writer,
                ("patch", TOPIC),
                "describeTopic",
                "Changes a topic's title, its description or both",
            )
            .body::<DescribeBody>(),
            false,
        ),
        Operation::new(
            Reader,
            ("get", "/api/v1/search"),
            "searchMessages",
            "Searches messages, newest first",
        )
        .query::<SearchQuery>()
        .response::<SearchResponse>(200, "The messages found"),
    ]
}

fn messages() -> Vec<Operation> {
    vec![
        Operation::new(
            Reader,
            ("get", MESSAGES),
            "listMessages",
            "Lists messages in their current state: the newest, or a page of older ones",
        )
        .query::<MessagesQuery>()
        .response::<MessagesResponse>(200, "Messages"),
        Operation::new(Reader, ("get", MESSAGE), "readMessage", "Reads one message in its current state")
            .response::<Event>(200, "The message"),
        Operation::new(
            Reader,
            ("get", EVENTS),
            "streamEvents",
            "Streams the events of a topic (server-sent events)",
        )
        .query::<EventsQuery>()
        .event_stream()
        .response::<String>(
            200,
            "Events with an `id`; the data of an `event` is the frame, that of a `reset` is the newest messages",
        ),
    ]
}

fn changes() -> Vec<Operation> {
    vec![
        with_ack(
            Operation::new(Writer, ("post", MESSAGES), "publishMessage", "Publishes a message")
                .body::<PublishBody>(),
            true,
        ),
        with_ack(
            Operation::new(
                Writer,
                ("patch", MESSAGE),
                "editMessage",
                "Changes the text of one of the caller's messages",
            )
            .body::<EditBody>(),
            false,
        ),
        with_ack(
            Operation::new(
                Writer,
                ("delete", MESSAGE),
                "deleteMessage",
                "Deletes one of the caller's messages",
            )
            .query::<DeleteQuery>(),
            false,
        ),
        with_ack(Operation::new(Writer, ("put", REACTION), "addReaction", "Reacts to a message"), false),
        with_ack(
            Operation::new(Writer, ("delete", REACTION), "removeReaction", "Removes the caller's reaction"),
            false,
        ),
    ]
}

fn people() -> Vec<Operation> {
    const SESSION: &str = "/api/v1/session";
    vec![
        Operation::new(Caller, ("get", SESSION), "readSession", "Reads the caller's session")
            .response::<SessionResponse>(200, "The session"),
        Operation::new(
            Reader,
            ("post", SESSION),
            "openSession",
            "Creates a session unless the caller has one, and sets its name",
        )
        .body::<SessionBody>()
        .response::<SessionResponse>(200, "The session; its cookie is in `Set-Cookie`"),
        Operation::new(
            Caller,
            ("get", "/api/v1/memberships"),
            "listMemberships",
            "Lists the topics that the caller follows",
        )
        .query::<MembershipsQuery>()
        .response::<MembershipsResponse>(200, "The topics that the caller follows"),
        Operation::new(
            Caller,
            ("put", MEMBERSHIP),
            "followTopic",
            "Follows a topic, mutes it or unfollows it",
        )
        .body::<FollowBody>()
        .response::<Membership>(200, "The caller's membership"),
        Operation::new(
            Caller,
            ("put", READ),
            "markAsRead",
            "Marks messages as read up to a `seq`, or as unread after it",
        )
        .body::<ReadBody>()
        .response::<Membership>(200, "The caller's membership"),
        Operation::new(Reader, ("get", MEMBERS), "listMembers", "Lists the people who are in a topic now")
            .query::<MembersQuery>()
            .response::<MembersResponse>(200, "People"),
    ]
}

fn standings() -> Vec<Operation> {
    vec![
        Operation::new(
            Caller,
            ("get", PERSON),
            "readStanding",
            "Reads a person's role, ban and mute, as a moderator",
        )
        .response::<StandingResponse>(200, "The person's role, ban and mute"),
        Operation::new(
            Caller,
            ("put", PERSON),
            "writeStanding",
            "Replaces a person's role, ban and mute, as a moderator; owners change roles",
        )
        .body::<StandingBody>()
        .response::<StandingResponse>(200, "The person's role, ban and mute"),
        Operation::new(
            Caller,
            ("get", "/api/v1/audit"),
            "listAudit",
            "Lists changes of roles, bans, mutes and the policy, newest first, as an owner",
        )
        .query::<AuditQuery>()
        .response::<AuditResponse>(200, "The changes"),
        Operation::new(Caller, ("get", POLICY), "readPolicy", "Reads the policy, as an owner")
            .response::<Policy>(200, "The policy"),
        Operation::new(Caller, ("put", POLICY), "writePolicy", "Replaces the policy, as an owner")
            .body::<PolicyBody>()
            .response::<Policy>(200, "The policy"),
    ]
}

fn networks() -> Vec<Operation> {
    vec![
        Operation::new(
            Caller,
            ("get", "/api/v1/networks"),
            "listNetworks",
            "Lists the banned networks, the latest ban first, as a moderator",
        )
        .response::<NetworksResponse>(200, "The banned networks"),
        Operation::new(
            Caller,
            ("put", NETWORK),
            "banNetwork",
            "Bans an address or a network, as a moderator",
        )
        .body::<NetworkBody>()
        .response::<NetworkResponse>(200, "The banned network"),
        Operation::new(
            Caller,
            ("delete", NETWORK),
            "liftNetwork",
            "Lifts the ban of a network, as a moderator",
        )
        .response::<LiftedResponse>(200, "The network"),
    ]
}

fn descriptions() -> Vec<Operation> {
    vec![
        Operation::new(
            Public,
            ("get", "/api/v1/openapi.json"),
            "readDescription",
            "Describes this API (OpenAPI 3.1)",
        )
        .response::<serde_json::Map<String, serde_json::Value>>(200, "This document"),
        Operation::new(
            Public,
            ("get", "/api/v1/frames.schema.json"),
            "readFrameSchemas",
            "Describes the WebSocket frames (JSON Schema)",
        )
        .response::<serde_json::Map<String, serde_json::Value>>(200, "Schemas"),
    ]
}

/// Adds the responses of an operation that appends an event: 200, and 201 if the operation creates something.
fn with_ack(operation: Operation, creates: bool) -> Operation {
    let operation = operation.response::<AckResponse>(
        200,
        if creates { "An earlier request had stored it" } else { "The event is stored" },
    );
    if creates { operation.response::<AckResponse>(201, "The event is stored") } else { operation }
}
