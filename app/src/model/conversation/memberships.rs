//! The topics that the visitor follows, and their unread messages.

mod read_positions;
#[cfg(test)]
mod tests;

use crate::{
    model::sorted::SortedMap,
    protocol::{Event, EventKind, Follow, Head, Membership, TopicName, UserId},
};
use read_positions::{insert_read, position};

/// The visitor's memberships by topic. The server sends them; events and read positions of this page are added until the
/// server's next update.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memberships {
    all: SortedMap<TopicName, Membership>,
    /// Read positions that are not sent yet, and whether they may be lower than the server's.
    unsent_reads: SortedMap<TopicName, (u64, bool)>,
    /// Whether no more of them may be sent for now.
    is_paused: bool,
    /// The number of times that the reader has moved a read position.
    changes: u64,
    /// The memberships as the server sent them last.
    server: SortedMap<TopicName, Membership>,
}

impl Memberships {
    pub(super) fn new(all: Vec<Membership>) -> Self {
        let mut memberships = Self::default();
        memberships.replace_all(all);
        memberships
    }

    /// Returns all memberships, by name of the topic.
    pub fn all(&self) -> impl Iterator<Item = &Membership> {
        self.all.values()
    }

    /// Returns the membership in a topic, if it is followed.
    pub fn get(&self, topic: &TopicName) -> Option<&Membership> {
        self.all.get(topic)
    }

    /// Returns the read position of a topic that has unread messages.
    pub(super) fn unread_since(&self, topic: &TopicName) -> Option<u64> {
        self.get(topic).filter(|membership| membership.unread() > 0).map(|membership| membership.read)
    }

    /// Replaces all memberships by those of the server. Read positions that are ahead of the server's are sent again.
    pub(super) fn replace_all(&mut self, topics: Vec<Membership>) {
        let before = std::mem::take(&mut self.all);
        self.server = SortedMap::default();
        self.unsent_reads = SortedMap::default();
        self.is_paused = false;
        for there in topics {
            let topic = there.topic.clone();
            // A copy: to remove it would move all memberships after it, for each topic.
            if let Some(here) = before.get(&topic) {
                self.all.insert(topic.clone(), here.clone());
            }
            self.update(there);
            self.send_again(&topic);
        }
    }

    fn send_again(&mut self, topic: &TopicName) {
        let (Some(here), Some(there)) = (self.all.get_mut(topic), self.server.get(topic)) else { return };
        let there = position(there);
        if position(here) <= there {
            return;
        }
        let is_rewound = position(here).0 > there.0;
        if is_rewound {
            // However often it was moved back, one frame reports it, which the server counts once.
            here.rewinds = Some(there.0 + 1);
        }
        self.unsent_reads.insert(topic.clone(), (here.read, is_rewound));
    }

    /// Updates one membership from the server. A read position that is ahead of the server's is kept, because its report is in flight.
    pub(super) fn update(&mut self, membership: Membership) {
        let topic = membership.topic.clone();
        if membership.follow == Follow::None {
            self.all.remove(&topic);
            self.server.remove(&topic);
            return;
        }
        self.server.insert(topic.clone(), membership.clone());
        let older = self.all.insert(topic.clone(), membership);
        if let (Some(older), Some(now)) = (older, self.all.get_mut(&topic))
            && older.epoch == now.epoch
            && position(&older) > position(now)
        {
            now.read = older.read;
            now.rewinds = older.rewinds;
            now.seen = older.seen.min(now.messages);
            now.mentions = older.mentions;
        }
    }

    /// Drops this page's own counts when the topic's log was replaced: they belong to the old epoch.
    pub(super) fn reset(&mut self, topic: &TopicName) {
        self.unsent_reads.remove(topic);
        if let (Some(membership), Some(there)) = (self.all.get_mut(topic), self.server.get(topic)) {
            membership.clone_from(there);
        }
    }

    /// Applies the server's report of the progress of topics.
    pub(super) fn apply_heads(&mut self, heads: Vec<Head>) {
        for Head { topic, head, messages, title } in heads {
            if let Some(membership) = self.all.get_mut(&topic) {
                membership.head = membership.head.max(head);
                membership.messages = membership.messages.max(messages);
                membership.title = title.unwrap_or_else(|| std::mem::take(&mut membership.title));
            }
        }
    }

    /// Counts events of a topic, in order. When the reader had read all before, their own messages and events that are no messages
    /// leave it so.
    pub(super) fn apply_events(&mut self, reader: UserId, topic: &TopicName, events: &[Event]) {
        let Some(membership) = self.all.get_mut(topic) else { return };
        for event in events {
            if event.seq <= membership.head {
                continue;
            }
            let had_read_all = membership.unread() == 0;
            let is_message = matches!(event.kind, EventKind::Message { .. });
            membership.head = event.seq;
            membership.messages += u64::from(is_message);
            if let EventKind::About { about, .. } = &event.kind {
                membership.title = about.title().to_owned();
            }
            if had_read_all && (!is_message || event.author.user == reader) {
                membership.read = event.seq;
                membership.seen = membership.messages;
                insert_read(&mut self.unsent_reads, topic, event.seq);
            }
        }
    }
}
