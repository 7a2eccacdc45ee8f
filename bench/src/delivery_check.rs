//! Checks that every receiver gets each message once and in order.
//!
//! A publisher's messages are numbered; each receiver expects the next number of each publisher. Skipped numbers are remembered:
//! they may still come (out of order) or never come (lost). A message in order costs one comparison.

use std::collections::HashSet;

/// Counts of faulty deliveries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// Received again.
    pub duplicates: u64,
    /// Received after a later message of the same publisher.
    pub out_of_order: u64,
    /// Never published, or not for this receiver.
    pub unknown: u64,
    /// Events whose `seq` was not the next.
    pub seq_breaks: u64,
}

/// The result of receiving a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// Other receivers are still missing it.
    Partial,
    /// All receivers have it now.
    Complete,
    /// It is a duplicate, unknown, or was not for this receiver.
    Fault,
}

#[derive(Debug)]
pub struct DeliveryCheck {
    /// The number of receivers of each publisher's messages.
    receivers: Vec<u32>,
    publishers: usize,
    /// The next number by receiver, then publisher.
    next: Vec<u32>,
    /// The number of receivers that are still missing a message, by publisher, then message.
    remaining: Vec<Vec<u32>>,
    /// A hash of all messages in the order of their arrival, by receiver.
    order: Vec<u64>,
    skipped: HashSet<(usize, usize, u32)>,
    open: u64,
    received: u64,
    faults: Faults,
}

impl DeliveryCheck {
    /// Creates a check without messages, for this many connections and the number of receivers of each publisher's messages.
    pub fn new(connections: usize, receivers: Vec<u32>) -> Self {
        let publishers = receivers.len();
        Self {
            receivers,
            publishers,
            next: vec![0; connections * publishers],
            remaining: vec![Vec::new(); publishers],
            order: vec![0; connections],
            skipped: HashSet::new(),
            open: 0,
            received: 0,
            faults: Faults::default(),
        }
    }

    /// Records the publisher's next message, and returns its number.
    pub fn publish(&mut self, publisher: usize) -> u32 {
        let published = &mut self.remaining[publisher];
        published.push(self.receivers[publisher]);
        self.open += 1;
        (published.len() - 1) as u32
    }

    /// Records that a receiver got a message.
    #[inline]
    pub fn receive(&mut self, receiver: usize, publisher: usize, number: u32) -> DeliveryStatus {
        if publisher >= self.publishers || number as usize >= self.remaining[publisher].len() {
            self.faults.unknown += 1;
            return DeliveryStatus::Fault;
        }
        let next = &mut self.next[receiver * self.publishers + publisher];
        if *next != number {
            return self.receive_out_of_order(receiver, publisher, number);
        }
        *next += 1;
        self.count(receiver, publisher, number)
    }

    #[inline]
    fn count(&mut self, receiver: usize, publisher: usize, number: u32) -> DeliveryStatus {
        let left = &mut self.remaining[publisher][number as usize];
        if *left == 0 {
            // A receiver of another topic.
            self.faults.unknown += 1;
            return DeliveryStatus::Fault;
        }
        *left -= 1;
        let order = &mut self.order[receiver];
        *order =
            (*order ^ ((publisher as u64) << 32 | u64::from(number))).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.received += 1;
        if *left > 0 {
            return DeliveryStatus::Partial;
        }
        self.open -= 1;
        DeliveryStatus::Complete
    }

    #[cold]
    fn receive_out_of_order(&mut self, receiver: usize, publisher: usize, number: u32) -> DeliveryStatus {
        let next = &mut self.next[receiver * self.publishers + publisher];
        if number > *next {
            self.skipped.extend((*next..number).map(|skipped| (receiver, publisher, skipped)));
            *next = number + 1;
        } else if self.skipped.remove(&(receiver, publisher, number)) {
            self.faults.out_of_order += 1;
        } else {
            self.faults.duplicates += 1;
            return DeliveryStatus::Fault;
        }
        self.count(receiver, publisher, number)
    }

    /// Records an event whose `seq` was not the next.
    pub fn record_seq_break(&mut self) {
        self.faults.seq_breaks += 1;
    }

    /// Returns the number of messages that some receiver is still missing.
    pub fn open(&self) -> u64 {
        self.open
    }

    /// Returns the number of deliveries so far.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Messages published so far.
    pub fn published(&self) -> u64 {
        self.remaining.iter().map(|published| published.len() as u64).sum()
    }

    /// Returns the faults so far.
    pub fn faults(&self) -> Faults {
        self.faults
    }

    /// Returns the number of deliveries that are missing. Call it at the end.
    pub fn lost(&self) -> u64 {
        self.remaining.iter().flatten().map(|left| u64::from(*left)).sum()
    }

    /// Whether all receivers got all messages in the same order. Call it at the end, when nothing is lost.
    pub fn is_one_order(&self) -> bool {
        self.order.windows(2).all(|two| two[0] == two[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two publishers with two messages each. The first receiver gets all of them, the second one gets `second`.
    fn after(second: &[(usize, u32)]) -> DeliveryCheck {
        let mut check = DeliveryCheck::new(2, vec![2, 2]);
        for publisher in [0, 1, 0, 1] {
            check.publish(publisher);
        }
        for (publisher, number) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            assert_eq!(check.receive(0, publisher, number), DeliveryStatus::Partial);
        }
        for (publisher, number) in second {
            check.receive(1, *publisher, *number);
        }
        check
    }

    #[test]
    fn deliveries_once_and_in_order_are_no_fault() {
        let check = after(&[(0, 0), (1, 0), (0, 1), (1, 1)]);
        assert_eq!((check.lost(), check.open(), check.received(), check.published()), (0, 0, 8, 4));
        assert_eq!(check.faults(), Faults::default());
        assert!(check.is_one_order());
    }

    #[test]
    fn the_last_receiver_completes_a_message() {
        let mut check = after(&[]);
        assert_eq!(check.receive(1, 0, 0), DeliveryStatus::Complete);
        assert_eq!(check.open(), 3);
    }

    #[test]
    fn a_loss_is_found_in_the_middle_and_at_the_end() {
        let middle = after(&[(0, 1), (1, 0), (1, 1)]);
        assert_eq!((middle.lost(), middle.open()), (1, 1));
        let end = after(&[(0, 0), (1, 0), (1, 1)]);
        assert_eq!((end.lost(), end.open()), (1, 1));
    }

    #[test]
    fn a_duplicate_is_found() {
        let check = after(&[(0, 0), (0, 0), (1, 0), (0, 1), (1, 1), (1, 1)]);
        assert_eq!(check.faults(), Faults { duplicates: 2, ..Faults::default() });
        assert_eq!((check.lost(), check.received()), (0, 8));
    }

    #[test]
    fn swapped_messages_of_one_publisher_are_out_of_order() {
        let check = after(&[(0, 1), (0, 0), (1, 0), (1, 1)]);
        assert_eq!(check.faults(), Faults { out_of_order: 1, ..Faults::default() });
        assert_eq!(check.lost(), 0);
    }

    #[test]
    fn swapped_messages_of_two_publishers_break_the_common_order() {
        let check = after(&[(1, 0), (0, 0), (0, 1), (1, 1)]);
        assert_eq!((check.faults(), check.lost()), (Faults::default(), 0));
        assert!(!check.is_one_order());
    }

    #[test]
    fn what_nobody_said_is_unknown() {
        let check = after(&[(0, 2), (5, 0)]);
        assert_eq!(check.faults().unknown, 2);
    }
}
