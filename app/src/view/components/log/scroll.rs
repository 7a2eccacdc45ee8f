//! Tracks and keeps the scroll position of the log.

use leptos::{html, prelude::*, web_sys::Element};

use crate::{
    browser::visibility,
    chat::{Chat, ReadingPosition},
    erased::effect_with_previous,
    protocol::TopicName,
};

/// Distances up to this count as being at the end, in CSS pixels.
const NEAR_END_PX: i32 = 48;
/// While the reader is at the end, the oldest rows beyond this number are dropped.
const MAX_ROWS: usize = 2_000;

/// The scroll state of the log while one topic is shown.
#[derive(Clone, Copy)]
pub(super) struct Scroll {
    chat: Chat,
    /// The scrolling element.
    pub(super) element: NodeRef<html::Div>,
    /// Whether the reader is at the end and follows new rows.
    pub(super) at_end: RwSignal<bool>,
    /// Whether messages have arrived below the view.
    pub(super) unseen: RwSignal<bool>,
    /// The last scroll position. Only scrolling up leaves the end; new rows below do not.
    last_top: StoredValue<i32>,
    /// Whether scrolling to the end is scheduled.
    is_scroll_scheduled: StoredValue<bool>,
    /// The distance that the reader had scrolled up before the page was live, in CSS pixels.
    scrolled_up: StoredValue<Option<i32>>,
    /// Whether growing content keeps the end in view. Unset as soon as the reader scrolls up, even while they are near
    /// the end.
    pinned: StoredValue<bool>,
}

impl Scroll {
    pub(super) fn new(chat: Chat, at_end: bool) -> Self {
        Self {
            chat,
            element: NodeRef::new(),
            at_end: RwSignal::new(at_end),
            unseen: RwSignal::new(false),
            last_top: StoredValue::new(0),
            is_scroll_scheduled: StoredValue::new(false),
            scrolled_up: StoredValue::new(None),
            pinned: StoredValue::new(at_end),
        }
    }

    /// Takes over the scroll position at hydration: scrolling up before the page is live keeps the position. Until then
    /// the style sheet reverses the log, so positions count upwards from the end.
    pub(super) fn hydrated(self, element: &Element) {
        let up = -element.scroll_top();
        if up > NEAR_END_PX {
            self.scrolled_up.set_value(Some(up));
            self.leave_end();
        }
    }

    /// Scrolls to the newest message.
    pub(super) fn scroll_to_newest(self) {
        self.chat.keep_newest();
        self.reached_end();
        self.schedule_scroll_to_end();
    }

    /// Handles a scroll event, from the reader or from a change of layout. An unmounted log may still receive one.
    pub(super) fn scrolled(self, topic: TopicName) {
        let Some(element) = self.element.try_get_untracked().flatten() else { return };
        // At position 0 browsers do not keep the position when older messages are inserted above.
        if element.scroll_top() == 0 {
            element.set_scroll_top(1);
        }
        let top = element.scroll_top();
        let goes_up = top < self.last_top.get_value();
        self.last_top.set_value(top);
        let below = below(&element);
        self.pinned.set_value(below <= 1 || (self.pinned.get_value() && !goes_up));
        if below <= NEAR_END_PX && self.chat.is_complete() {
            self.reached_end();
        } else if goes_up {
            self.at_end.set(false);
        }
        self.chat.save_reading_position(
            topic,
            if self.at_end.get_untracked() { ReadingPosition::AtEnd } else { ReadingPosition::At(top) },
        );
    }

    /// Restores the position `start`; from then on stays at the end while the reader is there or has published, and
    /// otherwise sets [`unseen`](Self::unseen) when messages arrive.
    pub(super) fn follow(self, start: Option<ReadingPosition>) {
        let arrived = self.chat.arrived();
        let written = self.chat.published_count();
        effect_with_previous(move |before: Option<(u64, u64)>| {
            let now = (arrived.get(), written.get());
            let wrote = before.is_some_and(|before| now.1 > before.1);
            if let Some(up) = self.scrolled_up.try_update_value(Option::take).flatten() {
                self.scroll_to_above_end(up);
            }
            match start {
                Some(ReadingPosition::At(top)) if before.is_none() => {
                    request_animation_frame(move || self.scroll_to(top));
                }
                _ if self.at_end.get_untracked() || wrote => self.stay_at_end(),
                _ if before.is_some_and(|before| now.0 > before.0) => self.unseen.set(true),
                _ => {}
            }
            now
        });
        // Rows can grow, and a phone's keyboard can shrink the log. At the end, the newest row stays in view.
        visibility::watch_size(self.element, move || {
            if self.at_end.try_get_untracked() == Some(true) && self.pinned.try_get_value() == Some(true) {
                self.scroll_to_end();
            }
        });
    }

    /// Stops following the end.
    pub(super) fn leave_end(self) {
        self.at_end.set(false);
        self.pinned.set_value(false);
    }

    /// Scrolls an element to the top of the view. If the end is in view then, the reader stays at the end.
    pub(super) fn show(self, element: &Element) {
        self.leave_end();
        element.scroll_into_view();
        if let Some(log) = self.element.try_get_untracked().flatten() {
            self.last_top.set_value(log.scroll_top());
            if below(&log) <= NEAR_END_PX && self.chat.is_complete() {
                self.reached_end();
                self.pinned.set_value(true);
            }
        }
    }

    fn stay_at_end(self) {
        self.at_end.set(true);
        self.chat.keep_newest();
        if self.chat.trim(MAX_ROWS) {
            self.last_top.set_value(0);
        }
        self.schedule_scroll_to_end();
    }

    fn reached_end(self) {
        self.at_end.set(true);
        self.unseen.set(false);
    }

    fn scroll_to(self, top: i32) {
        if let Some(element) = self.element.try_get_untracked().flatten() {
            element.set_scroll_top(top);
        }
    }

    fn scroll_to_above_end(self, up: i32) {
        if let Some(element) = self.element.try_get_untracked().flatten() {
            self.scroll_to(element.scroll_height() - element.client_height() - up);
        }
    }

    /// Schedules one scroll to the end. In a hidden tab it runs when the tab is shown again.
    fn schedule_scroll_to_end(self) {
        if !self.is_scroll_scheduled.get_value() {
            self.is_scroll_scheduled.set_value(true);
            request_animation_frame(move || {
                self.is_scroll_scheduled.try_set_value(false);
                self.scroll_to_end();
            });
        }
    }

    fn scroll_to_end(self) {
        if let Some(element) = self.element.try_get_untracked().flatten() {
            element.set_scroll_top(element.scroll_height());
            self.last_top.set_value(element.scroll_top());
            self.pinned.set_value(true);
        }
    }
}

/// The height of the log below the view, in CSS pixels.
fn below(log: &Element) -> i32 {
    log.scroll_height() - log.client_height() - log.scroll_top()
}
