//! The policy of the house.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Refusal, Role};

/// The people to whom the policy gives a right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

    /// Returns the number that is stored.
    pub(super) fn number(self) -> i16 {
        match self {
            Self::Everyone => 0,
            Self::Members => 1,
            Self::Moderators => 2,
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
