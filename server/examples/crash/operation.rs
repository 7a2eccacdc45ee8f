//! An operation of an author: publish, edit, delete or react.

use app::protocol::{ClientFrame, DraftId, Emoji, Event, EventKind, TopicName};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operation {
    Publish { body: String },
    Edit { message: u64, revision: u64, body: String },
    Delete { message: u64, revision: u64 },
    React { message: u64, emoji: Emoji, on: bool },
}

impl Operation {
    pub(crate) fn frame(&self, reference: u64, topic: TopicName, draft: DraftId) -> ClientFrame {
        match self.clone() {
            Self::Publish { body } => ClientFrame::Publish { reference, topic, draft, body, reply_to: None },
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

    /// The `seq` of the message that it changes; `None` for `Publish`.
    pub(crate) fn target(&self) -> Option<u64> {
        match self {
            Self::Publish { .. } => None,
            Self::Edit { message, .. } | Self::Delete { message, .. } | Self::React { message, .. } => {
                Some(*message)
            }
        }
    }

    /// Whether the event is the result of this operation. The event's text may be gone, since a later operation replaced it.
    pub(crate) fn matches(&self, event: &Event) -> bool {
        match (self, &event.kind) {
            (Self::Publish { body }, EventKind::Message { body: told, revision, .. }) => {
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
