//! The actions of authors in topics.

use super::{AboutChange, Emoji, UserId};

/// An action of an author in a topic, from the draft in a browser to the transaction that stores it as an event.
/// [`ActionFrame`](super::ActionFrame) is its form on the wire, [`EventKind::from_action`](super::EventKind::from_action) the event that it becomes.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    /// Publishes a message.
    Publish {
        /// The text, in Markdown.
        body: String,
        /// The `seq` of the message that this one replies to.
        reply_to: Option<u64>,
    },
    /// Replaces the text of one of the author's own messages.
    Edit {
        /// The message's `seq`.
        message: u64,
        /// The revision that the author saw; any other is refused as stale.
        revision: u64,
        /// The new text, in Markdown.
        body: String,
    },
    /// Deletes one of the author's own messages.
    Delete {
        /// The message's `seq`.
        message: u64,
        /// The revision that the author saw; any other is refused as stale.
        revision: u64,
    },
    /// Adds or removes a reaction to a message.
    React {
        /// The message's `seq`.
        message: u64,
        emoji: Emoji,
        /// `false` removes the reaction.
        on: bool,
    },
    /// Sets the topic's title, its description, or both.
    Describe {
        /// The fields that are set; the others stay as they are.
        change: AboutChange,
        /// `true` creates the topic, which must not exist yet.
        new: bool,
    },
}

/// The results of rendering a text, computed once when it is published.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RenderedText {
    /// Sanitised HTML; `None` where it would say no more than the plain text.
    pub html: Option<String>,
    /// The people whom the text mentions.
    pub mentions: Vec<UserId>,
}

// No method has a wildcard arm: a new action does not compile before each of these questions is answered for it.
impl Action {
    /// Returns the `seq` of the message that the action changes; `None` if it changes none.
    pub fn target(&self) -> Option<u64> {
        match self {
            Self::Edit { message, .. } | Self::Delete { message, .. } | Self::React { message, .. } => {
                Some(*message)
            }
            Self::Publish { .. } | Self::Describe { .. } => None,
        }
    }

    /// Returns the `seq` of the message that the action replies to.
    pub fn reply_to(&self) -> Option<u64> {
        match self {
            Self::Publish { reply_to, .. } => *reply_to,
            Self::Edit { .. } | Self::Delete { .. } | Self::React { .. } | Self::Describe { .. } => None,
        }
    }

    /// Returns the Markdown text that the action publishes.
    pub fn body(&self) -> Option<&str> {
        match self {
            Self::Publish { body, .. } | Self::Edit { body, .. } => Some(body),
            Self::Delete { .. } | Self::React { .. } | Self::Describe { .. } => None,
        }
    }

    /// Like [`body`](Self::body).
    pub fn body_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Publish { body, .. } | Self::Edit { body, .. } => Some(body),
            Self::Delete { .. } | Self::React { .. } | Self::Describe { .. } => None,
        }
    }

    /// Returns the revision of the message that the action replaces. Such an action is its author's alone, is refused as
    /// stale if the message has another revision, and removes the message's earlier texts for good.
    pub fn revision(&self) -> Option<u64> {
        match self {
            Self::Edit { revision, .. } | Self::Delete { revision, .. } => Some(*revision),
            Self::Publish { .. } | Self::React { .. } | Self::Describe { .. } => None,
        }
    }

    /// Like [`revision`](Self::revision).
    pub fn revision_mut(&mut self) -> Option<&mut u64> {
        match self {
            Self::Edit { revision, .. } | Self::Delete { revision, .. } => Some(revision),
            Self::Publish { .. } | Self::React { .. } | Self::Describe { .. } => None,
        }
    }

    /// Whether the author follows the topic by it, unless they chose otherwise before.
    pub fn makes_author_follow(&self) -> bool {
        match self {
            Self::Publish { .. } | Self::Describe { .. } => true,
            Self::Edit { .. } | Self::Delete { .. } | Self::React { .. } => false,
        }
    }
}
