//! Scrolls to the message that the address names, and to the first unread one.

use std::time::Duration;

use leptos::{prelude::*, web_sys::Element};

use super::scroll::Scroll;
use crate::{
    browser::focus,
    chat::Chat,
    erased::{Derived, effect},
    model::timeline::{FirstUnread, RowKey},
};

/// The longest time that rendering a part of the history takes, on a slow phone.
const MAX_RENDER_TIME: Duration = Duration::from_millis(250);

/// Scrolls to the message that the address names once it is loaded, at each navigation to it.
pub(super) fn scroll_to_target(chat: Chat, scroll: Scroll, keys: Derived<Vec<RowKey>>) {
    let target = chat.target();
    let is_known = chat.is_known();
    let navigations = chat.navigations();
    let found = StoredValue::new(None);
    effect(move || {
        let navigation = (target.get(), navigations.get());
        keys.track();
        match navigation.0 {
            _ if found.get_value() == Some(navigation) => {}
            Some(seq) if chat.has_message(seq) => {
                found.set_value(Some(navigation));
                scroll.leave_end();
                request_animation_frame(move || show_message(seq));
            }
            Some(seq) if is_known.get() => chat.load_around(seq),
            _ => {}
        }
    });
}

/// Whether a part of the history is being loaded or rendered.
pub(super) fn is_history_busy(chat: Chat) -> RwSignal<bool> {
    let is_loading = chat.is_loading_history();
    let busy = RwSignal::new(false);
    let is_still_loading = StoredValue::new(false);
    // By then its rows are in the document. The log may be gone, or another part be loading.
    let finish = move || {
        if is_still_loading.try_get_value() == Some(false) {
            busy.set(false);
        }
    };
    effect(move || {
        is_still_loading.set_value(is_loading.get());
        match is_loading.get_untracked() {
            true => busy.set(true),
            false if busy.get_untracked() => set_timeout(finish, MAX_RENDER_TIME),
            false => {}
        }
    });
    busy
}

/// Scrolls to the first unread message, when the topic is opened and on request. Returns the signal to request it.
pub(super) fn scroll_to_first_unread(
    chat: Chat,
    scroll: Scroll,
    keys: Derived<Vec<RowKey>>,
) -> RwSignal<bool> {
    let first = chat.first_unread();
    let is_known = chat.is_known();
    let is_requested = RwSignal::new(false);
    effect(move || {
        keys.track();
        match first.get() {
            _ if !is_requested.get() || !is_known.get() => {}
            Some(FirstUnread::NotLoaded) => chat.load_first_unread(),
            Some(FirstUnread::Loaded(seq)) => {
                is_requested.set(false);
                request_animation_frame(move || {
                    if let Some(element) = row_or_divider(seq) {
                        scroll.show(&element);
                    }
                });
            }
            None => is_requested.set(false),
        }
    });
    is_requested
}

fn show_message(seq: u64) {
    // Keyboards and screen readers continue from there.
    if let Some(row) = focus::focus_message(seq) {
        row.scroll_into_view();
    }
}

/// The message's row, or the divider above it.
fn row_or_divider(seq: u64) -> Option<Element> {
    let row = document().get_element_by_id(&format!("m{seq}"))?;
    let above = row.previous_element_sibling().filter(|above| above.has_attribute("data-fresh"));
    Some(above.unwrap_or(row))
}
