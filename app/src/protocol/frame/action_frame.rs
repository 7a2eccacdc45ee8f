//! Conversion between an action and its frame.

use super::ClientFrame;
use crate::protocol::{AboutChange, Action, DraftId, TopicName};

impl ClientFrame {
    /// Returns the action that the frame submits; `None` for frames of other types.
    pub fn into_action(self) -> Option<ActionFrame> {
        let (reference, topic, draft, action) = match self {
            Self::Publish { reference, topic, draft, body, reply_to } => {
                (reference, topic, draft, Action::Publish { body, reply_to })
            }
            Self::Edit { reference, topic, draft, message, revision, body } => {
                (reference, topic, draft, Action::Edit { message, revision, body })
            }
            Self::Delete { reference, topic, draft, message, revision } => {
                (reference, topic, draft, Action::Delete { message, revision })
            }
            Self::React { reference, topic, draft, message, emoji, on } => {
                (reference, topic, draft, Action::React { message, emoji, on })
            }
            Self::CreateTopic { reference, topic, draft, about } => {
                (reference, topic, draft, Action::Describe { change: about.into(), new: true })
            }
            Self::Describe { reference, topic, draft, change } => {
                (reference, topic, draft, Action::Describe { change, new: false })
            }
            Self::Hello { .. }
            | Self::Rename { .. }
            | Self::Subscribe { .. }
            | Self::Unsubscribe { .. }
            | Self::History { .. }
            | Self::Topics { .. }
            | Self::Members { .. }
            | Self::Follow { .. }
            | Self::Read { .. }
            | Self::Typing { .. }
            | Self::Search { .. }
            | Self::Pong { .. } => return None,
        };
        Some(ActionFrame { reference, topic, draft, action })
    }
}

/// An action with the fields that every frame for an action has. This and [`ClientFrame::into_action`] are the only places that
/// convert between an action and its frame. The frames keep their fields in variants of their own: serde's `flatten` would
/// parse each message twice, and name no field in its errors.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionFrame {
    /// The request's number.
    pub reference: u64,
    pub topic: TopicName,
    /// The client's id for the event, made before the first attempt.
    pub draft: DraftId,
    pub action: Action,
}

impl From<ActionFrame> for ClientFrame {
    fn from(ActionFrame { reference, topic, draft, action }: ActionFrame) -> Self {
        match action {
            Action::Publish { body, reply_to } => Self::Publish { reference, topic, draft, body, reply_to },
            Action::Edit { message, revision, body } => {
                Self::Edit { reference, topic, draft, message, revision, body }
            }
            Action::Delete { message, revision } => {
                Self::Delete { reference, topic, draft, message, revision }
            }
            Action::React { message, emoji, on } => {
                Self::React { reference, topic, draft, message, emoji, on }
            }
            Action::Describe { change: AboutChange { about, .. }, new: true } => {
                Self::CreateTopic { reference, topic, draft, about }
            }
            Action::Describe { change, new: false } => Self::Describe { reference, topic, draft, change },
        }
    }
}
