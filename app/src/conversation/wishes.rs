//! What the visitor wants besides saying something.

use super::{Conversation, Describing, Link};
use crate::protocol::{About, AboutChange, ClientFrame, DraftId, Follow, Span, TopicName};

impl Conversation {
    /// Wants a part of the topic's past.
    pub fn want(&mut self, span: Span) {
        self.place_mut().past.want(span);
    }

    /// Everything of the topic that is here was seen by its reader.
    pub fn read(&mut self) {
        if let Some(position) = self.place().timeline.position() {
            let topic = self.topic().clone();
            self.memberships.read(&topic, position.seq);
        }
    }

    /// Somebody is writing in the topic that is shown. Without a line nobody is told.
    pub fn typing(&mut self) {
        if self.link == Link::Live {
            self.frames.push(ClientFrame::Typing { topic: self.topic().clone() });
        }
    }

    /// Asks who is in the topic that is shown.
    pub fn ask_people(&mut self) {
        if self.link == Link::Live {
            let (reference, topic) = (self.next_request(), self.topic().clone());
            self.frames.push(ClientFrame::Members { reference, topic });
        }
    }

    /// Says what the topic that is shown is about: what differs from what its visitor saw, so that nothing else is undone.
    /// Returns `false` when nothing differs.
    pub fn describe(&mut self, seen: &About, about: About) -> bool {
        let Some(change) = AboutChange::between(seen, &about) else { return false };
        let (reference, topic, draft) = (self.next_request(), self.topic().clone(), DraftId::fresh());
        let new = self.place().timeline.position().is_none_or(|position| position.seq == 0);
        self.describing = (Some(reference), Describing::Sent);
        self.frames.push(if new {
            ClientFrame::CreateTopic { reference, topic, draft, about }
        } else {
            ClientFrame::Describe { reference, topic, draft, change }
        });
        true
    }

    /// What became of that.
    pub fn describing(&self) -> &Describing {
        &self.describing.1
    }

    /// Follows a topic otherwise than before.
    pub fn follow(&mut self, topic: TopicName, follow: Follow) {
        let reference = self.next_request();
        self.frames.push(ClientFrame::Follow { reference, topic, follow });
    }
}
