//! What the visitor wants besides saying something.

use super::{ConnectionStatus, Conversation, DescribeState, TopicState};
use crate::{
    model::timeline::{FirstUnread, Row},
    protocol::{About, AboutChange, ClientFrame, DraftId, Follow, HistoryRange, TopicName},
};

impl Conversation {
    /// Wants a part of the topic's past.
    pub fn load_history(&mut self, span: HistoryRange) {
        self.current_mut().history.request(span);
    }

    /// The messages from one place of the topic to another were in view for as long as it takes to read them.
    pub fn mark_viewed(&mut self, first: u64, last: u64) {
        let Some(read) = self.memberships.get(self.topic()).map(|membership| membership.read) else { return };
        let user = self.user;
        let TopicState { topic, timeline, viewed, .. } = self.current_mut();
        let messages = timeline.rows().iter().filter_map(Row::message).map(|event| event.seq);
        viewed.extend(messages.filter(|seq| (first..=last).contains(seq)));
        let span = timeline.read_progress(user, read, viewed);
        *viewed = viewed.split_off(&(span.seq + 1));
        let topic = topic.clone();
        self.memberships.read(&topic, span);
    }

    /// All that the topic holds counts as read.
    pub fn mark_all_read(&mut self) {
        let topic = self.topic().clone();
        self.memberships.read_all(&topic);
    }

    /// The first message of the topic that its visitor has not read; none when they have read all, or do not follow it.
    pub fn first_unread(&self) -> Option<FirstUnread> {
        let read = self.memberships.unread_since(self.topic())?;
        self.current().timeline.first_unread(self.user, read)
    }

    /// The visitor comes back to the page: from here on, unread messages are new to them.
    pub fn reset_unread_marker(&mut self) {
        if let Some(read) = self.memberships.unread_since(self.topic()) {
            self.current_mut().read_before = Some(read);
        }
    }

    /// Somebody is writing in the topic that is shown. Without a line nobody is told.
    pub fn send_typing(&mut self) {
        if self.status == ConnectionStatus::Live {
            self.queued_frames.push(ClientFrame::Typing { topic: self.topic().clone() });
        }
    }

    /// Asks who is in the topic that is shown.
    pub fn request_members(&mut self) {
        if self.status == ConnectionStatus::Live {
            let (reference, topic) = (self.next_request(), self.topic().clone());
            self.queued_frames.push(ClientFrame::Members { reference, topic });
        }
    }

    /// A frame that changes nothing and that the server answers at once, to know whether it hears. `None` before the line is live.
    pub fn probe(&mut self) -> Option<ClientFrame> {
        let is_live = self.status == ConnectionStatus::Live;
        is_live.then(|| ClientFrame::Members { reference: self.next_request(), topic: self.topic().clone() })
    }

    /// Says what the topic that is shown is about: what differs from what its visitor saw, so that nothing else is undone.
    /// Returns `false` when nothing differs.
    pub fn describe(&mut self, seen: &About, about: About) -> bool {
        let Some(change) = AboutChange::between(seen, &about) else { return false };
        let (reference, topic, draft) = (self.next_request(), self.topic().clone(), DraftId::fresh());
        let new = self.current().timeline.position().is_none_or(|position| position.seq == 0);
        self.describe_request = Some(reference);
        self.describe_state = DescribeState::Sent;
        self.queued_frames.push(if new {
            ClientFrame::CreateTopic { reference, topic, draft, about }
        } else {
            ClientFrame::Describe { reference, topic, draft, change }
        });
        true
    }

    /// What became of that.
    pub fn describe_state(&self) -> &DescribeState {
        &self.describe_state
    }

    /// Follows a topic otherwise than before.
    pub fn follow(&mut self, topic: TopicName, follow: Follow) {
        let reference = self.next_request();
        self.queued_frames.push(ClientFrame::Follow { reference, topic, follow });
    }
}
