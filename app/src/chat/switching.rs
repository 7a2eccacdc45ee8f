//! The candidates of the quick switcher.

use leptos::{prelude::*, task::spawn_local};

use super::Chat;
use crate::{
    browser::topic_search,
    model::{
        conversation::ConnectionStatus,
        quick_switcher::{Candidates, FoundTopic},
    },
};

impl Chat {
    /// The topics and people that the page knows of, and the topics that the server has found. Subscribes to them.
    pub(crate) fn candidates(self, found: Vec<FoundTopic>) -> Candidates {
        self.conversation.with(|c| {
            let title = c.current().about.as_ref().map(|about| about.title().to_owned());
            let current = FoundTopic { topic: c.topic().clone(), title: title.unwrap_or_default() };
            let mut memberships: Vec<_> = c.memberships.all().cloned().collect();
            memberships.sort_by_cached_key(super::navigation::sort_key);
            Candidates {
                memberships,
                current,
                found,
                is_answer: false,
                people: super::people::known_people(c),
            }
        })
    }

    /// Asks the server for topics with these words. Does nothing while the page is offline.
    pub(crate) fn find_topics(self, words: String, then: impl FnOnce(Vec<FoundTopic>) + 'static) {
        if self.conversation.with_untracked(|c| c.status == ConnectionStatus::Live) {
            spawn_local(async move {
                if let Some(found) = topic_search::find(&words).await {
                    then(found);
                }
            });
        }
    }
}
