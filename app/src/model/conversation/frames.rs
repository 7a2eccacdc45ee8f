//! Frames from the server.

use super::{ConnectionStatus, Conversation, Effects, topic_state::SubscribedData};
use crate::{
    model::{
        outbox::{Draft, SendState},
        refusal,
        timeline::{ApplyOutcome, LogSlice},
    },
    protocol::{ClientFrame, DraftId, Epoch, ErrorCode, Event, ServerFrame, SubscriptionMode, TopicName},
};

impl Conversation {
    /// Handles a frame and returns what the caller has to do.
    pub fn receive(&mut self, frame: ServerFrame) -> Effects {
        let mut effects = self.handle_frame(frame);
        effects.changed_drafts.append(&mut self.changed_drafts);
        effects
    }

    pub(super) fn handle_frame(&mut self, frame: ServerFrame) -> Effects {
        let mut effects = Effects::default();
        match frame {
            ServerFrame::Welcome { user, name, topics, .. } => {
                self.apply_welcome(user, name);
                let before = self.rewinds();
                self.memberships.replace_all(topics);
                self.memberships_updated(before);
            }
            ServerFrame::Subscribed {
                reference,
                topic,
                epoch,
                head,
                draft,
                at,
                mode,
                events,
                more,
                about,
            } => {
                let answered = SubscribedData { head, draft, at, events, more, about };
                self.on_subscribed(&mut effects, &topic, reference, mode, epoch, answered);
            }
            ServerFrame::Event(event) => self.on_event(&mut effects, event),
            ServerFrame::History { reference, topic, epoch, head, from, to, events } => {
                self.on_history(&mut effects, &topic, reference, &epoch, LogSlice { from, to, head, events });
            }
            ServerFrame::Ack { reference, draft, topic, seq, .. } => {
                effects.committed_drafts.extend(self.on_ack(reference, draft, &topic, seq));
                effects.send.extend(self.due_frames());
            }
            ServerFrame::Error { reference, code, message, retry_ms } => {
                effects.changed_drafts.extend(self.on_error(reference, code, message));
                effects.retry_ms = retry_ms.or(code.is_retryable().then_some(1_000));
                if effects.retry_ms.is_none() {
                    effects.send.extend(self.due_frames());
                }
            }
            ServerFrame::Presence { topic, here, joined, left } => {
                let name = self.name.clone();
                if let Some(state) = self.topic_state_mut(&topic) {
                    state.presence(&name, here, joined, left);
                }
            }
            ServerFrame::Typing { topic, people } => {
                let user = self.user;
                if let Some(state) = self.topic_state_mut(&topic) {
                    state.set_typing(user, people);
                }
            }
            ServerFrame::Members { topic, here, people, .. } => {
                if let Some(state) = self.topic_state_mut(&topic) {
                    state.here = Some(here);
                    state.people = people;
                }
            }
            ServerFrame::Found { reference, hits, more, complete } => {
                self.search.found(reference, hits, more, complete);
            }
            ServerFrame::Membership { membership, .. } => {
                let before = self.rewinds();
                self.memberships.update(membership);
                self.memberships_updated(before);
            }
            ServerFrame::Heads { topics } => self.memberships.apply_heads(topics),
            ServerFrame::Ping { n } => effects.send.push(ClientFrame::Pong { n }),
            ServerFrame::Drain { within_ms } => effects.drain_ms = Some(within_ms),
            _ => {}
        }
        effects
    }

    /// The server has sent memberships. If another device has marked messages of the shown topic as unread, they stay so.
    fn memberships_updated(&mut self, before: Option<u64>) {
        // Not before it was live: the page may have come with older memberships, and the reader has just opened the topic.
        let is_rewound = before.is_some() && self.rewinds() > before;
        self.topics[0].keeps_unread |= is_rewound && self.topics[0].was_live;
    }

    /// Returns how often messages of the shown topic were marked as unread; `None` if it is not followed.
    fn rewinds(&self) -> Option<u64> {
        self.memberships.get(self.topic()).map(|membership| membership.rewinds.unwrap_or(0))
    }

    pub(super) fn on_subscribed(
        &mut self,
        effects: &mut Effects,
        topic: &TopicName,
        reference: u64,
        mode: SubscriptionMode,
        epoch: Epoch,
        answered: SubscribedData,
    ) {
        let Some(index) = self.topics.iter().position(|state| state.subscribe_request == Some(reference))
        else {
            return;
        };
        effects.committed_drafts = answered.events.iter().filter_map(|event| self.settle(event)).collect();
        if mode == SubscriptionMode::Reset {
            self.memberships.reset(topic);
        }
        self.memberships.apply_events(self.user, topic, &answered.events);
        let anchored = if mode == SubscriptionMode::Reset { self.anchored(topic) } else { Vec::new() };
        let applied = self.topics[index].subscribed(self.user, mode, epoch, answered);
        self.unanchor(topic, anchored);
        if index == 0 {
            self.status = ConnectionStatus::Live;
        }
        effects.send.extend(self.resubscribe_on_gap(topic, applied));
        effects.send.extend(self.due_frames());
    }

