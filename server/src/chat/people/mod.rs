//! Who is connected, what they follow, and what each of their connections is still to be told of it.
//!
//! A commit costs one look at whether anybody follows its topic. What it means to those who do is found out by a task that
//! runs once a second while there is something, in one query for all topics.

mod letters;
mod state;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use app::protocol::{Event, EventKind, Head, Membership, TopicName, UserId};
use tokio::{runtime::Handle, time::sleep};
use tracing::error;

use crate::{database::Database, members};
pub(super) use letters::{Letters, Mail};
use state::{Moved, State};

/// Topics of one query.
const TOPICS: usize = 500;

/// Who is connected; cheap to clone.
#[derive(Clone)]
pub(super) struct People {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    database: Database,
    fold: Duration,
}

impl People {
    /// Nobody. `fold`: how often the people of a topic are told how far it has come, at the most.
    pub(super) fn new(database: Database, fold: Duration) -> Self {
        Self { shared: Arc::new(Shared { state: Mutex::default(), database, fold }) }
    }

    /// Somebody connects. Dropping what they get is leaving.
    pub(super) fn enter(&self, user: UserId) -> Letters {
        let mailbox = Arc::default();
        self.lock().enter(user, Arc::clone(&mailbox));
        Letters::new(self.clone(), user, mailbox)
    }

    /// What somebody follows, or no longer.
    pub(super) fn follows(&self, user: UserId, topic: &TopicName, follows: bool) {
        self.lock().follows(user, topic, follows);
    }

    /// They were told their place in a topic: who was mentioned hears when that is taken back.
    pub(super) fn told(&self, user: UserId, place: &Membership) {
        self.lock().told(user, place);
    }

    /// Somebody's place in a topic is another: all their connections but one are told soon.
    pub(super) fn changed(&self, user: UserId, topic: &TopicName, but: Option<&Letters>) {
        let boxes = self.lock().boxes(user);
        let others = boxes.iter().filter(|mailbox| but.is_none_or(|letters| !letters.is(mailbox)));
        others.for_each(|mailbox| mailbox.put_place(topic));
    }

    /// Somebody has read on in a topic that they follow: all their connections are told how far.
    pub(super) fn read(&self, user: UserId, topic: &TopicName) {
        let boxes = {
            let state = self.lock();
            if state.has(user, topic) { state.boxes(user) } else { Vec::new() }
        };
        boxes.iter().for_each(|mailbox| mailbox.put_place(topic));
    }

    /// An event was committed.
    pub(super) fn heard(&self, event: &Event) {
        let (mentions, taken_back): (&[UserId], bool) = match &event.kind {
            EventKind::Message { mentions, .. } => (mentions, false),
            EventKind::Edit { mentions, .. } => (mentions, true),
            EventKind::Deletion { .. } => (&[], true),
            _ => (&[], false),
        };
        let how = Moved { taken_back, described: matches!(event.kind, EventKind::About { .. }) };
        let mentioned: Vec<_> = {
            let mut state = self.lock();
            self.moved(&mut state, &event.topic, how);
            let follows = |user: &&UserId| state.has(**user, &event.topic);
            mentions.iter().filter(follows).flat_map(|user| state.boxes(*user)).collect()
        };
        mentioned.iter().for_each(|mailbox| mailbox.put_place(&event.topic));
    }

    /// The log may hold more of a topic than was told.
    pub(super) fn doubts(&self, topic: &TopicName) {
        self.moved(&mut self.lock(), topic, Moved { taken_back: true, described: true });
    }

    fn moved(&self, state: &mut State, topic: &TopicName, how: Moved) {
        // Outside a runtime nobody is left to tell.
        if let (true, Ok(runtime)) = (state.moved(topic, how), Handle::try_current()) {
            runtime.spawn(tell(Arc::downgrade(&self.shared), self.shared.fold));
        }
    }

    async fn tell(&self, moved: BTreeMap<TopicName, Moved>) {
        let topics: Vec<_> = moved.keys().cloned().collect();
        for some in topics.chunks(TOPICS) {
            match members::heads(&self.shared.database, some).await {
                Ok(heads) => heads.into_iter().for_each(|head| self.tell_head(head, &moved)),
                Err(error) => {
                    error!(%error, "people.heads_failed");
                    let mut state = self.lock();
                    let how = |topic| moved.get(topic).copied().unwrap_or_default();
                    some.iter().for_each(|topic| state.again(topic, how(topic)));
                }
            }
        }
        moved.iter().filter(|(_, how)| how.taken_back).for_each(|(topic, _)| self.tell_mentioned(topic));
    }

    /// The title only to those who may know another.
    fn tell_head(&self, mut head: Head, moved: &BTreeMap<TopicName, Moved>) {
        head.title.take_if(|_| !moved.get(&head.topic).is_some_and(|how| how.described));
        let boxes = self.lock().boxes_of_followers(&head.topic);
        boxes.iter().for_each(|mailbox| mailbox.put_head(&head));
    }

    fn tell_mentioned(&self, topic: &TopicName) {
        let boxes = self.lock().boxes_of_mentioned(topic);
        boxes.iter().for_each(|mailbox| mailbox.put_place(topic));
    }

    fn leave(&self, letters: &Letters) {
        self.lock().leave(letters.user, |mailbox| letters.is(mailbox));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Until nothing moves any more, or nobody is left.
async fn tell(people: Weak<Shared>, fold: Duration) {
    loop {
        sleep(fold).await;
        let Some(shared) = people.upgrade() else { return };
        let people = People { shared };
        let Some(moved) = people.lock().take_moved() else { return };
        people.tell(moved).await;
    }
}

#[cfg(test)]
mod tests;
