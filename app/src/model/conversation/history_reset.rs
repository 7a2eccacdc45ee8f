//! Pending changes when a topic's log is replaced (a new epoch). They refer to messages of the old log by `seq`, and must not be
//! applied to another message that has the same `seq` in the new one.

use super::Conversation;
use crate::{
    model::{
        outbox::{Draft, SendState},
        refusal,
    },
    protocol::{DraftId, TopicName},
};

/// A draft that refers to a message, and the draft id of that message.
pub(super) struct Anchored {
    draft: DraftId,
    message: u64,
    called: Option<DraftId>,
}

impl Conversation {
    /// Returns the pending changes and replies of a topic, before its log is replaced.
    pub(super) fn anchored(&self, topic: &TopicName) -> Vec<Anchored> {
        let waiting = self.outbox.entries().iter().filter(|entry| entry.state == SendState::Waiting);
        let of_topic = waiting.map(|entry| &entry.draft).filter(|draft| draft.topic == *topic);
        let anchored = |draft: &Draft| {
            let message = anchor(draft)?;
            Some(Anchored { draft: draft.id, message, called: self.called(topic, message) })
        };
        of_topic.filter_map(anchored).collect()
    }

    /// Refuses drafts whose message is not the same after the log was replaced.
    pub(super) fn unanchor(&mut self, topic: &TopicName, before: Vec<Anchored>) {
        for Anchored { draft, message, called } in before {
            if called.is_some() && self.called(topic, message) == called {
                continue;
            }
            self.outbox.mark(draft, SendState::Refused(refusal::STALE.to_owned()));
            self.changed_drafts.extend(self.outbox.get(draft).map(|entry| entry.draft.clone()));
        }
    }

    fn called(&self, topic: &TopicName, seq: u64) -> Option<DraftId> {
        self.topic_state(topic)?.timeline.message(seq)?.kind.draft()
    }
}

/// Returns the `seq` of the message that a draft refers to.
fn anchor(draft: &Draft) -> Option<u64> {
    draft.action.target().or(draft.action.reply_to())
}