    /// Applies an event. Events of topics that are no longer kept still settle own drafts.
    pub(super) fn on_event(&mut self, effects: &mut Effects, event: Event) {
        effects.committed_drafts.extend(self.settle(&event));
        let topic = event.topic.clone();
        self.memberships.apply_events(self.user, &topic, std::slice::from_ref(&event));
        let user = self.user;
        if let Some(state) = self.topic_state_mut(&topic) {
            let applied = state.apply(user, event);
            effects.send.extend(self.resubscribe_on_gap(&topic, applied));
        }
        effects.send.extend(self.due_frames());
    }

    pub(super) fn on_history(
        &mut self,
        effects: &mut Effects,
        topic: &TopicName,
        reference: u64,
        epoch: &Epoch,
        part: LogSlice,
    ) {
        let Some(state) = self.topic_state_mut(topic) else { return };
        if !state.history.answered(reference) {
            return;
        }
        if state.timeline.epoch() != Some(epoch) {
            // The log was replaced since the request; the subscription's reply has the new one.
            effects.send.extend(self.resubscribe_on_gap(topic, ApplyOutcome::OutOfSequence));
            return;
        }
        effects.committed_drafts = part.events.iter().filter_map(|event| self.settle(event)).collect();
        if let Some(state) = self.topic_state_mut(topic) {
            state.timeline.fill(part);
        }
        effects.send.extend(self.due_frames());
    }

    /// Removes the draft that the event commits from the outbox. Returns its id if it was there.
    pub(super) fn settle(&mut self, event: &Event) -> Option<DraftId> {
        let draft = event.kind.draft()?;
        if event.author.user == self.user && event.kind.target().is_some() {
            self.mark_committed(draft, event.seq);
        }
        self.outbox.remove(draft).then_some(draft)
    }

    /// Handles the acknowledgement of a draft. The draft is removed when its event has arrived already, or will not arrive because
    /// its topic is not subscribed; otherwise it stays until the event arrives.
    pub(super) fn on_ack(
        &mut self,
        reference: u64,
        draft: DraftId,
        topic: &TopicName,
        seq: u64,
    ) -> Option<DraftId> {
        self.description.acknowledged(reference);
        if self.publish_request == Some((reference, draft)) {
            self.publish_request = None;
        }
        if self.outbox.get(draft).is_some_and(|entry| entry.draft.action.target().is_some()) {
            self.mark_committed(draft, seq);
        }
        let known = self.topic_state(topic).is_none_or(|state| state.contains(seq));
        if known {
            return self.outbox.remove(draft).then_some(draft);
        }
        self.outbox.mark(draft, SendState::Acknowledged(seq));
        None
    }

    /// Records the `seq` of a committed own change, for drafts that are based on it.
    pub(super) fn mark_committed(&mut self, draft: DraftId, seq: u64) {
        self.committed.insert(draft, seq);
        self.changed_drafts.extend(self.outbox.committed(draft, seq));
    }

    /// Handles a refused request. Returns the draft that was refused permanently.
    pub(super) fn on_error(
        &mut self,
        reference: Option<u64>,
        code: ErrorCode,
        message: String,
    ) -> Option<Draft> {
        let reference = reference?;
        let is_retryable = code.is_retryable();
        self.topics.iter_mut().for_each(|state| state.history.refused(reference, is_retryable));
        if self.search.refused(reference, code) || self.description.refused(reference, code, &message) {
            return None;
        }
        if let Some((_, draft)) = self.publish_request.take_if(|(publishing, _)| *publishing == reference) {
            let refused = || SendState::Refused(refusal::reason(code, &message));
            let state = if is_retryable { SendState::Waiting } else { refused() };
            self.outbox.mark(draft, state);
            let refused = self.outbox.get(draft).filter(|entry| entry.draft.refusal.is_some());
            return refused.map(|entry| entry.draft.clone());
        }
        if let Some(index) = self.topics.iter().position(|state| state.subscribe_request == Some(reference)) {
            let state = &mut self.topics[index];
            state.subscribe_request = None;
            state.needs_subscribe = is_retryable;
            if !is_retryable && index == 0 && !state.is_loaded() {
                self.status = ConnectionStatus::Refused(message);
            } else if !is_retryable {
                state.refused = Some(message);
            }
        } else if self.rename_request == Some(reference) {
            // Makes `rename_frame` send the name again with the next frames.
            self.server_name = None;
        }
        None
    }
}
