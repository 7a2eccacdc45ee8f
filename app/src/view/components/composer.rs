use leptos::prelude::*;

use super::{
    Alert, Field,
    composer_state::ComposerState,
    icon::{SEND, icon},
    lazy::{empty, lazy},
    name_row::{NameButton, NameRow},
    own_name::OwnName,
    unsent_text::{restore_withdrawn_text, save_text_on_leave, switch_text_with_topic},
};
use crate::{
    browser::{base_path::topic_address, focus::FIELD_ID},
    chat::Chat,
    erased::{Erase, reactive, when},
    i18n::{fill, language},
    page_data::TopicPage,
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
    let composer = ComposerState::new(chat, own_name);
    let ComposerState { form, message, problem, completion, .. } = composer;
    restore_withdrawn_text(chat, message);
    switch_text_with_topic(chat, message, problem);
    save_text_on_leave(chat, message);
    view! {
        <form
            class="composer"
            method="post"
            action=reactive(move || topic_address(&current.get()))
            data-name=reactive(move || own_name.state())
            node_ref=form
            on:submit=move |event| composer.submit(&event)
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
                    on:keydown=move |event| composer.on_key(&event)
                    on:input=move |_| composer.typed()
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
