use leptos::{html, prelude::*, task::spawn_local};

use super::icon::icon;
use crate::{
    browser::clipboard,
    erased::{Erase, effect, reactive},
    i18n::language,
};

/// An item of a menu that copies a text.
#[component]
pub(super) fn CopyButton(
    label: &'static str,
    text: impl Fn() -> String + Send + Sync + 'static,
    /// The path of its icon.
    #[prop(optional)]
    path: Option<&'static str>,
) -> impl IntoView {
    let texts = language().actions();
    let copied = RwSignal::new(None::<Result<(), String>>);
    let copy = move |_| {
        let text = text();
        // The menu may be gone by then, hence `try_set`.
        spawn_local(async move {
            copied.try_set(Some(clipboard::copy(text).await));
        });
    };
    let is_copied = move || copied.with(|copied| *copied == Some(Ok(())));
    let refused = move || copied.with(|copied| copied.clone().and_then(Result::err));
    view! {
        <button type="button" role="menuitem" on:click=copy>
            {path.map(icon)}
            {reactive(move || if is_copied() { texts.copied } else { label })}
        </button>
        {reactive(move || refused().map(|text| view! { <RefusedText text/> }.erased()))}
    }
    .erased()
}

/// A text that the browser refused to copy, selected for copying by hand.
#[component]
fn RefusedText(text: String) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    effect(move || {
        if let Some(field) = field.get() {
            request_animation_frame(move || {
                let _ = field.focus();
                field.select();
            });
        }
    });
    let label = language().actions().copy_by_hand;
    view! { <input class="address" readonly dir="auto" aria-label=label title=label value=text node_ref=field/> }.erased()
}
