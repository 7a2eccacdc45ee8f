//! Marks messages as read that were in view for a second while the page was active.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    scroll::Scroll,
    view_samples::{SAMPLE_INTERVAL_MS, View, ViewSamples},
};
use crate::{
    browser::visibility,
    chat::Chat,
    erased::{Derived, effect},
    model::timeline::FirstUnread,
};

/// Samples the view while something is unread.
#[derive(Clone, Copy)]
struct ReadTracker {
    chat: Chat,
    scroll: Scroll,
    first_unread: Derived<Option<FirstUnread>>,
    samples: StoredValue<ViewSamples>,
    is_scheduled: StoredValue<bool>,
    is_below_unread: RwSignal<bool>,
}

/// Starts to mark messages as read. Returns whether the first unread message is above the view.
pub(super) fn mark_viewed_messages(chat: Chat, scroll: Scroll) -> RwSignal<bool> {
    let tracker = ReadTracker {
        chat,
        scroll,
        first_unread: chat.first_unread(),
        samples: StoredValue::default(),
        is_scheduled: StoredValue::new(false),
        is_below_unread: RwSignal::new(false),
    };
    effect(move || match tracker.first_unread.get() {
        Some(_) => tracker.start(),
        None => tracker.is_below_unread.set(false),
    });
    let listening = window_event_listener(leptos::ev::focus, move |_| {
        chat.returned();
        tracker.start();
    });
    on_cleanup(move || listening.remove());
    tracker.is_below_unread
}

impl ReadTracker {
    /// Samples at once, unless sampling is running: what is in view now may soon be gone.
    fn start(self) {
        if self.is_scheduled.try_get_value() == Some(false) {
            self.samples.set_value(ViewSamples::default());
            self.sample();
        }
    }

    fn sample_later(self) {
        if self.is_scheduled.try_get_value() == Some(false) {
            self.is_scheduled.set_value(true);
            set_timeout(move || self.sample(), Duration::from_millis(SAMPLE_INTERVAL_MS));
        }
    }

    /// Takes a sample, and schedules the next one while the page is active and something is unread. The log may be gone
    /// by now.
    fn sample(self) {
        let Some(at_end) = self.scroll.at_end.try_get_untracked() else { return };
        self.is_scheduled.set_value(false);
        let is_active = visibility::is_page_active();
        let log = self.scroll.element.get_untracked().filter(|_| is_active);
        let now = log.and_then(|log| visibility::messages_in_view(&log)).map(|(first, last)| View {
            first,
            last,
            at_end,
        });
        if let Some((first, last)) = self.samples.try_update_value(|samples| samples.sample(now)).flatten() {
            self.chat.mark_viewed(first, last);
        }
        let unread = self.first_unread.get_untracked();
        if let Some(now) = now {
            self.is_below_unread.set(unread.is_some_and(|unread| is_above(unread, now)));
        }
        if is_active && unread.is_some() {
            self.sample_later();
        }
    }
}

fn is_above(unread: FirstUnread, view: View) -> bool {
    match unread {
        FirstUnread::Loaded(seq) => seq < view.first,
        FirstUnread::NotLoaded => true,
    }
}
