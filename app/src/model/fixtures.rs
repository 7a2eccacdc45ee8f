//! Events and drafts for tests of this crate.

use crate::model::outbox::Draft;
pub(crate) use crate::protocol::fixtures::*;
use crate::protocol::{Action, DraftId};

/// A draft of `user(7)` in the lobby.
pub(crate) fn draft(body: &str) -> Draft {
    Draft {
        id: DraftId::fresh(),
        topic: "lobby".parse().unwrap(),
        author: user(7),
        name: None,
        action: Action::Publish { body: body.into(), reply_to: None },
        base_draft: None,
        order: 0,
        was_sent: false,
        refusal: None,
    }
}
