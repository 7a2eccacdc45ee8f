//! The person who views a topic's page.

use app::protocol::{DraftId, Membership, Name, UserId};
use tracing::error;

use crate::{chat::Chat, rights::Door, session::Session};

/// The person who views a topic's page.
pub(super) struct PageViewer {
    pub(super) user: UserId,
    pub(super) name: Name,
    /// The topics that the person follows.
    pub(super) memberships: Vec<Membership>,
    /// The draft id of the page's message form.
    pub(super) draft: DraftId,
}

impl PageViewer {
    /// Loads the memberships of the session's person. When that fails, the page is shown without them.
    pub(super) async fn load(session: Session, chat: &Chat) -> Self {
        let memberships =
            chat.memberships(Door::PageViewer, &session.person()).await.unwrap_or_else(|error| {
                error!(%error, "page.memberships_unavailable");
                Vec::new()
            });
        let Session { user, name, .. } = session;
        Self { user, name, memberships, draft: DraftId::fresh() }
    }

    /// A viewer without a name and memberships.
    pub(super) fn anonymous(user: UserId, draft: DraftId) -> Self {
        Self { user, name: Name::anonymous(), memberships: Vec::new(), draft }
    }

    /// Whether the page shows nothing of this person, so that it may come from the page cache.
    pub(super) fn is_anonymous(&self) -> bool {
        self.name == Name::anonymous() && self.memberships.is_empty()
    }
}
