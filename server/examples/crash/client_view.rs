//! A reader's copy of a topic, built from events as the page builds it. Frames that contradict the copy are violations.

use std::collections::BTreeMap;

use app::protocol::{DraftId, Epoch, Event, EventKind, Position, SubscriptionMode};

use crate::Violation;

#[derive(Default)]
pub(crate) struct ClientView {
    epoch: Option<Epoch>,
    /// The `seq` of the newest event that was applied.
    pub(crate) applied: u64,
    /// The draft of that event.
    draft: Option<DraftId>,
    /// The copy holds every message from this `seq` on.
    pub(crate) from: u64,
    pub(crate) messages: BTreeMap<u64, Event>,
}

impl ClientView {
    /// A reader that receives the log from its first event on.
    pub(crate) fn whole() -> Self {
        Self { from: 1, ..Self::default() }
    }

    /// The position to resume from; `None` before the first subscription.
    pub(crate) fn position(&self) -> Option<Position> {
        self.epoch.clone().map(|epoch| Position { epoch, seq: self.applied, draft: self.draft })
    }

    /// Applies the answer to `subscribe`.
    pub(crate) fn subscribed(
        &mut self,
        mode: SubscriptionMode,
        epoch: Epoch,
        (head, draft): (u64, Option<DraftId>),
        events: Vec<Event>,
        more: bool,
    ) -> Result<(), Violation> {
        match (&self.epoch, mode) {
            (None, SubscriptionMode::Tail) => {
                if draft.is_some() != (head > 0) {
                    return Err(format!("the event at {head} is named {draft:?}"));
                }
                self.draft = draft;
                self.begin(epoch, head, events, more)
            }
            (Some(known), SubscriptionMode::Resume) if *known == epoch => {
                if head < self.applied {
                    return Err(format!("at {} the head is said to be {head}", self.applied));
                }
                let behind = events.last().map_or(self.applied, |last| last.seq) < head;
                if behind != more {
                    return Err(format!("more is {more} in a resume from {} to head {head}", self.applied));
                }
                events.into_iter().try_for_each(|event| self.apply(event))
            }
            (known, mode) => Err(format!(
                "at {} of {known:?} the server answers {mode:?}, epoch {epoch}, head {head}: received events are lost",
                self.applied
            )),
        }
    }

    fn begin(&mut self, epoch: Epoch, head: u64, events: Vec<Event>, more: bool) -> Result<(), Violation> {
        let oldest = events.first().map_or(head + 1, |first| first.seq);
        (self.epoch, self.applied, self.from) = (Some(epoch), head, if more { oldest } else { 1 });
        let mut last = 0;
        for event in events {
            if event.seq <= last || event.seq > head || !matches!(event.kind, EventKind::Message { .. }) {
                return Err(format!("in a tail up to {head}, after {last}: {event:?}"));
            }
            last = event.seq;
            self.messages.insert(event.seq, event);
        }
        Ok(())
    }

    /// Applies an event, which must be the next one.
    pub(crate) fn apply(&mut self, event: Event) -> Result<(), Violation> {
        if event.seq != self.applied + 1 {
            let what = if event.seq <= self.applied { "a duplicate event" } else { "a gap" };
            return Err(format!("{what}: {} came after {}: {event:?}", event.seq, self.applied));
        }
        (self.applied, self.draft) = (event.seq, event.kind.draft());
        if let Some(message) = event.kind.target().and_then(|seq| self.messages.get_mut(&seq)) {
            message.apply(&event);
        } else if matches!(event.kind, EventKind::Message { .. }) {
            self.messages.insert(event.seq, event);
        }
        Ok(())
    }
}
