//! The service that every door asks. It knows the policy and the restricted topics; people bring their own rights to the door.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

#[cfg(test)]
use app::protocol::UserId;
use app::protocol::{Action, Author, Timestamp, TopicName};
use parking_lot::RwLock;
use tracing::debug;

use super::{
    Audience, Denied, Door, HousePermission, HousePermit, Permission, Person, Policy, ReadScope, Readable,
    Refusal, TopicRights, Visibility, Writable,
    decide::{Question, decide_house},
    store::HouseRights,
};
use crate::clock::now;

/// The rights of the house; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Rights(Arc<RwLock<Known>>);

/// The rights that this process knows.
#[derive(Debug, Default)]
struct Known {
    policy: Policy,
    /// The rights of all topics that are not special: public and open.
    ordinary: TopicRights,
    special: HashMap<TopicName, TopicRights>,
    /// The banned networks, each with the end of its ban.
    networks: HashMap<IpAddr, Timestamp>,
    /// People to whom tests have given other rights than the store has.
    #[cfg(test)]
    people: HashMap<UserId, Person>,
    /// The door that lets everybody in, so that tests see whether anything notices.
    #[cfg(test)]
    opened: Option<Door>,
}

impl Known {
    fn decide(&self, person: &Person, permission: Permission, topic: &TopicName) -> Result<(), Denied> {
        self.decide_for(person, permission, self.special.get(topic).unwrap_or(&self.ordinary))
    }

    /// Decides at a door, and logs a denial.
    fn decide_at(
        &self,
        door: Door,
        person: &Person,
        permission: Permission,
        topic: &TopicName,
    ) -> Result<(), Denied> {
        if self.is_open(door) { Ok(()) } else { log_denial(door, self.decide(person, permission, topic)) }
    }

    fn decide_for(&self, person: &Person, permission: Permission, topic: &TopicRights) -> Result<(), Denied> {
        let person = self.person(person);
        Question { person, topic, policy: &self.policy, now: now() }.decide(permission)
    }

    #[cfg(test)]
    fn is_open(&self, door: Door) -> bool {
        self.opened == Some(door)
    }

    #[cfg(not(test))]
    fn is_open(&self, _: Door) -> bool {
        false
    }

    /// Returns what is known of a person who comes to a door.
    fn person<'a>(&'a self, at_door: &'a Person) -> &'a Person {
        #[cfg(test)]
        if let Some(person) = at_door.user().and_then(|user| self.people.get(&user)) {
            return person;
        }
        at_door
    }
}

impl Rights {
    /// The openness of a house that nobody has restricted.
    pub fn everyone() -> Self {
        Self::default()
    }

    /// Replaces the policy, the restricted topics and the banned networks by those that are stored.
    pub(crate) fn set_house(&self, house: HouseRights) {
        let mut known = self.0.write();
        known.policy = house.policy;
        known.special = house.special;
        known.networks = house.networks;
    }

    /// Bans a network until a time, or lifts its ban.
    pub(crate) fn set_network(&self, network: IpAddr, banned_until: Option<Timestamp>) {
        let networks = &mut self.0.write().networks;
        match banned_until {
            Some(until) => networks.insert(network, until),
            None => networks.remove(&network),
        };
    }

    /// Whether nobody is let in from a network, which is one that [`crate::accept::limit_key`] returns.
    pub(crate) fn is_network_banned(&self, network: IpAddr) -> bool {
        let known = self.0.read();
        known.networks.get(&network).is_some_and(|until| now() < *until)
    }

    /// Replaces the policy by the one that is stored.
    pub(crate) fn set_policy(&self, policy: Policy) {
        self.0.write().policy = policy;
    }

    /// Whether anybody may not read some topic, so that a change of rights may concern what is open.
    pub(crate) fn restricts_readers(&self) -> bool {
        let known = self.0.read();
        let is_public = |topic: &TopicRights| topic.visibility == Visibility::Public;
        known.policy.readers != Audience::Everyone || !known.special.values().all(is_public)
    }

    /// Asks whether a person may read a topic. A topic that nobody has begun may be read: it is empty.
    pub fn read(&self, door: Door, person: &Person, topic: &TopicName) -> Result<Readable, Denied> {
        self.decide(door, person, Permission::Read, topic)?;
        Ok(Readable::new(topic.clone()))
    }

