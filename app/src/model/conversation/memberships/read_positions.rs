//! The read positions of the visitor: how the reader moves them, and when they are sent.

use super::Memberships;
use crate::{
    model::{sorted::SortedMap, timeline::ReadProgress},
    protocol::{ClientFrame, Membership, TopicName},
};

/// The number of read positions that are sent within a second. The server's default rate of frames leaves room for others.
const MAX_READS_AT_ONCE: usize = 15;

impl Memberships {
    /// Advances the read position.
    pub(in crate::model::conversation) fn read(&mut self, topic: &TopicName, span: ReadProgress) {
        let Some(membership) = self.all.get_mut(topic).filter(|membership| span.seq > membership.read) else {
            return;
        };
        membership.read = span.seq;
        if span.seq >= membership.head {
            membership.seen = membership.messages;
            membership.mentions = 0;
        } else {
            membership.seen = membership.messages.min(membership.seen + span.messages);
            membership.mentions = membership.mentions.saturating_sub(span.mentions);
        }
        insert_read(&mut self.unsent_reads, topic, span.seq);
        self.changes += 1;
    }

    /// Moves the read position back to where `span` begins. `span` has the messages that were read after it.
    pub(in crate::model::conversation) fn mark_unread(&mut self, topic: &TopicName, span: ReadProgress) {
        let Some(membership) = self.all.get_mut(topic).filter(|membership| span.seq < membership.read) else {
            return;
        };
        membership.read = span.seq;
        membership.seen = membership.seen.saturating_sub(span.messages);
        membership.mentions += span.mentions;
        let unsent = self.unsent_reads.insert(topic.clone(), (span.seq, true));
        if unsent.is_none_or(|(_, is_rewound)| !is_rewound) {
            membership.rewinds = Some(position(membership).0 + 1);
        }
        self.changes += 1;
    }

    /// Marks all messages of all topics as read.
    pub(in crate::model::conversation) fn read_everything(&mut self) {
        let unread = self.all.values().filter(|membership| membership.unread() > 0);
        let topics: Vec<TopicName> = unread.map(|membership| membership.topic.clone()).collect();
        topics.iter().for_each(|topic| self.read_all(topic));
    }

    /// Marks all messages of a topic as read.
    pub(in crate::model::conversation) fn read_all(&mut self, topic: &TopicName) {
        if let Some(seq) = self.get(topic).map(|membership| membership.head) {
            self.read(topic, ReadProgress { seq, ..ReadProgress::default() });
        }
    }

    /// Returns read positions to send, each of them once. When there are many, it returns some, and no more until
    /// [`resume`](Self::resume).
    pub(in crate::model::conversation) fn due_frames(&mut self) -> Vec<ClientFrame> {
        if self.is_paused {
            return Vec::new();
        }
        let mut due = Vec::new();
        while due.len() < MAX_READS_AT_ONCE
            && let Some((topic, (seq, unread))) = self.unsent_reads.pop_first()
        {
            due.push(ClientFrame::Read { topic, seq, unread });
        }
        self.is_paused = !self.unsent_reads.is_empty();
        due
    }

    /// Returns a number that grows whenever the reader moves a read position.
    pub(in crate::model::conversation) fn changes(&self) -> u64 {
        self.changes
    }

    /// Whether read positions are left that may be sent a second later.
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Lets the next read positions be sent.
    pub fn resume(&mut self) {
        self.is_paused = false;
    }
}

/// Adds a read position to send. If the one before was moved back and is not sent either, this one reports that, too.
pub(super) fn insert_read(unsent: &mut SortedMap<TopicName, (u64, bool)>, topic: &TopicName, seq: u64) {
    let is_rewound = unsent.get(topic).is_some_and(|(_, is_rewound)| *is_rewound);
    unsent.insert(topic.clone(), (seq, is_rewound));
}

/// Returns how often messages of a topic were marked as unread, and how far it was read: the higher pair is the newer one.
pub(super) fn position(membership: &Membership) -> (u64, u64) {
    (membership.rewinds.unwrap_or(0), membership.read)
}
