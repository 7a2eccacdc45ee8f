//! The text in the message field: kept when the topic changes or the page is left, restored when a draft is withdrawn, and removed once
//! it is stored as a draft.

use leptos::{
    html, leptos_dom::helpers::window_event_listener_untyped, prelude::*, web_sys::HtmlTextAreaElement,
};

use crate::{
    chat::{Chat, WriteError},
    erased::{effect, effect_with_previous},
    protocol::TopicName,
};

/// Puts the text of a withdrawn draft into the field.
pub(super) fn restore_withdrawn_text(chat: Chat, field: NodeRef<html::Textarea>) {
    effect(move || {
        let (Some(text), Some(field)) = (chat.restored_text().get(), field.get_untracked()) else { return };
        chat.restored_text().set(None);
        // Keeps the text that is in the field already.
        field.set_value([text, field.value()].join("\n").trim_end());
        let _ = field.focus();
    });
}

/// Each topic has its own unsent text: shows the text of the topic that is shown.
pub(super) fn switch_text_with_topic(
    chat: Chat,
    field: NodeRef<html::Textarea>,
    problem: RwSignal<Option<WriteError>>,
) {
    let current = chat.current();
    effect_with_previous(move |before: Option<TopicName>| {
        let now = current.get();
        let Some(element) = field.get_untracked() else { return now };
        match before {
            // A text that was typed before hydration stays.
            None if element.value().is_empty() => element.set_value(&chat.composer_text(&now)),
            Some(before) if before != now => {
                save_text(chat, field, &before);
                element.set_value(&chat.composer_text(&now));
                problem.set(None);
                let _ = element.focus();
            }
            _ => {}
        }
        now
    });
}

/// Saves the text once more when the page is left, which catches changes of the field without an `input` event.
pub(super) fn save_text_on_leave(chat: Chat, field: NodeRef<html::Textarea>) {
    effect(move || {
        let listening =
            window_event_listener_untyped("pagehide", move |_| save_text(chat, field, &chat.topic()));
        on_cleanup(move || listening.remove());
    });
}

pub(super) fn save_text(chat: Chat, field: NodeRef<html::Textarea>, topic: &TopicName) {
    if let Some(field) = field.try_get_untracked().flatten() {
        chat.save_composer_text(topic, field.value());
    }
}

/// Returns a callback that empties the field once its text is stored. Another topic may be shown by then.
pub(super) fn clear_when_stored(
    chat: Chat,
    field: HtmlTextAreaElement,
    storing: StoredValue<bool>,
) -> impl FnOnce() + 'static {
    let topic = chat.topic();
    move || {
        storing.try_set_value(false);
        field.set_read_only(false);
        chat.save_composer_text(&topic, String::new());
        if chat.topic() == topic {
            field.set_value("");
        }
    }
}
