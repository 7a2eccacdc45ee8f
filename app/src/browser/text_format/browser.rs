//! The browser's side: the text changes as if it were typed, so that it can be undone.

use js_sys::{Array, Function, Reflect};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlTextAreaElement;

use super::{Format, Replacement};

/// Formats the selected text, or removes the marks around it. Without a selection the caret is between the marks then.
pub(crate) fn toggle(field: &HtmlTextAreaElement, format: Format) {
    let text: Vec<u16> = field.value().encode_utf16().collect();
    let selection =
        |end: Result<Option<u32>, JsValue>| end.ok().flatten().map_or(text.len(), |end| end as usize);
    let end = selection(field.selection_end()).min(text.len());
    let start = selection(field.selection_start()).min(end);
    let Replacement { from, to, with, selected } = format.toggled(&text, start, end);
    let select = |from: usize, to: usize| drop(field.set_selection_range(from as u32, to as u32));
    select(from, to);
    insert(&with);
    select(selected.0, selected.1);
}

/// Replaces the selection of the focused field. The only way that a browser can undo is this old command.
fn insert(text: &str) {
    let document = document();
    let command = Reflect::get(&document, &"execCommand".into()).ok();
    let name = if text.is_empty() { "delete" } else { "insertText" };
    let arguments = Array::of3(&name.into(), &JsValue::FALSE, &text.into());
    if let Some(command) = command.and_then(|command| command.dyn_into::<Function>().ok()) {
        let _ = command.apply(&document, &arguments);
    }
}
