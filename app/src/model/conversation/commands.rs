//! Commands of the visitor, except for drafts.

use super::{ConnectionStatus, Conversation, TopicState};
use crate::{
    model::timeline::{FirstUnread, ReadProgress, Row},
    protocol::{ClientFrame, Follow, HistoryRange, TopicName},
};

impl Conversation {
    /// Requests a range of the shown topic's history.
    pub fn load_history(&mut self, span: HistoryRange) {
        self.current_mut().history.request(span);
    }

    /// Marks messages as viewed: those from `first` to `last` were on screen long enough to be read. Advances the read position as far
    /// as no unviewed message lies before it.
    pub fn mark_viewed(&mut self, first: u64, last: u64) {
        let Some(read) = self.memberships.get(self.topic()).map(|membership| membership.read) else { return };
        if self.current().keeps_unread {
            return;
        }
        let user = self.user;
        let TopicState { topic, timeline, viewed, .. } = self.current_mut();
        let messages = timeline.rows().iter().filter_map(Row::message).map(|event| event.seq);
        viewed.extend(messages.filter(|seq| (first..=last).contains(seq)));
        let span = timeline.read_progress(user, read, viewed);
        viewed.remove_up_to(span.seq);
        let topic = topic.clone();
        self.memberships.read(&topic, span);
    }

    /// Marks a message of the shown topic and all after it as unread. They stay so, though they are in view, until another message
    /// comes or the topic is shown again.
    pub fn mark_unread(&mut self, seq: u64) {
        let Some(read) = self.memberships.get(self.topic()).map(|membership| membership.read) else { return };
        let user = self.user;
        let mut span = ReadProgress { seq: seq.saturating_sub(1), ..ReadProgress::default() };
        let TopicState { topic, timeline, keeps_unread, new_after, .. } = self.current_mut();
        for event in timeline.rows().iter().filter_map(Row::message) {
            if event.seq > span.seq && event.seq <= read {
                span.messages += 1;
                span.mentions += u64::from(event.mentions(user));
            }
        }
        *keeps_unread = true;
        *new_after = Some(span.seq.min(read));
        let topic = topic.clone();
        self.memberships.mark_unread(&topic, span);
    }

    /// Returns a value that differs once the reader has read anything or marked it as unread.
    pub fn reading_state(&self) -> (u64, Option<u64>) {
        (self.memberships.changes(), self.current().new_after)
    }

    /// Marks all messages of all topics as read.
    pub fn mark_everything_read(&mut self) {
        self.memberships.read_everything();
    }

    /// Marks all messages of the shown topic as read.
    pub fn mark_all_read(&mut self) {
        let topic = self.topic().clone();
        self.memberships.read_all(&topic);
    }

    /// Returns the first unread message of the shown topic; `None` when all are read or the topic is not followed.
    pub fn first_unread(&self) -> Option<FirstUnread> {
        let read = self.memberships.unread_since(self.topic())?;
        self.current().timeline.first_unread(self.user, read)
    }

    /// Moves the marker of new messages to the read position, when the visitor returns to the page.
    pub fn reset_unread_marker(&mut self) {
        if let Some(read) = self.memberships.unread_since(self.topic()) {
            self.current_mut().new_after = Some(read);
        }
    }

    /// Reports that the visitor is typing in the shown topic. Dropped while there is no connection.
    pub fn send_typing(&mut self) {
        if self.status == ConnectionStatus::Live {
            self.queued_frames.push(ClientFrame::Typing { topic: self.topic().clone() });
        }
    }

    /// Requests the members present in the shown topic.
    pub fn request_members(&mut self) {
        if self.status == ConnectionStatus::Live {
            let reference = self.next_request();
            let topic = self.topic().clone();
            self.queued_frames.push(ClientFrame::Members { reference, topic });
        }
    }

    /// Returns a frame that the server answers at once and that changes nothing, to check that the connection works, and
    /// its request number. Returns `None` before the connection is live.
    pub fn probe(&mut self) -> Option<(u64, ClientFrame)> {
        (self.status == ConnectionStatus::Live).then(|| {
            let reference = self.next_request();
            (reference, ClientFrame::Members { reference, topic: self.topic().clone() })
        })
    }

    /// Follows, mutes or unfollows a topic.
    pub fn follow(&mut self, topic: TopicName, follow: Follow) {
        let reference = self.next_request();
        self.queued_frames.push(ClientFrame::Follow { reference, topic, follow, favourite: None });
    }

    /// Makes the shown topic a favourite, or no longer one. Follows it if it is not followed.
    pub fn toggle_favourite(&mut self) {
        let reference = self.next_request();
        let topic = self.topic().clone();
        let membership = self.memberships.get(&topic);
        let follow = membership.map_or(Follow::Following, |membership| membership.follow);
        let favourite = Some(!membership.is_some_and(|membership| membership.favourite));
        self.queued_frames.push(ClientFrame::Follow { reference, topic, follow, favourite });
    }
}
