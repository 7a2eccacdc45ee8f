//! A topic's history was replaced. Pending changes name messages of the older one by number, and must not reach another message
//! that has that number now.

use super::Conversation;
use crate::{
    model::outbox::{Action, Draft, SendState},
    protocol::{DraftId, TopicName},
};

/// Why such a draft stays with its author, in the words in which the log refuses one.
const REASON: &str = "the message has changed meanwhile; read it again";

/// A draft about a message, and what the message was called.
pub(super) struct Anchored {
    draft: DraftId,
    message: u64,
    called: Option<DraftId>,
}

impl Conversation {
    /// Pending changes and replies of a topic, before its history is replaced.
    pub(super) fn anchored(&self, topic: &TopicName) -> Vec<Anchored> {
        let waiting = self.outbox.entries().iter().filter(|entry| entry.state == SendState::Waiting);
        let of_topic = waiting.map(|entry| &entry.draft).filter(|draft| draft.topic == *topic);
        let anchored = |draft: &Draft| {
            let message = anchor(draft)?;
            Some(Anchored { draft: draft.id, message, called: self.called(topic, message) })
        };
        of_topic.filter_map(anchored).collect()
    }

    /// Goes on only with what is about the same message as before.
    pub(super) fn unanchor(&mut self, topic: &TopicName, before: Vec<Anchored>) {
        for Anchored { draft, message, called } in before {
            if called.is_some() && self.called(topic, message) == called {
                continue;
            }
            self.outbox.mark(draft, SendState::Refused(REASON.to_owned()));
            self.changed_drafts.extend(self.outbox.get(draft).map(|entry| entry.draft.clone()));
        }
    }

    fn called(&self, topic: &TopicName, seq: u64) -> Option<DraftId> {
        self.topic_state(topic)?.timeline.message(seq)?.kind.draft()
    }
}

/// The message that a draft names.
fn anchor(draft: &Draft) -> Option<u64> {
    match draft.action {
        Action::Publish => draft.reply_to,
        Action::Edit { .. } | Action::Delete { .. } | Action::React { .. } => draft.action.target(),
    }
}
