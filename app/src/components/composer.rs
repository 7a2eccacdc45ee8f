use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    html,
    prelude::*,
    wasm_bindgen::JsCast,
};

use crate::{
    chat::{Chat, Unwritten},
    page::TopicPage,
    protocol::{ANONYMOUS, Name, TextError},
};

/// The field's id in the document.
const FIELD: &str = "message";

/// Puts the cursor where one writes.
pub(super) fn focus_composer() {
    let field = document().get_element_by_id(FIELD);
    if let Some(field) = field.and_then(|field| field.dyn_into::<leptos::web_sys::HtmlElement>().ok()) {
        let _ = field.focus();
    }
}

/// Where people write. A plain form until the page is live, and without a script.
///
/// The fields keep their own text: what was typed before the page came to life stays.
#[component]
pub(crate) fn Composer(page: TopicPage) -> impl IntoView {
    let chat = Chat::here();
    let (form, name, message) =
        (NodeRef::<html::Form>::new(), NodeRef::<html::Input>::new(), NodeRef::<html::Textarea>::new());
    let problem = RwSignal::new(None::<Unwritten>);

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (Some(name), Some(message)) = (name.get_untracked(), message.get_untracked()) else { return };
        let written = chat.write(&name.value(), &message.value());
        if written.is_ok() {
            message.set_value("");
        }
        let _ = match written {
            Err(Unwritten::Name(_)) => name.focus(),
            _ => message.focus(),
        };
        problem.set(written.err().filter(|why| *why != Unwritten::Message(TextError::Blank)));
    };
    // Reactions go by the name that stands there, too.
    let renamed = move |_| {
        if let Some(name) = name.get_untracked() {
            chat.go_by(&name.value());
        }
    };
    Effect::new(move |_| {
        let (Some(text), Some(message)) = (chat.taken_back().get(), message.get_untracked()) else { return };
        chat.taken_back().set(None);
        // What stands there already is not lost either.
        message.set_value([text, message.value()].join("\n").trim_end());
        let _ = message.focus();
    });
    let key = move |event: KeyboardEvent| {
        let empty = message.get_untracked().is_some_and(|message| message.value().is_empty());
        if event.key() == "ArrowUp" && empty && chat.edit_last() {
            event.prevent_default();
        }
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            if let Some(form) = form.get_untracked() {
                let _ = form.request_submit();
            }
        }
    };

    view! {
        <form class="composer" method="post" action=format!("/t/{}", page.topic) node_ref=form on:submit=submit>
            <input type="hidden" name="draft" value=page.draft.to_string()/>
            <label class="name">
                <span>"Name"</span>
                <input
                    name="name"
                    value=page.name.as_input().to_owned()
                    placeholder=ANONYMOUS
                    maxlength=Name::MAX_CHARS.to_string()
                    autocomplete="nickname"
                    dir="auto"
                    node_ref=name
                    on:change=renamed
                />
            </label>
            <label class="text">
                <span>"Message"</span>
                <textarea
                    id=FIELD
                    name="message"
                    rows="1"
                    placeholder="Write a message"
                    dir="auto"
                    enterkeyhint="send"
                    node_ref=message
                    on:keydown=key
                ></textarea>
            </label>
            <button type="submit">"Write"</button>
            <Show when=move || problem.with(Option::is_some)>
                <p class="problem" role="alert">
                    {move || problem.get().map(|why| format!("Not sent. {why}."))}
                </p>
            </Show>
        </form>
    }
}
