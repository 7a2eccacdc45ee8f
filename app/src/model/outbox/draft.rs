//! One thing that somebody wants to say.

use serde::{Deserialize, Serialize};

use crate::protocol::{
    Author, ClientFrame, DraftId, Emoji, Event, EventKind, Name, Timestamp, TopicName, UserId,
};

/// No log is so long, and no place of a draft so large.
const AFTER_ALL: u64 = 1 << 62;

/// What a draft does once it is in the log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// It is a message.
    #[default]
    Say,
    /// It gives a message another text.
    Edit {
        /// The message's `seq`.
        message: u64,
        /// What its author saw.
        #[serde(flatten)]
        seen: Seen,
    },
    /// It takes a message back.
    Delete {
        /// The message's `seq`.
        message: u64,
        /// What its author saw.
        #[serde(flatten)]
        seen: Seen,
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
pub struct Seen {
    /// The revision that the log had.
    pub revision: u64,
    /// The change of their own that it showed already and the log did not have. Once it does, that is what they saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upon: Option<DraftId>,
}

impl Deed {
    /// What of the message its author saw; none where that does not matter.
    pub(crate) fn seen_mut(&mut self) -> Option<&mut Seen> {
        match self {
            Self::Edit { seen, .. } | Self::Delete { seen, .. } => Some(seen),
            Self::Say | Self::React { .. } => None,
        }
    }

    /// The `seq` of the message that it changes; none for a message of its own.
    pub fn target(&self) -> Option<u64> {
        match self {
            Self::Say => None,
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
    #[serde(default)]
    pub deed: Deed,
    /// The text of a message or of an edit.
    pub body: String,
    /// The `seq` of the message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u64>,
    /// Where it stands among drafts: when it was written, in microseconds since 1970 by the browser's clock, and always
    /// above what stood there already.
    pub place: u64,
    /// It was on its way once, so the log may have it: nobody may say it under another id.
    #[serde(default)]
    pub tried: bool,
    /// The server refused it for good, for this reason.
    #[serde(default)]
    pub refused: Option<String>,
}

impl Draft {
    /// The request that sends it.
    pub fn frame(self, reference: u64) -> ClientFrame {
        let Self { id: draft, topic, body, reply_to, .. } = self;
        match self.deed {
            Deed::Say => ClientFrame::Publish { reference, topic, draft, body, reply_to },
            Deed::Edit { message, seen: Seen { revision, .. } } => {
                ClientFrame::Edit { reference, topic, draft, message, revision, body }
            }
            Deed::Delete { message, seen: Seen { revision, .. } } => {
                ClientFrame::Delete { reference, topic, draft, message, revision }
            }
            Deed::React { message, emoji, on } => {
                ClientFrame::React { reference, topic, draft, message, emoji, on }
            }
        }
    }

    /// The event that it will be, as far as is known: after all that the log holds, in the order of drafts.
    pub fn foreseen(&self) -> Event {
        let draft = self.id;
        let kind = match &self.deed {
            Deed::Say => EventKind::message(draft, self.body.clone()),
            Deed::Edit { message, .. } => {
                let body = Some(self.body.clone());
                EventKind::Edit { draft, message: *message, body, html: None, mentions: Vec::new() }
            }
            Deed::Delete { message, .. } => EventKind::Deletion { draft, message: *message },
            Deed::React { message, emoji, on } => {
                EventKind::Reaction { draft, message: *message, emoji: emoji.clone(), on: *on }
            }
        };
        let name = self.name.clone().unwrap_or_else(Name::anonymous);
        let author = Author { user: self.author, name, unverified: false };
        Event {
            topic: self.topic.clone(),
            seq: AFTER_ALL.saturating_add(self.place),
            at: Timestamp(0),
            author,
            kind,
        }
    }

    /// Whether the log surely lacks it, so that it can be taken back and said otherwise.
    pub fn is_free(&self) -> bool {
        !self.tried || self.refused.is_some()
    }
}

/// How far a draft has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Progress {
    /// Not on its way: no connection, or others go first.
    Waiting,
    /// Sent; no answer yet.
    Sending,
    /// On the server's disk at this place; the event itself is about to come.
    Stored(u64),
    /// Refused for good; the text says why and what to do.
    Refused(String),
}

/// Where a draft would outlive the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kept {
    /// The browser is about to store it; it is not sent before.
    Soon,
    /// In the browser's storage, where all tabs find it.
    Stored,
    /// Here only: the browser would not store it.
    Here,
}

/// What a draft's author can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
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
pub struct Entry {
    /// The draft.
    pub draft: Draft,
    /// How far it has come.
    pub progress: Progress,
    /// Where it would outlive the page.
    pub kept: Kept,
}

impl Entry {
    /// Whether it can be sent as this person without asking: they wrote it, or it was written on this very page.
    pub fn is_of(&self, user: UserId) -> bool {
        self.draft.author == user || self.kept != Kept::Stored
    }

    /// Whether it can be taken back.
    pub fn is_free(&self) -> bool {
        match self.progress {
            Progress::Waiting => self.draft.is_free(),
            Progress::Refused(_) => true,
            Progress::Sending | Progress::Stored(_) => false,
        }
    }

    /// What this person can do about it.
    pub fn offers(&self, user: UserId) -> &'static [Offer] {
        match self.progress {
            Progress::Sending | Progress::Stored(_) => &[],
            Progress::Refused(_) if self.has_text() => &[Offer::Retry, Offer::Edit, Offer::Discard],
            Progress::Refused(_) => &[Offer::Retry, Offer::Discard],
            Progress::Waiting if self.is_free() && self.is_of(user) && self.has_text() => {
                &[Offer::Edit, Offer::Discard]
            }
            Progress::Waiting if self.is_free() && self.is_of(user) => &[Offer::Discard],
            Progress::Waiting if self.is_free() => &[Offer::Adopt, Offer::Discard],
            Progress::Waiting if self.is_of(user) => &[Offer::GiveUp],
            Progress::Waiting => &[Offer::Adopt, Offer::GiveUp],
        }
    }

    /// Whether it will give a message another text, or none.
    pub(super) fn changes_text(&self) -> bool {
        let of_text = matches!(self.draft.deed, Deed::Edit { .. } | Deed::Delete { .. });
        of_text && !matches!(self.progress, Progress::Refused(_))
    }

    fn has_text(&self) -> bool {
        matches!(self.draft.deed, Deed::Say | Deed::Edit { .. })
    }

    /// What another tab did to it. What is under way here is left to its answer.
    pub(super) fn follow(&mut self, stored: Draft) {
        if matches!(self.progress, Progress::Waiting | Progress::Refused(_)) {
            let tried = self.draft.tried || stored.tried;
            *self = Self::stored(Draft { tried, ..stored });
        }
    }

    pub(super) fn stored(draft: Draft) -> Self {
        let progress = draft.refused.clone().map_or(Progress::Waiting, Progress::Refused);
        Self { draft, progress, kept: Kept::Stored }
    }

    /// Whether it is this person's and on its way, or to be sent.
    pub(super) fn is_owed_by(&self, user: UserId) -> bool {
        self.is_of(user) && !matches!(self.progress, Progress::Refused(_))
    }
}
