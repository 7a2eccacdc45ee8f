//! The person's favourite topics, which this browser stores.

use leptos::prelude::*;

use super::Chat;
use crate::{browser::favourites as storage, model::favourites, protocol::TopicName};

impl Chat {
    /// The favourites. There are none until the lazy parts are loaded, so that the server and the browser render the same.
    pub(crate) fn favourites(self) -> RwSignal<Vec<TopicName>> {
        self.favourites
    }

    /// Takes over the stored favourites, now and when another tab changes them.
    pub(crate) fn watch_favourites(self) {
        storage::watch(move |stored| {
            let stored = favourites::parse(&stored);
            self.favourites.try_maybe_update(|favourites| {
                let has_changed = *favourites != stored;
                *favourites = stored;
                (has_changed, ())
            });
        });
    }

    /// Adds the topic that is shown to the favourites, or removes it.
    pub(crate) fn toggle_favourite(self) {
        let topic = self.topic();
        self.favourites.update(|favourites| favourites::toggle(favourites, &topic));
        storage::store(&self.favourites.with_untracked(|favourites| favourites::to_text(favourites)));
    }
}
