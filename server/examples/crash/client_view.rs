//! A reader's copy of a topic, built from events as the page builds it. Frames that contradict the copy are violations.

use std::collections::{BTreeMap, BTreeSet};

use app::protocol::{Epoch, Event, EventIdentity, EventKind, Position, SubscriptionMode};

use crate::Violation;

#[derive(Default)]
pub(crate) struct ClientView {
    epoch: Option<Epoch>,
    /// The `seq` of the newest event that was applied.
    pub(crate) applied: u64,
    /// The draft and the time of that event.
    event: Option<EventIdentity>,
    /// The copy holds every message from this `seq` on.
    pub(crate) from: u64,
    pub(crate) messages: BTreeMap<u64, Event>,
    /// The newest event whose effect the copy holds. A resume contains messages in a state that is newer than their `seq`.
    newest_effect: u64,
    /// Messages with an edit whose text is gone: a later event has replaced it.
    unfinished: BTreeSet<u64>,
    /// A restored database lacks the position, so the next subscription must begin with a reset.
    expects_reset: bool,
}

impl ClientView {
    /// A reader that receives the log from its first event on.
    pub(crate) fn whole() -> Self {
        Self { from: 1, ..Self::default() }
    }

    /// The position to resume from; `None` before the first subscription.
    pub(crate) fn position(&self) -> Option<Position> {
        self.epoch.clone().map(|epoch| Position::new(epoch, self.applied, self.event))
    }

    pub(crate) fn epoch(&self) -> Option<&Epoch> {
        self.epoch.as_ref()
    }

    /// Whether everything that the copy holds had happened at its position.
    pub(crate) fn is_complete(&self) -> bool {
        self.newest_effect <= self.applied && self.unfinished.is_empty()
    }

    /// Sets whether the position is missing from the restored database.
    pub(crate) fn restored(&mut self, expects_reset: bool) {
        self.expects_reset = expects_reset;
    }

    /// Whether it was restored away, and the client is about to learn that.
    pub(crate) fn expects_reset(&self) -> bool {
        self.expects_reset
    }

    /// Applies the answer to `subscribe`.
    pub(crate) fn subscribed(
        &mut self,
        mode: SubscriptionMode,
        epoch: Epoch,
        head: u64,
        newest: Option<EventIdentity>,
        events: Vec<Event>,
        more: bool,
    ) -> Result<(), Violation> {
        match (&self.epoch, mode, self.expects_reset) {
            (None, SubscriptionMode::Tail, _) | (Some(_), SubscriptionMode::Reset, true) => {
                if newest.is_some() != (head > 0) {
                    return Err(format!("the event at {head} is named {newest:?}"));
                }
                self.begin(epoch, head, newest, events, more)
            }
            (Some(known), SubscriptionMode::Resume, false) if *known == epoch => {
                if head < self.applied {
                    return Err(format!("at {} the head is said to be {head}", self.applied));
                }
                let behind = events.last().map_or(self.applied, |last| last.seq) < head;
                if behind != more {
                    return Err(format!("more is {more} in a resume from {} to head {head}", self.applied));
                }
                events.into_iter().try_for_each(|event| self.apply(event))
            }
            (known, mode, false) => Err(format!(
                "at {} of {known:?} the server answers {mode:?}, epoch {epoch}, head {head}: received events are lost",
                self.applied
            )),
            (known, mode, true) => Err(format!(
                "at {} of {known:?}, which was restored away, the server answers {mode:?}, epoch {epoch}, head {head}: \
                 histories are mixed",
                self.applied
            )),
        }
    }

    /// Applies the beginning of an event stream that continues at this position.
    pub(crate) fn streamed(&self) -> Result<(), Violation> {
        if self.expects_reset {
            return Err(format!(
                "a stream continues at {}, which was restored away: histories are mixed",
                self.applied
            ));
        }
        Ok(())
    }

    /// Begins before the first event of an epoch.
    pub(crate) fn begin_at_start(&mut self, epoch: Epoch) {
        *self = Self { epoch: Some(epoch), ..Self::whole() };
    }

    /// Begins with the newest messages, which are all there are unless `more`.
    pub(crate) fn begin(
        &mut self,
        epoch: Epoch,
        head: u64,
        newest: Option<EventIdentity>,
        events: Vec<Event>,
        more: bool,
    ) -> Result<(), Violation> {
        let oldest = events.first().map_or(head + 1, |first| first.seq);
        let from = if more { oldest } else { 1 };
        *self = Self { epoch: Some(epoch), applied: head, event: newest, from, ..Self::default() };
        let mut last = 0;
        for event in events {
            if event.seq <= last || event.seq > head || !matches!(event.kind, EventKind::Message { .. }) {
                return Err(format!("in a tail up to {head}, after {last}: {event:?}"));
            }
            last = event.seq;
            self.newest_effect = self.newest_effect.max(event.revision());
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
        self.applied = event.seq;
        self.event = event.identity();
        self.newest_effect = self.newest_effect.max(event.revision());
        match &event.kind {
            EventKind::Edit { message, body: None, .. } => drop(self.unfinished.insert(*message)),
            EventKind::Edit { message, .. } | EventKind::Deletion { message, .. } => {
                self.unfinished.remove(message);
            }
            _ => {}
        }
        if let Some(message) = event.kind.target().and_then(|seq| self.messages.get_mut(&seq)) {
            message.apply(&event);
        } else if matches!(event.kind, EventKind::Message { .. }) {
            self.messages.insert(event.seq, event);
        }
        Ok(())
    }
}
