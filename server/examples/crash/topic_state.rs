//! The state of one topic at one client: its copy, its own operations and its read mark.

use std::time::Instant;

use app::protocol::{Action, DraftId, ErrorCode, Event, EventKind, Membership, TopicName, UserId};

use crate::{
    Violation,
    client_view::ClientView,
    operation_log::{Attempt, OperationLog, Outcome},
    read_mark::ReadMark,
    searches::WORD_CHARS,
    shared::Shared,
};

pub(crate) struct TopicState {
    /// The topic's index in the run.
    pub(crate) index: usize,
    /// Its number among the copies of listeners, who only read; `None` for an author.
    listener: Option<usize>,
    pub(crate) topic: TopicName,
    pub(crate) view: ClientView,
    pub(crate) operations: OperationLog,
    /// Drafts under which other content was sent. `true`: the server took it for a retry; `false`: it refused it.
    pub(crate) conflicts: Vec<(usize, bool)>,
    pub(crate) read: ReadMark,
    /// The number of the server that it is connected to.
    node: usize,
    /// The newest own event that was acknowledged when it last subscribed.
    own_floor: u64,
    /// The newest event of the topic that anybody knew of then.
    newest_floor: u64,
}

/// A request under a draft that is recorded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    /// The draft's index.
    pub(crate) index: usize,
    /// It has other content than the draft.
    pub(crate) is_conflict: bool,
}

impl TopicState {
    /// With `is_ordered`, answers and events come over one connection.
    pub(crate) fn new(shared: &Shared, index: usize, is_ordered: bool) -> Self {
        Self {
            index,
            listener: None,
            topic: shared.topics[index].clone(),
            view: ClientView::default(),
            operations: OperationLog::new(is_ordered),
            conflicts: Vec::new(),
            read: ReadMark::default(),
            node: 0,
            own_floor: 0,
            newest_floor: 0,
        }
    }

    /// Makes it one of the copies that must have caught up soon after everything is healed. Those of authors may wait for a commit.
    pub(crate) fn listens(&mut self, shared: &Shared) {
        self.listener = Some(shared.observer.register());
    }

    /// Begins a connection to a server.
    pub(crate) fn connected(&mut self, shared: &Shared, node: usize) {
        self.operations.connected();
        self.node = node;
        self.listener.iter().for_each(|&listener| shared.gaps.reconnects(listener));
        self.note(shared, "connected");
        if shared.is_cluster() {
            // Nodes store marks once a second, and tell each other nothing of those that are not stored.
            self.read.forget();
        }
    }

    /// Notes what the answer to a subscription that is about to be sent must contain.
    pub(crate) fn subscribes(&mut self, shared: &Shared) {
        self.own_floor = self.operations.acked_head;
        self.newest_floor = shared.floor(self.index);
    }

    /// Checks the head that answers a subscription: it must contain this author's own acknowledged events.
    pub(crate) fn subscribed(&self, shared: &Shared, head: u64) -> Result<(), Violation> {
        if head < self.own_floor {
            return Err(format!(
                "node {} answers with head {head} in {}, and has acknowledged this author's event {}",
                self.node, self.topic, self.own_floor
            ));
        }
        if head < self.newest_floor {
            shared.counters.stale_heads.increment();
        }
        self.note(shared, "subscribed");
        self.caught_up(shared);
        Ok(())
    }

    fn note(&self, shared: &Shared, stage: &str) {
        if let Some(listener) = self.listener {
            let stage = format!("{stage} in {} at node {}", self.topic, self.node);
            shared.observer.note(listener, stage);
        }
    }

    /// Takes note of how far the copy is.
    pub(crate) fn caught_up(&self, shared: &Shared) {
        if let Some(listener) = self.listener {
            shared.observer.applied(listener, self.index, self.view.applied);
        }
    }

    /// Whether the copy and the operations are those of the complete log.
    pub(crate) fn is_done(&self, heads: &[u64]) -> bool {
        heads.get(self.index).is_some_and(|head| self.view.applied >= *head)
            && self.operations.open().is_empty()
    }

    /// Whether a restored log has grown past the position that it lacks, so that the position's `seq` is there again.
    pub(crate) fn is_overtaken(&self, shared: &Shared) -> bool {
        self.view.expects_reset() && shared.newest(self.index) > self.view.applied
    }

