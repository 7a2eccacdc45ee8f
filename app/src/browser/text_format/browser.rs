//! The browser's side: the text changes as if it were typed, so that it can be undone.

use js_sys::{Array, Function, Reflect};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlTextAreaElement;

use super::{Format, Replacement};
use crate::browser::focus::FIELD_ID;

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

/// Types a text at the end of the composer, apart from the word before. Where the caret was is not known any more: browsers
/// forget it while a dialog is open.
pub(crate) fn append_to_composer(text: &str) {
    let field = document().get_element_by_id(FIELD_ID);
    let Some(field) = field.and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok()) else { return };
    let _ = field.focus();
    let before = field.value();
    let end = before.encode_utf16().count() as u32;
    let _ = field.set_selection_range(end, end);
    let is_apart = before.chars().next_back().is_none_or(char::is_whitespace);
    insert(&[if is_apart { "" } else { " " }, text].concat());
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
