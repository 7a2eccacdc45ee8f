//! A draft: a message, or a change of one, that the server has not committed yet.

use crate::protocol::{
    Action, ActionFrame, Author, ClientFrame, DraftId, Event, EventKind, Name, RenderedText, Timestamp,
    TopicName, UserId,
};

/// Added to a draft's order to get the `seq` of its optimistic event: above every `seq` of a log, and no order is large enough to
/// overflow it.
const OPTIMISTIC_SEQ_BASE: u64 = 1 << 62;

/// The state of a message that an edit or a deletion is based on. The server refuses a change of an outdated revision (`stale`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BaseRevision {
    /// The committed revision.
    pub revision: u64,
    /// The author's own pending change that was shown on top of it. Once that change is committed, its `seq` becomes the revision.
    pub base_draft: Option<DraftId>,
}

/// An action as the browser stores it: from before the first attempt to send it until the log has it. `json_lite` has the stored
/// form.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Draft {
    /// The id, the same for every attempt: the server recognises a retry by it.
    pub id: DraftId,
    pub topic: TopicName,
    /// The author. A draft is not sent under another identity unless the user adopts it.
    pub author: UserId,
    /// The name it was written under; `None` in drafts of older versions.
    pub name: Option<Name>,
    pub action: Action,
    /// The [base draft](BaseRevision::base_draft) of an edit or a deletion.
    pub base_draft: Option<DraftId>,
    /// The sort key among drafts: when it was written, in microseconds since 1970 by the browser's clock, and always above
    /// the drafts that existed then.
    pub order: u64,
    /// It was sent once, so the log may have it: sending the text again under another id could publish it twice.
    pub was_sent: bool,
    /// Why the server refused it permanently.
    pub refusal: Option<String>,
}

impl Draft {
    /// Returns the frame that sends the draft.
    pub fn frame(self, reference: u64) -> ClientFrame {
        let Self { id: draft, topic, action, .. } = self;
        ActionFrame { reference, topic, draft, action }.into()
    }

    /// Returns the base of an edit or a deletion; `None` for actions that need none.
    pub(crate) fn base(&self) -> Option<BaseRevision> {
        self.action.revision().map(|revision| BaseRevision { revision, base_draft: self.base_draft })
    }

    /// Bases an edit or a deletion on another revision. Changes no other action.
    pub(crate) fn rebase(&mut self, base: BaseRevision) {
        if let Some(revision) = self.action.revision_mut() {
            *revision = base.revision;
            self.base_draft = base.base_draft;
        }
    }

    /// Returns the event that the draft is expected to become. Its `seq` lies above every committed event and follows the order of
    /// drafts.
    pub fn optimistic_event(&self) -> Event {
        let kind = EventKind::from_action(self.action.clone(), self.id, RenderedText::default());
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

    /// Whether the log certainly lacks it, so that the author can withdraw or rewrite it.
    pub fn is_withdrawable(&self) -> bool {
        !self.was_sent || self.refusal.is_some()
    }
}

/// The state of a draft on its way to the server.
///
/// `Waiting` → `Sending` → `Acknowledged` → removed once the event itself arrives. An error returns it to `Waiting` when it can be
/// retried, and makes it `Refused` otherwise; a lost connection returns `Sending` and `Acknowledged` to `Waiting`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SendState {
    /// Not sent: there is no connection, or earlier drafts go first.
    Waiting,
    /// Sent, without a reply so far.
    Sending,
    /// Durable on the server with this `seq`; the event itself is about to arrive.
    Acknowledged(u64),
    /// Refused permanently, for this [reason](crate::model::refusal).
    Refused(String),
}

/// The place where a draft is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Persistence {
    /// The browser is storing it. It is not sent before that.
    Pending,
    /// In the browser's storage, shared by all tabs.
    Stored,
    /// In this page only, because the browser could not store it.
    MemoryOnly,
}

/// A command that the user can give for a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftCommand {
    /// Send it again unchanged.
    Retry,
    /// Send a draft of an earlier session under the current identity.
    Adopt,
    /// Move its text back into the composer.
    Edit,
    /// Delete it.
    Discard,
    /// Stop sending it, although it may have arrived already.
    GiveUp,
}

/// A draft and its states.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OutboxEntry {
    pub draft: Draft,
    /// Its progress on the way to the server.
    pub state: SendState,
    /// The place where it is stored.
    pub persistence: Persistence,
}

impl OutboxEntry {
    /// Whether it may be sent as this person without asking: they wrote it, or it was written on this very page.
    pub fn belongs_to(&self, user: UserId) -> bool {
        self.draft.author == user || self.persistence != Persistence::Stored
    }

    /// Whether the author can withdraw it.
    pub fn is_withdrawable(&self) -> bool {
        match self.state {
            SendState::Waiting => self.draft.is_withdrawable(),
            SendState::Refused(_) => true,
            SendState::Sending | SendState::Acknowledged(_) => false,
        }
    }

    /// Returns the commands that this person has for it.
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

    /// Whether it will replace or remove the text of a message.
    pub(super) fn changes_text(&self) -> bool {
        self.draft.action.revision().is_some() && !matches!(self.state, SendState::Refused(_))
    }

    fn has_text(&self) -> bool {
        self.draft.action.body().is_some()
    }

    /// Takes over the changes of another tab. A draft that this tab is sending stays as it is until the server replies.
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

    /// Whether it belongs to this person and is not refused.
    pub(super) fn is_pending_for(&self, user: UserId) -> bool {
        self.belongs_to(user) && !matches!(self.state, SendState::Refused(_))
    }
}
