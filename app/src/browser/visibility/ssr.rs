//! The server's side.

use leptos::{html, prelude::NodeRef, web_sys::Element};

pub(crate) fn watch_near(_element: NodeRef<html::Li>, _on_near: impl Fn(bool) + 'static) {}

pub(crate) fn watch_size(_element: NodeRef<html::Div>, _on_resize: impl Fn() + 'static) {}

pub(crate) fn messages_in_view(_log: &Element) -> Option<(u64, u64)> {
    None
}

pub(crate) fn is_page_active() -> bool {
    false
}
