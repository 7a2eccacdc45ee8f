//! What the reader looks for, and what they have read.

use std::time::Duration;

use leptos::{prelude::*, wasm_bindgen::JsCast};

use super::scroll::Scroll;
use crate::{
    chat::Chat,
    drawn::{Derived, effect},
    near,
    timeline::RowKey,
};

/// What is seen for so long was read, and is told no more often.
const READ_AFTER: Duration = Duration::from_secs(1);

/// Shows the message that is looked for once it is here, each time that somebody goes to it.
pub(super) fn show_what_is_looked_for(chat: Chat, scroll: Scroll, keys: Derived<Vec<RowKey>>) {
    let (looked_for, known, visits) = (chat.target(), chat.is_known(), chat.visits());
    let found = StoredValue::new(None);
    effect(move || {
        let visit = (looked_for.get(), visits.get());
        keys.track();
        match visit.0 {
            _ if found.get_value() == Some(visit) => {}
            Some(seq) if chat.has_message(seq) => {
                found.set_value(Some(visit));
                scroll.leave_end();
                request_animation_frame(move || show_message(seq));
            }
            Some(seq) if known.get() => chat.load_around(seq),
            _ => {}
        }
    });
}

/// Who sees the end has read all of it. Told once in a while, however fast the topic is.
pub(super) fn tell_what_was_read(chat: Chat, scroll: Scroll) {
    let (position, telling) = (chat.position(), StoredValue::new(false));
    let tell = move || {
        telling.try_set_value(false);
        if scroll.at_end.try_get_untracked() == Some(true) && near::is_seen() {
            chat.read_all();
        }
    };
    let tell_soon = move || {
        if telling.try_get_value() == Some(false) {
            telling.set_value(true);
            set_timeout(tell, READ_AFTER);
        }
    };
    effect(move || {
        position.track();
        scroll.at_end.track();
        tell_soon();
    });
    let listening = window_event_listener(leptos::ev::focus, move |_| tell_soon());
    on_cleanup(move || listening.remove());
}

fn show_message(seq: u64) {
    if let Some(element) = document().get_element_by_id(&format!("m{seq}")) {
        let _ = element.set_attribute("tabindex", "-1");
        if let Some(element) = element.dyn_ref::<leptos::web_sys::HtmlElement>() {
            let _ = element.focus();
        }
        element.scroll_into_view();
    }
}
