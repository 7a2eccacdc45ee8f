//! The verbs about people and what they follow, and what a person's other connections are told.

use app::protocol::{CloseCode, ErrorCode, Follow, Membership, Person, ServerFrame, TopicName, UserId};
use tracing::error;

use super::answer::{refuse, send, unavailable};
use crate::{
    chat::{
        Chat, Frame,
        people::{Letters, Mail},
        visitor::Visitor,
    },
    endpoint::{Close, Flow, Socket},
    members::MemberError,
};

/// People of one answer.
const PEOPLE: usize = 200;

impl Chat {
    /// Somebody with a session comes: from now on they hear of what they follow. What they follow now.
    pub(super) async fn arrive(&self, visitor: &mut Visitor) -> Result<Vec<Membership>, Close> {
        if visitor.session.is_none() {
            return Ok(Vec::new());
        }
        let user = visitor.user;
        visitor.letters = Some(Box::new(self.people.enter(user)));
        // What moves on between the two reads is heard of; what moved before is in the second.
        let topics = self.members.topics(user).await.map_err(failed)?;
        topics.iter().for_each(|topic| self.people.follows(user, topic, true));
        let places = self.members.memberships(user).await.map_err(failed)?;
        places.iter().for_each(|place| self.people.told(user, place));
        Ok(places)
    }

    pub(super) async fn on_follow(
        &self,
        socket: &mut Socket<Frame>,
        visitor: &mut Visitor,
        reference: u64,
        topic: &TopicName,
        follow: Follow,
    ) -> Flow {
        let (user, letters) = (visitor.user, visitor.letters.as_deref());
        if visitor.session.is_none() {
            let message = "only somebody with a session follows topics; open the page first";
            refuse(socket, Some(reference), ErrorCode::NoSession, message);
            return Ok(());
        }
        match self.follow_with(user, &visitor.name, topic, follow, letters).await {
            Ok(membership) => {
                self.people.told(user, &membership);
                send(socket, &ServerFrame::Membership { reference: Some(reference), membership });
            }
            Err(MemberError::Unavailable(error)) => {
                error!(%error, "members.follow_failed");
                unavailable(socket, Some(reference), "the server cannot store that just now; try again");
            }
            Err(error) => refuse(socket, Some(reference), error.code(), error.to_string()),
        }
        Ok(())
    }

    pub(super) async fn on_read(&self, visitor: &Visitor, topic: &TopicName, seq: u64) {
        if visitor.session.is_some() {
            self.has_read(visitor.user, topic, seq).await;
        }
    }

    pub(super) fn on_members(&self, socket: &mut Socket<Frame>, reference: u64, topic: TopicName) {
        let (here, people) = self.people_here(&topic);
        send(socket, &ServerFrame::Members { reference, topic, here, people });
    }

    /// How many people are in a topic, and some of them in the order of their names.
    pub(crate) fn people_here(&self, topic: &TopicName) -> (u64, Vec<Person>) {
        self.presence.people(topic, PEOPLE)
    }

    /// How many people are in a topic, and `most` of those after one, in the order of their ids.
    pub(crate) fn people_after(
        &self,
        topic: &TopicName,
        after: Option<UserId>,
        most: usize,
    ) -> (u64, Vec<Person>) {
        self.presence.people_after(topic, after, most)
    }

    /// Tells what has changed for a person.
    pub(in crate::chat) async fn tell_mail(&self, socket: &mut Socket<Frame>, visitor: &mut Visitor) {
        let Some(Mail { places, mut heads }) = visitor.letters.as_deref_mut().map(Letters::take) else {
            return;
        };
        // Whoever hears a topic hears how far it has come.
        heads.retain(|topic, _| visitor.cursor(topic).is_none());
        if !heads.is_empty() {
            send(socket, &ServerFrame::Heads { topics: heads.into_values().collect() });
        }
        if !places.is_empty() {
            self.tell_places(socket, visitor, &places.into_iter().collect::<Vec<_>>()).await;
        }
    }

    async fn tell_places(&self, socket: &mut Socket<Frame>, visitor: &Visitor, topics: &[TopicName]) {
        match self.members.places(visitor.user, topics).await {
            Ok(places) => {
                for membership in places {
                    self.people.told(visitor.user, &membership);
                    send(socket, &ServerFrame::Membership { reference: None, membership });
                }
            }
            Err(error) => {
                error!(%error, "members.read_failed");
                if let Some(letters) = &visitor.letters {
                    letters.put_back(topics);
                }
            }
        }
    }
}

/// Whoever cannot be told what they follow comes back.
fn failed(error: MemberError) -> Close {
    error!(%error, "members.read_failed");
    Close::Us(CloseCode::Internal)
}
