//! Drafts: how they enter the outbox, what they are based on, and which of them are committed.

use std::sync::Arc;

use super::{ConnectionStatus, Conversation};
use crate::{
    model::{
        outbox::{BaseRevision, Draft, OutboxEntry},
        timeline::Row,
    },
    protocol::{Action, DraftId, Event, TopicName},
};

impl Conversation {
    /// Adds a new draft to the outbox: at its end, or with the `order` of a draft that it replaces.
    pub fn add_draft(
        &mut self,
        action: Action,
        base_draft: Option<DraftId>,
        order: Option<u64>,
        now_ms: u64,
    ) -> Draft {
        self.add_draft_to(self.topic().clone(), action, base_draft, order, now_ms)
    }

    /// Adds a new draft to the outbox, for a topic that need not be shown any more.
    pub(crate) fn add_draft_to(
        &mut self,
        topic: TopicName,
        action: Action,
        base_draft: Option<DraftId>,
        order: Option<u64>,
        now_ms: u64,
    ) -> Draft {
        let order = order.unwrap_or_else(|| self.outbox.next_order(now_ms));
        let mut draft = Draft {
            id: DraftId::fresh(),
            topic,
            author: self.user,
            name: Some(self.name.clone()),
            action,
            base_draft,
            order,
            was_sent: false,
            refusal: None,
        };
        if let Some(base) = draft.base() {
            draft.rebase(self.resolve_base(base));
        }
        self.outbox.push(draft.clone());
        draft
    }

    /// Takes over stored drafts (see `Outbox::sync_with_storage`). Returns whether anything changed, and the drafts that are
    /// committed already: the page that sent them closed before it could remove them from the storage.
    pub fn sync_drafts(&mut self, stored: Vec<Draft>) -> (bool, Vec<DraftId>) {
        let (remaining, removed_some, committed) = self.remove_committed(stored);
        (self.outbox.sync_with_storage(remaining) || removed_some, committed)
    }

    /// Adds drafts of the browser's journal while its database does not answer. Returns the same as `sync_drafts`.
    pub fn recover_drafts(&mut self, journaled: Vec<Draft>) -> (bool, Vec<DraftId>) {
        let (remaining, removed_some, committed) = self.remove_committed(journaled);
        (self.outbox.recover(remaining) || removed_some, committed)
    }

    /// Removes committed drafts from the stored ones and from the outbox. Returns the others, whether the outbox had any, and which.
    fn remove_committed(&mut self, stored: Vec<Draft>) -> (Vec<Draft>, bool, Vec<DraftId>) {
        let (committed, remaining): (Vec<_>, Vec<_>) =
            stored.into_iter().partition(|draft| self.is_committed(draft));
        let committed: Vec<DraftId> = committed.into_iter().map(|draft| draft.id).collect();
        let removed_some = committed.iter().filter(|id| self.outbox.remove(**id)).count() > 0;
        (remaining, removed_some, committed)
    }

    /// Whether a loaded message is this draft, committed.
    fn is_committed(&self, draft: &Draft) -> bool {
        let rows = self.topic_state(&draft.topic).map_or(&[][..], |state| state.timeline.rows());
        rows.iter()
            .filter_map(Row::message)
            .any(|message| message.author.user == draft.author && message.kind.draft() == Some(draft.id))
    }

    /// Returns the newest loaded message of the visitor that is not deleted, pending deletions included.
    pub fn last_own_message(&self) -> Option<&Arc<Event>> {
        let own = |event: &&Arc<Event>| {
            event.author.user == self.user && !self.outbox.optimistic(event).is_deleted()
        };
        self.current().timeline.rows().iter().rev().filter_map(Row::message).find(own)
    }

    /// Resolves a base that is an own pending change to its `seq`, once that change is committed.
    pub fn resolve_base(&self, base: BaseRevision) -> BaseRevision {
        let committed = base.base_draft.and_then(|draft| self.committed.get(&draft));
        committed.map_or(base, |seq| BaseRevision { revision: *seq, base_draft: None })
    }

    /// Returns the drafts of the shown topic that belong to no loaded message: new messages, and changes of messages in gaps.
    pub fn unanchored(&self) -> impl Iterator<Item = &OutboxEntry> {
        let state = self.current();
        let here = |seq| state.timeline.message(seq).is_some();
        let of_topic = self.outbox.entries().iter().filter(|entry| entry.draft.topic == state.topic);
        of_topic.filter(move |entry| !entry.draft.action.target().is_some_and(here))
    }

    /// Sends a refused draft again, based on the current state of its message.
    pub fn retry(&mut self, id: DraftId) {
        let draft = self.outbox.get(id).map(|entry| &entry.draft);
        let state = draft.and_then(|draft| self.topic_state(&draft.topic));
        let target = draft.and_then(|draft| draft.action.target());
        let message = state.zip(target).and_then(|(state, seq)| state.timeline.message(seq));
        let base = message.map(|message| self.outbox.base_of(message));
        self.outbox.retry(id, base);
    }

    /// Whether the page needs the send lock: it is live and has drafts to send.
    pub fn wants_to_send(&self) -> bool {
        self.status == ConnectionStatus::Live && self.outbox.has_pending(self.user)
    }

    /// Removes a draft that another tab withdrew before this one could send it.
    pub fn draft_removed_elsewhere(&mut self, draft: DraftId) {
        self.outbox.remove(draft);
    }
}
