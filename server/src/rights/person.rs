//! The person who asks.

use app::protocol::{Timestamp, UserId};

/// The role of a person in the house. A higher role may do whatever a lower one may, except in private topics, where the
/// [`Place`](super::Place) decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Anybody without an account.
    #[default]
    Guest,
    /// Somebody with an account.
    Member,
    /// Moderates the public and the members' topics.
    Moderator,
    /// A moderator who also runs the house.
    Owner,
}

/// A person, as far as rights depend on them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    pub(super) user: Option<UserId>,
    pub(super) role: Role,
    pub(super) banned_until: Option<Timestamp>,
    pub(super) muted_until: Option<Timestamp>,
}

impl Person {
    /// Somebody without a session.
    pub fn stranger() -> Self {
        Self::default()
    }

    /// Somebody with an identity and without an account.
    pub fn guest(user: UserId) -> Self {
        Self { user: Some(user), ..Self::default() }
    }

    /// Somebody with a role, a ban and a mute, of which both end at a time.
    #[cfg(test)]
    pub(crate) fn for_test(user: UserId, role: Role, banned: Option<u64>, muted: Option<u64>) -> Self {
        let banned_until = banned.map(Timestamp);
        let muted_until = muted.map(Timestamp);
        Self { user: Some(user), role, banned_until, muted_until }
    }

    /// Returns the person's identity; `None` for a stranger.
    pub fn user(&self) -> Option<UserId> {
        self.user
    }

    pub(super) fn is_member(&self) -> bool {
        self.role >= Role::Member
    }

    pub(super) fn is_banned(&self, now: Timestamp) -> bool {
        self.banned_until.is_some_and(|until| now < until)
    }

    /// Whether the person is muted in the whole house.
    pub(super) fn is_muted(&self, now: Timestamp) -> bool {
        self.muted_until.is_some_and(|until| now < until)
    }
}
