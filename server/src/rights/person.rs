//! The person who asks.

use app::protocol::{Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Permission, Refusal};

/// The role of a person in the house. A higher role may do whatever a lower one may, except in private topics, whose hosts decide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
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

impl Role {
    /// Reads a stored role. One of a later version gives no rights here.
    fn of_number(number: i16) -> Self {
        match number {
            1 => Self::Member,
            2 => Self::Moderator,
            3 => Self::Owner,
            _ => Self::Guest,
        }
    }

    /// Returns the number that is stored.
    pub(super) fn number(self) -> i16 {
        match self {
            Self::Guest => 0,
            Self::Member => 1,
            Self::Moderator => 2,
            Self::Owner => 3,
        }
    }
}

/// A role, a ban and a mute, as somebody gives them to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// The role.
    pub role: Role,
    /// The end of the ban; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub banned_until: Option<Timestamp>,
    /// The end of the mute in all topics; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Timestamp>,
}

/// A change of a standing. What it does not name stays as it is when the change is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandingChange {
    /// Replaces role, ban and mute.
    All(Standing),
    /// Gives a role.
    Role(Role),
    /// Bans until a time, or lifts the ban.
    Ban(Option<Timestamp>),
    /// Mutes in all topics until a time, or lifts the mute.
    Mute(Option<Timestamp>),
}

impl StandingChange {
    /// Returns the standing after the change.
    pub(super) fn apply(self, before: Standing) -> Standing {
        match self {
            Self::All(standing) => standing,
            Self::Role(role) => Standing { role, ..before },
            Self::Ban(banned_until) => Standing { banned_until, ..before },
            Self::Mute(muted_until) => Standing { muted_until, ..before },
        }
    }
}

impl From<Standing> for StandingChange {
    fn from(standing: Standing) -> Self {
        Self::All(standing)
    }
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

    /// Somebody as the table `person` has them. Ban and mute end at a time, in milliseconds since 1970; without a row, all are `None`.
    pub(crate) fn stored(user: UserId, role: Option<i16>, banned: Option<i64>, muted: Option<i64>) -> Self {
        Self {
            user: Some(user),
            role: role.map(Role::of_number).unwrap_or_default(),
            banned_until: banned.and_then(timestamp),
            muted_until: muted.and_then(timestamp),
        }
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

    /// Whether the person is banned or muted in the whole house.
    pub(crate) fn is_restricted(&self, now: Timestamp) -> bool {
        self.is_banned(now) || self.is_muted(now)
    }

    /// Returns why a person, whom a door has let append an event with this permission, may not do that in any topic.
    pub(crate) fn refusal(&self, permission: Permission, now: Timestamp) -> Option<Refusal> {
        if self.is_banned(now) {
            Some(Refusal::Banned)
        } else {
            (self.is_muted(now) && permission != Permission::DeleteOwn).then_some(Refusal::Muted)
        }
    }

    /// Returns the person's role, ban and mute.
    pub fn standing(&self) -> Standing {
        let Self { role, banned_until, muted_until, .. } = *self;
        Standing { role, banned_until, muted_until }
    }

    pub(super) fn is_member(&self) -> bool {
        self.role >= Role::Member
    }

    /// Whether the person is banned from the house.
    pub(crate) fn is_banned(&self, now: Timestamp) -> bool {
        self.banned_until.is_some_and(|until| now < until)
    }

    /// Whether the person is muted in the whole house.
    pub(super) fn is_muted(&self, now: Timestamp) -> bool {
        self.muted_until.is_some_and(|until| now < until)
    }
}

/// Returns `None` for a time before 1970, which is over.
fn timestamp(stored: i64) -> Option<Timestamp> {
    u64::try_from(stored).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_without_a_row_is_a_guest_and_unknown_roles_give_nothing() {
        let ann = UserId::fresh();
        assert_eq!(Person::stored(ann, None, None, None), Person::guest(ann));
        let roles = [-1, 0, 1, 2, 3, 4].map(|number| Person::stored(ann, Some(number), None, None).role);
        let expected = [Role::Guest, Role::Guest, Role::Member, Role::Moderator, Role::Owner, Role::Guest];
        assert_eq!(roles, expected);
    }

    #[test]
    fn a_change_leaves_the_rest_of_a_standing() {
        let (one, two) = (Some(Timestamp(1)), Some(Timestamp(2)));
        let before = Standing { role: Role::Member, banned_until: one, muted_until: two };
        for (change, after) in [
            (StandingChange::Role(Role::Guest), Standing { role: Role::Guest, ..before }),
            (StandingChange::Ban(None), Standing { banned_until: None, ..before }),
            (StandingChange::Ban(two), Standing { banned_until: two, ..before }),
            (StandingChange::Mute(one), Standing { muted_until: one, ..before }),
        ] {
            assert_eq!(change.apply(before), after);
        }
        let other = Standing { role: Role::Owner, banned_until: None, muted_until: None };
        assert_eq!(StandingChange::from(other).apply(before), other);
    }

    #[test]
    fn a_stored_ban_ends_at_its_time() {
        let person = Person::stored(UserId::fresh(), None, Some(9), Some(-1));
        assert!(person.is_banned(Timestamp(8)) && !person.is_banned(Timestamp(9)));
        assert!(!person.is_muted(Timestamp(0)));
        let for_ever = Person::stored(UserId::fresh(), None, Some(i64::MAX), None);
        assert!(for_ever.is_banned(crate::clock::now()));
    }
}
