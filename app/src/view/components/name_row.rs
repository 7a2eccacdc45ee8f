//! The row above the message field that asks for the person's own name, and the button that opens it.

use leptos::prelude::*;

use super::{
    Alert, Field,
    lazy::{PartsLoader, empty, lazy},
    own_name::{OwnName, is_known},
};
use crate::{
    browser::preferences::Preferences,
    erased::{Erase, ErasedView, effect, reactive, when},
    i18n::language,
    protocol::Name,
};

/// The button before the message field.
#[component]
pub(super) fn NameButton(own_name: OwnName) -> impl IntoView {
    view! {
        <button
            type="button"
            class="quiet own-name"
            aria-expanded=reactive(move || own_name.open.get().to_string())
            title=reactive(move || own_name.label())
            on:click=move |_| own_name.edit()
        >
            {own_name.badge()}
        </button>
    }
    .erased()
}

/// The row. Part of a plain form until the page is live, and without a script.
#[component]
pub(super) fn NameRow(own_name: OwnName) -> impl IntoView {
    let texts = language().composer();
    remember_decline(own_name);
    own_name.follow();
    view! {
        <div class="name">
            <Field label=texts.name control=view! {
                <input
                    name="name"
                    value=own_name.name.get_untracked().as_input().to_owned()
                    placeholder=texts.ask_name
                    maxlength=Name::MAX_CHARS.to_string()
                    autocomplete="nickname"
                    enterkeyhint="done"
                    dir="auto"
                    node_ref=own_name.field
                    on:keydown=move |event| own_name.on_key(&event)
                />
            }.erased()/>
            {when(move || own_name.open.get(), move || lazy(move |parts| (parts.name_answers)(own_name), empty))}
        </div>
    }.erased()
}

/// Stores that the person has declined, so that the page no longer asks.
fn remember_decline(own_name: OwnName) {
    let preferences = Preferences::from_context();
    let loader = expect_context::<PartsLoader>();
    effect(move || {
        if let (true, Some(parts)) = (own_name.is_declined.get(), loader.get()) {
            (parts.remember_answer)(preferences);
        }
    });
}

/// The buttons after the field, and the reason why a name is invalid.
pub(super) fn answers(own_name: OwnName) -> ErasedView {
    let language = language();
    let texts = language.composer();
    let decline = move || if is_known(&own_name.name.get()) { texts.cancel } else { texts.skip };
    view! {
        <button type="button" on:click=move |_| own_name.save()>{texts.save}</button>
        <button type="button" class="quiet" on:click=move |_| own_name.cancel()>{reactive(decline)}</button>
        <Alert text=move || own_name.problem.get().map(|problem| language.name_error(problem))/>
    }
    .erased()
}
