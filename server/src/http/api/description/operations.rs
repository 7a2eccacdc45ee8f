//! Every operation of the API.

use app::protocol::{Event, Membership, TopicSummary};

use super::{
    super::{
        actions::{AckResponse, DeleteQuery, EditBody, PublishBody},
        events::EventsQuery,
        messages::{MessagesQuery, MessagesResponse},
        people::{
            FollowBody, MembersQuery, MembersResponse, MembershipsQuery, MembershipsResponse, ReadBody,
        },
        search::{SearchQuery, SearchResponse},
        session::{SessionBody, SessionResponse},
        topics::{CreateTopicBody, DescribeBody, TopicsQuery, TopicsResponse},
    },
    operation::{
        Access::{Caller, Open, Reader, Writer},
        Operation,
    },
};

const TOPICS: &str = "/api/v1/topics";
const TOPIC: &str = "/api/v1/topics/{topic}";
const MESSAGES: &str = "/api/v1/topics/{topic}/messages";
const MESSAGE: &str = "/api/v1/topics/{topic}/messages/{message}";
const REACTION: &str = "/api/v1/topics/{topic}/messages/{message}/reactions/{emoji}";
const MEMBERSHIP: &str = "/api/v1/topics/{topic}/membership";
const READ: &str = "/api/v1/topics/{topic}/read";
const MEMBERS: &str = "/api/v1/topics/{topic}/members";
const EVENTS: &str = "/api/v1/topics/{topic}/events";

/// Every operation of the API.
pub(super) fn operations() -> Vec<Operation> {
    [topics(), messages(), changes(), people(), descriptions()].into_iter().flatten().collect()
}

fn topics() -> Vec<Operation> {
    vec![
        Operation::new(Reader, ("get", TOPICS), "listTopics", "Lists topics")
            .query::<TopicsQuery>()
            .answers::<TopicsResponse>(200, "Topics"),
        Operation::new(Reader, ("get", TOPIC), "readTopic", "Reads one topic")
            .answers::<TopicSummary>(200, "The topic"),
        done(
            Operation::new(Writer, ("put", TOPIC), "createTopic", "Makes a topic").body::<CreateTopicBody>(),
            true,
        ),
        done(
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
            "Finds messages, the newest first",
        )
        .query::<SearchQuery>()
        .answers::<SearchResponse>(200, "Messages that were found"),
    ]
}

fn messages() -> Vec<Operation> {
    vec![
        Operation::new(
            Reader,
            ("get", MESSAGES),
            "listMessages",
            "Lists messages as they stand: the newest, or those of a part of the past",
        )
        .query::<MessagesQuery>()
        .answers::<MessagesResponse>(200, "Messages"),
        Operation::new(Reader, ("get", MESSAGE), "readMessage", "Reads one message as it stands")
            .answers::<Event>(200, "The message"),
        Operation::new(
            Reader,
            ("get", EVENTS),
            "streamEvents",
            "Streams the events of a topic as they come (server-sent events)",
        )
        .query::<EventsQuery>()
        .streams()
        .answers::<String>(
            200,
            "Blocks with an `id`; `data` is an `event` frame, or what a `reset` begins with",
        ),
    ]
}

fn changes() -> Vec<Operation> {
    vec![
        done(
            Operation::new(Writer, ("post", MESSAGES), "publishMessage", "Publishes a message")
                .body::<PublishBody>(),
            true,
        ),
        done(
            Operation::new(Writer, ("patch", MESSAGE), "editMessage", "Gives an own message another text")
                .body::<EditBody>(),
            false,
        ),
        done(
            Operation::new(Writer, ("delete", MESSAGE), "deleteMessage", "Deletes an own message")
                .query::<DeleteQuery>(),
            false,
        ),
        done(Operation::new(Writer, ("put", REACTION), "addReaction", "Reacts to a message"), false),
        done(Operation::new(Writer, ("delete", REACTION), "removeReaction", "Takes a reaction back"), false),
    ]
}

fn people() -> Vec<Operation> {
    const SESSION: &str = "/api/v1/session";
    vec![
        Operation::new(Caller, ("get", SESSION), "readSession", "Reads the caller's session")
            .answers::<SessionResponse>(200, "The session"),
        Operation::new(
            Reader,
            ("post", SESSION),
            "openSession",
            "Makes a session when the caller has none, and names it",
        )
        .body::<SessionBody>()
        .answers::<SessionResponse>(200, "The session; `Set-Cookie` has it"),
        Operation::new(
            Caller,
            ("get", "/api/v1/memberships"),
            "listMemberships",
            "Lists the topics that the caller follows",
        )
        .query::<MembershipsQuery>()
        .answers::<MembershipsResponse>(200, "Topics that the caller follows"),
        Operation::new(
            Caller,
            ("put", MEMBERSHIP),
            "followTopic",
            "Follows a topic, mutes it, or does neither",
        )
        .body::<FollowBody>()
        .answers::<Membership>(200, "The caller's place in the topic"),
        Operation::new(Caller, ("put", READ), "markAsRead", "Says how far the caller has read")
            .body::<ReadBody>()
            .answers::<Membership>(200, "The caller's place in the topic"),
        Operation::new(Reader, ("get", MEMBERS), "listMembers", "Lists the people who are in a topic now")
            .query::<MembersQuery>()
            .answers::<MembersResponse>(200, "People"),
    ]
}

fn descriptions() -> Vec<Operation> {
    vec![
        Operation::new(
            Open,
            ("get", "/api/v1/openapi.json"),
            "readDescription",
            "Describes this API (OpenAPI 3.1)",
        )
        .answers::<serde_json::Map<String, serde_json::Value>>(200, "This document"),
        Operation::new(
            Open,
            ("get", "/api/v1/frames.schema.json"),
            "readFrameSchemas",
            "Describes the frames of the socket (JSON Schema)",
        )
        .answers::<serde_json::Map<String, serde_json::Value>>(200, "Schemas"),
    ]
}

/// It is answered once it is on the disk: with 201 where that made something new.
fn done(operation: Operation, new: bool) -> Operation {
    let operation = operation
        .answers::<AckResponse>(200, if new { "An earlier try had stored it" } else { "It is on the disk" });
    if new { operation.answers::<AckResponse>(201, "It is on the disk") } else { operation }
}
