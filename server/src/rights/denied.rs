//! The reasons why a person may not do something.

use app::protocol::ErrorCode;

/// The reason why a person who may know the topic may not do what they ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The person has no account.
    #[error("sign in first: this is for people with an account")]
    SignIn,
    /// The person is banned from the house.
    #[error("you are banned from this chat")]
    Banned,
    /// The person is muted, in the house or in the topic.
    #[error("you are muted; reading goes on")]
    Muted,
    /// The topic's state does not admit it.
    #[error("the topic is closed for this")]
    Locked,
    /// The person's role or place does not suffice.
    #[error("you may not do that here")]
    Forbidden,
}

/// The answer of a door to a person who is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The door answers that there is no such topic.
    #[error("there is no such topic")]
    Hidden,
    /// The door says why.
    #[error(transparent)]
    Refused(Refusal),
}

impl Denied {
    /// Whether the person is banned or muted, which they may not have been when they first sent what they send again.
    pub(crate) fn is_sanction(self) -> bool {
        matches!(self, Self::Refused(Refusal::Banned | Refusal::Muted))
    }

    /// Returns the protocol's error code.
    pub fn code(self) -> ErrorCode {
        match self {
            Self::Hidden => ErrorCode::NotFound,
            Self::Refused(Refusal::Banned) => ErrorCode::Banned,
            Self::Refused(Refusal::Muted) => ErrorCode::Muted,
            // The wire has no codes of their own for the first two yet, since nothing refuses with them.
            Self::Refused(Refusal::SignIn | Refusal::Locked | Refusal::Forbidden) => ErrorCode::Forbidden,
        }
    }
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
