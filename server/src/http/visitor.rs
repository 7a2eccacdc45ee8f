//! Whose page it is.

use app::protocol::{DraftId, Membership, Name, UserId};
use tracing::error;

use crate::{chat::Chat, session::Session};

/// Somebody who opens a topic's page.
pub(super) struct Visitor {
    pub(super) user: UserId,
    pub(super) name: Name,
    /// The topics that they follow.
    pub(super) memberships: Vec<Membership>,
    /// The draft in the page's form.
    pub(super) draft: DraftId,
}

impl Visitor {
    /// Whoever has this session. A page that cannot say what they follow shows its topic all the same.
    pub(super) async fn of(Session { user, name, .. }: Session, chat: &Chat) -> Self {
        let memberships = chat.memberships(user).await.unwrap_or_else(|error| {
            error!(%error, "page.no_memberships");
            Vec::new()
        });
        Self { user, name, memberships, draft: DraftId::fresh() }
    }

    /// Somebody of whom there is nothing to know.
    pub(super) fn stranger(user: UserId, draft: DraftId) -> Self {
        Self { user, name: Name::anonymous(), memberships: Vec::new(), draft }
    }

    pub(super) fn is_stranger(&self) -> bool {
        self.name == Name::anonymous() && self.memberships.is_empty()
    }
}
