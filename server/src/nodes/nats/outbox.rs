//! The queue of the announcer: events as long as there is room, and signals.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::MAX_PENDING_SIGNALS;
use crate::nodes::{CommittedEvents, EventBatch, PendingSignals, Signal};

/// Bytes of events that wait. Of further ones only the head is announced, until the others are sent.
const MAX_PENDING_BYTES: usize = 1_024 * 1_024;

/// Never waits for its reader, and encodes nothing: commits wait for it.
pub(super) struct Outbox {
    events: Mutex<PendingBatches>,
    signals: PendingSignals,
    /// Whether the other nodes have to know that hints of this node are missing.
    has_lost: AtomicBool,
    /// Wakes the reader.
    changed: tokio::sync::Notify,
}

/// The items that are sent together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outgoing {
    pub(super) events: Vec<EventBatch>,
    pub(super) signals: Vec<Signal>,
    /// Hints before these are missing.
    pub(super) has_lost: bool,
}

#[derive(Default)]
struct PendingBatches {
    batches: Vec<EventBatch>,
    bytes: usize,
}

impl Outbox {
    pub(super) fn new() -> Self {
        let (events, has_lost, changed) = Default::default();
        Self { events, signals: PendingSignals::new(MAX_PENDING_SIGNALS), has_lost, changed }
    }

    pub(super) fn push(&self, signal: Signal) {
        self.signals.push(signal);
        self.changed.notify_one();
    }

    /// Queues an announcement to the other nodes that hints of this node are missing.
    pub(super) fn mark_lost(&self) {
        self.has_lost.store(true, Ordering::Relaxed);
        self.changed.notify_one();
    }

    pub(super) fn push_events(&self, events: &CommittedEvents) {
        let bytes = events.size();
        {
            let pending = &mut *self.events.lock();
            if pending.bytes + bytes <= MAX_PENDING_BYTES {
                pending.bytes += bytes;
                pending.batches.push(events.to_batch());
                self.changed.notify_one();
                return;
            }
        }
        self.push(events.head());
    }

    /// Waits for items, and returns all of them. Cancel safe.
    pub(super) async fn take_all(&self) -> Outgoing {
        loop {
            if let Some(outgoing) = self.try_take_all() {
                return outgoing;
            }
            self.changed.notified().await;
        }
    }

    /// Returns all items, or `None` if there are none yet.
    pub(super) fn try_take_all(&self) -> Option<Outgoing> {
        let signals = self.signals.try_take_all();
        let has_overflowed = signals.as_ref().is_some_and(Vec::is_empty);
        let has_lost = self.has_lost.swap(false, Ordering::Relaxed) || has_overflowed;
        let outgoing =
            Outgoing { events: self.take_events(), signals: signals.unwrap_or_default(), has_lost };
        (outgoing != Outgoing::default()).then_some(outgoing)
    }

    fn take_events(&self) -> Vec<EventBatch> {
        std::mem::take(&mut *self.events.lock()).batches
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::{DraftId, TopicName};
    use futures::FutureExt;

    use super::*;
    use crate::lobby_message::lobby_message;

    fn topic() -> TopicName {
        "lobby".parse().unwrap()
    }

    fn pushes_event(outbox: &Outbox, seq: u64) {
        let topic = topic();
        let event = lobby_message(seq, DraftId::fresh(), &"x".repeat(10_000));
        outbox.push_events(&CommittedEvents { topic: &topic, after: None, dialect: 2, events: &[event] });
    }

    fn taken(outbox: &Outbox) -> Option<Outgoing> {
        outbox.take_all().now_or_never()
    }

    #[test]
    fn of_events_beyond_the_room_the_head_is_kept() {
        let outbox = Outbox::new();
        (1..=200).for_each(|seq| pushes_event(&outbox, seq));
        let Outgoing { events, signals, has_lost } = taken(&outbox).unwrap();
        assert!((95..105).contains(&events.len()), "a megabyte: {}", events.len());
        assert_eq!((signals, has_lost), (vec![Signal::Head { topic: topic(), seq: 200 }], false));
        assert_eq!(taken(&outbox), None);
    }

    #[test]
    fn signals_do_not_wait_for_a_pause_of_events() {
        let outbox = Outbox::new();
        let signal = Signal::Head { topic: topic(), seq: 7 };
        outbox.push(signal.clone());
        pushes_event(&outbox, 1);
        let Outgoing { events, signals, .. } = taken(&outbox).unwrap();
        assert_eq!((events.len(), signals), (1, vec![signal]));
    }

    #[test]
    fn other_nodes_are_notified_once_that_signals_did_not_fit() {
        let outbox = Outbox::new();
        for n in 0..=MAX_PENDING_SIGNALS {
            outbox.push(Signal::Head { topic: format!("t{n}").parse().unwrap(), seq: 1 });
        }
        assert_eq!(taken(&outbox), Some(Outgoing { has_lost: true, ..Outgoing::default() }));
        assert_eq!(taken(&outbox), None);
    }

    #[tokio::test]
    async fn a_loss_wakes_the_reader() {
        let outbox = std::sync::Arc::new(Outbox::new());
        let reader = tokio::spawn({
            let outbox = std::sync::Arc::clone(&outbox);
            async move { outbox.take_all().await }
        });
        tokio::task::yield_now().await;
        outbox.mark_lost();
        assert!(reader.await.unwrap().has_lost);
    }
}
