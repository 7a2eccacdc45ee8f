//! Navigation between topics and to messages.

use leptos::prelude::*;

use super::Chat;
use crate::{
    browser::address::{self, Address},
    erased::{Derived, memo},
    model::{conversation::Conversation, sorted::SortedMap},
    protocol::{About, Follow, HistoryRange, Membership, Position, TopicName},
};

/// The scroll position at which the reader left a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadingPosition {
    /// At the end of the log.
    AtEnd,
    /// This many CSS pixels from the top.
    At(i32),
}

impl Chat {
    /// Shows what the page's address names, from now on.
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

    pub fn open(self, topic: &TopicName) {
        let address = Address { topic: topic.clone(), message: None };
        address::push(&address);
        self.show(&address);
    }

    /// Goes to the topic or message of a path. Ignores other paths.
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
            // Must come first, so that the old log is unmounted before its rows are dropped.
            self.current.set(address.topic.clone());
            self.conversation.update(|c| c.open(&address.topic));
            self.wake();
        }
        self.target.set(address.message);
        self.navigations.update(|n| *n += 1);
    }

    /// The name of the topic that is shown.
    pub fn current(self) -> RwSignal<TopicName> {
        self.current
    }

    /// The `seq` of the message in the page's address.
    pub fn target(self) -> RwSignal<Option<u64>> {
        self.target
    }

    /// Counts navigations, repeated ones to the same place included.
    pub fn navigations(self) -> RwSignal<u64> {
        self.navigations
    }

    /// Shows the newest message.
    pub(crate) fn request_newest(self) {
        self.newest_requests.update(|n| *n += 1);
    }

    /// Counts requests to show the newest message.
    pub(crate) fn newest_requests(self) -> RwSignal<u64> {
        self.newest_requests
    }

    /// Loads the messages around one that is not loaded.
    pub fn load_around(self, seq: u64) {
        self.load(HistoryRange::Around(seq));
    }

    /// The topic's title and description; `None` until its subscription has answered.
    pub fn about(self) -> Derived<Option<About>> {
        memo(move || self.conversation.with(|c| c.current().about.clone()))
    }

    /// The topic's title, taken from the memberships until the subscription has answered. Empty if it has none.
    pub fn title(self) -> Derived<String> {
        let listed = |c: &Conversation| c.memberships.get(c.topic()).map(|listed| listed.title.clone());
        let current = |c: &Conversation| c.current().about.as_ref().map(|about| about.title().to_owned());
        memo(move || self.conversation.with(|c| current(c).or_else(|| listed(c)).unwrap_or_default()))
    }

    /// The topic's title, or its name where it has none.
    pub fn shown_title(self) -> Derived<String> {
        let title = self.title();
        memo(move || {
            let name = || self.conversation.with(|c| c.topic().to_string());
            Some(title.get()).filter(|title| !title.is_empty()).unwrap_or_else(name)
        })
    }

    /// Whether anything is known of the topic yet.
    pub fn is_known(self) -> Derived<bool> {
        memo(move || self.conversation.with(|c| c.current().is_loaded()))
    }

    /// Why the server refused the subscription.
    pub fn refusal(self) -> Derived<Option<String>> {
        memo(move || self.conversation.with(|c| c.current().refused.clone()))
    }

    /// The person's memberships, sorted by topic name.
    pub fn memberships(self) -> Derived<Vec<Membership>> {
        memo(move || self.conversation.with(|c| c.memberships.all().cloned().collect()))
    }

    /// The names of the person's topics and of the one that is shown, and whether each is a favourite: first the favourites, then
    /// the others, each sorted by their labels.
    pub(crate) fn topic_list(self) -> Derived<Vec<(bool, TopicName)>> {
        memo(move || {
            self.conversation.with(|c| {
                let mut topics = SortedMap::default();
                for membership in c.memberships.all() {
                    let (label, topic) = sort_key(membership);
                    topics.insert((!membership.favourite, label, topic), ());
                }
                if c.memberships.get(c.topic()).is_none() {
                    topics.insert((true, c.topic().to_string(), c.topic().clone()), ());
                }
                topics.keys().map(|(is_other, _, topic)| (!is_other, topic.clone())).collect()
            })
        })
    }

    /// Whether the topic that is shown is a favourite.
    pub(crate) fn is_favourite(self) -> Derived<bool> {
        memo(move || {
            self.conversation
                .with(|c| c.memberships.get(c.topic()).is_some_and(|membership| membership.favourite))
        })
    }

    /// Makes the topic that is shown a favourite, or no longer one.
    pub(crate) fn toggle_favourite(self) {
        self.conversation.update(Conversation::toggle_favourite);
        self.wake();
    }

    /// Whether the person follows, mutes or does not follow the topic that is shown.
    pub fn following(self) -> Derived<Follow> {
        memo(move || {
            self.conversation.with(|c| c.memberships.get(c.topic()).map(|m| m.follow).unwrap_or_default())
        })
    }

    /// Changes how the person follows the topic that is shown.
    pub fn set_follow(self, follow: Follow) {
        self.conversation.update(|c| c.follow(c.topic().clone(), follow));
        self.wake();
    }

    /// The `seq` up to which the topic's log is loaded.
    pub fn position(self) -> Derived<Option<u64>> {
        memo(move || self.conversation.with(|c| c.current().timeline.position().map(|p| p.seq)))
    }

    /// The position up to which the topic's log is loaded. Unlike [`position`](Self::position) it also changes when the
    /// log starts a new epoch.
    pub(crate) fn log_position(self) -> Derived<Option<Position>> {
        memo(move || self.conversation.with(|c| c.current().timeline.position()))
    }

    /// Remembers where the reader left a topic.
    pub fn save_reading_position(self, topic: TopicName, reader: ReadingPosition) {
        self.reading_positions.try_update_value(|readers| readers.insert(topic, reader));
    }

    /// The position at which the reader left the topic that is shown, if they were there before.
    pub fn reading_position(self) -> Option<ReadingPosition> {
        let topic = self.topic();
        self.reading_positions.with_value(|readers| readers.get(&topic).copied())
    }
}

/// The topic's title, or its name if it has no title.
pub(crate) fn label(membership: &Membership) -> &str {
    if membership.title.is_empty() { membership.topic.as_str() } else { &membership.title }
}

/// Sorts memberships by their labels.
pub(super) fn sort_key(membership: &Membership) -> (String, TopicName) {
    (label(membership).to_lowercase(), membership.topic.clone())
}

fn path() -> String {
    window().location().pathname().unwrap_or_default()
}
