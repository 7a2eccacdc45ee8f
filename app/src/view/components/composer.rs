use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    html,
    leptos_dom::helpers::window_event_listener_untyped,
    prelude::*,
    web_sys::HtmlTextAreaElement,
};

use super::{
    Alert, Field,
    icon::{SEND, icon},
    lazy::{empty, lazy},
    lazy_completion::LazyCompletion,
    name_row::{NameButton, NameRow},
    own_name::OwnName,
};
use crate::{
    browser::{
        focus::FIELD_ID,
        shortcuts::{Shortcut, is_apple, is_composing},
        text_format,
    },
    chat::{Chat, WriteError},
    erased::{Erase, effect, effect_with_previous, reactive, when},
    i18n::{fill, language},
    page_data::TopicPage,
    protocol::{TextError, TopicName},
};

/// The form for a new message. A plain HTML form until the page is live, and without a script.
///
/// The fields are uncontrolled, so that text typed before hydration is kept.
#[component]
pub(crate) fn Composer(page: TopicPage, own_name: OwnName) -> impl IntoView {
    let language = language();
    let texts = language.composer();
    let chat = Chat::from_context();
    let current = chat.current();
    let title = chat.shown_title();
    let replying_to = chat.replying_to();
    let form = NodeRef::<html::Form>::new();
    let message = NodeRef::<html::Textarea>::new();
    let problem = RwSignal::new(None::<WriteError>);
    let completion = LazyCompletion::new(message);
    // Whether the last text is being stored. The field keeps it until then.
    let storing = StoredValue::new(false);

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(message) = message.get_untracked() else { return };
        if storing.get_value() {
            return;
        }
        completion.state.close();
        storing.set_value(true);
        let result = chat.publish(
            &own_name.value(),
            &message.value(),
            clear_when_stored(chat, message.clone(), storing),
        );
        if result.is_err() {
            storing.set_value(false);
        }
        // The field is read-only while its text is being stored.
        message.set_read_only(storing.get_value());
        problem.set(None);
        if let Err(WriteError::Name(why)) = result {
            return own_name.refuse(why);
        }
        let _ = message.focus();
        match result {
            Ok(()) => own_name.close(),
            Err(why) => problem.set(Some(why).filter(|why| *why != WriteError::Message(TextError::Blank))),
        }
    };
    restore_withdrawn_text(chat, message);
    switch_text_with_topic(chat, message, problem);
    save_text_on_leave(chat, message);
    let typed = move |_| {
        save_text(chat, message, &chat.topic());
        completion.update();
        chat.typing();
    };
    let key = move |event: KeyboardEvent| {
        if is_composing(&event) {
            return;
        }
        if completion.key(&event) {
            return event.prevent_default();
        }
        let (Some(form), Some(field)) = (form.get_untracked(), message.get_untracked()) else { return };
        let is_done = match Shortcut::in_field(&event) {
            Some(Shortcut::Send) => {
                let _ = form.request_submit();
                true
            }
            Some(Shortcut::EditLast) => field.value().is_empty() && chat.begin_edit_of_last(),
            // On a Mac these keys move the caret as well.
            Some(Shortcut::ReplyTo { forward }) => {
                (!is_apple() || field.value().is_empty()) && chat.step_reply(forward)
            }
            Some(Shortcut::Mark(format)) => {
                text_format::toggle(&field, format);
                true
            }
            _ => event.key() == "Escape" && chat.cancel_reply(),
        };
        if is_done {
            event.prevent_default();
        }
    };

    view! {
        <form
            class="composer"
            method="post"
            action=reactive(move || format!("/t/{}", current.get()))
            data-name=reactive(move || own_name.state())
            node_ref=form
            on:submit=submit
        >
            <input type="hidden" name="draft" value=page.draft.to_string()/>
            {when(move || replying_to.with(Option::is_some), move || lazy(|parts| (parts.reply_preview)(), empty))}
            <NameRow own_name/>
            <NameButton own_name/>
            <Field class="text" label=texts.message control=view! {
                <textarea
                    id=FIELD_ID
                    name="message"
                    rows="1"
                    placeholder=reactive(move || fill(texts.placeholder, &title.get()))
                    dir="auto"
                    enterkeyhint="send"
                    node_ref=message
                    aria-autocomplete="list"
                    aria-controls=reactive(move || completion.list_id())
                    aria-activedescendant=reactive(move || completion.state.active())
                    on:keydown=key
                    on:input=typed
                    on:focus=move |_| own_name.ask()
                    on:blur=move |_| completion.state.close()
                ></textarea>
            }.erased()/>
            {reactive(move || completion.list())}
            <button type="submit" class="write" aria-label=texts.write title=texts.write>{icon(SEND)}</button>
            <Alert text=move || problem.get().map(|why| why.localized(language))/>
        </form>
    }.erased()
}

/// Puts the text of a withdrawn draft into the field.
fn restore_withdrawn_text(chat: Chat, field: NodeRef<html::Textarea>) {
    effect(move || {
        let (Some(text), Some(field)) = (chat.restored_text().get(), field.get_untracked()) else { return };
        chat.restored_text().set(None);
        // Keeps the text that is in the field already.
        field.set_value([text, field.value()].join("\n").trim_end());
        let _ = field.focus();
    });
}

/// Each topic has its own unsent text: shows the text of the topic that is shown.
fn switch_text_with_topic(chat: Chat, field: NodeRef<html::Textarea>, problem: RwSignal<Option<WriteError>>) {
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
fn save_text_on_leave(chat: Chat, field: NodeRef<html::Textarea>) {
    effect(move || {
        let listening =
            window_event_listener_untyped("pagehide", move |_| save_text(chat, field, &chat.topic()));
        on_cleanup(move || listening.remove());
    });
}

fn save_text(chat: Chat, field: NodeRef<html::Textarea>, topic: &TopicName) {
    if let Some(field) = field.try_get_untracked().flatten() {
        chat.save_composer_text(topic, field.value());
    }
}

/// Returns a callback that empties the field once its text is stored. Another topic may be shown by then.
fn clear_when_stored(
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