    /// Asks whether a person may follow a topic, and move their read position in it.
    pub fn follow(&self, door: Door, person: &Person, topic: &TopicName) -> Result<Readable, Denied> {
        self.decide(door, person, Permission::Follow, topic)?;
        Ok(Readable::new(topic.clone()))
    }

    /// Asks whether an author may do something in a topic.
    pub fn write(
        &self,
        door: Door,
        person: &Person,
        topic: &TopicName,
        action: Action,
        author: Author,
    ) -> Result<Writable, Denied> {
        self.write_or_return(door, person, topic, action, author).map_err(|(denied, _)| denied)
    }

    /// Asks as [`write`](Self::write) does. A denial returns the action, which may be one that is stored already.
    pub(crate) fn write_or_return(
        &self,
        door: Door,
        person: &Person,
        topic: &TopicName,
        action: Action,
        author: Author,
    ) -> Result<Writable, (Denied, Action)> {
        match self.decide(door, person, Permission::of(&action), topic) {
            Ok(()) => Ok(Writable::new(topic.clone(), author, action)),
            Err(denied) => Err((denied, action)),
        }
    }

    /// Asks whether a person may do something that leaves nothing in the log.
    pub fn allows(&self, door: Door, person: &Person, permission: Permission, topic: &TopicName) -> bool {
        self.decide(door, person, permission, topic).is_ok()
    }

    /// Asks whether a person, whom a door has let write in a topic, may begin it.
    pub(crate) fn may_begin(&self, person: &Person, topic: &TopicName) -> Result<(), Denied> {
        self.0.read().decide(person, Permission::Begin, topic)
    }

    /// Asks which topics a list or a search may show to a person.
    pub fn scope(&self, door: Door, person: &Person) -> Result<ReadScope, Denied> {
        let known = self.0.read();
        if !known.is_open(door) {
            log_denial(door, known.decide_for(person, Permission::Read, &known.ordinary))?;
        }
        let person = known.person(person);
        let level = if person.is_member() { Visibility::Members } else { Visibility::Public };
        Ok(ReadScope::new(level, person.user()))
    }

    /// Keeps what belongs to topics that a person may read. All items are decided by the same rights.
    pub fn visible<T>(
        &self,
        door: Door,
        person: &Person,
        mut items: Vec<T>,
        topic_of: impl Fn(&T) -> &TopicName,
    ) -> Vec<T> {
        let known = self.0.read();
        items.retain(|item| known.decide_at(door, person, Permission::Read, topic_of(item)).is_ok());
        items
    }

    /// Asks whether a person may change their own name, which others see: everybody but the banned.
    pub(crate) fn rename(&self, person: &Person) -> Result<(), Denied> {
        let known = self.0.read();
        if known.person(person).is_banned(now()) { Err(Refusal::Banned.into()) } else { Ok(()) }
    }

    /// Asks whether a person may do something in the house.
    pub fn house(&self, person: &Person, permission: HousePermission) -> Result<HousePermit, Denied> {
        let known = self.0.read();
        decide_house(known.person(person), permission, &known.policy, now())?;
        Ok(HousePermit::new(permission))
    }

    fn decide(
        &self,
        door: Door,
        person: &Person,
        permission: Permission,
        topic: &TopicName,
    ) -> Result<(), Denied> {
        self.0.read().decide_at(door, person, permission, topic)
    }

    /// Returns the decision that each door must follow.
    #[cfg(test)]
    pub(crate) fn decision_for_test(
        &self,
        person: &Person,
        permission: Permission,
        topic: &TopicName,
    ) -> Result<(), Denied> {
        self.0.read().decide(person, permission, topic)
    }

    /// Lets everybody through a door.
    #[cfg(test)]
    pub(crate) fn open_for_test(&self, door: Option<Door>) {
        self.0.write().opened = door;
    }

    /// Restricts a topic.
    #[cfg(test)]
    pub(crate) fn insert_for_test(&self, topic: TopicName, rights: TopicRights) {
        self.0.write().special.insert(topic, rights);
    }

    /// Gives a person a role, a ban or a mute.
    #[cfg(test)]
    pub(crate) fn insert_person_for_test(&self, user: UserId, person: Person) {
        self.0.write().people.insert(user, person);
    }
}

/// Logs a denial, without the topic: a line of the log is not for everybody.
fn log_denial(door: Door, decision: Result<(), Denied>) -> Result<(), Denied> {
    decision.inspect_err(|denied| debug!(?door, ?denied, "rights.denied"))
}
