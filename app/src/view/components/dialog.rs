use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    html,
    prelude::*,
    wasm_bindgen::JsCast,
};

use crate::{
    browser::shortcuts::is_composing,
    erased::{Erase, ErasedView, effect},
    i18n::language,
};

/// A dialog before the page, for as long as `open` is set. Escape, its button and a press beside it close it; the browser
/// gives the focus back to where it was. `id` is its heading's.
pub(super) fn dialog(
    open: RwSignal<bool>,
    id: &'static str,
    title: &'static str,
    content: ErasedView,
) -> ErasedView {
    view! { <Modal open id title content/> }.erased()
}

/// Shows a dialog once it is there.
pub(super) fn show(dialog: NodeRef<html::Dialog>) {
    effect(move || {
        if let Some(dialog) = dialog.get() {
            // Only what stands in the document can be shown.
            request_animation_frame(move || drop(dialog.show_modal()));
        }
    });
}

#[component]
fn Modal(open: RwSignal<bool>, id: &'static str, title: &'static str, content: ErasedView) -> impl IntoView {
    let close = language().settings().close;
    let dialog = NodeRef::<html::Dialog>::new();
    let shut = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    show(dialog);
    // All that is seen of the dialog is its content: a press on the dialog itself is one beside it.
    let pressed = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<leptos::web_sys::Element>().ok());
        if target.is_some_and(|target| target.tag_name().eq_ignore_ascii_case("dialog")) {
            shut();
        }
    };
    // In a search field, a browser would take the first press to empty it.
    let key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !is_composing(&event) {
            event.prevent_default();
            shut();
        }
    };
    view! {
        <dialog
            class="dialog"
            aria-labelledby=id
            node_ref=dialog
            on:close=move |_| open.set(false)
            on:click=pressed
            on:keydown=key
        >
            <div class="content">
                <h2 id=id>{title}</h2>
                {content}
                <button type="button" class="quiet close" aria-label=close on:click=move |_| shut()>
                    "✕"
                </button>
            </div>
        </dialog>
    }
    .erased()
}