    /// Records an event, which may be one of this client's own. The caller applies it to the view.
    pub(crate) fn received(
        &mut self,
        shared: &Shared,
        event: &Event,
        connection: u64,
    ) -> Result<(), Violation> {
        shared.received(self.index, event)?;
        self.listener.iter().for_each(|&listener| shared.gaps.receives(listener));
        match event.kind.draft() {
            Some(draft) if is_by(event, self.operations.user) => {
                self.operations.received(draft, event.seq, connection)
            }
            _ => Ok(()),
        }
    }

    /// Records an operation before it is first sent, and returns the index of its draft.
    pub(crate) fn add(&mut self, draft: DraftId, operation: Action) -> usize {
        let replaced = operation.target().and_then(|target| self.view.messages.get(&target));
        let replaced = replaced.filter(|message| operation.revision() == Some(message.revision()));
        let word = replaced.and_then(|message| match &message.kind {
            EventKind::Message { body, .. } => body.get(..WORD_CHARS).map(str::to_owned),
            _ => None,
        });
        self.operations.add(draft, operation, word)
    }

    /// Returns the draft and the action of an entry, for the next attempt to send it.
    pub(crate) fn sends(&mut self, shared: &Shared, index: usize, connection: u64) -> (DraftId, Action) {
        let attempt = Attempt {
            connection,
            node: self.node,
            at: Instant::now(),
            must_be_refused: shared.server.is_refusing(),
            floor: shared.floor(self.index),
        };
        self.operations.sent(index, attempt);
        shared.observer.sends(self.node);
        let entry = &self.operations.entries[index];
        (entry.draft, entry.operation.clone())
    }

    pub(crate) fn acked(
        &mut self,
        shared: &Shared,
        Request { index, is_conflict }: Request,
        (draft, seq): (DraftId, u64),
        duplicate: bool,
    ) -> Result<(), Violation> {
        let counters = &shared.counters;
        if duplicate { &counters.duplicates } else { &counters.acked }.increment();
        if is_conflict {
            self.conflicts.push((index, true));
        }
        let was_open = self.operations.entries.get(index).is_some_and(|entry| entry.outcome == Outcome::Open);
        self.operations.acked(index, draft, seq, duplicate)?;
        shared.acked(draft, self.index, seq);
        let entry = &self.operations.entries[index];
        let was_cut_off = shared.observer.was_cut_off(self.node, entry.sent_at);
        if was_open && !is_conflict && entry.is_first_try_on_connection() && was_cut_off {
            return Err(format!(
                "node {} acknowledged while it was cut off from the database: {entry:?}",
                self.node
            ));
        }
        if was_open && !is_conflict && duplicate {
            shared.observer.was_unknown(entry.first_node != self.node);
        }
        if let Some(word) = entry.replaces.clone() {
            shared.observer.text_is_gone(self.index, word);
        }
        Ok(())
    }

    /// Records a refusal, which must be one that the authors provoke on purpose. `unavailable` is the caller's matter.
    pub(crate) fn refused(
        &mut self,
        shared: &Shared,
        Request { index, is_conflict }: Request,
        code: ErrorCode,
        message: &str,
    ) -> Result<(), Violation> {
        shared.counters.refused.increment();
        if is_conflict {
            if code != ErrorCode::Conflict {
                return Err(format!("other content under a used draft: {code:?} {message}"));
            }
            self.conflicts.push((index, false));
            return Ok(());
        }
        let provoked =
            matches!(code, ErrorCode::Stale | ErrorCode::NotFound | ErrorCode::Forbidden | ErrorCode::Exists);
        match self.operations.entries.get(index).map(|entry| entry.outcome) {
            Some(Outcome::Open) if provoked => self.operations.refused(index, code),
            outcome => Err(format!("{code:?} {message} for draft {index}: {outcome:?}")),
        }
    }

    pub(crate) fn confirm_read(
        &mut self,
        shared: &Shared,
        membership: &Membership,
        life: usize,
    ) -> Result<(), Violation> {
        shared.counters.memberships.increment();
        self.read.confirm(membership, &shared.server, life)
    }
}

fn is_by(event: &Event, user: Option<UserId>) -> bool {
    Some(event.author.user) == user && event.kind != EventKind::Unknown
}
