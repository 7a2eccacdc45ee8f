use leptos::{
    ev::{Event, KeyboardEvent, MouseEvent},
    html,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlDialogElement},
};

use crate::{
    browser::shortcuts::is_composing,
    erased::{Erase, ErasedView, effect},
    i18n::language,
};

/// A modal dialog, shown while `open` is set. Escape, its button and a click outside close it. The browser restores the
/// focus. `id` is the id of its heading.
pub(super) fn dialog(
    open: RwSignal<bool>,
    id: &'static str,
    title: &'static str,
    content: ErasedView,
) -> ErasedView {
    view! { <Modal open id title content/> }.erased()
}

/// Shows a dialog once its element is mounted.
pub(super) fn show(dialog: NodeRef<html::Dialog>) {
    effect(move || {
        if let Some(dialog) = dialog.get() {
            // The element may not be in the document yet, and only then can be shown.
            request_animation_frame(move || drop(dialog.show_modal()));
        }
    });
}

/// Closes a dialog if it is mounted. The browser itself reports this only in its next frame, and until then the dialog would
/// count as open: opening it again would do nothing.
pub(super) fn close(dialog: NodeRef<html::Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        close_element(&dialog);
    }
}

/// Closes the dialog that an element is in.
pub(super) fn close_around(element: &Element) {
    let around = element.closest("dialog").ok().flatten();
    if let Some(dialog) = around.and_then(|around| around.dyn_into::<HtmlDialogElement>().ok()) {
        close_element(&dialog);
    }
}

fn close_element(dialog: &HtmlDialogElement) {
    dialog.close();
    if let Ok(closed) = Event::new("close") {
        let _ = dialog.dispatch_event(&closed);
    }
}

/// Returns the handler of a dialog's close event. It ignores the browser's own event after [`close`], by which time the dialog
/// may be open again, with new elements.
pub(super) fn on_close(closed: impl Fn() + 'static) -> impl Fn(Event) + 'static {
    move |event| {
        let dialog = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if dialog.is_some_and(|dialog| dialog.is_connected()) {
            closed();
        }
    }
}

#[component]
fn Modal(open: RwSignal<bool>, id: &'static str, title: &'static str, content: ErasedView) -> impl IntoView {
    let close_label = language().settings().close;
    let dialog = NodeRef::<html::Dialog>::new();
    show(dialog);
    // The content covers the whole dialog, so a click on the dialog itself is one on the backdrop.
    let pressed = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.tag_name().eq_ignore_ascii_case("dialog")) {
            close(dialog);
        }
    };
    // Handled here because in a search field the browser would use the first Escape to clear the field.
    let key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !is_composing(&event) {
            event.prevent_default();
            close(dialog);
        }
    };
    view! {
        <dialog
            class="dialog"
            aria-labelledby=id
            node_ref=dialog
            on:close=on_close(move || open.set(false))
            on:click=pressed
            on:keydown=key
        >
            <div class="content">
                <h2 id=id>{title}</h2>
                {content}
                <button type="button" class="quiet close" aria-label=close_label on:click=move |_| close(dialog)>
                    "✕"
                </button>
            </div>
        </dialog>
    }
    .erased()
}
