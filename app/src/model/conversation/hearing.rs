//! What the server says.

use super::{Conversation, Describing, Link, Reaction, place::Answered};
use crate::{
    model::{
        outbox::{Draft, SendState},
        timeline::{Applied, LogSlice},
    },
    protocol::{ClientFrame, DraftId, Epoch, ErrorCode, Event, ServerFrame, SubscriptionMode, TopicName},
};

impl Conversation {
    /// A frame came.
    pub fn received(&mut self, frame: ServerFrame) -> Reaction {
        let mut reaction = self.react_to(frame);
        reaction.changed.append(&mut self.changed);
        reaction
    }

    pub(super) fn react_to(&mut self, frame: ServerFrame) -> Reaction {
        let mut reaction = Reaction::default();
        match frame {
            ServerFrame::Welcome { user, name, topics, .. } => {
                self.welcomed(user, name);
                self.memberships.welcomed(topics);
            }
            ServerFrame::Subscribed { reference, topic, epoch, head, draft, mode, events, more, about } => {
                let answered = Answered { head, draft, events, more, about };
                self.subscribed(&mut reaction, &topic, reference, mode, epoch, answered);
            }
            ServerFrame::Event(event) => self.happened(&mut reaction, event),
            ServerFrame::History { reference, topic, epoch, head, from, to, events } => {
                self.told_past(&mut reaction, &topic, reference, &epoch, LogSlice { from, to, head, events });
            }
            ServerFrame::Ack { reference, draft, topic, seq, .. } => {
                reaction.settled.extend(self.acknowledged(reference, draft, &topic, seq));
                reaction.send.extend(self.due());
            }
            ServerFrame::Error { reference, code, message, retry_ms } => {
                reaction.changed.extend(self.refused(reference, code, message));
                reaction.retry_ms = retry_ms.or(code.is_retryable().then_some(1_000));
                if reaction.retry_ms.is_none() {
                    reaction.send.extend(self.due());
                }
            }
            ServerFrame::Presence { topic, here, joined, left } => {
                let name = self.name.clone();
                if let Some(place) = self.heard_mut(&topic) {
                    place.presence(&name, here, joined, left);
                }
            }
            ServerFrame::Typing { topic, people } => {
                let user = self.user;
                if let Some(place) = self.heard_mut(&topic) {
                    place.are_typing(user, people);
                }
            }
            ServerFrame::Members { topic, here, people, .. } => {
                if let Some(place) = self.heard_mut(&topic) {
                    (place.here, place.people) = (Some(here), people);
                }
            }
            ServerFrame::Found { reference, hits, more, complete } => {
                self.finding.found(reference, hits, more, complete);
            }
            ServerFrame::Membership { membership, .. } => self.memberships.told(membership),
            ServerFrame::Heads { topics } => self.memberships.moved(topics),
            ServerFrame::Ping { n } => reaction.send.push(ClientFrame::Pong { n }),
            ServerFrame::Drain { within_ms } => reaction.drain_ms = Some(within_ms),
            _ => {}
        }
        reaction
    }

    pub(super) fn subscribed(
        &mut self,
        reaction: &mut Reaction,
        topic: &TopicName,
        reference: u64,
        mode: SubscriptionMode,
        epoch: Epoch,
        answered: Answered,
    ) {
        let Some(index) = self.places.iter().position(|place| place.subscribing == Some(reference)) else {
            return;
        };
        reaction.settled = answered.events.iter().filter_map(|event| self.settle(event)).collect();
        if mode == SubscriptionMode::Reset {
            self.memberships.reset(topic);
        }
        self.memberships.heard(self.user, topic, &answered.events);
        let anchored = if mode == SubscriptionMode::Reset { self.anchored(topic) } else { Vec::new() };
        let applied = self.places[index].subscribed(self.user, mode, epoch, answered);
        self.unanchor(topic, anchored);
        if index == 0 {
            self.link = Link::Live;
        }
        reaction.send.extend(self.mend(topic, applied));
        reaction.send.extend(self.due());
    }

