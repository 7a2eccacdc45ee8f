//! What the server is told, and when.

use super::{ConnectionStatus, Conversation, DescribeState, TopicState};
use crate::{
    model::{outbox::Draft, timeline::ApplyOutcome},
    protocol::{ClientFrame, Name, PROTOCOL_VERSION, TopicName, UserId},
};

impl Conversation {
    /// The socket is open.
    pub fn connected(&mut self) -> Vec<ClientFrame> {
        // Another tab may have changed the name meanwhile: only a name that was given here is told.
        let name = (self.server_name.as_ref() != Some(&self.name)).then(|| self.name.clone());
        self.topics.iter_mut().for_each(|state| state.needs_subscribe = true);
        let mut frames = vec![ClientFrame::Hello { version: PROTOCOL_VERSION, name }];
        frames.extend(self.subscribe_frames());
        frames
    }

    /// The socket is gone.
    pub fn disconnected(&mut self, status: ConnectionStatus) {
        self.status = status;
        self.publish_request = None;
        self.rename_request = None;
        self.describe_request = None;
        self.describe_state = DescribeState::Idle;
        self.search.disconnected();
        self.queued_frames.clear();
        self.topics.iter_mut().for_each(TopicState::disconnected);
        self.outbox.disconnected();
    }

    /// What the server has not been told yet and can be told now: subscriptions, the name, then the next draft. Asking
    /// twice says nothing twice.
    pub fn due_frames(&mut self) -> Vec<ClientFrame> {
        let mut frames = self.subscribe_frames();
        if self.status != ConnectionStatus::Live {
            return frames;
        }
        frames.append(&mut self.queued_frames);
        frames.extend(self.memberships.due_frames());
        let past = self.history_frame();
        let next = self.next_draft();
        if let Some(name) = next.as_ref().and_then(|draft| draft.name.clone()) {
            self.name = name;
        }
        frames.extend(self.rename_frame());
        frames.extend(past);
        frames.extend(next.map(|draft| self.publish_frame(draft)));
        frames
    }

    pub(super) fn history_frame(&mut self) -> Option<ClientFrame> {
        let requests = &mut self.last_request;
        let state = self.topics.front_mut().filter(|state| state.is_live())?;
        state.history.next_request(&state.topic, || {
            *requests += 1;
            *requests
        })
    }

    /// The session's name is this page's too, unless another was given here.
    pub(super) fn apply_welcome(&mut self, user: UserId, name: Name) {
        self.user = user;
        if self.server_name.as_ref() == Some(&self.name) {
            self.name = name.clone();
        }
        self.server_name = Some(name);
    }

    pub(super) fn rename_frame(&mut self) -> Option<ClientFrame> {
        if self.server_name.as_ref() == Some(&self.name) {
            return None;
        }
        self.server_name = Some(self.name.clone());
        let reference = self.next_request();
        self.rename_request = Some(reference);
        Some(ClientFrame::Rename { reference, name: self.name.clone() })
    }

    /// Nothing while events of its topic are missing that may be what is to be sent.
    pub(super) fn next_draft(&mut self) -> Option<Draft> {
        let missing = |topic: &TopicName| {
            let state = self.topics.iter().find(|state| state.topic == *topic);
            state.is_some_and(|state| !state.is_up_to_date())
        };
        self.outbox.send_next(self.user, missing)
    }

    pub(super) fn publish_frame(&mut self, draft: Draft) -> ClientFrame {
        let reference = self.next_request();
        self.publish_request = Some((reference, draft.id));
        draft.frame(reference)
    }

    pub(super) fn subscribe_frames(&mut self) -> Vec<ClientFrame> {
        let requests = &mut self.last_request;
        let wanted = self.topics.iter_mut().filter(|state| state.needs_subscribe);
        let mut subscribe = |state: &mut TopicState| {
            *requests += 1;
            state.subscribe(*requests)
        };
        wanted.map(&mut subscribe).collect()
    }

    /// Events are missing: ask again from where we are, once.
    pub(super) fn resubscribe_on_gap(
        &mut self,
        topic: &TopicName,
        applied: ApplyOutcome,
    ) -> Option<ClientFrame> {
        let reference = self.last_request + 1;
        let state = self.topic_state_mut(topic).filter(|state| state.subscribe_request.is_none())?;
        let again = (applied == ApplyOutcome::OutOfSequence).then(|| state.subscribe(reference));
        self.last_request += u64::from(again.is_some());
        again
    }
}
