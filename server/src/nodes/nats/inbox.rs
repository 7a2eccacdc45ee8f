//! Announcements of other nodes that are not handled yet.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{sync::Notify, time::Instant};

use super::{MAX_PENDING_SIGNALS, payload::ReceivedPayload};
use crate::nodes::{BusItem, EventBatch, PendingSignals};

/// Bytes of payloads whose events wait. Of further ones only the head is kept.
const MAX_PENDING_BYTES: usize = 4 * 1_024 * 1_024;
/// Of events that have waited longer only the head is kept: their texts may have been deleted meanwhile.
const MAX_EVENT_AGE: Duration = Duration::from_secs(1);

/// Never waits for its reader.
pub(super) struct NatsInbox {
    events: Mutex<PendingEvents>,
    has_events: Notify,
    signals: PendingSignals,
    /// Whether a signal comes before the next events, if both wait.
    is_turn_of_signals: AtomicBool,
}

#[derive(Default)]
struct PendingEvents {
    queue: VecDeque<ReceivedEvents>,
    bytes: usize,
}

struct ReceivedEvents {
    batch: EventBatch,
    /// Its part of the payload that it came in.
    bytes: usize,
    at: Instant,
}

impl NatsInbox {
    pub(super) fn new() -> Arc<Self> {
        let (events, has_events, is_turn_of_signals) = Default::default();
        let signals = PendingSignals::new(MAX_PENDING_SIGNALS);
        Arc::new(Self { events, has_events, signals, is_turn_of_signals })
    }

    /// Adds what came in a payload of so many bytes.
    pub(super) fn push(&self, received: ReceivedPayload, bytes: usize) {
        let ReceivedPayload { signals, events, has_lost, .. } = received;
        let bytes = bytes.div_ceil(events.len().max(1));
        events.into_iter().for_each(|batch| self.push_events(batch, bytes));
        signals.into_iter().for_each(|signal| self.signals.push(signal));
        if has_lost {
            self.mark_uncertain();
        }
    }

    fn push_events(&self, batch: EventBatch, bytes: usize) {
        {
            let PendingEvents { queue, bytes: total } = &mut *self.events.lock();
            if *total + bytes <= MAX_PENDING_BYTES {
                *total += bytes;
                queue.push_back(ReceivedEvents { batch, bytes, at: Instant::now() });
                self.has_events.notify_one();
                return;
            }
        }
        self.signals.push(batch.head());
    }

    /// Notifies the reader that signals may have been lost. It asks for all heads then, so events that wait are forgotten.
    pub(super) fn mark_uncertain(&self) {
        *self.events.lock() = PendingEvents::default();
        self.signals.mark_uncertain();
    }

    /// Waits for the next item. Events and signals come in turn, so that many of one do not hold up the other. Cancel safe.
    pub(super) async fn next(&self) -> BusItem {
        loop {
            if let Some(item) = self.pop() {
                return item;
            }
            tokio::select! {
                () = self.has_events.notified() => {}
                item = self.signals.next() => return item,
            }
        }
    }

    fn pop(&self) -> Option<BusItem> {
        if self.is_turn_of_signals.fetch_xor(true, Ordering::Relaxed) {
            self.signals.pop().or_else(|| self.pop_events())
        } else {
            self.pop_events().or_else(|| self.signals.pop())
        }
    }

    fn pop_events(&self) -> Option<BusItem> {
        let PendingEvents { queue, bytes: total } = &mut *self.events.lock();
        let ReceivedEvents { batch, bytes, at } = queue.pop_front()?;
        *total -= bytes;
        let is_old = at.elapsed() > MAX_EVENT_AGE;
        Some(if is_old { BusItem::Signal(batch.head()) } else { BusItem::Events(batch) })
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::nodes::Signal;

    fn batch(topic: &str) -> EventBatch {
        EventBatch { topic: topic.parse().unwrap(), after: None, dialect: 2, events: Vec::new() }
    }

    fn head(topic: &str, seq: u64) -> Signal {
        Signal::Head { topic: topic.parse().unwrap(), seq }
    }

    fn received(events: &[&str]) -> ReceivedPayload {
        ReceivedPayload {
            events: events.iter().map(|topic| batch(topic)).collect(),
            ..ReceivedPayload::default()
        }
    }

    fn all(inbox: &NatsInbox) -> Vec<BusItem> {
        std::iter::from_fn(|| inbox.next().now_or_never()).collect()
    }

    #[test]
    fn beyond_the_room_only_the_heads_of_events_are_kept() {
        let inbox = NatsInbox::new();
        inbox.push(received(&["first", "second"]), MAX_PENDING_BYTES);
        inbox.push(received(&["third"]), 1);
        let [first, second] = ["first", "second"].map(|topic| BusItem::Events(batch(topic)));
        assert_eq!(all(&inbox), [first, BusItem::Signal(head("third", 0)), second]);
        inbox.push(received(&["fourth"]), 1);
        assert_eq!(all(&inbox), [BusItem::Events(batch("fourth"))], "there is room again");
    }

    #[test]
    fn events_and_signals_come_in_turn() {
        let inbox = NatsInbox::new();
        inbox.push(received(&["a", "b", "c", "d"]), 1);
        inbox.push(
            ReceivedPayload { signals: vec![head("e", 1), head("f", 1)], ..ReceivedPayload::default() },
            1,
        );
        let is_signal: Vec<_> = all(&inbox).iter().map(|item| matches!(item, BusItem::Signal(_))).collect();
        assert_eq!(is_signal[..4].iter().filter(|is_signal| **is_signal).count(), 2, "{is_signal:?}");
        assert_eq!(is_signal.len(), 6);
    }

    #[tokio::test(start_paused = true)]
    async fn of_events_that_have_waited_only_the_head_is_heard() {
        let inbox = NatsInbox::new();
        inbox.push(received(&["old"]), 1);
        tokio::time::advance(MAX_EVENT_AGE + Duration::from_millis(1)).await;
        inbox.push(received(&["new"]), 1);
        assert_eq!(all(&inbox), [BusItem::Signal(head("old", 0)), BusItem::Events(batch("new"))]);
    }

    #[test]
    fn a_sender_that_has_lost_hints_is_an_uncertainty_and_events_before_it_are_forgotten() {
        let inbox = NatsInbox::new();
        inbox.push(received(&["before"]), MAX_PENDING_BYTES);
        inbox.push(ReceivedPayload { has_lost: true, ..ReceivedPayload::default() }, 1);
        inbox.push(received(&["after"]), MAX_PENDING_BYTES);
        assert_eq!(all(&inbox), [BusItem::Events(batch("after")), BusItem::Uncertain]);
    }
}
