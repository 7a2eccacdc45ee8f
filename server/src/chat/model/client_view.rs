//! The state that a client builds from frames as the page does, with checks that no frame contradicts the model.

use std::collections::BTreeMap;

use app::protocol::{DraftId, Epoch, Event, EventKind, Position, SubscriptionMode, Timestamp};

use super::model_log::{MessageState, ModelLog};

/// The reply to `subscribe`.
pub(super) struct Subscribed {
    pub(super) mode: SubscriptionMode,
    pub(super) epoch: Epoch,
    pub(super) head: u64,
    pub(super) draft: Option<DraftId>,
    pub(super) at: Option<Timestamp>,
    pub(super) events: Vec<Event>,
    pub(super) more: bool,
}

#[derive(Default)]
pub(super) struct ClientView {
    /// The epoch that `seq` counts in.
    epoch: Option<Epoch>,
    /// All events up to `seq` were received.
    pub(super) seq: u64,
    /// The draft of the event at `seq`.
    draft: Option<DraftId>,
    /// The time of that event; `None` for an own event that was only acked.
    at: Option<Timestamp>,
    /// Some message was received in its state after this event, which may be later than `seq`.
    ahead: u64,
    /// All messages from this `seq` on are held.
    from: u64,
    messages: BTreeMap<u64, Event>,
    /// Whether the client's own events are sent back.
    echo: bool,
    /// Own events that were acked and not received; without echo they will not be.
    unechoed: BTreeMap<u64, DraftId>,
    /// Whether own events were not sent back, so that messages may be missing.
    is_partial: bool,
}

impl ClientView {
    /// Applies the reply to `subscribe`. `since` is the position of the request, which need not be the client's.
    pub(super) fn begin(&mut self, model: &ModelLog, since: Option<Position>, reply: Subscribed, echo: bool) {
        let Subscribed { mode, epoch, head, draft, at, events, more } = reply;
        self.unechoed.clear();
        let is_resume = mode == SubscriptionMode::Resume;
        match since.filter(|_| is_resume) {
            Some(since) if since.seq == self.seq && self.is_in(model) => {}
            // The request named an older position, so later events come again: starts over from there.
            Some(Position { seq, draft, at, .. }) => {
                *self = Self { seq, draft, at, from: seq + 1, ..Self::default() };
            }
            None => {
                assert_eq!(draft, model.draft_at(head), "the event at the head is named");
                assert!(at.is_none_or(|at| model.has_time(head, at)), "the time of the event at {head}");
                assert_eq!(at.is_some(), draft.is_some(), "the event at the head has a time");
                self.replace(model, head, &events, more);
                self.draft = draft;
                self.at = at;
            }
        }
        self.epoch = Some(epoch);
        self.echo = echo;
        if is_resume {
            let last = events.last().map_or(self.seq, |event| event.seq);
            assert_eq!(more, last < head, "more in a resume to {last} of {head}");
            events.into_iter().for_each(|event| self.receive(model, event));
        }
    }

    /// Whether the event at `seq` is known to be one of this history, which may have begun with a restored backup.
    fn is_in(&self, model: &ModelLog) -> bool {
        self.at.is_some() && self.at == model.time_at(self.seq) && self.draft == model.draft_at(self.seq)
    }

    /// Returns the position to resume from. `None` if a message is from a later event than `seq`, which another history
    /// may lack.
    pub(super) fn position(&self) -> Option<Position> {
        let position = Position { epoch: self.epoch.clone()?, seq: self.seq, draft: self.draft, at: self.at };
        (self.ahead <= self.seq).then_some(position)
    }

    /// The connection ended. The next one is sent the own events that this one was not.
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
            assert!(model.is(event, head, true), "a state that never was after {head}: {event:?}");
        }
        let messages = events.iter().map(|event| (event.seq, event.clone())).collect();
        *self = Self { seq: head, from, messages, ..Self::default() };
    }

    /// Applies an event, which must be the next one and show the state at that moment.
    pub(super) fn receive(&mut self, model: &ModelLog, event: Event) {
        self.skip_unechoed();
        assert_eq!(event.seq, self.seq + 1, "not the next: {event:?}");
        assert!(model.is(&event, event.seq, false), "a state that never was: {event:?}");
        self.seq = event.seq;
        self.draft = event.kind.draft();
        self.at = Some(event.at);
        self.ahead = self.ahead.max(event.revision());
        self.unechoed.remove(&event.seq);
        if let Some(message) = event.kind.target().and_then(|seq| self.messages.get_mut(&seq)) {
            message.apply(&event);
        } else if matches!(event.kind, EventKind::Message { .. }) {
            self.messages.insert(event.seq, event);
        }
    }

    /// An own event was acked.
    pub(super) fn acked(&mut self, seq: u64, draft: DraftId) {
        if seq > self.seq {
            self.unechoed.insert(seq, draft);
        }
    }

    fn skip_unechoed(&mut self) {
        while !self.echo
            && let Some(draft) = self.unechoed.remove(&(self.seq + 1))
        {
            self.seq += 1;
            self.draft = Some(draft);
            self.at = None;
            self.is_partial = true;
        }
    }

    /// Asserts that all events were received, and that the messages equal the model's.
    pub(super) fn assert_complete(&mut self, model: &ModelLog) {
        self.skip_unechoed();
        assert_eq!(self.seq, model.head(), "the client received all events");
        if self.is_partial {
            return;
        }
        let held: Vec<u64> = self.messages.keys().copied().collect();
        assert_eq!(held, model.messages(self.from, self.seq), "the messages from {} on", self.from);
        for (seq, event) in &self.messages {
            assert_eq!(
                MessageState::of(event),
                Some(model.state_at(*seq, self.seq)),
                "the state of message {seq}"
            );
        }
    }
}
