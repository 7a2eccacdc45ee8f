//! One subscription's place in a topic's log. It decides what is sent, and notices what is missing.

use std::collections::BTreeSet;

use app::protocol::{Event, TopicName};

use crate::event_log::Page;

/// What to do with an event that the hub brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// It is the next one: send it.
    Send,
    /// It was sent before, or need not be.
    Skip,
    /// Some before it are missing: read the log.
    Gap,
}

/// A place in a topic's log: everything up to `at` was sent.
#[derive(Debug)]
pub(super) struct Cursor {
    pub(super) topic: TopicName,
    pub(super) seq: u64,
    /// The log holds more than was sent: read it before hearing the hub again.
    pub(super) is_behind: bool,
    /// Ephemeral frames were dropped while it was behind.
    pub(super) has_dropped: bool,
    /// The client knows that it hears: acks from now on stand for events that do not come.
    is_confirmed: bool,
    /// Events of this connection that shall not come back to it; none with echo.
    #[expect(clippy::box_collection, reason = "every connection has a place for it, and few use it")]
    unechoed: Option<Box<BTreeSet<u64>>>,
}

impl Cursor {
    /// The place after a page that was sent.
    pub(super) fn after_page(topic: TopicName, page: &Page, echo: bool) -> Self {
        Self::new(topic, page.to, page.to < page.head, echo)
    }

    fn new(topic: TopicName, seq: u64, is_behind: bool, echo: bool) -> Self {
        Self {
            topic,
            seq,
            is_behind,
            has_dropped: false,
            is_confirmed: false,
            unechoed: (!echo).then(Box::default),
        }
    }

    /// What of a page that was read from here on is to be sent. Whether there is more is known then.
    pub(super) fn accept_page(&mut self, page: Page) -> Vec<Event> {
        self.is_behind = page.to < page.head;
        page.events.into_iter().filter(|event| self.offer(event.seq) == Offer::Send).collect()
    }

    /// The client was told with what the subscription begins. An ack that it had before may have been of an older one.
    pub(super) fn confirm(&mut self) {
        self.is_confirmed = true;
    }

    /// An event of this connection was stored. Its ack comes before the event does.
    pub(super) fn acked(&mut self, seq: u64) {
        if let Some(unechoed) = &mut self.unechoed
            && self.is_confirmed
            && seq > self.seq
        {
            unechoed.insert(seq);
        }
    }

    /// Events of the hub, one after the other: moves on when all of them come next and are to be sent.
    pub(super) fn offer_all(&mut self, events: &[Event]) -> bool {
        let next = events.first().is_some_and(|first| first.seq == self.seq + 1);
        let unechoed = self.unechoed.as_ref().is_some_and(|unechoed| !unechoed.is_empty());
        if !next || self.is_behind || unechoed {
            return false;
        }
        self.seq += events.len() as u64;
        true
    }

    /// An event of the hub or the log: moves on when it is the next one.
    pub(super) fn offer(&mut self, seq: u64) -> Offer {
        if seq <= self.seq {
            return Offer::Skip;
        }
        if seq != self.seq + 1 {
            self.is_behind = true;
            return Offer::Gap;
        }
        self.seq = seq;
        let unechoed = self.unechoed.as_mut().is_some_and(|unechoed| unechoed.remove(&seq));
        if unechoed { Offer::Skip } else { Offer::Send }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(echo: bool) -> Cursor {
        let mut cursor = Cursor::new("lobby".parse().unwrap(), 5, false, echo);
        cursor.confirm();
        cursor
    }

    #[test]
    fn what_was_acknowledged_before_it_began_comes_all_the_same() {
        let mut cursor = Cursor::new("lobby".parse().unwrap(), 5, false, false);
        cursor.acked(6);
        cursor.confirm();
        cursor.acked(7);
        assert_eq!([6, 7, 8].map(|seq| cursor.offer(seq)), [Offer::Send, Offer::Skip, Offer::Send]);
    }

    #[test]
    fn the_next_is_sent_a_doubled_one_is_not() {
        let mut cursor = cursor(true);
        assert_eq!(
            [5, 6, 6, 7].map(|seq| cursor.offer(seq)),
            [Offer::Skip, Offer::Send, Offer::Skip, Offer::Send]
        );
    }

    #[test]
    fn a_lost_signal_is_noticed_by_the_next_and_nothing_moves() {
        let mut cursor = cursor(true);
        assert_eq!(cursor.offer(8), Offer::Gap);
        assert!(cursor.is_behind);
        assert_eq!([6, 7, 8].map(|seq| cursor.offer(seq)), [Offer::Send; 3]);
    }

    #[test]
    fn without_echo_retries_in_any_order_hold_nothing_up() {
        let mut cursor = cursor(false);
        [8, 6, 8].into_iter().for_each(|seq| cursor.acked(seq));
        let offers = [6, 7, 8, 9].map(|seq| cursor.offer(seq));
        assert_eq!(offers, [Offer::Skip, Offer::Send, Offer::Skip, Offer::Send]);
        cursor.acked(10);
        assert_eq!(cursor.offer(10), Offer::Skip);
    }

    #[test]
    fn without_echo_own_events_move_it_on_unsent() {
        let mut cursor = cursor(false);
        cursor.acked(5);
        cursor.acked(7);
        assert_eq!([6, 7, 8].map(|seq| cursor.offer(seq)), [Offer::Send, Offer::Skip, Offer::Send]);
    }
}
