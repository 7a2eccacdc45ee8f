//! A subscription's position in a topic's log. It decides which events are sent, and detects gaps.

use std::collections::BTreeSet;

use app::protocol::{Event, TopicName};

use crate::{event_log::Page, rights::Readable};

/// The decision about an event that came from the hub or the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// The event is next: send it.
    Send,
    /// The event was sent before, or is the client's own without echo.
    Skip,
    /// Events before it are missing: read the log.
    Gap,
}

/// All events up to `seq` were sent.
#[derive(Debug)]
pub(super) struct Cursor {
    /// Obtained when the client subscribed. No delivery asks again: after a change of rights, `Payload::RightsChanged` does.
    pub(super) readable: Readable,
    pub(super) seq: u64,
    /// The log holds events that were not sent: they have to be read before those of the hub.
    pub(super) is_behind: bool,
    /// Ephemeral frames were dropped while it was behind.
    pub(super) has_dropped: bool,
    /// The client was sent the reply to `subscribe`. From then on, an ack replaces an event that is not echoed.
    is_confirmed: bool,
    /// The client's own events that are not to be sent back; `None` with echo.
    #[expect(clippy::box_collection, reason = "every subscription has this field, and few use it")]
    unechoed: Option<Box<BTreeSet<u64>>>,
}

impl Cursor {
    /// The cursor after a page was sent.
    pub(super) fn after_page(readable: Readable, page: &Page, echo: bool) -> Self {
        Self::new(readable, page.to, page.to < page.head, echo)
    }

    fn new(readable: Readable, seq: u64, is_behind: bool, echo: bool) -> Self {
        Self {
            readable,
            seq,
            is_behind,
            has_dropped: false,
            is_confirmed: false,
            unechoed: (!echo).then(Box::default),
        }
    }

    pub(super) fn topic(&self) -> &TopicName {
        self.readable.topic()
    }

    /// Returns the events of a page that are to be sent, and updates whether the cursor is behind.
    pub(super) fn accept_page(&mut self, page: Page) -> Vec<Event> {
        self.is_behind = page.to < page.head;
        page.events.into_iter().filter(|event| self.offer(event.seq) == Offer::Send).collect()
    }

    /// The client was sent the reply to `subscribe`. Acks before it may belong to an earlier subscription, so their
    /// events are sent nevertheless.
    pub(super) fn confirm(&mut self) {
        self.is_confirmed = true;
    }

    /// An event of this connection was committed. Called before the event is offered, because its ack is sent first.
    pub(super) fn acked(&mut self, seq: u64) {
        if let Some(unechoed) = &mut self.unechoed
            && self.is_confirmed
            && seq > self.seq
        {
            unechoed.insert(seq);
        }
    }

    /// Advances over consecutive events, and returns `true`, if they are next and all are to be sent.
    pub(super) fn offer_all(&mut self, events: &[Event]) -> bool {
        let next = events.first().is_some_and(|first| first.seq == self.seq + 1);
        let unechoed = self.unechoed.as_ref().is_some_and(|unechoed| !unechoed.is_empty());
        if !next || self.is_behind || unechoed {
            return false;
        }
        self.seq += events.len() as u64;
        true
    }

    /// Advances over an event if it is next.
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
    use app::protocol::{About, DraftId, Epoch};

    use super::*;
    use crate::lobby_message::lobby_message;

    fn lobby() -> Readable {
        Readable::unchecked("lobby".parse().unwrap())
    }

    fn event(seq: u64) -> Event {
        lobby_message(seq, DraftId::fresh(), "hi")
    }

    /// A page of events, read when the log ended at `head`.
    fn page(seqs: std::ops::RangeInclusive<u64>, head: u64) -> Page {
        Page {
            epoch: Epoch("a".to_owned()),
            head,
            from: *seqs.start(),
            to: *seqs.end(),
            events: seqs.map(event).collect(),
            about: About::default().into(),
        }
    }

    fn cursor(echo: bool) -> Cursor {
        let mut cursor = Cursor::new(lobby(), 5, false, echo);
        cursor.confirm();
        cursor
    }

