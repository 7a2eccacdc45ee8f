//! The presentation of a message, which depends on the message before it.

use super::{Row, Timeline};
use crate::protocol::{Event, Timestamp, UserId};

/// The longest time in milliseconds between two messages of one author under a common header.
const MAX_GROUP_GAP_MS: u64 = 5 * 60 * 1_000;

/// The presentation of a message row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowStyle {
    /// It is the first message of its day.
    pub is_new_day: bool,
    /// It is the first message that the reader has not read.
    pub is_first_unread: bool,
    /// It continues a message of the same author and needs no header of its own.
    pub is_continuation: bool,
}

impl Timeline {
    /// Returns the style of each message by `seq`, oldest first. `read` is the last `seq` that the reader had read; `day` numbers
    /// days in the reader's time zone.
    pub fn row_styles(
        &self,
        reader: UserId,
        read: Option<u64>,
        day: impl Fn(Timestamp) -> i64,
    ) -> Vec<(u64, RowStyle)> {
        let mut styles = Vec::with_capacity(self.rows().len());
        let (mut before, mut begun): (Option<(&Event, i64)>, bool) = (None, false);
        for row in self.rows() {
            let Row::Message(event) = row else {
                // A notice leaves the message before it in place for the comparison of days and authors; a gap does not.
                before = before.filter(|_| matches!(row, Row::Notice { .. }));
                continue;
            };
            let today = day(event.at);
            let is_new_day = before.is_none_or(|(_, day)| day != today);
            let unread = read.is_some_and(|read| event.seq > read) && event.author.user != reader;
            let is_first_unread = unread && !begun;
            begun |= unread;
            let headed = is_new_day || is_first_unread || self.slice_starts.contains(event.seq);
            let is_continuation = !headed && before.is_some_and(|(before, _)| continues(before, event));
            styles.push((event.seq, RowStyle { is_new_day, is_first_unread, is_continuation }));
            before = Some((event, today));
        }
        styles
    }
}

fn continues(before: &Event, event: &Event) -> bool {
    let near = event.at.0.saturating_sub(before.at.0) <= MAX_GROUP_GAP_MS;
    near && event.author == before.author && event.kind.reply_to().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{
            fixtures::{epoch, message_of, user},
            timeline::LogSlice,
        },
        protocol::{DraftId, EventKind, Name},
    };

    fn message_at(seq: u64, minute: u64, by: u128) -> Event {
        Event { at: Timestamp(minute * 60_000), ..message_of(seq, user(by), DraftId::fresh()) }
    }

    fn row_styles(read: Option<u64>, events: Vec<Event>) -> String {
        let head = events.last().unwrap().seq;
        let timeline = Timeline::new(epoch("a"), LogSlice { from: 1, to: head, head, events });
        let styles = timeline.row_styles(user(9), read, |at| (at.0 / 86_400_000) as i64);
        assert!(styles.iter().all(|(_, style)| !(style.is_new_day && style.is_continuation)));
        let mark = |(_, style): &(u64, RowStyle)| match style {
            RowStyle { is_new_day: true, is_first_unread: true, .. } => 'B',
            RowStyle { is_new_day: true, .. } => 'D',
            RowStyle { is_first_unread: true, .. } => 'F',
            RowStyle { is_continuation: true, .. } => '.',
            _ => 'H',
        };
        styles.iter().map(mark).collect()
    }

    #[test]
    fn consecutive_messages_of_one_author_share_a_header() {
        let events = vec![
            message_at(1, 0, 1),
            message_at(2, 1, 1),
            message_at(3, 2, 2),
            message_at(4, 3, 1),
            message_at(5, 8, 1),
            message_at(6, 14, 1),
        ];
        assert_eq!(row_styles(None, events), "D.HH.H");
    }

    #[test]
    fn a_new_day_and_the_first_unread_message_have_a_header() {
        let day = 24 * 60;
        let events = vec![
            message_at(1, day - 2, 1),
            message_at(2, day - 1, 1),
            message_at(3, day, 1),
            message_at(4, day + 1, 1),
        ];
        assert_eq!(row_styles(None, events.clone()), "D.D.");
        assert_eq!(row_styles(Some(1), events.clone()), "DFD.");
        assert_eq!(row_styles(Some(2), events), "D.B.");
    }

    #[test]
    fn a_message_keeps_its_header_when_older_ones_are_loaded() {
        let part = |from: u64, to: u64| LogSlice {
            from,
            to,
            head: 6,
            events: (from..=to).map(|seq| message_at(seq, 0, 1)).collect(),
        };
        let mut timeline = Timeline::new(epoch("a"), part(5, 6));
        timeline.fill(part(3, 4));
        timeline.fill(part(1, 2));
        let styles = timeline.row_styles(user(9), None, |_| 0);
        let on: Vec<u64> =
            styles.iter().filter(|(_, style)| style.is_continuation).map(|(seq, _)| *seq).collect();
        assert_eq!(on, [2, 4, 6]);
    }

    #[test]
    fn a_message_continues_across_a_notice_but_not_across_a_gap() {
        let slice = |from, to, head| LogSlice {
            from,
            to,
            head,
            events: (from..=to).map(|seq| message_at(seq, 0, 1)).collect(),
        };
        let mut timeline = Timeline::new(epoch("a"), slice(1, 1, 2));
        timeline.apply(message_at(3, 0, 1));
        timeline.presence(vec![Name::parse("Bob").unwrap()], Vec::new());
        timeline.apply(message_at(4, 0, 1));
        let styles = timeline.row_styles(user(9), None, |_| 0);
        let styles = styles.iter().map(|(seq, style)| (*seq, style.is_new_day, style.is_continuation));
        assert_eq!(styles.collect::<Vec<_>>(), [(1, true, false), (3, true, false), (4, false, true)]);
        timeline.fill(slice(1, 1, 4));
        timeline.reset(epoch("a"), slice(1, 4, 4));
        let styles = timeline.row_styles(user(9), None, |_| 0);
        assert!(styles[1..].iter().all(|(_, style)| style.is_continuation), "nothing is kept in place");
    }

    #[test]
    fn the_readers_own_messages_are_not_unread() {
        assert_eq!(
            row_styles(Some(1), vec![message_at(1, 0, 1), message_at(2, 1, 9), message_at(3, 2, 1)]),
            "DHF"
        );
    }

    #[test]
    fn a_reply_has_a_header() {
        let mut answer = message_at(2, 1, 1);
        if let EventKind::Message { reply_to, .. } = &mut answer.kind {
            *reply_to = Some(1);
        }
        assert_eq!(row_styles(None, vec![message_at(1, 0, 1), answer]), "DH");
    }
}
