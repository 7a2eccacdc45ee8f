//! What the server is told, and when.

use super::{Conversation, Link, Place};
use crate::{
    model::{outbox::Draft, timeline::Applied},
    protocol::{ClientFrame, Name, PROTOCOL_VERSION, TopicName, UserId},
};

impl Conversation {
    /// The socket is open.
    pub fn opened(&mut self) -> Vec<ClientFrame> {
        // Another tab may have changed the name meanwhile: only a name that was given here is told.
        let name = (self.announced.as_ref() != Some(&self.name)).then(|| self.name.clone());
        self.places.iter_mut().for_each(|place| place.ask = true);
        let mut frames = vec![ClientFrame::Hello { version: PROTOCOL_VERSION, name }];
        frames.extend(self.subscriptions());
        frames
    }

    /// The socket is gone.
    pub fn closed(&mut self, link: Link) {
        self.link = link;
        self.publishing = None;
        self.renaming = None;
        self.describing = Default::default();
        self.finding.line_lost();
        self.frames.clear();
        self.places.iter_mut().for_each(Place::line_lost);
        self.outbox.disconnected();
    }

    /// What the server has not been told yet and can be told now: subscriptions, the name, then the next draft. Asking
    /// twice says nothing twice.
    pub fn due(&mut self) -> Vec<ClientFrame> {
        let mut frames = self.subscriptions();
        if self.link != Link::Live {
            return frames;
        }
        frames.append(&mut self.frames);
        frames.extend(self.memberships.due());
        let past = self.ask_past();
        let next = self.next_draft();
        if let Some(name) = next.as_ref().and_then(|draft| draft.name.clone()) {
            self.name = name;
        }
        frames.extend(self.rename());
        frames.extend(past);
        frames.extend(next.map(|draft| self.publish(draft)));
        frames
    }

    pub(super) fn ask_past(&mut self) -> Option<ClientFrame> {
        let requests = &mut self.requests;
        let place = self.places.front_mut().filter(|place| place.is_live())?;
        place.past.ask(&place.topic, || {
            *requests += 1;
            *requests
        })
    }

    /// The session's name is this page's too, unless another was given here.
    pub(super) fn welcomed(&mut self, user: UserId, name: Name) {
        self.user = user;
        if self.announced.as_ref() == Some(&self.name) {
            self.name = name.clone();
        }
        self.announced = Some(name);
    }

    pub(super) fn rename(&mut self) -> Option<ClientFrame> {
        if self.announced.as_ref() == Some(&self.name) {
            return None;
        }
        self.announced = Some(self.name.clone());
        let reference = self.next_request();
        self.renaming = Some(reference);
        Some(ClientFrame::Rename { reference, name: self.name.clone() })
    }

    /// Nothing while events of its topic are missing that may be what is to be sent.
    pub(super) fn next_draft(&mut self) -> Option<Draft> {
        let missing = |topic: &TopicName| {
            let place = self.places.iter().find(|place| place.topic == *topic);
            place.is_some_and(|place| !place.is_up_to_date())
        };
        self.outbox.send_next(self.user, missing)
    }

    pub(super) fn publish(&mut self, draft: Draft) -> ClientFrame {
        let reference = self.next_request();
        self.publishing = Some((reference, draft.id));
        draft.frame(reference)
    }

    pub(super) fn subscriptions(&mut self) -> Vec<ClientFrame> {
        let requests = &mut self.requests;
        let wanted = self.places.iter_mut().filter(|place| place.ask);
        let mut subscribe = |place: &mut Place| {
            *requests += 1;
            place.subscribe(*requests)
        };
        wanted.map(&mut subscribe).collect()
    }

    /// Events are missing: ask again from where we are, once.
    pub(super) fn mend(&mut self, topic: &TopicName, applied: Applied) -> Option<ClientFrame> {
        let reference = self.requests + 1;
        let place = self.heard_mut(topic).filter(|place| place.subscribing.is_none())?;
        let again = (applied == Applied::Gap).then(|| place.subscribe(reference));
        self.requests += u64::from(again.is_some());
        again
    }
}
