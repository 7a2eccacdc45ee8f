//! Did every receiver get each message once, and in order?
//!
//! A publisher's messages are numbered; each receiver expects the next number of each publisher. What is skipped is
//! remembered: it may still come (out of order), or never does (lost). All that is usual costs a comparison.

use std::collections::HashSet;

/// What went wrong, in deliveries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// Heard again.
    pub duplicates: u64,
    /// Heard after a later one of the same publisher.
    pub out_of_order: u64,
    /// Never said.
    pub strange: u64,
    /// Events whose `seq` was not the next.
    pub seq_breaks: u64,
}

/// What hearing a message meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Others are still to hear it.
    Part,
    /// Now all have heard it.
    Done,
    /// It should not have come.
    Fault,
}

/// Everything said and heard in a run.
#[derive(Debug)]
pub struct Check {
    receivers: usize,
    publishers: usize,
    /// By receiver, then publisher: the number that comes next.
    next: Vec<u32>,
    /// By publisher, then message: how many are still to hear it.
    left: Vec<Vec<u32>>,
    /// By receiver: all it heard, folded in its order.
    order: Vec<u64>,
    skipped: HashSet<(usize, usize, u32)>,
    open: u64,
    heard: u64,
    faults: Faults,
}

impl Check {
    /// Nothing said yet.
    pub fn new(receivers: usize, publishers: usize) -> Self {
        Self {
            receivers,
            publishers,
            next: vec![0; receivers * publishers],
            left: vec![Vec::new(); publishers],
            order: vec![0; receivers],
            skipped: HashSet::new(),
            open: 0,
            heard: 0,
            faults: Faults::default(),
        }
    }

    /// A publisher says its next message, of this number.
    pub fn say(&mut self, publisher: usize) -> u32 {
        let said = &mut self.left[publisher];
        said.push(self.receivers as u32);
        self.open += 1;
        (said.len() - 1) as u32
    }

    /// A receiver heard a message.
    #[inline]
    pub fn hear(&mut self, receiver: usize, publisher: usize, number: u32) -> Heard {
        if publisher >= self.publishers || number as usize >= self.left[publisher].len() {
            self.faults.strange += 1;
            return Heard::Fault;
        }
        let next = &mut self.next[receiver * self.publishers + publisher];
        if *next != number {
            return self.unusual(receiver, publisher, number);
        }
        *next += 1;
        self.count(receiver, publisher, number)
    }

    #[inline]
    fn count(&mut self, receiver: usize, publisher: usize, number: u32) -> Heard {
        let order = &mut self.order[receiver];
        *order =
            (*order ^ ((publisher as u64) << 32 | u64::from(number))).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.heard += 1;
        let left = &mut self.left[publisher][number as usize];
        *left -= 1;
        if *left > 0 {
            return Heard::Part;
        }
        self.open -= 1;
        Heard::Done
    }

    #[cold]
    fn unusual(&mut self, receiver: usize, publisher: usize, number: u32) -> Heard {
        let next = &mut self.next[receiver * self.publishers + publisher];
        if number > *next {
            self.skipped.extend((*next..number).map(|skipped| (receiver, publisher, skipped)));
            *next = number + 1;
        } else if self.skipped.remove(&(receiver, publisher, number)) {
            self.faults.out_of_order += 1;
        } else {
            self.faults.duplicates += 1;
            return Heard::Fault;
        }
        self.count(receiver, publisher, number)
    }

    /// An event's place in the log was not the next one.
    pub fn broken_seq(&mut self) {
        self.faults.seq_breaks += 1;
    }

    /// Messages that somebody is still to hear.
    pub fn open(&self) -> u64 {
        self.open
    }

    /// Deliveries so far.
    pub fn heard(&self) -> u64 {
        self.heard
    }

    /// Messages said so far.
    pub fn said(&self) -> u64 {
        self.left.iter().map(|said| said.len() as u64).sum()
    }

    /// What went wrong so far.
    pub fn faults(&self) -> Faults {
        self.faults
    }

    /// At the end: deliveries that never came.
    pub fn lost(&self) -> u64 {
        self.left.iter().flatten().map(|left| u64::from(*left)).sum()
    }

    /// At the end, with nothing lost: whether all receivers heard everything in one and the same order.
    pub fn one_order(&self) -> bool {
        self.order.windows(2).all(|two| two[0] == two[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two receivers, two publishers, two messages of each; `deaf` then hears `second` and the other all of it.
    fn story(second: &[(usize, u32)]) -> Check {
        let mut check = Check::new(2, 2);
        for publisher in [0, 1, 0, 1] {
            check.say(publisher);
        }
        for (publisher, number) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            assert_eq!(check.hear(0, publisher, number), Heard::Part);
        }
        for (publisher, number) in second {
            check.hear(1, *publisher, *number);
        }
        check
    }

    #[test]
    fn all_of_it_once_and_in_order_is_no_fault() {
        let check = story(&[(0, 0), (1, 0), (0, 1), (1, 1)]);
        assert_eq!((check.lost(), check.open(), check.heard(), check.said()), (0, 0, 8, 4));
        assert_eq!(check.faults(), Faults::default());
        assert!(check.one_order());
    }

    #[test]
    fn the_last_receiver_makes_it_done() {
        let mut check = story(&[]);
        assert_eq!(check.hear(1, 0, 0), Heard::Done);
        assert_eq!(check.open(), 3);
    }

    #[test]
    fn a_loss_is_found_in_the_middle_and_at_the_end() {
        let middle = story(&[(0, 1), (1, 0), (1, 1)]);
        assert_eq!((middle.lost(), middle.open()), (1, 1));
        let end = story(&[(0, 0), (1, 0), (1, 1)]);
        assert_eq!((end.lost(), end.open()), (1, 1));
    }

    #[test]
    fn a_double_is_found() {
        let check = story(&[(0, 0), (0, 0), (1, 0), (0, 1), (1, 1), (1, 1)]);
        assert_eq!(check.faults(), Faults { duplicates: 2, ..Faults::default() });
        assert_eq!((check.lost(), check.heard()), (0, 8));
    }

    #[test]
    fn a_swap_of_one_publishers_messages_is_found() {
        let check = story(&[(0, 1), (0, 0), (1, 0), (1, 1)]);
        assert_eq!(check.faults(), Faults { out_of_order: 1, ..Faults::default() });
        assert_eq!(check.lost(), 0);
    }

    #[test]
    fn a_swap_of_two_publishers_messages_is_another_order() {
        let check = story(&[(1, 0), (0, 0), (0, 1), (1, 1)]);
        assert_eq!((check.faults(), check.lost()), (Faults::default(), 0));
        assert!(!check.one_order());
    }

    #[test]
    fn what_nobody_said_is_strange() {
        let check = story(&[(0, 2), (5, 0)]);
        assert_eq!(check.faults().strange, 2);
    }
}
