//! Permissions: the things that a person may ask for.

use app::protocol::Action;

/// Something to do in a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Reads messages, titles, counts and who is here.
    Read,
    /// Follows, mutes and unfollows the topic for oneself, and moves one's read position.
    Follow,
    /// Reports a message to those who moderate the topic.
    Report,
    /// Publishes a message.
    Publish,
    /// Adds or removes one's reaction.
    React,
    /// Edits one's own message.
    EditOwn,
    /// Deletes one's own message.
    DeleteOwn,
    /// Deletes somebody else's message.
    DeleteAny,
    /// Changes title and description.
    Describe,
    /// Begins the topic.
    Begin,
    /// Invites people to a private topic.
    Invite,
    /// Removes somebody from a private topic.
    RemovePerson,
    /// Leaves a private topic.
    Leave,
    /// Changes the topic's state or visibility.
    SetState,
    /// Gives the topic another address.
    Rename,
    /// Mutes somebody in the topic.
    MutePerson,
}

impl Permission {
    /// All permissions, in the order of the table in `docs/RIGHTS.md`.
    pub const ALL: [Self; 16] = [
        Self::Read,
        Self::Follow,
        Self::Report,
        Self::DeleteOwn,
        Self::Publish,
        Self::React,
        Self::EditOwn,
        Self::Describe,
        Self::Begin,
        Self::Invite,
        Self::RemovePerson,
        Self::Leave,
        Self::SetState,
        Self::DeleteAny,
        Self::MutePerson,
        Self::Rename,
    ];

    /// Returns the permission that an author needs for an action.
    pub fn of(action: &Action) -> Self {
        match action {
            Action::Publish { .. } => Self::Publish,
            Action::Edit { .. } => Self::EditOwn,
            Action::Delete { .. } => Self::DeleteOwn,
            Action::React { .. } => Self::React,
            Action::Describe { new: true, .. } => Self::Begin,
            Action::Describe { new: false, .. } => Self::Describe,
        }
    }
}

/// Something to do in the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HousePermission {
    /// Begins a private topic or a direct conversation.
    BeginPrivate,
    /// Bans somebody.
    Ban,
    /// Mutes somebody in all topics.
    MuteEverywhere,
    /// Removes somebody's messages.
    RemoveMessages,
    /// Reads and closes reports.
    Reports,
    /// Makes and revokes invitations.
    Invitations,
    /// Changes policy, roles, and the look of the house.
    Administer,
    /// Asks why somebody did not see a message.
    Inspect,
    /// Reads the audit log.
    ReadAudit,
}

impl HousePermission {
    /// All permissions.
    pub const ALL: [Self; 9] = [
        Self::BeginPrivate,
        Self::Ban,
        Self::MuteEverywhere,
        Self::RemoveMessages,
        Self::Reports,
        Self::Invitations,
        Self::Administer,
        Self::Inspect,
        Self::ReadAudit,
    ];
}
