//! What one client believes, made of frames as a page makes it; and what it may not be told.

use std::collections::BTreeMap;

use app::protocol::{DraftId, Epoch, Event, EventKind, Position, SubscriptionMode};

use super::model_log::{MessageState, ModelLog};

/// What the server said to a subscription.
pub(super) struct Subscribed {
    pub(super) mode: SubscriptionMode,
    pub(super) epoch: Epoch,
    pub(super) head: u64,
    pub(super) draft: Option<DraftId>,
    pub(super) events: Vec<Event>,
    pub(super) more: bool,
}

#[derive(Default)]
pub(super) struct ClientView {
    /// The history that `have` counts in.
    epoch: Option<Epoch>,
    /// Everything up to here was heard.
    pub(super) seq: u64,
    /// What names the event there.
    draft: Option<DraftId>,
    /// Some text is as it stood after this event, which may be later than `have`.
    ahead: u64,
    /// Every message from here on is held.
    from: u64,
    messages: BTreeMap<u64, Event>,
    /// Own events come back.
    echo: bool,
    /// Own events that were acknowledged and not heard; without echo they will not come.
    unechoed: BTreeMap<u64, DraftId>,
    /// Something did not come back, so the view is not whole.
    is_partial: bool,
}

impl ClientView {
    /// A subscription begins: where the client was, where it said it was, and what it was told.
    pub(super) fn begin(&mut self, model: &ModelLog, since: Option<Position>, begun: Subscribed, echo: bool) {
        let Subscribed { mode, epoch, head, draft, events, more } = begun;
        self.unechoed.clear();
        let resumes = mode == SubscriptionMode::Resume;
        match since.filter(|_| resumes) {
            Some(since) if since.seq == self.seq && since.draft.is_none_or(|_| since.draft == self.draft) => {
            }
            // An older place than it was at: it forgets everything.
            Some(Position { seq, draft, .. }) => {
                *self = Self { seq, draft, from: seq + 1, ..Self::default() };
            }
            None => {
                assert_eq!(draft, model.draft_at(head), "the event at the head is named");
                self.replace(model, head, &events, more);
                self.draft = draft;
            }
        }
        (self.epoch, self.echo) = (Some(epoch), echo);
        if resumes {
            let last = events.last().map_or(self.seq, |event| event.seq);
            assert_eq!(more, last < head, "more in a resume to {last} of {head}");
            events.into_iter().for_each(|event| self.receive(model, event));
        }
    }

    /// Where it is; none where it has heard of something later, which another history may lack.
    pub(super) fn position(&self) -> Option<Position> {
        let position = Position { epoch: self.epoch.clone()?, seq: self.seq, draft: self.draft };
        (self.ahead <= self.seq).then_some(position)
    }

    /// The connection is gone, and what it would not have been told with it.
    pub(super) fn disconnect(&mut self) {
        self.unechoed.clear();
    }

    fn replace(&mut self, model: &ModelLog, head: u64, events: &[Event], more: bool) {
        let from = events.first().map_or(head + 1, |first| first.seq);
        let from = if more { from } else { 1 };
        assert_eq!(
            events.iter().map(|event| event.seq).collect::<Vec<_>>(),
            model.messages(from, head),
            "a tail up to {head}, more: {more}"
        );
        for event in events {
            assert!(model.is(event, head, true), "told as it never stood after {head}: {event:?}");
        }
        let messages = events.iter().map(|event| (event.seq, event.clone())).collect();
        *self = Self { seq: head, from, messages, ..Self::default() };
    }

    /// An event comes: the next, as it was told once.
    pub(super) fn receive(&mut self, model: &ModelLog, event: Event) {
        self.skip_unechoed();
        assert_eq!(event.seq, self.seq + 1, "not the next: {event:?}");
        assert!(model.is(&event, event.seq, false), "told as it never was: {event:?}");
        (self.seq, self.draft) = (event.seq, event.kind.draft());
        self.ahead = self.ahead.max(event.revision());
        self.unechoed.remove(&event.seq);
        if let Some(message) = event.kind.target().and_then(|seq| self.messages.get_mut(&seq)) {
            message.apply(&event);
        } else if matches!(event.kind, EventKind::Message { .. }) {
            self.messages.insert(event.seq, event);
        }
    }

    /// An own event is stored.
    pub(super) fn acked(&mut self, seq: u64, draft: DraftId) {
        if seq > self.seq {
            self.unechoed.insert(seq, draft);
        }
    }

    fn skip_unechoed(&mut self) {
        while !self.echo
            && let Some(draft) = self.unechoed.remove(&(self.seq + 1))
        {
            (self.seq, self.draft) = (self.seq + 1, Some(draft));
            self.is_partial = true;
        }
    }

    /// Everything was heard, and what was made of it is what stands.
    pub(super) fn assert_complete(&mut self, model: &ModelLog) {
        self.skip_unechoed();
        assert_eq!(self.seq, model.head(), "it was told all there is");
        if self.is_partial {
            return;
        }
        let held: Vec<u64> = self.messages.keys().copied().collect();
        assert_eq!(held, model.messages(self.from, self.seq), "the messages from {} on", self.from);
        for (seq, event) in &self.messages {
            assert_eq!(
                MessageState::of(event),
                Some(model.state_at(*seq, self.seq)),
                "what is made of message {seq}"
            );
        }
    }
}
