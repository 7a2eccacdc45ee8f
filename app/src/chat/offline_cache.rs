//! Keeps the pages of topics that are read, for when there is no network.

use std::time::Duration;

use leptos::{leptos_dom::helpers::window_event_listener_untyped, prelude::*};

use crate::{
    browser::service_worker,
    chat::Chat,
    erased::{Derived, effect},
    model::conversation::ConnectionStatus,
    protocol::{Position, TopicName},
};

/// What was said since a page was kept is kept no more often than this, or once the reader looks elsewhere.
const AGAIN_AFTER: Duration = Duration::from_secs(20);
/// First the page itself, then what is for later.
const NO_HURRY: Duration = Duration::from_secs(1);

/// Keeps each topic that is shown, and again when more was read in it.
pub(crate) fn cache_read_topics(chat: Chat) {
    let keeping = OfflineCache::new(chat);
    effect(move || set_timeout(move || keeping.begin(), NO_HURRY));
    effect(move || keeping.look());
}

#[derive(Clone, Copy)]
struct OfflineCache {
    chat: Chat,
    link: Derived<ConnectionStatus>,
    position: Derived<Option<Position>>,
    has_begun: RwSignal<bool>,
    /// The topic whose page is kept, and up to where.
    kept: StoredValue<Option<(TopicName, Position)>>,
    waiting: StoredValue<bool>,
}

impl OfflineCache {
    fn new(chat: Chat) -> Self {
        let (link, position, has_begun) = (chat.status(), chat.log_position(), RwSignal::new(false));
        Self {
            chat,
            link,
            position,
            has_begun,
            kept: StoredValue::new(None),
            waiting: StoredValue::new(false),
        }
    }

    fn begin(self) {
        let chat = self.chat;
        service_worker::register(move |path| chat.go_to_path(&path));
        if service_worker::controls_page() {
            // The worker saw this page come, and has it.
            self.kept.set_value(self.shown());
        }
        let _listening = window_event_listener_untyped("visibilitychange", move |_| {
            if document().hidden() {
                self.keep();
            }
        });
        self.has_begun.set(true);
    }

    fn look(self) {
        self.link.track();
        self.position.track();
        let topic = self.chat.current().get();
        if !self.has_begun.get() {
            return;
        }
        let is_other = self.kept.with_value(|kept| kept.as_ref().is_none_or(|(kept, _)| *kept != topic));
        if is_other { self.keep() } else { self.keep_soon() }
    }

    fn keep_soon(self) {
        let has_more = self.kept.with_value(|kept| *kept != self.shown());
        if !has_more || self.waiting.get_value() {
            return;
        }
        self.waiting.set_value(true);
        set_timeout(
            move || {
                self.waiting.set_value(false);
                // What nobody sees was not read.
                if !document().hidden() {
                    self.keep();
                }
            },
            AGAIN_AFTER,
        );
    }

    fn keep(self) {
        let is_live = self.link.get_untracked() == ConnectionStatus::Live;
        let shown = self.shown().filter(|_| is_live);
        if let Some((topic, _)) = &shown
            && self.kept.with_value(|kept| *kept != shown)
        {
            service_worker::cache_page(format!("/t/{topic}"));
            self.kept.set_value(shown);
        }
    }

    /// The topic that is shown, and up to where it is here: in another history the same number is another place.
    fn shown(self) -> Option<(TopicName, Position)> {
        Some((self.chat.topic(), self.position.get_untracked()?))
    }
}
