use leptos::prelude::*;

use crate::{
    chat::Chat,
    erased::{Erase, ErasedView, reactive},
    i18n::language,
};

/// A bar above the log while unread messages are above the view. `to_first` is set to scroll to the first of them.
pub(super) fn bar(to_first: RwSignal<bool>) -> ErasedView {
    let texts = language().log();
    let topic_texts = language().topic();
    let chat = Chat::from_context();
    let unread = chat.unread();
    let text = move || {
        let (messages, mentions) = unread.get();
        let mentions = (mentions > 0).then(|| topic_texts.mentions.format(language(), mentions));
        let counts = [Some(topic_texts.unread.format(language(), messages)), mentions];
        counts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    view! {
        <div class="unread-bar" role="group" aria-label=texts.unread_above>
            <span>{reactive(text)}</span>
            <button type="button" on:click=move |_| to_first.set(true)>
                {texts.jump_to_first}
            </button>
            <button type="button" class="quiet" on:click=move |_| chat.mark_as_read()>
                {texts.mark_as_read}
            </button>
        </div>
    }
    .erased()
}
