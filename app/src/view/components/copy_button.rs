use leptos::{html, prelude::*, task::spawn_local};

use super::icon::icon;
use crate::{
    browser::clipboard,
    erased::{Erase, ErasedView, effect, reactive},
    i18n::language,
};

/// The text that the browser refused to copy last.
pub(super) type RefusedCopy = RwSignal<Option<String>>;

/// An item of a menu that copies a text.
#[component]
pub(super) fn CopyButton(
    label: &'static str,
    text: impl Fn() -> String + Send + Sync + 'static,
    refused: RefusedCopy,
    /// The path of its icon.
    #[prop(optional)]
    path: Option<&'static str>,
) -> impl IntoView {
    let texts = language().actions();
    let is_copied = RwSignal::new(false);
    let copy = move |_| {
        let text = text();
        // The menu may be gone by then, hence `try_set`.
        spawn_local(async move {
            let copied = clipboard::copy(text).await;
            is_copied.try_set(copied.is_ok());
            refused.try_set(copied.err());
        });
    };
    view! {
        <button type="button" role="menuitem" on:click=copy>
            {path.map(icon)}
            {reactive(move || if is_copied.get() { texts.copied } else { label })}
        </button>
    }
    .erased()
}

/// The refused text, below the menu: a menu may have items only.
pub(super) fn refused_text(refused: RefusedCopy) -> ErasedView {
    reactive(move || refused.get().map(|text| view! { <RefusedText text/> }.erased())).erased()
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
