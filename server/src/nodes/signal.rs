//! The messages between nodes.

use app::protocol::{Person, TopicName, UserId};
use serde::{Deserialize, Serialize};

use crate::random::random_bytes;

/// People in one [`Signal::Typing`].
pub(crate) const MAX_TYPING_PEOPLE: usize = 10;

/// A running server. It gets another id with each start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct NodeId(u64);

impl NodeId {
    pub(crate) fn random() -> Self {
        Self(u64::from_be_bytes(random_bytes()))
    }

    #[cfg(test)]
    pub(crate) fn of(id: u64) -> Self {
        Self(id)
    }
}

/// A message to all other nodes. Receivers ignore kinds that they do not know, so that nodes of two versions can run together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Signal {
    /// The topic's log has an event with this `seq`.
    Head { topic: TopicName, seq: u64 },
    /// The people who are connected to a topic on the node.
    People(NodePeople),
    /// The node ends, and its people are no longer connected.
    Leaving { node: NodeId },
    /// The node has missed signals, and asks the others for their people.
    Hello { node: NodeId },
    /// These people are typing.
    Typing { topic: TopicName, people: Vec<Person> },
    /// A person has followed, muted or left a topic.
    Membership { user: UserId, topic: TopicName },
    /// A person has read a topic up to this `seq`.
    Read { user: UserId, topic: TopicName, seq: u64 },
    /// Sessions of a person have ended or were renamed; sessions of anyone without a person.
    Sessions { user: Option<UserId> },
    /// The rights of the house or of a person have this version.
    Rights { version: i64 },
}

/// The people who are connected to a topic on one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NodePeople {
    pub(crate) node: NodeId,
    /// Of two signals of a node, the one with the higher version is the newer one.
    pub(crate) version: u64,
    pub(crate) topic: TopicName,
    pub(crate) count: u64,
    /// All of them. `None` if they are too many: only their number counts then.
    pub(crate) people: Option<Vec<Person>>,
}

/// The subject of a signal: of two signals with the same key, the newer one replaces the other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum SignalKey {
    Head(TopicName),
    People(NodeId, TopicName),
    Leaving(NodeId),
    Hello,
    Typing(TopicName),
    Membership(UserId, TopicName),
    Read(UserId, TopicName),
    Sessions(Option<UserId>),
    Rights,
}

impl Signal {
    pub(super) fn key(&self) -> SignalKey {
        match self {
            Self::Head { topic, .. } => SignalKey::Head(topic.clone()),
            Self::People(NodePeople { node, topic, .. }) => SignalKey::People(*node, topic.clone()),
            Self::Leaving { node } => SignalKey::Leaving(*node),
            Self::Hello { .. } => SignalKey::Hello,
            Self::Typing { topic, .. } => SignalKey::Typing(topic.clone()),
            Self::Membership { user, topic } => SignalKey::Membership(*user, topic.clone()),
            Self::Read { user, topic, .. } => SignalKey::Read(*user, topic.clone()),
            Self::Sessions { user } => SignalKey::Sessions(*user),
            Self::Rights { .. } => SignalKey::Rights,
        }
    }

    /// Merges a later signal with the same key into this one. Signals may arrive out of order, so numbers never go back.
    pub(super) fn merge(&mut self, later: Self) {
        match (self, later) {
            (Self::Head { seq, .. }, Self::Head { seq: later, .. })
            | (Self::Read { seq, .. }, Self::Read { seq: later, .. }) => *seq = later.max(*seq),
            (Self::Rights { version }, Self::Rights { version: later }) => *version = later.max(*version),
            (Self::People(people), Self::People(later)) if later.version < people.version => {}
            (Self::Typing { people, .. }, Self::Typing { people: later, .. }) => {
                people.retain(|person| later.iter().all(|other| other.user != person.user));
                people.extend(later);
                people.truncate(MAX_TYPING_PEOPLE);
            }
            (signal, later) => *signal = later,
        }
    }

    /// Roughly the bytes in memory.
    pub(super) fn size(&self) -> usize {
        let people = match self {
            Self::People(NodePeople { people, .. }) => people.as_ref().map_or(0, Vec::len),
            Self::Typing { people, .. } => people.len(),
            _ => 0,
        };
        size_of::<Self>() + size_of::<SignalKey>() + people * (size_of::<Person>() + 32)
    }
}
