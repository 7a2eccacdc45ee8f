//! Permits: proofs that something was allowed. Only [`Rights`](super::Rights) makes these values, and tests and tools under names of their own.

use app::protocol::{Action, Author, TopicName, UserId};

use super::{HousePermission, Permission, Visibility};

/// A topic that its holder may read. It is as large as a name, so a subscription that holds it costs no more than one with a name, and a
/// delivery asks nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readable {
    topic: TopicName,
}

impl Readable {
    pub(super) fn new(topic: TopicName) -> Self {
        Self { topic }
    }

    /// Past all doors: for tests and for tools that own the database.
    #[doc(hidden)]
    pub fn unchecked(topic: TopicName) -> Self {
        Self::new(topic)
    }

    /// Returns the topic's name.
    pub fn topic(&self) -> &TopicName {
        &self.topic
    }
}

/// An action in a topic that its author may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writable {
    topic: TopicName,
    author: Author,
    action: Action,
    permission: Permission,
}

impl Writable {
    pub(super) fn new(topic: TopicName, author: Author, action: Action) -> Self {
        let permission = Permission::of(&action);
        Self { topic, author, action, permission }
    }

    /// Past all doors: for tests and for tools that own the database.
    #[doc(hidden)]
    pub fn unchecked(topic: TopicName, author: Author, action: Action) -> Self {
        Self::new(topic, author, action)
    }

    /// Returns the topic, the author, the action, and the permission that it needed.
    pub fn into_parts(self) -> (TopicName, Author, Action, Permission) {
        (self.topic, self.author, self.action, self.permission)
    }
}

/// The topics that lists and searches may show: those up to a visibility, and the private ones of a participant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadScope {
    level: Visibility,
    participant: Option<UserId>,
}

impl ReadScope {
    pub(super) fn new(level: Visibility, participant: Option<UserId>) -> Self {
        Self { level, participant }
    }

    /// Past all doors: for tests and for tools that own the database.
    #[doc(hidden)]
    pub fn unchecked() -> Self {
        Self::new(Visibility::Public, None)
    }

    /// Returns the least visible topics that everybody with this scope may read.
    pub fn level(&self) -> Visibility {
        self.level
    }

    /// Returns the person whose private topics are shown, too.
    pub fn participant(&self) -> Option<UserId> {
        self.participant
    }
}

/// Something in the house that its holder may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HousePermit {
    permission: HousePermission,
}

impl HousePermit {
    pub(super) fn new(permission: HousePermission) -> Self {
        Self { permission }
    }

    /// Returns the permission.
    pub fn permission(&self) -> HousePermission {
        self.permission
    }
}
