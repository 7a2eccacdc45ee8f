use leptos::prelude::*;

use super::notice_row::people;
use crate::{
    chat::Chat,
    erased::{Erase, reactive},
    i18n::language,
};

/// The people who are typing. Hidden from screen readers, which it would interrupt all the time.
#[component]
pub(crate) fn TypingIndicator() -> impl IntoView {
    let language = language();
    let texts = language.topic();
    let writers = Chat::from_context().typing_names();
    let text = move || {
        let names = writers.get();
        match names.len() {
            0 => String::new(),
            1 => texts.is_typing.replacen("{}", &people(language, &names), 1),
            _ => texts.are_typing.replacen("{}", &people(language, &names), 1),
        }
    };
    view! { <p class="writers" aria-hidden="true">{reactive(text)}</p> }.erased()
}
