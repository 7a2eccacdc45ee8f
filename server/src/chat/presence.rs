//! Who is in which topic. Joins and leaves are told folded: what cancels out within the window, a page that was
//! reloaded for example, is never told.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::protocol::{Name, TopicName, UserId};
use tokio::runtime::Handle;

use super::{
    Frame,
    delivery::{Change, Delivery},
};
use crate::hub::Hub;

/// Knows who is where; cheap to clone.
#[derive(Clone)]
pub(super) struct Presence {
    hub: Hub<Frame>,
    topics: Arc<Mutex<HashMap<TopicName, People>>>,
    fold: Duration,
}

/// The people of one topic.
#[derive(Default)]
struct People {
    /// With how many connections each is there, and under which name they came.
    here: HashMap<UserId, (usize, Name)>,
    /// Came since it was last told.
    joined: HashMap<UserId, Name>,
    /// Left since it was last told.
    left: HashMap<UserId, Name>,
    /// It will be told soon.
    folding: bool,
}

/// One connection's stay in a topic; dropping it is leaving.
pub(super) struct Stay {
    presence: Presence,
    topic: TopicName,
    user: UserId,
}

impl Presence {
    pub(super) fn new(hub: Hub<Frame>, fold: Duration) -> Self {
        Self { hub, topics: Arc::default(), fold }
    }

    /// Somebody comes.
    pub(super) fn enter(&self, topic: &TopicName, user: UserId, name: &Name) -> Stay {
        self.change(topic, |people| people.enter(user, name));
        Stay { presence: self.clone(), topic: topic.clone(), user }
    }

    /// Somebody who is there goes by another name: they leave under it, and come under it if that was not told yet.
    pub(super) fn rename(&self, topic: &TopicName, user: UserId, name: &Name) {
        if let Some(people) = self.lock().get_mut(topic) {
            people.rename(user, name);
        }
    }

    /// How many people are in a topic now.
    pub(super) fn here(&self, topic: &TopicName) -> u64 {
        self.lock().get(topic).map_or(0, |people| people.here.len() as u64)
    }

    fn change(&self, topic: &TopicName, change: impl FnOnce(&mut People)) {
        let mut topics = self.lock();
        let people = topics.entry(topic.clone()).or_default();
        change(people);
        // Outside a runtime nobody is left to tell.
        if let (false, Ok(runtime)) = (people.folding, Handle::try_current()) {
            people.folding = true;
            let (presence, topic) = (self.clone(), topic.clone());
            runtime.spawn(async move {
                tokio::time::sleep(presence.fold).await;
                presence.tell(topic);
            });
        }
    }

    fn tell(&self, topic: TopicName) {
        let change = {
            let mut topics = self.lock();
            let Some(people) = topics.get_mut(&topic) else { return };
            people.folding = false;
            let (joined, left) = (people.joined.drain().collect(), people.left.drain().collect());
            let change = Change { topic: topic.clone(), here: people.here.len() as u64, joined, left };
            if people.here.is_empty() {
                topics.remove(&topic);
            }
            change
        };
        if !(change.joined.is_empty() && change.left.is_empty()) {
            self.hub.publish(&topic, Arc::new(Delivery::presence(change)));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TopicName, People>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl People {
    fn enter(&mut self, user: UserId, name: &Name) {
        let (connections, _) = self.here.entry(user).or_insert_with(|| (0, name.clone()));
        *connections += 1;
        if *connections == 1 && self.left.remove(&user).is_none() {
            self.joined.insert(user, name.clone());
        }
    }

    fn rename(&mut self, user: UserId, name: &Name) {
        let here = self.here.get_mut(&user).map(|(_, name)| name);
        here.into_iter().chain(self.joined.get_mut(&user)).for_each(|held| *held = name.clone());
    }

    fn leave(&mut self, user: UserId) {
        let Some((connections, _)) = self.here.get_mut(&user) else { return };
        *connections -= 1;
        if *connections > 0 {
            return;
        }
        if let Some((_, name)) = self.here.remove(&user)
            && self.joined.remove(&user).is_none()
        {
            self.left.insert(user, name);
        }
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.presence.change(&self.topic, |people| people.leave(self.user));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Name {
        Name::parse(name).unwrap()
    }

    fn user(n: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn a_second_connection_is_no_second_person() {
        let mut people = People::default();
        people.enter(user(1), &name("Ann"));
        people.enter(user(1), &name("Ann"));
        people.leave(user(1));
        assert_eq!((people.here.len(), people.joined.len(), people.left.len()), (1, 1, 0));
        people.leave(user(1));
        assert_eq!((people.here.len(), people.joined.len(), people.left.len()), (0, 0, 0));
    }

    #[test]
    fn a_reload_within_the_window_is_never_told() {
        let mut people = People::default();
        people.enter(user(1), &name("Ann"));
        people.joined.clear();
        people.leave(user(1));
        people.enter(user(1), &name("Ann"));
        assert_eq!((people.here.len(), people.joined.len(), people.left.len()), (1, 0, 0));
    }

    #[test]
    fn coming_and_leaving_are_told_by_the_name_one_has_by_then() {
        let mut people = People::default();
        people.enter(user(1), &Name::anonymous());
        people.rename(user(1), &name("Anne"));
        assert_eq!(people.joined.remove(&user(1)), Some(name("Anne")));
        people.rename(user(1), &name("Ann"));
        assert!(people.joined.is_empty());
        people.leave(user(1));
        assert_eq!(people.left.get(&user(1)), Some(&name("Ann")));
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_topic_is_forgotten_once_told() {
        let presence = Presence::new(Hub::new(4), Duration::from_secs(1));
        let topic: TopicName = "lobby".parse().unwrap();
        let stay = presence.enter(&topic, user(1), &name("Ann"));
        assert_eq!(presence.here(&topic), 1);
        drop(stay);
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(presence.lock().is_empty());
    }
}
