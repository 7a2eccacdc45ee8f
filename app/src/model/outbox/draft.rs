//! One thing that somebody wants to say.

use serde::{Deserialize, Serialize};

use crate::protocol::{
    Author, ClientFrame, DraftId, Emoji, Event, EventKind, Name, Timestamp, TopicName, UserId,
};

/// No log is so long, and no place of a draft so large.
const OPTIMISTIC_SEQ_BASE: u64 = 1 << 62;

/// What a draft does once it is in the log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is a message.
    #[default]
    #[serde(rename = "say")]
    Publish,
    /// It gives a message another text.
    Edit {
        /// The message's `seq`.
        message: u64,
        /// What its author saw.
        #[serde(flatten)]
        base: BaseRevision,
    },
    /// It takes a message back.
    Delete {
        /// The message's `seq`.
        message: u64,
        /// What its author saw.
        #[serde(flatten)]
        base: BaseRevision,
    },
    /// It reacts to a message, or takes that back.
    React {
        /// The message's `seq`.
        message: u64,
        /// With what.
        emoji: Emoji,
        /// False takes it back.
        on: bool,
    },
}

/// The state of a message that its author had before them when they changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BaseRevision {
    /// The revision that the log had.
    pub revision: u64,
    /// The change of their own that it showed already and the log did not have. Once it does, that is what they saw.
    #[serde(rename = "upon", default, skip_serializing_if = "Option::is_none")]
    pub base_draft: Option<DraftId>,
}

impl Action {
    /// What of the message its author saw; none where that does not matter.
    pub(crate) fn base_mut(&mut self) -> Option<&mut BaseRevision> {
        match self {
            Self::Edit { base, .. } | Self::Delete { base, .. } => Some(base),
            Self::Publish | Self::React { .. } => None,
        }
    }

    /// The `seq` of the message that it changes; none for a message of its own.
    pub fn target(&self) -> Option<u64> {
        match self {
            Self::Publish => None,
            Self::Edit { message, .. } | Self::Delete { message, .. } | Self::React { message, .. } => {
                Some(*message)
            }
        }
    }
}

/// Something a person wants to say or change, as the browser keeps it: before the first try to send it, until the log has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Draft {
    /// Its name, the same for every try.
    pub id: DraftId,
    /// Where it is to be said.
    pub topic: TopicName,
    /// Who wrote it. It is not said as somebody else unasked.
    pub author: UserId,
    /// The name it was written under; none in what an older page kept.
    pub name: Option<Name>,
    /// What it does.
    #[serde(rename = "deed", default)]
    pub action: Action,
    /// The text of a message or of an edit.
    pub body: String,
    /// The `seq` of the message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u64>,
    /// Where it stands among drafts: when it was written, in microseconds since 1970 by the browser's clock, and always
    /// above what stood there already.
    #[serde(rename = "place")]
    pub order: u64,
    /// It was on its way once, so the log may have it: nobody may say it under another id.
    #[serde(rename = "tried", default)]
    pub was_sent: bool,
    /// The server refused it for good, for this reason.
    #[serde(rename = "refused", default)]
    pub refusal: Option<String>,
}

impl Draft {
    /// The request that sends it.
    pub fn frame(self, reference: u64) -> ClientFrame {
        let Self { id: draft, topic, body, reply_to, .. } = self;
        match self.action {
            Action::Publish => ClientFrame::Publish { reference, topic, draft, body, reply_to },
            Action::Edit { message, base: BaseRevision { revision, .. } } => {
                ClientFrame::Edit { reference, topic, draft, message, revision, body }
            }
            Action::Delete { message, base: BaseRevision { revision, .. } } => {
                ClientFrame::Delete { reference, topic, draft, message, revision }
            }
            Action::React { message, emoji, on } => {
                ClientFrame::React { reference, topic, draft, message, emoji, on }
            }
        }
    }

    /// The event that it will be, as far as is known: after all that the log holds, in the order of drafts.
    pub fn optimistic_event(&self) -> Event {
        let draft = self.id;
        let kind = match &self.action {
            Action::Publish => EventKind::message(draft, self.body.clone()),
            Action::Edit { message, .. } => {
                let body = Some(self.body.clone());
                EventKind::Edit { draft, message: *message, body, html: None, mentions: Vec::new() }
            }
            Action::Delete { message, .. } => EventKind::Deletion { draft, message: *message },
            Action::React { message, emoji, on } => {
                EventKind::Reaction { draft, message: *message, emoji: emoji.clone(), on: *on }
            }
        };
        let name = self.name.clone().unwrap_or_else(Name::anonymous);
        let author = Author { user: self.author, name, unverified: false };
        Event {
            topic: self.topic.clone(),
            seq: OPTIMISTIC_SEQ_BASE.saturating_add(self.order),
            at: Timestamp(0),
            author,
            kind,
        }
    }

