//! What a reader holds of a topic, made of events as a page makes it; and what a server may not tell it.

use std::collections::BTreeMap;

use app::protocol::{DraftId, Epoch, Event, EventKind, Position, SubscriptionMode};

use crate::Violation;

#[derive(Default)]
pub(crate) struct View {
    epoch: Option<Epoch>,
    /// Everything up to here was heard.
    pub(crate) have: u64,
    /// The draft of the event there.
    draft: Option<DraftId>,
    /// Every message from here on is held.
    pub(crate) from: u64,
    pub(crate) messages: BTreeMap<u64, Event>,
}

impl View {
    /// Of one who hears a log from its first event on.
    pub(crate) fn whole() -> Self {
        Self { from: 1, ..Self::default() }
    }

    /// Where to go on from; none for one who was never there.
    pub(crate) fn position(&self) -> Option<Position> {
        self.epoch.clone().map(|epoch| Position { epoch, seq: self.have, draft: self.draft })
    }

    /// A subscription begins.
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
                if head < self.have {
                    return Err(format!("at {} the head is said to be {head}", self.have));
                }
                let behind = events.last().map_or(self.have, |last| last.seq) < head;
                if behind != more {
                    return Err(format!("more is {more} in a resume from {} to head {head}", self.have));
                }
                events.into_iter().try_for_each(|event| self.apply(event))
            }
            (known, mode) => Err(format!(
                "at {} of {known:?} the server says {mode:?}, epoch {epoch}, head {head}: what was heard is lost",
                self.have
            )),
        }
    }

    fn begin(&mut self, epoch: Epoch, head: u64, events: Vec<Event>, more: bool) -> Result<(), Violation> {
        let oldest = events.first().map_or(head + 1, |first| first.seq);
        (self.epoch, self.have, self.from) = (Some(epoch), head, if more { oldest } else { 1 });
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

    /// An event comes: the next one, and no other.
    pub(crate) fn apply(&mut self, event: Event) -> Result<(), Violation> {
        if event.seq != self.have + 1 {
            let what = if event.seq <= self.have { "a doubled event" } else { "a gap" };
            return Err(format!("{what}: {} came after {}: {event:?}", event.seq, self.have));
        }
        (self.have, self.draft) = (event.seq, event.kind.draft());
        if let Some(message) = event.kind.target().and_then(|seq| self.messages.get_mut(&seq)) {
            message.apply(&event);
        } else if matches!(event.kind, EventKind::Message { .. }) {
            self.messages.insert(event.seq, event);
        }
        Ok(())
    }
}
