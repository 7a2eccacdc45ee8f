//! People who are present or typing, and the topic's description.

use std::time::Duration;

use leptos::prelude::*;

use super::Chat;
use crate::{
    browser::calendar,
    erased::{Derived, effect, memo},
    model::{
        conversation::{Conversation, DescribeState},
        timeline::Row,
    },
    protocol::{About, EventKind, Name, Person, TextError},
};

/// The shortest interval between two `typing` frames, in milliseconds.
const TYPING_INTERVAL_MS: u64 = 3_000;
/// A person counts as typing for this long after their last `typing` frame.
const TYPING_TIMEOUT: Duration = Duration::from_secs(6);

impl Chat {
    /// Reports that the person is typing, at most every [`TYPING_INTERVAL_MS`].
    pub fn typing(self) {
        let now = calendar::now().0;
        let due = self.typed_at.with_value(|at| now.saturating_sub(*at) >= TYPING_INTERVAL_MS);
        if due {
            self.typed_at.set_value(now);
            self.conversation.update_untracked(Conversation::send_typing);
            self.wake();
        }
    }

    /// The names of the other people who are typing.
    pub fn typing_names(self) -> Derived<Vec<Name>> {
        let typing = memo(move || self.conversation.with(|c| c.current().typing.clone()));
        effect(move || {
            let (n, people) = typing.get();
            if !people.is_empty() {
                let stop = move || {
                    self.conversation.try_update(|c| c.current_mut().clear_typing(n));
                };
                set_timeout(stop, TYPING_TIMEOUT);
            }
        });
        memo(move || typing.with(|(_, people)| people.iter().map(|person| person.name.clone()).collect()))
    }

    /// Requests the list of people who are present.
    pub fn request_people(self) {
        self.conversation.update_untracked(Conversation::request_members);
        self.wake();
    }

    /// Some of the people who are present, as of the last request.
    pub fn people(self) -> Derived<Vec<Person>> {
        memo(move || self.conversation.with(|c| c.current().people.clone()))
    }

    /// The names of people who can be mentioned, the likeliest first.
    pub fn mentionable(self) -> Vec<Name> {
        self.conversation.with_untracked(|c| known_people(c).into_iter().map(|person| person.name).collect())
    }

    /// Changes the topic's title or description from what the person saw (`seen`). Returns `false` if neither differs.
    pub fn describe(self, seen: &About, title: &str, description: &str) -> Result<bool, TextError> {
        let about = About::parse(title, description)?;
        let differs = self.conversation.try_update(|c| c.describe(seen, about)).unwrap_or_default();
        self.wake();
        Ok(differs)
    }

    /// Drops a change that is not acknowledged.
    pub fn forget_description(self) {
        self.conversation.try_update(Conversation::forget_description);
    }

    /// The state of that change.
    pub fn describe_state(self) -> Derived<DescribeState> {
        memo(move || self.conversation.with(|c| c.describe_state().clone()))
    }
}

/// Other people with a name, each name once: authors of loaded messages, newest first, then those who are present.
pub(super) fn known_people(c: &Conversation) -> Vec<Person> {
    let state = c.current();
    let messages = state.timeline.rows().iter().rev().filter_map(Row::message);
    let authors = messages.filter(|event| matches!(event.kind, EventKind::Message { .. }));
    let authors = authors.map(|event| &event.author).filter(|author| !author.unverified);
    let authors = authors.map(|author| Person { user: author.user, name: author.name.clone() });
    let mut known: Vec<Person> = Vec::new();
    for person in authors.chain(state.people.iter().cloned()) {
        let is_known = known.iter().any(|known| known.name == person.name);
        if !is_known && person.user != c.user && person.name != Name::anonymous() {
            known.push(person);
        }
    }
    known
}
