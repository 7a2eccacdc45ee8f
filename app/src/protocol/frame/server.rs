//! Frames from the server.

use serde::{Deserialize, Serialize};

use super::{SubscriptionMode, WelcomeLimits};
use crate::protocol::{
    About, ConnectionId, DraftId, Epoch, ErrorCode, Event, Head, Membership, Name, Person, SearchHit,
    Timestamp, TopicName, TopicSummary, UserId,
};

/// A frame from the server. In a reply, `ref` is the number that the client gave its request.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The reply to `hello`.
    Welcome {
        /// The id of this connection.
        connection: ConnectionId,
        /// The user's identity.
        user: UserId,
        /// The user's name.
        name: Name,
        /// The time of the server's clock.
        now: Timestamp,
        /// The interval of `ping` frames in seconds; 0 means never.
        ping_seconds: u64,
        /// The limits in force.
        limits: WelcomeLimits,
        /// The topics that the user follows.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        topics: Vec<Membership>,
    },
    /// The reply to `rename`.
    Renamed {
        #[serde(rename = "ref")]
        reference: u64,
        /// The user's name.
        name: Name,
    },
    /// The reply to `subscribe`.
    Subscribed {
        #[serde(rename = "ref")]
        reference: u64,
        topic: TopicName,
        /// The epoch that every `seq` belongs to.
        epoch: Epoch,
        /// The `seq` of the newest event; 0 for an empty log.
        head: u64,
        /// `tail`, `reset`: the draft id of the event at `head`, which need not be among `events`. Clients send it back in
        /// `since`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        draft: Option<DraftId>,
        /// `tail`, `reset`: the time of the event at `head`. Clients send it back in `since`. Absent from older servers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
        /// The way in which the subscription starts.
        mode: SubscriptionMode,
        /// `resume`: events in the order of `seq`, without gaps. `tail`, `reset`: the newest messages in their current state;
        /// other events up to `head` are left out.
        events: Vec<Event>,
        /// `resume`: more events follow as `event` frames. `tail`, `reset`: older messages exist.
        more: bool,
        /// The title and description at `head`; absent from older servers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<About>,
    },
    /// The reply to `unsubscribe`.
    Unsubscribed {
        #[serde(rename = "ref")]
        reference: u64,
        topic: TopicName,
    },
    /// A new event of a topic: the only durable push, with the same bytes for all subscribers.
    Event(Event),
    /// The reply to `history`: all messages of a range.
    History {
        #[serde(rename = "ref")]
        reference: u64,
        topic: TopicName,
        /// The epoch that every `seq` belongs to.
        epoch: Epoch,
        /// The `seq` of the newest event; the messages are in their state at it, or later.
        head: u64,
        /// The first `seq` of the range; 1 when there are no older messages.
        from: u64,
        /// The last `seq` of the range; `head` when there are no newer messages.
        to: u64,
        /// Every message from `from` to `to`, oldest first.
        events: Vec<Event>,
    },
    /// The reply to `publish`, `edit`, `delete`, `react`, `create_topic` and `describe`: the event is durable. Sent before
    /// the event itself.
    Ack {
        #[serde(rename = "ref")]
        reference: u64,
        draft: DraftId,
        topic: TopicName,
        /// The event's `seq`.
        seq: u64,
        /// True when an earlier attempt had stored it.
        duplicate: bool,
    },
    /// A refused request, or a frame that the server did not understand.
    Error {
        /// The request's number, if it could be read.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<u64>,
        /// The reason, for programs.
        code: ErrorCode,
        /// The reason and what to do, for people.
        message: String,
        /// The delay before a retry in milliseconds, for errors that can be retried.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_ms: Option<u64>,
    },
    /// People joined or left a topic: ephemeral, batched, never stored.
    Presence {
        topic: TopicName,
        /// The number of people present.
        here: u64,
        /// Names of some people who joined.
        joined: Vec<Name>,
        /// Names of some people who left.
        left: Vec<Name>,
    },
    /// The reply to `topics`.
    Topics {
        #[serde(rename = "ref")]
        reference: u64,
        topics: Vec<TopicSummary>,
        /// Whether there are more.
        more: bool,
    },
    /// The reply to `members`.
    Members {
        #[serde(rename = "ref")]
        reference: u64,
        topic: TopicName,
        /// The number of people present.
        here: u64,
        /// Some of the people.
        people: Vec<Person>,
    },
    /// The user's membership in a topic: the reply to `follow`, and a push when the user follows or reads on another
    /// connection or is mentioned.
    Membership {
        /// The request's number, if this is a reply.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<u64>,
        membership: Membership,
    },
    /// The progress of followed topics, at most once a second.
    Heads {
        /// The topics that changed.
        topics: Vec<Head>,
    },
    /// People who are typing: ephemeral.
    Typing { topic: TopicName, people: Vec<Person> },
    /// The reply to `search`.
    Found {
        #[serde(rename = "ref")]
        reference: u64,
        /// The messages, newest first.
        hits: Vec<SearchHit>,
        /// The cursor of the next page, for `after`; absent on the last page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        more: Option<String>,
        /// False when acknowledged messages may be missing, because they are not indexed yet.
        #[serde(default = "complete", skip_serializing_if = "is_complete")]
        complete: bool,
    },
    /// A heartbeat. Clients reply with `pong` and the same `n`.
    Ping {
        /// The ping's number.
        n: u64,
    },
    /// The server shuts down: reconnect at a random moment within this time.
    Drain {
        /// The time in milliseconds.
        within_ms: u64,
    },
    /// A frame type that this version does not know; clients ignore it.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// A reply without the field is complete.
fn complete() -> bool {
    true
}

fn is_complete(complete: &bool) -> bool {
    *complete
}

/// [`ServerFrame::Event`] with a borrowed event.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum BorrowedEventFrame<'a> {
    Event(&'a Event),
}

impl ServerFrame {
    /// Returns a [`ServerFrame::Event`] as JSON, without cloning the event.
    pub fn event_json(event: &Event) -> String {
        // Strings, numbers and lists: serde_json has no reason to refuse any of them.
        serde_json::to_string(&BorrowedEventFrame::Event(event)).unwrap_or_default()
    }
}
