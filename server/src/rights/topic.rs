//! The rights of a topic.

use std::collections::HashMap;

use app::protocol::{Timestamp, UserId};

/// The people who may know a topic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Visibility {
    /// Everybody whom the policy lets read.
    #[default]
    Public,
    /// People with an account. Its name is no secret.
    Members,
    /// Its participants. For everybody else it does not exist.
    Private,
}

impl Visibility {
    /// All visibilities.
    pub const ALL: [Self; 3] = [Self::Public, Self::Members, Self::Private];

    /// Reads a stored number. One of a later version is hidden here.
    pub(super) fn of_number(number: i16) -> Self {
        match number {
            0 => Self::Public,
            1 => Self::Members,
            _ => Self::Private,
        }
    }
}

/// The kinds of writing that a topic admits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TopicState {
    /// Everybody writes.
    #[default]
    Open,
    /// Only those who moderate the topic publish; everybody reacts.
    Announcements,
    /// Only those who moderate the topic write.
    Locked,
    /// The same as locked, and out of sight in lists.
    Archived,
}

impl TopicState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Open, Self::Announcements, Self::Locked, Self::Archived];

    /// Reads a stored number. One of a later version is locked here.
    pub(super) fn of_number(number: i16) -> Self {
        match number {
            0 => Self::Open,
            1 => Self::Announcements,
            3 => Self::Archived,
            _ => Self::Locked,
        }
    }
}

/// The people who may invite others to a private topic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Inviters {
    /// Each participant.
    #[default]
    Participants,
    /// Hosts alone.
    Hosts,
}

impl Inviters {
    /// Reads a stored number.
    pub(super) fn of_number(number: i16) -> Self {
        if number == 0 { Self::Participants } else { Self::Hosts }
    }
}

/// The place of a participant in a private topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Reads and writes.
    Participant,
    /// Moderates the topic, too.
    Host,
}

impl Place {
    /// Reads a stored number. One of a later version gives the least here.
    pub(super) fn of_number(number: i16) -> Self {
        if number == 1 { Self::Host } else { Self::Participant }
    }
}

/// The rights of one topic. The default is that of a topic of which nothing is stored: public and open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopicRights {
    /// The people who may know the topic.
    pub visibility: Visibility,
    /// The kinds of writing that the topic admits.
    pub state: TopicState,
    /// The people who invite others to it, if it is private.
    pub inviters: Inviters,
    /// Whether it is a direct conversation. Two people cannot leave theirs.
    pub is_direct: bool,
    /// The participants, if it is private.
    pub places: HashMap<UserId, Place>,
    /// People who are muted in this topic, with the time when that ends.
    pub muted_until: HashMap<UserId, Timestamp>,
}

impl TopicRights {
    /// Returns the rights of a public topic in a state.
    pub fn public(state: TopicState) -> Self {
        Self { state, ..Self::default() }
    }

    /// Returns the place of a person; `None` for a person without one, as a stranger is.
    pub(super) fn place(&self, user: Option<UserId>) -> Option<Place> {
        self.places.get(&user?).copied()
    }

    pub(super) fn is_muted(&self, user: Option<UserId>, now: Timestamp) -> bool {
        user.and_then(|user| self.muted_until.get(&user)).is_some_and(|until| now < *until)
    }
}