    #[test]
    fn an_event_that_was_acked_before_the_reply_to_subscribe_is_sent() {
        let mut cursor = Cursor::new(lobby(), 5, false, false);
        cursor.acked(6);
        cursor.confirm();
        cursor.acked(7);
        assert_eq!([6, 7, 8].map(|seq| cursor.offer(seq)), [Offer::Send, Offer::Skip, Offer::Send]);
    }

    #[test]
    fn the_next_event_is_sent_and_a_duplicate_is_not() {
        let mut cursor = cursor(true);
        assert_eq!(
            [5, 6, 6, 7].map(|seq| cursor.offer(seq)),
            [Offer::Skip, Offer::Send, Offer::Skip, Offer::Send]
        );
    }

    #[test]
    fn a_gap_marks_the_cursor_as_behind_without_moving_it() {
        let mut cursor = cursor(true);
        assert_eq!(cursor.offer(8), Offer::Gap);
        assert!(cursor.is_behind);
        assert_eq!([6, 7, 8].map(|seq| cursor.offer(seq)), [Offer::Send; 3]);
    }

    #[test]
    fn without_echo_acks_in_any_order_and_twice_are_no_obstacle() {
        let mut cursor = cursor(false);
        [8, 6, 8].into_iter().for_each(|seq| cursor.acked(seq));
        let offers = [6, 7, 8, 9].map(|seq| cursor.offer(seq));
        assert_eq!(offers, [Offer::Skip, Offer::Send, Offer::Skip, Offer::Send]);
        cursor.acked(10);
        assert_eq!(cursor.offer(10), Offer::Skip);
    }

    #[test]
    fn without_echo_own_events_advance_the_cursor_unsent() {
        let mut cursor = cursor(false);
        cursor.acked(5);
        cursor.acked(7);
        assert_eq!([6, 7, 8].map(|seq| cursor.offer(seq)), [Offer::Send, Offer::Skip, Offer::Send]);
    }

    #[test]
    fn a_cursor_starts_behind_if_the_page_ends_before_the_log() {
        for (head, is_behind) in [(5, false), (6, true)] {
            let cursor = Cursor::after_page(lobby(), &page(4..=5, head), true);
            assert_eq!((cursor.seq, cursor.is_behind, cursor.has_dropped), (5, is_behind, false));
        }
    }

    #[test]
    fn a_page_catches_up_without_events_that_were_sent_before() {
        let mut cursor = cursor(true);
        assert_eq!(cursor.offer(9), Offer::Gap);
        let sent = |cursor: &mut Cursor, page| -> Vec<u64> {
            cursor.accept_page(page).iter().map(|event| event.seq).collect()
        };
        assert_eq!(sent(&mut cursor, page(4..=7, 9)), [6, 7]);
        assert!(cursor.is_behind, "two events are missing");
        assert_eq!(sent(&mut cursor, page(8..=9, 9)), [8, 9]);
        assert!(!cursor.is_behind);
    }

    #[test]
    fn events_are_taken_together_only_if_they_are_next() {
        let mut cursor = cursor(true);
        for seqs in [5..=6, 7..=8] {
            assert!(!cursor.offer_all(&page(seqs, 8).events));
        }
        assert!(!cursor.offer_all(&[]));
        assert!(cursor.offer_all(&page(6..=8, 8).events));
        assert_eq!((cursor.seq, cursor.is_behind), (8, false));
        cursor.is_behind = true;
        assert!(!cursor.offer_all(&page(9..=9, 9).events), "the log comes first");
    }

    #[test]
    fn events_are_not_taken_together_while_some_are_not_to_be_sent() {
        let mut cursor = cursor(false);
        cursor.acked(5);
        assert!(cursor.offer_all(&page(6..=6, 6).events), "the acked event was sent before");
        cursor.acked(8);
        assert!(!cursor.offer_all(&page(7..=8, 8).events));
        assert_eq!([7, 8].map(|seq| cursor.offer(seq)), [Offer::Send, Offer::Skip]);
        assert!(cursor.offer_all(&page(9..=9, 9).events));
    }
}
