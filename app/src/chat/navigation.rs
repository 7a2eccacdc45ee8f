//! Going from topic to topic, and to a message.

use leptos::prelude::*;

use super::Chat;
use crate::{
    browser::address::{self, Address},
    erased::{Derived, memo},
    model::conversation::Conversation,
    protocol::{About, Follow, HistoryRange, Membership, Position, TopicName},
};

/// Where a reader was in a topic that they come back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadingPosition {
    /// At its end.
    AtEnd,
    /// So many CSS pixels from its top.
    At(i32),
}

impl Chat {
    /// Follows the browser's address from now on.
    pub(super) fn follow_address(self) {
        address::watch(move |address| {
            let is_step = Address::parse(&path()) == Some(address.clone());
            if !is_step {
                address::push(&address);
            }
            self.show(&address);
            true
        });
    }

    /// Goes to a topic.
    pub fn open(self, topic: &TopicName) {
        let address = Address { topic: topic.clone(), message: None };
        address::push(&address);
        self.show(&address);
    }

    /// Goes to a path of ours; any other leads ssr.
    pub(crate) fn go_to_path(self, path: &str) {
        if let Some(address) = Address::parse(path) {
            address::push(&address);
            self.show(&address);
        }
    }

    fn show(self, address: &Address) {
        if self.topic() != address.topic {
            self.editing.set(None);
            self.replying_to.set(None);
            self.clear_rows();
            // First, so that the old log is gone before its rows are.
            self.current.set(address.topic.clone());
            self.conversation.update(|c| c.open(&address.topic));
            self.wake();
        }
        self.target.set(address.message);
        self.navigations.update(|n| *n += 1);
    }

    /// The topic that is shown, as it changes.
    pub fn current(self) -> RwSignal<TopicName> {
        self.current
    }

    /// The message that is looked for: the one that the address names.
    pub fn target(self) -> RwSignal<Option<u64>> {
        self.target
    }

    /// Counts the places that were gone to, the same one again included.
    pub fn navigations(self) -> RwSignal<u64> {
        self.navigations
    }

    /// Asks for the messages around one that is not here.
    pub fn load_around(self, seq: u64) {
        self.load(HistoryRange::Around(seq));
    }

    /// The topic's title and description; `None` until its subscription has answered.
    pub fn about(self) -> Derived<Option<About>> {
        memo(move || self.conversation.with(|c| c.current().about.clone()))
    }

    /// The topic's title, from the list of topics while nothing else is known; empty when it has none.
    pub fn title(self) -> Derived<String> {
        let listed = |c: &Conversation| c.memberships.get(c.topic()).map(|listed| listed.title.clone());
        let said = |c: &Conversation| c.current().about.as_ref().map(|about| about.title().to_owned());
        memo(move || self.conversation.with(|c| said(c).or_else(|| listed(c)).unwrap_or_default()))
    }

    /// Whether anything is known of the topic yet.
    pub fn is_known(self) -> Derived<bool> {
        memo(move || self.conversation.with(|c| c.current().is_loaded()))
    }

    /// Why the topic cannot be heard.
    pub fn refusal(self) -> Derived<Option<String>> {
        memo(move || self.conversation.with(|c| c.current().refused.clone()))
    }

    /// The topics that the visitor follows, by name.
    pub fn memberships(self) -> Derived<Vec<Membership>> {
        memo(move || self.conversation.with(|c| c.memberships.all().cloned().collect()))
    }

    /// The topics that the visitor follows and the one that is shown, in the order of what they are called.
    pub(crate) fn topic_list(self) -> Derived<Vec<TopicName>> {
        memo(move || {
            self.conversation.with(|c| {
                let titled = |m: &Membership| (label(m).to_lowercase(), m.topic.clone());
                let mut topics: Vec<(String, TopicName)> = c.memberships.all().map(titled).collect();
                if c.memberships.get(c.topic()).is_none() {
                    topics.push((c.topic().to_string(), c.topic().clone()));
                }
                topics.sort();
                topics.into_iter().map(|(_, topic)| topic).collect()
            })
        })
    }

    /// How the visitor follows the topic that is shown.
    pub fn following(self) -> Derived<Follow> {
        memo(move || {
            self.conversation.with(|c| c.memberships.get(c.topic()).map(|m| m.follow).unwrap_or_default())
        })
    }

    /// Follows the topic that is shown otherwise than before.
    pub fn set_follow(self, follow: Follow) {
        self.conversation.update(|c| c.follow(c.topic().clone(), follow));
        self.wake();
    }

    /// How far the topic's log is here.
    pub fn position(self) -> Derived<Option<u64>> {
        memo(move || self.conversation.with(|c| c.current().timeline.position().map(|p| p.seq)))
    }

    /// The position that the topic's log has here; another one at the same place of another history.
    pub(crate) fn log_position(self) -> Derived<Option<Position>> {
        memo(move || self.conversation.with(|c| c.current().timeline.position()))
    }

    /// Remembers where the reader of a topic was.
    pub fn save_reading_position(self, topic: TopicName, reader: ReadingPosition) {
        self.reading_positions.try_update_value(|readers| readers.insert(topic, reader));
    }

    /// Where the reader of the topic that is shown was, when they were there before.
    pub fn reading_position(self) -> Option<ReadingPosition> {
        let topic = self.topic();
        self.reading_positions.with_value(|readers| readers.get(&topic).copied())
    }
}

/// The topic's title, or its name if it has no title.
pub(crate) fn label(membership: &Membership) -> &str {
    if membership.title.is_empty() { membership.topic.as_str() } else { &membership.title }
}

fn path() -> String {
    window().location().pathname().unwrap_or_default()
}