    /// An event came. One of a topic that was let go tells of own drafts all the same.
    pub(super) fn happened(&mut self, reaction: &mut Reaction, event: Event) {
        reaction.settled.extend(self.settle(&event));
        let topic = event.topic.clone();
        self.memberships.heard(self.user, &topic, std::slice::from_ref(&event));
        let user = self.user;
        if let Some(place) = self.heard_mut(&topic) {
            let applied = place.apply(user, event);
            reaction.send.extend(self.mend(&topic, applied));
        }
        reaction.send.extend(self.due());
    }

    pub(super) fn told_past(
        &mut self,
        reaction: &mut Reaction,
        topic: &TopicName,
        reference: u64,
        epoch: &Epoch,
        part: LogSlice,
    ) {
        let Some(place) = self.heard_mut(topic) else { return };
        if !place.past.answered(reference) {
            return;
        }
        if place.timeline.epoch() != Some(epoch) {
            // The history was replaced since: the server says where to begin.
            reaction.send.extend(self.mend(topic, Applied::Gap));
            return;
        }
        reaction.settled = part.events.iter().filter_map(|event| self.settle(event)).collect();
        if let Some(place) = self.heard_mut(topic) {
            place.timeline.fill(part);
        }
        reaction.send.extend(self.due());
    }

    /// An own draft has come back as an event.
    pub(super) fn settle(&mut self, event: &Event) -> Option<DraftId> {
        let draft = event.kind.draft()?;
        if event.author.user == self.user && event.kind.target().is_some() {
            self.landed(draft, event.seq);
        }
        self.outbox.remove(draft).then_some(draft)
    }

    /// A draft is on the disk. Whoever does not hear its topic has no event to wait for.
    pub(super) fn acknowledged(
        &mut self,
        reference: u64,
        draft: DraftId,
        topic: &TopicName,
        seq: u64,
    ) -> Option<DraftId> {
        if self.describing.0.take_if(|asked| *asked == reference).is_some() {
            self.describing.1 = Describing::Done;
        }
        if self.publishing == Some((reference, draft)) {
            self.publishing = None;
        }
        if self.outbox.get(draft).is_some_and(|entry| entry.draft.action.target().is_some()) {
            self.landed(draft, seq);
        }
        let known = self.heard(topic).is_none_or(|place| place.has(seq));
        if known {
            return self.outbox.remove(draft).then_some(draft);
        }
        self.outbox.mark(draft, SendState::Acknowledged(seq));
        None
    }

    /// The log has a change of the visitor's.
    pub(super) fn landed(&mut self, draft: DraftId, seq: u64) {
        self.landed.insert(draft, seq);
        self.changed.extend(self.outbox.committed(draft, seq));
    }

    /// Says which draft was refused for good.
    pub(super) fn refused(
        &mut self,
        reference: Option<u64>,
        code: ErrorCode,
        message: String,
    ) -> Option<Draft> {
        let reference = reference?;
        let passing = code.is_retryable();
        self.places.iter_mut().for_each(|place| place.past.refused(reference, passing));
        if self.finding.refused(reference, code) {
            return None;
        }
        if let Some((_, draft)) = self.publishing.take_if(|(publishing, _)| *publishing == reference) {
            let state = if passing { SendState::Waiting } else { SendState::Refused(message) };
            self.outbox.mark(draft, state);
            let refused = self.outbox.get(draft).filter(|entry| entry.draft.refusal.is_some());
            return refused.map(|entry| entry.draft.clone());
        }
        if let Some(index) = self.places.iter().position(|place| place.subscribing == Some(reference)) {
            let place = &mut self.places[index];
            (place.subscribing, place.ask) = (None, passing);
            if !passing && index == 0 && !place.is_known() {
                self.link = Link::Refused(message);
            } else if !passing {
                place.refused = Some(message);
            }
        } else if self.describing.0.take_if(|asked| *asked == reference).is_some() {
            self.describing.1 = Describing::Refused(message);
        } else if self.renaming == Some(reference) {
            // Said anew with the next thing that is due.
            self.announced = None;
        }
        None
    }
}
