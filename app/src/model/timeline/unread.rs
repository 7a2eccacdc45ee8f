//! Read progress: how far the reader has read, and the first unread message.

use super::{Row, Timeline};
use crate::{model::sorted::SortedSet, protocol::UserId};

/// The first unread message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstUnread {
    /// It is loaded, and this is its `seq`.
    Loaded(u64),
    /// It lies in a gap.
    NotLoaded,
}

/// The range that was read, starting after the previous read position.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadProgress {
    /// The last `seq` of the range.
    pub seq: u64,
    /// The number of messages in it.
    pub messages: u64,
    /// The number of messages that mention the reader.
    pub mentions: u64,
}

impl Timeline {
    /// Returns the first message of other people after `read`; `None` when all are read.
    pub fn first_unread(&self, reader: UserId, read: u64) -> Option<FirstUnread> {
        self.rows.iter().find_map(|row| match row {
            Row::Gap(gap) if gap.before > read + 1 => Some(FirstUnread::NotLoaded),
            Row::Message(event) if event.seq > read && event.author.user != reader => {
                Some(FirstUnread::Loaded(event.seq))
            }
            _ => None,
        })
    }

    /// Returns how far the reader can be taken to have read: up to the first message after `read` that is not loaded or was not viewed.
    /// The reader's own messages count as viewed.
    pub(crate) fn read_progress(&self, reader: UserId, read: u64, viewed: &SortedSet) -> ReadProgress {
        let mut span = ReadProgress { seq: read, ..ReadProgress::default() };
        for row in &self.rows {
            match row {
                Row::Gap(gap) if gap.before > read + 1 => return span,
                Row::Message(event) if event.seq > read => {
                    if event.author.user != reader && !viewed.contains(event.seq) {
                        return span;
                    }
                    span.seq = event.seq;
                    span.messages += 1;
                    span.mentions += u64::from(event.mentions(reader));
                }
                _ => {}
            }
        }
        span.seq = span.seq.max(self.last_seq);
        span
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{
            fixtures::{epoch, message, message_of, reaction, user},
            timeline::LogSlice,
        },
        protocol::{DraftId, Event, EventKind},
    };

    const READER: u128 = 9;

    fn own(seq: u64) -> Event {
        message_of(seq, user(READER), DraftId::fresh())
    }

    fn mention(seq: u64) -> Event {
        let mut event = message(seq);
        if let EventKind::Message { mentions, .. } = &mut event.kind {
            mentions.push(user(READER));
        }
        event
    }

    fn timeline(from: u64, head: u64, events: Vec<Event>) -> Timeline {
        Timeline::new(epoch("a"), LogSlice { from, to: head, head, events })
    }

    fn read(timeline: &Timeline, read: u64, viewed: &[u64]) -> (u64, u64, u64) {
        let mut seqs = SortedSet::default();
        seqs.extend(viewed.iter().copied());
        let span = timeline.read_progress(user(READER), read, &seqs);
        (span.seq, span.messages, span.mentions)
    }

    #[test]
    fn reading_ends_before_the_first_message_that_was_not_viewed() {
        let log = timeline(1, 5, vec![message(1), message(2), mention(3), own(4), message(5)]);
        assert_eq!(read(&log, 1, &[]), (1, 0, 0));
        assert_eq!(read(&log, 1, &[5]), (1, 0, 0));
        assert_eq!(read(&log, 1, &[2]), (2, 1, 0));
        assert_eq!(read(&log, 1, &[2, 3]), (4, 3, 1));
        assert_eq!(read(&log, 1, &[2, 3, 5]), (5, 4, 1));
    }

    #[test]
    fn changes_after_the_last_message_are_read_with_it() {
        let mut log = timeline(1, 2, vec![message(1), message(2)]);
        log.apply(reaction(3, 1, 1, true));
        assert_eq!(read(&log, 1, &[2]), (3, 1, 0));
        assert_eq!(read(&log, 2, &[]), (3, 0, 0));
    }

    #[test]
    fn read_progress_stops_at_a_gap() {
        let log = timeline(40, 41, vec![message(40), message(41)]);
        assert_eq!(read(&log, 38, &[40, 41]), (38, 0, 0));
        assert_eq!(read(&log, 39, &[40, 41]), (41, 2, 0));
    }

    #[test]
    fn the_first_unread_message_is_by_another_person_or_in_a_gap() {
        let log = timeline(40, 42, vec![message(40), own(41), message(42)]);
        let first = |read| log.first_unread(user(READER), read);
        assert_eq!(first(38), Some(FirstUnread::NotLoaded));
        assert_eq!(first(39), Some(FirstUnread::Loaded(40)));
        assert_eq!(first(40), Some(FirstUnread::Loaded(42)));
        assert_eq!(first(42), None);
    }
}
