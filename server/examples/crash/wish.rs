//! What an author wants done.

use app::protocol::{ClientFrame, DraftId, Emoji, Event, EventKind, TopicName};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    Say { body: String },
    Edit { message: u64, revision: u64, body: String },
    Delete { message: u64, revision: u64 },
    React { message: u64, emoji: Emoji, on: bool },
}

impl Wish {
    pub(crate) fn frame(&self, reference: u64, topic: TopicName, draft: DraftId) -> ClientFrame {
        match self.clone() {
            Self::Say { body } => ClientFrame::Publish { reference, topic, draft, body, reply_to: None },
            Self::Edit { message, revision, body } => {
                ClientFrame::Edit { reference, topic, draft, message, revision, body }
            }
            Self::Delete { message, revision } => {
                ClientFrame::Delete { reference, topic, draft, message, revision }
            }
            Self::React { message, emoji, on } => {
                ClientFrame::React { reference, topic, draft, message, emoji, on }
            }
        }
    }

    /// The message that it is about; none when it is one.
    pub(crate) fn target(&self) -> Option<u64> {
        match self {
            Self::Say { .. } => None,
            Self::Edit { message, .. } | Self::Delete { message, .. } | Self::React { message, .. } => {
                Some(*message)
            }
        }
    }

    /// Whether an event is what was wanted. A text may have been replaced since.
    pub(crate) fn became(&self, event: &Event) -> bool {
        match (self, &event.kind) {
            (Self::Say { body }, EventKind::Message { body: told, revision, .. }) => {
                revision.is_some() || body == told
            }
            (Self::Edit { message, body, .. }, EventKind::Edit { message: edited, body: told, .. }) => {
                message == edited && told.as_ref().is_none_or(|told| told == body)
            }
            (Self::Delete { message, .. }, EventKind::Deletion { message: deleted, .. }) => {
                message == deleted
            }
            (
                Self::React { message, emoji, on },
                EventKind::Reaction { message: about, emoji: with, on: is_on, .. },
            ) => (message, emoji, on) == (about, with, is_on),
            _ => false,
        }
    }
}
