//! Where the reader of the log is, and what keeps them there.

use leptos::{html, prelude::*, web_sys::Element};

use crate::{
    browser::visibility,
    chat::{Chat, ReadingPosition},
    erased::effect_with_previous,
    protocol::TopicName,
};

/// How near to the end still counts as at the end, in CSS pixels.
const NEAR_END: i32 = 48;
/// More rows than this are let go from the top while the reader is at the end.
const MAX_ROWS: usize = 2_000;

/// The reader's place in the log, for as long as one topic is shown.
#[derive(Clone, Copy)]
pub(super) struct Scroll {
    chat: Chat,
    /// What scrolls.
    pub(super) element: NodeRef<html::Div>,
    /// Whether the reader sees the newest row, and stays with it.
    pub(super) at_end: RwSignal<bool>,
    /// Whether something came below what the reader sees.
    pub(super) unseen: RwSignal<bool>,
    /// Where the reader was last: only who goes up from there leaves the end, not whoever is overtaken by new rows.
    last_top: StoredValue<i32>,
    /// On the way to the end.
    is_going: StoredValue<bool>,
    /// How far above the end the reader had gone before the page was live, in CSS pixels.
    gone_up: StoredValue<Option<i32>>,
    /// Whether what grows keeps the end in view: not while the reader is on the way up from there, however near still.
    pinned: StoredValue<bool>,
}

impl Scroll {
    /// The reader begins at the end or elsewhere.
    pub(super) fn new(chat: Chat, at_end: bool) -> Self {
        Self {
            chat,
            element: NodeRef::new(),
            at_end: RwSignal::new(at_end),
            unseen: RwSignal::new(false),
            last_top: StoredValue::new(0),
            is_going: StoredValue::new(false),
            gone_up: StoredValue::new(None),
            pinned: StoredValue::new(at_end),
        }
    }

    /// The log is taken over. Until the page is live its style sheet counts from the end, upwards.
    pub(super) fn hydrated(self, element: &Element) {
        let up = -element.scroll_top();
        if up > NEAR_END {
            self.gone_up.set_value(Some(up));
            self.leave_end();
        }
    }

    /// Goes to the newest message.
    pub(super) fn to_newest(self) {
        self.chat.keep_newest();
        self.arrived();
        self.to_end_soon();
    }

    /// The reader has scrolled, or the log under them. What is gone may do so once more.
    pub(super) fn scrolled(self, topic: TopicName) {
        let Some(element) = self.element.try_get_untracked().flatten() else { return };
        // At the very top a browser would not keep the place when older messages come.
        if element.scroll_top() == 0 {
            element.set_scroll_top(1);
        }
        let top = element.scroll_top();
        let goes_up = top < self.last_top.get_value();
        self.last_top.set_value(top);
        let below = below(&element);
        self.pinned.set_value(below <= 1 || (self.pinned.get_value() && !goes_up));
        if below <= NEAR_END && self.chat.is_complete() {
            self.arrived();
        } else if goes_up {
            self.at_end.set(false);
        }
        self.chat.save_reading_position(
            topic,
            if self.at_end.get_untracked() { ReadingPosition::AtEnd } else { ReadingPosition::At(top) },
        );
    }

    /// From now on the reader finds the place where they were, stays at the end while they are there or after they have
    /// written, and hears otherwise that there is something new.
    pub(super) fn follow(self, start: Option<ReadingPosition>) {
        let arrived = self.chat.arrived();
        let written = self.chat.published_count();
        effect_with_previous(move |before: Option<(u64, u64)>| {
            let now = (arrived.get(), written.get());
            let wrote = before.is_some_and(|before| now.1 > before.1);
            if let Some(up) = self.gone_up.try_update_value(Option::take).flatten() {
                self.to_above_end(up);
            }
            match start {
                Some(ReadingPosition::At(top)) if before.is_none() => {
                    request_animation_frame(move || self.to(top));
                }
                _ if self.at_end.get_untracked() || wrote => self.stay_at_end(),
                _ if before.is_some_and(|before| now.0 > before.0) => self.unseen.set(true),
                _ => {}
            }
            now
        });
        // Whatever grows, and however small a phone's keyboard makes the log: at the end, the newest row stays in view.
        visibility::watch_size(self.element, move || {
            if self.at_end.try_get_untracked() == Some(true) && self.pinned.try_get_value() == Some(true) {
                self.to_end();
            }
        });
    }

    /// The reader is taken elsewhere.
    pub(super) fn leave_end(self) {
        self.at_end.set(false);
        self.pinned.set_value(false);
    }

    /// Shows an element at the top of what is seen. Who sees the end as well stays with it.
    pub(super) fn show(self, element: &Element) {
        self.leave_end();
        element.scroll_into_view();
        if let Some(log) = self.element.try_get_untracked().flatten() {
            self.last_top.set_value(log.scroll_top());
            if below(&log) <= NEAR_END && self.chat.is_complete() {
                self.arrived();
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
        self.to_end_soon();
    }

    fn arrived(self) {
        self.at_end.set(true);
        self.unseen.set(false);
    }

    fn to(self, top: i32) {
        if let Some(element) = self.element.try_get_untracked().flatten() {
            element.set_scroll_top(top);
        }
    }

    fn to_above_end(self, up: i32) {
        if let Some(element) = self.element.try_get_untracked().flatten() {
            self.to(element.scroll_height() - element.client_height() - up);
        }
    }

    /// Where nobody looks that is when somebody does, once.
    fn to_end_soon(self) {
        if !self.is_going.get_value() {
            self.is_going.set_value(true);
            request_animation_frame(move || {
                self.is_going.try_set_value(false);
                self.to_end();
            });
        }
    }

    fn to_end(self) {
        if let Some(element) = self.element.try_get_untracked().flatten() {
            element.set_scroll_top(element.scroll_height());
            self.last_top.set_value(element.scroll_top());
            self.pinned.set_value(true);
        }
    }
}

/// How much of the log is below what is seen, in CSS pixels.
fn below(log: &Element) -> i32 {
    log.scroll_height() - log.client_height() - log.scroll_top()
}