    /// Whether the log surely lacks it, so that it can be taken back and said otherwise.
    pub fn is_withdrawable(&self) -> bool {
        !self.was_sent || self.refusal.is_some()
    }
}

/// How far a draft has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SendState {
    /// Not on its way: no connection, or others go first.
    Waiting,
    /// Sent; no answer yet.
    Sending,
    /// On the server's disk at this place; the event itself is about to come.
    Acknowledged(u64),
    /// Refused for good; the text says why and what to do.
    Refused(String),
}

/// Where a draft would outlive the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Persistence {
    /// The browser is about to store it; it is not sent before.
    Pending,
    /// In the browser's storage, where all tabs find it.
    Stored,
    /// Here only: the browser would not store it.
    MemoryOnly,
}

/// What a draft's author can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftCommand {
    /// Send it again as it is.
    Retry,
    /// Say as who one is now what was written before this session.
    Adopt,
    /// Take it back and write it anew.
    Edit,
    /// Take it back for good.
    Discard,
    /// Do without it, although it may have arrived.
    GiveUp,
}

/// A draft and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OutboxEntry {
    /// The draft.
    pub draft: Draft,
    /// How far it has come.
    pub state: SendState,
    /// Where it would outlive the page.
    pub persistence: Persistence,
}

impl OutboxEntry {
    /// Whether it can be sent as this person without asking: they wrote it, or it was written on this very page.
    pub fn belongs_to(&self, user: UserId) -> bool {
        self.draft.author == user || self.persistence != Persistence::Stored
    }

    /// Whether it can be taken back.
    pub fn is_withdrawable(&self) -> bool {
        match self.state {
            SendState::Waiting => self.draft.is_withdrawable(),
            SendState::Refused(_) => true,
            SendState::Sending | SendState::Acknowledged(_) => false,
        }
    }

    /// What this person can do about it.
    pub fn commands(&self, user: UserId) -> &'static [DraftCommand] {
        match self.state {
            SendState::Sending | SendState::Acknowledged(_) => &[],
            SendState::Refused(_) if self.has_text() => {
                &[DraftCommand::Retry, DraftCommand::Edit, DraftCommand::Discard]
            }
            SendState::Refused(_) => &[DraftCommand::Retry, DraftCommand::Discard],
            SendState::Waiting if self.is_withdrawable() && self.belongs_to(user) && self.has_text() => {
                &[DraftCommand::Edit, DraftCommand::Discard]
            }
            SendState::Waiting if self.is_withdrawable() && self.belongs_to(user) => &[DraftCommand::Discard],
            SendState::Waiting if self.is_withdrawable() => &[DraftCommand::Adopt, DraftCommand::Discard],
            SendState::Waiting if self.belongs_to(user) => &[DraftCommand::GiveUp],
            SendState::Waiting => &[DraftCommand::Adopt, DraftCommand::GiveUp],
        }
    }

    /// Whether it will give a message another text, or none.
    pub(super) fn changes_text(&self) -> bool {
        let of_text = matches!(self.draft.action, Action::Edit { .. } | Action::Delete { .. });
        of_text && !matches!(self.state, SendState::Refused(_))
    }

    fn has_text(&self) -> bool {
        matches!(self.draft.action, Action::Publish | Action::Edit { .. })
    }

    /// What another tab did to it. What is under way here is left to its answer.
    pub(super) fn sync_with_storage(&mut self, stored: Draft) {
        if matches!(self.state, SendState::Waiting | SendState::Refused(_)) {
            let was_sent = self.draft.was_sent || stored.was_sent;
            *self = Self::stored(Draft { was_sent, ..stored });
        }
    }

    pub(super) fn stored(draft: Draft) -> Self {
        let state = draft.refusal.clone().map_or(SendState::Waiting, SendState::Refused);
        Self { draft, state, persistence: Persistence::Stored }
    }

    /// Whether it is this person's and on its way, or to be sent.
    pub(super) fn is_pending_for(&self, user: UserId) -> bool {
        self.belongs_to(user) && !matches!(self.state, SendState::Refused(_))
    }
}
