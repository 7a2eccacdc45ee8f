//! Looking for messages.

use leptos::prelude::*;

use super::Chat;
use crate::{
    browser::calendar,
    erased::{Derived, memo},
    model::conversation::SearchResults,
};

impl Chat {
    /// Looks for messages: in the topic that is shown, or in all.
    pub fn search(self, query: String, only_here: bool) {
        let topic = only_here.then(|| self.topic());
        let offsets = calendar::utc_offsets(&query);
        self.conversation.update(|c| c.search(query, topic, offsets));
        self.wake();
    }

    /// Looks for those that are older than what was found.
    pub fn search_more(self) {
        self.conversation.update(crate::model::conversation::Conversation::search_more);
        self.wake();
    }

    /// What was looked for last, and what was found.
    pub fn search_state(self) -> Derived<SearchResults> {
        memo(move || self.conversation.with(|c| c.search_results().clone()))
    }
}
