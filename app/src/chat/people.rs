//! Who is here and who is writing, and what the topic is about.

use std::time::Duration;

use leptos::prelude::*;

use super::Chat;
use crate::{
    browser::connection,
    erased::{Derived, effect, memo},
    model::conversation::DescribeState,
    protocol::{About, EventKind, Name, Person, TextError},
};

/// Others are told that one is writing no more often than this, in milliseconds.
const TOLD_EACH_MS: u64 = 3_000;
/// Who has not written for so long has stopped.
const WRITES_FOR: Duration = Duration::from_secs(6);

impl Chat {
    /// The visitor is writing.
    pub fn typing(self) {
        let now = connection::now_ms();
        let due = self.typed_at.with_value(|at| now.saturating_sub(*at) >= TOLD_EACH_MS);
        if due {
            self.typed_at.set_value(now);
            self.conversation.update_untracked(crate::model::conversation::Conversation::send_typing);
            self.wake();
        }
    }

    /// Who else is writing.
    pub fn typing_names(self) -> Derived<Vec<Name>> {
        let told = memo(move || self.conversation.with(|c| c.current().typing.clone()));
        effect(move || {
            let (n, people) = told.get();
            if !people.is_empty() {
                let stop = move || {
                    self.conversation.try_update(|c| c.current_mut().clear_typing(n));
                };
                set_timeout(stop, WRITES_FOR);
            }
        });
        memo(move || told.with(|(_, people)| people.iter().map(|person| person.name.clone()).collect()))
    }

    /// Asks who is here.
    pub fn request_people(self) {
        self.conversation.update_untracked(crate::model::conversation::Conversation::request_members);
        self.wake();
    }

    /// Some of those who are here, as they were when it was asked last.
    pub fn people(self) -> Derived<Vec<Person>> {
        memo(move || self.conversation.with(|c| c.current().people.clone()))
    }

    /// People who can be mentioned: those who are here, and those who wrote what is loaded, the latest first.
    pub fn mentionable(self) -> Vec<Name> {
        let mut names: Vec<Name> = Vec::new();
        self.conversation.with_untracked(|c| {
            let place = c.current();
            let messages =
                place.timeline.rows().iter().rev().filter_map(crate::model::timeline::Row::message);
            let spoke = messages.filter(|event| matches!(event.kind, EventKind::Message { .. }));
            let spoke = spoke.filter(|event| !event.author.unverified && event.author.user != c.user);
            let there = place.people.iter().filter(|person| person.user != c.user);
            for name in spoke.map(|event| &event.author.name).chain(there.map(|person| &person.name)) {
                if !names.contains(name) && *name != Name::anonymous() {
                    names.push(name.clone());
                }
            }
        });
        names
    }

    /// Gives the topic another title or description than its visitor saw. Returns `false` when neither differs.
    pub fn describe(self, seen: &About, title: &str, description: &str) -> Result<bool, TextError> {
        let about = About::parse(title, description)?;
        let differs = self.conversation.try_update(|c| c.describe(seen, about)).unwrap_or_default();
        self.wake();
        Ok(differs)
    }

    /// What became of that.
    pub fn describe_state(self) -> Derived<DescribeState> {
        memo(move || self.conversation.with(|c| c.describe_state().clone()))
    }
}
