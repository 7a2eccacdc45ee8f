use leptos::prelude::*;

use super::quote::excerpt;
use crate::{
    browser::focus::focus_composer,
    chat::Chat,
    erased::{Erase, ErasedView, reactive},
    i18n::{fill, language},
};

/// Shows the message that the composer replies to.
pub(super) fn preview() -> ErasedView {
    let texts = language().composer();
    let chat = Chat::from_context();
    let replying_to = chat.replying_to();
    let author = move || replying_to.get().map(|event| fill(texts.replying_to, event.author.name.as_str()));
    let excerpt_text = move || replying_to.get().map(|event| excerpt(&event, ""));
    let stop = move |_| {
        chat.set_reply_to(None);
        focus_composer();
    };
    view! {
        <p class="answering" role="status">
            <span class="whose">{reactive(author)}</span>
            <span class="said" dir="auto">
                {reactive(excerpt_text)}
            </span>
            <button type="button" class="quiet" aria-label=texts.cancel_reply on:click=stop>
                "✕"
            </button>
        </p>
    }
    .erased()
}
