//! A page: a part of a topic's log as it was read.

use std::sync::Arc;

use app::protocol::{About, Epoch, Event, EventKind, HistoryRange};
use sea_orm::DbErr;

use super::ReadError;

/// Events of one topic in the order of `seq`: all events of a range, or all messages of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The epoch that the positions belong to.
    pub epoch: Epoch,
    /// The `seq` of the newest event when the page was read, or later; 0 for an empty topic.
    pub head: u64,
    /// The first `seq` of the range that the page covers.
    pub from: u64,
    /// The last `seq` of that range; less than `from` when the range is empty.
    pub to: u64,
    pub events: Vec<Event>,
    /// The topic's title and description at `head`.
    pub about: Arc<About>,
}

impl Page {
    /// Keeps the events nearest to the start of the span, up to `max` bytes of text.
    pub fn around_bytes(self, span: HistoryRange, max: usize) -> Self {
        match span {
            HistoryRange::Before(_) => self.last_bytes(max),
            HistoryRange::After(_) => self.first_bytes(max),
            HistoryRange::Around(around) => {
                let middle = self.events.partition_point(|event| event.seq < around);
                let mut older = self.clone();
                let mut newer = self;
                newer.events.drain(..middle);
                older.events.truncate(middle);
                let older = older.last_bytes(max / 2);
                let newer = newer.first_bytes(max / 2);
                let events = older.events.into_iter().chain(newer.events).collect();
                Self { from: older.from, events, ..newer }
            }
        }
    }

    /// Returns an error if events of the range are missing. A client must not go on after a gap in the log.
    pub(super) fn require_contiguous(self) -> Result<Self, ReadError> {
        let range = self.from..=self.to;
        if self.events.iter().map(|event| event.seq).eq(range) {
            return Ok(self);
        }
        let Self { from, to, .. } = self;
        Err(DbErr::Custom(format!("the store lacks events between {from} and {to}")).into())
    }

    /// Keeps as many of the oldest events as fit into `max` bytes of text, but at least one.
    pub fn first_bytes(mut self, max: usize) -> Self {
        let fitting = fitting(self.events.iter(), max);
        if let Some(next) = self.events.get(fitting) {
            self.to = next.seq - 1;
        }
        self.events.truncate(fitting);
        self
    }

    /// Keeps as many of the newest events as fit into `max` bytes of text, but at least one.
    pub fn last_bytes(mut self, max: usize) -> Self {
        let fitting = fitting(self.events.iter().rev(), max);
        let left_out = self.events.len() - fitting;
        if let Some(before) = left_out.checked_sub(1).and_then(|index| self.events.get(index)) {
            self.from = before.seq + 1;
        }
        self.events.drain(..left_out);
        self
    }
}

/// Returns how many events fit, counted from the first; the first always does.
fn fitting<'a>(events: impl Iterator<Item = &'a Event>, max: usize) -> usize {
    let sizes = events.scan(0, |sum, event| {
        *sum += text_bytes(event);
        Some(*sum)
    });
    sizes.enumerate().take_while(|&(index, sum)| index == 0 || sum <= max).count()
}

/// The approximate size of a person in a list of reactions, in bytes.
const PERSON_BYTES: usize = 128;

/// Returns the approximate size of an event, in bytes of text.
pub(crate) fn text_bytes(event: &Event) -> usize {
    let people = match &event.kind {
        EventKind::Message { reactions, .. } => reactions.iter().map(|r| r.people.len()).sum(),
        _ => 0,
    };
    event.kind.text_bytes() + people * PERSON_BYTES
}

#[cfg(test)]
mod tests {
    use app::protocol::{DraftId, Emoji, Name, Person, Reactions, UserId};

    use super::*;
    use crate::lobby_message::lobby_message;

    /// A message of ten bytes.
    fn message(seq: u64) -> Event {
        lobby_message(seq, DraftId::fresh(), &"x".repeat(10))
    }

    /// A page of a log whose messages are the events with an even `seq`.
    fn page() -> Page {
        let epoch = Epoch("a".to_owned());
        let events = [2, 4, 6, 8, 10, 12].map(message).into();
        Page { epoch, head: 20, from: 1, to: 13, events, about: Arc::default() }
    }

    fn range(page: Page) -> (u64, u64, Vec<u64>) {
        (page.from, page.to, page.events.iter().map(|event| event.seq).collect())
    }

    #[test]
    fn a_shortened_page_covers_the_range_up_to_the_message_left_out() {
        assert_eq!(range(page().first_bytes(20)), (1, 5, vec![2, 4]));
        assert_eq!(range(page().last_bytes(20)), (9, 13, vec![10, 12]));
        assert_eq!(range(page().first_bytes(60)), (1, 13, vec![2, 4, 6, 8, 10, 12]));
        assert_eq!(range(page().last_bytes(60)), (1, 13, vec![2, 4, 6, 8, 10, 12]));
    }

    #[test]
    fn a_page_is_shortened_at_the_far_ends_of_its_span() {
        assert_eq!(range(page().around_bytes(HistoryRange::Before(14), 20)), (9, 13, vec![10, 12]));
        assert_eq!(range(page().around_bytes(HistoryRange::After(1), 20)), (1, 5, vec![2, 4]));
        let around = |seq| range(page().around_bytes(HistoryRange::Around(seq), 40));
        assert_eq!(around(6), (1, 9, vec![2, 4, 6, 8]));
        assert_eq!(around(8), (3, 11, vec![4, 6, 8, 10]));
        assert_eq!(around(7), (3, 11, vec![4, 6, 8, 10]), "no message has this number");
    }

    #[test]
    fn people_who_reacted_count_as_text() {
        let mut event = message(1);
        assert_eq!(text_bytes(&event), 10);
        let EventKind::Message { reactions, .. } = &mut event.kind else { panic!("a message") };
        let person = || Person { user: UserId::fresh(), name: Name::anonymous() };
        let emoji = Emoji::try_from("👍".to_owned()).unwrap();
        reactions.push(Reactions { emoji, people: vec![person(), person()] });
        assert_eq!(text_bytes(&event), 10 + 2 * PERSON_BYTES);
    }
}
