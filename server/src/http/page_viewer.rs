//! The person who views a topic's page.

use app::protocol::{DraftId, Membership, Name, UserId};
use tracing::error;

use crate::{
    chat::Chat,
    rights::{Door, HousePermission},
    session::Session,
};

/// The person who views a topic's page.
pub(super) struct PageViewer {
    pub(super) user: UserId,
    pub(super) name: Name,
    /// The topics that the person follows.
    pub(super) memberships: Vec<Membership>,
    /// The draft id of the page's message form.
    pub(super) draft: DraftId,
    /// Whether the person may open the pages of moderators and owners.
    pub(super) is_staff: bool,
}

impl PageViewer {
    /// Loads the memberships of the session's person. When that fails, the page is shown without them.
    pub(super) async fn load(session: Session, chat: &Chat) -> Self {
        let memberships =
            chat.memberships(Door::PageViewer, &session.person()).await.unwrap_or_else(|error| {
                error!(%error, "page.memberships_unavailable");
                Vec::new()
            });
        let is_staff = chat.rights().house(&session.person(), HousePermission::Ban).is_ok();
        let Session { user, name, .. } = session;
        Self { user, name, memberships, draft: DraftId::fresh(), is_staff }
    }

    /// A viewer without a name and memberships.
    pub(super) fn anonymous(user: UserId, draft: DraftId) -> Self {
        Self { user, name: Name::anonymous(), memberships: Vec::new(), draft, is_staff: false }
    }

    /// Whether the page shows nothing of this person, so that it may come from the page cache.
    pub(super) fn is_anonymous(&self) -> bool {
        self.name == Name::anonymous() && self.memberships.is_empty() && !self.is_staff
    }
}
