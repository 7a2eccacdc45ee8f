//! Caches the pages of topics that were read, for reading offline.

use std::time::Duration;

use leptos::{leptos_dom::helpers::window_event_listener_untyped, prelude::*};

use crate::{
    browser::{base_path::topic_address, service_worker},
    chat::Chat,
    erased::{Derived, effect},
    model::conversation::ConnectionStatus,
    protocol::{Position, TopicName},
};

/// A page with new messages is cached again after this time, or as soon as the tab is hidden.
const RECACHE_INTERVAL: Duration = Duration::from_secs(20);
/// Delays caching so that it does not compete with loading the page.
const START_DELAY: Duration = Duration::from_secs(1);

/// Caches each topic that is shown, and again when more of it was read.
pub(crate) fn cache_read_topics(chat: Chat) {
    let cache = OfflineCache::new(chat);
    effect(move || set_timeout(move || cache.register_worker(), START_DELAY));
    effect(move || cache.update());
}

#[derive(Clone, Copy)]
struct OfflineCache {
    chat: Chat,
    status: Derived<ConnectionStatus>,
    position: Derived<Option<Position>>,
    has_worker: RwSignal<bool>,
    /// The topic whose page is cached, and up to which position.
    cached: StoredValue<Option<(TopicName, Position)>>,
    is_scheduled: StoredValue<bool>,
}

impl OfflineCache {
    fn new(chat: Chat) -> Self {
        let status = chat.status();
        let position = chat.log_position();
        let has_worker = RwSignal::new(false);
        Self {
            chat,
            status,
            position,
            has_worker,
            cached: StoredValue::new(None),
            is_scheduled: StoredValue::new(false),
        }
    }

    /// Registers the service worker, which caches pages from then on.
    fn register_worker(self) {
        let chat = self.chat;
        service_worker::register(move |path| chat.go_to_path(&path));
        if service_worker::controls_page() {
            // The worker has served this page, and so has cached it.
            self.cached.set_value(self.shown());
        }
        self.cache_when_hidden();
        self.has_worker.set(true);
    }

    fn cache_when_hidden(self) {
        let _listening = window_event_listener_untyped("visibilitychange", move |_| {
            if document().hidden() {
                self.cache_now();
            }
        });
    }

    fn update(self) {
        self.status.track();
        self.position.track();
        let topic = self.chat.current().get();
        if !self.has_worker.get() {
            return;
        }
        let is_other =
            self.cached.with_value(|cached| cached.as_ref().is_none_or(|(cached, _)| *cached != topic));
        if is_other { self.cache_now() } else { self.cache_later() }
    }

    fn cache_later(self) {
        let has_more = self.cached.with_value(|cached| *cached != self.shown());
        if !has_more || self.is_scheduled.get_value() {
            return;
        }
        self.is_scheduled.set_value(true);
        set_timeout(
            move || {
                self.is_scheduled.set_value(false);
                // Messages that arrive while the tab is hidden were not read.
                if !document().hidden() {
                    self.cache_now();
                }
            },
            RECACHE_INTERVAL,
        );
    }

    fn cache_now(self) {
        let is_live = self.status.get_untracked() == ConnectionStatus::Live;
        // The worker fetches the page from the server.
        let shown = self.shown().filter(|_| is_live);
        if let Some((topic, _)) = &shown
            && self.cached.with_value(|cached| *cached != shown)
        {
            service_worker::cache_page(topic_address(topic));
            self.cached.set_value(shown);
        }
    }

    /// The topic that is shown, and up to which position it is loaded. The position includes the epoch, because equal
    /// `seq`s of different epochs are different places.
    fn shown(self) -> Option<(TopicName, Position)> {
        Some((self.chat.topic(), self.position.get_untracked()?))
    }
}
