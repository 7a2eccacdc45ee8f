//! Frames to the server: what is sent when the socket opens, and what is due later.

use super::{ConnectionStatus, Conversation, TopicState};
use crate::{
    model::{outbox::Draft, timeline::ApplyOutcome},
    protocol::{ClientFrame, Name, PROTOCOL_VERSION, TopicName, UserId},
};

impl Conversation {
    /// The socket opened: returns `hello` and the subscriptions.
    pub fn connected(&mut self) -> Vec<ClientFrame> {
        // Another tab may have changed the session's name meanwhile, so only a name that was set in this page is sent.
        let name = self.has_unsent_name().then(|| self.name.clone());
        self.topics.iter_mut().for_each(|state| state.needs_subscribe = true);
        let mut frames = vec![ClientFrame::Hello { version: PROTOCOL_VERSION, name }];
        frames.extend(self.subscribe_frames());
        frames
    }

    /// The socket closed: forgets requests in flight. Drafts in flight are sent again on the next connection.
    pub fn disconnected(&mut self, status: ConnectionStatus) {
        self.status = status;
        self.publish_request = None;
        self.rename_request = None;
        self.description.disconnected();
        self.search.disconnected();
        self.queued_frames.clear();
        self.topics.iter_mut().for_each(TopicState::disconnected);
        self.outbox.disconnected();
    }

    /// Returns all frames that may be sent now, each of them once: subscriptions always; while the connection is live also
    /// commands, read positions, the name, a history request and the next draft.
    pub fn due_frames(&mut self) -> Vec<ClientFrame> {
        let mut frames = self.subscribe_frames();
        if self.status != ConnectionStatus::Live {
            return frames;
        }
        frames.append(&mut self.queued_frames);
        frames.extend(self.description_frame());
        frames.extend(self.memberships.due_frames());
        let past = self.history_frame();
        let next = self.next_draft();
        let written_under = next.as_ref().and_then(|draft| draft.name.clone());
        frames.extend(self.rename_frame(written_under));
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

    /// Takes over the session's name, unless another one was set in this page and is not sent yet.
    pub(super) fn apply_welcome(&mut self, user: UserId, name: Name) {
        let is_same_person = self.user == user;
        self.is_signed_out |= self.has_session && !is_same_person;
        self.has_session = is_same_person;
        self.user = user;
        if !self.has_unsent_name() {
            self.name = name.clone();
        }
        self.server_name = Some(name);
        self.sent_elsewhere = None;
    }

    /// Takes over a name that was set in another tab of this browser. That tab sends it, but this one might publish before it arrives, or
    /// outlive an offline tab; then this one sends it, too.
    pub fn renamed_elsewhere(&mut self, name: Name) {
        self.sent_elsewhere = (self.status == ConnectionStatus::Live).then(|| name.clone());
        self.name = name;
    }

    /// Whether the name was set in this page, and the server does not know it.
    fn has_unsent_name(&self) -> bool {
        let name = Some(&self.name);
        self.server_name.as_ref() != name && self.sent_elsewhere.as_ref() != name
    }

    /// Sends the name that the next draft was written under, or else the visitor's. The visitor keeps the draft's name, unless another
    /// one was set since.
    pub(super) fn rename_frame(&mut self, written_under: Option<Name>) -> Option<ClientFrame> {
        let unsent = self.has_unsent_name().then(|| self.name.clone());
        let name = written_under.or(unsent)?;
        if self.server_name.as_ref() == Some(&self.name) {
            self.name = name.clone();
        }
        if self.server_name.as_ref() == Some(&name) {
            return None;
        }
        self.server_name = Some(name.clone());
        self.sent_elsewhere = None;
        let reference = self.next_request();
        self.rename_request = Some(reference);
        Some(ClientFrame::Rename { reference, name })
    }

    /// Returns the next draft to send. Drafts of a topic wait until its events up to the head at subscription have arrived, because
    /// one of them may be the draft itself, sent on an earlier connection.
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

    /// Subscribes again from the current position when events are missing, unless a subscription is in flight.
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
