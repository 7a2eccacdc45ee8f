//! What a server says.

use serde::{Deserialize, Serialize};

use super::{SubscriptionMode, WelcomeLimits};
use crate::protocol::{
    About, ConnectionId, DraftId, Epoch, ErrorCode, Event, Head, Membership, Name, Person, SearchHit,
    Timestamp, TopicName, TopicSummary, UserId,
};

/// What a server says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to `hello`.
    Welcome {
        /// This connection.
        connection: ConnectionId,
        /// Who you are.
        user: UserId,
        /// The name you go by.
        name: Name,
        /// The server's clock.
        now: Timestamp,
        /// A `ping` comes this often, in seconds; 0 means never.
        ping_seconds: u64,
        /// What the server takes.
        limits: WelcomeLimits,
        /// The topics that you follow.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        topics: Vec<Membership>,
    },
    /// The answer to `rename`.
    Renamed {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// The name you go by.
        name: Name,
    },
    /// The answer to `subscribe`.
    Subscribed {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Which topic.
        topic: TopicName,
        /// The history that `seq` counts in.
        epoch: Epoch,
        /// The newest event's `seq`; 0 when there is none.
        head: u64,
        /// `tail`, `reset`: the draft id of the event at `head`, which need not be among `events`. A client names it in
        /// `since`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        draft: Option<DraftId>,
        /// How the subscription begins.
        mode: SubscriptionMode,
        /// `resume`: events in the order of `seq`, without holes. `tail`, `reset`: the newest messages as they stand now;
        /// what they do not show of the log up to `head` is no message.
        events: Vec<Event>,
        /// `resume`: more events follow as `event` frames. `tail`, `reset`: there are older messages.
        more: bool,
        /// The title and description at `head`; older servers leave it out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<About>,
    },
    /// The answer to `unsubscribe`.
    Unsubscribed {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Which topic.
        topic: TopicName,
    },
    /// Something happened in a topic: the only durable push, the same bytes for everyone.
    Event(Event),
    /// The answer to `history`: all messages from one place to another.
    History {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Which topic.
        topic: TopicName,
        /// The history that `seq` counts in.
        epoch: Epoch,
        /// The newest event's `seq`; the messages stand as they did then, or later.
        head: u64,
        /// The first `seq` that the answer is about; 1: nothing is older.
        from: u64,
        /// The last `seq` that the answer is about; `head`: nothing is newer.
        to: u64,
        /// Every message from `from` to `to`, oldest first.
        events: Vec<Event>,
    },
    /// The answer to `publish`, `edit`, `delete`, `react`, `create_topic` and `describe`: it is on the disk. Comes before the event itself.
    Ack {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// The draft.
        draft: DraftId,
        /// Where it stands.
        topic: TopicName,
        /// At which place.
        seq: u64,
        /// True when an earlier try had stored it.
        duplicate: bool,
    },
    /// A request was refused, or a frame was not understood.
    Error {
        /// The request's number, where it could be read.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<u64>,
        /// Why, for programs.
        code: ErrorCode,
        /// Why and what to do, for people.
        message: String,
        /// When to try again, in milliseconds, for refusals that pass.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_ms: Option<u64>,
    },
    /// People came to a topic or left it: ephemeral, folded, never stored.
    Presence {
        /// Which topic.
        topic: TopicName,
        /// How many people are there now.
        here: u64,
        /// Names of some who came.
        joined: Vec<Name>,
        /// Names of some who left.
        left: Vec<Name>,
    },
    /// The answer to `topics`.
    Topics {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// The topics.
        topics: Vec<TopicSummary>,
        /// There are more.
        more: bool,
    },
    /// The answer to `members`.
    Members {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// Which topic.
        topic: TopicName,
        /// How many people are there now.
        here: u64,
        /// Some of them.
        people: Vec<Person>,
    },
    /// Your place in a topic: the answer to `follow`, and told whenever you follow or read elsewhere or are mentioned.
    Membership {
        /// The request's number, if it is an answer.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<u64>,
        /// The place.
        membership: Membership,
    },
    /// How far topics that you follow have come, at most once a second.
    Heads {
        /// Those that moved.
        topics: Vec<Head>,
    },
    /// These people were writing just now: ephemeral.
    Typing {
        /// Where.
        topic: TopicName,
        /// Who.
        people: Vec<Person>,
    },
    /// The answer to `search`.
    Found {
        /// The request's number.
        #[serde(rename = "ref")]
        reference: u64,
        /// The messages, newest first.
        hits: Vec<SearchHit>,
        /// There are more: ask with this as `after`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        more: Option<String>,
        /// False: messages that were acknowledged before the search may be missing, as their words are still to be indexed.
        #[serde(default = "complete", skip_serializing_if = "is_complete")]
        complete: bool,
    },
    /// Are you there? Answer with `pong` and the same `n`.
    Ping {
        /// The ping's number.
        n: u64,
    },
    /// The server is going: come back at a random moment within that time.
    Drain {
        /// In milliseconds.
        within_ms: u64,
    },
    /// A frame that this version does not know; it is ignored.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// An answer that says nothing of it is complete.
fn complete() -> bool {
    true
}

fn is_complete(complete: &bool) -> bool {
    *complete
}

/// [`ServerFrame::Event`] of an event that stays where it is.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum BorrowedEventFrame<'a> {
    Event(&'a Event),
}

impl ServerFrame {
    /// [`ServerFrame::Event`] as JSON, without a copy of the event.
    pub fn event_json(event: &Event) -> String {
        // Strings, numbers and lists: serde_json has no reason to refuse any of them.
        serde_json::to_string(&BorrowedEventFrame::Event(event)).unwrap_or_default()
    }
}
