//! Search for messages.

use leptos::prelude::*;

use super::Chat;
use crate::{
    browser::calendar,
    erased::{Derived, memo},
    model::conversation::SearchResults,
};

impl Chat {
    /// Searches the topic that is shown, or all topics.
    pub fn search(self, query: String, only_here: bool) {
        let topic = only_here.then(|| self.topic());
        let offsets = calendar::utc_offsets(&query);
        self.conversation.update(|c| c.search(query, topic, offsets));
        self.wake();
    }

    /// Requests older results.
    pub fn search_more(self) {
        self.conversation.update(crate::model::conversation::Conversation::search_more);
        self.wake();
    }

    /// The last search and its results.
    pub fn search_state(self) -> Derived<SearchResults> {
        memo(move || self.conversation.with(|c| c.search_results().clone()))
    }
}
