//! The lazily loaded dialogs with a field.

use leptos::prelude::*;

use super::{
    field_dialog::FieldDialog,
    lazy::{LazyParts, PartsLoader, lazy},
};
use crate::{
    browser::shortcuts::capture_keys,
    erased::{ErasedView, effect, when},
};

/// Renders the dialog while it is open, and `placeholder` until it is loaded. To be called once for the page, since it holds the keys
/// for a dialog that is opening.
pub(super) fn lazy_dialog(
    dialog: FieldDialog,
    render: impl Fn(LazyParts) -> ErasedView + Copy + Send + 'static,
    placeholder: fn(FieldDialog) -> ErasedView,
) -> ErasedView {
    hold_keys(dialog);
    when(move || dialog.open.get(), move || lazy(render, move || placeholder(dialog)))
}

fn hold_keys(dialog: FieldDialog) {
    let loader = expect_context::<PartsLoader>();
    effect(move || capture_keys(move |event| dialog.hold(event)));
    // Not for a dialog that will not come.
    effect(move || {
        if loader.has_failed() {
            dialog.hide();
        }
    });
}
