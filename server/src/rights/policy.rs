//! The policy of the house.

use super::{Refusal, Role};

/// The people to whom the policy gives a right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Audience {
    /// Guests too.
    #[default]
    Everyone,
    /// People with an account.
    Members,
    /// Moderators and owners.
    Moderators,
}

/// The people who may do something in public topics. The default lets everyone do everything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    /// The readers of public topics.
    pub readers: Audience,
    /// The writers in public and members' topics.
    pub writers: Audience,
    /// Those who begin topics, and change the titles of public ones.
    pub makers: Audience,
}

impl Audience {
    /// Reads a stored number. One of a later version admits nobody whom any policy of this one excludes.
    pub(super) fn of_number(number: i16) -> Self {
        match number {
            0 => Self::Everyone,
            1 => Self::Members,
            _ => Self::Moderators,
        }
    }

    /// A guest who is refused is told to sign in, which is the first step for them, though it may not suffice.
    pub(super) fn admit(self, role: Role) -> Result<(), Refusal> {
        let lowest = match self {
            Self::Everyone => Role::Guest,
            Self::Members => Role::Member,
            Self::Moderators => Role::Moderator,
        };
        match role {
            role if role >= lowest => Ok(()),
            Role::Guest => Err(Refusal::SignIn),
            Role::Member | Role::Moderator | Role::Owner => Err(Refusal::Forbidden),
        }
    }
}
